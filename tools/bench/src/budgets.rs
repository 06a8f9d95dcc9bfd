//! The budgets: the limits of figures that the benchmark measures, and whether they are met.

use crate::limits::{Limit, Limits, Unit};
use crate::results::{MICROVM, OURS, Results};
use serde::Serialize;

/// A figure that has a budget.
struct Figure {
    /// As tables for people name it.
    title: &'static str,
    /// Its row in the table of limits, and that row's unit.
    subject: &'static str,
    name: &'static str,
    unit: Unit,
    measured: fn(&Results) -> Option<f64>,
}

/// The web server that has a budget: the demo machine's.
const HELLO: &str = "hello";

const FIGURES: [Figure; 8] = [
    Figure {
        title: "ISO with `hello`",
        subject: "demo",
        name: "all",
        unit: Unit::Bytes,
        measured: |results| Some(results.machine(OURS)?.iso_bytes? as f64),
    },
    Figure {
        title: "kernel in it",
        subject: "demo",
        name: "kernel",
        unit: Unit::Bytes,
        measured: |results| Some(results.machine(OURS)?.kernel_bytes as f64),
    },
    Figure {
        title: "power-on to the first answer, ISO",
        subject: "demo",
        name: "first-answer",
        unit: Unit::OfExperiment,
        measured: |results| results.ratio(OURS),
    },
    Figure {
        title: "power-on to the first answer, microvm",
        subject: "microvm",
        name: "first-answer",
        unit: Unit::OfExperiment,
        measured: |results| results.ratio(MICROVM),
    },
    Figure {
        title: "requests that `hello` failed",
        subject: HELLO,
        name: "failed-requests",
        unit: Unit::Count,
        measured: |results| {
            let loads = || results.throughput.iter().filter(|it| it.server == HELLO);
            let errors = loads().flat_map(|load| load.errors.values());
            loads().next().map(|_| errors.sum::<usize>() as f64)
        },
    },
    Figure {
        title: "second `run .#vm` to the first line, more than QEMU alone",
        subject: "checkout",
        name: "second-run",
        unit: Unit::Seconds,
        measured: |results| results.vm.as_ref()?.over_qemu(),
    },
    Figure {
        title: "rebuild after a change of `src/main.rs`",
        subject: "checkout",
        name: "rebuild",
        unit: Unit::Seconds,
        measured: |results| Some(results.rebuild.as_ref()?.seconds),
    },
    Figure {
        title: "kernels and dependencies built in that",
        subject: "checkout",
        name: "needless-builds",
        unit: Unit::Count,
        measured: |results| Some(results.rebuild.as_ref()?.needless() as f64),
    },
];

/// A figure with its limit.
pub struct Budget {
    figure: &'static Figure,
    limit: Limit,
}

/// A budget and what was measured, as bench.json and bench.md have it.
#[derive(Debug, PartialEq, Serialize)]
pub struct Row {
    pub figure: &'static str,
    pub limit: String,
    pub measured: String,
    pub verdict: Verdict,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Met,
    Missed,
    NotMeasured,
}

/// Every figure has a limit, or what the table lacks is named.
pub fn with_limits(limits: &Limits) -> Result<Vec<Budget>, String> {
    FIGURES
        .iter()
        .map(|figure| {
            let Figure {
                subject,
                name,
                unit,
                ..
            } = figure;
            let limit = limits.find(subject, name, *unit).ok_or_else(|| {
                let unit = unit.name();
                format!(
                    "the table of limits has no '{name}' of '{subject}' in {unit}: add a row for it"
                )
            })?;
            Ok(Budget {
                figure,
                limit: limit.clone(),
            })
        })
        .collect()
}

pub fn check(budgets: &[Budget], results: &Results) -> Vec<Row> {
    budgets.iter().map(|budget| budget.check(results)).collect()
}

impl Budget {
    fn check(&self, results: &Results) -> Row {
        let measured = (self.figure.measured)(results);
        Row {
            figure: self.figure.title,
            limit: self.limit.text(),
            measured: measured.map_or("–".into(), |value| self.limit.unit.text(value)),
            verdict: match measured {
                None => Verdict::NotMeasured,
                Some(value) if value <= self.limit.most => Verdict::Met,
                Some(_) => Verdict::Missed,
            },
        }
    }

    #[cfg(test)]
    pub fn title(&self) -> &'static str {
        self.figure.title
    }

    #[cfg(test)]
    pub fn limit(&self) -> &Limit {
        &self.limit
    }
}

/// For tests: every figure with a limit of its own unit.
#[cfg(test)]
pub fn example() -> Vec<Budget> {
    let limits = [2_600_000.0, 1_950_000.0, 0.45, 0.12, 0.0, 2.0, 60.0, 0.0];
    FIGURES
        .iter()
        .zip(limits)
        .map(|(figure, most)| Budget {
            figure,
            limit: Limit {
                subject: figure.subject.into(),
                figure: figure.name.into(),
                most,
                unit: figure.unit,
            },
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results;

    fn rows(results: &Results) -> Vec<Row> {
        check(&example(), results)
    }

    fn row<'a>(rows: &'a [Row], part: &str) -> &'a Row {
        let mut rows = rows.iter().filter(|row| row.figure.contains(part));
        rows.next().unwrap()
    }

    #[test]
    fn a_budget_is_met_up_to_its_limit_and_missed_above() {
        let mut results = results::example();
        for boot in &mut results.machines[0].boots {
            boot.seconds = 4.5;
        }
        let rows_before = rows(&results);
        let ours = row(&rows_before, "answer, ISO");
        assert_eq!(ours.verdict, Verdict::Met);
        assert_eq!(ours.measured, "0.450 × the experiment's");

        results.machines[0].boots[0].seconds += 0.1;
        let rows = rows(&results);
        assert_eq!(row(&rows, "answer, ISO").verdict, Verdict::Missed);
    }

    #[test]
    fn what_was_not_measured_is_neither_met_nor_missed() {
        let rows = rows(&results::example());
        for figure in ["microvm", "run .#vm"] {
            assert_eq!(row(&rows, figure).verdict, Verdict::NotMeasured, "{figure}");
        }
    }

    #[test]
    fn a_single_failed_request_is_too_many() {
        let mut results = results::example();
        assert_eq!(row(&rows(&results), "failed").verdict, Verdict::Met);
        results.throughput[0].errors.insert("reset", 1);
        assert_eq!(row(&rows(&results), "failed").verdict, Verdict::Missed);
    }

    #[test]
    fn a_kernel_in_the_rebuild_is_too_much() {
        let mut results = results::example();
        assert_eq!(row(&rows(&results), "kernels").verdict, Verdict::Met);
        let built = &mut results.rebuild.as_mut().unwrap().built;
        built.push("linux-6.12.117".into());
        assert_eq!(row(&rows(&results), "kernels").verdict, Verdict::Missed);
    }
}
