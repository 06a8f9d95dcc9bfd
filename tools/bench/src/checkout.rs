//! What whoever works on it waits for: the second `run .#vm`, and the image after a change of init.

use crate::plan::Plan;
use crate::statistics::{self, Spread};
use crate::{boot, say};
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use vm::Running;

/// What the boot loader says first: the firmware says nothing there.
const FIRST_LINE: &str = "ISOLINUX";
const SOURCE: &str = "src/main.rs";

pub struct Checkout {
    /// What stands for `nix`.
    command: String,
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
    /// The derivations that were built again.
    pub built: Vec<String>,
}

impl SecondRun {
    pub fn over_qemu(&self) -> Option<f64> {
        let median = |values: &[f64]| -> Option<f64> {
            statistics::spread(values.iter().copied()).map(|Spread { median, .. }| median)
        };
        Some(median(&self.by_command)? - median(&self.by_qemu_alone)?)
    }
}

impl Rebuild {
    /// Those that a change of init is no reason to build.
    pub fn needless(&self) -> usize {
        let is_needless = |name: &&String| {
            name.starts_with("linux-") || name.starts_with("kernel") || name.contains("-deps-")
        };
        self.built.iter().filter(is_needless).count()
    }
}

impl Checkout {
    /// The checkout that this is called in, or why there is none.
    pub fn find(command: &str) -> Result<Checkout, String> {
        for file in ["flake.nix", "nix/bench.nix", SOURCE] {
            if !Path::new(file).exists() {
                return Err(format!(
                    "this was not called in a checkout: there is no {file} here"
                ));
            }
        }
        Ok(Checkout {
            command: command.to_owned(),
        })
    }

    pub fn second_run(&self, plan: &Plan, runs: usize) -> Result<SecondRun, String> {
        say(&format!("vm: a first {} run .#vm", self.command));
        self.run_vm()?;
        let mut result = SecondRun {
            by_command: vec![],
            by_qemu_alone: vec![],
        };
        for _ in 0..runs {
            let by_qemu_alone =
                until_first_line(vm::Machine::from_iso(&plan.iso).with_network_card("e1000"))?;
            let by_command = self.run_vm()?;
            say(&format!(
                "vm: {by_command:.2} s to the first line, {by_qemu_alone:.2} s by QEMU alone"
            ));
            result.by_command.push(by_command);
            result.by_qemu_alone.push(by_qemu_alone);
        }
        Ok(result)
    }

    fn run_vm(&self) -> Result<f64, String> {
        until_first_line(vm::Machine::from_runner(&[
            &self.command,
            "run",
            ".#vm",
            "--",
        ]))
    }

    /// In a copy, where nobody works.
    pub fn rebuild(&self) -> Result<Rebuild, String> {
        let copy = Copy::of_checkout()?;
        say(&format!("rebuild: of a copy in {}", copy.0.display()));
        // whatever else is missing
        self.build(&copy, &[])?;
        let source = copy.0.join(SOURCE);
        let mut text = std::fs::read_to_string(&source)
            .map_err(|error| format!("read {}: {error}", source.display()))?;
        // never the same twice, or it would be in the store already
        text += &format!(
            "// {}, {:?}\n",
            std::process::id(),
            std::time::SystemTime::now()
        );
        std::fs::write(&source, text)
            .map_err(|error| format!("write {}: {error}", source.display()))?;

        let built = derivations(&self.build(&copy, &["--dry-run"])?);
        let began = Instant::now();
        self.build(&copy, &[])?;
        let seconds = began.elapsed().as_secs_f64();
        say(&format!(
            "rebuild: {seconds:.1} s for {} derivations: {}",
            built.len(),
            built.join(" ")
        ));
        if built.is_empty() {
            return Err(format!("rebuild: a change of {SOURCE} made nothing new"));
        }
        Ok(Rebuild { seconds, built })
    }

    /// What it says.
    fn build(&self, copy: &Copy, options: &[&str]) -> Result<String, String> {
        let output = Command::new(&self.command)
            .args(["build", ".#iso", "--no-link"])
            .args(options)
            .current_dir(&copy.0)
            .stdin(Stdio::null())
            .output()
            .map_err(|error| format!("run {}: {error}", self.command))?;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        if output.status.success() {
            Ok(said)
        } else {
            Err(format!("{} build .#iso failed:\n{said}", self.command))
        }
    }
}

/// The files that git knows of, elsewhere for as long as this is there.
struct Copy(PathBuf);

impl Copy {
    fn of_checkout() -> Result<Copy, String> {
        let directory = std::env::temp_dir().join(format!("bench-{}", std::process::id()));
        std::fs::create_dir(&directory)
            .map_err(|error| format!("make {}: {error}", directory.display()))?;
        let copy = Copy(directory);
        let output = Command::new("git")
            .args(["ls-files", "-z"])
            .output()
            .map_err(|error| format!("run git, is it installed? {error}"))?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            return Err(format!("git ls-files failed: {said}"));
        }
        let files = String::from_utf8_lossy(&output.stdout).into_owned();
        // one that git knows and that is no more is no part of it
        for file in files
            .split_terminator('\0')
            .filter(|it| Path::new(it).exists())
        {
            let target = copy.0.join(file);
            if let Some(parent) = target.parent() {
                std::fs::create_dir_all(parent)
                    .map_err(|error| format!("make {}: {error}", parent.display()))?;
            }
            std::fs::copy(file, &target).map_err(|error| format!("copy {file}: {error}"))?;
        }
        Ok(copy)
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Seconds from calling it to the first line of the machine's console.
fn until_first_line(machine: vm::Machine) -> Result<f64, String> {
    let began = Instant::now();
    let mut running = machine.boot();
    loop {
        let line = first_line(&running);
        if let Some(when) = line {
            return Ok((when - began).as_secs_f64());
        }
        if !running.is_running() || began.elapsed() > boot::PATIENCE {
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

/// The names of the derivations that `nix build --dry-run` would build.
fn derivations(said: &str) -> Vec<String> {
    said.lines()
        .filter_map(|line| line.trim().strip_suffix(".drv"))
        .filter_map(|path| path.rsplit('/').next()?.split_once('-'))
        .map(|(_, name)| name.to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derivations_are_named_without_place_and_hash() {
        let said = "these 2 derivations will be built:
  /nix/store/1nsp7gyr3dw2kb3mp4d9v0k1r1xwhz2c-scratchmachine-iso.drv
  /nix/store/3x5wpf1i0zz53kl8s3x1nrgvvn8rmcw0-scratchmachine-deps-0.1.0.drv
warning: something else
";
        let built = derivations(said);
        assert_eq!(built, ["scratchmachine-iso", "scratchmachine-deps-0.1.0"]);
        let rebuild = Rebuild {
            seconds: 1.0,
            built,
        };
        assert_eq!(rebuild.needless(), 1);
    }

    #[test]
    fn the_second_run_is_held_against_qemu_alone() {
        let run = SecondRun {
            by_command: vec![2.0, 1.5, 9.0],
            by_qemu_alone: vec![0.25, 0.5, 0.75],
        };
        assert_eq!(run.over_qemu(), Some(1.5));
    }
}
