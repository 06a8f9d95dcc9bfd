//! Is a file the image that it should be, and if not, what differs?

mod archive;
mod boot_loader;
mod byte_ranges;
pub mod difference;
mod el_torito;
mod fields;
mod file;
mod hybrid;
pub mod image;
mod iso9660;
mod kernel;
mod pairing;
mod part;
pub mod report;
mod settings;
mod text;

use std::path::PathBuf;
use std::process::ExitCode;

use formats::image::Image;
use formats::{settings_layer, sha256};
use report::{LayerReport, Report};
use scratchmachine::Error;

use crate::{input, output, progress};

#[derive(Debug, clap::Args)]
pub struct Options {
    /// The ISO image to be checked
    pub image: PathBuf,
    /// The image that it should be
    #[arg(long, value_name = "FILE", env = "SCRATCHMACHINE_IMAGE")]
    pub reference: PathBuf,
    /// The result as JSON
    #[arg(long)]
    pub json: bool,
}

/// Report on an image: success if it is the reference, with settings put over it or without.
///
/// # Errors
/// There is no report: something can't be read, or is not an ISO image.
pub fn run(options: &Options) -> Result<ExitCode, Error> {
    let (path, reference_path) = (&options.image, &options.reference);
    let name = input::shown(path);
    let progress = progress::show(&format!("comparing {name}"));
    let expected = input::image(reference_path)?;
    let bytes = input::image(path)?;
    let reference = Image::parse(&expected).map_err(|error| {
        Error::new(format!("read {}", input::shown(reference_path)), error)
            .advise("give the image that a build made")
    })?;
    if let Some(why) = image::why_not(&expected, &bytes) {
        return Err(Error::new(
            format!("read {name}"),
            format!("it is not an ISO image: {why}"),
        ));
    }
    let report = compare(&name, &reference, &bytes);
    let text = match options.json {
        true => {
            serde_json::to_string_pretty(&report)
                .map_err(|cause| Error::new("write the report", cause))?
                + "\n"
        }
        false => report::text(&report),
    };
    drop(progress);
    output::print(text).map_err(|cause| Error::new("write the report", cause))?;
    Ok(ExitCode::from(u8::from(!report.identical)))
}

fn compare(name: &str, reference: &Image, bytes: &[u8]) -> Report {
    let image = Image::parse(bytes).ok();
    let layer = image.as_ref().and_then(settings_layer::find);
    let layer = match (image, layer) {
        // over another image they are one difference among others
        (Some(image), Some(layer))
            if settings_layer::without(&image, &layer) == reference.bytes =>
        {
            Some(LayerReport::new(&layer))
        }
        _ => None,
    };
    let differences = match layer {
        Some(_) => Vec::new(),
        None => image::compare(reference, bytes),
    };
    Report {
        file: name.to_owned(),
        sha256: sha256::hex(bytes),
        reference_sha256: sha256::hex(reference.bytes),
        identical: differences.is_empty(),
        layer,
        differences,
    }
}
