//! Puts settings over a machine's ISO as a layer, takes them away again, shows which there are. What is below the layer
//! never changes by a byte.

mod image;
mod settings;

use crate::{output, progress, replace};
use formats::{settings_layer, sha256};
use image::Image;
use scratchmachine::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Debug, PartialEq, Eq, clap::Args)]
pub struct Options {
    /// The ISO image
    image: PathBuf,
    /// A setting, as in docs/reference/settings.md
    #[arg(value_name = "KEY=VALUE", conflicts_with = "show")]
    settings: Vec<String>,
    /// Where the configured image goes; it may be IMAGE itself
    #[arg(
        short,
        long,
        value_name = "FILE",
        required_unless_present = "show",
        conflicts_with = "show"
    )]
    output: Option<PathBuf>,
    /// Show the image's identity, the hash of what is below and of the settings, and the settings
    #[arg(long)]
    show: bool,
    /// What is shown, as JSON
    #[arg(long)]
    json: bool,
}

/// # Errors
/// All that is wrong with the settings, or what failed.
pub fn run(options: &Options) -> Result<ExitCode, Vec<String>> {
    let told = |error: Error| vec![error.to_string()];
    let progress = progress::show(&format!("reading {}", options.image.display()));
    let image = Image::open(&options.image).map_err(told)?;
    let shown = match &options.output {
        None => image,
        Some(output) => {
            let text = settings::text_of(&options.settings, &image.command_line)?;
            let layer = settings_layer::encode(&text, image.layer().len())
                .map_err(|error| vec![why(error)])?;
            replace::replace(output, |out| image.write(&layer, out)).map_err(told)?;
            Image::open(output).map_err(told)?
        }
    };
    let path = options.output.as_ref().unwrap_or(&options.image);
    let text = describe(shown, path, options.json).map_err(told)?;
    drop(progress);
    output::print(text).map_err(|error| vec![error])?;
    Ok(ExitCode::SUCCESS)
}

/// What `--show` shows.
fn describe(image: Image, path: &Path, as_json: bool) -> Result<String, Error> {
    let text = settings_layer::decode(image.layer());
    let text = text.map_err(|error| Error::new(format!("read {}", path.display()), why(error)))?;
    let text = settings_layer::without_values(&text);
    let configuration = (!text.is_empty()).then(|| sha256::hex(text.as_bytes()));
    let identity = image.identity.clone();
    let base = image.hash_of_base();
    if as_json {
        let settings: Vec<&str> = text.lines().collect();
        let shown = serde_json::json!({
            "image": identity,
            "base": { "sha256": base },
            "configuration": configuration.map(|sha256| serde_json::json!({ "sha256": sha256 })),
            "settings": settings,
        });
        return Ok(format!("{shown:#}\n"));
    }
    let configuration =
        configuration.map_or_else(|| "none".to_owned(), |it| format!("sha256 {it}"));
    Ok(format!(
        "image: {identity}\nbase: sha256 {base}\nconfiguration: {configuration}\n{text}"
    ))
}

fn why(error: settings_layer::Error) -> String {
    match error {
        settings_layer::Error::TooLong {
            needed,
            available: room,
        } => {
            format!(
                "the settings take {needed} bytes, and the image has room for {room}: build some of them in"
            )
        }
        settings_layer::Error::Foreign => {
            "where settings belong is something else: configure it again, or distrust it".into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;
    use clap::error::ErrorKind;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        options: Options,
    }

    fn options(arguments: &str) -> Result<Options, clap::Error> {
        let arguments = ["configure"]
            .into_iter()
            .chain(arguments.split_whitespace());
        Line::try_parse_from(arguments).map(|line| line.options)
    }

    #[test]
    fn words_and_options_come_in_any_order() {
        let wanted = Options {
            image: "in.iso".into(),
            settings: vec!["ip=off".into(), "panic=1".into()],
            output: Some("out.iso".into()),
            show: false,
            json: false,
        };
        for arguments in [
            "in.iso ip=off panic=1 -o out.iso",
            "-o out.iso in.iso ip=off panic=1",
            "in.iso ip=off --output out.iso panic=1",
        ] {
            assert_eq!(options(arguments).unwrap(), wanted, "{arguments}");
        }
        let show = options("--show in.iso").unwrap();
        assert!(show.show && show.output.is_none(), "{show:?}");
        let help = options("in.iso --help").unwrap_err();
        assert_eq!(help.kind(), ErrorKind::DisplayHelp);
    }

    #[test]
    fn arguments_that_make_no_sense_are_errors_that_say_why() {
        for (arguments, cause) in [
            ("", "<IMAGE>"),
            ("in.iso ip=off", "--output <FILE>"),
            ("in.iso -o", "a value is required for '--output <FILE>'"),
            (
                "in.iso -o a -o b",
                "--output <FILE>' cannot be used multiple times",
            ),
            ("--show in.iso -o out.iso", "cannot be used with"),
            ("--show in.iso ip=off", "cannot be used with"),
            ("--frob in.iso", "unexpected argument '--frob'"),
        ] {
            let error = options(arguments).expect_err(arguments).to_string();
            assert!(error.contains(cause), "{arguments}: {error}");
        }
    }
}
