//! Everything that was measured, as bench.json has it.

use crate::statistics::{self, Spread};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;

/// The machines that budgets are about, by name.
pub const OURS: &str = "scratchmachine";
pub const MICROVM: &str = "microvm";
pub const REFERENCE: &str = "experiment";

/// The last phase of every boot, after the last marker.
pub const FIRST_ANSWER: &str = "first answer";

#[derive(Serialize)]
pub struct Results {
    pub began: String,
    pub took_seconds: f64,
    pub host: Host,
    pub load_before: f64,
    pub load_after: f64,
    pub machines: Vec<MachineResult>,
    pub throughput: Vec<Throughput>,
    pub vm: Option<SecondRun>,
    pub rebuild: Option<Rebuild>,
    /// What can't be measured here, and why.
    pub left_out: Vec<String>,
    /// What should have been measured, and why it could not be.
    pub failed: Vec<String>,
}

/// The machine that measures.
#[derive(Serialize)]
pub struct Host {
    pub processor: String,
    pub cores: usize,
    pub memory_mb: u64,
    pub kernel: String,
    pub qemu: String,
    pub accelerator: &'static str,
}

#[derive(Serialize)]
pub struct MachineResult {
    pub name: String,
    pub title: String,
    pub memory_mb: u32,
    /// None of a machine that boots without an ISO.
    pub iso_bytes: Option<u64>,
    pub kernel_bytes: u64,
    pub user_space_bytes: u64,
    pub boots: Vec<Boot>,
    pub memory: Option<Memory>,
}

#[derive(Serialize)]
pub struct Boot {
    pub round: u64,
    /// How many other processes wanted this host's processors before it, averaged over a minute.
    pub load: f64,
    pub seconds: f64,
    pub phases: Vec<Phase>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Phase {
    pub name: String,
    pub seconds: f64,
}

#[derive(Debug, PartialEq, Serialize)]
pub struct Memory {
    /// By QEMU.
    pub given_kb: u64,
    /// What the kernel has for itself and others, `MemTotal`.
    pub total_kb: u64,
    pub available_kb: u64,
    /// Resident pages of processes, which only our machines report.
    pub init_rss_kb: Option<u64>,
    pub program_rss_kb: Option<u64>,
}

#[derive(Debug, Serialize)]
pub struct Throughput {
    pub server: String,
    pub clients: usize,
    pub seconds: f64,
    pub answers: usize,
    pub per_second: f64,
    pub median_us: u32,
    pub p99_us: u32,
    pub max_us: u32,
    /// Requests that failed, by reason.
    pub errors: BTreeMap<&'static str, usize>,
}

#[derive(Serialize)]
pub struct SecondRun {
    /// Seconds to the first line of the machine's console.
    pub by_command: Vec<f64>,
    pub by_qemu_alone: Vec<f64>,
}

#[derive(Serialize)]
pub struct Rebuild {
    pub seconds: f64,
    /// The names of the derivations that were built again.
    pub built: Vec<String>,
}

impl Results {
    pub fn machine(&self, name: &str) -> Option<&MachineResult> {
        self.machines.iter().find(|machine| machine.name == name)
    }

    pub fn machine_mut(&mut self, name: &str) -> Option<&mut MachineResult> {
        self.machines.iter_mut().find(|it| it.name == name)
    }

    /// How long that machine takes to its first answer, divided by what the reference takes.
    pub fn ratio(&self, name: &str) -> Option<f64> {
        let median = |name| Some(self.machine(name)?.seconds()?.median);
        Some(median(name)? / median(REFERENCE)?)
    }

    /// The highest load before a boot, if it exceeds the number of processors: then the boots shared them with other work.
    pub fn busy(&self) -> Option<f64> {
        let boots = self.machines.iter().flat_map(|machine| &machine.boots);
        let highest = boots.map(|boot| boot.load).fold(self.load_before, f64::max);
        (highest > self.host.cores as f64).then_some(highest)
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let accelerator = match self.accelerator {
            "kvm" => "with KVM",
            _ => "without KVM (TCG)",
        };
        write!(
            f,
            "{}, {} cores, {} MB, Linux {}; {} {accelerator}",
            self.processor, self.cores, self.memory_mb, self.kernel, self.qemu
        )
    }
}

impl MachineResult {
    /// From power-on to the first answer.
    pub fn seconds(&self) -> Option<Spread> {
        statistics::spread(self.boots.iter().map(|boot| boot.seconds))
    }

    /// Its phases in their order, each with the median of its durations. A boot whose console did not show the end of a
    /// phase does not have that phase.
    pub fn phases(&self) -> Vec<(&str, f64)> {
        let mut names: Vec<&str> = vec![];
        // the boot with most phases has their order
        if let Some(boot) = self.boots.iter().max_by_key(|boot| boot.phases.len()) {
            names.extend(boot.phases.iter().map(|phase| phase.name.as_str()));
        }
        let of_all = |name: &str| {
            let phases = self.boots.iter().flat_map(|boot| &boot.phases);
            let seconds = phases.filter(|phase| phase.name == name);
            statistics::spread(seconds.map(|phase| phase.seconds))
        };
        names
            .into_iter()
            .filter_map(|name| Some((name, of_all(name)?.median)))
            .collect()
    }
}

impl Memory {
    /// By the kernel itself and by processes, without what the kernel would give back if it were needed.
    pub fn used_kb(&self) -> u64 {
        self.given_kb.saturating_sub(self.available_kb)
    }
}

impl SecondRun {
    /// By how much it is slower than QEMU with the same ISO.
    pub fn over_qemu(&self) -> Option<f64> {
        let median = |values: &[f64]| Some(statistics::spread(values.iter().copied())?.median);
        Some(median(&self.by_command)? - median(&self.by_qemu_alone)?)
    }
}

impl Rebuild {
    /// How many kernels and dependencies: a change of init is no reason to build them.
    pub fn needless(&self) -> usize {
        let is_needless = |name: &&String| {
            name.starts_with("linux-") || name.starts_with("kernel") || name.contains("-deps-")
        };
        self.built.iter().filter(is_needless).count()
    }
}

/// For tests: two boots each of our machine and of the reference.
#[cfg(test)]
pub fn example() -> Results {
    let boot = |round, kernel, last| Boot {
        round,
        load: 0.5,
        seconds: kernel + last,
        phases: vec![
            Phase {
                name: "kernel".into(),
                seconds: kernel,
            },
            Phase {
                name: "first answer".into(),
                seconds: last,
            },
        ],
    };
    let machine = |name: &str, boots| MachineResult {
        name: name.into(),
        title: format!("the {name} <&>"),
        memory_mb: 256,
        iso_bytes: Some(2_420_736),
        kernel_bytes: 1_823_744,
        user_space_bytes: 378_880,
        boots,
        memory: Some(Memory {
            given_kb: 262_144,
            total_kb: 245_000,
            available_kb: 232_144,
            init_rss_kb: Some(600),
            program_rss_kb: None,
        }),
    };
    Results {
        began: "2026-11-25 00:10 UTC".into(),
        took_seconds: 1234.5,
        host: Host {
            processor: "Some Processor".into(),
            cores: 2,
            memory_mb: 8000,
            kernel: "6.1.0".into(),
            qemu: "QEMU emulator version 10.0".into(),
            accelerator: "tcg",
        },
        load_before: 0.5,
        load_after: 1.5,
        machines: vec![
            machine(OURS, vec![boot(1, 1.0, 1.0), boot(2, 1.5, 1.5)]),
            machine(REFERENCE, vec![boot(1, 5.0, 5.0), boot(2, 6.0, 4.0)]),
        ],
        throughput: vec![Throughput {
            server: "hello".into(),
            clients: 16,
            seconds: 60.0,
            answers: 60_000,
            per_second: 1000.0,
            median_us: 900,
            p99_us: 4000,
            max_us: 90_000,
            errors: std::collections::BTreeMap::new(),
        }],
        vm: None,
        rebuild: Some(Rebuild {
            seconds: 40.0,
            built: vec!["init-0.1.0".into()],
        }),
        left_out: vec![],
        failed: vec![],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_is_that_of_the_medians() {
        let results = example();
        assert_eq!(results.ratio(OURS), Some(0.25));
        assert_eq!(results.ratio(REFERENCE), Some(1.0));
        assert_eq!(results.ratio(MICROVM), None);
    }

    #[test]
    fn a_host_with_more_load_than_processors_is_busy() {
        let mut results = example();
        assert_eq!(results.busy(), None);
        results.machines[1].boots[0].load = 2.5;
        assert_eq!(results.busy(), Some(2.5));
    }

    #[test]
    fn a_phase_is_the_median_of_those_of_its_name() {
        let mut results = example();
        // the console lost a line
        results.machines[0].boots[1].phases.remove(0);
        assert_eq!(
            results.machines[0].phases(),
            [("kernel", 1.0), ("first answer", 1.25)]
        );
    }

    #[test]
    fn the_second_run_is_compared_with_qemu_alone() {
        let run = SecondRun {
            by_command: vec![2.0, 1.5, 9.0],
            by_qemu_alone: vec![0.25, 0.5, 0.75],
        };
        assert_eq!(run.over_qemu(), Some(1.5));
    }
}
