//! Standard output, which may be closed before all is said: `scratchmachine … | head`.

use std::io::{ErrorKind, Write};

/// That nobody reads on is no failure.
pub fn print(text: impl AsRef<[u8]>) -> Result<(), String> {
    let mut output = std::io::stdout().lock();
    match output
        .write_all(text.as_ref())
        .and_then(|()| output.flush())
    {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(format!("write to standard output: {error}"))
        }
        _ => Ok(()),
    }
}
