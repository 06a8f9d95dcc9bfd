//! What failed, on what, why, and what to do next, in one line.

use std::fmt;

/// An error as the console shows it: `load module e1000 (/lib/…/e1000.ko): Exec format error: built for
/// another kernel?`
#[derive(Debug)]
pub struct Error {
    /// What was being done and on what.
    doing: String,
    /// What the kernel returned, or what is wrong with the input.
    cause: String,
    /// What may have led to it, or what to do about it; may be empty.
    advice: &'static str,
}

impl Error {
    pub fn new(doing: impl Into<String>, cause: impl fmt::Display) -> Self {
        Error {
            doing: doing.into(),
            cause: cause.to_string(),
            advice: "",
        }
    }

    pub fn advise(mut self, advice: &'static str) -> Self {
        self.advice = advice;
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}: {}", self.doing, self.cause)?;
        if !self.advice.is_empty() {
            write!(f, ": {}", self.advice)?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}
