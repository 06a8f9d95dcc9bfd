//! Boots machines in QEMU and looks at them from outside: at the consoles, over HTTP, and with the hands of
//! somebody who stands before the machine.
//!
//! The images come from the environment, where `nix flake check` puts them; see `nix/checks/boot.nix`.
//! Everything waits for an event, with one generous time-out, since QEMU may have to emulate a processor.

mod console;
pub mod dhcp_server;
mod http;
pub mod memory;
mod monitor;
mod screen;

use console::Console;
use dhcp_server::DhcpServer;
use monitor::Monitor;
use std::ffi::{OsStr, OsString};
use std::fs::OpenOptions;
use std::io::Write;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// How long any single event may take before it counts as never happening.
pub const PATIENCE: Duration = Duration::from_secs(180);

/// How long a machine that is up may take for an answer.
const ANSWER: Duration = Duration::from_secs(5);

/// A machine to be booted: QEMU's options so far.
pub struct Machine {
    /// What starts it: QEMU, or something that does.
    command: Vec<OsString>,
    options: Vec<OsString>,
    /// More options: where its serial port leads to.
    serial: &'static [&'static str],
    port: u16,
    monitor: Monitor,
}

/// A machine that runs until this is dropped.
pub struct Running {
    qemu: Child,
    /// Something else started QEMU, which would outlive that.
    has_runner: bool,
    console: Console,
    port: u16,
    monitor: Monitor,
}

/// What an environment variable holds: the path of an image, or its identity.
///
/// # Panics
/// It is not set: the images are built by Nix.
pub fn image(variable: &str) -> String {
    std::env::var(variable).unwrap_or_else(|_| {
        panic!("{variable} is not set: run this by `nix flake check`, which builds the images")
    })
}

impl Machine {
    /// From power-on, with the ISO in the CD drive. Images are named by their environment variables.
    pub fn from_iso(iso: &str) -> Self {
        Self::from_iso_file(image(iso).as_ref())
    }

    /// From power-on, with that file in the CD drive.
    pub fn from_iso_file(iso: &Path) -> Self {
        let mut machine = Self::new().option(&["-cdrom"]);
        machine.options.push(iso.into());
        machine
    }

    /// By a command that hands options on to QEMU, and takes `--port` for the port that leads to the machine's port 80,
    /// as `nix/vm.sh` does. The console has to be on its standard output.
    pub fn from_runner(command: &[&str]) -> Self {
        let new = Self::new();
        let port = new.port.to_string();
        let monitor = new.monitor.options();
        Machine {
            command: command.iter().map(OsString::from).collect(),
            options: vec![],
            // the runner's business
            serial: &[],
            ..new
        }
        .option(&["--port", &port])
        .option(&monitor.each_ref().map(String::as_str))
    }

    /// The kernel and an initramfs without firmware and boot loader. The command line may be any bytes but NUL.
    pub fn from_image(initrd: &str, command_line: impl AsRef<OsStr>) -> Self {
        let mut words = OsString::from("console=tty0 console=ttyS0 ");
        words.push(command_line);
        Self::from_image_and_nothing_but(initrd, words)
    }

    /// The same, without the harness's own words for the consoles.
    pub fn from_image_and_nothing_but(initrd: &str, command_line: impl Into<OsString>) -> Self {
        let (kernel, initrd) = (image("MACHINE_KERNEL"), image(initrd));
        let mut machine = Self::new().option(&["-kernel", &kernel, "-initrd", &initrd, "-append"]);
        machine.options.push(command_line.into());
        machine
    }

    /// The kernel as a hypervisor starts it by itself, on a machine that is nothing but virtio devices.
    pub fn from_microvm(directory: &str, words: &str) -> Self {
        let file = |name: &str| format!("{}/{name}", image(directory));
        let command_line =
            std::fs::read_to_string(file("command-line")).expect("read the command line");
        Self::new().option(&[
            "-machine",
            "microvm,acpi=off",
            "-kernel",
            &file("vmlinux"),
            "-initrd",
            &file("initrd"),
            "-append",
            &format!("{} {words}", command_line.trim_end()),
        ])
    }

    fn new() -> Self {
        let port = free_port();
        let monitor = Monitor::new(&format!("harness-{}-{port}", std::process::id()));
        let options = monitor.options();
        let machine = Machine {
            command: vec!["qemu-system-x86_64".into()],
            options: Vec::new(),
            serial: &["-serial", "stdio"],
            port,
            monitor,
        };
        machine
            .option(&["-accel", accelerator()])
            .option(&["-m", "128", "-no-reboot", "-display", "none"])
            .option(&options.each_ref().map(String::as_str))
    }

    pub fn option(mut self, option: &[&str]) -> Self {
        self.options.extend(option.iter().map(OsString::from));
        self
    }

    /// With a network card, and a port of this host that leads to its port 80.
    pub fn with_network_card(self, model: &str) -> Self {
        self.with_network_card_and_port(model, 80)
    }

    /// With a network card, and a port of this host that leads to that port.
    pub fn with_network_card_and_port(self, model: &str, port: u16) -> Self {
        let network = format!(
            "user,id=cable,model={model},hostfwd=tcp:127.0.0.1:{}-:{port}",
            self.port
        );
        self.option(&["-nic", &network])
    }

    /// With a network card of a machine without PCI, and a port of this host that leads to its port 80.
    pub fn with_virtio_card(self) -> Self {
        let cable = format!("user,id=cable,hostfwd=tcp:127.0.0.1:{}-:80", self.port);
        self.option(&[
            "-netdev",
            &cable,
            "-device",
            "virtio-net-device,netdev=cable",
        ])
    }

    /// With a network card whose cable leads to that server.
    pub fn with_cable_to(self, server: &DhcpServer) -> Self {
        let cable = server.cable("e1000");
        self.option(&cable.each_ref().map(String::as_str))
    }

    /// With a cable that ends in no card: the monitor's `device_add MODEL,netdev=cable` plugs one in.
    pub fn with_loose_cable(self) -> Self {
        let network = format!("user,id=cable,hostfwd=tcp:127.0.0.1:{}-:80", self.port);
        self.option(&["-nic", "none", "-netdev", &network])
    }

    /// Nobody hears what it says.
    pub fn without_serial_port(self) -> Self {
        Machine {
            serial: &["-serial", "none"],
            ..self
        }
    }

    pub fn without_network_card(self) -> Self {
        self.option(&["-nic", "none"])
    }

    pub fn boot(self) -> Running {
        let mut qemu = Command::new(&self.command[0])
            .args(&self.command[1..])
            .args(&self.options)
            .args(self.serial)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("start {:?}: is it in PATH? {error}", self.command[0]));
        let console = Console::read_from(qemu.stdout.take().expect("stdout is piped"));
        Running {
            qemu,
            has_runner: self.command[0] != "qemu-system-x86_64",
            console,
            port: self.port,
            monitor: self.monitor,
        }
    }
}

impl Running {
    /// Wait until the console shows `text` and return the line that it is in.
    ///
    /// # Panics
    /// With all that the console said, if it does not come, the kernel panics first or QEMU ends.
    pub fn wait_for(&self, text: &str) -> String {
        self.wait_for_times(text, 1)
    }

    /// Wait until `text` is in so many lines of the console and return the last of them.
    ///
    /// # Panics
    /// As [`Running::wait_for`].
    pub fn wait_for_times(&self, text: &str, times: usize) -> String {
        self.console.wait_for(text, times, PATIENCE)
    }

    /// Wait until the machine ends, as it does when it powers off or reboots, and return QEMU's status.
    ///
    /// # Panics
    /// With all that the console said, if it does not, or the kernel panicked.
    pub fn wait_for_end(&mut self) -> ExitStatus {
        self.console.wait_for_end(PATIENCE);
        self.qemu.wait().expect("wait for QEMU")
    }

    /// What the serial console said so far.
    pub fn console(&self) -> String {
        self.console.text()
    }

    /// Wait until the screen shows `text`, or has shown it a while ago.
    ///
    /// # Panics
    /// With what it shows, if `text` does not come.
    pub fn wait_for_on_screen(&self, text: &str) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let screen = screen::text(|command| self.monitor(command));
            if screen.contains(text) {
                return;
            }
            assert!(
                Instant::now() < deadline,
                "no '{text}' on the screen:\n{screen}"
            );
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// Every whole line that it said so far, and when its end came.
    pub fn lines(&self) -> Vec<(Instant, String)> {
        self.console.lines()
    }

    /// This host's port that leads to the machine.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Start the processor of a machine that was booted with QEMU's option `-S`, and return when that was.
    ///
    /// # Errors
    /// Nobody listens: QEMU did not start.
    pub fn power_on(&self) -> std::io::Result<Instant> {
        // once it is answered, QEMU is up and listens
        self.monitor.try_command("info status", PATIENCE)?;
        let now = Instant::now();
        self.monitor.try_command("cont", PATIENCE)?;
        Ok(now)
    }

    /// QEMU, or what started it, runs.
    pub fn is_running(&mut self) -> bool {
        matches!(self.qemu.try_wait(), Ok(None))
    }

    /// Type on the serial console.
    pub fn type_in(&mut self, text: &str) {
        let keyboard = self.qemu.stdin.as_mut().expect("stdin is piped");
        keyboard
            .write_all(text.as_bytes())
            .expect("type on the serial console");
    }

    /// Give QEMU's monitor a command and return its answer.
    pub fn monitor(&self, command: &str) -> String {
        self.monitor.command(command, PATIENCE)
    }

    /// Pull the cable out of its network card, or put it in again.
    pub fn set_link(&self, is_up: bool) {
        let state = if is_up { "on" } else { "off" };
        self.monitor(&format!("set_link cable {state}"));
    }

    pub fn press_power_button(&self) {
        self.monitor("system_powerdown");
    }

    pub fn press_ctrl_alt_del(&self) {
        self.monitor("sendkey ctrl-alt-delete");
    }

    /// The body of the answer to `GET /` on the machine's port 80.
    pub fn get(&self) -> String {
        let (status, body) = self.request("GET", "/");
        assert!(status.starts_with("200"), "{status}: {body}");
        body
    }

    /// Status and body of the answer to a request.
    pub fn request(&self, method: &str, path: &str) -> (String, String) {
        http::request(self.port, method, path, PATIENCE)
    }

    /// Does it answer `GET /` before it ends, its kernel gives up, or the time is up?
    pub fn comes_to_answer(&mut self, patience: Duration) -> bool {
        let deadline = Instant::now() + patience;
        while Instant::now() < deadline {
            // nobody answers a connection that was made before the machine listens
            if http::try_request(self.port, "GET", "/", ANSWER).is_ok() {
                return true;
            }
            let ended = self.qemu.try_wait().expect("ask for QEMU's status");
            if ended.is_some() || self.console().contains("Kernel panic") {
                return false;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        false
    }

    /// Somebody answers on the machine's port.
    pub fn is_served(&self) -> bool {
        http::try_request(self.port, "GET", "/", PATIENCE).is_ok()
    }

    /// The machine is up and its kernel has not given up.
    pub fn assert_alive(&mut self) {
        let exited = self.qemu.try_wait().expect("ask for QEMU's status");
        assert!(
            exited.is_none(),
            "QEMU ended: {exited:?}\n{}",
            self.console()
        );
        assert!(
            !self.console().contains("Kernel panic"),
            "{}",
            self.console()
        );
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.has_runner && self.is_running() {
            let quit = self.monitor.try_command("quit", Duration::from_secs(5));
            let _ = quit.and_then(|_| self.qemu.wait());
        }
        let _ = self.qemu.kill();
        let _ = self.qemu.wait();
    }
}

/// The best that QEMU has here.
pub fn accelerator() -> &'static str {
    if has_kvm() { "kvm" } else { "tcg" }
}

/// Some hypervisors hand their guests a `/dev/kvm` without the processor's help for it, which fails.
fn has_kvm() -> bool {
    let permitted = OpenOptions::new()
        .read(true)
        .write(true)
        .open("/dev/kvm")
        .is_ok();
    let processors = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    permitted
        && processors
            .split_whitespace()
            .any(|flag| flag == "vmx" || flag == "svm")
}

/// A port of this host that nobody listens on.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("bind a free port");
    listener
        .local_addr()
        .expect("a bound socket has an address")
        .port()
}
