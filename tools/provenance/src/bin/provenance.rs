//! `provenance FACTS [closure-PROGRAM…]`: Nix's facts about an image, completed by a look at the files that they name and
//! at what comes along with programs, as JSON.

use std::process::ExitCode;

use provenance::facts::{Facts, complete};
use provenance::json;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let facts = arguments
        .next()
        .ok_or_else(|| String::from("usage: provenance FACTS.json [closure-PROGRAM...]"));
    let result = facts
        .and_then(json::read::<Facts>)
        .and_then(|facts| complete(facts, &arguments.collect::<Vec<_>>()))
        .and_then(|provenance| {
            serde_json::to_string_pretty(&provenance).map_err(|error| error.to_string())
        });
    match result {
        Ok(json) => {
            println!("{json}");
            ExitCode::SUCCESS
        }
        Err(why) => {
            eprintln!("provenance: {why}");
            ExitCode::FAILURE
        }
    }
}
