//! The end of the machine. By then the programs have ended and the logs are flushed.

use crate::Error;
use nix::sys::reboot::{RebootMode, reboot, set_cad_enabled};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    PowerOff,
    Reboot,
}

impl std::fmt::Display for End {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str(match self {
            End::PowerOff => "power off",
            End::Reboot => "reboot",
        })
    }
}

/// Ctrl-Alt-Del becomes a SIGINT to PID 1 instead of a reboot at once (reboot(2)).
pub fn catch_ctrl_alt_del() -> Result<(), Error> {
    set_cad_enabled(false).map_err(|errno| Error::new("take over Ctrl-Alt-Del", errno.desc()))
}

/// Write everything out, then power off or reboot. Returns only if the kernel refuses.
pub fn end(how: End) -> Error {
    nix::unistd::sync();
    let mode = match how {
        End::PowerOff => RebootMode::RB_POWER_OFF,
        End::Reboot => RebootMode::RB_AUTOBOOT,
    };
    let Err(errno) = reboot(mode);
    Error::new(how.to_string(), errno.desc())
}
