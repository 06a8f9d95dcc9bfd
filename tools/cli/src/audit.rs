//! What every byte of an image is, and where it is from.

pub mod explain;
pub mod report;
pub mod text;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use formats::image::Image;
use formats::iso9660::descriptors::why_not;
use provenance::closure::Closure;
use provenance::json;
use provenance::origin::Provenance;
use scratchmachine::Error;

use crate::{input, output, progress};

#[derive(Debug, clap::Args)]
pub struct Options {
    /// The ISO image; without it, the one that the provenance describes
    pub image: Option<PathBuf>,
    /// What the image is made of, as `nix build .#provenance` writes it
    #[arg(long, value_name = "FILE", env = "SCRATCHMACHINE_PROVENANCE")]
    pub provenance: PathBuf,
    /// All that its build can reach, as `nix build .#closure` writes it
    #[arg(long, value_name = "FILE", env = "SCRATCHMACHINE_CLOSURE")]
    pub closure: PathBuf,
    /// The report as JSON
    #[arg(long)]
    pub json: bool,
}

/// Report on an image: success if all bytes are accounted for.
///
/// # Errors
/// There is no report: something can't be read, or is not a sound ISO image.
pub fn run(options: &Options) -> Result<ExitCode, Error> {
    let facts = |cause| Error::new("read the facts", cause);
    let provenance: Provenance = json::read(&options.provenance).map_err(facts)?;
    let closure: Closure = json::read(&options.closure).map_err(facts)?;
    let own = Path::new(&provenance.image.path);
    let path = options.image.as_deref().unwrap_or(own);
    let name = input::shown(path);
    let progress = progress::show(&format!("reading {name}"));
    let wrong = |cause: String| Error::new(format!("read {name}"), cause);

    let bytes = input::image(path)?;
    if let Some(why) = why_not(&bytes) {
        return Err(wrong(format!("it is not an ISO image: {why}")));
    }
    let image = Image::parse(&bytes).map_err(|error| {
        wrong(format!("it is not a sound ISO image: {error}")).advise("ask verify what differs")
    })?;
    let report = explain::report(&name, &image, &provenance, &closure);
    let text = match options.json {
        true => {
            serde_json::to_string_pretty(&report)
                .map_err(|cause| Error::new("write the report", cause))?
                + "\n"
        }
        false => text::write(&report),
    };
    drop(progress);
    output::print(text).map_err(|cause| Error::new("write the report", cause))?;
    Ok(ExitCode::from(u8::from(!report.problems.is_empty())))
}
