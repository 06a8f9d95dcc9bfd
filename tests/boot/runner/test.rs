//! The runner `NAME-vm`, whose exit status is that of the machine.

use vm::{free_port, image};
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
fn options_that_make_no_sense_are_refused_before_anything_starts() {
    for (arguments, cause) in [
        (
            &["--port", "0"][..],
            "--port takes a number from 1 to 65535, not '0'",
        ),
        (&["--port", "65536"], "1 to 65535, not '65536'"),
        (&["--port=x"], "1 to 65535, not 'x'"),
        (&["--port"], "1 to 65535, not ''"),
        // QEMU would take its own default
        (&["--memory=0"], "--memory takes a number from 4 to"),
        (&["--memory", "-1"], "not '-1'"),
    ] {
        let output = Command::new(image("RUNNER_OF_JOB_THAT_SUCCEEDS"))
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
