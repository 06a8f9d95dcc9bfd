//! How much memory a machine has left once it answers.

use crate::plan::{Image, Machine};
use crate::results::Memory;
use crate::{http, meminfo, qemu};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::time::Duration;
use vm::free_port;

/// By then a machine has given back what it needed only for the boot.
const REST: Duration = Duration::from_secs(5);
const PATIENCE: Duration = Duration::from_secs(30);

/// What a machine reports of itself.
#[derive(Debug, Default, PartialEq)]
struct Reported {
    total_kb: Option<u64>,
    available_kb: Option<u64>,
    init_rss_kb: Option<u64>,
    program_rss_kb: Option<u64>,
}

/// None of a machine that does not report it.
pub fn measure(machine: &Machine, greeting: &str) -> Result<Option<Memory>, String> {
    let Some(memory) = &machine.memory else {
        return Ok(None);
    };
    if let Image::Runner(_) = machine.image {
        return Err(format!(
            "{}: its memory can't be measured: a runner forwards one port only; give it an ISO",
            machine.name
        ));
    }
    let port = free_port();
    let web = free_port();
    let network = format!(
        "user,model=e1000,hostfwd=tcp:127.0.0.1:{web}-:80,hostfwd=tcp:127.0.0.1:{port}-:{}",
        memory.port
    );
    let mut running = qemu::from_iso(&memory.iso, machine.memory_mb)
        .option(&["-nic", &network])
        .boot();
    qemu::power_on(&machine.name, &running)?;
    qemu::first_answer(&mut running, web, greeting)
        .map_err(|reason| format!("{} does not boot: {reason}", machine.name))?;
    std::thread::sleep(REST);
    let page = http::get(port, &memory.path, PATIENCE).map_err(|failure| {
        let failure = failure.name();
        format!("{}: ask for its memory: {failure}", machine.name)
    })?;
    let reported = reported(&page);
    let needed = |name: &str, value: Option<u64>| {
        value.ok_or_else(|| format!("{} does not report {name}, but: {page}", machine.name))
    };
    Ok(Some(Memory {
        given_kb: u64::from(machine.memory_mb) * 1024,
        total_kb: needed("MemTotal", reported.total_kb)?,
        available_kb: needed("MemAvailable", reported.available_kb)?,
        init_rss_kb: reported.init_rss_kb,
        program_rss_kb: reported.program_rss_kb,
    }))
}

/// Our machines have a status page in JSON, the others serve /proc/meminfo.
fn reported(page: &str) -> Reported {
    match serde_json::from_str(page) {
        Ok(StatusPage { programs, memory }) => Reported {
            total_kb: memory.total,
            available_kb: memory.available,
            init_rss_kb: memory.init_rss,
            program_rss_kb: programs.into_values().next().and_then(|it| it.rss),
        },
        Err(_) => Reported {
            total_kb: meminfo::kilobytes(page, "MemTotal"),
            available_kb: meminfo::kilobytes(page, "MemAvailable"),
            ..Reported::default()
        },
    }
}

/// What is needed here of it: docs/configuration.md has all.
#[derive(Deserialize)]
struct StatusPage {
    programs: BTreeMap<String, Program>,
    memory: Totals,
}

#[derive(Deserialize)]
struct Program {
    #[serde(rename = "VmRSS_kB")]
    rss: Option<u64>,
}

#[derive(Deserialize)]
struct Totals {
    #[serde(rename = "MemTotal_kB")]
    total: Option<u64>,
    #[serde(rename = "MemAvailable_kB")]
    available: Option<u64>,
    #[serde(rename = "init_VmRSS_kB")]
    init_rss: Option<u64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_status_page_is_understood() {
        let page = r#"{"programs":{"web":{"process":61,"VmRSS_kB":1000}},"memory":{"MemTotal_kB":114988,"MemAvailable_kB":97012,"init_VmRSS_kB":512}}"#;
        assert_eq!(
            reported(page),
            Reported {
                total_kb: Some(114_988),
                available_kb: Some(97_012),
                init_rss_kb: Some(512),
                program_rss_kb: Some(1000),
            }
        );
    }

    #[test]
    fn the_kernels_own_text_has_nothing_of_processes() {
        let page = "MemTotal:         217592 kB\nMemFree:          189376 kB\nMemAvailable:     186196 kB\n";
        assert_eq!(
            reported(page),
            Reported {
                total_kb: Some(217_592),
                available_kb: Some(186_196),
                init_rss_kb: None,
                program_rss_kb: None,
            }
        );
    }

    #[test]
    fn what_is_not_reported_is_nothing() {
        assert_eq!(reported("Not here"), Reported::default());
        let page = r#"{"programs":{"web":{"process":null,"VmRSS_kB":null}},"memory":{}}"#;
        assert_eq!(reported(page), Reported::default());
    }
}
