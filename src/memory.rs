//! Whether the machine has enough memory for its image. The kernel unpacks it into a file system in memory, which may use
//! four fifths of what the kernel and the packed image leave (`initramfs_options` in kernel.config). If that is full it
//! stops unpacking, and starts init all the same.

use crate::Error;
use nix::sys::statvfs::statvfs;
use std::fmt;

/// Where the image records how many bytes it has when it is unpacked.
const UNPACKED: &str = "/etc/scratchmachine.unpacked";
/// The kernel's map of physical addresses (proc(5)).
const ADDRESSES: &str = "/proc/iomem";

const MEGABYTE: u64 = 1 << 20;

/// The machine has less memory than its image needs; in megabytes.
#[derive(Debug, PartialEq, Eq)]
pub struct Shortage {
    pub has: u64,
    pub needs: u64,
}

impl fmt::Display for Shortage {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let Shortage { has, needs } = self;
        write!(
            f,
            "the image does not fit into memory: it needs a machine with {needs} MB, and this one has {has} MB"
        )
    }
}

/// What is missing, if the image can't have been unpacked completely.
///
/// # Errors
/// The image does not record how large it is, or the kernel does not say how much memory there is.
pub fn shortage() -> Result<Option<Shortage>, Error> {
    let root = statvfs("/").map_err(|errno| Error::new("measure /", errno.desc()))?;
    let room = root.blocks() * root.fragment_size();
    let unpacked = parse(UNPACKED, str::parse)?;
    let memory = parse(ADDRESSES, |text| memory(text).ok_or("no System RAM in it"))?;
    Ok(compare(unpacked, room, memory))
}

fn parse<T, E: fmt::Display>(path: &str, parse: fn(&str) -> Result<T, E>) -> Result<T, Error> {
    let failed = |cause: &dyn fmt::Display| Error::new(format!("read {path}"), cause);
    let text = std::fs::read_to_string(path).map_err(|cause| failed(&cause))?;
    parse(text.trim_end()).map_err(|cause| failed(&cause))
}

fn compare(unpacked: u64, room: u64, memory: u64) -> Option<Shortage> {
    // with root= on the command line the kernel uses a file system without a limit
    let lacking = unpacked
        .checked_sub(room)
        .filter(|lacking| *lacking > 0 && room > 0)?;
    // A quarter more, since the file system gets only four fifths; and more memory needs a longer page list and larger
    // tables of the kernel's, some of which grow by doubling.
    let more = lacking
        .saturating_add(lacking / 4)
        .saturating_add(lacking / 8 + MEGABYTE);
    let has = memory.div_ceil(MEGABYTE);
    Some(Shortage {
        has,
        needs: has.saturating_add(more.div_ceil(MEGABYTE)),
    })
}

/// `00100000-07fdffff : System RAM`: the sum of all such lines. What lies within a range is on lines that begin with white
/// space.
fn memory(list: &str) -> Option<u64> {
    let sizes = list.lines().filter_map(|line| {
        let (range, "System RAM") = line.split_once(" : ")? else {
            return None;
        };
        let (first, last) = range.split_once('-')?;
        let address = |text| u64::from_str_radix(text, 16).ok();
        address(last)?.checked_sub(address(first)?)?.checked_add(1)
    });
    sizes.reduce(u64::saturating_add)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "\
        00000000-00000fff : Reserved\n\
        00001000-0009fbff : System RAM\n\
        000a0000-000bffff : PCI Bus 0000:00\n\
        000f0000-000fffff : System ROM\n\
        00100000-03fdffff : System RAM\n\
        \x20 01000000-015fffff : Kernel code\n\
        03fe0000-03ffffff : Reserved\n\
        fee00000-fee00fff : Local APIC\n";

    #[test]
    fn memory_is_the_sum_of_all_system_ram_in_the_list() {
        let megabytes = memory(LIST).map(|bytes| bytes.div_ceil(MEGABYTE));
        assert_eq!(megabytes, Some(64));
        assert_eq!(memory(""), None);
        // what anybody but root sees
        let hidden = memory("00000000-00000000 : System RAM\n");
        assert_eq!(hidden, Some(1));
    }

    #[test]
    fn an_image_that_fits_to_the_last_byte_lacks_nothing() {
        assert_eq!(compare(4096, 4096, MEGABYTE), None);
        assert_eq!(compare(4096, 8192, MEGABYTE), None);
    }

    #[test]
    fn a_file_system_without_a_limit_takes_everything() {
        assert_eq!(compare(4096, 0, MEGABYTE), None);
    }

    #[test]
    fn a_quarter_more_than_what_is_lacking_is_needed_and_shown_in_whole_megabytes() {
        let shortage = |unpacked| compare(unpacked, 20 * MEGABYTE, 64 * MEGABYTE - 4096);
        let needs = |unpacked| shortage(unpacked).map(|it| (it.has, it.needs));
        assert_eq!(needs(20 * MEGABYTE + 4096), Some((64, 66)));
        assert_eq!(needs(52 * MEGABYTE), Some((64, 109)));
    }

    #[test]
    fn a_shortage_is_one_line() {
        let shortage = Shortage {
            has: 64,
            needs: 138,
        };
        let line = "the image does not fit into memory: it needs a machine with 138 MB, and this one has 64 MB";
        assert_eq!(shortage.to_string(), line);
    }

    proptest::proptest! {
        #[test]
        fn any_list_is_read_without_harm(list in "[ 0-9a-f:\n-]{0,200}( : System RAM\n)?") {
            memory(&list);
        }

        #[test]
        fn any_sizes_are_compared_without_harm(unpacked: u64, room: u64, memory: u64) {
            compare(unpacked, room, memory);
        }
    }
}
