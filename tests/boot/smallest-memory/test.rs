//! The smallest memory with which an image boots and answers. Ignored but by the check `memory`: each needs several
//! boots, and those that fail may take long.

use vm::{Machine, image, memory};
use std::time::{Duration, Instant};

fn boots_with(iso: &str, megabytes: u32, patience: Duration) -> bool {
    Machine::from_iso(iso)
        .option(&["-m", &megabytes.to_string()])
        .with_network_card("e1000")
        .boot()
        .comes_to_answer(patience)
}

fn assert_smallest(iso: &str, budget: u32) {
    // what has plenty tells how quick the host is: ten times that is never
    let start = Instant::now();
    assert!(
        boots_with(iso, 128, vm::PATIENCE),
        "{} does not boot with 128 MB",
        image(iso)
    );
    let patience = start.elapsed() * 10;
    let smallest = memory::smallest(budget, |megabytes| {
        let boots = boots_with(iso, megabytes, patience);
        println!(
            "{iso}: {megabytes} MB: {}",
            if boots { "boots" } else { "does not boot" }
        );
        boots
    });
    match smallest {
        Some(megabytes) => println!("{iso}: smallest {megabytes} MB, budget {budget} MB"),
        None => panic!("{} does not boot with {budget} MB", image(iso)),
    }
}

#[test]
#[ignore = "takes several boots"]
fn the_demo_machine_needs_no_more_than_24_megabytes() {
    assert_smallest("MACHINE_ISO", 24);
}

#[test]
#[ignore = "takes several boots"]
fn a_tiny_machine_needs_no_more_than_18_megabytes() {
    assert_smallest("MACHINE_ISO_TINY", 18);
}
