//! The words of the command line: which are ours and which are QEMU's, and what numbers there may be.

use clap::{Arg, Command};
use std::ffi::{OsStr, OsString};
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;

/// Our own options go to the front, wherever they are, and what is left stays in its order: the image, if the first
/// word is not an option, and QEMU's. `run` describes our own, and `image` is for want of one.
pub fn arrange(
    words: impl IntoIterator<Item = OsString>,
    run: &Command,
    image: Option<OsString>,
) -> Vec<OsString> {
    let (mut ours, mut others) = (Vec::new(), Vec::new());
    let mut words = words.into_iter();
    while let Some(word) = words.next() {
        if word == "--" {
            others.extend(words);
            break;
        }
        match takes_value(&word, run) {
            None => others.push(word),
            Some(false) => ours.push(word),
            Some(true) => {
                let mut option = word;
                option.push("=");
                // one that is missing is as wrong as one that is empty
                option.push(words.next().unwrap_or_default());
                ours.push(option);
            }
        }
    }
    if others.first().is_some_and(|word| is_option(word)) {
        match image {
            Some(image) => others.insert(0, image),
            // or the option would be taken for one
            None => others.clear(),
        }
    }
    ours.push("--".into());
    ours.extend(others);
    ours
}

/// Whether one of our options takes the next word as its value; none if it is not ours.
fn takes_value(word: &OsStr, run: &Command) -> Option<bool> {
    let word = word.to_str()?;
    let (name, has_value) = match word.split_once('=') {
        Some((name, _)) => (name, true),
        None => (word, false),
    };
    // QEMU's have one dash, and are longer
    let is_called = |option: &&Arg| {
        let short = option.get_short().map(|letter| format!("-{letter}"));
        let long = option.get_long().map(|long| format!("--{long}"));
        short.as_deref() == Some(name) || long.as_deref() == Some(name)
    };
    let option = run.get_arguments().find(is_called)?;
    Some(option.get_action().takes_values() && !has_value)
}

fn is_option(word: &OsStr) -> bool {
    word.as_encoded_bytes().starts_with(b"-")
}

/// A port of this host that leads to one of the machine.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Forward {
    pub host: u16,
    pub guest: u16,
    pub is_udp: bool,
}

impl Forward {
    /// As QEMU's user network takes it.
    pub fn option(self) -> String {
        let protocol = if self.is_udp { "udp" } else { "tcp" };
        format!("hostfwd={protocol}:127.0.0.1:{}-:{}", self.host, self.guest)
    }
}

pub fn forward(value: &str) -> Result<Forward, String> {
    let (ports, is_udp) = match value.strip_suffix("/udp") {
        Some(ports) => (ports, true),
        None => (value.strip_suffix("/tcp").unwrap_or(value), false),
    };
    let (host, guest) = ports.split_once(':').ok_or_else(|| {
        format!(
            "--publish takes HOST:GUEST, two ports, such as 8443:443 or 5353:53/udp, not '{value}'"
        )
    })?;
    Ok(Forward {
        host: number("--publish", host, 1..=65535)?,
        guest: number("--publish", guest, 1..=65535)?,
        is_udp,
    })
}

pub fn port(value: &str) -> Result<u16, String> {
    number("--port", value, 1..=65535)
}

/// With less not even the boot loader says what is wrong, and QEMU takes 0 for its default.
pub fn memory(value: &str) -> Result<u32, String> {
    number("--memory", value, 4..=9_999_999)
}

fn number<N: Copy + Display + FromStr + PartialOrd>(
    option: &str,
    value: &str,
    range: RangeInclusive<N>,
) -> Result<N, String> {
    let number = value.parse().ok().filter(|it| range.contains(it));
    // a sign is not wanted
    let number = number.filter(|_| value.bytes().all(|digit| digit.is_ascii_digit()));
    number.ok_or_else(|| {
        let (lowest, highest) = (range.start(), range.end());
        format!("{option} takes a number from {lowest} to {highest}, not '{value}'")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_options_are_found_wherever_they_are_and_qemus_stay_in_their_order() {
        let description = crate::command_line::description();
        let run = description.find_subcommand("run").unwrap();
        for (words, arranged) in [
            ("", "--"),
            ("a.iso", "-- a.iso"),
            ("a.iso --port 1 -smp 2", "--port=1 -- a.iso -smp 2"),
            ("--port=1 a.iso", "--port=1 -- a.iso"),
            (
                "a.iso -device x --memory 64 -snapshot --name b --card c",
                "--memory=64 --name=b --card=c -- a.iso -device x -snapshot",
            ),
            // QEMU's own options, which it takes with two dashes, too
            (
                "a.iso -name b --snapshot -h",
                "-- a.iso -name b --snapshot -h",
            ),
            ("a.iso -smp 2 --help", "--help -- a.iso -smp 2"),
            ("a.iso --port", "--port= -- a.iso"),
            ("a.iso -- --port 1", "-- a.iso --port 1"),
            ("-snapshot --port 1", "--port=1 -- env.iso -snapshot"),
            (
                "a.iso -p 81:81 -pidfile f --publish 82:82",
                "-p=81:81 --publish=82:82 -- a.iso -pidfile f",
            ),
        ] {
            let words = words.split_whitespace().map(OsString::from);
            let result = arrange(words, run, Some("env.iso".into()));
            let arranged: Vec<_> = arranged.split_whitespace().collect();
            assert_eq!(result, arranged);
        }
        assert_eq!(arrange(["-snapshot".into()], run, None), ["--"]);
    }

    #[test]
    fn ports_are_forwarded_as_docker_writes_them() {
        let option = |value| forward(value).map(Forward::option);
        for (value, wanted) in [
            ("8443:443", "hostfwd=tcp:127.0.0.1:8443-:443"),
            ("81:80/tcp", "hostfwd=tcp:127.0.0.1:81-:80"),
            ("5353:53/udp", "hostfwd=udp:127.0.0.1:5353-:53"),
        ] {
            assert_eq!(option(value), Ok(wanted.to_owned()));
        }
        for (value, wanted) in [
            ("80", "--publish takes HOST:GUEST, two ports"),
            ("", "--publish takes HOST:GUEST, two ports"),
            ("0:80", "--publish takes a number from 1 to 65535, not '0'"),
            (
                "80:65536",
                "--publish takes a number from 1 to 65535, not '65536'",
            ),
            (
                "80:80/sctp",
                "--publish takes a number from 1 to 65535, not '80/sctp'",
            ),
            (
                "1:2:3",
                "--publish takes a number from 1 to 65535, not '2:3'",
            ),
        ] {
            let error = option(value).expect_err(value);
            assert!(error.contains(wanted), "{error}");
        }
    }

    #[test]
    fn numbers_are_plain_and_within_their_range() {
        assert_eq!(port("8080"), Ok(8080));
        assert_eq!(port("0080"), Ok(80));
        assert_eq!(memory("4"), Ok(4));
        for value in ["0", "65536", "99999999999", "-1", "+1", "1.0", "x", ""] {
            let error = port(value).expect_err(value);
            let wanted = format!("--port takes a number from 1 to 65535, not '{value}'");
            assert_eq!(error, wanted);
        }
        assert!(memory("3").unwrap_err().contains("from 4 to 9999999"));
    }
}
