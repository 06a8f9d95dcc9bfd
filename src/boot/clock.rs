//! The clock, kept right by a time server if there is one.

use super::thread;
use scratchmachine::clock;
use scratchmachine::config::Config;
use scratchmachine::logs::Log;

pub fn start(log: &Log, config: &Config) {
    if let Some(server) = config.ntp {
        let events = log.clone();
        thread::start(log, "clock", move || {
            clock::follow(server, |event| match event {
                Ok(event) => events.info(event),
                Err(error) => events.warn(error),
            })
        });
    }
}
