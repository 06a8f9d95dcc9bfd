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

fn main() -> ExitCode {
    let arguments = match Arguments::parse(std::env::args().skip(1)) {
        Ok(Some(arguments)) => arguments,
        Ok(None) => {
            print!("{}", arguments::USAGE);
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            eprintln!("bench: {error}: see --help");
            return ExitCode::from(2);
        }
    };
    match run(&arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::from(2)
        }
    }
}

/// Whether all budgets are met.
fn run(arguments: &Arguments) -> Result<bool, String> {
    let plan = Plan::read(&arguments.plan)?;
    arguments.check(&plan)?;
    std::fs::create_dir_all(&arguments.out)
        .map_err(|error| format!("make the directory {}: {error}", arguments.out.display()))?;

    let began = Instant::now();
    let mut results = Results::begin(arguments, &plan)?;
    say(&results.host.to_string());
    boots(arguments, &plan, &mut results)?;
    memories(arguments, &plan, &mut results)?;
    if arguments.wants("throughput") {
        results.throughput = load::measure(&plan, arguments.seconds)?;
    }
    match checkout::Checkout::find(&plan.command) {
        Ok(checkout) => {
            if arguments.wants("vm") {
                results.vm = Some(checkout.second_run(&plan, arguments.runs)?);
            }
            if arguments.wants("rebuild") {
                results.rebuild = Some(checkout.rebuild()?);
            }
        }
        Err(reason) => {
            say(&format!("vm and rebuild are left out: {reason}"));
            results.left_out.push(format!("vm and rebuild: {reason}"));
        }
    }
    results.end(began.elapsed());

    let budgets = budgets::hold(&results);
    results.write(&arguments.out, &budgets)?;
    print!("{}", markdown::budgets(&budgets));
    say(&format!(
        "all of it is in {}: bench.md, bench.json, phases.svg",
        arguments.out.display()
    ));
    Ok(budgets
        .iter()
        .all(|row| row.verdict != budgets::Verdict::Missed))
}

fn boots(arguments: &Arguments, plan: &Plan, results: &mut Results) -> Result<(), String> {
    for round in 1..=arguments.runs {
        for machine in &plan.machines {
            let Some(result) = results.machine_mut(&machine.name) else {
                continue;
            };
            let boot = boot::measure(machine, &plan.greeting, round)?;
            say(&format!(
                "round {round} of {}: {} answered after {:.2} s (load {:.1})",
                arguments.runs, machine.name, boot.seconds, boot.load
            ));
            result.boots.push(boot);
        }
    }
    Ok(())
}

fn memories(arguments: &Arguments, plan: &Plan, results: &mut Results) -> Result<(), String> {
    if !arguments.wants("memory") {
        return Ok(());
    }
    for machine in &plan.machines {
        let Some(result) = results.machine_mut(&machine.name) else {
            continue;
        };
        if let Some(memory) = memory::measure(machine, &plan.greeting)? {
            say(&format!(
                "memory: {} uses {} of {} kB",
                machine.name,
                memory.used_kb(),
                memory.total_kb
            ));
            result.memory = Some(memory);
        }
    }
    Ok(())
}

/// Progress.
fn say(line: &str) {
    eprintln!("bench: {line}");
}

impl Results {
    fn machine_mut(&mut self, name: &str) -> Option<&mut MachineResult> {
        self.machines.iter_mut().find(|it| it.name == name)
    }
}
