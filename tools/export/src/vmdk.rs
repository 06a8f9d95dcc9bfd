//! VMware's format in its stream-optimized form, the only one that ESXi imports: grains that are compressed each by itself,
//! then the tables that say where they are (Virtual Disk Format 5.0).

use crate::disk::{Disk, SECTOR, geometry};
use crate::zeros;
use flate2::Compression;
use flate2::write::ZlibEncoder;
use formats::layout::layout;
use std::io::{self, Write};

layout! {
    header {
        MAGIC = 0..4, Bytes, "magic";
        VERSION = 4..8, Little, "version";
        FLAGS = 8..12, Little, "flags";
        CAPACITY = 12..20, Little, "sectors of the disk";
        GRAIN = 20..28, Little, "sectors of a grain";
        DESCRIPTOR = 28..36, Little, "sector of the descriptor";
        DESCRIPTOR_SIZE = 36..44, Little, "sectors of the descriptor";
        TABLE_ENTRIES = 44..48, Little, "entries of a table";
        SECOND_DIRECTORY = 48..56, Little, "sector of the second directory";
        DIRECTORY = 56..64, Bytes, "sector of the directory";
        OVERHEAD = 64..72, Little, "sectors before the grains";
        UNCLEAN = 72..73, Bytes, "not closed";
        LINE_ENDS = 73..77, Bytes, "ends of lines";
        COMPRESSION = 77..79, Little, "compression";
        PADDING = 79..512, Bytes, "padding";
    }
}

layout! {
    /// Before each structure that is not a grain.
    marker {
        SECTORS = 0..8, Little, "sectors of what follows";
        SIZE = 8..12, Little, "zero";
        KIND = 12..16, Little, "kind of what follows";
        PADDING = 16..512, Bytes, "padding";
    }
}

/// 64 kB.
const GRAIN: usize = 128;
const TABLE_ENTRIES: usize = 512;
const TABLE_SECTORS: usize = TABLE_ENTRIES * 4 / SECTOR;
const DESCRIPTOR: usize = 1;
const DESCRIPTOR_SIZE: usize = 20;
const OVERHEAD: usize = 128;
const VERSION: usize = 3;
/// Line ends are there to be checked; grains are compressed; there are markers.
const FLAGS: usize = 0x3_0001;
const DEFLATE: usize = 1;
const AT_END: &[u8] = &[0xff; 8];

const END: usize = 0;
const TABLE: usize = 1;
const DIRECTORY: usize = 2;
const FOOTER: usize = 3;

pub fn write(disk: &Disk, out: &mut dyn Write) -> io::Result<()> {
    let descriptor = descriptor(disk);
    out.write_all(&head(disk, AT_END))?;
    out.write_all(descriptor.as_bytes())?;
    zeros((OVERHEAD - DESCRIPTOR) * SECTOR - descriptor.len(), out)?;

    let mut at = OVERHEAD;
    let mut directory: Vec<usize> = Vec::new();
    let mut grains = disk.blocks(GRAIN * SECTOR).enumerate().peekable();
    while grains.peek().is_some() {
        let mut table = Vec::new();
        for (index, grain) in grains.by_ref().take(TABLE_ENTRIES) {
            table.push(match grain {
                Some(_) => at,
                None => 0,
            });
            if let Some(bytes) = grain {
                at += write_grain(index * GRAIN, bytes, out)?;
            }
        }
        if table.iter().all(|entry| *entry == 0) {
            directory.push(0);
            continue;
        }
        table.resize(TABLE_ENTRIES, 0);
        out.write_all(&mark(TABLE, TABLE_SECTORS))?;
        directory.push(at + 1);
        at += 1 + write_entries(&table, out)?;
    }
    let sectors = (directory.len() * 4).div_ceil(SECTOR);
    out.write_all(&mark(DIRECTORY, sectors))?;
    let directory_sector = at + 1;
    write_entries(&directory, out)?;
    out.write_all(&mark(FOOTER, 1))?;
    out.write_all(&head(disk, &(directory_sector as u64).to_le_bytes()))?;
    out.write_all(&mark(END, 0))
}

fn head(disk: &Disk, directory: &[u8]) -> Vec<u8> {
    let mut written = vec![0; header::END];
    header::MAGIC.put(&mut written, b"KDMV");
    header::DIRECTORY.put(&mut written, directory);
    header::LINE_ENDS.put(&mut written, b"\n \r\n");
    for (field, number) in [
        (header::VERSION, VERSION),
        (header::FLAGS, FLAGS),
        (header::CAPACITY, disk.sectors()),
        (header::GRAIN, GRAIN),
        (header::DESCRIPTOR, DESCRIPTOR),
        (header::DESCRIPTOR_SIZE, DESCRIPTOR_SIZE),
        (header::TABLE_ENTRIES, TABLE_ENTRIES),
        (header::OVERHEAD, OVERHEAD),
        (header::COMPRESSION, DEFLATE),
    ] {
        field.put_number(&mut written, number);
    }
    written
}

fn mark(kind: usize, sectors: usize) -> Vec<u8> {
    let mut written = vec![0; marker::END];
    marker::SECTORS.put_number(&mut written, sectors);
    marker::KIND.put_number(&mut written, kind);
    written
}

/// Its first sector, its compressed length, and its bytes. How many sectors that takes.
fn write_grain(sector: usize, bytes: &[u8], out: &mut dyn Write) -> io::Result<usize> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    // the last one of the image is as long as the others
    zeros(GRAIN * SECTOR - bytes.len(), &mut encoder)?;
    let compressed = encoder.finish()?;
    out.write_all(&(sector as u64).to_le_bytes())?;
    out.write_all(&(compressed.len() as u32).to_le_bytes())?;
    out.write_all(&compressed)?;
    let length = 12 + compressed.len();
    zeros(length.next_multiple_of(SECTOR) - length, out)?;
    Ok(length.div_ceil(SECTOR))
}

/// Sectors as numbers of four bytes; how many sectors these take.
fn write_entries(entries: &[usize], out: &mut dyn Write) -> io::Result<usize> {
    let bytes: Vec<u8> = entries
        .iter()
        .flat_map(|entry| (*entry as u32).to_le_bytes())
        .collect();
    out.write_all(&bytes)?;
    zeros(bytes.len().next_multiple_of(SECTOR) - bytes.len(), out)?;
    Ok(bytes.len().div_ceil(SECTOR))
}

fn descriptor(disk: &Disk) -> String {
    let id = disk.uuid("vmdk");
    let id = u32::from_be_bytes([id[0], id[1], id[2], id[3]]);
    let sectors = disk.sectors();
    let (cylinders, heads, per_track) = geometry(sectors);
    format!(
        "# Disk DescriptorFile\n\
         version=1\n\
         CID={id:08x}\n\
         parentCID=ffffffff\n\
         createType=\"streamOptimized\"\n\
         \n\
         # Extent description\n\
         RDONLY {sectors} SPARSE \"disk.vmdk\"\n\
         \n\
         # The Disk Data Base\n\
         #DDB\n\
         \n\
         ddb.virtualHWVersion = \"10\"\n\
         ddb.geometry.cylinders = \"{cylinders}\"\n\
         ddb.geometry.heads = \"{heads}\"\n\
         ddb.geometry.sectors = \"{per_track}\"\n\
         ddb.adapterType = \"lsilogic\"\n"
    )
}
