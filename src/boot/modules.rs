//! The drivers of the hardware.

use super::thread;
use scratchmachine::Error;
use scratchmachine::config::Config;
use scratchmachine::logs::Log;
use scratchmachine::modules::{Loaded, Modules, Settings};
use std::time::Duration;

/// How often machines with hot-plug look for new devices.
const LOOK: Duration = Duration::from_secs(1);

/// Load the drivers of all devices that are present and, if hot-plug was asked for, of those that come later.
pub fn load(log: &Log, config: &Config) {
    let settings = Settings {
        parameters: config.module_parameters.clone(),
        blacklist: config.module_blacklist.clone(),
    };
    let mut modules = match Modules::open(settings) {
        Ok(modules) => modules,
        Err(error) => return log.warn(error),
    };
    let outcomes = log.clone();
    let mut report = move |outcome: Result<Loaded, Error>| match outcome {
        Ok(loaded) => outcomes.info(format_args!("modules: {loaded}")),
        Err(error) => outcomes.warn(error),
    };
    modules.load_wanted(&mut report);
    let mut load = move || modules.load_for_hardware(&mut report);
    load();
    if config.hotplug {
        thread::start(log, "hot-plug", move || {
            loop {
                std::thread::sleep(LOOK);
                load();
            }
        });
    }
}
