//! The time of day from a server: SNTP (RFC 4330) over UDP, one question and one answer.

use crate::Error;
use nix::sys::time::TimeSpec;
use nix::time::{ClockId, clock_settime};
use std::fmt;
use std::net::{Ipv4Addr, UdpSocket};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const PORT: u16 = 123;
const PATIENCE: Duration = Duration::from_secs(4);
const FIRST_DELAY: Duration = Duration::from_secs(2);
const LONGEST_DELAY: Duration = Duration::from_secs(1024);
/// Between two looks at a server that answers.
const INTERVAL: Duration = Duration::from_secs(1024);
/// Less than this is not worth a step.
const TOLERANCE: i128 = 100_000_000;
/// A server that is further behind is wrong, or worse: certificates and logs would become valid again.
const FURTHEST_BACK: i128 = 365 * 24 * 3600 * 1_000_000_000;

const PACKET: usize = 48;
/// From 1900, where NTP's time begins, to 1970.
const EPOCH_OFFSET: u64 = 2_208_988_800;

/// What came of a question.
pub enum Event {
    Stepped { server: Ipv4Addr, nanoseconds: i128 },
    Agrees { server: Ipv4Addr, nanoseconds: i128 },
}

/// Keep the clock with `server`, for ever: the body of a thread.
pub fn follow(server: Ipv4Addr, tell: impl Fn(Result<Event, Error>)) -> ! {
    let mut delay = FIRST_DELAY;
    let mut agreed = false;
    loop {
        match ask(server) {
            Ok(event) => {
                // once is enough to say that nothing was to be done
                if !(agreed && matches!(event, Event::Agrees { .. })) {
                    tell(Ok(event));
                }
                agreed = true;
                delay = FIRST_DELAY;
                std::thread::sleep(INTERVAL);
            }
            Err(error) => {
                tell(Err(error));
                std::thread::sleep(delay);
                delay = (delay * 2).min(LONGEST_DELAY);
            }
        }
    }
}

fn ask(server: Ipv4Addr) -> Result<Event, Error> {
    let failed = |cause: std::io::Error| {
        Error::new(format!("clock: ask {server}"), cause)
            .advise("is it an NTP server, and is there a route to it?")
    };
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).map_err(failed)?;
    socket.connect((server, PORT)).map_err(failed)?;
    socket.set_read_timeout(Some(PATIENCE)).map_err(failed)?;

    let sent = now();
    let mut packet = [0; PACKET];
    socket.send(&question(sent)).map_err(failed)?;
    let length = socket.recv(&mut packet).map_err(failed)?;
    let received = now();
    let answer = packet.get(..length).unwrap_or_default();
    let offset = offset(answer, sent, received)
        .map_err(|cause| Error::new(format!("clock: {server}'s answer"), cause))?;
    apply(server, offset)
}

fn apply(server: Ipv4Addr, nanoseconds: i128) -> Result<Event, Error> {
    if nanoseconds.abs() < TOLERANCE {
        return Ok(Event::Agrees {
            server,
            nanoseconds,
        });
    }
    if nanoseconds < -FURTHEST_BACK {
        return Err(Error::new(
            format!(
                "clock: {server} is {} s behind",
                -nanoseconds / 1_000_000_000
            ),
            "the clock is not set back by more than a year",
        ));
    }
    let target = now() + nanoseconds;
    let time = TimeSpec::new(
        (target / 1_000_000_000) as i64,
        (target % 1_000_000_000) as i64,
    );
    clock_settime(ClockId::CLOCK_REALTIME, time)
        .map_err(|errno| Error::new("clock: set it", errno.desc()))?;
    Ok(Event::Stepped {
        server,
        nanoseconds,
    })
}

/// Nanoseconds since 1970.
fn now() -> i128 {
    match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => since.as_nanos() as i128,
        Err(before) => -(before.duration().as_nanos() as i128),
    }
}

/// Version 4, client; our time comes back in the answer, which is how we know that it is one.
fn question(sent: i128) -> [u8; PACKET] {
    let mut packet = [0; PACKET];
    packet[0] = 0b00_100_011;
    packet[40..].copy_from_slice(&timestamp(sent).to_be_bytes());
    packet
}

/// How far the clock is behind the server's, in nanoseconds (RFC 4330, section 5).
fn offset(answer: &[u8], sent: i128, received: i128) -> Result<i128, &'static str> {
    let word = |at: usize| -> Option<u64> {
        Some(u64::from_be_bytes(answer.get(at..at + 8)?.try_into().ok()?))
    };
    let (Some([flags, stratum]), Some(originate), Some(arrived), Some(left)) =
        (answer.first_chunk::<2>(), word(24), word(32), word(40))
    else {
        return Err("it is too short");
    };
    match (flags & 0b111, flags >> 6, stratum) {
        (4, 0..=2, 1..=15) if originate == timestamp(sent) && left != 0 => {}
        (4, _, 0) => return Err("the server does not want to be asked"),
        (4, 3, _) => return Err("the server does not know the time itself"),
        _ if originate != timestamp(sent) => return Err("it answers something else"),
        _ => return Err("it is no server's"),
    }
    Ok(((nanoseconds(arrived) - sent) + (nanoseconds(left) - received)) / 2)
}

/// NTP's 32 bits of seconds since 1900 and 32 of their fraction.
fn timestamp(nanoseconds: i128) -> u64 {
    let seconds = nanoseconds.div_euclid(1_000_000_000) as u64;
    let fraction = (nanoseconds.rem_euclid(1_000_000_000) << 32) / 1_000_000_000;
    (seconds.wrapping_add(EPOCH_OFFSET) << 32) | fraction as u64
}

/// Seconds with the highest bit clear have begun anew in 2036 (RFC 4330, section 3).
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

    const SECOND: i128 = 1_000_000_000;
    const NOVEMBER_2026: i128 = 1_795_000_000 * SECOND;

    fn answer(sent: i128, server_time: i128) -> [u8; PACKET] {
        let mut packet = question(sent);
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
    fn answers_that_prove_nothing_are_refused() {
        let good = answer(SECOND, NOVEMBER_2026);
        let with = |at: usize, value: u8| {
            let mut packet = good;
            packet[at] = value;
            offset(&packet, SECOND, SECOND)
        };
        assert!(offset(&good, SECOND, SECOND).is_ok());
        assert!(offset(&good[..47], SECOND, SECOND).is_err());
        assert!(with(0, 0b00_100_011).is_err(), "a client's packet");
        assert!(with(0, 0b11_100_100).is_err(), "not synchronised");
        assert!(with(1, 0).is_err(), "kiss of death");
        assert!(with(1, 16).is_err(), "not synchronised");
        assert!(with(31, 1).is_err(), "somebody else's question");
    }

    #[test]
    fn a_server_more_than_a_year_behind_is_not_followed() {
        let error = apply(Ipv4Addr::LOCALHOST, -FURTHEST_BACK - 1);
        assert!(error.is_err_and(|error| error.to_string().contains("more than a year")));
    }

    proptest! {
        #[test]
        fn no_answer_can_stop_the_machine(answer: Vec<u8>, sent in 0..NOVEMBER_2026) {
            let _ = offset(&answer, sent, sent);
        }
    }
}
