//! `verify OURS FILE`: is FILE the image that this checkout describes, and if not, what differs? OURS comes from
//! `nix run .#verify`.

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use audit::differences::{Difference, compare, is_no_iso};
use audit::image::Image;
use audit::layer::Layer;
use audit::names::shown;
use audit::{file, layer, sha256, text};

const USAGE: &str = "usage: verify FILE.iso

Compares FILE.iso with the image that this checkout describes.
Exit status 0: they are the same, but for settings that `configure` put over it, which are told;
1: they differ, each difference is told; 2: FILE.iso can't be read, or is no ISO image.";

fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    if arguments.iter().any(|argument| argument == "--help") {
        println!("{USAGE}");
        return ExitCode::SUCCESS;
    }
    let [ours, theirs] = arguments.as_slice() else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    match run(Path::new(ours), Path::new(theirs)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(why) => {
            eprintln!("verify: {why}");
            ExitCode::from(2)
        }
    }
}

/// Are they the same?
fn run(ours: &Path, theirs: &Path) -> Result<bool, String> {
    let expected = file::image(ours)?;
    let mut bytes = file::image(theirs)?;
    let name = shown(theirs.as_os_str().as_encoded_bytes());
    let image = Image::read(&expected).map_err(|error| format!("{}: {error}", ours.display()))?;
    if let Some(why) = is_no_iso(&expected, &bytes) {
        return Err(format!("{name} is no ISO image: {why}"));
    }
    if bytes == expected {
        let sha256 = sha256(&bytes);
        text::print(&format!(
            "{name} is the image that this checkout describes, bit for bit.\nSHA-256 {sha256}\n"
        ))?;
        return Ok(true);
    }
    let whole = sha256(&bytes);
    if let Some(layer) = Image::read(&bytes).ok().as_ref().and_then(layer::over) {
        let room = bytes[layer.room.clone()].to_vec();
        bytes[layer.room.clone()].fill(0);
        if bytes == expected {
            text::print(&with_settings(&name, &sha256(&bytes), &layer))?;
            return Ok(true);
        }
        bytes[layer.room].copy_from_slice(&room);
    }
    text::print(&format!(
        "{name} is not the image that this checkout describes.\nSHA-256 {whole} instead of {}\n\n{}",
        sha256(&expected),
        table(&compare(&image, &bytes))
    ))?;
    Ok(false)
}

fn with_settings(name: &str, base: &str, layer: &Layer) -> String {
    let mut text = format!(
        "{name} is the image that this checkout describes, bit for bit, with settings put over it.\n\
         SHA-256 {base} of the image\n\
         SHA-256 {} of the settings, which are no part of it:\n",
        sha256(layer.text.as_bytes())
    );
    for line in layer.text.lines() {
        text += &format!("  {line:?}\n");
    }
    text
}

fn table(differences: &[Difference]) -> String {
    let rows: Vec<Vec<String>> = differences
        .iter()
        .map(|difference| {
            vec![
                format!("{:#09x}", difference.offset),
                difference.part.clone(),
                difference.explanation.clone(),
            ]
        })
        .collect();
    text::table(&rows, &[])
}
