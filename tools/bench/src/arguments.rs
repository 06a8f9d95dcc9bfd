//! What the user wants.

use crate::plan::Plan;
use std::path::PathBuf;

pub const USAGE: &str = "\
Measure machines side by side, and hold ours against its budgets.

usage: nix run .#bench -- [--runs N] [--seconds N] [--out DIRECTORY] [--only PART]…

  --runs N         how often each machine is booted (default: 5)
  --seconds N      how long each web server is loaded by so many clients (default: 60)
  --out DIRECTORY  where bench.md, bench.json and phases.svg go (default: bench-results)
  --only PART      this alone, and whatever else is asked for so: the name of a machine, memory, throughput, vm, rebuild
  --help           this text

The second run of the vm and the rebuild are those of the checkout that this is called in. The exit status is 1 if a
budget is not met, 2 if something could not be measured.
";

const PARTS: [&str; 4] = ["memory", "throughput", "vm", "rebuild"];

#[derive(Debug)]
pub struct Arguments {
    pub plan: PathBuf,
    pub runs: usize,
    pub seconds: u64,
    pub out: PathBuf,
    only: Vec<String>,
}

impl Arguments {
    /// None where help is asked for. The first is the plan, which the runner gives.
    pub fn parse(mut words: impl Iterator<Item = String>) -> Result<Option<Arguments>, String> {
        let plan = words.next().ok_or("the plan is missing")?.into();
        let mut arguments = Arguments {
            plan,
            runs: 5,
            seconds: 60,
            out: "bench-results".into(),
            only: vec![],
        };
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or(format!("{word} takes a value"));
            match word.as_str() {
                "--help" => return Ok(None),
                "--runs" => arguments.runs = number(&word, &value()?)? as usize,
                "--seconds" => arguments.seconds = number(&word, &value()?)?,
                "--out" => arguments.out = value()?.into(),
                "--only" => arguments.only.push(value()?),
                _ => return Err(format!("there is no option '{word}'")),
            }
        }
        Ok(Some(arguments))
    }

    /// Whether there is all that it is limited to.
    pub fn check(&self, plan: &Plan) -> Result<(), String> {
        let names = || {
            let machines = plan.machines.iter().map(|machine| machine.name.as_str());
            machines.chain(PARTS)
        };
        match self.only.iter().find(|it| !names().any(|name| name == *it)) {
            None => Ok(()),
            Some(unknown) => Err(format!(
                "--only {unknown}: there are {}",
                names().collect::<Vec<_>>().join(", ")
            )),
        }
    }

    pub fn wants(&self, part: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|it| it == part)
    }
}

fn number(option: &str, value: &str) -> Result<u64, String> {
    match value.parse() {
        Ok(number) if number > 0 => Ok(number),
        _ => Err(format!("{option} takes a number from 1, not '{value}'")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(words: &str) -> Result<Option<Arguments>, String> {
        Arguments::parse(words.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn everything_is_wanted_unless_something_is() {
        let all = parse("plan").unwrap().unwrap();
        assert!(all.wants("memory") && all.wants("vm"));
        assert_eq!((all.runs, all.seconds), (5, 60));
        let one = parse("plan --only vm --runs 2").unwrap().unwrap();
        assert!(one.wants("vm") && !one.wants("memory"));
        assert_eq!(one.runs, 2);
    }

    #[test]
    fn what_makes_no_sense_is_told() {
        for (words, part) in [
            ("plan --runs 0", "--runs takes a number from 1, not '0'"),
            ("plan --seconds x", "--seconds takes a number from 1"),
            ("plan --out", "--out takes a value"),
            ("plan --fast", "no option '--fast'"),
        ] {
            let error = parse(words).unwrap_err();
            assert!(error.contains(part), "{words}: {error}");
        }
    }
}
