//! The log, with the kernel's messages, to a syslog collector if there is one.

use super::thread;
use scratchmachine::config::Config;
use scratchmachine::logs::collector::Sender;
use scratchmachine::logs::{self, Log};

pub fn start(log: &Log, config: &Config) {
    let Some(target) = &config.log else { return };
    match target.parse() {
        Ok(target) => {
            let sender = Sender::new(target, log);
            thread::start(log, "collector", move || sender.run());
            let kernel = log.clone();
            thread::start(log, "kernel log", move || {
                kernel.warn(logs::follow_kernel(&kernel))
            });
        }
        Err(error) => log.warn(error),
    }
}
