//! Standard input, output and error of init itself. The kernel opens them on the console, and leaves them closed
//! if it has none.

use crate::Error;
use std::fs::OpenOptions;
use std::os::fd::{AsRawFd, IntoRawFd};

const NULL: &str = "/dev/null";
const STANDARD_ERROR: i32 = 2;

/// Fill the places of those that are closed, so that no other file ever takes them. To be called when `/dev` is mounted
/// and nothing else has been opened.
///
/// # Errors
/// There is no `/dev/null`.
pub fn fill() -> Result<(), Error> {
    loop {
        let file = OpenOptions::new().read(true).write(true).open(NULL);
        let file = file.map_err(|cause| Error::new(format!("open {NULL}"), cause))?;
        // the lowest free descriptor (open(2))
        if file.as_raw_fd() > STANDARD_ERROR {
            return Ok(());
        }
        // it stays open
        let _ = file.into_raw_fd();
    }
}
