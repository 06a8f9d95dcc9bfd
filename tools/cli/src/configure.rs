//! `configure`: puts settings over a machine's ISO as a layer, takes them away again, says which there are. What is
//! below the layer never changes by a byte.

mod image;
mod settings;

use formats::{settings_layer, sha256};
use image::Image;
use scratchmachine::Error;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const USAGE: &str = "\
Put settings over a machine's ISO, without touching what is below.

usage: nix run .#configure -- IN.iso [KEY=VALUE…] -o OUT.iso
       nix run .#configure -- --show IN.iso

  KEY=VALUE      a setting, as in docs/configuration.md; all that the ISO had before are taken away, so
                 without any the image is again as it was built
  -o, --output   where the configured ISO goes; it may be IN.iso itself
  --show         say the image's identity, the hash of what is below and of the settings, and the settings
  --help         this text
";

#[derive(Debug, PartialEq, Eq)]
enum Task {
    Help,
    Show(PathBuf),
    Configure {
        input: PathBuf,
        words: Vec<String>,
        output: PathBuf,
    },
}

fn main() -> ExitCode {
    let errors = match task(std::env::args_os().skip(1)) {
        Ok(task) => match perform(task) {
            Ok(()) => return ExitCode::SUCCESS,
            Err(errors) => errors,
        },
        Err(error) => vec![format!("{error}: see --help")],
    };
    for error in errors {
        eprintln!("configure: {error}");
    }
    ExitCode::FAILURE
}

fn task(arguments: impl Iterator<Item = OsString>) -> Result<Task, String> {
    let mut arguments = arguments;
    let (mut input, mut output, mut words, mut show) = (None, None, Vec::new(), false);
    while let Some(argument) = arguments.next() {
        match argument.to_str() {
            Some("--help") => return Ok(Task::Help),
            Some("--show") => show = true,
            Some("-o" | "--output") => {
                let path = arguments.next().ok_or("-o takes a file")?;
                if output.replace(PathBuf::from(path)).is_some() {
                    return Err("-o was given twice".into());
                }
            }
            Some(option) if option.starts_with('-') => {
                return Err(format!("there is no option '{option}'"));
            }
            _ if input.is_none() => input = Some(PathBuf::from(argument)),
            Some(word) => words.push(word.to_owned()),
            None => return Err(format!("{argument:?} is not UTF-8")),
        }
    }
    let input = input.ok_or("which ISO?")?;
    match output {
        None if show && words.is_empty() => Ok(Task::Show(input)),
        _ if show => Err("--show takes an ISO and nothing else".into()),
        None => Err("where to? -o is missing".into()),
        Some(output) => Ok(Task::Configure {
            input,
            words,
            output,
        }),
    }
}

fn perform(task: Task) -> Result<(), Vec<String>> {
    let told = |error: Error| vec![error.to_string()];
    match task {
        Task::Help => print!("{USAGE}"),
        Task::Show(path) => print!("{}", describe(&path).map_err(told)?),
        Task::Configure {
            input,
            words,
            output,
        } => {
            let image = Image::open(&input).map_err(told)?;
            let text = settings::text_of(&words, &image.command_line)?;
            let layer = settings_layer::encode(&text, image.layer().len())
                .map_err(|error| vec![why(error)])?;
            replace(&output, |out| image.write(&layer, out)).map_err(told)?;
            print!("{}", describe(&output).map_err(told)?);
        }
    }
    Ok(())
}

/// What `--show` says.
fn describe(path: &Path) -> Result<String, Error> {
    let image = Image::open(path)?;
    let text = settings_layer::decode(image.layer());
    let text = text.map_err(|error| Error::new(format!("read {}", path.display()), why(error)))?;
    let configuration = match text.as_str() {
        "" => "none".to_owned(),
        text => format!("sha256 {}", sha256::hex(text.as_bytes())),
    };
    let identity = image.identity.clone();
    let base = image.hash_of_base();
    Ok(format!(
        "image: {identity}\nbase: sha256 {base}\nconfiguration: {configuration}\n{text}"
    ))
}

fn why(error: settings_layer::Error) -> String {
    match error {
        settings_layer::Error::TooLong { needed, available } => {
            format!(
                "the settings take {needed} bytes, and the image has room for {available}: build some of them in"
            )
        }
        settings_layer::Error::Foreign => {
            "where settings belong is something else: configure it anew, or distrust it".into()
        }
    }
}

/// Write a file as a whole or not at all: beside its place first, so that whoever reads the old one, as this may
/// do itself, never meets half of the new one.
fn replace(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<&File>) -> io::Result<()>,
) -> Result<(), Error> {
    let failed = |cause| Error::new(format!("write {}", path.display()), cause);
    let refused = |cause: &str| {
        Error::new(format!("write {}", path.display()), cause).advise("name another file with -o")
    };
    // where a link leads to, or it would be the link that is replaced
    let place = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let name = place
        .file_name()
        .ok_or_else(|| failed(std::io::ErrorKind::IsADirectory.into()))?;
    // root could put a file in the place of a device, or into what the Nix store holds
    match fs::metadata(&place) {
        Ok(there) if there.is_dir() => return Err(refused("it is a directory")),
        Ok(there) if !there.is_file() => return Err(refused("it is not a regular file")),
        Ok(there) if there.permissions().readonly() => return Err(refused("it is read-only")),
        _ => {}
    }
    let directory = place.parent().filter(|it| !it.as_os_str().is_empty());
    let directory = directory.unwrap_or(Path::new("."));
    if fs::metadata(directory).is_ok_and(|it| it.permissions().readonly()) {
        return Err(refused("its directory is read-only"));
    }
    let mut beside = OsString::from(".");
    beside.push(name);
    beside.push(format!(".{}", std::process::id()));
    let beside = place.with_file_name(beside);
    let file = File::create_new(&beside).map_err(failed)?;
    let written = write(&mut BufWriter::new(&file))
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::rename(&beside, &place));
    if written.is_err() {
        // what is left of it is of no use, and nobody could be told of more than one failure
        let _ = fs::remove_file(&beside);
    }
    written.map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task(arguments: &str) -> Result<Task, String> {
        super::task(arguments.split_whitespace().map(OsString::from))
    }

    #[test]
    fn words_and_options_come_in_any_order() {
        let wanted = Task::Configure {
            input: "in.iso".into(),
            words: vec!["ip=off".into(), "panic=1".into()],
            output: "out.iso".into(),
        };
        for arguments in [
            "in.iso ip=off panic=1 -o out.iso",
            "-o out.iso in.iso ip=off panic=1",
            "in.iso ip=off --output out.iso panic=1",
        ] {
            assert_eq!(task(arguments).as_ref(), Ok(&wanted), "{arguments}");
        }
        assert_eq!(task("--show in.iso"), Ok(Task::Show("in.iso".into())));
        assert_eq!(task("in.iso --help"), Ok(Task::Help));
    }

    #[test]
    fn arguments_that_make_no_sense_are_errors_that_say_why() {
        for (arguments, cause) in [
            ("", "which ISO?"),
            ("in.iso ip=off", "-o is missing"),
            ("in.iso -o", "-o takes a file"),
            ("in.iso -o a -o b", "-o was given twice"),
            ("--show in.iso -o out.iso", "--show takes"),
            ("--show in.iso ip=off", "--show takes"),
            ("--frob in.iso", "no option '--frob'"),
        ] {
            let error = task(arguments).expect_err(arguments);
            assert!(error.contains(cause), "{arguments}: {error}");
        }
    }
}
