//! An image in the formats of hypervisors and clouds.
//!
//! The image is a disk as it is; most formats put that into an envelope. Each is written in one go, from the image alone:
//! where others put the time, a random number or a file's name, there is something that follows from the image's hash, so
//! that the same image gives the same bytes.

mod cloud_hypervisor;
mod disk;
mod firecracker;
mod gce;
mod microvm;
mod netboot;
mod oci;
mod ova;
mod payload;
mod qcow2;
mod tar;
mod uki;
mod vhd;
mod vhdx;
mod vmdk;

pub use disk::{Disk, MEGABYTE};
pub use payload::{File, Payload};

use std::io::{self, Write};

pub struct Format {
    pub name: &'static str,
    /// How its files' names end.
    pub extension: &'static str,
    pub what: &'static str,
    pub writer: Writer,
}

/// What a format is made of, and what it is.
pub enum Writer {
    /// Of the image as a disk, a file.
    Disk(fn(&Disk, &mut dyn Write) -> io::Result<()>),
    /// Of what an image starts, the machine's name and systemd's stub, a file.
    Stub(fn(&Payload, &str, &[u8]) -> formats::error::Result<Vec<u8>>),
    /// Of what an image starts, a directory.
    Directory(fn(&Payload) -> Vec<File>),
    /// Of what a hypervisor starts without firmware, a directory.
    Microvm(fn(&Payload) -> Vec<File>),
}

use Writer::{Directory, Microvm, Stub};

pub const FORMATS: [Format; 12] = [
    format(
        "raw",
        "img",
        "a disk as it is: QEMU, dd, OpenStack, EC2's snapshots",
        Writer::Disk(raw),
    ),
    format(
        "qcow2",
        "qcow2",
        "QEMU, libvirt, Proxmox, OpenStack",
        Writer::Disk(qcow2::write),
    ),
    format(
        "vmdk",
        "vmdk",
        "stream-optimized: ESXi, vSphere, VirtualBox",
        Writer::Disk(vmdk::write),
    ),
    format(
        "ova",
        "ova",
        "a whole machine: VirtualBox, vSphere",
        Writer::Disk(ova::write),
    ),
    format(
        "vhd",
        "vhd",
        "of fixed size: Azure, Hyper-V generation 1",
        Writer::Disk(vhd::write),
    ),
    format(
        "vhdx",
        "vhdx",
        "Hyper-V generation 2",
        Writer::Disk(vhdx::write),
    ),
    format(
        "gce",
        "tar.gz",
        "Google Compute Engine",
        Writer::Disk(gce::write),
    ),
    format(
        "oci-disk",
        "oci.tar",
        "a disk in a container image: KubeVirt",
        Writer::Disk(oci::write),
    ),
    format(
        "uki",
        "efi",
        "one program for UEFI, to be signed for Secure Boot; needs --stub",
        Stub(uki::write),
    ),
    format(
        "netboot",
        "netboot",
        "a directory: kernel, initramfs and a script for iPXE",
        Directory(netboot::files),
    ),
    format(
        "firecracker",
        "firecracker",
        "a directory: kernel, initramfs and configuration, of a microvm",
        Microvm(firecracker::files),
    ),
    format(
        "cloud-hypervisor",
        "cloud-hypervisor",
        "the same for Cloud Hypervisor",
        Microvm(cloud_hypervisor::files),
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
