//! Writes an image of its parts: an ISO that boots under a BIOS and under UEFI, from a CD and from a disk.

use std::collections::HashMap;
use std::env;
use std::fs;
use std::process::ExitCode;

use formats::assembly::{self, Parts};
use formats::iso9660::writer::Label;

const FILES: [&str; 7] = [
    "kernel",
    "initrd",
    "loader",
    "library",
    "configuration",
    "boot-code",
    "program",
];

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("image: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<(), String> {
    let usage = || format!("usage: image IDENTITY OUTPUT {}=FILE", FILES.join("=FILE "));
    let [identity, output, files @ ..] = arguments else {
        return Err(usage());
    };
    let mut given = HashMap::new();
    for file in files {
        let (name, path) = file.split_once('=').ok_or_else(usage)?;
        let bytes = fs::read(path).map_err(|error| format!("read {path}: {error}"))?;
        given.insert(name, bytes);
    }
    if given.len() != FILES.len() {
        return Err(usage());
    }
    let part = |name: &str| given.get(name).map(Vec::as_slice).ok_or_else(usage);
    // reproducible-builds.org/specs/source-date-epoch
    let epoch = env::var("SOURCE_DATE_EPOCH").map_err(|_| "SOURCE_DATE_EPOCH is not set")?;
    let parts = Parts {
        label: Label {
            name: "SCRATCHMACHINE",
            application: &format!("scratchmachine {identity}"),
            time: epoch
                .parse()
                .map_err(|error| format!("SOURCE_DATE_EPOCH={epoch}: {error}"))?,
        },
        kernel: part("kernel")?,
        initrd: part("initrd")?,
        loader: part("loader")?,
        library: part("library")?,
        configuration: part("configuration")?,
        boot_code: part("boot-code")?,
        program: part("program")?,
    };
    let image = assembly::write(&parts).map_err(|error| format!("write {output}: {error}"))?;
    fs::write(output, image).map_err(|error| format!("write {output}: {error}"))
}
