//! An image as a file for a hypervisor or a cloud.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use export::{Disk, FORMATS, File, Format, Payload, Writer};
use formats::image::{Image, PartKind};
use formats::iso9660::descriptors::why_not;
use formats::{gpt, hybrid, mbr};
use scratchmachine::Error;

use crate::microvm::Microvm;
use crate::{input, progress, replace};

#[derive(Debug, clap::Args)]
pub struct Options {
    /// The ISO image; for Firecracker and Cloud Hypervisor a microvm's directory
    image: PathBuf,
    /// What to make of it
    #[arg(short, long, value_parser = names())]
    format: String,
    /// Where it goes, which must not exist yet [default: in this directory, named after the image]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Give the disk a GPT instead of the partition table that every BIOS knows
    #[arg(long)]
    gpt: bool,
    /// systemd's stub for UEFI, of which a uki is made: linuxx64.efi.stub
    #[arg(long, value_name = "FILE", env = "SCRATCHMACHINE_STUB")]
    stub: Option<PathBuf>,
}

fn names() -> clap::builder::PossibleValuesParser {
    let values = FORMATS
        .iter()
        .map(|it| clap::builder::PossibleValue::new(it.name).help(it.what));
    clap::builder::PossibleValuesParser::new(values)
}

/// # Errors
/// The image can't be read or is not ours, or the output exists or can't be written: then nothing of it is there.
pub fn run(options: &Options) -> Result<ExitCode, Error> {
    let named = FORMATS.iter().find(|it| it.name == options.format);
    // clap takes no other
    let format = named.ok_or_else(|| Error::new("export", "unknown format"))?;
    let path = &options.image;
    if options.gpt && !matches!(format.writer, Writer::Disk(_)) {
        return Err(Error::new(
            format!("export as {}", format.name),
            "only a disk has a GPT",
        )
        .advise("leave --gpt out, or take the format of a disk"));
    }
    let _progress = progress::show(&format!("exporting {}", input::shown(path)));
    if let Writer::Microvm(files) = format.writer {
        let payload = microvm(path)?;
        let output = output(options, format, "machine")?;
        directory(&files(&payload), &output)?;
        return Ok(ExitCode::SUCCESS);
    }

    let wrong = |cause: String| Error::new(format!("read {}", input::shown(path)), cause);
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
    let payload = || {
        Payload::of_image(&image)
            .ok_or_else(|| wrong("it has no kernel, initramfs or configuration of isolinux".into()))
    };
    let stem = path.file_stem().and_then(|it| it.to_str());
    let machine = stem.filter(|it| is_plain(it)).unwrap_or("machine");
    let output = output(options, format, machine)?;
    match format.writer {
        Writer::Disk(write) => {
            let with_gpt = options.gpt.then(|| with_gpt(&bytes)).transpose();
            let with_gpt = with_gpt.map_err(|error| wrong(error.to_string()))?;
            let disk = Disk::new(with_gpt.as_ref().unwrap_or(&bytes), machine);
            replace::replace(&output, |out| {
                write(&disk, out)?;
                out.flush()
            })?;
        }
        Writer::Stub(write) => {
            let stub = stub(options)?;
            let written = write(&payload()?, machine, &stub.bytes).map_err(|error| {
                Error::new(format!("read {}", stub.name), error)
                    .advise("give systemd's linuxx64.efi.stub")
            })?;
            replace::replace(&output, |out| out.write_all(&written))?;
        }
        Writer::Directory(files) | Writer::Microvm(files) => {
            directory(&files(&payload()?), &output)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The image as a disk of whole megabytes, with a GPT at both ends.
fn with_gpt(image: &[u8]) -> formats::error::Result<Vec<u8>> {
    let size = image.len() + gpt::SECTORS * mbr::SECTOR;
    let mut disk = image.to_vec();
    disk.resize(size.next_multiple_of(export::MEGABYTE), 0);
    hybrid::add_gpt(&mut disk)?;
    Ok(disk)
}

/// Where the format goes: nowhere that something is already.
fn output(options: &Options, format: &Format, machine: &str) -> Result<PathBuf, Error> {
    let default = || PathBuf::from(format!("{machine}.{}", format.extension));
    let output = options.output.clone().unwrap_or_else(default);
    if output.symlink_metadata().is_ok() {
        return Err(
            Error::new(format!("write {}", input::shown(&output)), "it exists")
                .advise("remove it, or name another one with -o"),
        );
    }
    Ok(output)
}

/// Names that need no quotes anywhere.
fn is_plain(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    !name.is_empty() && name.len() <= 60 && name.bytes().all(plain)
}

fn microvm(path: &Path) -> Result<Payload, Error> {
    let failed = |path: &Path, cause| Error::new(format!("read {}", input::shown(path)), cause);
    let is_directory = fs::metadata(path)
        .map_err(|cause| failed(path, cause))?
        .is_dir();
    if !is_directory {
        let cause = "its kernel is started by firmware only";
        return Err(Error::new(format!("read {}", input::shown(path)), cause)
            .advise("give the directory that `nix build .#microvmImage` makes"));
    }
    let microvm = Microvm::find(path).map_err(|cause| Error::new("find a microvm", cause))?;
    let read = |path: &Path| fs::read(path).map_err(|cause| failed(path, cause));
    Ok(Payload {
        kernel: read(&microvm.kernel)?,
        initrd: read(&microvm.initrd)?,
        command_line: microvm.command_line,
    })
}

struct Stub {
    name: String,
    bytes: Vec<u8>,
}

fn stub(options: &Options) -> Result<Stub, Error> {
    let path = options.stub.as_deref().ok_or_else(|| {
        Error::new("write a uki", "it needs systemd's stub for UEFI").advise(
            "add --stub linuxx64.efi.stub, which Debian has in systemd-boot-efi and nixpkgs in systemd",
        )
    })?;
    let name = input::shown(path);
    let bytes = fs::read(path).map_err(|cause| Error::new(format!("read {name}"), cause))?;
    Ok(Stub { name, bytes })
}

/// A directory, which is there with all of its files or not at all.
fn directory(files: &[File], output: &Path) -> Result<(), Error> {
    let mut beside = output.as_os_str().to_owned();
    beside.push(format!(".{}", std::process::id()));
    let beside = PathBuf::from(beside);
    let write = || {
        fs::create_dir(&beside)?;
        for file in files {
            fs::write(beside.join(file.name), &file.bytes)?;
        }
        fs::rename(&beside, output)
    };
    write().map_err(|cause| {
        let _ = fs::remove_dir_all(&beside);
        Error::new(format!("write {}", input::shown(output)), cause)
    })
}
