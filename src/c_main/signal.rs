//! signal(2).
#![expect(unsafe_code, reason = "a signal handler could do anything")]

use nix::sys::signal::{SigHandler, Signal, signal};

/// Writing to a closed pipe is an error, not the end. Programs don't inherit that: `Command` resets the signal.
pub fn ignore_broken_pipes() {
    // SAFETY: ignoring a signal runs no handler.
    let _ = unsafe { signal(Signal::SIGPIPE, SigHandler::SigIgn) };
}
