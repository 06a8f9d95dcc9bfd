//! The log on every console that the kernel has.

use super::thread;
use scratchmachine::console;
use scratchmachine::logs::Log;

pub fn start(log: &Log) {
    let consoles = console::list().unwrap_or_else(|error| {
        log.warn(error);
        vec![console::last_resort()]
    });
    for console in consoles {
        let name = console.display().to_string();
        let (next, pause) = log.for_console(&name);
        let errors = log.clone();
        thread::start(log, &name, move || {
            console::run(&console, next, pause, |error| errors.warn(error))
        });
    }
}
