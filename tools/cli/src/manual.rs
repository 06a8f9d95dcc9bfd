//! What tells shells and readers about the command line, made from its description: completions and manual pages.

use crate::command_line::{PROGRAM, description};
use crate::output;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Debug, clap::Args)]
pub struct Completions {
    shell: clap_complete::Shell,
}

#[derive(Debug, clap::Args)]
pub struct Pages {
    /// Where they go; it is made if it is not there
    directory: PathBuf,
}

pub fn completions(options: &Completions) -> Result<ExitCode, String> {
    let mut script = Vec::new();
    clap_complete::generate(options.shell, &mut description(), PROGRAM, &mut script);
    output::print(script)?;
    Ok(ExitCode::SUCCESS)
}

/// `scratchmachine.1`, and `scratchmachine-VERB.1` for each verb.
pub fn pages(options: &Pages) -> Result<ExitCode, String> {
    let directory = &options.directory;
    std::fs::create_dir_all(directory)
        .and_then(|()| clap_mangen::generate_to(description(), directory))
        .map_err(|error| format!("write manual pages into {}: {error}", directory.display()))?;
    Ok(ExitCode::SUCCESS)
}
