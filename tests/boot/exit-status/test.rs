// The runner of a machine, `nix run .#vm`: its exit status is that of the machine.

use std::process::{Command, Stdio};
use vm::free_port;

fn assert_status(runner: &str, status: i32) {
    let output = Command::new(runner)
        .args(["--port", &free_port().to_string()])
        .stdin(Stdio::null())
        .output()
        .expect("start the runner");
    let console = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(status), "{console}");
}

#[test]
fn invalid_options_are_refused_before_anything_starts() {
    for (arguments, cause) in [
        (
            &["--port", "0"][..],
            "--port takes a number from 1 to 65535, not '0'",
        ),
        (&["--port", "65536"], "1 to 65535, not '65536'"),
        (&["--port=x"], "1 to 65535, not 'x'"),
        (&["--port"], "1 to 65535, not ''"),
        // for QEMU, this means its default
        (&["--memory=0"], "--memory takes a number from 4 to"),
        (&["--memory", "-1"], "not '-1'"),
    ] {
        let output = Command::new(machine::JOB_THAT_SUCCEEDS)
            .args(arguments)
            .stdin(Stdio::null())
            .output()
            .expect("start the runner");
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(error.contains(cause), "{arguments:?}: {error}");
        assert_eq!(output.stdout, b"", "{arguments:?}");
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
    }
}

#[test]
fn the_status_is_0_when_all_jobs_have_succeeded() {
    assert_status(machine::JOB_THAT_SUCCEEDS, 0);
}

#[test]
fn the_status_is_that_of_the_job_that_failed() {
    assert_status(machine::JOB_THAT_FAILS, 3);
}

#[test]
fn the_status_is_70_after_a_bug_in_init() {
    assert_status(machine::BUG_IN_INIT, 70);
}

#[test]
fn the_status_is_that_of_the_job_also_where_the_machine_can_only_halt() {
    assert_status(machine::TINY_JOB_THAT_FAILS, 3);
    assert_status(machine::MICROVM_JOB_THAT_FAILS, 3);
}
