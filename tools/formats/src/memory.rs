//! How much memory a machine needs to boot an image: while the kernel unpacks the initramfs, both it and what is in it are
//! in memory, and what is unpacked may take four fifths of what the kernel and the packed archive leave
//! (`initramfs_options` in kernel.config).

use crate::error::Result;
use crate::initramfs;
use crate::limits::Budget;

/// Bytes that are taken before the kernel unpacks anything: its code and data, the description of each page, and what
/// firmware keeps for itself.
const KERNEL: usize = 14 << 20;
const MEGABYTE: usize = 1 << 20;
const PAGE: usize = 4096;

/// The least memory for this initramfs, in units of 1,048,576 bytes.
///
/// # Errors
/// It is damaged, or more than the budget allows.
pub fn least(initrd: &[u8], budget: &mut Budget) -> Result<usize> {
    let unpacked: usize = initramfs::parse(initrd, budget)?
        .iter()
        .flat_map(|segment| &segment.archives)
        .flat_map(|archive| &archive.members)
        .map(|member| member.data.len().next_multiple_of(PAGE))
        .sum();
    let needed = KERNEL + initrd.len() + unpacked / 4 * 5;
    Ok(needed.div_ceil(MEGABYTE))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cpio;

    #[test]
    fn what_is_unpacked_is_there_beside_what_is_packed() {
        let file = vec![0; 8 * MEGABYTE];
        let archive = cpio::write(&[("init", 0o100_755, &file)]);
        let least = least(&archive, &mut Budget::default()).unwrap();
        assert_eq!(least, 14 + 8 + 10 + 1);
    }
}
