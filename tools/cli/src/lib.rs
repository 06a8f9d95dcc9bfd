//! The command line `scratchmachine`: what a person does with a machine and its image.

pub mod audit;
pub mod input;
mod output;
pub mod progress;
mod table;
pub mod verify;
