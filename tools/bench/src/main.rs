//! Measures machines side by side, and holds ours against its budgets:
//!
//! 1. boots: all machines once in each round, so that whatever else this host does hits all of them
//! 2. memory: what each has left once it answers
//! 3. throughput: web servers in one and the same machine
//! 4. the second `run .#vm`, and a rebuild, in the checkout that this is called in
//!
//! and writes a table, a picture and every single figure.

mod arguments;
mod boot;
mod budgets;
mod chart;
mod checkout;
mod client;
mod date;
mod host;
mod load;
mod markdown;
mod markers;
mod memory;
mod plan;
mod results;
mod statistics;

use arguments::Arguments;
use plan::Plan;
use results::{MachineResult, Results};
use std::process::ExitCode;
use std::time::Instant;

/// The exit status if something could not be measured; 1 is for budgets.
const FAILED: u8 = 2;

fn main() -> ExitCode {
    let arguments = match Arguments::parse(std::env::args().skip(1)) {
        Ok(Some(arguments)) => arguments,
        Ok(None) => {
            print!("{}", arguments::USAGE);
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            eprintln!("bench: {error}: see --help");
            return ExitCode::from(FAILED);
        }
    };
    match run(&arguments) {
        Ok(status) => status,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::from(FAILED)
        }
    }
}

/// What fails is told and left out, and the rest is measured all the same.
fn run(arguments: &Arguments) -> Result<ExitCode, String> {
    let plan = Plan::read(&arguments.plan)?;
    arguments.check(&plan)?;
    std::fs::create_dir_all(&arguments.out)
        .map_err(|error| format!("make the directory {}: {error}", arguments.out.display()))?;

    let began = Instant::now();
    let mut results = Results::begin(arguments, &plan)?;
    say(&results.host.to_string());
    boots(arguments, &plan, &mut results);
    if arguments.wants("memory") {
        memories(&plan, &mut results);
    }
    if arguments.wants("throughput") {
        let loads = load::measure(&plan, arguments.seconds);
        results.throughput = results.or_failed(loads).unwrap_or_default();
    }
    in_checkout(arguments, &plan, &mut results);
    results.end(began.elapsed());

    let budgets = budgets::hold(&results);
    results.write(&arguments.out, &budgets)?;
    print!(
        "{}{}",
        markdown::budgets(&budgets),
        markdown::warning(&results)
    );
    say(&format!(
        "all of it is in {}: bench.md, bench.json, phases.svg",
        arguments.out.display()
    ));
    let missed = |row: &budgets::Row| row.verdict == budgets::Verdict::Missed;
    Ok(if !results.failed.is_empty() {
        ExitCode::from(FAILED)
    } else if budgets.iter().any(missed) {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

fn boots(arguments: &Arguments, plan: &Plan, results: &mut Results) {
    for round in 1..=arguments.runs {
        for machine in &plan.machines {
            if results.machine_mut(&machine.name).is_none() {
                continue;
            }
            let boot = boot::measure(machine, &plan.greeting, round);
            let Some(boot) = results.or_failed(boot) else {
                continue;
            };
            say(&format!(
                "round {round} of {}: {} answered after {:.2} s (load {:.1})",
                arguments.runs, machine.name, boot.seconds, boot.load
            ));
            if let Some(result) = results.machine_mut(&machine.name) {
                result.boots.push(boot);
            }
        }
    }
}

fn memories(plan: &Plan, results: &mut Results) {
    for machine in &plan.machines {
        if results.machine_mut(&machine.name).is_none() {
            continue;
        }
        let memory = memory::measure(machine, &plan.greeting);
        let Some(memory) = results.or_failed(memory).flatten() else {
            continue;
        };
        say(&format!(
            "memory: {} uses {} of {} kB",
            machine.name,
            memory.used_kb(),
            memory.given_kb
        ));
        if let Some(result) = results.machine_mut(&machine.name) {
            result.memory = Some(memory);
        }
    }
}

fn in_checkout(arguments: &Arguments, plan: &Plan, results: &mut Results) {
    let (vm, rebuild) = (arguments.wants("vm"), arguments.wants("rebuild"));
    if !vm && !rebuild {
        return;
    }
    let checkout = match checkout::Checkout::find(&plan.command) {
        Ok(checkout) => checkout,
        Err(reason) => {
            let left_out = format!("vm and rebuild are left out: {reason}");
            say(&left_out);
            results.left_out.push(left_out);
            return;
        }
    };
    if vm {
        let second_run = checkout.second_run(plan, arguments.runs);
        results.vm = results.or_failed(second_run);
    }
    if rebuild {
        let built = checkout.rebuild();
        results.rebuild = results.or_failed(built);
    }
}

/// Progress.
fn say(line: &str) {
    eprintln!("bench: {line}");
}

impl Results {
    fn machine_mut(&mut self, name: &str) -> Option<&mut MachineResult> {
        self.machines.iter_mut().find(|it| it.name == name)
    }

    /// What was measured, or the reason why not is kept.
    fn or_failed<T>(&mut self, measured: Result<T, String>) -> Option<T> {
        measured
            .inspect_err(|reason| {
                say(reason);
                self.failed.push(reason.clone());
            })
            .ok()
    }
}
