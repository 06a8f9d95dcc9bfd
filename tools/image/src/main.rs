//! Makes a disk that boots under a BIOS and under UEFI of an ISO that xorriso has written, in place.

use std::env;
use std::fs;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("hybrid: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<(), String> {
    let [image, code, program] = arguments else {
        return Err("usage: hybrid IMAGE BOOT-CODE EFI-PROGRAM".into());
    };
    let read = |path: &String| fs::read(path).map_err(|error| format!("read {path}: {error}"));
    let mut bytes = read(image)?;
    formats::hybrid::write(&mut bytes, &read(code)?, &read(program)?)
        .map_err(|error| format!("make a disk of {image}: {error}"))?;
    fs::write(image, bytes).map_err(|error| format!("write {image}: {error}"))
}
