//! The command line `scratchmachine`: what a person does with a machine and its image.
//!
//! A verb is a module here with its `Options` and its `run`, an entry in [`command_line::Verb`], and a line of
//! [`perform`]. The verbs' modules know nothing of each other.

pub mod advisories;
pub mod audit;
pub mod command_line;
pub mod configure;
pub mod export;
pub mod input;
pub mod manual;
mod microvm;
mod output;
pub mod progress;
mod replace;
pub mod run;
mod table;
pub mod verify;

use command_line::{PROGRAM, Verb};
use std::ffi::OsString;
use std::fmt::Display;
use std::process::ExitCode;

/// From the arguments, the first of which is the program's name, to the exit status.
pub fn main(arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let (name, verb) = match command_line::parse(arguments) {
        Ok(named) => named,
        Err(answer) => return answer.print(),
    };
    match perform(&verb) {
        Ok(status) => status,
        Err(complaints) => {
            for complaint in complaints {
                eprintln!("{PROGRAM} {name}: {complaint}");
            }
            ExitCode::from(command_line::failure(&name))
        }
    }
}

fn perform(verb: &Verb) -> Result<ExitCode, Vec<String>> {
    match verb {
        Verb::Audit(options) => one(audit::run(options)),
        Verb::Verify(options) => one(verify::run(options)),
        Verb::Configure(options) => configure::run(options),
        Verb::Export(options) => one(export::run(options)),
        Verb::Advisories(options) => one(advisories::run(options)),
        Verb::Run(options) => one(run::run(options)),
        Verb::Completions(options) => one(manual::completions(options)),
        Verb::Man(options) => one(manual::pages(options)),
    }
}

fn one(result: Result<ExitCode, impl Display>) -> Result<ExitCode, Vec<String>> {
    result.map_err(|error| vec![error.to_string()])
}
