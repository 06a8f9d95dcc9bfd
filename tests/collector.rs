//! The log against collectors: a real one, rsyslogd, which has to be in PATH (so those tests are run with
//! `cargo test -- --include-ignored`), and ones that behave worse than it can be made to.

use nix::sys::signal::{Signal, kill};
use nix::sys::socket::{setsockopt, sockopt};
use nix::unistd::Pid;
use scratchmachine::logs::{Log, Severity, Source, collector, forward};
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream, UdpSocket};
use std::path::PathBuf;
use std::process::{Child, Command};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

const WEB: Source = Source::Program("web");
const INFO: Severity = Severity::Informational;

fn send_to(log: &Log, target: &str) {
    let sender = collector::Sender::new(target.parse().unwrap(), log);
    std::thread::spawn(move || sender.run());
}

fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(
            start.elapsed() < Duration::from_secs(60),
            "not in 60 s: {what}"
        );
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// rsyslogd with a port, a configuration and a directory of its own. What it received is in a file, one
/// message a line: `facility.severity host program text`.
struct Rsyslog {
    directory: PathBuf,
    port: u16,
    process: Option<Child>,
}

impl Rsyslog {
    fn new(transport: &str) -> Rsyslog {
        let name = format!("rsyslog-{transport}-{}", std::process::id());
        let directory = std::env::temp_dir().join(name);
        let _ = std::fs::remove_dir_all(&directory);
        std::fs::create_dir(&directory).unwrap();
        // a port that was free a moment ago
        let port = match transport {
            "udp" => UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))
                .unwrap()
                .local_addr(),
            _ => TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
                .unwrap()
                .local_addr(),
        }
        .unwrap()
        .port();
        let configuration = format!(
            r#"
            global(workDirectory="{directory}")
            module(load="im{transport}")
            input(type="im{transport}" port="{port}" address="127.0.0.1")
            template(name="fields" type="string" string=
                "%syslogfacility-text%.%syslogseverity-text% %timestamp:::date-rfc3339% %hostname% %app-name% %procid% %msg%\n")
            action(type="omfile" file="{directory}/received" template="fields")
            "#,
            directory = directory.display()
        );
        std::fs::write(directory.join("conf"), configuration).unwrap();
        Rsyslog {
            directory,
            port,
            process: None,
        }
    }

    fn start(&mut self) {
        let process = Command::new("rsyslogd")
            .args(["-n", "-iNONE", "-f"])
            .arg(self.directory.join("conf"))
            .spawn()
            .expect("rsyslogd in PATH");
        self.process = Some(process);
    }

    fn stop(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _ = kill(Pid::from_raw(process.id() as i32), Signal::SIGTERM);
            let _ = process.wait();
        }
    }

    fn received(&self) -> Vec<String> {
        let bytes = std::fs::read(self.directory.join("received")).unwrap_or_default();
        let text = String::from_utf8(bytes).expect("only UTF-8 is sent");
        text.lines().map(str::to_owned).collect()
    }

    fn wait_for(&self, end: &str) -> Vec<String> {
        until(end, || {
            self.received().iter().any(|line| line.ends_with(end))
        });
        self.received()
    }
}

impl Drop for Rsyslog {
    fn drop(&mut self) {
        self.stop();
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}

/// The numbers of the lines `web - line N`, in the order in which each came first.
fn numbers(received: &[String]) -> Vec<u32> {
    let mut numbers = vec![];
    for line in received {
        if let Some((_, number)) = line.split_once(" web - line ") {
            let number = number.parse().expect("a whole line");
            if !numbers.contains(&number) {
                numbers.push(number);
            }
        }
    }
    numbers
}

fn a_real_collector(transport: &str) {
    let mut rsyslog = Rsyslog::new(transport);
    let log = Log::default();
    log.report(INFO, "from before there was a network");
    log.write(WEB, Severity::Notice, "größer\t\0\x1b[2J".as_bytes());
    log.write(WEB, INFO, b"not UTF-8: \xff\xc3");
    log.set_hostname("box-1");
    // it is not there yet, so the first attempt fails
    send_to(&log, &format!("{transport}://127.0.0.1:{}", rsyslog.port));
    std::thread::sleep(Duration::from_millis(500));
    rsyslog.start();
    for number in 0..200 {
        log.write(WEB, INFO, format!("line {number}").as_bytes());
    }
    let received = rsyslog.wait_for("line 199");
    let first = &received[0];
    let year = first.split_once(' ').unwrap().1;
    assert!(year.starts_with("20"), "{first}");
    assert!(first.starts_with("daemon.info "), "{first}");
    assert!(
        first.ends_with(" box-1 init - from before there was a network"),
        "{first}"
    );
    let escaped = &received[1];
    assert!(escaped.starts_with("daemon.notice "), "{escaped}");
    // rsyslog shows the tab as #011, and leaves the byte order mark in
    assert!(escaped.contains("größer#011\\x00\\x1b[2J"), "{escaped}");
    assert!(
        received[2].ends_with("web - not UTF-8: \\xff\\xc3"),
        "{}",
        received[2]
    );

    // it stops and starts again in the middle
    let writer = std::thread::spawn({
        let log = log.clone();
        move || {
            for number in 200..1000 {
                log.write(WEB, INFO, format!("line {number}").as_bytes());
                std::thread::sleep(Duration::from_millis(5));
            }
        }
    });
    std::thread::sleep(Duration::from_millis(1000));
    rsyslog.stop();
    let before = rsyslog.received().len();
    assert!(before < 900, "it was stopped in the middle");
    std::thread::sleep(Duration::from_millis(1500));
    rsyslog.start();
    writer.join().unwrap();
    let received = rsyslog.wait_for("line 999");
    assert_eq!(numbers(&received), (0..1000).collect::<Vec<_>>());
    assert!(
        received
            .iter()
            .any(|line| line.contains("lines are kept and sent later")),
        "the collector learns that it was away"
    );

    // programs that write noise; how long a message may be depends on the transport
    let (read, mut write) = std::os::unix::net::UnixStream::pair().unwrap();
    let forwarder = std::thread::spawn({
        let log = log.clone();
        move || forward(read, "noise", INFO, &log, |_| {})
    });
    let noise: Vec<u8> = (0..1u32 << 18)
        .map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect();
    write.write_all(&noise).unwrap();
    write.write_all(b"\n").unwrap();
    write.write_all(&[b'q'; 20_000]).unwrap();
    write.write_all(b"\nend of the noise\n").unwrap();
    drop(write);
    forwarder.join().unwrap();
    assert!(log.flush(Duration::from_secs(30)));
    if transport == "tcp" {
        // after a flush the collector has it all
        rsyslog.stop();
        let received = rsyslog.received();
        assert!(
            received
                .iter()
                .any(|line| line.ends_with("end of the noise"))
        );
        let long = received.iter().filter(|line| line.contains("qqq"));
        let pieces: Vec<_> = long.map(|line| line.matches('q').count()).collect();
        assert_eq!((pieces.len(), pieces.iter().sum()), (3, 20_000));
    } else {
        rsyslog.wait_for("end of the noise");
    }
    for reader in log.statistics().readers {
        assert_eq!(
            (reader.waiting, reader.lost.total()),
            (0, 0),
            "{}",
            reader.name
        );
    }
}

#[test]
#[ignore = "needs rsyslogd in PATH"]
fn rsyslog_gets_every_line_over_udp() {
    a_real_collector("udp");
}

#[test]
#[ignore = "needs rsyslogd in PATH"]
fn rsyslog_gets_every_line_over_tcp() {
    a_real_collector("tcp");
}

/// One message by RFC 6587, octet counting.
fn frame(stream: &mut TcpStream) -> Option<String> {
    let mut length = 0;
    loop {
        let mut digit = [0];
        stream.read_exact(&mut digit).ok()?;
        match digit[0] {
            b' ' => break,
            digit => length = length * 10 + usize::from(digit.checked_sub(b'0').unwrap()),
        }
    }
    let mut message = vec![0; length];
    stream.read_exact(&mut message).ok()?;
    Some(String::from_utf8(message).unwrap())
}

/// The text of the next message of the program.
fn web(stream: &mut TcpStream) -> String {
    loop {
        let message = frame(stream).expect("a message");
        if let Some((_, text)) = message.split_once(" web - - - ") {
            return text.to_owned();
        }
    }
}

fn tcp_collector(log: &Log) -> TcpListener {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    send_to(log, &format!("tcp://{}", listener.local_addr().unwrap()));
    listener
}

/// The next connection, if one comes in time.
fn accept(listener: &TcpListener, patience: Duration) -> Option<TcpStream> {
    listener.set_nonblocking(true).unwrap();
    let deadline = Instant::now() + patience;
    loop {
        match listener.accept() {
            Ok((stream, _)) => {
                stream.set_nonblocking(false).unwrap();
                return Some(stream);
            }
            Err(_) if Instant::now() >= deadline => return None,
            Err(_) => std::thread::sleep(Duration::from_millis(5)),
        }
    }
}

/// All messages until none has come for so long, or the end.
fn read_until_idle(stream: &mut TcpStream, idle: Duration) -> Vec<String> {
    stream.set_read_timeout(Some(idle)).unwrap();
    std::iter::from_fn(|| frame(stream)).collect()
}

/// All messages until that line of the program's came.
fn read_until(stream: &mut TcpStream, line: &str) -> Vec<String> {
    stream.set_read_timeout(Some(SOON)).unwrap();
    let mut messages = vec![];
    let end = format!(" web - - - {line}");
    while !messages
        .last()
        .is_some_and(|it: &String| it.ends_with(&end))
    {
        messages.push(frame(stream).expect(line));
    }
    messages
}

/// How often each of the program's lines is among the messages, in the order in which they came first.
fn counts(messages: &[String]) -> Vec<(String, usize)> {
    let mut counts: Vec<(String, usize)> = vec![];
    for message in messages {
        let Some((_, text)) = message.split_once(" web - - - ") else {
            continue;
        };
        match counts.iter_mut().find(|(known, _)| known == text) {
            Some((_, count)) => *count += 1,
            None => counts.push((text.to_owned(), 1)),
        }
    }
    counts
}

fn each_once(lines: impl IntoIterator<Item = impl std::fmt::Display>) -> Vec<(String, usize)> {
    let lines = lines.into_iter();
    lines.map(|line| (line.to_string(), 1)).collect()
}

/// End it by a reset, as a firewall does.
fn reset(stream: TcpStream) {
    let at_once = nix::libc::linger {
        l_onoff: 1,
        l_linger: 0,
    };
    setsockopt(&stream, sockopt::Linger, &at_once).unwrap();
}

const SOON: Duration = Duration::from_secs(10);
const IDLE: Duration = Duration::from_millis(300);

/// A collector that ends what was idle for so long, by `end`, and what it got, of three lines with pauses
/// between them. When nothing is logged, nobody may connect.
fn lines_of_an_impatient_collector(idle: Duration, end: fn(TcpStream)) -> Vec<String> {
    let log = Log::default();
    let listener = tcp_collector(&log);
    let mut messages = vec![];
    for number in 0..3 {
        log.write(WEB, INFO, number.to_string().as_bytes());
        let mut stream = accept(&listener, SOON).expect("a connection for a line");
        messages.extend(read_until(&mut stream, &number.to_string()));
        messages.extend(read_until_idle(&mut stream, idle));
        end(stream);
        if number == 0 {
            // that it works is logged once, which may be a line for another connection
            if let Some(mut stream) = accept(&listener, Duration::from_secs(2)) {
                messages.extend(read_until_idle(&mut stream, idle));
                end(stream);
            }
        }
        assert!(accept(&listener, Duration::from_secs(2)).is_none());
    }
    let own: Vec<_> = messages.iter().filter(|it| it.contains(" init ")).collect();
    assert_eq!(own.len(), 1, "{own:?}");
    messages
}

#[test]
fn a_collector_that_closes_what_is_idle_gets_every_line_once_and_is_left_alone() {
    let messages = lines_of_an_impatient_collector(IDLE, drop);
    assert_eq!(counts(&messages), each_once(0..3));
}

#[test]
fn a_collector_that_resets_what_is_idle_gets_every_line_once_and_is_left_alone() {
    let messages = lines_of_an_impatient_collector(Duration::from_secs(3), reset);
    assert_eq!(counts(&messages), each_once(0..3));
}

/// A collector that ends every connection at once is asked less and less often, and gets it all when it has
/// come to its senses.
fn a_useless_collector(end: fn(TcpStream)) {
    let log = Log::default();
    let listener = tcp_collector(&log);
    for number in 0..10 {
        log.write(WEB, INFO, number.to_string().as_bytes());
    }
    let (start, mut connections) = (Instant::now(), 0);
    while start.elapsed() < Duration::from_secs(6) {
        if let Some(stream) = accept(&listener, IDLE) {
            connections += 1;
            end(stream);
        }
    }
    // after 1 s, then 2, then 4
    assert!((2..=4).contains(&connections), "{connections} connections");
    let mut stream = accept(&listener, SOON).unwrap();
    let messages = read_until(&mut stream, "9");
    assert_eq!(counts(&messages), each_once(0..10));
    let own: Vec<_> = messages.iter().filter(|it| it.contains(" init ")).collect();
    assert!(own.len() <= 2, "{own:?}");
}

#[test]
fn a_collector_that_closes_at_once_is_asked_less_and_less_often() {
    a_useless_collector(drop);
}

#[test]
fn a_collector_that_resets_at_once_is_asked_less_and_less_often() {
    a_useless_collector(reset);
}

#[test]
fn a_line_that_was_read_by_half_comes_again_as_a_whole() {
    let log = Log::default();
    let listener = tcp_collector(&log);
    let long = "x".repeat(5000);
    log.write(WEB, INFO, long.as_bytes());
    let mut stream = accept(&listener, SOON).unwrap();
    stream.read_exact(&mut [0; 1000]).unwrap();
    drop(stream);
    let mut stream = accept(&listener, SOON).unwrap();
    assert_eq!(web(&mut stream), long);
}

#[test]
fn a_collector_that_was_stuck_gets_every_line_once() {
    let log = Log::default();
    let listener = tcp_collector(&log);
    let mut stream = {
        log.write(WEB, INFO, b"0");
        accept(&listener, SOON).unwrap()
    };
    setsockopt(&stream, sockopt::RcvBuf, &4096).unwrap();
    for number in 1..2000 {
        log.write(WEB, INFO, number.to_string().as_bytes());
    }
    std::thread::sleep(Duration::from_secs(3));
    let messages = read_until(&mut stream, "1999");
    assert_eq!(counts(&messages), each_once(0..2000));
}

#[test]
fn a_collector_that_restarts_gets_every_line_and_none_more_than_twice() {
    let log = Log::default();
    let listener = tcp_collector(&log);
    let writer = std::thread::spawn({
        let log = log.clone();
        move || {
            for number in 0..1500 {
                log.write(WEB, INFO, number.to_string().as_bytes());
                std::thread::sleep(Duration::from_millis(2));
            }
        }
    });
    let (mut messages, mut connections) = (vec![], 0);
    // however long a busy machine takes from one connection to the next
    let has_last = |messages: &[_]| counts(messages).iter().any(|(line, _)| line == "1499");
    while !has_last(&messages) {
        let mut stream = accept(&listener, Duration::from_secs(60)).expect("a connection");
        connections += 1;
        // what it has not read resets the connection
        stream.set_read_timeout(Some(2 * IDLE)).unwrap();
        messages.extend(std::iter::from_fn(|| frame(&mut stream)).take(400));
    }
    writer.join().unwrap();
    assert!(connections > 2);
    let counts = counts(&messages);
    let lines: Vec<_> = counts.iter().map(|(line, _)| line.clone()).collect();
    assert_eq!(
        lines,
        (0..1500).map(|it| it.to_string()).collect::<Vec<_>>()
    );
    let most = counts.iter().map(|(_, count)| *count).max();
    assert!(most <= Some(2), "{counts:?}");
}

/// A port of this host on which nobody listens, for the moment.
fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.local_addr().unwrap().port()
}

#[test]
fn what_was_logged_while_nobody_listened_comes_once_and_in_order() {
    let log = Log::default();
    let port = free_port();
    send_to(&log, &format!("tcp://127.0.0.1:{port}"));
    for number in 0..20 {
        log.write(WEB, INFO, number.to_string().as_bytes());
    }
    std::thread::sleep(2 * IDLE);
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).unwrap();
    let mut stream = accept(&listener, SOON).unwrap();
    assert_eq!(counts(&read_until(&mut stream, "19")), each_once(0..20));
}

#[test]
fn datagrams_that_were_refused_come_when_somebody_listens() {
    let log = Log::default();
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = socket.local_addr().unwrap();
    drop(socket);
    for number in 0..20 {
        log.write(WEB, INFO, number.to_string().as_bytes());
    }
    send_to(&log, &format!("udp://{address}"));
    std::thread::sleep(2 * IDLE);
    let socket = UdpSocket::bind(address).unwrap();
    socket
        .set_read_timeout(Some(Duration::from_secs(3)))
        .unwrap();
    let mut datagram = [0; 2048];
    let messages: Vec<_> = std::iter::from_fn(|| {
        let length = socket.recv(&mut datagram).ok()?;
        Some(String::from_utf8(datagram[..length].to_vec()).unwrap())
    })
    .collect();
    assert_eq!(counts(&messages), each_once(0..20));
}

/// The last line comes although the collector ended the connection just before.
fn the_last_line_arrives_after(end: fn(TcpStream)) {
    let log = Log::default();
    let listener = tcp_collector(&log);
    log.write(WEB, INFO, b"first");
    let mut stream = accept(&listener, SOON).unwrap();
    read_until(&mut stream, "first");
    read_until_idle(&mut stream, IDLE);
    let read = Arc::new(AtomicUsize::new(0));
    let count = read.clone();
    std::thread::spawn(move || {
        end(stream);
        while let Some(mut stream) = accept(&listener, SOON) {
            while let Some(message) = frame(&mut stream) {
                let is_last = message.ends_with(" web - - - last");
                count.fetch_add(usize::from(is_last), Ordering::SeqCst);
            }
        }
    });
    log.write(WEB, INFO, b"last");
    assert!(log.flush(Duration::from_secs(30)));
    assert_eq!(read.load(Ordering::SeqCst), 1);
    // and there is nothing to wait for without a line
    let start = Instant::now();
    assert!(log.flush(Duration::from_secs(30)));
    assert!(start.elapsed() < SOON);
}

#[test]
fn the_last_line_is_waited_for_although_the_collector_has_closed_meanwhile() {
    the_last_line_arrives_after(drop);
}

#[test]
fn the_last_line_is_waited_for_although_the_collector_has_reset_meanwhile() {
    the_last_line_arrives_after(reset);
}

#[test]
fn the_end_does_not_wait_for_a_collector_that_ends_every_connection() {
    let log = Log::default();
    let listener = tcp_collector(&log);
    log.write(WEB, INFO, b"first");
    for _ in 0..2 {
        reset(accept(&listener, SOON).unwrap());
    }
    std::thread::spawn(move || {
        while let Some(stream) = accept(&listener, 3 * SOON) {
            reset(stream);
        }
    });
    log.write(WEB, INFO, b"last");
    let start = Instant::now();
    assert!(!log.flush(Duration::from_secs(30)));
    assert!(start.elapsed() < SOON, "{:?}", start.elapsed());
}

#[test]
fn while_the_collector_is_away_the_newest_lines_are_kept_and_the_lost_ones_counted() {
    let log = Log::default();
    log.report(INFO, "the first of all");
    for number in 0..50_000 {
        log.write(WEB, INFO, format!("line {number}").as_bytes());
    }
    assert!(log.statistics().bytes <= 1 << 20);
    let listener = tcp_collector(&log);
    let (mut stream, _) = listener.accept().unwrap();
    let notice = frame(&mut stream).unwrap();
    let (_, lost) = notice
        .split_once("the collector was away or too slow: ")
        .unwrap();
    let lost: u64 = lost.split(' ').next().unwrap().parse().unwrap();
    // init's own lines have room of their own
    let first = frame(&mut stream).unwrap();
    assert!(first.ends_with(" init - - - the first of all"), "{first}");
    for number in lost..50_000 {
        assert_eq!(web(&mut stream), format!("line {number}"));
    }
    assert_eq!(log.statistics().readers[0].lost.total(), lost);
}

#[test]
fn lines_that_a_dying_collector_did_not_take_are_sent_to_the_next() {
    let log = Log::default();
    let listener = tcp_collector(&log);
    log.write(WEB, INFO, b"one");
    let (mut stream, _) = listener.accept().unwrap();
    frame(&mut stream).unwrap();
    log.write(WEB, INFO, b"two");
    log.write(WEB, INFO, b"three");
    std::thread::sleep(Duration::from_millis(100));
    // it never reads them: closing resets the connection
    drop(stream);
    log.write(WEB, INFO, b"four");
    let (mut stream, _) = listener.accept().unwrap();
    for expected in ["one", "two", "three", "four"] {
        assert_eq!(web(&mut stream), expected);
    }
}

#[test]
fn a_collector_that_reads_nothing_holds_up_nobody() {
    let log = Log::default();
    let listener = tcp_collector(&log);
    let start = Instant::now();
    for number in 0..200_000 {
        log.write(WEB, INFO, format!("line {number}").as_bytes());
    }
    let (stream, _) = listener.accept().unwrap();
    assert!(!log.flush(Duration::from_millis(300)));
    assert!(start.elapsed() < Duration::from_secs(20));
    assert!(log.statistics().bytes <= 1 << 20);
    drop(stream);
}

#[test]
fn a_flush_waits_until_the_collector_has_everything() {
    let log = Log::default();
    let listener = tcp_collector(&log);
    let read = Arc::new(AtomicUsize::new(0));
    let count = read.clone();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        while frame(&mut stream).is_some() {
            std::thread::sleep(Duration::from_micros(500));
            count.fetch_add(1, Ordering::SeqCst);
        }
    });
    for number in 0..1000 {
        log.write(WEB, INFO, format!("line {number}").as_bytes());
    }
    assert!(log.flush(Duration::from_secs(30)));
    // and one that says where the lines go
    assert_eq!(read.load(Ordering::SeqCst), 1001);
}

#[test]
fn datagrams_are_never_longer_than_every_receiver_takes() {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let log = Log::default();
    log.write(WEB, INFO, &[b'x'; 100_000]);
    send_to(&log, &format!("udp://{}", socket.local_addr().unwrap()));
    let mut datagram = [0; 65_536];
    let length = socket.recv(&mut datagram).unwrap();
    assert_eq!(length, 2048);
    assert!(datagram[..length].ends_with(b"xxx..."));
}
