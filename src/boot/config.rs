//! The configuration, from its three places.

use scratchmachine::Error;
use scratchmachine::config::{self, Config};
use scratchmachine::logs::Log;
use std::fs::Permissions;
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt;

/// Each source overrides those before it.
pub fn read(log: &Log) -> Config {
    let mut config = Config::default();
    for source in [config::BAKED, config::LAYER, config::COMMAND_LINE] {
        match std::fs::read(source) {
            Ok(words) => {
                if source == config::LAYER {
                    log.info("config: with a layer of settings over the image");
                    // it may hold secrets of one program
                    let hidden = std::fs::set_permissions(source, Permissions::from_mode(0o400));
                    let failed = |cause| Error::new(format!("hide {source}"), cause);
                    log.warn_all(hidden.map_err(failed).err());
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
