//! How it ends: with the machine's exit status, QEMU's, or by a signal.

use crate::fake::{Stage, text};
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

#[track_caller]
fn assert_status(name: &str, play: &str, status: i32) {
    let output = Stage::new(name).run(play, &["web.iso"]);
    let console = text(&output.stdout);
    assert_eq!(output.status.code(), Some(status), "{console}");
}

#[test]
fn it_ends_with_0_when_all_jobs_have_succeeded() {
    assert_status(
        "success",
        "say '[    1.234567] init: exit status 0, all jobs have ended'",
        0,
    );
}

#[test]
fn it_ends_with_the_status_of_the_job_that_failed() {
    assert_status(
        "failure",
        "say '[    1.234567] init: exit status 3, of job'",
        3,
    );
}

#[test]
fn it_ends_with_70_when_init_or_the_kernel_gives_up() {
    assert_status("bug", "say '[    0.5] init: bug in init: a drill'", 70);
    assert_status(
        "panic",
        "say '[    0.5] Kernel panic - not syncing: Attempted to kill init!'",
        70,
    );
}

#[test]
fn what_a_program_says_is_not_taken_for_inits() {
    assert_status(
        "forged",
        "say '[    0.5] web: init: exit status 3, of me'; say 'init: exit status 4, '",
        0,
    );
}

/// It takes the eight seconds that a machine has for its log and its network.
#[test]
fn it_ends_with_the_status_of_the_job_also_where_the_machine_can_only_halt() {
    assert_status(
        "halted",
        "trap 'kill $!; exit 0' TERM
         say '[    1.2] init: exit status 3, of job'; say '[    1.3] reboot: System halted'
         sleep 1000 & wait",
        3,
    );
}

#[test]
fn it_ends_with_qemus_status_if_that_fails() {
    assert_status(
        "qemu",
        "say '[    1.2] init: exit status 3, of job'; exit 5",
        5,
    );
    assert_status("killed", "kill -KILL $$", 128 + 9);
}

#[test]
fn the_console_is_on_standard_output_behind_our_own_messages() {
    let output = Stage::new("console").run("say SeaBIOS; say '[    0.1] Linux'", &["web.iso"]);
    let said = text(&output.stdout);
    assert!(
        said.ends_with("(Ctrl-C ends it)\nSeaBIOS\r\n[    0.1] Linux\r\n"),
        "{said}"
    );
}

#[test]
fn a_signal_ends_qemu_in_its_own_time_and_then_us() {
    for signal in ["INT", "TERM", "HUP"] {
        let stage = Stage::new(&format!("signal-{signal}"));
        let play = "trap 'kill $!; say ended; exit 0' TERM; say up; sleep 1000 & wait";
        let mut program = stage.program(play, &["web.iso"]);
        let mut program = program.stdout(Stdio::piped()).spawn().unwrap();
        let console = BufReader::new(program.stdout.take().unwrap());
        let mut lines = console.lines().map(|line| line.unwrap());
        assert!(lines.any(|line| line == "up"), "{signal}");
        let kill = format!("kill -{signal} {}", program.id());
        let sent = Command::new("bash").args(["-c", &kill]).status().unwrap();
        assert!(sent.success());
        assert!(lines.any(|line| line == "ended"), "{signal}");
        assert_eq!(program.wait().unwrap().code(), Some(0), "{signal}");
    }
}
