//! Microsoft's older format, of fixed size: the disk, and a footer (Virtual Hard Disk Image Format Specification, 1.0).
//! Azure takes a file whose size without the footer is in whole megabytes.

use crate::disk::{Disk, geometry};
use crate::raw;
use formats::layout::layout;
use std::io::{self, Write};

layout! {
    footer {
        COOKIE = 0..8, Bytes, "cookie";
        FEATURES = 8..12, Big, "features";
        VERSION = 12..16, Big, "version";
        DATA = 16..24, Bytes, "offset of the next structure";
        TIME = 24..28, Big, "seconds since 2000";
        CREATOR = 28..32, Bytes, "creator";
        CREATOR_VERSION = 32..36, Big, "creator's version";
        CREATOR_HOST = 36..40, Bytes, "creator's system";
        ORIGINAL_SIZE = 40..48, Big, "size at first";
        SIZE = 48..56, Big, "size";
        CYLINDERS = 56..58, Big, "cylinders";
        HEADS = 58..59, Big, "heads";
        SECTORS = 59..60, Big, "sectors in a track";
        KIND = 60..64, Big, "kind of disk";
        CHECKSUM = 64..68, Big, "checksum";
        ID = 68..84, Bytes, "identifier";
        SAVED = 84..85, Bytes, "saved state";
        RESERVED = 85..512, Bytes, "reserved field";
    }
}

const RESERVED_FEATURE: usize = 2;
const VERSION: usize = 0x1_0000;
const FIXED: usize = 2;

pub fn write(disk: &Disk, out: &mut dyn Write) -> io::Result<()> {
    raw(disk, out)?;
    let mut written = vec![0; footer::END];
    let (cylinders, heads, sectors) = geometry(disk.sectors());
    for (field, bytes) in [
        (footer::COOKIE, &b"conectix"[..]),
        (footer::DATA, &[0xff; 8]),
        // by this name readers know that the size counts, and not what cylinders, heads and sectors make
        (footer::CREATOR, b"win "),
        (footer::CREATOR_HOST, b"Wi2k"),
        (footer::ID, &disk.uuid("vhd")),
    ] {
        field.put(&mut written, bytes);
    }
    for (field, number) in [
        (footer::FEATURES, RESERVED_FEATURE),
        (footer::VERSION, VERSION),
        (footer::CREATOR_VERSION, VERSION),
        (footer::ORIGINAL_SIZE, disk.size()),
        (footer::SIZE, disk.size()),
        (footer::CYLINDERS, cylinders),
        (footer::HEADS, heads),
        (footer::SECTORS, sectors),
        (footer::KIND, FIXED),
    ] {
        field.put_number(&mut written, number);
    }
    let sum: u32 = written.iter().map(|byte| u32::from(*byte)).sum();
    footer::CHECKSUM.put_number(&mut written, !sum as usize);
    out.write_all(&written)
}
