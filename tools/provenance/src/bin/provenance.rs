//! `provenance FACTS`: Nix's facts about an image, completed by a look at the files that they name, as JSON.

use std::process::ExitCode;

use provenance::facts::{Facts, complete};
use provenance::json;

fn main() -> ExitCode {
    let result = std::env::args()
        .nth(1)
        .ok_or_else(|| String::from("usage: provenance FACTS.json"))
        .and_then(json::read::<Facts>)
        .and_then(complete)
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
