//! The hypervisor's questions, answered.

use super::thread;
use nix::sys::signal::Signal;
use scratchmachine::guest_agent::{self, Request};
use scratchmachine::logs::Log;
use scratchmachine::{Error, signals};
use std::fs::File;
use std::path::Path;
use std::time::Duration;

/// The driver finds its ports in its own time, and says so to nobody.
const LOOK: Duration = Duration::from_millis(100);
const LOOKS: u32 = 100;

/// Only where there is a driver for it.
pub fn start(log: &Log) {
    if !guest_agent::has_driver() {
        return;
    }
    let events = log.clone();
    thread::start(log, "guest agent", move || {
        let port = (0..LOOKS).find_map(|_| {
            let port = guest_agent::find();
            if port.is_none() {
                std::thread::sleep(LOOK);
            }
            port
        });
        if let Some(port) = port {
            events.warn(serve(&events, &port));
        }
    });
}

fn serve(log: &Log, port: &Path) -> Error {
    let failed = |cause| Error::new(format!("guest agent: read {}", port.display()), cause);
    let opened = File::options().read(true).write(true).open(port);
    match opened {
        Err(cause) => failed(cause),
        Ok(opened) => failed(guest_agent::serve(opened, |request| {
            let (what, signal) = match request {
                Request::PowerOff => ("power off", signals::POWER),
                Request::Reboot => ("reboot", Signal::SIGUSR1),
            };
            log.info(format_args!("the host asks for this: {what}"));
            signals::send(signal);
        })),
    }
}
