//! An image as a file for a hypervisor or a cloud.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use export::{Disk, FORMATS};
use formats::hybrid;
use formats::image::{Image, PartKind};
use formats::iso9660::descriptors::why_not;
use formats::isolinux;
use scratchmachine::Error;

use crate::{input, progress, replace};

/// Not a single file.
const NETBOOT: &str = "netboot";

#[derive(Debug, clap::Args)]
pub struct Options {
    /// The image
    image: PathBuf,
    /// What to make of it
    #[arg(short, long, value_parser = names())]
    format: String,
    /// Where it goes, which must not exist yet; without it, beside nothing else in this directory, named after the image
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

fn names() -> clap::builder::PossibleValuesParser {
    let values = FORMATS
        .iter()
        .map(|it| clap::builder::PossibleValue::new(it.name).help(it.what));
    let netboot = clap::builder::PossibleValue::new(NETBOOT)
        .help("a directory: kernel, initramfs and a script for iPXE");
    clap::builder::PossibleValuesParser::new(values.chain([netboot]))
}

/// # Errors
/// The image can't be read or is not ours, or the output exists or can't be written: then nothing of it is there.
pub fn run(options: &Options) -> Result<ExitCode, Error> {
    let path = &options.image;
    let name = input::shown(path);
    let wrong = |cause: String| Error::new(format!("read {name}"), cause);

    let progress = progress::show(&format!("exporting {name}"));
    let bytes = input::image(path)?;
    if let Some(why) = why_not(&bytes) {
        return Err(wrong(format!("it is not an image of ours: {why}")));
    }
    let image = Image::parse(&bytes)
        .map_err(|error| wrong(format!("it is damaged: {error}")).advise("build it again"))?;
    let is_disk = |kind: &PartKind| matches!(kind, PartKind::Hybrid(hybrid::Kind::BootSector));
    if !image.parts.iter().any(|part| is_disk(&part.kind)) {
        return Err(wrong("it does not boot from a disk".into())
            .advise("give an image that mkMachine made, or build it again"));
    }
    let stem = path.file_stem().and_then(|it| it.to_str());
    let machine = stem.filter(|it| is_plain(it)).unwrap_or("machine");
    let format = FORMATS.iter().find(|it| it.name == options.format);
    let extension = format.map_or(NETBOOT, |it| it.extension);
    let default = || PathBuf::from(format!("{machine}.{extension}"));
    let output = options.output.clone().unwrap_or_else(default);
    if output.symlink_metadata().is_ok() {
        return Err(
            Error::new(format!("write {}", input::shown(&output)), "it exists")
                .advise("remove it, or name another one with -o"),
        );
    }
    match format {
        Some(format) => {
            let disk = Disk::new(&bytes, machine);
            replace::replace(&output, |out| {
                format.write(&disk, out)?;
                out.flush()
            })?;
        }
        None => netboot(&image, &output)?,
    }
    drop(progress);
    Ok(ExitCode::SUCCESS)
}

/// Names that need no quotes anywhere.
fn is_plain(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    !name.is_empty() && name.len() <= 60 && name.bytes().all(plain)
}

/// A directory, which is there with all of its files or not at all.
fn netboot(image: &Image, output: &Path) -> Result<(), Error> {
    let configuration = image.file(isolinux::PATH).unwrap_or_default();
    let configuration = String::from_utf8_lossy(configuration);
    let files = export::netboot(image, isolinux::command_line(&configuration));
    let doing = format!("write {}", input::shown(output));
    let files = files.ok_or_else(|| Error::new(&doing, "the image has no kernel or initramfs"))?;
    let mut beside = output.as_os_str().to_owned();
    beside.push(format!(".{}", std::process::id()));
    let beside = PathBuf::from(beside);
    let write = || {
        fs::create_dir(&beside)?;
        for file in &files {
            fs::write(beside.join(file.name), &file.bytes)?;
        }
        fs::rename(&beside, output)
    };
    write().map_err(|cause| {
        let _ = fs::remove_dir_all(&beside);
        Error::new(doing, cause)
    })
}
