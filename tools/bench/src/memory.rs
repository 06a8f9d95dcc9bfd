//! How much memory a machine has left once it answers.

use crate::plan::{Image, Machine};
use crate::{boot, client};
use serde::Serialize;
use std::time::Duration;
use vm::free_port;

/// What was only for the boot is given back by then.
const REST: Duration = Duration::from_secs(5);
const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Debug, PartialEq, Serialize)]
pub struct Memory {
    /// What QEMU gave it.
    pub given_kb: u64,
    /// What its kernel has to give to others.
    pub total_kb: u64,
    pub available_kb: u64,
    /// Pages of theirs that are in memory, which nobody but ours tells.
    pub init_rss_kb: Option<u64>,
    pub program_rss_kb: Option<u64>,
}

impl Memory {
    /// By the kernel itself and by processes, without what would be given back if it were wanted.
    pub fn used_kb(&self) -> u64 {
        self.given_kb.saturating_sub(self.available_kb)
    }
}

/// None of a machine that does not tell it.
pub fn measure(machine: &Machine, greeting: &str) -> Result<Option<Memory>, String> {
    let Some(memory) = &machine.memory else {
        return Ok(None);
    };
    if let Image::Runner(_) = machine.image {
        return Err(format!("{}: a runner leads to one port only", machine.name));
    }
    let port = free_port();
    let web = free_port();
    let network = format!(
        "user,model=e1000,hostfwd=tcp:127.0.0.1:{web}-:80,hostfwd=tcp:127.0.0.1:{port}-:{}",
        memory.port
    );
    let mut running = boot::from_iso(&memory.iso, machine.memory_mb)
        .option(&["-nic", &network])
        .boot();
    boot::power_on(&machine.name, &running)?;
    boot::first_answer(&mut running, web, greeting)
        .map_err(|reason| format!("{} does not boot: {reason}", machine.name))?;
    std::thread::sleep(REST);
    let text = client::get(port, &memory.path, PATIENCE).map_err(|failure| {
        let failure = failure.name();
        format!("{}: ask for its memory: {failure}", machine.name)
    })?;
    let needed =
        |name| field(&text, name).ok_or(format!("{} tells no {name}, but: {text}", machine.name));
    Ok(Some(Memory {
        given_kb: u64::from(machine.memory_mb) * 1024,
        total_kb: needed("MemTotal")?,
        available_kb: needed("MemAvailable")?,
        init_rss_kb: field(&text, "init_VmRSS_kB"),
        program_rss_kb: field(&text, "\"VmRSS_kB\""),
    }))
}

/// The number after that name, in /proc/meminfo or in the status page.
fn field(text: &str, name: &str) -> Option<u64> {
    let (_, after) = text.split_once(name)?;
    let digits = after.trim_start_matches(|character: char| !character.is_ascii_digit());
    let end = digits.find(|character: char| !character.is_ascii_digit());
    digits[..end.unwrap_or(digits.len())].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernels_own_text_is_understood() {
        let text = "MemTotal:         217592 kB\nMemFree:          189376 kB\nMemAvailable:     186196 kB\n";
        assert_eq!(field(text, "MemTotal"), Some(217_592));
        assert_eq!(field(text, "MemAvailable"), Some(186_196));
    }

    #[test]
    fn the_status_page_is_understood() {
        let text = r#"{"programs":{"web":{"process":61,"VmRSS_kB":1000}},"memory":{"MemTotal_kB":114988,"MemAvailable_kB":97012,"init_VmRSS_kB":512}}"#;
        assert_eq!(field(text, "MemTotal"), Some(114_988));
        assert_eq!(field(text, "MemAvailable"), Some(97_012));
        assert_eq!(field(text, "init_VmRSS_kB"), Some(512));
        assert_eq!(field(text, "\"VmRSS_kB\""), Some(1000));
    }

    #[test]
    fn what_is_not_told_is_nothing() {
        assert_eq!(field("MemFree: 1 kB", "MemTotal"), None);
        assert_eq!(field("MemTotal: much", "MemTotal"), None);
    }
}
