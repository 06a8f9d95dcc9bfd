//! Whatever somebody says, a console's line and a syslog message can be read and play no tricks.
#![no_main]

use libfuzzer_sys::arbitrary::{Result, Unstructured};
use libfuzzer_sys::fuzz_target;
use scratchmachine::logs::record::{LONGEST_TEXT, Record, TCP_MESSAGE, UDP_MESSAGE};
use scratchmachine::logs::{Severity, Source};

/// Days from 1970 to a date, after Howard Hinnant's days_from_civil.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let (era, year) = (year / 400, year % 400);
    era * 146_097 + year * 365 + year / 4 - year / 100 + day_of_year - 719_468
}

/// The moment in microseconds since 1970 that a TIMESTAMP stands for.
fn moment(timestamp: &str) -> i64 {
    let number = |from: usize, to: usize| timestamp[from..to].parse::<i64>().unwrap();
    let (date, time) = timestamp.split_once('T').unwrap();
    assert_eq!((date.len(), time.len()), (10, 16));
    let days = days(number(0, 4), number(5, 7), number(8, 10));
    let seconds = (number(11, 13) * 60 + number(14, 16)) * 60 + number(17, 19);
    (days * 86_400 + seconds) * 1_000_000 + number(20, 26)
}

fn check_message(message: &str, record: &Record, boot: i64) {
    let fields: Vec<_> = message.splitn(8, ' ').collect();
    let [priority, timestamp, hostname, name, "-", "-", "-", text] = fields[..] else {
        panic!("{message}");
    };
    assert_eq!(priority, format!("<{}>1", record.priority));
    assert!((1..=255).contains(&hostname.len()) && (1..=48).contains(&name.len()));
    assert!(
        [hostname, name]
            .concat()
            .bytes()
            .all(|byte| byte.is_ascii_graphic())
    );
    let at = record.at.checked_add_signed(boot);
    // from 2020 to 9999
    if at.is_some_and(|at| (1_577_836_800_000_000..253_402_300_800_000_000).contains(&at)) {
        assert_eq!(Some(moment(timestamp) as u64), at, "{timestamp}");
    } else {
        assert_eq!(timestamp, "-");
    }
    assert_eq!(text.starts_with('\u{feff}'), !text.is_ascii());
}

// limit, priority or severity, time, boot, the lengths of host's and program's name, these, the text
fn check(bytes: &mut Unstructured) -> Result<()> {
    let limit = if bytes.arbitrary()? {
        UDP_MESSAGE
    } else {
        TCP_MESSAGE
    };
    let (is_kernel, priority) = (bytes.arbitrary()?, bytes.arbitrary()?);
    let (at, boot) = (bytes.arbitrary()?, bytes.arbitrary()?);
    let mut name = || -> Result<_> {
        let length = bytes.arbitrary::<u8>()?.into();
        Ok(String::from_utf8_lossy(bytes.bytes(length)?))
    };
    let (hostname, program) = (name()?, name()?);
    let text = bytes.bytes(bytes.len())?;
    let record = if is_kernel {
        Record::of_kernel(priority, at, text)
    } else {
        Record::new(Source::Program(&program), Severity::Notice, at, text)
    };
    assert!(record.text.len() <= LONGEST_TEXT && text.starts_with(&record.text));

    let message = record.for_syslog(&hostname, boot, limit);
    assert!(message.len() <= limit);
    check_message(&message, &record, boot);

    let line = record.for_console();
    let line = line.strip_suffix('\n').expect("one line");
    let before = format!(".{:03}] ", at / 1000 % 1000);
    let said = line.split_once(&before).expect("the time").1;
    assert!(said.len() <= 2 + 4 * (record.name.len() + text.len()));
    for shown in [line, &message] {
        assert!(
            !shown.chars().any(|c| c.is_control() && c != '\t'),
            "{shown:?}"
        );
    }
    if let Ok(text) = std::str::from_utf8(&record.text) {
        if !text.chars().any(char::is_control) {
            assert!(line.ends_with(text), "{line}");
        }
    }
    Ok(())
}

fuzz_target!(|bytes: &[u8]| {
    // too short for all of it: nothing to check
    let _ = check(&mut Unstructured::new(bytes));
});
