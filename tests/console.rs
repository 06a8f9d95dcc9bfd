//! Consoles as an operator sees them: pseudo-terminals, one of which nobody reads.

use nix::pty::openpty;
use scratchmachine::console;
use scratchmachine::logs::{Log, Severity, Source};
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::os::fd::{AsRawFd, OwnedFd};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// What the operator sees, and a console to write to.
struct Terminal {
    screen: OwnedFd,
    // the line is hung up when nobody holds this
    _line: OwnedFd,
    device: PathBuf,
}

fn terminal() -> Terminal {
    let pty = openpty(None, None).expect("a pseudo-terminal");
    let link = format!("/proc/self/fd/{}", pty.slave.as_raw_fd());
    Terminal {
        device: std::fs::read_link(link).unwrap(),
        screen: pty.master,
        _line: pty.slave,
    }
}

fn show(log: &Log, terminal: &Terminal, name: &str) {
    show_on(log, terminal.device.clone(), name);
}

fn show_on(log: &Log, device: PathBuf, name: &str) {
    let ((next, pause), log) = (log.for_console(name), log.clone());
    std::thread::spawn(move || {
        console::run(&device, next, pause, |error| {
            log.report(Severity::Warning, error)
        })
    });
}

fn read(terminal: &Terminal) -> Receiver<String> {
    let screen = BufReader::new(File::from(terminal.screen.try_clone().unwrap()));
    let (send, receive) = channel();
    std::thread::spawn(move || {
        for line in screen.split(b'\n').map_while(Result::ok) {
            let _ = send.send(String::from_utf8(line).unwrap());
        }
    });
    receive
}

fn wait_for(lines: &Receiver<String>, end: &str) -> Vec<String> {
    let mut seen = vec![];
    loop {
        let line = lines.recv_timeout(Duration::from_secs(20)).expect(end);
        let found = line.contains(end);
        seen.push(line);
        if found {
            return seen;
        }
    }
}

const HELLO: Source = Source::Program("hello");
const INFO: Severity = Severity::Informational;

#[test]
fn what_was_logged_before_there_was_a_console_is_shown_on_all_of_them() {
    let log = Log::default();
    log.report(INFO, "Hello World!");
    let terminals = [terminal(), terminal()];
    for (terminal, name) in terminals.iter().zip(["tty0", "ttyS0"]) {
        show(&log, terminal, name);
    }
    log.write(HELLO, INFO, b"\x1b[2Jready");
    for terminal in &terminals {
        let lines = read(terminal);
        let first = lines.recv().unwrap();
        assert!(
            first.starts_with('[') && first.as_bytes()[6] == b'.',
            "{first}"
        );
        assert!(first.ends_with("] init: Hello World!\r"), "{first}");
        let second = lines.recv().unwrap();
        assert!(second.ends_with("] hello: \\x1b[2Jready\r"), "{second}");
    }
    assert!(log.flush(Duration::from_secs(5)));
}

#[test]
fn a_stuck_console_stops_neither_the_machine_nor_the_others_and_reports_what_it_lost() {
    let log = Log::default();
    let (works, stuck) = (terminal(), terminal());
    show(&log, &works, "works");
    show(&log, &stuck, "stuck");
    let screen = read(&works);

    let start = Instant::now();
    for number in 0..200_000 {
        log.write(HELLO, INFO, format!("line {number}").as_bytes());
        if number % 20_000 == 0 {
            log.report(INFO, format_args!("mark {number}"));
        }
    }
    log.report(INFO, "end of the flood");
    assert!(
        start.elapsed() < Duration::from_secs(20),
        "{:?}",
        start.elapsed()
    );

    let seen = wait_for(&screen, "end of the flood");
    let marks = |seen: &[String]| seen.iter().filter(|l| l.contains("init: mark")).count();
    assert_eq!(
        marks(&seen),
        10,
        "init's lines are never lost to a program's flood"
    );
    for line in &seen {
        // whole lines, one after the other
        assert!(line.starts_with('[') && line.ends_with('\r'), "{line}");
        assert_eq!(line.matches("] ").count(), 1, "{line}");
    }

    // a flush waits for the stuck console no longer than it was told to
    let start = Instant::now();
    assert!(!log.flush(Duration::from_millis(300)));
    assert!(start.elapsed() < Duration::from_secs(2));
    let statistics = log.statistics();
    assert_eq!(statistics.readers[1].name, "stuck");
    assert!(statistics.readers[1].lost.programs > 100_000);

    let screen = read(&stuck);
    let seen = wait_for(&screen, "end of the flood");
    assert_eq!(marks(&seen), 10);
    let shown = seen.iter().filter(|l| l.contains("hello: line")).count() as u64;
    // init's lines are not far behind, however much a program wrote
    assert!(shown < 1000, "{shown} lines of the flood");
    let reported: u64 = seen
        .iter()
        .filter_map(|line| {
            line.split_once("stuck was stuck or too slow: ")?
                .1
                .split(' ')
                .next()
        })
        .map(|number| number.parse::<u64>().unwrap())
        .sum();
    assert_eq!(shown + reported, 200_000);
    assert!(log.flush(Duration::from_secs(5)));
}

#[test]
fn what_is_typed_does_not_come_between_the_lines() {
    let log = Log::default();
    let terminal = terminal();
    show(&log, &terminal, "typed on");
    let screen = read(&terminal);
    log.report(INFO, "first");
    wait_for(&screen, "first");
    let mut keyboard = File::from(terminal.screen.try_clone().unwrap());
    keyboard.write_all(b"x\r\x03\x1c\x1a").unwrap();
    log.report(INFO, "second");
    let line = screen.recv().unwrap();
    assert!(
        line.starts_with('[') && line.ends_with("] init: second\r"),
        "{line}"
    );
}

#[test]
fn a_console_that_does_not_exist_is_reported_once_and_tried_again() {
    let log = Log::default();
    let works = terminal();
    let place = std::env::temp_dir().join(format!("console-{}", std::process::id()));
    show(&log, &works, "works");
    show_on(&log, place.clone(), "late");
    let screen = read(&works);
    let seen = wait_for(&screen, "retrying every second");
    assert!(seen.last().unwrap().contains("No such file"), "{seen:?}");

    let late = terminal();
    std::os::unix::fs::symlink(&late.device, &place).unwrap();
    log.report(INFO, "for both");
    let again = wait_for(&read(&late), "for both");
    assert!(
        again[0].contains("retrying every second"),
        "nothing is missing"
    );
    assert_eq!(
        wait_for(&screen, "for both").len(),
        1,
        "it was reported once"
    );
    std::fs::remove_file(place).unwrap();
}

#[test]
fn the_end_does_not_wait_for_a_console_that_does_not_exist_or_fails() {
    let log = Log::default();
    let works = terminal();
    show(&log, &works, "works");
    // it can be opened, and no write to it succeeds, as with a serial port that is not there
    show_on(&log, "/dev/full".into(), "full");
    show_on(&log, "/nowhere/console".into(), "nowhere");
    let screen = read(&works);
    log.report(INFO, "something to write");
    let mut seen = vec![];
    for _ in 0..2 {
        seen.extend(wait_for(&screen, "retrying every second"));
    }
    for device in ["/dev/full", "/nowhere/console"] {
        let report = format!("write {device}: ");
        assert!(seen.iter().any(|line| line.contains(&report)), "{seen:?}");
    }
    let start = Instant::now();
    let patience = Duration::from_secs(60);
    assert!(!log.flush(patience), "two of the consoles have not got it");
    assert!(start.elapsed() < patience / 2, "{:?}", start.elapsed());
    let statistics = log.statistics();
    assert_eq!(statistics.readers[0].waiting, 0);
}
