//! A known vulnerability that concerns something in the image.

use super::contents::Component;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Database {
    RustSec,
    Kernel,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    pub id: String,
    /// What it concerns.
    pub component: Component,
    pub database: Database,
    pub title: String,
    pub url: String,
    /// What makes it concern us.
    pub because: String,
}

/// What databases say about us, and what in them could not be understood.
#[derive(Default)]
pub struct Findings {
    pub findings: Vec<Finding>,
    pub problems: Vec<String>,
    /// Which databases were there.
    pub asked: Vec<Database>,
    /// How many records were read.
    pub records: usize,
}
