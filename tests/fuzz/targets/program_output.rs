//! Of what a program writes nothing is lost or made up, however it is written, and no line is too long.
#![no_main]

use libfuzzer_sys::fuzz_target;
use scratchmachine::logs::lines::follow;
use scratchmachine::logs::record::{CUT, LONGEST_TEXT};
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{AsFd, BorrowedFd};

/// A stream that gives so many bytes a read. There is always something to read, as in /dev/null.
struct Stream<'a> {
    rest: &'a [u8],
    piece: usize,
    ready: File,
}

impl Read for Stream<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.piece.min(buffer.len());
        self.rest.read(&mut buffer[..length])
    }
}

impl AsFd for Stream<'_> {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.ready.as_fd()
    }
}

/// Take the pieces of a line that is too long, and nothing else.
fn take_pieces(line: &[u8], given: &mut impl Iterator<Item = Vec<u8>>) {
    let beginning = given.next().expect("a beginning");
    let beginning = beginning.strip_suffix(CUT.as_bytes()).expect("it goes on");
    let mut rest = line.strip_prefix(beginning).expect("the line's beginning");
    loop {
        let piece = given.next().expect("an end");
        let piece = piece.strip_prefix(CUT.as_bytes()).expect("it went on");
        if piece == rest {
            return;
        }
        let piece = piece.strip_suffix(CUT.as_bytes()).expect("it goes on");
        rest = rest.strip_prefix(piece).expect("the next part of the line");
    }
}

// in how many reads it comes, how long it is (two bytes), what it repeats
fuzz_target!(|bytes: &[u8]| {
    let [reads, high, low, repeated @ ..] = bytes else {
        return;
    };
    // two cuts are as good as many
    let length = usize::from(u16::from_be_bytes([*high, *low])) % (3 * LONGEST_TEXT);
    let text: Vec<_> = repeated.iter().copied().cycle().take(length).collect();
    let stream = Stream {
        rest: &text,
        piece: 1 + text.len() / (1 + usize::from(*reads % 32)),
        ready: File::open("/dev/null").expect("/dev/null"),
    };
    let mut given = vec![];
    follow(stream, |line| given.push(line.to_vec())).expect("a stream without an error");

    let is_text = std::str::from_utf8(&text).is_ok();
    for line in &given {
        assert!(line.len() <= LONGEST_TEXT);
        assert!(!line.contains(&b'\n'));
        assert!(
            !is_text || std::str::from_utf8(line).is_ok(),
            "cut in a character"
        );
    }
    let mut given = given.into_iter();
    let mut lines: Vec<_> = text.split(|&byte| byte == b'\n').collect();
    // what stands behind the last end is a line if there is something in it
    if lines.last().is_some_and(|line| line.is_empty()) {
        lines.pop();
    }
    for raw in lines {
        let line = raw.strip_suffix(b"\r").unwrap_or(raw);
        if raw.len() > LONGEST_TEXT {
            take_pieces(line, &mut given);
        } else {
            assert_eq!(given.next().as_deref(), Some(line));
        }
    }
    assert_eq!(given.next(), None);
});
