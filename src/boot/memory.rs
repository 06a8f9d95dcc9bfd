//! Whether the machine has its whole image in memory.

use scratchmachine::logs::{Log, Severity};
use scratchmachine::memory;

/// Log what is missing, if anything is.
pub fn is_short(log: &Log) -> bool {
    let shortage = memory::shortage().unwrap_or_else(|error| {
        log.warn(error);
        None
    });
    if let Some(shortage) = &shortage {
        log.report(Severity::Error, shortage);
    }
    shortage.is_some()
}
