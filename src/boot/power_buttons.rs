//! Power buttons become a signal to PID 1.

use super::thread;
use scratchmachine::logs::Log;
use scratchmachine::{Error, power_button, signals};
use std::fs::File;

pub fn watch(log: &Log) {
    for device in power_button::find() {
        // opened at once: a button that nobody has open forgets that it was pressed
        let button = match File::open(&device) {
            Ok(button) => button,
            Err(cause) => {
                log.warn(Error::new(format!("read {}", device.display()), cause));
                continue;
            }
        };
        let pressed = log.clone();
        thread::start(log, "power button", move || {
            while power_button::wait_for_press(&button) {
                pressed.info("the power button was pressed");
                signals::send(signals::POWER);
            }
        });
    }
}
