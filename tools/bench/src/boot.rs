//! One boot, from power-on to the first answer.

use crate::markers::{self, Phase};
use crate::plan::{Image, Machine};
use crate::{client, host};
use serde::Serialize;
use std::path::Path;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};
use vm::Running;

/// A machine that does not answer within this never will.
pub const PATIENCE: Duration = Duration::from_secs(600);
/// So often somebody asks, each with a connection of its own: QEMU accepts it long before the machine does, and
/// whoever waits on an old one may wait long. It is what a figure may be too large by.
const PAUSE: Duration = Duration::from_millis(20);
/// And so long each waits. Few are waiting then when the network comes up.
const WAIT: Duration = Duration::from_millis(400);

#[derive(Serialize)]
pub struct Boot {
    pub round: usize,
    /// How many others wanted this host's processors, on the average of a minute.
    pub load: f64,
    pub seconds: f64,
    pub phases: Vec<Phase>,
}

pub fn measure(machine: &Machine, greeting: &str, round: usize) -> Result<Boot, String> {
    let load = host::load();
    let mut running = start(machine);
    let port = running.port();
    let power_on = power_on(&machine.name, &running)?;
    let answer = first_answer(&mut running, port, greeting)
        .map_err(|reason| format!("{} does not boot: {reason}", machine.name))?;
    Ok(Boot {
        round,
        load,
        seconds: (answer - power_on).as_secs_f64(),
        phases: markers::phases(&machine.markers, &running.lines(), power_on, answer),
    })
}

/// QEMU is there, and its processor stands still.
fn start(machine: &Machine) -> Running {
    match &machine.image {
        Image::Iso(iso) => from_iso(iso, machine.memory_mb)
            .with_network_card("e1000")
            .boot(),
        Image::Runner(runner) => vm::Machine::from_runner(&[runner]).option(&["-S"]).boot(),
    }
}

/// And now it does not any more.
pub fn power_on(what: &str, running: &Running) -> Result<Instant, String> {
    running.power_on().map_err(|error| {
        let console = running.console();
        format!("{what} can't be switched on: QEMU's monitor: {error}. The console:\n{console}")
    })
}

/// The classic PC, which stands still, with no network card yet. Its processor is the one that our runners have.
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

/// When the first right answer came.
pub fn first_answer(running: &mut Running, port: u16, greeting: &str) -> Result<Instant, String> {
    let (sender, answers) = mpsc::channel();
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline {
        let sender = sender.clone();
        std::thread::spawn(move || {
            if let Ok(body) = client::get(port, "/", WAIT) {
                // whoever comes late finds nobody
                let _ = sender.send((Instant::now(), body));
            }
        });
        match answers.recv_timeout(PAUSE) {
            Ok((when, body)) if body.trim_end() == greeting => return Ok(when),
            Ok((_, body)) => return Err(format!("it serves another page: {body}")),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => unreachable!("there is a sender here"),
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
