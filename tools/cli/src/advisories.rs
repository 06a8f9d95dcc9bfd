//! Which known vulnerabilities concern an image: what is in it ([`contents`]) is looked up in databases in directories
//! ([`rustsec`], [`kernel`]), with our reasons for what does not matter ([`reasons`]), as a report for people or for
//! programs ([`report`]) and as CycloneDX VEX ([`vex`]).
//!
//! A database is material from outside: files are read up to a limit, links not followed, and what can't be
//! understood is reported as a problem and never taken for "not affected".

mod contents;
mod database;
mod finding;
mod kernel;
mod reasons;
mod report;
mod rustsec;
mod version;
mod vex;

use crate::{output, progress};
use contents::{Crates, Kernel, Provenance};
use finding::Findings;
use reasons::{Reason, Reasons};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Debug, clap::Args)]
pub struct Options {
    /// A database
    #[arg(value_name = "DIRECTORY", required = true)]
    databases: Vec<PathBuf>,
    /// What the image is made of, as `nix build .#provenance` writes it
    #[arg(long, value_name = "FILE", env = "SCRATCHMACHINE_PROVENANCE")]
    provenance: PathBuf,
    /// The files that its kernel is compiled from, as `nix build .#kernelSources` writes them
    #[arg(long, value_name = "FILE", env = "SCRATCHMACHINE_KERNEL_SOURCES")]
    kernel_sources: PathBuf,
    /// The configuration of its kernel
    #[arg(long, value_name = "FILE", env = "SCRATCHMACHINE_KERNEL_CONFIG")]
    kernel_config: PathBuf,
    /// Why what is found does not matter, in TOML: a reviewed file
    #[arg(long, value_name = "FILE", env = "SCRATCHMACHINE_REASONS")]
    reasons: PathBuf,
    /// CycloneDX VEX (JSON 1.6) instead of the report
    #[arg(long)]
    vex: bool,
    /// The report as JSON
    #[arg(long, conflicts_with = "vex")]
    json: bool,
}

/// # Errors
/// What is in the image or our reasons could not be read, or a directory is not a database.
pub fn run(options: &Options) -> Result<ExitCode, String> {
    let (crates, kernel) = read_contents(options)?;
    let options_on = parse(&options.kernel_config, contents::options_on)?;
    let mut reasons = parse(&options.reasons, Reasons::parse)?;
    let refuted = reasons.take_refuted(&options_on);

    let mut found = Findings::default();
    for directory in &options.databases {
        let progress = progress::show(&format!("reading {}", directory.display()));
        search(directory, &crates, &kernel, &mut found)?;
        drop(progress);
    }
    found.findings.sort();
    found.findings.dedup();

    output::print(match options {
        Options { vex: true, .. } => format!("{:#}\n", vex::vex(&found, &reasons)),
        Options { json: true, .. } => {
            format!("{:#}\n", report::json(&found, &reasons, &refuted))
        }
        _ => report::report(&found, &reasons),
    })?;
    Ok(ExitCode::from(complain(
        options, &found, &reasons, &refuted,
    )))
}

fn read_contents(options: &Options) -> Result<(Crates, Kernel), String> {
    let (crates, component) = parse(&options.provenance, |text| {
        let provenance = Provenance::parse(text)?;
        Ok((provenance.crates()?, provenance.kernel()?))
    })?;
    let sources = parse(&options.kernel_sources, contents::sources)?;
    Ok((crates, Kernel { component, sources }))
}

fn parse<T>(path: &Path, parse: impl Fn(&str) -> Result<T, String>) -> Result<T, String> {
    std::fs::read_to_string(path)
        .map_err(|error| error.to_string())
        .and_then(|text| parse(&text))
        .map_err(|message| format!("{}: {message}", path.display()))
}

fn search(
    directory: &Path,
    crates: &Crates,
    kernel: &Kernel,
    found: &mut Findings,
) -> Result<(), String> {
    let (of_crates, of_kernel) = (rustsec::is_here(directory), kernel::is_here(directory));
    if of_crates {
        rustsec::search(directory, crates, found);
    }
    if of_kernel {
        kernel::search(directory, kernel, found);
    }
    if !of_crates && !of_kernel {
        return Err(format!(
            "{}: not a database: neither crates/ nor cve/published/ is in it",
            directory.display()
        ));
    }
    Ok(())
}

/// What is wrong with databases and reasons goes to standard error. Returns the exit status.
fn complain(
    options: &Options,
    found: &Findings,
    reasons: &Reasons,
    refuted: &[(Reason, String)],
) -> u8 {
    let mut status = u8::from(found.findings.iter().any(|it| reasons.of(it).is_none()));
    let mut complain = |complaint: String| {
        eprintln!("scratchmachine advisories: {complaint}");
        status = 2;
    };
    for problem in &found.problems {
        complain(format!(
            "not understood, so what it is about is unknown: {}",
            problem.escape_debug()
        ));
    }
    let named = |reason: &Reason| {
        let (id, purl, file) = (&reason.id, &reason.purl, options.reasons.display());
        format!("{id}: the reason for {purl} in {file}")
    };
    for (reason, option) in refuted {
        complain(format!(
            "{} rests on {option} being off, and it is on: judge it again",
            named(reason)
        ));
    }
    for reason in reasons.idle(found) {
        complain(format!(
            "{} matches nothing that was found: remove it",
            named(reason)
        ));
    }
    status
}
