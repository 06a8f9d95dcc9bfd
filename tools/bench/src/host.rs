//! The machine that measures.

use serde::Serialize;
use std::fmt;
use std::process::Command;

#[derive(Serialize)]
pub struct Host {
    pub processor: String,
    pub cores: usize,
    pub memory_mb: u64,
    pub kernel: String,
    pub qemu: String,
    pub accelerator: &'static str,
}

impl Host {
    pub fn look() -> Result<Host, String> {
        let qemu = Command::new("qemu-system-x86_64")
            .arg("--version")
            .output()
            .map_err(|error| format!("run qemu-system-x86_64, is it in PATH? {error}"))?;
        let qemu = String::from_utf8_lossy(&qemu.stdout).into_owned();
        Ok(Host {
            processor: field("/proc/cpuinfo", "model name").unwrap_or("unknown".into()),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            memory_mb: field("/proc/meminfo", "MemTotal")
                .and_then(|text| text.split(' ').next()?.parse::<u64>().ok())
                .map_or(0, |kilobytes| kilobytes / 1024),
            kernel: read("/proc/sys/kernel/osrelease").trim().to_owned(),
            qemu: qemu.lines().next().unwrap_or("unknown").to_owned(),
            accelerator: vm::accelerator::Accelerator::choose().name(),
        })
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let accelerator = match self.accelerator {
            "kvm" => "with KVM",
            _ => "without KVM (TCG)",
        };
        write!(
            f,
            "{}, {} cores, {} MB, Linux {}; {} {accelerator}",
            self.processor, self.cores, self.memory_mb, self.kernel, self.qemu
        )
    }
}

/// How many processes wanted a processor, on the average of the last minute.
pub fn load() -> f64 {
    let text = read("/proc/loadavg");
    let first = text.split(' ').next();
    first.and_then(|text| text.parse().ok()).unwrap_or(0.0)
}

fn read(path: &str) -> String {
    std::fs::read_to_string(path).unwrap_or_default()
}

/// Of a file with lines `name : value`.
fn field(path: &str, name: &str) -> Option<String> {
    read(path).lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        (key.trim() == name).then(|| value.trim().to_owned())
    })
}
