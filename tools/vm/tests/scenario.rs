//! One boot scenario, a folder of tests/boot: its test.rs, and what its machine.nix evaluates to as the constants of the
//! module `machine`. nix/checks/boot.nix says where both are; tests/boot/README.md is about writing one.

#![cfg(feature = "scenario")]
// what no test uses is not built
#![deny(dead_code)]

mod machine {
    include!(env!("SCENARIO_MACHINE"));
}

include!(env!("SCENARIO_TEST"));
