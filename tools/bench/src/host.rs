//! The machine that measures: what it is, and how busy.

use crate::meminfo;
use crate::results::Host;
use std::process::Command;

pub fn describe() -> Result<Host, String> {
    let qemu = Command::new("qemu-system-x86_64")
        .arg("--version")
        .output()
        .map_err(|error| format!("run qemu-system-x86_64, is it in PATH? {error}"))?;
    let qemu = String::from_utf8_lossy(&qemu.stdout).into_owned();
    let memory_kb = meminfo::kilobytes(&read("/proc/meminfo"), "MemTotal");
    Ok(Host {
        processor: processor(&read("/proc/cpuinfo")).unwrap_or("unknown".into()),
        cores: std::thread::available_parallelism().map_or(1, usize::from),
        memory_mb: memory_kb.map_or(0, |kilobytes| kilobytes / 1024),
        kernel: read("/proc/sys/kernel/osrelease").trim().to_owned(),
        qemu: qemu.lines().next().unwrap_or("unknown").to_owned(),
        accelerator: vm::accelerator::Accelerator::choose().name(),
    })
}

/// How many processes wanted a processor, averaged over the last minute.
pub fn load() -> f64 {
    let text = read("/proc/loadavg");
    let first = text.split(' ').next();
    first.and_then(|text| text.parse().ok()).unwrap_or(0.0)
}

fn read(path: &str) -> String {
    std::fs::read_to_string(path).unwrap_or_default()
}

/// The name in the line `model name : NAME` of /proc/cpuinfo.
fn processor(cpuinfo: &str) -> Option<String> {
    cpuinfo.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        (key.trim() == "model name").then(|| value.trim().to_owned())
    })
}
