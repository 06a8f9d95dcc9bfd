//! `scratchmachine advisories` on hand-made databases.

mod findings;
mod hostile;
mod lab;
