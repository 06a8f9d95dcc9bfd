//! Control groups (Documentation/admin-guide/cgroup-v2.rst): one for each program, with its limits.

use crate::Error;
use crate::config::program::Limits;
use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};

const ROOT: &str = "/sys/fs/cgroup";
/// What programs can be limited in. Kernels without it have no such file.
const CONTROLLERS: [&str; 3] = ["+memory", "+cpu", "+pids"];
/// Microseconds, of which a program may have its share.
const PERIOD: u64 = 100_000;

#[derive(Debug)]
pub struct Cgroup {
    directory: PathBuf,
    /// How often the kernel has killed for its limit on memory, as far as was reported.
    kills: u64,
}

/// Whether the kernel has control groups.
fn is_there() -> bool {
    Path::new(ROOT).join("cgroup.procs").exists()
}

impl Cgroup {
    /// The group of the program `name`, with what is wrong with its limits. None where the kernel has no groups.
    pub fn new(name: &str, limits: &Limits) -> (Option<Self>, Vec<Error>) {
        let mut errors = Vec::new();
        if !is_there() {
            if limits.memory.is_some() || limits.cpu.is_some() {
                let doing = format!("limit the memory and processors of {name}");
                errors.push(Error::new(doing, "this kernel has no control groups"));
            }
            return (None, errors);
        }
        let directory = Path::new(ROOT).join(name);
        let mut attempt = |path: &Path, result: std::io::Result<()>| {
            let failed = |cause| Error::new(format!("set {}", path.display()), cause);
            errors.extend(result.map_err(failed).err());
        };
        let shared = Path::new(ROOT).join("cgroup.subtree_control");
        for controller in CONTROLLERS {
            attempt(&shared, fs::write(&shared, controller));
        }
        attempt(&directory, fs::create_dir_all(&directory));
        let files = [
            ("memory.max", limits.memory.map(|it| it.to_string())),
            // all of it, not whichever process is the largest
            ("memory.oom.group", limits.memory.map(|_| "1".to_owned())),
            (
                "cpu.max",
                limits
                    .cpu
                    .map(|it| format!("{} {PERIOD}", it * PERIOD / 100)),
            ),
            ("pids.max", limits.processes.map(|it| it.to_string())),
        ];
        for (file, value) in files {
            if let Some(value) = value {
                let file = directory.join(file);
                attempt(&file, fs::write(&file, value));
            }
        }
        let group = Cgroup {
            directory,
            kills: 0,
        };
        (Some(group), errors)
    }

    /// The file by which a process joins it.
    ///
    /// # Errors
    /// It can't be opened.
    pub fn door(&self) -> std::io::Result<File> {
        OpenOptions::new()
            .write(true)
            .open(self.directory.join("cgroup.procs"))
    }

    /// Whether the kernel has killed for its limit on memory since this was last asked.
    pub fn was_over_limit(&mut self) -> bool {
        let events = fs::read_to_string(self.directory.join("memory.events.local"));
        let kills = count(&events.unwrap_or_default(), "oom_kill");
        std::mem::replace(&mut self.kills, kills) < kills
    }
}

/// `oom_kill 2`
fn count(events: &str, key: &str) -> u64 {
    let value = |line: &str| line.strip_prefix(key)?.trim().parse().ok();
    events.lines().find_map(value).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_is_found_by_its_whole_name() {
        let events = "low 0\nhigh 0\nmax 12\noom 3\noom_kill 2\noom_group_kill 1\n";
        assert_eq!(count(events, "oom_kill"), 2);
        assert_eq!(count(events, "oom"), 3);
        assert_eq!(count("", "oom"), 0);
    }
}
