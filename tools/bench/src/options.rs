//! The command line. The runner that Nix builds puts the plan in front of the user's options.

use crate::plan::Plan;
use clap::error::ErrorKind;
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use std::ffi::OsString;
use std::path::PathBuf;

/// What can be measured beside the boots of machines.
const PARTS: [&str; 4] = ["memory", "throughput", "vm", "rebuild"];

const NOTES: &str = "\
The second run of the vm and the rebuild use the checkout that this is called in. The exit status is 1 if a budget is
missed, 2 if something could not be measured.";

#[derive(Debug)]
pub struct Options {
    pub plan: PathBuf,
    pub runs: u64,
    pub seconds: u64,
    pub out: PathBuf,
    only: Vec<String>,
}

impl Options {
    /// Ends the process where help is asked for, or an option is wrong.
    pub fn from_command_line() -> Options {
        Options::parse(std::env::args_os()).unwrap_or_else(|error| error.exit())
    }

    fn parse<W: Into<OsString> + Clone>(
        words: impl IntoIterator<Item = W>,
    ) -> Result<Options, clap::Error> {
        let mut matches = command().try_get_matches_from(words)?;
        Ok(Options {
            plan: value(&mut matches, "plan")?,
            runs: value(&mut matches, "runs")?,
            seconds: value(&mut matches, "seconds")?,
            out: value(&mut matches, "out")?,
            only: matches
                .remove_many("only")
                .map_or(vec![], Iterator::collect),
        })
    }

    /// Whether the plan has every part that `--only` names.
    pub fn check(&self, plan: &Plan) -> Result<(), String> {
        let names = || {
            let machines = plan.machines.iter().map(|machine| machine.name.as_str());
            machines.chain(PARTS)
        };
        match self.only.iter().find(|it| !names().any(|name| name == *it)) {
            None => Ok(()),
            Some(unknown) => Err(format!(
                "--only {unknown}: there is no such part; there are {}",
                names().collect::<Vec<_>>().join(", ")
            )),
        }
    }

    pub fn wants(&self, part: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|it| it == part)
    }
}

fn command() -> Command {
    Command::new("bench")
        .about("Measure machines side by side, and check ours against its budgets")
        .override_usage("nix run .#bench -- [--runs N] [--seconds N] [--out DIRECTORY] [--only PART]...")
        .after_help(NOTES)
        .disable_version_flag(true)
        // the last one counts
        .args_override_self(true)
        .args([
            Arg::new("plan")
                .required(true)
                .hide(true)
                .value_parser(value_parser!(PathBuf)),
            Arg::new("runs")
                .long("runs")
                .value_name("N")
                .default_value("5")
                .value_parser(at_least_one)
                .help("How often each machine is booted"),
            Arg::new("seconds")
                .long("seconds")
                .value_name("N")
                .default_value("60")
                .value_parser(at_least_one)
                .help("How long each web server is loaded by each number of clients"),
            Arg::new("out")
                .long("out")
                .value_name("DIRECTORY")
                .default_value("bench-results")
                .value_parser(value_parser!(PathBuf))
                .help("Where bench.md, bench.json and phases.svg go"),
            Arg::new("only")
                .long("only")
                .value_name("PART")
                .action(ArgAction::Append)
                .help("Measure this part and others named so: a machine by its name, memory, throughput, vm, rebuild"),
        ])
}

/// Of an argument that is required or has a default.
fn value<T: Clone + Send + Sync + 'static>(
    matches: &mut ArgMatches,
    name: &str,
) -> Result<T, clap::Error> {
    matches
        .remove_one(name)
        .ok_or_else(|| command().error(ErrorKind::MissingRequiredArgument, name))
}

fn at_least_one(text: &str) -> Result<u64, &'static str> {
    match text.parse() {
        Ok(number) if number > 0 => Ok(number),
        _ => Err("not a whole number of at least 1"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(words: &str) -> Result<Options, clap::Error> {
        Options::parse(std::iter::once("bench").chain(words.split_whitespace()))
    }

    #[test]
    fn everything_is_wanted_unless_something_is() {
        let all = parse("plan").unwrap();
        assert!(all.wants("memory") && all.wants("vm"));
        assert_eq!((all.runs, all.seconds), (5, 60));
        let one = parse("plan --only vm --runs 2").unwrap();
        assert!(one.wants("vm") && !one.wants("memory"));
        assert_eq!(one.runs, 2);
    }

    #[test]
    fn the_last_of_an_option_counts_and_every_part() {
        let options = parse("plan --runs 2 --only vm --only memory --runs 3").unwrap();
        assert_eq!(options.runs, 3);
        assert!(options.wants("vm") && options.wants("memory") && !options.wants("rebuild"));
    }

    #[test]
    fn a_wrong_option_is_reported_with_what_it_takes() {
        for (words, part) in [
            (
                "plan --runs 0",
                "invalid value '0' for '--runs <N>': not a whole number of at least 1",
            ),
            (
                "plan --seconds x",
                "invalid value 'x' for '--seconds <N>': not a whole number",
            ),
            ("plan --out", "a value is required for '--out <DIRECTORY>'"),
            ("plan --fast", "unexpected argument '--fast'"),
        ] {
            let error = parse(words).unwrap_err();
            assert_eq!(error.exit_code(), 2, "{words}");
            let error = error.to_string();
            assert!(error.contains(part), "{words}: {error}");
        }
    }

    #[test]
    fn help_names_every_option_and_its_default() {
        let help = parse("--help").unwrap_err();
        assert_eq!(help.exit_code(), 0);
        let help = help.to_string();
        for part in [
            "nix run .#bench -- [--runs N]",
            "--runs <N>",
            "[default: 5]",
            "--seconds <N>",
            "[default: 60]",
            "--out <DIRECTORY>",
            "[default: bench-results]",
            "--only <PART>",
            "The exit status is 1 if a budget is\nmissed",
        ] {
            assert!(help.contains(part), "{part} in\n{help}");
        }
        assert!(!help.contains("plan"), "{help}");
    }
}
