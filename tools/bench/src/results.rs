//! Everything that was measured.

use crate::arguments::Arguments;
use crate::boot::Boot;
use crate::budgets::Row;
use crate::checkout::{Rebuild, SecondRun};
use crate::host::{self, Host};
use crate::load::Load;
use crate::memory::Memory;
use crate::plan::{Image, Machine, Plan};
use crate::statistics::{self, Spread};
use crate::{chart, date, markdown};
use serde::Serialize;
use std::path::Path;
use std::time::Duration;

/// The machines that budgets are about, by name.
pub const OURS: &str = "scratchmachine";
pub const MICROVM: &str = "microvm";
pub const REFERENCE: &str = "experiment";

#[derive(Serialize)]
pub struct Results {
    pub began: String,
    pub took_seconds: f64,
    pub host: Host,
    pub load_before: f64,
    pub load_after: f64,
    pub machines: Vec<MachineResult>,
    pub throughput: Vec<Load>,
    pub vm: Option<SecondRun>,
    pub rebuild: Option<Rebuild>,
    /// What can't be measured here, and why.
    pub left_out: Vec<String>,
    /// What should have been measured and could not be.
    pub failed: Vec<String>,
}

#[derive(Serialize)]
pub struct MachineResult {
    pub name: String,
    pub title: String,
    pub memory_mb: u32,
    /// None of a machine that boots from none.
    pub iso_bytes: Option<u64>,
    pub kernel_bytes: u64,
    pub user_space_bytes: u64,
    pub boots: Vec<Boot>,
    pub memory: Option<Memory>,
}

impl Results {
    pub fn begin(arguments: &Arguments, plan: &Plan) -> Result<Results, String> {
        let machines = plan.machines.iter();
        let wanted = machines.filter(|machine| arguments.wants(&machine.name));
        Ok(Results {
            began: date::now(),
            took_seconds: 0.0,
            host: Host::look()?,
            load_before: host::load(),
            load_after: 0.0,
            machines: wanted.map(MachineResult::begin).collect::<Result<_, _>>()?,
            throughput: vec![],
            vm: None,
            rebuild: None,
            left_out: vec![],
            failed: vec![],
        })
    }

    pub fn end(&mut self, took: Duration) {
        self.took_seconds = took.as_secs_f64();
        self.load_after = host::load();
    }

    pub fn machine(&self, name: &str) -> Option<&MachineResult> {
        self.machines.iter().find(|machine| machine.name == name)
    }

    /// How long that machine takes to its first answer, as a part of what the reference takes.
    pub fn ratio(&self, name: &str) -> Option<f64> {
        let median = |name| Some(self.machine(name)?.seconds()?.median);
        Some(median(name)? / median(REFERENCE)?)
    }

    /// The highest load before a boot, if it is more than this host has processors: then it measured what else it did, too.
    pub fn busy(&self) -> Option<f64> {
        let boots = self.machines.iter().flat_map(|machine| &machine.boots);
        let highest = boots.map(|boot| boot.load).fold(self.load_before, f64::max);
        (highest > self.host.cores as f64).then_some(highest)
    }

    pub fn write(&self, out: &Path, budgets: &[Row]) -> Result<(), String> {
        #[derive(Serialize)]
        struct Everything<'a> {
            #[serde(flatten)]
            results: &'a Results,
            budgets: &'a [Row],
        }
        let json = serde_json::to_string_pretty(&Everything {
            results: self,
            budgets,
        })
        .map_err(|error| format!("make JSON of the results: {error}"))?;
        for (name, text) in [
            ("bench.json", json + "\n"),
            ("bench.md", markdown::report(self, budgets)),
            ("phases.svg", chart::phases(self)),
        ] {
            let path = out.join(name);
            std::fs::write(&path, text)
                .map_err(|error| format!("write {}: {error}", path.display()))?;
        }
        Ok(())
    }
}

impl MachineResult {
    fn begin(machine: &Machine) -> Result<MachineResult, String> {
        Ok(MachineResult {
            name: machine.name.clone(),
            title: machine.title.clone(),
            memory_mb: machine.memory_mb,
            iso_bytes: match &machine.image {
                Image::Iso(iso) => Some(size(iso)?),
                Image::Runner(_) => None,
            },
            kernel_bytes: size(&machine.kernel)?,
            user_space_bytes: machine
                .user_space
                .iter()
                .map(|it| size(it))
                .sum::<Result<_, _>>()?,
            boots: vec![],
            memory: None,
        })
    }

    /// From power-on to the first answer.
    pub fn seconds(&self) -> Option<Spread> {
        statistics::spread(self.boots.iter().map(|boot| boot.seconds))
    }

    /// Its phases in their order, each with the median of what it took. A phase that a console did not show the end of
    /// is none in that boot.
    pub fn phases(&self) -> Vec<(&str, f64)> {
        let mut names: Vec<&str> = vec![];
        // the boot that shows most has the order
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

fn size(path: &Path) -> Result<u64, String> {
    std::fs::metadata(path)
        .map(|metadata| metadata.len())
        .map_err(|error| format!("look at {}: {error}", path.display()))
}

/// For tests: two boots each of our machine and of the reference.
#[cfg(test)]
pub fn example() -> Results {
    use crate::markers::Phase;
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
        throughput: vec![Load {
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
    fn a_host_is_busy_whose_processors_are_not_enough() {
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
}
