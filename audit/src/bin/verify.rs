//! `verify OURS FILE`: is FILE the image that this checkout describes, and if not, what differs? OURS comes from
//! `nix run .#verify`.

use std::path::Path;
use std::process::ExitCode;

use audit::differences::{compare, is_no_iso};
use audit::image::Image;
use audit::{file, layer, sha256, text};

const USAGE: &str = "usage: verify FILE.iso

Compares FILE.iso with the image that this checkout describes.
Exit status 0: they are the same, but for settings that `configure` put over it, which are told;
1: they differ, each difference is told; 2: FILE.iso is no ISO image.";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|argument| argument == "--help") {
        println!("{USAGE}");
        return ExitCode::SUCCESS;
    }
    let [ours, theirs] = arguments.as_slice() else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    match run(ours, theirs) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(why) => {
            eprintln!("verify: {why}");
            ExitCode::from(2)
        }
    }
}

fn run(ours: &str, theirs: &str) -> Result<bool, String> {
    let expected = file::image(Path::new(ours))?;
    let bytes = file::image(Path::new(theirs))?;
    let image = Image::read(&expected).map_err(|error| format!("{ours}: {error}"))?;
    if let Some(why) = is_no_iso(&expected, &bytes) {
        return Err(format!("{theirs} is no ISO image: {why}"));
    }
    if let Some(layer) = Image::read(&bytes).ok().as_ref().and_then(layer::over) {
        let mut base = bytes.clone();
        base[layer.room.clone()].fill(0);
        if base == expected {
            println!(
                "{theirs} is the image that this checkout describes, bit for bit, with settings put over it."
            );
            println!("SHA-256 {} of the image", sha256(&base));
            println!(
                "SHA-256 {} of the settings, which are no part of it:",
                sha256(layer.text.as_bytes())
            );
            for line in layer.text.lines() {
                println!("  {line:?}");
            }
            return Ok(true);
        }
    }
    let differences = compare(&image, &bytes);
    if differences.is_empty() {
        println!("{theirs} is the image that this checkout describes, bit for bit.");
        println!("SHA-256 {}", sha256(&bytes));
        return Ok(true);
    }
    println!("{theirs} is not the image that this checkout describes.");
    println!(
        "SHA-256 {} instead of {}\n",
        sha256(&bytes),
        sha256(&expected)
    );
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
    print!("{}", text::table(&rows, &[]));
    Ok(false)
}
