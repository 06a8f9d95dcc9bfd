//! Microsoft's newer format ([MS-VHDX] 8.0): two copies of head and region table, an empty log, metadata, and a table of
//! blocks of one megabyte.

use crate::disk::{Disk, MEGABYTE, SECTOR};
use crate::zeros;
use formats::layout::layout;
use std::io::{self, Write};

layout! {
    header {
        SIGNATURE = 0..4, Bytes, "signature";
        CHECKSUM = 4..8, Little, "checksum";
        SEQUENCE = 8..16, Little, "sequence number";
        FILE_WRITE = 16..32, Bytes, "identifier of the file's contents";
        DATA_WRITE = 32..48, Bytes, "identifier of the disk's contents";
        LOG = 48..64, Bytes, "identifier of the log";
        LOG_VERSION = 64..66, Little, "version of the log";
        VERSION = 66..68, Little, "version";
        LOG_LENGTH = 68..72, Little, "length of the log";
        LOG_PLACE = 72..80, Little, "place of the log";
        RESERVED = 80..4096, Bytes, "reserved field";
    }
}

layout! {
    regions {
        SIGNATURE = 0..4, Bytes, "signature";
        CHECKSUM = 4..8, Little, "checksum";
        COUNT = 8..12, Little, "number of entries";
        RESERVED = 12..16, Bytes, "reserved field";
        ENTRIES = 16..65536, Bytes, "entries";
    }
}

layout! {
    region {
        ID = 0..16, Bytes, "identifier";
        PLACE = 16..24, Little, "place";
        LENGTH = 24..28, Little, "length";
        REQUIRED = 28..32, Little, "required";
    }
}

layout! {
    /// The metadata's table.
    table {
        SIGNATURE = 0..8, Bytes, "signature";
        RESERVED = 8..10, Bytes, "reserved field";
        COUNT = 10..12, Little, "number of entries";
        PADDING = 12..32, Bytes, "reserved field";
    }
}

layout! {
    item {
        ID = 0..16, Bytes, "identifier";
        PLACE = 16..20, Little, "place";
        LENGTH = 20..24, Little, "length";
        FLAGS = 24..28, Little, "flags";
        RESERVED = 28..32, Bytes, "reserved field";
    }
}

const KILOBYTES_64: usize = 64 << 10;
const HEADER: usize = 4 << 10;
// in megabytes
const LOG: usize = 1;
const METADATA: usize = 2;
const BLOCK_TABLE: usize = 3;
const VERSION: usize = 1;

// of an item of the metadata
const IS_DISKS: usize = 2;
const IS_REQUIRED: usize = 4;

// of a block
const IS_ZERO: u64 = 2;
const IS_PRESENT: u64 = 6;

// as text: 2DC27766-F623-4200-9D64-115E9BFD4A08 and so on, here as they are written into the file
const BLOCK_TABLE_ID: u128 = 0x2dc27766_f623_4200_9d64_115e9bfd4a08;
const METADATA_ID: u128 = 0x8b7ca206_4790_4b9a_b8fe_575f050f886e;
const FILE_PARAMETERS: u128 = 0xcaa16737_fa36_4d43_b3b6_33f0aa44e76b;
const DISK_SIZE: u128 = 0x2fa54224_cd1b_4876_b211_5dbed83bf4b8;
const DISK_ID: u128 = 0xbeca12ab_b2e6_4523_93ef_c309e000c746;
const LOGICAL_SECTOR: u128 = 0x8141bf1d_a96f_4709_ba47_f233a8faab5f;
const PHYSICAL_SECTOR: u128 = 0xcda348c7_445d_4471_9cc9_e9885251c556;

pub fn write(disk: &Disk, out: &mut dyn Write) -> io::Result<()> {
    // each structure in 64 kB of its own, up to the log
    let mut identifier = b"vhdxfile".to_vec();
    identifier.extend("scratchmachine".encode_utf16().flat_map(u16::to_le_bytes));
    padded(&identifier, KILOBYTES_64, out)?;
    for sequence in [0, 1] {
        padded(&head(disk, sequence), KILOBYTES_64, out)?;
    }
    let blocks: Vec<bool> = disk.blocks(MEGABYTE).map(|block| block.is_some()).collect();
    let table = block_table(&blocks);
    let table_length = table.len().next_multiple_of(MEGABYTE);
    let regions = region_table(table_length);
    out.write_all(&regions)?;
    out.write_all(&regions)?;
    zeros((LOG + 1) * MEGABYTE - 5 * KILOBYTES_64, out)?;
    padded(&metadata(disk), MEGABYTE, out)?;
    padded(&table, table_length, out)?;
    for block in disk.blocks(MEGABYTE).flatten() {
        padded(block, MEGABYTE, out)?;
    }
    Ok(())
}

fn head(disk: &Disk, sequence: usize) -> Vec<u8> {
    let mut written = vec![0; HEADER];
    header::SIGNATURE.put(&mut written, b"head");
    header::FILE_WRITE.put(
        &mut written,
        &guid(u128::from_be_bytes(disk.uuid("vhdx file"))),
    );
    header::DATA_WRITE.put(
        &mut written,
        &guid(u128::from_be_bytes(disk.uuid("vhdx data"))),
    );
    for (field, number) in [
        (header::SEQUENCE, sequence),
        (header::VERSION, VERSION),
        (header::LOG_LENGTH, MEGABYTE),
        (header::LOG_PLACE, LOG * MEGABYTE),
    ] {
        field.put_number(&mut written, number);
    }
    let checksum = crc32c(&written);
    header::CHECKSUM.put_number(&mut written, checksum as usize);
    written
}

fn region_table(table_length: usize) -> Vec<u8> {
    let mut written = vec![0; KILOBYTES_64];
    regions::SIGNATURE.put(&mut written, b"regi");
    let entries = [
        (BLOCK_TABLE_ID, BLOCK_TABLE * MEGABYTE, table_length),
        (METADATA_ID, METADATA * MEGABYTE, MEGABYTE),
    ];
    regions::COUNT.put_number(&mut written, entries.len());
    for (index, (id, place, length)) in entries.into_iter().enumerate() {
        let entry = &mut written[regions::ENTRIES.start + index * region::END..][..region::END];
        region::ID.put(entry, &guid(id));
        region::PLACE.put_number(entry, place);
        region::LENGTH.put_number(entry, length);
        region::REQUIRED.put_number(entry, 1);
    }
    let checksum = crc32c(&written);
    regions::CHECKSUM.put_number(&mut written, checksum as usize);
    written
}

/// An entry for each block; after those of each chunk, of 2^23 sectors, one for a bitmap that only differences have.
fn block_table(blocks: &[bool]) -> Vec<u8> {
    const CHUNK: usize = (1 << 23) * SECTOR / MEGABYTE;
    let mut place = (BLOCK_TABLE + 1) as u64;
    let entries = blocks.len() + blocks.len().saturating_sub(1) / CHUNK;
    // a block of the disk can't come before its table ends
    place += (entries * 8).div_ceil(MEGABYTE) as u64 - 1;
    let mut table = Vec::new();
    for (index, is_present) in blocks.iter().enumerate() {
        if index > 0 && index % CHUNK == 0 {
            table.extend(0u64.to_le_bytes());
        }
        let entry = match is_present {
            true => {
                place += 1;
                ((place - 1) << 20) | IS_PRESENT
            }
            false => IS_ZERO,
        };
        table.extend(entry.to_le_bytes());
    }
    table
}

fn metadata(disk: &Disk) -> Vec<u8> {
    let block_size = (MEGABYTE as u64).to_le_bytes();
    let sector = (SECTOR as u32).to_le_bytes();
    let items: [(u128, usize, &[u8]); 5] = [
        (FILE_PARAMETERS, IS_REQUIRED, &block_size),
        (
            DISK_SIZE,
            IS_REQUIRED | IS_DISKS,
            &(disk.size() as u64).to_le_bytes(),
        ),
        (
            DISK_ID,
            IS_REQUIRED | IS_DISKS,
            &guid(u128::from_be_bytes(disk.uuid("vhdx disk"))),
        ),
        (LOGICAL_SECTOR, IS_REQUIRED | IS_DISKS, &sector),
        (PHYSICAL_SECTOR, IS_REQUIRED | IS_DISKS, &sector),
    ];
    let mut written = vec![0; KILOBYTES_64];
    table::SIGNATURE.put(&mut written, b"metadata");
    table::COUNT.put_number(&mut written, items.len());
    for (index, (id, flags, bytes)) in items.into_iter().enumerate() {
        let place = written.len();
        written.extend(bytes);
        let entry = &mut written[table::END + index * item::END..][..item::END];
        item::ID.put(entry, &guid(id));
        item::PLACE.put_number(entry, place);
        item::LENGTH.put_number(entry, bytes.len());
        item::FLAGS.put_number(entry, flags);
    }
    written
}

/// An identifier as Microsoft writes it into files: its first three numbers with the lowest byte first.
fn guid(id: u128) -> [u8; 16] {
    let mut bytes = id.to_be_bytes();
    bytes[..4].reverse();
    bytes[4..6].reverse();
    bytes[6..8].reverse();
    bytes
}

fn padded(bytes: &[u8], length: usize, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(bytes)?;
    zeros(length - bytes.len(), out)
}

/// Castagnoli's, bit by bit: there are 200 kB of it.
fn crc32c(bytes: &[u8]) -> u32 {
    let crc = bytes.iter().fold(!0u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| match crc & 1 {
            0 => crc >> 1,
            _ => (crc >> 1) ^ 0x82f6_3b78,
        })
    });
    !crc
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_that_of_rfc_3720() {
        // appendix B.4
        assert_eq!(crc32c(&[0; 32]), 0x8a91_36aa);
        assert_eq!(crc32c(&[0xff; 32]), 0x62a8_ab43);
    }
}
