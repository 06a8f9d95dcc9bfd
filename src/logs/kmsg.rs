//! The kernel's log as `/dev/kmsg` shows it (Documentation/ABI/testing/dev-kmsg).

use std::io::{ErrorKind, Read};

pub const PATH: &str = "/dev/kmsg";
/// A record is read whole or not at all; the kernel's are never longer than 2 KiB.
const LONGEST: usize = 8192;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Facility · 8 + severity, as in syslog.
    pub priority: u8,
    /// Counts up by one: a gap is what was overwritten before it could be read.
    pub sequence: u64,
    /// Microseconds since boot.
    pub at: u64,
    pub text: Vec<u8>,
}

/// Parse `6,339,5140900,-;NET: Registered protocol family 10`. The document says to ignore further fields before the
/// semicolon, and the lines ` KEY=value` that may follow the text. `None`: this is not such a record.
pub fn parse(record: &[u8]) -> Option<Message> {
    let semicolon = record.iter().position(|&byte| byte == b';')?;
    let (prefix, rest) = record.split_at_checked(semicolon)?;
    let mut fields = std::str::from_utf8(prefix).ok()?.split(',');
    let priority: u64 = fields.next()?.parse().ok()?;
    let sequence = fields.next()?.parse().ok()?;
    let at = fields.next()?.parse().ok()?;
    let text = rest.get(1..)?.split(|&byte| byte == b'\n').next()?;
    Some(Message {
        // any process that may write to /dev/kmsg chooses the facility: those above 23 don't exist in syslog
        priority: u8::try_from(priority).ok().filter(|&p| p < 24 * 8)?,
        sequence,
        at,
        text: unescape(text),
    })
}

/// The kernel writes `\x1b` for bytes that are not printable ASCII, and for the backslash.
fn unescape(text: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, after)) = rest.split_first() {
        let escaped = rest
            .strip_prefix(b"\\x")
            .and_then(|rest| rest.split_at_checked(2))
            .and_then(|(hex, rest)| {
                let [high, low] = [hex.first()?, hex.get(1)?]
                    .map(|&digit| char::from(digit).to_digit(16).map(|value| value as u8));
                Some(((high? << 4) | low?, rest))
            });
        let (byte, after) = escaped.unwrap_or((byte, after));
        plain.push(byte);
        rest = after;
    }
    plain
}

/// What a reader of the kernel's log comes across.
#[derive(Debug, PartialEq, Eq)]
pub enum Event {
    Message(Message),
    /// This many were overwritten before they could be read.
    Overwritten(u64),
}

/// Read the kernel's log from its beginning and pass on what comes, forever.
///
/// # Errors
/// Returns only when `kmsg` can't be read any longer.
pub fn follow(mut kmsg: impl Read, mut give: impl FnMut(Event)) -> std::io::Error {
    let mut record = vec![0; LONGEST];
    let mut expected = 0;
    loop {
        match kmsg.read(&mut record) {
            Ok(0) => return ErrorKind::UnexpectedEof.into(),
            Ok(length) => {
                let Some(message) = record.get(..length).and_then(parse) else {
                    continue;
                };
                let overwritten = message.sequence.saturating_sub(expected);
                if overwritten > 0 {
                    give(Event::Overwritten(overwritten));
                }
                expected = message.sequence.saturating_add(1);
                give(Event::Message(message));
            }
            // EPIPE: the next record was overwritten; the one after it follows, and its number shows how
            // many are gone
            Err(error)
                if matches!(error.kind(), ErrorKind::BrokenPipe | ErrorKind::Interrupted) => {}
            Err(error) => return error,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::VecDeque;
    use std::io;

    #[test]
    fn the_example_of_the_kernels_document_is_understood() {
        assert_eq!(
            parse(b"7,160,424069,-;pci_root PNP0A03:00: host bridge window\n SUBSYSTEM=acpi\n DEVICE=+acpi:PNP0A03:00\n"),
            Some(Message {
                priority: 7,
                sequence: 160,
                at: 424_069,
                text: b"pci_root PNP0A03:00: host bridge window".to_vec()
            })
        );
    }

    #[test]
    fn new_fields_are_ignored_and_escapes_undone() {
        let message = parse(b"30,1,2,c,caller=T1;a\\x1bb\\x5cx41 \\xc3\\xa9 \\xzz \\x4").unwrap();
        assert_eq!(message.text, "a\x1bb\\x41 é \\xzz \\x4".as_bytes());
        assert_eq!(message.priority, 30);
    }

    #[test]
    fn what_is_not_a_record_is_ignored() {
        for malformed in ["", ";", "a,b,c,-;x", "6,1;x", "200,1,2,-;x", "6,1,2,-"] {
            assert_eq!(parse(malformed.as_bytes()), None, "{malformed}");
        }
    }

    /// Gives one answer for each read, as /dev/kmsg does.
    struct Reads(VecDeque<Result<&'static str, i32>>);

    impl Read for Reads {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            match self.0.pop_front() {
                None => Ok(0),
                Some(Ok(text)) => text.as_bytes().read(buffer),
                Some(Err(errno)) => Err(io::Error::from_raw_os_error(errno)),
            }
        }
    }

    #[test]
    fn messages_that_were_overwritten_are_counted() {
        let reads = [
            Ok("6,0,1,-;a\n"),
            Err(nix::libc::EPIPE),
            Ok("6,12,1,-;b\n"),
            Err(nix::libc::EINTR),
            Ok("6,13,1,-;c\n"),
        ];
        let mut seen = vec![];
        follow(Reads(reads.into()), |event| {
            seen.push(match event {
                Event::Message(message) => String::from_utf8(message.text).unwrap(),
                Event::Overwritten(count) => format!("{count} lost"),
            })
        });
        assert_eq!(seen, ["a", "11 lost", "b", "c"]);
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_record_or_not(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            parse(&bytes);
            parse(&[b"6,1,2,-;", &bytes[..]].concat());
        }

        #[test]
        fn text_comes_back_as_it_was_logged(text in prop::collection::vec(any::<u8>(), 0..200)) {
            let escaped: String = text
                .iter()
                .map(|&byte| match byte {
                    b' '..=b'~' if byte != b'\\' => char::from(byte).to_string(),
                    _ => format!("\\x{byte:02x}"),
                })
                .collect();
            let record = format!("6,1,2,-;{escaped}\n DEVICE=+x\n");
            prop_assert_eq!(parse(record.as_bytes()).unwrap().text, text);
        }
    }
}
