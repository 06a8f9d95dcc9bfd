//! QEMU's format, version 3 (docs/interop/qcow2.rst of QEMU): tables first, then the clusters that are not zero.

use crate::disk::Disk;
use crate::zeros;
use formats::layout::layout;
use std::io::{self, Write};

layout! {
    header {
        MAGIC = 0..4, Bytes, "magic";
        VERSION = 4..8, Big, "version";
        BACKING = 8..20, Bytes, "backing file";
        CLUSTER_BITS = 20..24, Big, "bits of an offset in a cluster";
        SIZE = 24..32, Big, "size of the disk";
        ENCRYPTION = 32..36, Big, "encryption";
        L1_ENTRIES = 36..40, Big, "entries of the first table";
        L1_TABLE = 40..48, Big, "offset of the first table";
        REFCOUNT_TABLE = 48..56, Big, "offset of the table of reference counts";
        REFCOUNT_CLUSTERS = 56..60, Big, "clusters of the table of reference counts";
        SNAPSHOTS = 60..72, Bytes, "snapshots";
        FEATURES = 72..96, Bytes, "features";
        REFCOUNT_ORDER = 96..100, Big, "width of a reference count";
        LENGTH = 100..104, Big, "length of the header";
    }
}

const BITS: usize = 16;
const CLUSTER: usize = 1 << BITS;
/// Offsets in a table.
const ENTRIES: usize = CLUSTER / 8;
/// Reference counts in a cluster.
const COUNTS: usize = CLUSTER / 2;
/// There is one reference to it.
const COPIED: u64 = 1 << 63;

pub fn write(disk: &Disk, out: &mut dyn Write) -> io::Result<()> {
    let used: Vec<bool> = disk.blocks(CLUSTER).map(|block| block.is_some()).collect();
    let tables = used.len().div_ceil(ENTRIES);
    let data = used.iter().filter(|is_used| **is_used).count();
    // the counts are counted as well
    let fixed = 3 + tables + data;
    let mut count_blocks = 1;
    while count_blocks * COUNTS < fixed + count_blocks {
        count_blocks += 1;
    }
    // header, table of counts, counts, first table, second tables, data
    let first_count = 2;
    let l1 = first_count + count_blocks;
    let first_table = l1 + 1;
    let first_data = first_table + tables;

    let mut head = vec![0; header::END];
    header::MAGIC.put(&mut head, b"QFI\xfb");
    for (field, number) in [
        (header::VERSION, 3),
        (header::CLUSTER_BITS, BITS),
        (header::SIZE, disk.size()),
        (header::L1_ENTRIES, tables),
        (header::L1_TABLE, l1 * CLUSTER),
        (header::REFCOUNT_TABLE, CLUSTER),
        (header::REFCOUNT_CLUSTERS, 1),
        (header::REFCOUNT_ORDER, 4),
        (header::LENGTH, header::END),
    ] {
        field.put_number(&mut head, number);
    }
    cluster(&head, out)?;
    let offset = |at: usize| (at * CLUSTER) as u64;
    offsets((0..count_blocks).map(|at| offset(first_count + at)), out)?;
    let clusters = fixed + count_blocks;
    for block in 0..count_blocks {
        let counted = clusters.saturating_sub(block * COUNTS).min(COUNTS);
        cluster(&[0, 1].repeat(counted), out)?;
    }
    offsets((0..tables).map(|at| offset(first_table + at) | COPIED), out)?;
    let mut next = first_data;
    for table in used.chunks(ENTRIES) {
        let entries = table.iter().map(|is_used| match is_used {
            true => {
                next += 1;
                offset(next - 1) | COPIED
            }
            false => 0,
        });
        offsets(entries, out)?;
    }
    for block in disk.blocks(CLUSTER).flatten() {
        cluster(block, out)?;
    }
    Ok(())
}

fn offsets(entries: impl Iterator<Item = u64>, out: &mut dyn Write) -> io::Result<()> {
    let table: Vec<u8> = entries.flat_map(u64::to_be_bytes).collect();
    cluster(&table, out)
}

/// What may be shorter than a cluster, as one.
fn cluster(bytes: &[u8], out: &mut dyn Write) -> io::Result<()> {
    out.write_all(bytes)?;
    zeros(CLUSTER - bytes.len(), out)
}
