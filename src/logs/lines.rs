//! A program's output, split into lines, in bounded memory whatever it writes.

use super::record::{CUT, LONGEST_TEXT, cut};
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, poll};
use std::io::{ErrorKind, Read};
use std::os::fd::AsFd;

/// An unfinished line is passed on as it is after this pause in milliseconds: what a hanging program wrote last is
/// often what one wants to know. A program that writes one line in several pieces does so faster.
const PAUSE: u16 = 1000;

/// Pass on every line of `pipe` without its end, until end of file. A line that is too long for a record is
/// passed on in pieces: `beginning...`, `...middle...`, `...end`.
///
/// # Errors
/// `pipe` can't be read any longer.
pub fn follow(
    mut pipe: impl Read + AsFd,
    mut give: impl FnMut(&[u8]),
) -> Result<(), std::io::Error> {
    let mut splitter = Splitter::default();
    let mut bytes = [0; 4096];
    loop {
        if splitter.holds_something() && nothing_comes(&pipe) {
            splitter.flush(&mut give);
        }
        match pipe.read(&mut bytes) {
            Ok(0) => {
                splitter.flush(&mut give);
                return Ok(());
            }
            Ok(length) => splitter.push(bytes.get(..length).unwrap_or_default(), &mut give),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => {
                splitter.flush(&mut give);
                return Err(error);
            }
        }
    }
}

fn nothing_comes(pipe: &impl AsFd) -> bool {
    loop {
        match poll(&mut [PollFd::new(pipe.as_fd(), PollFlags::POLLIN)], PAUSE) {
            Err(Errno::EINTR) => {}
            ready => return ready == Ok(0),
        }
    }
}

/// The pure part: bytes in, lines out, never more than one record's text held back.
#[derive(Default)]
struct Splitter {
    held: Vec<u8>,
    /// What was held was passed on before its line ended; the end alone is then not a line of its own.
    given_early: bool,
}

impl Splitter {
    fn holds_something(&self) -> bool {
        !self.held.is_empty()
    }

    fn push(&mut self, bytes: &[u8], give: &mut impl FnMut(&[u8])) {
        let mut parts = bytes.split(|&byte| byte == b'\n').peekable();
        while let Some(part) = parts.next() {
            self.hold(part, give);
            if parts.peek().is_some() {
                self.end_line(give);
            }
        }
    }

    /// One more part of the line. A piece is passed on only when there is more than a record's text, so that
    /// its continuation is never empty.
    fn hold(&mut self, part: &[u8], give: &mut impl FnMut(&[u8])) {
        self.held.extend_from_slice(part);
        while self.held.len() > LONGEST_TEXT {
            let piece = cut(&self.held, LONGEST_TEXT - CUT.len()).len();
            let rest = self.held.split_off(piece);
            self.held.extend_from_slice(CUT.as_bytes());
            give(&self.held);
            self.held.clear();
            self.held.extend_from_slice(CUT.as_bytes());
            self.held.extend_from_slice(&rest);
        }
    }

    fn end_line(&mut self, give: &mut impl FnMut(&[u8])) {
        let line = self.held.strip_suffix(b"\r").unwrap_or(&self.held);
        if !(self.given_early && line.is_empty()) {
            give(line);
        }
        self.held.clear();
        self.given_early = false;
    }

    fn flush(&mut self, give: &mut impl FnMut(&[u8])) {
        if self.holds_something() {
            self.end_line(give);
            self.given_early = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::fs::File;
    use std::io::Write;
    use std::sync::mpsc::{Receiver, channel};
    use std::time::{Duration, Instant};

    fn lines_of(pieces: &[&[u8]]) -> Vec<Vec<u8>> {
        let mut lines = vec![];
        let mut give = |line: &[u8]| lines.push(line.to_vec());
        let mut splitter = Splitter::default();
        for piece in pieces {
            splitter.push(piece, &mut give);
        }
        splitter.flush(&mut give);
        lines
    }

    #[test]
    fn lines_are_put_together_whatever_the_writes_were() {
        let lines = lines_of(&[b"a\nb", b"c", b"\n\nd\r\n", b"\xff\0"]);
        assert_eq!(lines, [&b"a"[..], b"bc", b"", b"d", b"\xff\0"]);
    }

    #[test]
    fn a_line_that_is_too_long_comes_in_pieces_that_say_so() {
        let mut long = vec![b'x'; LONGEST_TEXT + 1];
        long.extend_from_slice(b"\nnext\n");
        let lines = lines_of(&[&long]);
        let [beginning, end, next] = &lines[..] else {
            panic!("{} lines", lines.len());
        };
        assert!(beginning.ends_with(b"xx...") && beginning.len() == LONGEST_TEXT);
        assert_eq!(end, b"...xxxx");
        assert_eq!(next, b"next");
        assert_eq!(lines_of(&[&[b'x'; LONGEST_TEXT]]).len(), 1);
    }

    fn pipe() -> (File, File) {
        let (read, write) = nix::unistd::pipe().unwrap();
        (read.into(), write.into())
    }

    fn follow_pipe(pipe: File) -> Receiver<Vec<u8>> {
        let (send, receive) = channel();
        std::thread::spawn(move || {
            follow(pipe, |line| send.send(line.to_vec()).unwrap()).unwrap();
        });
        receive
    }

    #[test]
    fn what_a_hanging_program_wrote_last_is_seen_although_the_line_is_unfinished() {
        let (read, mut write) = pipe();
        let lines = follow_pipe(read);
        let start = Instant::now();
        write.write_all(b"now I wait for").unwrap();
        assert_eq!(lines.recv().unwrap(), b"now I wait for");
        assert!(start.elapsed() >= Duration::from_millis(900));
        write.write_all(b"\nnext\n").unwrap();
        assert_eq!(lines.recv().unwrap(), b"next");
        write.write_all(b"end").unwrap();
        drop(write);
        assert_eq!(lines.recv().unwrap(), b"end");
        assert!(lines.recv().is_err());
    }

    #[test]
    fn a_hundred_megabytes_without_a_newline_harm_nothing() {
        let (read, mut write) = pipe();
        let writer = std::thread::spawn(move || {
            let block = vec![0; 1 << 20];
            (0..100).for_each(|_| write.write_all(&block).unwrap());
        });
        let (mut bytes, mut longest) = (0, 0);
        follow(read, |line| {
            bytes += line.iter().filter(|&&byte| byte == 0).count();
            longest = longest.max(line.len());
        })
        .unwrap();
        writer.join().unwrap();
        assert_eq!((bytes, longest), (100 << 20, LONGEST_TEXT));
    }

    proptest! {
        #[test]
        fn nothing_is_lost_or_invented(
            text in prop::collection::vec(prop_oneof![4 => any::<u8>(), 1 => Just(b'\n')], 0..500),
            cuts in prop::collection::vec(1usize..50, 1..20),
        ) {
            let mut pieces = vec![];
            let mut rest = &text[..];
            for cut in cuts.iter().cycle() {
                if rest.is_empty() {
                    break;
                }
                let (piece, after) = rest.split_at((*cut).min(rest.len()));
                pieces.push(piece);
                rest = after;
            }
            let mut expected: Vec<_> = text
                .split(|&byte| byte == b'\n')
                .map(|line| line.strip_suffix(b"\r").unwrap_or(line).to_vec())
                .collect();
            // a last line without an end is one if there is something in it
            let last = text.rsplit(|&byte| byte == b'\n').next().unwrap_or_default();
            if last.is_empty() {
                expected.pop();
            }
            prop_assert_eq!(lines_of(&pieces), expected);
        }

    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]
        #[test]
        fn pieces_of_a_long_line_are_the_line_and_whole_characters(
            line in prop::collection::vec(any::<char>(), LONGEST_TEXT / 2..LONGEST_TEXT),
        ) {
            let line: String = line.into_iter().filter(|c| !"\n\r".contains(*c)).collect();
            let pieces: Vec<_> = line.as_bytes().chunks(4096).collect();
            let given = lines_of(&pieces);
            let mut whole = String::new();
            for (number, piece) in given.iter().enumerate() {
                prop_assert!(piece.len() <= LONGEST_TEXT);
                let mut piece = std::str::from_utf8(piece).unwrap();
                if number > 0 {
                    piece = piece.strip_prefix(CUT).unwrap();
                }
                if number + 1 < given.len() {
                    piece = piece.strip_suffix(CUT).unwrap();
                }
                whole.push_str(piece);
            }
            prop_assert_eq!(whole, line);
        }
    }
}
