//! The time of day from a server: SNTP (RFC 4330) over UDP, one question and one answer.

use crate::Error;
use nix::sys::time::TimeSpec;
use nix::time::{ClockId, clock_settime};
use std::fmt;
use std::io::ErrorKind::{Interrupted, WouldBlock};
use std::net::{Ipv4Addr, SocketAddrV4, UdpSocket};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

const PORT: u16 = 123;
const PATIENCE: Duration = Duration::from_secs(4);
const FIRST_DELAY: Duration = Duration::from_secs(2);
const LONGEST_DELAY: Duration = Duration::from_secs(1024);
/// Between two requests to a server that answers.
const INTERVAL: Duration = Duration::from_secs(1024);

const SECOND: i128 = 1_000_000_000;
/// Less than this is not worth a step.
const TOLERANCE: i128 = SECOND / 10;
/// 2026-08-03, no later than the nixpkgs in flake.lock. An image is newer than what it is made from, so an
/// earlier time is wrong, whoever sends it. (Its files don't help: they are dated 1970, so that builds are reproducible.)
const OLDEST: i128 = 1_785_715_200 * SECOND;
/// The machine's own clock may be off by any number of years when it boots, and the first answer corrects that.
/// Afterwards a server that is further behind is wrong, or worse: expired certificates would become valid again.
const FURTHEST_BACK: i128 = 365 * 24 * 3600 * SECOND;

const PACKET: usize = 48;
/// Seconds from 1900, where NTP's time begins, to 1970.
const EPOCH_OFFSET: u64 = 2_208_988_800;

/// The result of a request.
pub enum Event {
    Stepped { server: Ipv4Addr, nanoseconds: i128 },
    Agrees { server: Ipv4Addr, nanoseconds: i128 },
}

/// The other possible result.
struct Failure {
    error: Error,
    retry: Retry,
}

/// When to ask again.
enum Retry {
    Soon,
    Late,
    Never,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        let retry = Retry::Soon;
        Failure { error, retry }
    }
}

/// Keep the clock in step with `server`: the body of a thread. Returns only if the server refuses to be asked.
pub fn follow(server: Ipv4Addr, report: impl Fn(Result<Event, Error>)) {
    let mut delay = FIRST_DELAY;
    let mut agreed = false;
    loop {
        match ask(SocketAddrV4::new(server, PORT))
            .and_then(|offset| Ok(apply(server, offset, agreed)?))
        {
            Ok(event) => {
                // once is enough to report that there was nothing to do
                if !(agreed && matches!(event, Event::Agrees { .. })) {
                    report(Ok(event));
                }
                agreed = true;
                delay = FIRST_DELAY;
                std::thread::sleep(INTERVAL);
            }
            Err(Failure { error, retry }) => {
                report(Err(error));
                match retry {
                    Retry::Soon => {}
                    Retry::Late => delay = LONGEST_DELAY,
                    Retry::Never => return,
                }
                std::thread::sleep(delay);
                delay = (delay * 2).min(LONGEST_DELAY);
            }
        }
    }
}

fn ask(server: SocketAddrV4) -> Result<i128, Failure> {
    let failed = |cause: std::io::Error| {
        Error::new(format!("clock: ask {server}"), cause)
            .advise("is it an NTP server, and is there a route to it?")
    };
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).map_err(failed)?;
    // from here on the kernel drops what anybody else sends
    socket.connect(server).map_err(failed)?;

    let deadline = Instant::now() + PATIENCE;
    let sent = now();
    let mut packet = [0; PACKET];
    socket.send(&request(sent)).map_err(failed)?;
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            let cause = format!("no answer in {} s", PATIENCE.as_secs());
            return Err(failed(std::io::Error::other(cause)).into());
        }
        socket.set_read_timeout(Some(left)).map_err(failed)?;
        let length = match socket.recv(&mut packet) {
            Ok(length) => length,
            Err(cause) if matches!(cause.kind(), WouldBlock | Interrupted) => continue,
            Err(cause) => return Err(failed(cause).into()),
        };
        let answer = packet.get(..length).unwrap_or_default();
        match offset(answer, sent, now()) {
            Ok(offset) => return Ok(offset),
            Err(Refusal::Stray) => {}
            Err(Refusal::Useless(cause)) => {
                return Err(Error::new(format!("clock: {server}'s answer"), cause).into());
            }
            Err(Refusal::Kiss(code)) => return Err(kissed(server, code)),
        }
    }
}

/// Codes that forbid further requests, and those that ask for fewer of them, such as RATE (RFC 4330, section 8).
fn kissed(server: SocketAddrV4, code: [u8; 4]) -> Failure {
    let retry = match &code {
        b"DENY" | b"RSTR" => Retry::Never,
        _ => Retry::Late,
    };
    let meaning = match retry {
        Retry::Never => "it refuses requests: none until the next boot",
        _ => "it asks for fewer requests",
    };
    let doing = format!("clock: {server}'s answer '{}'", code.escape_ascii());
    let error = Error::new(doing, meaning);
    Failure { error, retry }
}

fn apply(server: Ipv4Addr, offset: i128, agreed: bool) -> Result<Event, Error> {
    let wrong = |cause| Error::new(format!("clock: {server}'s time"), cause);
    let nanoseconds = offset;
    let Some(target) = target(now(), offset, agreed).map_err(wrong)? else {
        return Ok(Event::Agrees {
            server,
            nanoseconds,
        });
    };
    let time = TimeSpec::new((target / SECOND) as i64, (target % SECOND) as i64);
    clock_settime(ClockId::CLOCK_REALTIME, time)
        .map_err(|errno| Error::new("clock: set it", errno.desc()))?;
    Ok(Event::Stepped {
        server,
        nanoseconds,
    })
}

/// What to set the clock to, if at all; `agreed`: whether it agreed with the server before.
fn target(now: i128, offset: i128, agreed: bool) -> Result<Option<i128>, String> {
    let target = now + offset;
    if target < OLDEST {
        return Err(format!(
            "{} s after 1970, before this image could be made, in {}",
            target.div_euclid(SECOND),
            OLDEST / SECOND
        ));
    }
    if agreed && offset < -FURTHEST_BACK {
        return Err(format!(
            "{} s behind: after the first time the clock is not set back by more than a year",
            -offset / SECOND
        ));
    }
    Ok((offset.abs() >= TOLERANCE).then_some(target))
}

/// Nanoseconds since 1970.
fn now() -> i128 {
    match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => since.as_nanos() as i128,
        Err(before) => -(before.duration().as_nanos() as i128),
    }
}

/// Version 4, client; our time comes back in the answer, which is how an answer is recognized.
fn request(sent: i128) -> [u8; PACKET] {
    let mut packet = [0; PACKET];
    packet[0] = 0b00_100_011;
    packet[40..].copy_from_slice(&timestamp(sent).to_be_bytes());
    packet
}

/// Why an answer has no usable time.
#[derive(Debug, PartialEq)]
enum Refusal {
    /// It is something else. The answer may still arrive.
    Stray,
    Useless(&'static str),
    /// The kiss-o'-death packet, and its code.
    Kiss([u8; 4]),
}

/// How far the clock is behind the server's, in nanoseconds (RFC 4330, section 5).
fn offset(answer: &[u8], sent: i128, received: i128) -> Result<i128, Refusal> {
    let word = |at: usize| -> Option<u64> {
        Some(u64::from_be_bytes(answer.get(at..at + 8)?.try_into().ok()?))
    };
    let (Some([flags, stratum]), Some(code), Some(originate), Some(arrived), Some(left)) = (
        answer.first_chunk::<2>(),
        answer.get(12..).and_then(|it| it.first_chunk::<4>()),
        word(24),
        word(32),
        word(40),
    ) else {
        return Err(Refusal::Stray);
    };
    let (leap, mode) = (flags >> 6, flags & 0b111);
    if mode != 4 || originate != timestamp(sent) {
        return Err(Refusal::Stray);
    }
    match (leap, stratum) {
        (_, 0) => return Err(Refusal::Kiss(*code)),
        (0..=2, 1..=15) => {}
        _ => return Err(Refusal::Useless("the server is not synchronized")),
    }
    if arrived == 0 || left == 0 {
        return Err(Refusal::Useless("it has no time"));
    }
    let (arrived, left) = (nanoseconds(arrived), nanoseconds(left));
    if !(-TOLERANCE..=PATIENCE.as_nanos() as i128).contains(&(left - arrived)) {
        return Err(Refusal::Useless("its times contradict each other"));
    }
    Ok(((arrived - sent) + (left - received)) / 2)
}

/// NTP's 32 bits of seconds since 1900 and 32 of their fraction.
fn timestamp(nanoseconds: i128) -> u64 {
    let seconds = nanoseconds.div_euclid(1_000_000_000) as u64;
    let fraction = (nanoseconds.rem_euclid(1_000_000_000) << 32) / 1_000_000_000;
    (seconds.wrapping_add(EPOCH_OFFSET) << 32) | fraction as u64
}

/// Seconds with the highest bit clear are counted from 2036 (RFC 4330, section 3).
fn nanoseconds(timestamp: u64) -> i128 {
    let mut seconds = i128::from(timestamp >> 32);
    if seconds < 1 << 31 {
        seconds += 1 << 32;
    }
    let fraction = (i128::from(timestamp & 0xffff_ffff) * 1_000_000_000) >> 32;
    (seconds - i128::from(EPOCH_OFFSET)) * 1_000_000_000 + fraction
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Event::Stepped {
                server,
                nanoseconds,
            } => {
                write!(
                    f,
                    "clock: set by {server}, a step of {:+} ms",
                    nanoseconds / 1_000_000
                )
            }
            Event::Agrees {
                server,
                nanoseconds,
            } => {
                write!(
                    f,
                    "clock: agrees with {server} to {} ms",
                    nanoseconds.abs() / 1_000_000
                )
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::net::SocketAddr;

    const NOVEMBER_2026: i128 = 1_795_000_000 * SECOND;

    fn answer(sent: i128, server_time: i128) -> [u8; PACKET] {
        let mut packet = request(sent);
        packet[0] = 0b00_100_100;
        packet[1] = 2;
        packet[24..32].copy_from_slice(&timestamp(sent).to_be_bytes());
        packet[32..40].copy_from_slice(&timestamp(server_time).to_be_bytes());
        packet[40..].copy_from_slice(&timestamp(server_time).to_be_bytes());
        packet
    }

    #[test]
    fn a_clock_that_starts_in_1970_is_set_to_today() {
        let offset = offset(&answer(0, NOVEMBER_2026), 0, 0).unwrap();
        assert!((offset - NOVEMBER_2026).abs() < SECOND / 1000);
    }

    #[test]
    fn half_the_round_trip_is_taken_off() {
        let (sent, received) = (NOVEMBER_2026, NOVEMBER_2026 + 2 * SECOND);
        let offset = offset(&answer(sent, NOVEMBER_2026 + SECOND), sent, received).unwrap();
        assert!(offset.abs() < SECOND / 1000, "{offset}");
    }

    #[test]
    fn times_after_2036_are_understood() {
        let in_2040 = 2_208_988_800 * SECOND;
        assert!((nanoseconds(timestamp(in_2040)) - in_2040).abs() < 10);
    }

    #[test]
    fn the_era_may_change_between_request_and_answer() {
        // 2036-02-07 06:28:16
        let era = 2_085_978_496 * SECOND;
        assert_eq!(timestamp(era), 0);
        let (sent, received) = (era - SECOND / 2, era + SECOND / 2);
        let mut answer = answer(sent, era - SECOND / 10);
        answer[40..].copy_from_slice(&timestamp(era + SECOND / 10).to_be_bytes());
        assert!(offset(&answer, sent, received).unwrap().abs() < 10);
    }

    #[test]
    fn what_does_not_answer_the_request_is_not_taken_for_an_answer() {
        let good = answer(SECOND, NOVEMBER_2026);
        let with = |at: usize, value: u8| {
            let mut packet = good;
            packet[at] = value;
            offset(&packet, SECOND, SECOND)
        };
        assert!(offset(&good, SECOND, SECOND).is_ok());
        assert_eq!(offset(&good[..47], SECOND, SECOND), Err(Refusal::Stray));
        assert_eq!(with(0, 0b00_100_011), Err(Refusal::Stray), "a client's");
        assert_eq!(with(0, 0b00_100_101), Err(Refusal::Stray), "a broadcast");
        assert_eq!(with(31, 1), Err(Refusal::Stray), "another request's");
    }

    #[test]
    fn answers_without_a_usable_time_are_refused() {
        let with = |changes: &[(usize, &[u8])]| {
            let mut packet = answer(SECOND, NOVEMBER_2026);
            for (at, bytes) in changes {
                packet[*at..at + bytes.len()].copy_from_slice(bytes);
            }
            offset(&packet, SECOND, SECOND)
        };
        let useless = |changes: &[_]| matches!(with(changes), Err(Refusal::Useless(_)));
        assert!(useless(&[(0, &[0b11_100_100])]), "not synchronised");
        assert!(useless(&[(1, &[16])]), "not synchronised");
        assert!(useless(&[(32, &[0; 8])]));
        assert!(useless(&[(40, &[0; 8])]));
        let long_before = timestamp(NOVEMBER_2026 - 60 * SECOND).to_be_bytes();
        assert!(useless(&[(32, &long_before)]));
        assert!(useless(&[(40, &long_before)]));
        // whatever else it contains, and only in answer to the request
        let kiss: &[(usize, &[u8])] = &[(0, &[0b11_100_100]), (1, &[0]), (12, b"RATE")];
        assert_eq!(with(kiss), Err(Refusal::Kiss(*b"RATE")));
        assert_eq!(
            with(&[(1, &[0]), (12, b"DENY"), (24, &[1])]),
            Err(Refusal::Stray)
        );
    }

    #[test]
    fn a_server_that_refuses_requests_is_not_asked_again() {
        let server = SocketAddrV4::new(Ipv4Addr::LOCALHOST, PORT);
        let retry = |code: &[u8; 4]| kissed(server, *code).retry;
        assert!(matches!(retry(b"DENY"), Retry::Never));
        assert!(matches!(retry(b"RSTR"), Retry::Never));
        assert!(matches!(retry(b"RATE"), Retry::Late));
        assert!(matches!(retry(b"\0\xffAB"), Retry::Late));
    }

    #[test]
    fn the_answer_is_waited_for_whatever_else_comes() {
        let server = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let SocketAddr::V4(address) = server.local_addr().unwrap() else {
            panic!("it has an IPv4 address");
        };
        let thread = std::thread::spawn(move || {
            let mut request = [0; PACKET];
            let (_, client) = server.recv_from(&mut request).unwrap();
            let originate = u64::from_be_bytes(request[40..].try_into().unwrap());
            let mut packet = answer(0, NOVEMBER_2026);
            let stranger = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
            packet[24..32].copy_from_slice(&originate.to_be_bytes());
            stranger.send_to(&packet, client).unwrap();
            packet[24..32].copy_from_slice(&(originate - 1).to_be_bytes());
            server.send_to(&packet, client).unwrap();
            server.send_to(b"", client).unwrap();
            packet = answer(0, NOVEMBER_2026 + SECOND);
            packet[24..32].copy_from_slice(&originate.to_be_bytes());
            server.send_to(&packet, client).unwrap();
        });
        let before = now();
        let offset = ask(address).ok().unwrap();
        let took = now() - before;
        thread.join().unwrap();
        let right = NOVEMBER_2026 + SECOND - before;
        assert!((offset - right).abs() <= took, "{offset} {right} {took}");
    }

    #[test]
    fn the_first_time_the_clock_is_set_whichever_way() {
        let in_2035 = 2_051_222_400 * SECOND;
        for now in [0, in_2035, -SECOND] {
            assert_eq!(
                target(now, NOVEMBER_2026 - now, false),
                Ok(Some(NOVEMBER_2026))
            );
        }
        assert_eq!(target(NOVEMBER_2026, TOLERANCE - 1, false), Ok(None));
    }

    #[test]
    fn after_that_it_is_not_set_back_by_more_than_a_year() {
        let in_2035 = 2_051_222_400 * SECOND;
        assert!(target(in_2035, -FURTHEST_BACK, true).is_ok_and(|it| it.is_some()));
        let error = target(in_2035, -FURTHEST_BACK - 1, true).unwrap_err();
        assert!(error.contains("more than a year"), "{error}");
    }

    #[test]
    fn the_clock_is_never_set_to_a_time_before_the_image_was_made() {
        for (now, offset) in [(0, 0), (0, SECOND), (NOVEMBER_2026, -NOVEMBER_2026)] {
            for agreed in [false, true] {
                let error = target(now, offset, agreed).unwrap_err();
                assert!(error.contains("before this image could be made"), "{error}");
            }
        }
        assert_eq!(target(0, OLDEST, false), Ok(Some(OLDEST)));
    }

    #[test]
    fn an_image_is_newer_than_what_it_is_made_from() {
        let lock = include_str!("../flake.lock");
        let pinned = lock
            .split("\"lastModified\": ")
            .skip(1)
            .filter_map(|rest| rest.split(',').next()?.parse::<i128>().ok());
        let newest = pinned.max().expect("a pin");
        assert!(OLDEST <= newest * SECOND);
    }

    proptest! {
        #[test]
        fn no_answer_can_stop_the_machine(answer: Vec<u8>, sent in 0..NOVEMBER_2026) {
            let _ = offset(&answer, sent, sent);
        }
    }
}
