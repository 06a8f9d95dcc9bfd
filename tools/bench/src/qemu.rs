//! Machines in QEMU: the processor stands still at first, is switched on, and the machine is asked for its page until it
//! answers.

use crate::http;
use crate::plan::{Image, Machine};
use std::path::Path;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};
use vm::Running;

/// A machine that has not answered by then never will.
pub const PATIENCE: Duration = Duration::from_secs(600);
/// The time between two requests, each with a connection of its own: QEMU accepts it long before the machine does, and
/// a client on an old one may wait long. It is what a figure may be too large by.
const PAUSE: Duration = Duration::from_millis(20);
/// How long each request waits. Few are waiting then when the network comes up.
const WAIT: Duration = Duration::from_millis(400);

/// QEMU runs, and the machine's processor stands still.
pub fn start(machine: &Machine) -> Running {
    match &machine.image {
        Image::Iso(iso) => from_iso(iso, machine.memory_mb)
            .with_network_card("e1000")
            .boot(),
        Image::Runner(runner) => vm::Machine::from_runner(&[runner]).option(&["-S"]).boot(),
    }
}

/// The classic PC with no network card yet; its processor will stand still. It is the one that our runners have.
pub fn from_iso(iso: &Path, memory_mb: u32) -> vm::Machine {
    vm::Machine::from_iso(iso).option(&[
        "-machine",
        "pc",
        "-cpu",
        "max",
        "-m",
        &memory_mb.to_string(),
        "-S",
    ])
}

/// When the processor began to run.
pub fn power_on(what: &str, running: &Running) -> Result<Instant, String> {
    running.power_on().map_err(|error| {
        let console = running.console();
        format!("{what} can't be switched on: QEMU's monitor: {error}. The console:\n{console}")
    })
}

/// When the first right answer came.
pub fn first_answer(running: &mut Running, port: u16, greeting: &str) -> Result<Instant, String> {
    let (sender, answers) = mpsc::channel();
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline {
        let sender = sender.clone();
        std::thread::spawn(move || {
            if let Ok(body) = http::get(port, "/", WAIT) {
                // after the first answer nobody receives the others
                let _ = sender.send((Instant::now(), body));
            }
        });
        match answers.recv_timeout(PAUSE) {
            Ok((when, body)) if body.trim_end() == greeting => return Ok(when),
            Ok((_, body)) => return Err(format!("it serves another page: {body}")),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => unreachable!("this function holds a sender"),
        }
        if !running.is_running() {
            return Err(format!("QEMU ended. The console:\n{}", running.console()));
        }
    }
    Err(format!(
        "no answer within {} s. The console:\n{}",
        PATIENCE.as_secs(),
        running.console()
    ))
}
