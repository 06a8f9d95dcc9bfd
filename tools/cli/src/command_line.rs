//! All verbs, described once: parsing, help, completions and manual pages come from here.

use crate::{advisories, audit, configure, export, manual, run, verify};
use clap::error::ErrorKind;
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use std::error::Error as _;
use std::ffi::OsString;
use std::process::ExitCode;

pub const PROGRAM: &str = "scratchmachine";

/// Look into the image of a machine, put settings over it, boot it
#[derive(Debug, Parser)]
#[command(name = PROGRAM, version, arg_required_else_help = true)]
struct CommandLine {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Say what every byte of an image is and where it is from
    #[command(after_help = "\
Examples:
  scratchmachine audit --provenance provenance.json --closure closure.json web.iso
  nix run .#audit

`nix run .#audit` fills in both files for the demo machine.

Exit status:
  0  all bytes are accounted for
  1  some are not: the conclusion names them
  2  the image could not be read, or the command line makes no sense")]
    Audit(audit::Options),

    /// Say whether a file is the image that it should be, and if not, what differs
    #[command(after_help = "\
Examples:
  scratchmachine verify --reference built-here.iso downloaded.iso
  nix run .#verify -- downloaded.iso

`nix run .#verify` fills in the image that the checkout describes.

Exit status:
  0  they are the same, but for settings that `configure` put over it, which are listed
  1  they differ: each difference is listed
  2  a file could not be read or is not an ISO image, or the command line makes no sense")]
    Verify(verify::Options),

    /// Put settings over an image without touching what is below, or show those that it has
    #[command(
        override_usage = "scratchmachine configure IMAGE [KEY=VALUE]... --output FILE [--json]
       scratchmachine configure --show IMAGE [--json]",
        after_help = "\
Examples:
  scratchmachine configure web.iso ip=10.0.2.15:::255.255.0.0 hostname=web-1 -o web-1.iso
  scratchmachine configure --show web-1.iso
  scratchmachine configure web-1.iso -o web.iso

The settings replace those that were put over the image before. Without any, it is again as it was built.

Exit status:
  0  done
  1  not done: nothing was written"
    )]
    Configure(configure::Options),

    /// Make a file for a hypervisor or a cloud of an image
    #[command(after_help = "\
Each image gives the same bytes each time. docs/how-to has a page for each hypervisor and cloud.

Examples:
  scratchmachine export web.iso --format qcow2
  scratchmachine export web.iso --format gce -o web.tar.gz
  nix build .#ova

Exit status:
  0  done
  1  not done: nothing was written")]
    Export(export::Options),

    /// List the known vulnerabilities of what is in an image
    #[command(after_help = "\
Each DIRECTORY is a database that you have fetched:
  RustSec's advisory-db, with crates/NAME/RUSTSEC-….md
  the kernel CNA's vulns, with cve/published/YEAR/CVE-….json

Example:
  git clone https://github.com/rustsec/advisory-db
  nix run .#advisories -- advisory-db

`nix run .#advisories` fills in all four files for the demo machine.

Exit status:
  0  nothing to look at
  1  something to look at
  2  an error, or a database that could not be read whole")]
    Advisories(advisories::Options),

    /// Boot an image in QEMU, its serial console in this terminal
    #[command(
        disable_help_flag = true,
        args_override_self = true,
        override_usage = "scratchmachine run IMAGE [--port PORT] [--publish HOST:GUEST]... [--memory MB] [--card MODEL] [--name NAME] [QEMU OPTION]...",
        after_help = "\
Everything else is handed to QEMU as it is, such as -snapshot or -device virtio-rng-pci.
Ctrl-C or Ctrl-A X ends it.

Examples:
  scratchmachine run web.iso
  scratchmachine run web.iso --port 8081 -smp 2
  scratchmachine run dns.iso -p 5353:53/udp -p 8081:81

Exit status: where all programs are jobs and have ended, theirs: that of the first that failed.
  1   the machine could not be started
  70  the kernel or init gave up"
    )]
    Run(run::Options),

    /// Print the completions for a shell
    #[command(after_help = "\
Example:
  scratchmachine completions bash >~/.local/share/bash-completion/completions/scratchmachine")]
    Completions(manual::Completions),

    /// Write the manual pages into a directory
    #[command(after_help = "\
Example:
  scratchmachine man ~/.local/share/man/man1")]
    Man(manual::Pages),
}

/// The exit status of a verb that could not do what it was asked for. Verbs that answer a question have 1 for "no".
pub fn failure(verb: &str) -> u8 {
    match verb {
        "configure" | "export" | "run" | "completions" | "man" => 1,
        _ => 2,
    }
}

pub fn description() -> clap::Command {
    CommandLine::command().mut_subcommands(|verb| {
        // what it is set to is nobody's business who reads the help
        verb.mut_args(|argument| argument.hide_env_values(true))
    })
}

/// What there is to say instead of doing anything: help that was asked for, or what is wrong with the arguments.
pub struct Answer {
    verb: Option<String>,
    error: clap::Error,
}

/// The verb and its name.
pub fn parse(arguments: impl Iterator<Item = OsString>) -> Result<(String, Verb), Answer> {
    let mut description = description();
    let mut arguments: Vec<OsString> = arguments.collect();
    let verb = arguments.get(1).and_then(|word| word.to_str());
    let verb = verb.and_then(|name| description.find_subcommand(name));
    let name = verb.map(|verb| verb.get_name().to_owned());
    if let (Some("run"), Some(verb)) = (name.as_deref(), verb) {
        let words = arguments.split_off(2);
        let image = std::env::var_os(run::IMAGE);
        arguments.extend(run::arguments::arrange(words, verb, image));
    }
    let matches = description.try_get_matches_from_mut(arguments);
    matches
        .and_then(|matches| CommandLine::from_arg_matches(&matches))
        .map(|it| (name.clone().unwrap_or_default(), it.verb))
        .map_err(|error| Answer { verb: name, error })
}

impl Answer {
    pub fn print(&self) -> ExitCode {
        if !self.error.use_stderr() {
            // that nobody reads on is no failure
            let _ = self.error.print();
            return ExitCode::SUCCESS;
        }
        let rendered = self.error.render().to_string();
        match (self.error.kind(), self.error.source()) {
            (ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand, _) => eprint!("{rendered}"),
            (ErrorKind::ValueValidation, Some(why)) => eprintln!("{}: {why}", self.program()),
            _ => {
                let message = rendered.strip_prefix("error: ").unwrap_or(&rendered);
                eprint!("{}: {message}", self.program());
            }
        }
        ExitCode::from(failure(self.verb.as_deref().unwrap_or_default()))
    }

    fn program(&self) -> String {
        match &self.verb {
            Some(verb) => format!("{PROGRAM} {verb}"),
            None => PROGRAM.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_description_has_no_contradictions() {
        description().debug_assert();
    }
}
