//! A QEMU that is a script: it writes down what it is called with and plays a machine's console.

use std::fs::{self, Permissions};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

/// `say LINE` says it on the console: to the terminal, and to the file that `-chardev` names.
const SCRIPT: &str = r#"
printf '%s\n' "$@" >arguments
for argument; do
  case $argument in stdio,*logfile=*) exec 9>"${argument##*logfile=}" ;; esac
done
say() {
  printf '%s\r\n' "$*"
  printf '%s\r\n' "$*" >&9
}
eval "$PLAY"
"#;

/// A directory of a test's own, with an image and a microvm in it.
pub struct Stage(pub PathBuf);

impl Stage {
    pub fn new(name: &str) -> Self {
        // the script is whole before any test starts it
        static QEMU: OnceLock<PathBuf> = OnceLock::new();
        QEMU.get_or_init(install);
        let directory = temporary(name);
        fs::write(directory.join("web.iso"), "an image").unwrap();
        let microvm = directory.join("microvm");
        fs::create_dir(&microvm).unwrap();
        fs::write(microvm.join("vmlinux"), "").unwrap();
        fs::write(microvm.join("initrd"), "").unwrap();
        fs::write(microvm.join("command-line"), "console=ttyS0 a=\"b c\"\n").unwrap();
        Stage(directory)
    }

    /// `scratchmachine run` with a QEMU that does `play`.
    pub fn program(&self, play: &str, arguments: &[&str]) -> Command {
        let path = std::env::var("PATH").unwrap_or_default();
        let path = format!("{}:{path}", bin().display());
        let mut program = Command::new(env!("CARGO_BIN_EXE_scratchmachine"));
        program
            .arg("run")
            .args(arguments)
            .current_dir(&self.0)
            .env("PATH", path)
            .env("PLAY", play)
            .env_remove("SCRATCHMACHINE_RUN_IMAGE")
            .stdin(Stdio::null());
        program
    }

    pub fn run(&self, play: &str, arguments: &[&str]) -> Output {
        self.program(play, arguments).output().unwrap()
    }

    /// What QEMU was called with, by a run that must have succeeded.
    pub fn called(&self, arguments: &[&str]) -> Vec<String> {
        let output = self.run("", arguments);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        self.arguments()
    }

    pub fn arguments(&self) -> Vec<String> {
        let arguments = fs::read_to_string(self.0.join("arguments")).unwrap();
        arguments.lines().map(str::to_owned).collect()
    }

    pub fn has_started_qemu(&self) -> bool {
        self.0.join("arguments").exists()
    }
}

fn temporary(name: &str) -> PathBuf {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("run")
        .join(name);
    let _ = fs::remove_dir_all(&directory);
    fs::create_dir_all(&directory).unwrap();
    directory
}

fn bin() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("run/bin")
}

fn install() -> PathBuf {
    let bash = std::env::split_paths(&std::env::var_os("PATH").unwrap())
        .map(|directory| directory.join("bash"))
        .find(|bash| bash.is_file())
        .expect("bash is in PATH");
    let qemu = temporary("bin").join("qemu-system-x86_64");
    fs::write(&qemu, format!("#!{}\n{SCRIPT}", bash.display())).unwrap();
    fs::set_permissions(&qemu, Permissions::from_mode(0o755)).unwrap();
    qemu
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// A port that somebody listens on as long as this is there; whoever had it before may have it.
pub fn occupy(port: u16) -> Option<TcpListener> {
    TcpListener::bind(("127.0.0.1", port)).ok()
}

#[track_caller]
pub fn assert_has(words: &[String], wanted: &[&str]) {
    let found = words.windows(wanted.len()).any(|it| it == wanted);
    assert!(found, "{wanted:?} is not in {words:?}");
}
