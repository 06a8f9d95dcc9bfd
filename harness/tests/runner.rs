//! The runner `NAME-vm`, whose exit status is that of the machine.

use harness::{free_port, image};
use std::process::{Command, Stdio};

fn assert_status(runner: &str, status: i32) {
    let output = Command::new(image(runner))
        .args(["--port", &free_port().to_string()])
        .stdin(Stdio::null())
        .output()
        .expect("start the runner");
    let console = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(status), "{console}");
}

#[test]
fn it_ends_with_0_when_all_jobs_have_succeeded() {
    assert_status("RUNNER_OF_JOB_THAT_SUCCEEDS", 0);
}

#[test]
fn it_ends_with_the_status_of_the_job_that_failed() {
    assert_status("RUNNER_OF_JOB_THAT_FAILS", 3);
}

#[test]
fn it_ends_with_70_when_init_gives_up() {
    assert_status("RUNNER_OF_DRILL", 70);
}

#[test]
fn it_ends_with_the_status_of_the_job_also_where_the_machine_can_only_halt() {
    assert_status("RUNNER_OF_TINY_JOB_THAT_FAILS", 3);
    assert_status("RUNNER_OF_MICROVM_JOB_THAT_FAILS", 3);
}
