//! Settings: words `key=value` in the language of the kernel's command line, from three places. What the
//! image was built with comes first; a layer over the image overrides it, and the command line overrides
//! both, so that a machine can be changed at boot without a new image.
//!
//! Where the kernel or its modules have a word for something, that is the word: `ip=`
//! (Documentation/admin-guide/nfs/nfsroot.rst), `hostname=`, `panic=`, `module_blacklist=`,
//! `MODULE.PARAMETER=` (Documentation/admin-guide/kernel-parameters.rst). `scratchmachine.*` are ours
//! (docs/configuration.md). All other words belong to somebody else and pass. A word of ours that makes no
//! sense leads to a complaint that names it, never to a failed boot.

mod ip;
pub mod program;
pub mod words;

pub use ip::{Ip, Static};
pub use program::Program;

use std::fmt::Display;
use std::net::Ipv4Addr;
use std::str::FromStr;
use std::time::Duration;

/// Where the image keeps the settings it was built with.
pub const BAKED: &str = "/etc/scratchmachine.conf";
/// Where a layer over the image has them, if there is one.
pub const LAYER: &str = "/etc/scratchmachine.layer";
/// Where the kernel has its own command line.
pub const COMMAND_LINE: &str = "/proc/cmdline";

/// Where all programs may write.
pub const TMP: &str = "/tmp";
/// Where each has a home.
pub const HOMES: &str = "/home";

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    pub ip: Ip,
    pub hostname: Option<String>,
    /// Seconds from a panic of init to the reboot: 0 stands for never, a negative number for at once.
    pub panic: i32,
    pub module_blacklist: Vec<String>,
    /// Module and `PARAMETER=VALUE`, in the order given.
    pub module_parameters: Vec<(String, String)>,
    /// The log collector, `udp://ADDRESS[:PORT]` or `tcp://ADDRESS[:PORT]`.
    pub log: Option<String>,
    pub ntp: Option<Ipv4Addr>,
    /// The port of the status page.
    pub status: Option<u16>,
    /// Modules may still be loaded after the boot.
    pub hotplug: bool,
    /// Panic once the boot is done, to see what happens to the machine.
    pub drill: bool,
    /// How long programs wait for the network before they start without it.
    pub network_wait: Duration,
    /// How long programs may take to end after SIGTERM before they are killed.
    pub grace: Duration,
    pub restart: Restart,
    /// What is set for individual programs, by name.
    pub programs: Vec<(String, Program)>,
    /// The size of `/tmp` in bytes.
    pub tmp_size: Option<u64>,
    /// io_uring is open to programs.
    pub io_uring: bool,
    /// Values of the kernel's, by their names in `/proc/sys`, in the order given.
    pub sysctls: Vec<(String, String)>,
    /// What a signal to PID 1 asks for, by the signal's name.
    pub signals: Vec<(String, Request)>,
}

/// What a signal to PID 1 asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Request {
    Reboot,
    PowerOff,
    Nothing,
}

/// The kernel sends SIGINT for Ctrl-Alt-Del; SIGPWR stands for the power button.
const SIGNALS: [(&str, Request); 5] = [
    ("SIGINT", Request::Reboot),
    ("SIGTERM", Request::PowerOff),
    ("SIGPWR", Request::PowerOff),
    ("SIGUSR1", Request::Reboot),
    ("SIGUSR2", Request::PowerOff),
];

/// When a program that has ended is started again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Restart {
    #[default]
    Always,
    /// When a signal killed it, or it exited with a status other than 0.
    OnFailure,
    /// Never: it is a job, and when all programs have ended the machine powers off.
    Never,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            ip: Ip::default(),
            hostname: None,
            panic: 30,
            module_blacklist: Vec::new(),
            module_parameters: Vec::new(),
            log: None,
            ntp: None,
            status: None,
            hotplug: false,
            drill: false,
            network_wait: Duration::from_secs(10),
            grace: Duration::from_secs(10),
            restart: Restart::default(),
            programs: Vec::new(),
            tmp_size: None,
            io_uring: false,
            sysctls: Vec::new(),
            signals: SIGNALS
                .map(|(name, request)| (name.to_owned(), request))
                .into(),
        }
    }
}

type Setter = fn(&mut Config, &str) -> Result<(), String>;

/// Every setting by its key.
const SETTINGS: &[(&str, Setter)] = &[
    ("ip", |config, value| set(&mut config.ip, value)),
    ("hostname", |config, value| {
        config.hostname = given(value).map(|name| host_name(&name)).transpose()?;
        Ok(())
    }),
    ("panic", |config, value| {
        config.panic = kernel_number(value)?;
        Ok(())
    }),
    ("module_blacklist", |config, value| {
        config.module_blacklist = list(value);
        Ok(())
    }),
    ("scratchmachine.log", |config, value| {
        config.log = given(value);
        Ok(())
    }),
    ("scratchmachine.ntp", |config, value| {
        config.ntp = given(value).map(|value| parse(&value)).transpose()?;
        Ok(())
    }),
    ("scratchmachine.status", |config, value| {
        let port = given(value).map(|port| parse(&port)).transpose()?;
        config.status = port.filter(|port| *port != 0);
        Ok(())
    }),
    ("scratchmachine.hotplug", |config, value| {
        config.hotplug = switch(value)?;
        Ok(())
    }),
    ("scratchmachine.drill", |config, value| {
        config.drill = switch(value)?;
        Ok(())
    }),
    ("scratchmachine.network_wait", |config, value| {
        config.network_wait = seconds(value)?;
        Ok(())
    }),
    ("scratchmachine.grace", |config, value| {
        config.grace = seconds(value)?;
        Ok(())
    }),
    ("scratchmachine.restart", |config, value| {
        set(&mut config.restart, value)
    }),
    ("scratchmachine.tmp_size", |config, value| {
        config.tmp_size = given(value)
            .map(|value| program::bytes(&value))
            .transpose()?;
        Ok(())
    }),
    ("scratchmachine.io_uring", |config, value| {
        config.io_uring = switch(value)?;
        Ok(())
    }),
];

/// The key of every setting, but for those that have the name of a program, a signal or a sysctl in them.
pub fn keys() -> impl Iterator<Item = &'static str> {
    SETTINGS.iter().map(|(key, _)| *key)
}

/// `scratchmachine.env.PROGRAM.VARIABLE=`
const VARIABLE: &str = "scratchmachine.env.";
/// `scratchmachine.sysctl.NAME=`
const SYSCTL: &str = "scratchmachine.sysctl.";
/// `scratchmachine.signal.SIGNAL=`
const REQUEST_OF: &str = "scratchmachine.signal.";
const OURS: &str = "scratchmachine.";
/// `sysctl.NAME=`: not a module's parameter, but the kernel's, on its command line only.
const KERNEL_ONLY: &str = "sysctl.";

impl Config {
    /// Apply the settings in `text` and return a complaint for each word that could not be understood;
    /// such a word changes nothing.
    pub fn apply(&mut self, text: &[u8]) -> Vec<String> {
        let (words, unclosed) = words::split(text);
        let unclosed = unclosed.map(|word| {
            let word = String::from_utf8_lossy(&word);
            format!("'{}' was ignored: its quote is never closed", shown(&word))
        });
        words
            .into_iter()
            .filter_map(|word| self.apply_word(&word).err())
            .chain(unclosed)
            .collect()
    }

    /// The same for a single word. Returns whether it is one that init reads.
    pub fn apply_word(&mut self, word: &[u8]) -> Result<bool, String> {
        let Ok(word) = std::str::from_utf8(word) else {
            let word = String::from_utf8_lossy(word);
            return Err(format!("'{}' is not UTF-8 and was ignored", shown(&word)));
        };
        let (key, value) = word.split_once('=').unwrap_or((word, ""));
        let failed = |cause: String| format!("'{}' was ignored: {cause}", shown(word));
        if let Some((_, setter)) = SETTINGS.iter().find(|(name, _)| same_key(name, key)) {
            return setter(self, value).map(|()| true).map_err(failed);
        }
        match key.strip_prefix(OURS).and_then(program::Word::of) {
            Some(program::Word::Setting(program, setter)) => {
                // what makes no sense leaves no trace
                let mut changed = self.program(program);
                setter(&mut changed, value).map_err(failed)?;
                self.set_program(program, changed);
                return Ok(true);
            }
            Some(program::Word::Variable(program, variable)) => {
                let mut changed = self.program(program);
                changed.environment.retain(|(name, _)| name != variable);
                changed
                    .environment
                    .push((variable.to_owned(), value.to_owned()));
                self.set_program(program, changed);
                return Ok(true);
            }
            None => {}
        }
        if let Some(name) = key.strip_prefix(SYSCTL).filter(|name| is_sysctl(name)) {
            self.sysctls.retain(|(other, _)| other != name);
            self.sysctls.push((name.to_owned(), value.to_owned()));
            return Ok(true);
        }
        let signal = key.strip_prefix(REQUEST_OF);
        if let Some((_, request)) = self
            .signals
            .iter_mut()
            .find(|(name, _)| signal == Some(name))
        {
            return set(request, value).map(|()| true).map_err(failed);
        }
        if key.starts_with(OURS) {
            return Err(format!("'{}' is not a known setting", shown(word)));
        }
        // nobody else reads words with a dot before the '=', so this is a module's parameter
        let is_parameter = word.contains('=') && !key.starts_with(KERNEL_ONLY);
        if let (Some((module, parameter)), true) = (key.split_once('.'), is_parameter) {
            self.module_parameters
                .push((module.to_owned(), format!("{parameter}={value}")));
            return Ok(true);
        }
        Ok(false)
    }

    /// When the program with this name is started again.
    pub fn restart_of(&self, program: &str) -> Restart {
        self.program(program).restart.unwrap_or(self.restart)
    }

    /// What is set for the program with this name.
    pub fn program(&self, name: &str) -> Program {
        let mut programs = self.programs.iter();
        programs
            .find(|(it, _)| it == name)
            .map(|(_, program)| program.clone())
            .unwrap_or_default()
    }

    fn set_program(&mut self, name: &str, program: Program) {
        self.programs.retain(|(it, _)| it != name);
        if program != Program::default() {
            self.programs.push((name.to_owned(), program));
        }
    }

    /// What the signal with this name asks for.
    pub fn request_of(&self, signal: &str) -> Request {
        self.signals
            .iter()
            .find(|(name, _)| name == signal)
            .map_or(Request::Nothing, |(_, request)| *request)
    }
}

/// The kernel treats '-' and '_' in keys as the same (lib/cmdline.c, `parameq`).
pub fn same_key(name: &str, key: &str) -> bool {
    let dash = |byte| if byte == b'-' { b'_' } else { byte };
    name.bytes().map(dash).eq(key.bytes().map(dash))
}

/// A name with dots, as sysctl(8) has it, that leads to a file below `/proc/sys`.
fn is_sysctl(name: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'/');
    name.contains('.')
        && name
            .split('.')
            .all(|part| !part.is_empty() && part.bytes().all(is_plain))
}

/// As much of a word as belongs in a message.
fn shown(word: &str) -> String {
    const LONGEST: usize = 64;
    // a variable may be a secret
    let word = match word.split_once('=') {
        Some((key, _)) if key.starts_with(VARIABLE) => key,
        _ => word,
    };
    match word.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &word[..end]),
        None => word.to_owned(),
    }
}

fn set<T: FromStr>(setting: &mut T, value: &str) -> Result<(), String>
where
    T::Err: Display,
{
    *setting = parse(value)?;
    Ok(())
}

fn parse<T: FromStr>(value: &str) -> Result<T, String>
where
    T::Err: Display,
{
    value.parse().map_err(|error: T::Err| error.to_string())
}

/// Empty stands for none: so the command line can undo what the image says.
fn given(value: &str) -> Option<String> {
    Some(value.to_owned()).filter(|value| !value.is_empty())
}

fn list(value: &str) -> Vec<String> {
    value
        .split(',')
        .filter(|item| !item.is_empty())
        .map(str::to_owned)
        .collect()
}

fn switch(value: &str) -> Result<bool, String> {
    match value {
        "" | "1" | "y" | "on" => Ok(true),
        "0" | "n" | "off" => Ok(false),
        _ => Err("it takes 1 or 0".into()),
    }
}

/// A number as the kernel reads it (lib/kstrtox.c, `kstrtoint`): base 16 after `0x`, base 8 after `0`.
fn kernel_number(value: &str) -> Result<i32, String> {
    let sign = usize::from(value.starts_with(['+', '-']));
    let (sign, digits) = value.split_at(sign);
    let hexadecimal = digits.strip_prefix("0x").or(digits.strip_prefix("0X"));
    let (digits, base) = match hexadecimal {
        Some(digits) => (digits, 16),
        None if digits.starts_with('0') => (digits, 8),
        None => (digits, 10),
    };
    let has_one_sign = !digits.starts_with(['+', '-']);
    i32::from_str_radix(&format!("{sign}{digits}"), base)
        .ok()
        .filter(|_| has_one_sign)
        .ok_or_else(|| "it takes a number of seconds: 0 for never, -1 for at once".into())
}

fn seconds(value: &str) -> Result<Duration, String> {
    const LONGEST: u16 = 3600;
    match value.parse() {
        Ok(seconds @ 0..=LONGEST) => Ok(Duration::from_secs(seconds.into())),
        _ => Err(format!("it takes a number of seconds from 0 to {LONGEST}")),
    }
}

/// RFC 1123, section 2.1
fn host_name(value: &str) -> Result<String, String> {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    // the kernel's own limit is lower than that of the RFC (uname(2))
    if value.len() <= 64 && value.split('.').all(label) {
        Ok(value.to_owned())
    } else {
        Err("a host name has letters, digits and '-', at most 64 in all".into())
    }
}

impl FromStr for Restart {
    type Err = &'static str;

    fn from_str(value: &str) -> Result<Self, Self::Err> {
        match value {
            "always" => Ok(Restart::Always),
            "on-failure" => Ok(Restart::OnFailure),
            "never" => Ok(Restart::Never),
            _ => Err("it takes always, on-failure or never"),
        }
    }
}

impl FromStr for Request {
    type Err = &'static str;

    fn from_str(value: &str) -> Result<Self, Self::Err> {
        match value {
            "reboot" => Ok(Request::Reboot),
            "poweroff" => Ok(Request::PowerOff),
            "ignore" => Ok(Request::Nothing),
            _ => Err("it takes reboot, poweroff or ignore"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn applied(text: &str) -> (Config, Vec<String>) {
        let mut config = Config::default();
        let complaints = config.apply(text.as_bytes());
        (config, complaints)
    }

    #[test]
    fn every_setting_is_understood() {
        let (config, complaints) = applied(
            "ip=dhcp hostname=web-1.example panic=-1 module_blacklist=floppy,pcspkr e1000.Speed=100 \
             scratchmachine.log=udp://10.0.2.2:5514 scratchmachine.ntp=10.0.2.4 scratchmachine.status=81 \
             scratchmachine.hotplug=1 scratchmachine.network_wait=3 scratchmachine.grace=0 \
             scratchmachine.restart=on-failure scratchmachine.restart.job=never \
             scratchmachine.signal.SIGINT=poweroff scratchmachine.signal.SIGPWR=ignore \
             scratchmachine.tmp_size=64m scratchmachine.io_uring=1 scratchmachine.sysctl.vm.swappiness=10 \
             scratchmachine.env.my.web.GREETING=\"hello world\" scratchmachine.user.my.web=www:33 \
             scratchmachine.memory.my.web=64m",
        );
        assert_eq!(complaints, Vec::<String>::new());
        assert_eq!(config.hostname.as_deref(), Some("web-1.example"));
        assert_eq!(config.panic, -1);
        assert_eq!(config.module_blacklist, ["floppy", "pcspkr"]);
        assert_eq!(
            config.module_parameters,
            [("e1000".to_owned(), "Speed=100".to_owned())]
        );
        assert_eq!(config.log.as_deref(), Some("udp://10.0.2.2:5514"));
        assert_eq!(config.ntp, Some(Ipv4Addr::new(10, 0, 2, 4)));
        assert_eq!(config.status, Some(81));
        assert!(config.hotplug);
        assert_eq!(config.network_wait, Duration::from_secs(3));
        assert_eq!(config.grace, Duration::ZERO);
        assert_eq!(config.restart_of("web"), Restart::OnFailure);
        assert_eq!(config.restart_of("job"), Restart::Never);
        assert_eq!(config.request_of("SIGINT"), Request::PowerOff);
        assert_eq!(config.request_of("SIGPWR"), Request::Nothing);
        assert_eq!(config.request_of("SIGUSR1"), Request::Reboot);
        assert_eq!(config.request_of("SIGCHLD"), Request::Nothing);
        assert_eq!(config.tmp_size, Some(64 << 20));
        assert!(config.io_uring);
        assert_eq!(
            config.sysctls,
            [("vm.swappiness".to_owned(), "10".to_owned())]
        );
        let web = config.program("my.web");
        assert_eq!(
            web.environment,
            [("GREETING".to_owned(), "hello world".to_owned())]
        );
        assert_eq!(web.user.number, Some(33));
        assert_eq!(web.limits.memory, Some(64 << 20));
    }

    #[test]
    fn the_last_word_wins_and_an_empty_one_resets() {
        let (config, _) = applied("scratchmachine.status=81 scratchmachine.log=udp://1.2.3.4");
        let mut config = config;
        config.apply(b"scratchmachine.status= scratchmachine.log= ip=10.0.0.1 ip=off");
        config.apply(
            b"hostname=web hostname= scratchmachine.restart.a=never scratchmachine.restart.a=",
        );
        assert_eq!(config, Config::default());
    }

    #[test]
    fn panic_is_the_number_that_the_kernel_reads() {
        for (word, seconds) in [
            ("panic=0", 0),
            ("panic=-1", -1),
            ("panic=+5", 5),
            ("panic=010", 8),
            ("panic=0x1F", 31),
            ("panic=-0X10", -16),
        ] {
            let (config, complaints) = applied(word);
            assert_eq!(complaints, Vec::<String>::new());
            assert_eq!(config.panic, seconds, "{word}");
        }
    }

    #[test]
    fn a_setting_of_the_kernel_itself_is_not_taken_for_a_module_parameter() {
        let mut config = Config::default();
        assert_eq!(config.apply_word(b"sysctl.kernel.panic=5"), Ok(false));
        assert_eq!(config, Config::default());
    }

    #[test]
    fn malformed_input_is_named_and_changes_nothing() {
        for word in [
            "ip=10.0.2",
            "hostname=-",
            "hostname=under_score",
            "panic=soon",
            "panic=",
            "panic=09",
            "panic=0x",
            "panic=++5",
            "panic=0x-5",
            "panic=2147483648",
            "scratchmachine.ntp=pool.example",
            "scratchmachine.status=65536",
            "scratchmachine.hotplug=maybe",
            "scratchmachine.grace=-1",
            "scratchmachine.network_wait=3601",
            "scratchmachine.restart=sometimes",
            "scratchmachine.restart.=never",
            "scratchmachine.user.web=root",
            "scratchmachine.capabilities.web=sys_admin",
            "scratchmachine.memory.web=1",
            "scratchmachine.writable.web=/proc",
            "scratchmachine.sysctl.=1",
            "scratchmachine.sysctl.kernel=1",
            "scratchmachine.sysctl.kernel..x=1",
            "scratchmachine.signal.SIGINT=explode",
            "scratchmachine.signal.SIGKILL=reboot",
            "scratchmachine.signal=reboot",
            "scratchmachine.colour=red",
            "scratchmachine.",
        ] {
            let (config, complaints) = applied(word);
            assert_eq!(complaints.len(), 1, "{word}: {complaints:?}");
            assert!(complaints[0].contains(word), "{complaints:?}");
            assert_eq!(config, Config::default(), "{word}");
        }
    }

    #[test]
    fn the_value_of_a_variable_is_never_shown() {
        for word in [
            "scratchmachine.env.web.A-B=secret",
            "scratchmachine.env.=secret",
        ] {
            let (config, complaints) = applied(word);
            assert_eq!(complaints.len(), 1, "{word}");
            assert!(!complaints[0].contains("secret"), "{complaints:?}");
            assert_eq!(config, Config::default());
        }
    }

    #[test]
    fn a_very_long_word_is_named_by_its_beginning() {
        let word = format!("scratchmachine.{}", "é".repeat(4096));
        let (_, complaints) = applied(&word);
        assert!(complaints[0].len() < 256, "{complaints:?}");
    }

    #[test]
    fn words_for_others_pass_without_a_complaint() {
        let (config, complaints) = applied("ro quiet -- initrd=x console=ttyS0,115200 loglevel=3");
        assert_eq!(complaints, Vec::<String>::new());
        assert_eq!(config, Config::default());
    }

    proptest! {
        #[test]
        fn no_bytes_can_stop_the_boot(bytes: Vec<u8>) {
            Config::default().apply(&bytes);
        }

        #[test]
        fn no_value_of_a_known_key_can_stop_the_boot(key in 0..SETTINGS.len(), value in ".*") {
            let text = format!("{}={value}", SETTINGS[key].0);
            Config::default().apply(text.as_bytes());
        }

        #[test]
        fn a_setting_survives_any_malformed_input_around_it(before in "[a-z=.\\x01-\\x20]*", after: Vec<u8>) {
            let mut config = Config::default();
            config.apply(before.as_bytes());
            config.apply(b"scratchmachine.status=81");
            let known = config.status;
            prop_assume!(!String::from_utf8_lossy(&after).contains("status"));
            config.apply(&after);
            prop_assert_eq!(known, Some(81));
            prop_assert_eq!(config.status, Some(81));
        }
    }
}
