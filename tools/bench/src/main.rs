//! Measures machines side by side, checks ours against its budgets, and writes tables, a picture and every single
//! figure.

mod budgets;
mod date;
#[cfg(test)]
mod documents;
mod host;
mod http;
mod limits;
mod measure;
mod meminfo;
mod options;
mod phases;
mod plan;
mod progress;
mod qemu;
mod report;
mod results;
mod statistics;
mod thousands;

use budgets::Verdict;
use limits::Limits;
use options::Options;
use plan::Plan;
use std::process::ExitCode;

/// The exit status if something could not be measured; 1 is for budgets.
const FAILED: u8 = 2;

fn main() -> ExitCode {
    run(&Options::from_command_line()).unwrap_or_else(|error| {
        eprintln!("bench: {error}");
        ExitCode::from(FAILED)
    })
}

fn run(options: &Options) -> Result<ExitCode, String> {
    let plan = Plan::read(&options.plan)?;
    options.check(&plan)?;
    let budgets = budgets::with_limits(&Limits::read(&plan.limits, &plan.foundation)?)?;
    std::fs::create_dir_all(&options.out)
        .map_err(|error| format!("make the directory {}: {error}", options.out.display()))?;

    let results = measure::everything(options, &plan)?;
    let budgets = budgets::check(&budgets, &results);

    report::write(&results, &budgets, &options.out)?;
    print!("{}", report::summary(&results, &budgets));
    progress::log(&format!(
        "the results are in {}: bench.md, bench.json, phases.svg",
        options.out.display()
    ));
    Ok(if !results.failed.is_empty() {
        ExitCode::from(FAILED)
    } else if budgets.iter().any(|row| row.verdict == Verdict::Missed) {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}
