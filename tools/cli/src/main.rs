//! The program `scratchmachine`.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use cli::{audit, verify};

/// Look into the image of a machine
#[derive(Debug, Parser)]
#[command(name = "scratchmachine")]
struct CommandLine {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Say what every byte of an image is and where it is from
    Audit(audit::Options),
    /// Say whether a file is the image that it should be, and if not, what differs
    Verify(verify::Options),
}

fn main() -> ExitCode {
    let (name, result) = match CommandLine::parse().verb {
        Verb::Audit(options) => ("audit", audit::run(&options)),
        Verb::Verify(options) => ("verify", verify::run(&options)),
    };
    result.unwrap_or_else(|error| {
        eprintln!("scratchmachine {name}: {error}");
        ExitCode::from(2)
    })
}
