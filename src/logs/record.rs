//! One line of the log, and how it looks on a console and in a syslog message. Pure.

use std::fmt::Write;
use std::sync::Arc;

/// The longest text of a record in bytes. With its header such a line fits in [`TCP_MESSAGE`], unless
/// much of it has to be escaped.
pub const LONGEST_TEXT: usize = TCP_MESSAGE - 256;
/// What rsyslog accepts by default in one message; syslog-ng accepts more.
pub const TCP_MESSAGE: usize = 8096;
/// What every receiver of datagrams should accept (RFC 5426, section 3.2).
pub const UDP_MESSAGE: usize = 2048;
/// Ends a text that was cut and begins its continuation.
pub const CUT: &str = "...";

/// A time before this, in microseconds since 1970, is wrong: the real-time clock is not set.
const YEAR_2020: u64 = 1_577_836_800_000_000;
const DAY: u64 = 86_400_000_000;
/// The facility of everything that is not the kernel's (RFC 5424, table 1).
const DAEMON: u8 = 3;

/// How bad it is (RFC 5424, table 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    Emergency,
    Alert,
    Critical,
    Error,
    Warning,
    Notice,
    Informational,
    Debug,
}

/// Whose line it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source<'a> {
    Init,
    Program(&'a str),
}

/// Records are kept apart by origin, so that a flood from one doesn't push out the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    Init,
    Kernel,
    Programs,
}

impl Lane {
    pub const ALL: [Lane; 3] = [Lane::Init, Lane::Kernel, Lane::Programs];
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    pub lane: Lane,
    /// Microseconds since boot (`CLOCK_BOOTTIME`). The real-time clock may be set later.
    pub at: u64,
    /// Facility · 8 + severity (RFC 5424, section 6.2.1).
    pub priority: u8,
    pub name: Box<str>,
    pub text: Box<[u8]>,
}

impl Record {
    /// What exceeds [`LONGEST_TEXT`] is cut off.
    pub fn new(source: Source, severity: Severity, at: u64, text: &[u8]) -> Record {
        let (lane, name) = match source {
            Source::Init => (Lane::Init, "init"),
            Source::Program(name) => (Lane::Programs, name),
        };
        Record {
            lane,
            at,
            priority: DAEMON * 8 + severity as u8,
            name: name.into(),
            text: cut(text, LONGEST_TEXT).into(),
        }
    }

    /// A line of the kernel's log, which has its own time and priority.
    pub fn of_kernel(priority: u8, at: u64, text: &[u8]) -> Record {
        Record {
            lane: Lane::Kernel,
            at,
            priority,
            name: "kernel".into(),
            text: cut(text, LONGEST_TEXT).into(),
        }
    }

    /// Init's own note about `lost` lines that came before `next`, in the place where they would have been.
    pub fn of_loss(
        reason: &str,
        lost: impl std::fmt::Display,
        next: Option<&Arc<Record>>,
    ) -> Record {
        let at = next.map_or(0, |record| record.at);
        let text = format!("warning: {reason}: {lost} lost");
        Record::new(Source::Init, Severity::Warning, at, text.as_bytes())
    }

    /// The line for a console: `[    0.412] init: network: …`, with the time since boot in seconds, as
    /// printk shows it.
    pub fn for_console(&self) -> String {
        let (seconds, milliseconds) = (self.at / 1_000_000, self.at / 1000 % 1000);
        let mut line = format!("[{seconds:5}.{milliseconds:03}] ");
        escape(self.name.as_bytes(), &mut line);
        line.push_str(": ");
        escape(&self.text, &mut line);
        line.push('\n');
        line
    }

    /// The syslog message of RFC 5424, cut to `limit` bytes.
    ///
    /// `hostname` may be empty while it is not known. `boot` is the time of boot in microseconds since
    /// 1970, by the real-time clock as it is *now*: so lines from before it was set come out right. While
    /// it shows a year before 2020, the message says that the time is unknown.
    ///
    /// PROCID, MSGID and structured data are left out. The text is always valid UTF-8; it
    /// begins with a byte order mark (section 6.4) when it is more than ASCII.
    pub fn for_syslog(&self, hostname: &str, boot: i64, limit: usize) -> String {
        let mut message = format!("<{}>1 ", self.priority);
        timestamp(self.at.checked_add_signed(boot), &mut message);
        message.push(' ');
        name(hostname, 255, &mut message);
        message.push(' ');
        name(&self.name, 48, &mut message);
        message.push_str(" - - - ");
        let header = message.len();
        escape(&self.text, &mut message);
        if !message.is_ascii() {
            message.insert(header, '\u{feff}');
        }
        if message.len() > limit {
            let mut end = limit.saturating_sub(CUT.len());
            while !message.is_char_boundary(end) {
                end -= 1;
            }
            message.truncate(end);
            message.push_str(CUT);
        }
        message
    }
}

/// The first `limit` bytes of `text` or fewer, so that no UTF-8 character is cut in the middle.
pub fn cut(text: &[u8], limit: usize) -> &[u8] {
    let continues = |at: usize| text.get(at).is_some_and(|byte| byte & 0xc0 == 0x80);
    // a character has up to three bytes after its first; if there are more, it is not UTF-8
    let end = (limit.saturating_sub(3)..=limit)
        .rev()
        .find(|&end| !continues(end))
        .unwrap_or(limit);
    text.get(..end).unwrap_or(text)
}

/// Bytes that could control an operator's terminal, or that are not UTF-8, as `\x1b`. A tab stays.
fn escape(bytes: &[u8], out: &mut String) {
    let hex = |bytes: &[u8], out: &mut String| {
        for byte in bytes {
            // writing to a String does not fail
            let _ = write!(out, "\\x{byte:02x}");
        }
    };
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            // the C1 controls too: U+009B begins a sequence as ESC [ does
            if c.is_control() && c != '\t' {
                hex(c.encode_utf8(&mut [0; 4]).as_bytes(), out);
            } else {
                out.push(c);
            }
        }
        hex(chunk.invalid(), out);
    }
}

/// HOSTNAME or APP-NAME: printable ASCII without spaces, or the NILVALUE.
fn name(name: &str, limit: usize, out: &mut String) {
    if name.is_empty() {
        out.push('-');
    }
    out.extend(
        name.chars()
            .take(limit)
            .map(|c| if c.is_ascii_graphic() { c } else { '_' }),
    );
}

/// `2026-11-23T11:50:00.123456Z` (RFC 3339), or the NILVALUE if that can't be right.
fn timestamp(microseconds: Option<u64>, out: &mut String) {
    let Some(since_2020) = microseconds.and_then(|at| at.checked_sub(YEAR_2020)) else {
        return out.push('-');
    };
    let (mut days, rest) = (since_2020 / DAY, since_2020 % DAY);
    let leap = |year: u64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let mut year = 2020;
    while days >= 365 + u64::from(leap(year)) {
        days -= 365 + u64::from(leap(year));
        year += 1;
        if year > 9999 {
            return out.push('-');
        }
    }
    let february = 28 + u64::from(leap(year));
    let mut month = 1;
    for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30] {
        if days < length {
            break;
        }
        days -= length;
        month += 1;
    }
    let (day, seconds, fraction) = (days + 1, rest / 1_000_000, rest % 1_000_000);
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let _ = write!(
        out,
        "{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{fraction:06}Z"
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn record(text: &[u8]) -> Record {
        Record::new(
            Source::Program("web"),
            Severity::Informational,
            412_345,
            text,
        )
    }

    /// An independent parser of RFC 5424: the fields of the header, and the message.
    fn parse(message: &str) -> ([&str; 6], &str) {
        let rest = message.strip_prefix('<').unwrap();
        let (priority, rest) = rest.split_once(">1 ").unwrap();
        let mut fields = rest.splitn(6, ' ');
        let mut field = || fields.next().unwrap();
        let header = [priority, field(), field(), field(), field(), field()];
        let text = field().strip_prefix("- ").unwrap();
        (header, text.strip_prefix('\u{feff}').unwrap_or(text))
    }

    #[test]
    fn a_console_shows_seconds_since_boot_and_whose_line_it_is() {
        assert_eq!(record(b"ready").for_console(), "[    0.412] web: ready\n");
        let late = Record::new(Source::Init, Severity::Notice, 123_456_789_012, b"x");
        assert_eq!(late.for_console(), "[123456.789] init: x\n");
    }

    #[test]
    fn a_program_cannot_control_the_operators_terminal() {
        assert_eq!(
            record("\x1b[2J\0\x07a\tb\r\x7f \u{9b}31m é".as_bytes()).for_console(),
            "[    0.412] web: \\x1b[2J\\x00\\x07a\tb\\x0d\\x7f \\xc2\\x9b31m é\n"
        );
        assert_eq!(
            record(b"\x9b31m\xff").for_console(),
            "[    0.412] web: \\x9b31m\\xff\n"
        );
    }

    #[test]
    fn a_syslog_message_has_every_field_of_rfc_5424() {
        let boot = 1_795_434_600_000_000;
        assert_eq!(
            record(b"ready").for_syslog("box-1", boot, TCP_MESSAGE),
            "<30>1 2026-11-23T11:50:00.412345Z box-1 web - - - ready"
        );
    }

    #[test]
    fn an_unknown_time_or_host_name_is_left_out() {
        assert_eq!(
            record(b"").for_syslog("", 0, TCP_MESSAGE),
            "<30>1 - - web - - - "
        );
    }

    #[test]
    fn a_kernel_line_keeps_facility_and_severity() {
        let line = Record::of_kernel(4, 0, b"hot").for_syslog("h", 0, TCP_MESSAGE);
        assert_eq!(line, "<4>1 - h kernel - - - hot");
    }

    #[test]
    fn text_beyond_ascii_begins_with_a_byte_order_mark() {
        let line = record("größer".as_bytes()).for_syslog("h", 0, TCP_MESSAGE);
        assert_eq!(line, "<30>1 - h web - - - \u{feff}größer");
    }

    #[test]
    fn names_that_syslog_does_not_allow_are_adapted() {
        let record = Record::new(Source::Program("my é\nprogram"), Severity::Notice, 0, b"x");
        let line = record.for_syslog("a b", 0, TCP_MESSAGE);
        assert_eq!(line, "<29>1 - a_b my___program - - - x");
    }

    #[test]
    fn dates_are_right_on_difficult_days() {
        let shown = |seconds: u64| {
            let mut out = String::new();
            timestamp(Some(seconds * 1_000_000), &mut out);
            out
        };
        // from date -u -d @…
        assert_eq!(shown(1_577_836_799), "-");
        assert_eq!(shown(1_577_836_800), "2020-01-01T00:00:00.000000Z");
        assert_eq!(shown(1_582_934_400), "2020-02-29T00:00:00.000000Z");
        assert_eq!(shown(1_609_459_199), "2020-12-31T23:59:59.000000Z");
        assert_eq!(shown(1_677_628_800), "2023-03-01T00:00:00.000000Z");
        assert_eq!(shown(4_107_542_400), "2100-03-01T00:00:00.000000Z");
        assert_eq!(shown(253_402_300_799), "9999-12-31T23:59:59.000000Z");
        assert_eq!(shown(253_402_300_800), "-");
    }

    #[test]
    fn a_message_that_is_too_long_is_cut_at_a_character_and_shows_that() {
        let line = record("é".repeat(3000).as_bytes()).for_syslog("h", 0, UDP_MESSAGE);
        assert!(line.len() <= UDP_MESSAGE && line.len() > UDP_MESSAGE - 4);
        assert!(line.ends_with("é..."));
    }

    #[test]
    fn a_line_as_long_as_a_record_fits_in_one_message() {
        let record = Record::new(
            Source::Program(&"p".repeat(200)),
            Severity::Debug,
            u64::MAX / 2,
            &[b'x'; LONGEST_TEXT + 9],
        );
        let line = record.for_syslog(&"h".repeat(63), 0, TCP_MESSAGE);
        assert!(line.ends_with("xxxx"));
        assert_eq!(record.text.len(), LONGEST_TEXT);
    }

    fn bytes() -> impl Strategy<Value = Vec<u8>> {
        prop_oneof![
            prop::collection::vec(any::<u8>(), 0..400),
            any::<String>().prop_map(String::into_bytes),
            prop::collection::vec(any::<u8>(), LONGEST_TEXT - 4..LONGEST_TEXT + 5),
        ]
    }

    proptest! {
        #[test]
        fn whatever_is_logged_the_message_can_be_read(
            text in bytes(), host in any::<String>(), program in any::<String>(),
            at in any::<u64>(), boot in any::<i64>(), kernel in prop::option::of(any::<u8>()),
            limit in prop_oneof![Just(UDP_MESSAGE), Just(TCP_MESSAGE)],
        ) {
            let record = match kernel {
                Some(priority) => Record::of_kernel(priority, at, &text),
                None => Record::new(Source::Program(&program), Severity::Alert, at, &text),
            };
            let message = record.for_syslog(&host, boot, limit);
            prop_assert!(message.len() <= limit);
            let ([priority, time, host, name, process, id], shown) = parse(&message);
            prop_assert_eq!(priority.parse::<u8>().unwrap(), record.priority);
            prop_assert!(time == "-" || time.len() == 27);
            prop_assert!((1..=255).contains(&host.len()) && (1..=48).contains(&name.len()));
            prop_assert_eq!((process, id), ("-", "-"));
            let printable = text.len() < 1000
                && std::str::from_utf8(&text).is_ok_and(|text| !text.chars().any(char::is_control));
            if printable {
                prop_assert_eq!(shown.as_bytes(), &text[..]);
            }
            for line in [message.as_str(), record.for_console().trim_end_matches('\n')] {
                prop_assert!(!line.chars().any(|c| c.is_control() && c != '\t'));
            }
        }

        #[test]
        fn no_character_is_cut_in_two(text in any::<String>(), limit in 0usize..300) {
            let cut = cut(text.as_bytes(), limit);
            prop_assert!(cut.len() <= limit && std::str::from_utf8(cut).is_ok());
            prop_assert!(cut.len() == text.len() || cut.len() + 3 >= limit);
        }
    }
}
