//! `scratchmachine configure` as it is used, on the demo machine's ISO.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A directory of a test's own, with the machine's ISO as `machine.iso`.
struct Bench(PathBuf);

impl Bench {
    fn new(name: &str) -> Bench {
        let iso = std::env::var("MACHINE_ISO").expect(
            "MACHINE_ISO is not set: run this by `nix flake check`, which builds the image",
        );
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = fs::remove_dir_all(&directory);
        fs::create_dir_all(&directory).unwrap();
        fs::write(directory.join("machine.iso"), fs::read(iso).unwrap()).unwrap();
        Bench(directory)
    }

    fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.0.join(name)).unwrap()
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        fs::write(self.0.join(name), bytes).unwrap();
    }

    /// What the program says, or what it complains about.
    fn run(&self, arguments: &[&str]) -> Result<String, String> {
        let run = Command::new(env!("CARGO_BIN_EXE_scratchmachine"))
            .arg("configure")
            .args(arguments)
            .current_dir(&self.0)
            .output()
            .unwrap();
        let (out, err) = (String::from_utf8(run.stdout), String::from_utf8(run.stderr));
        match run.status.success() {
            true => Ok(out.unwrap()),
            false => Err(err.unwrap()),
        }
    }

    #[track_caller]
    fn fails(&self, arguments: &[&str], cause: &str) {
        let error = self.run(arguments).expect_err(cause);
        assert!(error.contains(cause), "{error}");
        assert!(error.starts_with("scratchmachine configure: "), "{error}");
    }

    fn names(&self) -> Vec<String> {
        let names = fs::read_dir(&self.0).unwrap();
        let mut names: Vec<_> = names
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }
}

fn line<'a>(text: &'a str, key: &str) -> &'a str {
    let mut lines = text.lines();
    lines.find(|line| line.starts_with(key)).expect(key)
}

#[test]
fn settings_go_over_the_image_and_away_again_and_the_base_stays_the_same_to_the_byte() {
    let bench = Bench::new("over-and-away");
    let bare = bench.run(&["--show", "machine.iso"]).unwrap();
    assert_eq!(line(&bare, "configuration"), "configuration: none");

    let first = bench.run(&["machine.iso", "ip=off", "hostname=web-1", "-o", "a.iso"]);
    let first = first.unwrap();
    assert!(first.ends_with("\nip=off\nhostname=web-1\n"), "{first}");
    assert_eq!(line(&first, "base"), line(&bare, "base"));
    assert_eq!(line(&first, "image"), line(&bare, "image"));
    let (before, after) = (bench.read("machine.iso"), bench.read("a.iso"));
    assert_eq!(before.len(), after.len());
    let differ = before.iter().zip(&after).filter(|(a, b)| a != b).count();
    assert!((1..4096).contains(&differ), "{differ} bytes differ");

    // another configuration takes the place of the first
    let second = bench.run(&["a.iso", "ip=dhcp", "-o", "b.iso"]).unwrap();
    assert!(second.ends_with("\nip=dhcp\n"), "{second}");
    assert!(!second.contains("ip=off"), "{second}");
    assert_ne!(
        line(&second, "configuration"),
        line(&first, "configuration")
    );
    assert_eq!(bench.run(&["--show", "b.iso"]).unwrap(), second);

    bench.run(&["b.iso", "-o", "b.iso"]).unwrap();
    assert!(bench.read("b.iso") == before, "the base was changed");
    assert_eq!(bench.names(), ["a.iso", "b.iso", "machine.iso"]);
}

#[test]
fn words_that_would_do_nothing_are_all_named_and_nothing_is_written() {
    let bench = Bench::new("words");
    let words = [
        "machine.iso",
        "ip=10.0.2",
        "scratchmachine.colour=red",
        "-o",
        "out.iso",
    ];
    let error = bench.run(&words).unwrap_err();
    assert!(error.contains("'ip=10.0.2' was ignored"), "{error}");
    assert!(
        error.contains("'scratchmachine.colour=red' is not a known setting"),
        "{error}"
    );
    bench.fails(
        &["machine.iso", "quiet", "-o", "out.iso"],
        "'quiet' is not a setting of init",
    );
    let long = format!("scratchmachine.restart.{}=never", "x".repeat(4096));
    bench.fails(
        &["machine.iso", &long, "-o", "out.iso"],
        "has room for 3836",
    );
    assert_eq!(bench.names(), ["machine.iso"]);
}

#[test]
fn what_is_not_an_image_of_ours_is_refused_with_the_reason() {
    let bench = Bench::new("refused");
    let good = bench.read("machine.iso");
    let with = |offset: usize, bytes: &[u8]| {
        let mut image = good.clone();
        image[offset..offset + bytes.len()].copy_from_slice(bytes);
        image
    };
    let descriptor = 16 * 2048;
    // as Rock Ridge names it
    let name = good
        .windows(13)
        .position(|it| it == b"NM\x0d\x01\0settings")
        .unwrap();
    bench.write("text", b"not an image at all\n");
    bench.write("empty", b"");
    bench.write("other.iso", &with(descriptor + 574, b"MKISOFS       "));
    bench.write("old.iso", &with(name + 5, b"rettings"));
    bench.write("cut.iso", &good[..good.len() / 2]);
    bench.write("huge.iso", &with(descriptor + 156 + 10, &[0xff; 4]));
    for (image, cause) in [
        ("missing.iso", "missing.iso: No such file or directory"),
        (".", "read .: it is a directory"),
        ("text", "read text: it is not an ISO image"),
        ("empty", "read empty: it is not an ISO image"),
        (
            "other.iso",
            "an ISO image of something else: give one that mkMachine made",
        ),
        ("old.iso", "it has no room for settings"),
        ("cut.iso", "was it cut off?: fetch or build it again"),
        (
            "huge.iso",
            "the root directory's size is 4294967295 in one byte order",
        ),
    ] {
        bench.fails(&[image, "ip=off", "-o", "out.iso"], cause);
        bench.fails(&["--show", image], cause);
    }
    assert!(!bench.names().contains(&"out.iso".to_owned()));
}

#[test]
fn an_area_that_holds_something_else_is_reported_and_can_be_configured_again() {
    let bench = Bench::new("foreign");
    bench
        .run(&["machine.iso", "ip=off", "-o", "a.iso"])
        .unwrap();
    let mut image = bench.read("a.iso");
    let name = b"etc/scratchmachine.layer";
    let name = image.windows(name.len()).position(|it| it == name).unwrap();
    image[name + 3000] = 1;
    bench.write("a.iso", &image);
    bench.fails(
        &["--show", "a.iso"],
        "where settings belong is something else",
    );
    bench.run(&["a.iso", "-o", "a.iso"]).unwrap();
    assert!(bench.read("a.iso") == bench.read("machine.iso"));
}

#[test]
fn an_output_that_can_not_be_written_is_named_and_nothing_is_left_behind() {
    let bench = Bench::new("unwritable");
    fs::create_dir(bench.0.join("directory")).unwrap();
    fs::write(bench.0.join("directory/file"), "").unwrap();
    for (output, cause) in [
        (
            "nowhere/out.iso",
            "write nowhere/out.iso: No such file or directory",
        ),
        ("directory", "write directory: it is a directory"),
        ("..", "write ..: it is a directory"),
    ] {
        bench.fails(&["machine.iso", "ip=off", "-o", output], cause);
    }
    assert_eq!(bench.names(), ["directory", "machine.iso"]);
}

/// Who is root may write anywhere: into the Nix store, and over a device.
#[test]
fn what_is_read_only_or_not_a_file_is_left_as_it_is_whoever_asks() {
    let bench = Bench::new("left");
    let store = bench.0.join("store");
    fs::create_dir(&store).unwrap();
    fs::write(store.join("result.iso"), "as built").unwrap();
    fs::set_permissions(store.join("result.iso"), Permissions::from_mode(0o444)).unwrap();
    fs::set_permissions(&store, Permissions::from_mode(0o555)).unwrap();
    symlink("store/result.iso", bench.0.join("link.iso")).unwrap();
    let _socket = UnixListener::bind(bench.0.join("socket")).unwrap();
    for (output, cause) in [
        (
            "store/result.iso",
            "write store/result.iso: it is read-only",
        ),
        ("link.iso", "write link.iso: it is read-only"),
        (
            "store/out.iso",
            "write store/out.iso: its directory is read-only",
        ),
        ("socket", "write socket: it is not a regular file"),
    ] {
        bench.fails(&["machine.iso", "ip=off", "-o", output], cause);
    }
    assert_eq!(
        bench.names(),
        ["link.iso", "machine.iso", "socket", "store"]
    );
    assert_eq!(bench.read("link.iso"), b"as built");
    // for the next run
    fs::set_permissions(&store, Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn an_output_that_is_a_link_is_written_where_it_leads_to() {
    let bench = Bench::new("link");
    bench.write("out.iso", b"");
    symlink("out.iso", bench.0.join("link.iso")).unwrap();
    let said = bench.run(&["machine.iso", "ip=off", "-o", "link.iso"]);
    assert_eq!(bench.run(&["--show", "out.iso"]), said);
    assert!(
        fs::symlink_metadata(bench.0.join("link.iso"))
            .unwrap()
            .is_symlink()
    );
}
