//! `audit PROVENANCE CLOSURE [ISO] [--json]`: what every byte of an image is, and where it is from. The first two
//! come from `nix run .#audit`.

use std::path::Path;
use std::process::ExitCode;

use audit::closure::Closure;
use audit::image::Image;
use audit::provenance::Provenance;
use audit::{file, report, text};

const USAGE: &str = "usage: audit [ISO] [--json]

Says what every byte of an image is and where it is from: the image that this checkout describes, or ISO.
Exit status 0: all bytes are accounted for; 1: some are not; 2: ISO can't be read.";

fn main() -> ExitCode {
    let (mut facts, mut options) = (Vec::new(), Vec::new());
    for argument in std::env::args().skip(1) {
        match argument.starts_with("--") {
            true => options.push(argument),
            false => facts.push(argument),
        }
    }
    if options.iter().any(|option| option == "--help") {
        println!("{USAGE}");
        return ExitCode::SUCCESS;
    }
    let json = options == ["--json"];
    if !options.is_empty() && !json || !(2..=3).contains(&facts.len()) {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    }
    match run(&facts, json) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(why) => {
            eprintln!("audit: {why}");
            ExitCode::from(2)
        }
    }
}

fn run(facts: &[String], json: bool) -> Result<bool, String> {
    let provenance: Provenance = file::json(&facts[0])?;
    let closure: Closure = file::json(&facts[1])?;
    let path = facts.get(2).unwrap_or(&provenance.image.path);
    let bytes = file::image(Path::new(path))?;
    let image =
        Image::read(&bytes).map_err(|error| format!("{path} is no sound ISO image: {error}"))?;
    let report = report::audit(path, &image, &provenance, &closure);
    if json {
        let json = serde_json::to_string_pretty(&report).map_err(|error| error.to_string())?;
        println!("{json}");
    } else {
        print!("{}", text::write(&report));
    }
    Ok(report.problems.is_empty())
}
