//! The configuration, from its three places.

use scratchmachine::Error;
use scratchmachine::config::{self, Config};
use scratchmachine::logs::Log;
use std::io::ErrorKind;

/// Each source overrides those before it.
pub fn read(log: &Log) -> Config {
    let mut config = Config::default();
    for source in [config::BAKED, config::LAYER, config::COMMAND_LINE] {
        match std::fs::read(source) {
            Ok(words) => {
                if source == config::LAYER {
                    log.info("config: with a layer of settings over the image");
                }
                for complaint in config.apply(&words) {
                    log.warn(Error::new(format!("config: {source}"), complaint));
                }
            }
            Err(error) if source == config::LAYER && error.kind() == ErrorKind::NotFound => {}
            Err(error) => log.warn(Error::new(format!("read {source}"), error)),
        }
    }
    config
}
