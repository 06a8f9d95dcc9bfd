//! `nixfmt [--check] FILE…`: format Nix files in place, or say which are not formatted.

use std::process::ExitCode;

fn main() -> ExitCode {
    let (options, files): (Vec<String>, Vec<String>) = std::env::args()
        .skip(1)
        .partition(|argument| argument.starts_with("--"));
    let check = match options.as_slice() {
        [] => false,
        [option] if option == "--check" => true,
        _ => {
            eprintln!("usage: nixfmt [--check] FILE…");
            return ExitCode::FAILURE;
        }
    };
    let mut code = ExitCode::SUCCESS;
    for file in &files {
        if let Err(message) = treat(file, check) {
            eprintln!("{file}: {message}");
            code = ExitCode::FAILURE;
        }
    }
    code
}

fn treat(file: &str, check: bool) -> Result<(), String> {
    let source = std::fs::read_to_string(file).map_err(|error| error.to_string())?;
    let formatted = nixfmt_rs::format(&source)
        .map_err(|error| nixfmt_rs::format_error(&source, Some(file), &error))?;
    if formatted == source {
        Ok(())
    } else if check {
        Err("not formatted".into())
    } else {
        std::fs::write(file, formatted).map_err(|error| error.to_string())
    }
}
