//! The report as metrics: a table, and one loop over it. OpenMetrics 1.0, which Prometheus reads too.

use super::Value;
use std::fmt::Write;

pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0";

enum Kind {
    /// What may go up and down.
    Gauge,
    /// What only goes up; its samples end in `_total`.
    Counter,
    /// Text, as labels of the number 1; its sample ends in `_info`.
    Info,
}

struct Metric {
    name: &'static str,
    kind: Kind,
    help: &'static str,
    /// Where it is in the report: a `*` stands for any key, which becomes a label.
    path: &'static str,
    /// The name of the label, or of the text.
    label: &'static str,
    /// By what the report's number is divided.
    divisor: u64,
}

const fn metric(
    name: &'static str,
    kind: Kind,
    help: &'static str,
    path: &'static str,
    label: &'static str,
    divisor: u64,
) -> Metric {
    Metric {
        name,
        kind,
        help,
        path,
        label,
        divisor,
    }
}

use Kind::{Counter, Gauge, Info};

/// In the place of a divisor: the report's number is one of kB, of 1024 bytes.
const KILOBYTES: u64 = 0;

const METRICS: &[Metric] = &[
    metric(
        "scratchmachine_image",
        Info,
        "The identity of the image",
        "image",
        "identity",
        1,
    ),
    metric(
        "scratchmachine_uptime_seconds",
        Gauge,
        "Time since power-on",
        "uptime_seconds",
        "",
        1,
    ),
    metric(
        "scratchmachine_phase_seconds",
        Gauge,
        "What each phase of the boot took",
        "phases_ms.*",
        "phase",
        1000,
    ),
    metric(
        "scratchmachine_carrier",
        Gauge,
        "Whether the cable is plugged in",
        "network.carrier",
        "",
        1,
    ),
    metric(
        "scratchmachine_address",
        Info,
        "The address of the machine and where it is from",
        "network.address",
        "address",
        1,
    ),
    metric(
        "scratchmachine_network_receive_bytes",
        Counter,
        "Bytes that an interface has received",
        "interfaces.*.received_bytes",
        "interface",
        1,
    ),
    metric(
        "scratchmachine_network_receive_packets",
        Counter,
        "Packets that an interface has received",
        "interfaces.*.received_packets",
        "interface",
        1,
    ),
    metric(
        "scratchmachine_network_receive_errors",
        Counter,
        "Packets that an interface could not receive",
        "interfaces.*.receive_errors",
        "interface",
        1,
    ),
    metric(
        "scratchmachine_network_transmit_bytes",
        Counter,
        "Bytes that an interface has sent",
        "interfaces.*.sent_bytes",
        "interface",
        1,
    ),
    metric(
        "scratchmachine_network_transmit_packets",
        Counter,
        "Packets that an interface has sent",
        "interfaces.*.sent_packets",
        "interface",
        1,
    ),
    metric(
        "scratchmachine_network_transmit_errors",
        Counter,
        "Packets that an interface could not send",
        "interfaces.*.send_errors",
        "interface",
        1,
    ),
    metric(
        "scratchmachine_program_up",
        Gauge,
        "Whether a program runs",
        "programs.*.is_up",
        "program",
        1,
    ),
    metric(
        "scratchmachine_program_restarts",
        Counter,
        "How often a program was started again",
        "programs.*.restarts",
        "program",
        1,
    ),
    metric(
        "scratchmachine_program_resident_bytes",
        Gauge,
        "What a program's process has in memory",
        "programs.*.VmRSS_kB",
        "program",
        KILOBYTES,
    ),
    metric(
        "scratchmachine_program_memory_bytes",
        Gauge,
        "What a program and its children have in memory, files in memory included",
        "programs.*.memory_kB",
        "program",
        KILOBYTES,
    ),
    metric(
        "scratchmachine_program_cpu_seconds",
        Counter,
        "Processor time that a program and its children have used",
        "programs.*.cpu_ms",
        "program",
        1000,
    ),
    metric(
        "scratchmachine_log_lines_lost",
        Counter,
        "Lines of the log that a reader was too slow for",
        "log_lines_lost.*",
        "reader",
        1,
    ),
    metric(
        "scratchmachine_kernel_lines_overwritten",
        Counter,
        "Messages of the kernel that were overwritten before they were read",
        "kernel_lines_overwritten",
        "",
        1,
    ),
    metric(
        "scratchmachine_memory_bytes",
        Gauge,
        "Memory of the machine",
        "memory.MemTotal_kB",
        "",
        KILOBYTES,
    ),
    metric(
        "scratchmachine_memory_available_bytes",
        Gauge,
        "Memory that programs can still have",
        "memory.MemAvailable_kB",
        "",
        KILOBYTES,
    ),
    metric(
        "scratchmachine_init_resident_bytes",
        Gauge,
        "What init has in memory",
        "memory.init_VmRSS_kB",
        "",
        KILOBYTES,
    ),
];

/// All metrics of a report that has them.
pub fn metrics(report: &Value) -> String {
    let mut out = String::new();
    for metric in METRICS {
        let mut found = Vec::new();
        collect(report, metric.path, None, &mut found);
        let samples: String = found
            .into_iter()
            .filter_map(|(key, value)| metric.sample(key, value))
            .collect();
        if samples.is_empty() {
            continue;
        }
        let (name, help) = (metric.name, metric.help);
        let kind = match metric.kind {
            Gauge => "gauge",
            Counter => "counter",
            Info => "info",
        };
        let _ = write!(
            out,
            "# TYPE {name} {kind}\n# HELP {name} {help}.\n{samples}"
        );
    }
    out.push_str("# EOF\n");
    out
}

/// The values at a path, each with the key that its `*` stands for.
fn collect<'a>(
    value: &'a Value,
    path: &str,
    key: Option<&'a str>,
    found: &mut Vec<(Option<&'a str>, &'a Value)>,
) {
    let (first, rest) = match path.split_once('.') {
        Some((first, rest)) => (first, Some(rest)),
        None => (path, None),
    };
    let Value::Map(entries) = value else { return };
    for (name, entry) in entries {
        let key = match first {
            "*" => Some(name.as_str()),
            _ if first == name => key,
            _ => continue,
        };
        match rest {
            Some(rest) => collect(entry, rest, key, found),
            None => found.push((key, entry)),
        }
    }
}

impl Metric {
    fn sample(&self, key: Option<&str>, value: &Value) -> Option<String> {
        let name = self.name;
        let label = |text: &str| format!("{{{}=\"{}\"}}", self.label, escaped(text));
        let labels = key.map(label).unwrap_or_default();
        match (&self.kind, value) {
            (Info, Value::Text(text)) => Some(format!("{name}_info{} 1\n", label(text))),
            (Gauge, Value::Number(number)) => {
                Some(format!("{name}{labels} {}\n", self.scaled(*number)))
            }
            (Counter, Value::Number(number)) => {
                Some(format!("{name}_total{labels} {}\n", self.scaled(*number)))
            }
            _ => None,
        }
    }

    fn scaled(&self, number: u64) -> String {
        match self.divisor {
            KILOBYTES => number.saturating_mul(1024).to_string(),
            1 => number.to_string(),
            divisor => format!("{}.{:03}", number / divisor, number % divisor),
        }
    }
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn report() -> Value {
        Value::map([
            ("image", "abc".into()),
            ("uptime_seconds", 7.into()),
            ("phases_ms", Value::map([("mounts", 12.into())])),
            (
                "programs",
                Value::map([(
                    "a\"b",
                    Value::map([("restarts", 2.into()), ("VmRSS_kB", Value::None)]),
                )]),
            ),
            ("memory", Value::map([("MemTotal_kB", 3.into())])),
        ])
    }

    #[test]
    fn what_the_report_has_is_there_with_labels_and_in_base_units() {
        let text = metrics(&report());
        for line in [
            "scratchmachine_image_info{identity=\"abc\"} 1",
            "scratchmachine_uptime_seconds 7",
            "scratchmachine_phase_seconds{phase=\"mounts\"} 0.012",
            "scratchmachine_program_restarts_total{program=\"a\\\"b\"} 2",
            "scratchmachine_memory_bytes 3072",
            "# TYPE scratchmachine_program_restarts counter",
            "# EOF",
        ] {
            assert!(text.lines().any(|it| it == line), "{line}: {text}");
        }
        assert!(text.ends_with("# EOF\n"));
    }

    #[test]
    fn what_the_report_lacks_is_left_out() {
        let text = metrics(&report());
        assert!(!text.contains("resident"), "{text}");
        assert_eq!(metrics(&Value::None), "# EOF\n");
    }

    #[test]
    fn each_name_is_there_once() {
        let mut names: Vec<_> = METRICS.iter().map(|it| it.name).collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }

    proptest! {
        #[test]
        fn no_text_breaks_a_line(text in ".*") {
            let report = Value::map([("image", text.into())]);
            prop_assert_eq!(metrics(&report).lines().count(), 4);
        }
    }
}
