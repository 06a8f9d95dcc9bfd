// The smallest memory with which an image boots and answers: it is within its budget, and printed.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use vm::{Machine, TIMEOUT, memory};

/// Held while an image boots, so that it does not slow the other one's boots.
static HOST: Mutex<()> = Mutex::new(());

fn boots_with(iso: &str, megabytes: u32, timeout: Duration) -> bool {
    Machine::from_iso(iso)
        .option(&["-m", &megabytes.to_string()])
        .with_network_card("e1000")
        .boot()
        .answers_within(timeout)
}

/// In units of 1,048,576 bytes.
fn budget(image: &str) -> u32 {
    let table = std::fs::read_to_string(machine::LIMITS).expect("read the limits");
    let limit = table.lines().find_map(|line| {
        let fields: Vec<_> = line.split('\t').collect();
        match fields[..] {
            [subject, "memory", most, "megabytes"] if subject == image => most.parse().ok(),
            _ => None,
        }
    });
    limit.unwrap_or_else(|| panic!("no limit for the memory of {image}:\n{table}"))
}

fn assert_smallest(image: &str, iso: &str) {
    let budget = budget(image);
    let _alone = HOST.lock().unwrap_or_else(PoisonError::into_inner);
    // a machine with plenty shows how fast the host is: what takes ten times as long never boots
    let start = Instant::now();
    assert!(
        boots_with(iso, 128, TIMEOUT),
        "{image} does not boot with 128 MB"
    );
    let timeout = start.elapsed() * 10;
    let smallest = memory::smallest(budget, |megabytes| {
        let boots = boots_with(iso, megabytes, timeout);
        let result = if boots { "boots" } else { "does not boot" };
        println!("\n{image}: {megabytes} MB: {result}");
        boots
    });
    match smallest {
        Some(megabytes) => println!("{image}: smallest {megabytes} MB, budget {budget} MB"),
        None => panic!("{image} does not boot with {budget} MB"),
    }
}

#[test]
fn the_demo_machine_needs_no_more_memory_than_its_limit() {
    assert_smallest("demo", machine::DEMO);
}

#[test]
fn a_tiny_machine_needs_no_more_memory_than_its_limit() {
    assert_smallest("tiny", machine::TINY);
}
