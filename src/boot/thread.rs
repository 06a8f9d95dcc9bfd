//! Threads for what goes on beside the boot.

use scratchmachine::Error;
use scratchmachine::logs::Log;
use std::thread::JoinHandle;

/// Start a thread. One that can't be started is logged and done without.
pub fn start(
    log: &Log,
    name: &str,
    body: impl FnOnce() + Send + 'static,
) -> Option<JoinHandle<()>> {
    let thread = std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(body);
    let failed = |cause| Error::new(format!("start the thread '{name}'"), cause);
    thread.map_err(|cause| log.warn(failed(cause))).ok()
}
