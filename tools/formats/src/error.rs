//! What is wrong with a file, and at which byte.

use std::fmt;

pub type Result<T> = std::result::Result<T, Error>;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// Where in the file, or in the decoded archive that the message names.
    pub at: usize,
    pub message: String,
}

impl Error {
    pub fn new(at: usize, message: impl Into<String>) -> Self {
        Error {
            at,
            message: message.into(),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "at {:#x}: {}", self.at, self.message)
    }
}

impl std::error::Error for Error {}
