//! The budgets, and whether they are met.

use crate::results::{MICROVM, OURS, Results};
use serde::Serialize;

struct Budget {
    figure: &'static str,
    /// What it may be at most.
    limit: f64,
    unit: Unit,
    measured: fn(&Results) -> Option<f64>,
}

#[derive(Clone, Copy)]
enum Unit {
    Bytes,
    Seconds,
    /// Of what the reference takes.
    OfReference,
    Count,
}

/// The server that the budget is about, which the demo machine has.
const HELLO: &str = "hello";

const BUDGETS: [Budget; 8] = [
    Budget {
        figure: "ISO with `hello`",
        limit: 2_600_000.0,
        unit: Unit::Bytes,
        measured: |results| Some(results.machine(OURS)?.iso_bytes? as f64),
    },
    Budget {
        figure: "kernel in it",
        limit: 1_950_000.0,
        unit: Unit::Bytes,
        measured: |results| Some(results.machine(OURS)?.kernel_bytes as f64),
    },
    Budget {
        figure: "power-on to the first answer, ISO",
        limit: 0.45,
        unit: Unit::OfReference,
        measured: |results| results.ratio(OURS),
    },
    Budget {
        figure: "power-on to the first answer, microvm",
        limit: 0.12,
        unit: Unit::OfReference,
        measured: |results| results.ratio(MICROVM),
    },
    Budget {
        figure: "requests that `hello` failed",
        limit: 0.0,
        unit: Unit::Count,
        measured: |results| {
            let loads = || results.throughput.iter().filter(|it| it.server == HELLO);
            let errors = loads().flat_map(|load| load.errors.values());
            loads().next().map(|_| errors.sum::<usize>() as f64)
        },
    },
    Budget {
        figure: "second `run .#vm` to the first line, more than QEMU alone",
        limit: 2.0,
        unit: Unit::Seconds,
        measured: |results| results.vm.as_ref()?.over_qemu(),
    },
    Budget {
        figure: "rebuild after a change of `src/main.rs`",
        limit: 60.0,
        unit: Unit::Seconds,
        measured: |results| Some(results.rebuild.as_ref()?.seconds),
    },
    Budget {
        figure: "kernels and dependencies built in that",
        limit: 0.0,
        unit: Unit::Count,
        measured: |results| Some(results.rebuild.as_ref()?.needless() as f64),
    },
];

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

impl Verdict {
    pub fn text(self) -> &'static str {
        match self {
            Verdict::Met => "met",
            Verdict::Missed => "**missed**",
            Verdict::NotMeasured => "not measured",
        }
    }
}

pub fn hold(results: &Results) -> Vec<Row> {
    BUDGETS
        .iter()
        .map(|budget| {
            let measured = (budget.measured)(results);
            Row {
                figure: budget.figure,
                limit: format!("≤ {}", budget.unit.text(budget.limit)),
                measured: measured.map_or("–".into(), |value| budget.unit.text(value)),
                verdict: match measured {
                    None => Verdict::NotMeasured,
                    Some(value) if value <= budget.limit => Verdict::Met,
                    Some(_) => Verdict::Missed,
                },
            }
        })
        .collect()
}

impl Unit {
    fn text(self, value: f64) -> String {
        match self {
            Unit::Bytes => format!("{} bytes", grouped(value as u64)),
            Unit::Seconds => format!("{value:.1} s"),
            Unit::OfReference => format!("{value:.3} × the experiment's"),
            Unit::Count => format!("{value}"),
        }
    }
}

/// `2,420,736`
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::example;

    fn row<'a>(rows: &'a [Row], part: &str) -> &'a Row {
        let mut rows = rows.iter().filter(|row| row.figure.contains(part));
        rows.next().unwrap()
    }

    #[test]
    fn a_budget_is_met_up_to_its_limit_and_missed_above() {
        let mut results = example();
        for boot in &mut results.machines[0].boots {
            boot.seconds = 4.5;
        }
        let rows = hold(&results);
        let ours = row(&rows, "answer, ISO");
        assert_eq!(ours.verdict, Verdict::Met);
        assert_eq!(ours.measured, "0.450 × the experiment's");

        results.machines[0].boots[0].seconds += 0.1;
        let rows = hold(&results);
        assert_eq!(row(&rows, "answer, ISO").verdict, Verdict::Missed);
    }

    #[test]
    fn what_was_not_measured_is_neither_met_nor_missed() {
        let rows = hold(&example());
        for figure in ["microvm", "run .#vm"] {
            assert_eq!(row(&rows, figure).verdict, Verdict::NotMeasured, "{figure}");
        }
    }

    #[test]
    fn a_single_failed_request_is_too_many() {
        let mut results = example();
        let rows = hold(&results);
        assert_eq!(row(&rows, "failed").verdict, Verdict::Met);
        results.throughput[0].errors.insert("reset", 1);
        let rows = hold(&results);
        assert_eq!(row(&rows, "failed").verdict, Verdict::Missed);
    }

    #[test]
    fn a_kernel_in_the_rebuild_is_too_much() {
        let mut results = example();
        let rows = hold(&results);
        assert_eq!(row(&rows, "kernels").verdict, Verdict::Met);
        let built = &mut results.rebuild.as_mut().unwrap().built;
        built.push("linux-6.12.117".into());
        let rows = hold(&results);
        assert_eq!(row(&rows, "kernels").verdict, Verdict::Missed);
    }

    #[test]
    fn large_numbers_are_grouped() {
        for (number, text) in [(7, "7"), (1000, "1,000"), (12_345_678, "12,345,678")] {
            assert_eq!(grouped(number), text);
        }
    }
}
