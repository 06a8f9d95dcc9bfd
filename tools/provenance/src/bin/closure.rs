//! `closure FACTS`: all that the build of a derivation can reach, as JSON.

use std::process::ExitCode;

use provenance::closure::{Facts, complete};
use provenance::json;

fn main() -> ExitCode {
    let result = std::env::args()
        .nth(1)
        .ok_or_else(|| String::from("usage: closure FACTS.json"))
        .and_then(json::read::<Facts>)
        .and_then(|facts| {
            complete(&facts, |path| {
                std::fs::read_to_string(path).map_err(|error| format!("can't read {path}: {error}"))
            })
        })
        .and_then(|closure| {
            serde_json::to_string_pretty(&closure).map_err(|error| error.to_string())
        });
    match result {
        Ok(json) => {
            println!("{json}");
            ExitCode::SUCCESS
        }
        Err(why) => {
            eprintln!("closure: {why}");
            ExitCode::FAILURE
        }
    }
}
