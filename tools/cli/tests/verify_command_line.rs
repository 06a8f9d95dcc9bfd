//! The verb `verify` as it is used: files of any kind, its exit status, and what it takes of the machine.

use formats::zstd::Block;
use formats::{cpio, sample, settings_layer, zstd};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::Command;

fn directory(name: &str) -> PathBuf {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&directory);
    fs::create_dir_all(&directory).unwrap();
    fs::write(directory.join("ours.iso"), sound()).unwrap();
    directory
}

fn sound() -> Vec<u8> {
    sample::image(&cpio::write(&[("init", 0o100_755, b"hello")]))
}

/// The exit status, and all output. Whatever it is given, it may take 400 MB and ten seconds of a processor, however long
/// it has to wait for one.
fn verify(directory: &Path, arguments: &[&OsStr]) -> (Option<i32>, String) {
    let run = Command::new("bash")
        .args([
            "-c",
            "ulimit -v 400000; ulimit -t 10; exec timeout 300 \"$@\"",
            "-",
            env!("CARGO_BIN_EXE_scratchmachine"),
            "verify",
        ])
        .args(arguments)
        .current_dir(directory)
        .output()
        .unwrap();
    let output = [run.stdout, run.stderr].concat();
    (run.status.code(), String::from_utf8(output).unwrap())
}

#[track_caller]
fn assert_verify(directory: &Path, file: impl AsRef<OsStr>, status: i32, wanted: &str) {
    let reference = ["--reference", "ours.iso"].map(OsStr::new);
    let (code, output) = verify(directory, &[&reference[..], &[file.as_ref()]].concat());
    assert_eq!(code, Some(status), "{output}");
    assert!(output.contains(wanted), "{wanted:?} is missing: {output}");
    assert!(
        !output.chars().any(|it| it.is_control() && it != '\n'),
        "{output:?}"
    );
}

#[test]
fn what_is_not_a_regular_file_is_refused_at_once() {
    let directory = directory("special");
    symlink("b", directory.join("a")).unwrap();
    symlink("a", directory.join("b")).unwrap();
    fs::write(directory.join("empty"), "").unwrap();
    let _socket = UnixListener::bind(directory.join("socket")).unwrap();
    let fifo = Command::new("mkfifo")
        .arg(directory.join("fifo"))
        .status()
        .unwrap();
    assert!(fifo.success());
    for (file, wanted) in [
        (
            "fifo",
            "read fifo: it is not a regular file: copy it into one first",
        ),
        ("socket", "read socket: it is not a regular file"),
        ("/dev/zero", "read /dev/zero: it is not a regular file"),
        (".", "read .: it is a directory: name the .iso file in it"),
        ("a", "(os error 40)"),
        ("missing", "missing: No such file or directory"),
        ("", "a value is required for '<IMAGE>'"),
        ("empty", "read empty: it is not an ISO image: it is empty"),
        // says that it is empty, and waits for the kernel when read
        ("/proc/self/maps", "it is not an ISO image: it is empty"),
    ] {
        assert_verify(&directory, file, 2, wanted);
    }
    let huge = fs::File::create(directory.join("huge")).unwrap();
    huge.set_len(3 << 30).unwrap();
    assert_verify(
        &directory,
        "huge",
        2,
        "read huge: it has 3,221,225,472 bytes, and images of more than",
    );
}

#[test]
fn a_file_of_another_kind_is_called_what_it_is() {
    let directory = directory("kinds");
    for (bytes, wanted) in [
        (&b"hello\n"[..], "it is text"),
        (b"\x1f\x8b\x08\0\0", "it is a gzip file"),
        (b"\x89PNG\r\n\x1a\n", "it is a PNG picture"),
        (b"070701", "it is a cpio archive"),
        (&zstd::MAGIC, "it is a zstd file"),
        (&[0; 40_000], "it is nothing but zeros"),
        (
            &[0xf5; 40_000],
            "it has no volume descriptor (CD001) at 0x8001",
        ),
    ] {
        fs::write(directory.join("file"), bytes).unwrap();
        assert_verify(&directory, "file", 2, wanted);
    }
    let sound = sound();
    let kernel = sound.windows(4).position(|it| it == b"HdrS").unwrap() - 0x202;
    fs::write(directory.join("file"), &sound[kernel..kernel + 3000]).unwrap();
    assert_verify(&directory, "file", 2, "it is a Linux kernel");
}

#[test]
fn arguments_that_make_no_sense_are_answered_with_the_usage() {
    let directory = directory("arguments");
    for arguments in [
        &["ours.iso"][..],
        &["--reference", "ours.iso"],
        &["--reference", "ours.iso", "ours.iso", "ours.iso"],
        &["--reference", "ours.iso", "--what", "ours.iso"],
        &[],
    ] {
        let arguments: Vec<&OsStr> = arguments.iter().map(OsStr::new).collect();
        let (status, output) = verify(&directory, &arguments);
        assert_eq!(status, Some(2));
        assert!(output.contains("Usage: scratchmachine verify"), "{output}");
    }
}

#[test]
fn names_of_files_are_shown_escaped_and_need_not_be_text() {
    let directory = directory("names");
    let name = OsString::from(OsStr::from_bytes(b"x\x1b[31m\xff"));
    fs::write(directory.join(&name), "text").unwrap();
    assert_verify(
        &directory,
        &name,
        2,
        "read x\\u{1b}[31m\\xff: it is not an ISO image: it is text",
    );
    fs::write(directory.join(&name), sound()).unwrap();
    assert_verify(
        &directory,
        &name,
        0,
        "x\\u{1b}[31m\\xff is the image that this checkout describes",
    );
}

/// 4 GB in a frame of 120 kB.
#[test]
fn a_bomb_takes_no_more_memory_than_allowed() {
    let directory = directory("bomb");
    let bomb = zstd::write(&vec![Block::Repeated(0, 128 << 10); 30_001]);
    fs::write(directory.join("bomb.iso"), sample::image(&bomb)).unwrap();
    assert_verify(
        &directory,
        "bomb.iso",
        1,
        "holds more than the 268,435,456 bytes that may be decoded: a bomb?",
    );
}

#[test]
fn a_report_for_programs_has_each_difference() {
    let directory = directory("json");
    let mut theirs = sound();
    let name = theirs.windows(6).position(|it| it == b"SAMPLE").unwrap();
    theirs[name] = b'E';
    fs::write(directory.join("theirs.iso"), theirs).unwrap();
    for (file, status, identical) in [("ours.iso", 0, true), ("theirs.iso", 1, false)] {
        let arguments = ["--json", "--reference", "ours.iso", file].map(OsStr::new);
        let (code, output) = verify(&directory, &arguments);
        let report: serde_json::Value = serde_json::from_str(&output).unwrap();
        assert_eq!(code, Some(status), "{output}");
        assert_eq!(report["file"], file);
        assert_eq!(report["identical"], identical);
        let differences = report["differences"].as_array().unwrap();
        assert_eq!(differences.is_empty(), identical, "{output}");
        if let [difference, ..] = differences.as_slice() {
            assert_eq!(difference["offset"], name);
            assert_eq!(difference["part"], "primary volume descriptor");
        }
    }
}

#[test]
fn settings_over_an_image_are_listed_and_the_exit_status_says_that_it_is_the_same() {
    let directory = directory("settings");
    let mut theirs = sound();
    let length = theirs.len();
    let layer = settings_layer::encode("hostname=box\n", 4096).unwrap();
    theirs[length - 4096..].copy_from_slice(&layer);
    fs::write(directory.join("theirs.iso"), theirs).unwrap();
    assert_verify(&directory, "theirs.iso", 0, "\n  \"hostname=box\"\n");
}

#[test]
fn the_reference_may_come_from_the_environment() {
    let directory = directory("environment");
    let status = Command::new(env!("CARGO_BIN_EXE_scratchmachine"))
        .args(["verify", "ours.iso"])
        .env("SCRATCHMACHINE_IMAGE", "ours.iso")
        .current_dir(directory)
        .status();
    assert_eq!(status.unwrap().code(), Some(0));
}
