//! The settings of one program: `scratchmachine.KEY.PROGRAM=VALUE` (docs/reference/settings.md).

use super::Restart;
use std::fmt;
use std::path::{Component, Path};

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Program {
    pub restart: Option<Restart>,
    /// Variables over those that the image gives it, in the order given. An empty one is taken away.
    pub environment: Vec<(String, String)>,
    pub user: User,
    pub directory: Option<String>,
    /// The number of the signal that asks it to end.
    pub stop_signal: Option<i32>,
    /// Its standard input stays open, and nothing ever comes: for programs that end at its end.
    pub has_open_input: bool,
    /// The numbers of those that it keeps (capabilities(7)), as bits.
    pub capabilities: u64,
    pub limits: Limits,
    pub writable: Vec<Place>,
    /// What it waits for before it is started for the first time.
    pub after: Vec<After>,
    /// By what is seen that it still does what it is there for.
    pub check: Option<Check>,
}

/// A question that a program has to answer on a TCP port of the machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    pub port: u16,
    /// What is asked for by HTTP; without it, a connection is enough.
    pub path: Option<String>,
}

/// What another program has to have done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct After {
    pub program: String,
    pub until: Until,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Until {
    Started,
    /// It listens on this TCP port.
    Listens(u16),
    /// It prints a line that has this in it.
    Prints(String),
    /// It has ended for good.
    Ended,
}

/// Who a program runs as, as far as that is not left to init.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct User {
    pub name: Option<String>,
    pub number: Option<u32>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Limits {
    /// Bytes.
    pub memory: Option<u64>,
    /// Hundredths of a processor.
    pub cpu: Option<u64>,
    /// Processes and threads.
    pub processes: Option<u64>,
    /// Open files of a process.
    pub files: Option<u64>,
}

/// A directory that a program may write to, in memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub path: String,
    /// Bytes; a share of the memory if there are none.
    pub size: Option<u64>,
}

type Setter = fn(&mut Program, &str) -> Result<(), String>;

/// Every setting by its key.
const SETTINGS: &[(&str, Setter)] = &[
    ("restart", |program, value| {
        program.restart = super::given(value)
            .map(|it| super::parse(&it))
            .transpose()?;
        Ok(())
    }),
    ("user", |program, value| {
        program.user = user(value)?;
        Ok(())
    }),
    ("directory", |program, value| {
        program.directory = match value {
            "" => None,
            value => Some(path(value)?),
        };
        Ok(())
    }),
    ("stop_signal", |program, value| {
        program.stop_signal = super::given(value).map(|it| signal(&it)).transpose()?;
        Ok(())
    }),
    ("stdin", |program, value| {
        program.has_open_input = match value {
            "" | "null" => false,
            "open" => true,
            _ => return Err("it takes null or open".into()),
        };
        Ok(())
    }),
    ("capabilities", |program, value| {
        program.capabilities = capabilities(value)?;
        Ok(())
    }),
    ("memory", |program, value| {
        program.limits.memory = super::given(value).map(|it| bytes(&it)).transpose()?;
        Ok(())
    }),
    ("cpu", |program, value| {
        program.limits.cpu = count(value, 1..=100_000)?;
        Ok(())
    }),
    ("processes", |program, value| {
        program.limits.processes = count(value, 1..=4_000_000)?;
        Ok(())
    }),
    ("files", |program, value| {
        // below the least, not even standard streams could be opened; above the most, the kernel refuses (fs.nr_open)
        program.limits.files = count(value, 16..=1_048_576)?;
        Ok(())
    }),
    ("writable", |program, value| {
        let places = value.split(',').filter(|it| !it.is_empty());
        program.writable = places.map(place).collect::<Result<_, _>>()?;
        Ok(())
    }),
    ("after", |program, value| {
        let others = value.split(',').filter(|it| !it.is_empty());
        program.after = others.map(after).collect::<Result<_, _>>()?;
        Ok(())
    }),
    ("check", |program, value| {
        program.check = super::given(value).map(|it| check(&it)).transpose()?;
        Ok(())
    }),
];

/// The keys of all of them.
pub fn keys() -> impl Iterator<Item = &'static str> {
    SETTINGS.iter().map(|(key, _)| *key)
}

/// Key, program and value of a word `KEY.PROGRAM=VALUE`, `env.PROGRAM.VARIABLE=VALUE` among them, whose variable is the
/// last part.
pub enum Word<'a> {
    Setting(&'a str, Setter),
    Variable(&'a str, &'a str),
}

impl Word<'_> {
    /// What a key means behind `scratchmachine.`; nothing, if it is not a program's.
    pub fn of(key: &str) -> Option<Word<'_>> {
        let (first, rest) = key.split_once('.')?;
        if first == "env" {
            let (program, variable) = rest.rsplit_once('.')?;
            let is_given = !program.is_empty() && is_variable(variable);
            return is_given.then_some(Word::Variable(program, variable));
        }
        let same = |name: &str| super::same_key(name, first);
        let (_, setter) = SETTINGS.iter().find(|(name, _)| same(name))?;
        (!rest.is_empty()).then_some(Word::Setting(rest, *setter))
    }
}

/// As POSIX has names of variables, XBD section 8.1.
fn is_variable(name: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphabetic() || byte == b'_';
    name.bytes().next().is_some_and(is_letter)
        && name
            .bytes()
            .all(|byte| is_letter(byte) || byte.is_ascii_digit())
}

/// `NAME`, `NUMBER` or `NAME:NUMBER`
fn user(value: &str) -> Result<User, String> {
    let wrong = || {
        "it takes a name, a number from 1 to 65533, or NAME:NUMBER; no program is root".to_owned()
    };
    if value.is_empty() {
        return Ok(User::default());
    }
    let number = |text: &str| match text.parse() {
        Ok(number @ 1..=65_533) => Ok(number),
        _ => Err(wrong()),
    };
    let name = |text: &str| {
        let is_letter = |byte: u8| byte.is_ascii_lowercase() || byte == b'_';
        let is_plain = |byte: u8| is_letter(byte) || byte.is_ascii_digit() || byte == b'-';
        let is_good = text.len() <= 32
            && text.bytes().next().is_some_and(is_letter)
            && text.bytes().all(is_plain)
            && text != "root";
        is_good.then(|| text.to_owned()).ok_or_else(wrong)
    };
    match value.split_once(':') {
        Some((text, digits)) => Ok(User {
            name: Some(name(text)?),
            number: Some(number(digits)?),
        }),
        None if value.bytes().all(|byte| byte.is_ascii_digit()) => Ok(User {
            name: None,
            number: Some(number(value)?),
        }),
        None => Ok(User {
            name: Some(name(value)?),
            number: None,
        }),
    }
}

/// An absolute path that leads nowhere else.
fn path(value: &str) -> Result<String, String> {
    let is_plain = Path::new(value)
        .components()
        .all(|part| matches!(part, Component::RootDir | Component::Normal(_)));
    match value.starts_with('/') && is_plain && !value.contains('\0') {
        true => Ok(value.to_owned()),
        false => Err("it takes an absolute path without '..'".into()),
    }
}

/// `PATH` or `PATH:SIZE`
fn place(value: &str) -> Result<Place, String> {
    const TAKEN: [&str; 7] = [
        "/proc",
        "/sys",
        "/dev",
        "/run",
        "/programs",
        "/lib/modules",
        "/etc",
    ];
    let (text, size) = match value.rsplit_once(':') {
        Some((text, size)) => (text, Some(bytes(size)?)),
        None => (value, None),
    };
    let place = path(text)?;
    let is_within = |taken: &&&str| Path::new(&place).starts_with(taken);
    match TAKEN.iter().find(is_within) {
        _ if place == "/" => Err("the root stays read-only: name a directory".into()),
        Some(taken) => Err(format!("{taken} is init's own: name another directory")),
        None => Ok(Place { path: place, size }),
    }
}

/// `PROGRAM`, `PROGRAM:PORT`, `PROGRAM:end` or `PROGRAM:prints=TEXT`
fn after(value: &str) -> Result<After, String> {
    let (program, until) = match value.split_once(':') {
        None => (value, Some(Until::Started)),
        Some((program, "end")) => (program, Some(Until::Ended)),
        Some((program, what)) => {
            let until = match what.strip_prefix("prints=") {
                Some(text) => (1..=200)
                    .contains(&text.len())
                    .then(|| Until::Prints(text.to_owned())),
                None => port(what).map(Until::Listens),
            };
            (program, until)
        }
    };
    match until {
        Some(until) if !program.is_empty() => Ok(After {
            program: program.to_owned(),
            until,
        }),
        _ => Err("it takes PROGRAM, PROGRAM:PORT, PROGRAM:end or PROGRAM:prints=TEXT".into()),
    }
}

fn port(value: &str) -> Option<u16> {
    value.parse().ok().filter(|port| *port != 0)
}

/// `PORT` or `PORT/PATH`
fn check(value: &str) -> Result<Check, String> {
    let (digits, path) = match value.find('/') {
        Some(at) => (&value[..at], Some(&value[at..])),
        None => (value, None),
    };
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._~%?=&+-".contains(&byte);
    match port(digits) {
        Some(port) if path.is_none_or(|path| path.len() <= 200 && path.bytes().all(is_plain)) => {
            let path = path.map(str::to_owned);
            Ok(Check { port, path })
        }
        _ => Err("it takes a port, or PORT/PATH of HTTP, such as 8080/healthz".into()),
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match &self.path {
            Some(path) => write!(f, "http://127.0.0.1:{}{path}", self.port),
            None => write!(f, "port {}", self.port),
        }
    }
}

impl fmt::Display for After {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let program = &self.program;
        match &self.until {
            Until::Started => write!(f, "{program} to start"),
            Until::Listens(port) => write!(f, "{program} to listen on port {port}"),
            Until::Prints(text) => write!(f, "{program} to print '{text}'"),
            Until::Ended => write!(f, "{program} to end"),
        }
    }
}

/// `SIGQUIT`, `SIGRTMIN+3`, or a number.
fn signal(value: &str) -> Result<i32, String> {
    // as the C library has them: it keeps the first two for itself
    const FIRST_REAL_TIME: i32 = 34;
    const LAST: i32 = 64;
    let number = match value.strip_prefix("SIGRTMIN") {
        Some("") => Some(FIRST_REAL_TIME),
        Some(rest) => rest
            .strip_prefix('+')
            .and_then(|it| it.parse::<i32>().ok())
            .and_then(|it| it.checked_add(FIRST_REAL_TIME)),
        None => value
            .parse::<nix::sys::signal::Signal>()
            .map(|it| it as i32)
            .or_else(|_| value.parse())
            .ok(),
    };
    number
        .filter(|it| (1..=LAST).contains(it))
        .ok_or_else(|| "it takes the name of a signal, such as SIGQUIT, or its number".into())
}

/// A number of bytes: `64m`; k, m and g are units of 1,024, as for tmpfs(5).
pub fn bytes(value: &str) -> Result<u64, String> {
    let (digits, unit) = match value.char_indices().last() {
        Some((at, 'k' | 'K')) => (&value[..at], 1 << 10),
        Some((at, 'm' | 'M')) => (&value[..at], 1 << 20),
        Some((at, 'g' | 'G')) => (&value[..at], 1 << 30),
        _ => (value, 1),
    };
    digits
        .parse::<u64>()
        .ok()
        .and_then(|number| number.checked_mul(unit))
        .filter(|number| *number >= 4096)
        .ok_or_else(|| "it takes a number of bytes, at least 4096, such as 64m".into())
}

fn count(value: &str, range: std::ops::RangeInclusive<u64>) -> Result<Option<u64>, String> {
    if value.is_empty() {
        return Ok(None);
    }
    match value.parse() {
        Ok(number) if range.contains(&number) => Ok(Some(number)),
        _ => Err(format!(
            "it takes a number from {} to {}",
            range.start(),
            range.end()
        )),
    }
}

/// Those that a program can be given, by name, with their numbers (linux/capability.h). With any other it could undo what
/// init has sealed, or reach the other programs.
pub const CAPABILITIES: [(&str, u32); 11] = [
    ("kill", 5),
    ("net_bind_service", 10),
    ("net_broadcast", 11),
    ("net_admin", 12),
    ("net_raw", 13),
    ("ipc_lock", 14),
    ("ipc_owner", 15),
    ("sys_nice", 23),
    ("sys_resource", 24),
    ("sys_time", 25),
    ("wake_alarm", 35),
];

fn capabilities(value: &str) -> Result<u64, String> {
    let mut bits = 0;
    for name in value.split(',').filter(|it| !it.is_empty()) {
        let found = CAPABILITIES.iter().find(|(it, _)| *it == name);
        let (_, number) = found.ok_or_else(|| {
            let names: Vec<_> = CAPABILITIES.iter().map(|(it, _)| *it).collect();
            format!("{name} is not one of {}", names.join(", "))
        })?;
        bits |= 1 << number;
    }
    Ok(bits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_user_is_a_name_a_number_or_both() {
        let given = |name: Option<&str>, number| User {
            name: name.map(str::to_owned),
            number,
        };
        assert_eq!(user("www"), Ok(given(Some("www"), None)));
        assert_eq!(user("33"), Ok(given(None, Some(33))));
        assert_eq!(user("www-data:33"), Ok(given(Some("www-data"), Some(33))));
        assert_eq!(user(""), Ok(User::default()));
        for wrong in [
            "root", "0", "root:1", "www:0", "a b", "65534", "Www", ":1", "a:",
        ] {
            assert!(user(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_size_has_a_unit_of_1024() {
        assert_eq!(bytes("64m"), Ok(64 << 20));
        assert_eq!(bytes("4096"), Ok(4096));
        assert_eq!(bytes("1G"), Ok(1 << 30));
        for wrong in ["", "m", "1", "64mb", "-1m", "99999999999999999999", "1.5g"] {
            assert!(bytes(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_place_is_a_directory_that_is_nobody_elses() {
        assert_eq!(
            place("/var/lib/app:16m"),
            Ok(Place {
                path: "/var/lib/app".into(),
                size: Some(16 << 20)
            })
        );
        assert!(place("/data").is_ok_and(|it| it.size.is_none()));
        for wrong in [
            "",
            "data",
            "/",
            "/proc",
            "/dev/x",
            "/a/../b",
            "/data:",
            "/etc/x:1m",
        ] {
            assert!(place(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_another_program_has_to_do_first_is_one_of_four_things() {
        let until = |value: &str| after(value).map(|it| it.until);
        assert_eq!(until("db"), Ok(Until::Started));
        assert_eq!(until("db:5432"), Ok(Until::Listens(5432)));
        assert_eq!(until("db:end"), Ok(Until::Ended));
        let text = "ready: port=5432".to_owned();
        assert_eq!(until("db:prints=ready: port=5432"), Ok(Until::Prints(text)));
        for wrong in [
            "",
            ":end",
            "db:",
            "db:0",
            "db:65536",
            "db:prints=",
            "db:ready",
        ] {
            assert!(after(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_check_is_a_port_or_a_page() {
        let shown = |value: &str| check(value).map(|it| it.to_string());
        assert_eq!(shown("80"), Ok("port 80".into()));
        assert_eq!(shown("80/a?b=c"), Ok("http://127.0.0.1:80/a?b=c".into()));
        for wrong in ["", "0", "65536", "/a", "80/a b", "80/\r", "a/b", "80:/a"] {
            assert!(check(wrong).is_err(), "{wrong}");
        }
        assert!(check(&format!("80/{}", "a".repeat(200))).is_err());
    }

    #[test]
    fn a_signal_has_a_name_or_a_number() {
        assert_eq!(signal("SIGQUIT"), Ok(3));
        assert_eq!(signal("SIGRTMIN+3"), Ok(37));
        assert_eq!(signal("SIGRTMIN"), Ok(34));
        assert_eq!(signal("15"), Ok(15));
        for wrong in [
            "",
            "0",
            "65",
            "QUIT",
            "SIGRTMIN+31",
            "SIGRTMIN3",
            "SIGRTMIN+2147483647",
        ] {
            assert!(signal(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn capabilities_are_bits_and_those_that_break_the_seal_are_none() {
        assert_eq!(capabilities("net_raw,sys_nice"), Ok((1 << 13) | (1 << 23)));
        assert_eq!(capabilities(""), Ok(0));
        for wrong in [
            "sys_admin",
            "sys_module",
            "dac_override",
            "CAP_NET_RAW",
            "setuid",
        ] {
            assert!(capabilities(wrong).is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn no_value_stops_anything(key in 0..SETTINGS.len(), value in ".*") {
            let _ = SETTINGS[key].1(&mut Program::default(), &value);
        }
    }
}
