//! The results as tables.

use crate::budgets::{Row, Verdict};
use crate::results::{FIRST_ANSWER, MachineResult, Results};
use crate::thousands::grouped;

pub fn report(results: &Results, rows: &[Row]) -> String {
    let mut text = format!(
        "# Measured on {}\n\n{}. Load average {:.1} before and {:.1} after; it took {:.0} minutes.\n\n",
        results.began,
        results.host,
        results.load_before,
        results.load_after,
        results.took_seconds / 60.0
    );
    text += &budgets(rows);
    text += &warning(results);
    for left_out in &results.left_out {
        text += &format!("\n{left_out}.\n");
    }
    for reason in &results.failed {
        // the text of a console may follow
        let first = reason.lines().next().unwrap_or_default();
        text += &format!("\n**Failed:** {first}\n");
    }
    if !results.machines.is_empty() {
        text += "\n## Machines\n\n";
        text += &machines(results);
        text += "\n## Phases\n\nSeconds, medians.\n\n";
        text += &phases(results);
    }
    if !results.throughput.is_empty() {
        text += "\n## Web servers in one machine\n\n";
        text += &throughput(results);
    }
    text
}

/// Empty unless the host was busy.
pub fn warning(results: &Results) -> String {
    results.busy().map_or(String::new(), |load| {
        format!(
            "\nThe host was busy with other things (load up to {load:.1} on {} cores): seconds and ratios are not to be \
             relied on.\n",
            results.host.cores
        )
    })
}

pub fn budgets(rows: &[Row]) -> String {
    let header = ["figure", "budget", "measured", ""];
    let rows = rows.iter().map(|row| {
        vec![
            row.figure.to_owned(),
            row.limit.clone(),
            row.measured.clone(),
            verdict(row.verdict).to_owned(),
        ]
    });
    table(&header.map(str::to_owned), rows)
}

fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Met => "met",
        Verdict::Missed => "**missed**",
        Verdict::NotMeasured => "not measured",
    }
}

fn machines(results: &Results) -> String {
    let header: Vec<String> = std::iter::once(String::new())
        .chain(results.machines.iter().map(|machine| machine.title.clone()))
        .collect();
    let row = |what: &str, value: &dyn Fn(&MachineResult) -> Option<String>| -> Vec<String> {
        let values = results.machines.iter().map(value);
        std::iter::once(what.to_owned())
            .chain(values.map(|value| value.unwrap_or("–".into())))
            .collect()
    };
    let rows = [
        row("user space, bytes", &|it| {
            Some(grouped(it.user_space_bytes))
        }),
        row("kernel, bytes", &|it| Some(grouped(it.kernel_bytes))),
        row("ISO, bytes", &|it| it.iso_bytes.map(grouped)),
        row("memory given, MB", &|it| Some(it.memory_mb.to_string())),
        row("memory used, kernel included, kB", &|it| {
            it.memory.as_ref().map(|memory| grouped(memory.used_kb()))
        }),
        row("memory used of what the kernel gives out, kB", &|it| {
            it.memory
                .as_ref()
                .map(|memory| grouped(memory.total_kb.saturating_sub(memory.available_kb)))
        }),
        row("of that init, kB", &|it| {
            it.memory.as_ref()?.init_rss_kb.map(grouped)
        }),
        row("of that the program, kB", &|it| {
            it.memory.as_ref()?.program_rss_kb.map(grouped)
        }),
        row("power-on to the first answer, median", &|it| {
            Some(format!("{:.2} s", it.seconds()?.median))
        }),
        row("lowest and highest", &|it| {
            let seconds = it.seconds()?;
            Some(format!("{:.2} to {:.2} s", seconds.min, seconds.max))
        }),
        row("boots", &|it| Some(it.boots.len().to_string())),
        row("of the experiment's", &|it| {
            results.ratio(&it.name).map(|ratio| format!("{ratio:.3}"))
        }),
    ];
    table(&header, rows)
}

fn phases(results: &Results) -> String {
    let mut names: Vec<&str> = vec![];
    for (name, _) in results.machines.iter().flat_map(MachineResult::phases) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    // the phase that all machines have is the last
    names.sort_by_key(|name| *name == FIRST_ANSWER);
    let header: Vec<String> = std::iter::once("")
        .chain(names.iter().copied())
        .map(str::to_owned)
        .collect();
    let rows = results.machines.iter().map(|machine| {
        let phases = machine.phases();
        let seconds = |name| phases.iter().find(|(other, _)| *other == name);
        std::iter::once(machine.title.clone())
            .chain(
                names
                    .iter()
                    .map(|name| seconds(*name).map_or("–".into(), |(_, it)| format!("{it:.2}"))),
            )
            .collect()
    });
    table(&header, rows)
}

fn throughput(results: &Results) -> String {
    let header = [
        "server",
        "clients",
        "requests/s",
        "median, ms",
        "99 %, ms",
        "longest, ms",
        "errors",
    ];
    let milliseconds = |microseconds: u32| format!("{:.1}", f64::from(microseconds) / 1000.0);
    let rows = results.throughput.iter().map(|load| {
        let errors: Vec<String> = load
            .errors
            .iter()
            .map(|(name, count)| format!("{count} {name}"))
            .collect();
        vec![
            load.server.clone(),
            load.clients.to_string(),
            format!("{:.0}", load.per_second),
            milliseconds(load.median_us),
            milliseconds(load.p99_us),
            milliseconds(load.max_us),
            if errors.is_empty() {
                "0".into()
            } else {
                errors.join(", ")
            },
        ]
    });
    table(&header.map(str::to_owned), rows)
}

/// The first column is text, the others are figures.
fn table(header: &[String], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let rule = format!("|---|{}\n", "---:|".repeat(header.len() - 1));
    let rows = rows.into_iter().map(|cells| line(&cells));
    std::iter::once(line(header))
        .chain([rule])
        .chain(rows)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{budgets, results::example};

    #[test]
    fn the_report_has_every_figure() {
        let results = example();
        let report = report(&results, &budgets::check(&budgets::example(), &results));
        for part in [
            "# Measured on 2026-11-25 00:10 UTC\n",
            "Some Processor, 2 cores",
            "without KVM (TCG)",
            "| ISO with `hello` | ≤ 2,600,000 bytes | 2,420,736 bytes | met |\n",
            "| power-on to the first answer, median | 2.50 s | 10.00 s |\n",
            "| lowest and highest | 2.00 to 3.00 s | 10.00 to 10.00 s |\n",
            "| memory used, kernel included, kB | 30,000 | 30,000 |\n",
            "| of that init, kB | 600 | 600 |\n",
            "| of that the program, kB | – | – |\n",
            "| of the experiment's | 0.250 | 1.000 |\n",
            "| the experiment <&> | 5.50 | 4.50 |\n",
            "| hello | 16 | 1000 | 0.9 | 4.0 | 90.0 | 0 |\n",
        ] {
            assert!(report.contains(part), "{part} in\n{report}");
        }
    }

    #[test]
    fn every_row_of_a_table_has_as_many_cells_as_its_header() {
        let results = example();
        let report = report(&results, &budgets::check(&budgets::example(), &results));
        let mut width = None;
        for line in report.lines() {
            let cells = line.matches('|').count();
            if cells == 0 {
                width = None;
            } else {
                assert_eq!(*width.get_or_insert(cells), cells, "{line}");
            }
        }
    }

    #[test]
    fn a_busy_host_is_reported_and_no_other() {
        let mut results = example();
        assert_eq!(warning(&results), "");
        results.load_before = 7.0;
        let report = report(&results, &budgets::check(&budgets::example(), &results));
        assert!(report.contains("load up to 7.0 on 2 cores"), "{report}");
    }

    #[test]
    fn what_was_left_out_and_what_failed_is_reported() {
        let mut results = example();
        results.left_out.push("vm is left out: no reason".into());
        results
            .failed
            .push("it does not boot: silent\n[0.0] Linux".into());
        let report = report(&results, &budgets::check(&budgets::example(), &results));
        assert!(
            report.contains("\nvm is left out: no reason.\n"),
            "{report}"
        );
        assert!(
            report.contains("\n**Failed:** it does not boot: silent\n\n"),
            "{report}"
        );
    }
}
