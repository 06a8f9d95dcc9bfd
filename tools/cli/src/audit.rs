//! `audit PROVENANCE CLOSURE [ISO] [--json]`: what every byte of an image is, and where it is from. The first two
//! come from `nix run .#audit`.

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use audit::closure::Closure;
use audit::differences::is_no_iso;
use audit::image::Image;
use audit::names::shown;
use audit::provenance::Provenance;
use audit::{file, report, text};

const USAGE: &str = "usage: audit [ISO] [--json]

Says what every byte of an image is and where it is from: the image that this checkout describes, or ISO.
Exit status 0: all bytes are accounted for; 1: some are not; 2: ISO can't be read.";

fn main() -> ExitCode {
    let (mut facts, mut options) = (Vec::new(), Vec::new());
    for argument in std::env::args_os().skip(1) {
        match argument.as_encoded_bytes().starts_with(b"--") {
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

fn run(facts: &[OsString], json: bool) -> Result<bool, String> {
    let provenance: Provenance = file::json(&facts[0])?;
    let closure: Closure = file::json(&facts[1])?;
    let own = Path::new(&provenance.image.path);
    let path = facts.get(2).map_or(own, Path::new);
    let bytes = file::image(path)?;
    let name = shown(path.as_os_str().as_encoded_bytes());
    if let Some(why) = is_no_iso(&[], &bytes) {
        return Err(format!("{name} is no ISO image: {why}"));
    }
    let image =
        Image::read(&bytes).map_err(|error| format!("{name} is no sound ISO image: {error}"))?;
    let report = report::audit(&name, &image, &provenance, &closure);
    let text = match json {
        true => serde_json::to_string_pretty(&report).map_err(|error| error.to_string())? + "\n",
        false => text::write(&report),
    };
    text::print(&text)?;
    Ok(report.problems.is_empty())
}
