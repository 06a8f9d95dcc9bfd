//! Measures what the options ask for:
//!
//! 1. boots: every machine once in each round, so that whatever else this host does slows all of them
//! 2. memory: what each has left once it answers
//! 3. throughput: web servers in one machine
//! 4. the second `run .#vm`, and a rebuild, in the checkout that this is called in

mod boot;
mod memory;
mod rebuild;
mod second_run;
mod throughput;

use crate::options::Options;
use crate::plan::{Image, Machine, Plan};
use crate::results::{MachineResult, Results};
use crate::{date, host, progress};
use std::path::Path;
use std::time::Instant;

/// The file that a rebuild changes.
const SOURCE: &str = "src/main.rs";

/// What fails is reported and left out, and the rest is measured all the same.
pub fn everything(options: &Options, plan: &Plan) -> Result<Results, String> {
    let began = Instant::now();
    let mut results = begin(options, plan)?;
    progress::log(&results.host.to_string());
    boots(options, plan, &mut results);
    if options.wants("memory") {
        memories(plan, &mut results);
    }
    if options.wants("throughput") {
        let throughput = throughput::measure(plan, options.seconds);
        results.throughput = keep(&mut results, throughput).unwrap_or_default();
    }
    in_checkout(options, plan, &mut results);
    results.took_seconds = began.elapsed().as_secs_f64();
    results.load_after = host::load();
    Ok(results)
}

fn begin(options: &Options, plan: &Plan) -> Result<Results, String> {
    let machines = plan.machines.iter();
    let wanted = machines.filter(|machine| options.wants(&machine.name));
    Ok(Results {
        began: date::now(),
        took_seconds: 0.0,
        host: host::describe()?,
        load_before: host::load(),
        load_after: 0.0,
        machines: wanted.map(sizes).collect::<Result<_, _>>()?,
        throughput: vec![],
        vm: None,
        rebuild: None,
        left_out: vec![],
        failed: vec![],
    })
}

/// A machine that was not booted yet.
fn sizes(machine: &Machine) -> Result<MachineResult, String> {
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

fn size(path: &Path) -> Result<u64, String> {
    std::fs::metadata(path)
        .map(|metadata| metadata.len())
        .map_err(|error| format!("read the size of {}: {error}", path.display()))
}

fn boots(options: &Options, plan: &Plan, results: &mut Results) {
    for round in 1..=options.runs {
        for machine in &plan.machines {
            if results.machine(&machine.name).is_none() {
                continue;
            }
            let boot = boot::measure(machine, &plan.greeting, round);
            let Some(boot) = keep(results, boot) else {
                continue;
            };
            progress::log(&format!(
                "round {round} of {}: {} answered after {:.2} s (load {:.1})",
                options.runs, machine.name, boot.seconds, boot.load
            ));
            if let Some(result) = results.machine_mut(&machine.name) {
                result.boots.push(boot);
            }
        }
    }
}

fn memories(plan: &Plan, results: &mut Results) {
    for machine in &plan.machines {
        if results.machine(&machine.name).is_none() {
            continue;
        }
        let memory = memory::measure(machine, &plan.greeting);
        let Some(memory) = keep(results, memory).flatten() else {
            continue;
        };
        progress::log(&format!(
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

fn in_checkout(options: &Options, plan: &Plan, results: &mut Results) {
    let (vm, rebuild) = (options.wants("vm"), options.wants("rebuild"));
    if !vm && !rebuild {
        return;
    }
    if let Err(reason) = is_checkout(Path::new(".")) {
        let left_out = format!("vm and rebuild are left out: {reason}");
        progress::log(&left_out);
        results.left_out.push(left_out);
        return;
    }
    if vm {
        let second_run = second_run::measure(plan, options.runs);
        results.vm = keep(results, second_run);
    }
    if rebuild {
        let rebuild = rebuild::measure(&plan.command, SOURCE);
        results.rebuild = keep(results, rebuild);
    }
}

/// Whether a directory is a checkout of this project, or why not.
fn is_checkout(directory: &Path) -> Result<(), String> {
    for file in ["flake.nix", "nix/bench", SOURCE] {
        if !directory.join(file).exists() {
            return Err(format!(
                "this was not called in a checkout: there is no {file} here"
            ));
        }
    }
    Ok(())
}

/// What was measured; or else the reason is kept.
fn keep<T>(results: &mut Results, measured: Result<T, String>) -> Option<T> {
    measured
        .inspect_err(|reason| {
            progress::log(reason);
            results.failed.push(reason.clone());
        })
        .ok()
}
