//! What the status page shows, gathered from everywhere.

use super::identity::VERSION;
use super::thread;
use scratchmachine::config::Config;
use scratchmachine::logs::Log;
use scratchmachine::network::{self, Network};
use scratchmachine::phases::Phases;
use scratchmachine::status::{self, Value};
use scratchmachine::{modules, supervisor};
use std::sync::{Arc, Mutex, PoisonError};

/// How the programs are doing, shared with the thread of the status page.
pub type Statuses = Arc<Mutex<Vec<supervisor::Status>>>;

pub fn start(
    log: &Log,
    config: &Config,
    image: String,
    phases: Phases,
    network: Option<&Network>,
    statuses: &Statuses,
) {
    let Some(port) = config.status else { return };
    let (page, statuses) = (log.clone(), Arc::clone(statuses));
    let network = network.map(Network::watch);
    thread::start(log, "status", move || {
        let report = || {
            let network = network.as_ref().map(|status| status());
            report(&page, &image, &phases, &statuses, network)
        };
        page.warn(status::serve(port, report));
    });
}

fn report(
    log: &Log,
    image: &str,
    phases: &Phases,
    statuses: &Mutex<Vec<supervisor::Status>>,
    network: Option<network::Status>,
) -> Value {
    let programs = statuses
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clone();
    let programs = programs.into_iter().map(|program| {
        let group = format!("/sys/fs/cgroup/{}", program.name);
        let facts = Value::map([
            ("process", program.process.map(|pid| pid as u64).into()),
            (
                "VmRSS_kB",
                program
                    .process
                    .and_then(|pid| resident(&pid.to_string()))
                    .into(),
            ),
            ("is_up", u64::from(program.process.is_some()).into()),
            ("memory_kB", memory_of(&group).into()),
            ("cpu_ms", cpu_of(&group).into()),
            ("restarts", u64::from(program.restarts).into()),
            (
                "last_exit",
                program.last_exit.map(|exit| exit.to_string()).into(),
            ),
        ]);
        (program.name, facts)
    });
    let configured = network
        .as_ref()
        .and_then(|network| network.configured.as_ref());
    let statistics = log.statistics();
    let lost = statistics
        .readers
        .iter()
        .map(|reader| (reader.name.clone(), reader.lost.total().into()));
    // once, so that its figures are from one moment
    let meminfo = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let took = phases.took().map(|(name, took)| (name, took.into()));
    Value::map([
        ("version", VERSION.into()),
        ("image", image.into()),
        ("uptime_seconds", phases.uptime().as_secs().into()),
        ("phases_ms", Value::map(took)),
        (
            "modules",
            Value::List(modules::loaded().into_iter().map(Value::from).collect()),
        ),
        (
            "network",
            Value::map([
                (
                    "carrier",
                    network
                        .as_ref()
                        .map(|network| u64::from(network.has_carrier))
                        .into(),
                ),
                ("address", configured.map(|it| it.to_string()).into()),
                ("details", configured.map(|it| it.details()).into()),
            ]),
        ),
        ("interfaces", interfaces()),
        ("programs", Value::map(programs)),
        ("log_lines_lost", Value::map(lost)),
        ("kernel_lines_overwritten", statistics.overwritten.into()),
        (
            "memory",
            Value::map([
                ("MemTotal_kB", kilobytes(&meminfo, "MemTotal").into()),
                (
                    "MemAvailable_kB",
                    kilobytes(&meminfo, "MemAvailable").into(),
                ),
                ("init_VmRSS_kB", resident("self").into()),
            ]),
        ),
    ])
}

/// What a control group has in memory, in kB (Documentation/admin-guide/cgroup-v2.rst). `None` if there is no such group.
fn memory_of(group: &str) -> Option<u64> {
    let bytes = std::fs::read_to_string(format!("{group}/memory.current")).ok()?;
    Some(bytes.trim().parse::<u64>().ok()? / 1024)
}

/// The processor time that it has used, in milliseconds.
fn cpu_of(group: &str) -> Option<u64> {
    let statistics = std::fs::read_to_string(format!("{group}/cpu.stat")).ok()?;
    let used = |line: &str| line.strip_prefix("usage_usec ")?.parse::<u64>().ok();
    Some(statistics.lines().find_map(used)? / 1000)
}

/// What each network interface has received and sent (`/proc/net/dev`, proc_pid_net(5)).
fn interfaces() -> Value {
    // their places among the numbers of a line
    const COUNTERS: [(&str, usize); 6] = [
        ("received_bytes", 0),
        ("received_packets", 1),
        ("receive_errors", 2),
        ("sent_bytes", 8),
        ("sent_packets", 9),
        ("send_errors", 10),
    ];
    let text = std::fs::read_to_string("/proc/net/dev").unwrap_or_default();
    let interfaces = text.lines().filter_map(|line| {
        let (name, numbers) = line.split_once(':')?;
        let numbers: Vec<u64> = numbers
            .split_ascii_whitespace()
            .filter_map(|number| number.parse().ok())
            .collect();
        let counters = COUNTERS.map(|(counter, at)| (counter, numbers.get(at).copied().into()));
        Some((name.trim().to_owned(), Value::map(counters)))
    });
    Value::map(interfaces)
}

/// What a process has in memory, in kB (proc_pid_status(5)). `None` if it has just ended.
fn resident(process: &str) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    kilobytes(&status, "VmRSS")
}

/// The number in a line such as `MemTotal:  114988 kB`, as in /proc/meminfo and /proc/PID/status.
fn kilobytes(text: &str, field: &str) -> Option<u64> {
    let value = text
        .lines()
        .find_map(|line| line.strip_prefix(field)?.strip_prefix(':'))?;
    value.trim().strip_suffix(" kB")?.parse().ok()
}
