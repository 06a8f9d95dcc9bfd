//! What whoever works on a machine waits for: from calling `run .#vm` to the first line on the console, the second time.

use crate::plan::Plan;
use crate::results::SecondRun;
use crate::{progress, qemu};
use std::time::{Duration, Instant};
use vm::Running;

/// The boot loader's first words: the firmware writes nothing to the serial console.
const FIRST_LINE: &str = "ISOLINUX";

pub fn measure(plan: &Plan, runs: u64) -> Result<SecondRun, String> {
    progress::log(&format!("vm: a first {} run .#vm", plan.command));
    run_vm(&plan.command)?;
    let mut result = SecondRun {
        by_command: vec![],
        by_qemu_alone: vec![],
    };
    for _ in 0..runs {
        let by_qemu_alone =
            until_first_line(vm::Machine::from_iso(&plan.iso).with_network_card("e1000"))?;
        let by_command = run_vm(&plan.command)?;
        progress::log(&format!(
            "vm: {by_command:.2} s to the first line, {by_qemu_alone:.2} s by QEMU alone"
        ));
        result.by_command.push(by_command);
        result.by_qemu_alone.push(by_qemu_alone);
    }
    Ok(result)
}

fn run_vm(command: &str) -> Result<f64, String> {
    until_first_line(vm::Machine::from_runner(&[command, "run", ".#vm", "--"]))
}

/// Seconds from calling it to the first line of the machine's console.
fn until_first_line(machine: vm::Machine) -> Result<f64, String> {
    let began = Instant::now();
    let mut running = machine.boot();
    loop {
        if let Some(when) = first_line(&running) {
            return Ok((when - began).as_secs_f64());
        }
        if !running.is_running() || began.elapsed() > qemu::PATIENCE {
            return Err(format!(
                "vm: no '{FIRST_LINE}' on the console, but:\n{}",
                running.console()
            ));
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn first_line(running: &Running) -> Option<Instant> {
    let lines = running.lines();
    let line = lines.iter().find(|(_, line)| line.contains(FIRST_LINE));
    line.map(|(when, _)| *when)
}
