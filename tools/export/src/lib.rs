//! An image in the formats of hypervisors and clouds.
//!
//! The image is a disk as it is; most formats put that into an envelope. Each is written in one go, from the image alone:
//! where others put the time, a random number or a file's name, there is something that follows from the image's hash, so
//! that the same image gives the same bytes.

mod disk;
mod gce;
mod netboot;
mod oci;
mod ova;
mod qcow2;
mod tar;
mod vhd;
mod vhdx;
mod vmdk;

pub use disk::Disk;
pub use netboot::{File, netboot};

use std::io::{self, Write};

type Writer = fn(&Disk, &mut dyn Write) -> io::Result<()>;

/// A format that is one file.
pub struct Format {
    pub name: &'static str,
    /// How its files' names end.
    pub extension: &'static str,
    pub what: &'static str,
    writer: Writer,
}

pub const FORMATS: [Format; 8] = [
    format(
        "raw",
        "img",
        "a disk as it is: QEMU, dd, OpenStack, EC2's snapshots",
        raw,
    ),
    format(
        "qcow2",
        "qcow2",
        "QEMU, libvirt, Proxmox, OpenStack",
        qcow2::write,
    ),
    format(
        "vmdk",
        "vmdk",
        "stream-optimized: ESXi, vSphere, VirtualBox",
        vmdk::write,
    ),
    format(
        "ova",
        "ova",
        "a whole machine: VirtualBox, vSphere",
        ova::write,
    ),
    format(
        "vhd",
        "vhd",
        "of fixed size: Azure, Hyper-V generation 1",
        vhd::write,
    ),
    format("vhdx", "vhdx", "Hyper-V generation 2", vhdx::write),
    format("gce", "tar.gz", "Google Compute Engine", gce::write),
    format(
        "oci-disk",
        "oci.tar",
        "a disk in a container image: KubeVirt",
        oci::write,
    ),
];

const fn format(
    name: &'static str,
    extension: &'static str,
    what: &'static str,
    writer: Writer,
) -> Format {
    Format {
        name,
        extension,
        what,
        writer,
    }
}

impl Format {
    /// Write the disk in this format.
    ///
    /// # Errors
    /// It can't be written.
    pub fn write(&self, disk: &Disk, out: &mut dyn Write) -> io::Result<()> {
        (self.writer)(disk, out)
    }
}

fn raw(disk: &Disk, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(disk.image)?;
    zeros(disk.size() - disk.image.len(), out)
}

/// So many of them.
fn zeros(count: usize, out: &mut dyn Write) -> io::Result<()> {
    const ZEROS: [u8; 4096] = [0; 4096];
    let mut left = count;
    while left > 0 {
        let next = left.min(ZEROS.len());
        out.write_all(&ZEROS[..next])?;
        left -= next;
    }
    Ok(())
}
