//! Google Compute Engine takes a disk of whole gigabytes, as `disk.raw` in an archive of GNU's older form, compressed by gzip
//! ("Import disks manually" in its documentation). The archive has a hole where the disk has zeros.

use crate::disk::Disk;
use crate::tar;
use flate2::{Compression, GzBuilder};
use std::io::{self, Write};

const GIGABYTE: usize = 1 << 30;

pub fn write(disk: &Disk, out: &mut dyn Write) -> io::Result<()> {
    // no name and no date: both are zero
    let mut compressed = GzBuilder::new()
        .operating_system(255)
        .write(out, Compression::best());
    let size = disk.image.len().next_multiple_of(GIGABYTE);
    tar::with_hole("disk.raw", disk.image, size, &mut compressed)?;
    tar::end(&mut compressed)?;
    compressed.finish().map(|_| ())
}
