//! The program `verify` as it is used: files of any kind, its exit status, and what it takes of the machine.

use audit::{cpio, sample, zstd};
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

/// The exit status, and all that is said. Whatever it looks at, it may take 400 MB and ten seconds.
fn verify(directory: &Path, arguments: &[&OsStr]) -> (Option<i32>, String) {
    let run = Command::new("bash")
        .args([
            "-c",
            "ulimit -v 400000; exec timeout 10 \"$@\"",
            "-",
            env!("CARGO_BIN_EXE_verify"),
        ])
        .args(arguments)
        .current_dir(directory)
        .output()
        .unwrap();
    let said = [run.stdout, run.stderr].concat();
    (run.status.code(), String::from_utf8(said).unwrap())
}

#[track_caller]
fn assert_verify(directory: &Path, file: impl AsRef<OsStr>, status: i32, wanted: &str) {
    let (code, said) = verify(directory, &[OsStr::new("ours.iso"), file.as_ref()]);
    assert_eq!(code, Some(status), "{said}");
    assert!(said.contains(wanted), "{wanted:?} is not said: {said}");
    assert!(
        !said.chars().any(|it| it.is_control() && it != '\n'),
        "{said:?}"
    );
}

#[test]
fn what_is_no_file_is_refused_at_once() {
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
        ("fifo", "fifo is no plain file: copy it into one first"),
        ("socket", "socket is no plain file"),
        ("/dev/zero", "/dev/zero is no plain file"),
        (".", ". is a directory: name the .iso file in it"),
        ("a", "a: Too many levels of symbolic links"),
        ("missing", "missing: No such file or directory"),
        ("", "No such file or directory"),
        ("empty", "empty is no ISO image: it is empty"),
        // says that it is empty, and waits for the kernel when read
        ("/proc/self/maps", "is no ISO image: it is empty"),
    ] {
        assert_verify(&directory, file, 2, wanted);
    }
    let huge = fs::File::create(directory.join("huge")).unwrap();
    huge.set_len(3 << 30).unwrap();
    assert_verify(
        &directory,
        "huge",
        2,
        "huge has 3,221,225,472 bytes: images of more than",
    );
}

#[test]
fn files_of_other_kinds_are_told_by_what_they_are() {
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
        &["ours.iso", "ours.iso", "ours.iso"],
        &[],
    ] {
        let arguments: Vec<&OsStr> = arguments.iter().map(OsStr::new).collect();
        let (status, said) = verify(&directory, &arguments);
        assert_eq!(status, Some(2));
        assert!(said.contains("usage: verify FILE.iso"), "{said}");
    }
}

#[test]
fn names_of_files_are_said_escaped_and_need_not_be_text() {
    let directory = directory("names");
    let name = OsString::from(OsStr::from_bytes(b"x\x1b[31m\xff"));
    fs::write(directory.join(&name), "text").unwrap();
    assert_verify(
        &directory,
        &name,
        2,
        "x\\u{1b}[31m\\xff is no ISO image: it is text",
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
fn a_bomb_takes_no_more_than_it_may() {
    let directory = directory("bomb");
    let mut bomb = [&zstd::MAGIC[..], &[0, 0x58]].concat();
    for last in std::iter::repeat_n(0, 30_000).chain([1]) {
        let header: u32 = (128 << 13) | (1 << 1) | last;
        bomb.extend(&header.to_le_bytes()[..3]);
        bomb.push(0);
    }
    fs::write(directory.join("bomb.iso"), sample::image(&bomb)).unwrap();
    assert_verify(
        &directory,
        "bomb.iso",
        1,
        "holds more than the 268,435,456 bytes that may be decoded: a bomb?",
    );
}
