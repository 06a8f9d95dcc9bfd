//! capset(2) and the ambient set (capabilities(7)), which the crate `nix` does not wrap.
#![expect(unsafe_code, reason = "raw system calls")]

use nix::errno::Errno;
use nix::libc;

/// `_LINUX_CAPABILITY_VERSION_3` (linux/capability.h)
const VERSION: u32 = 0x2008_0522;

#[repr(C)]
struct Header {
    version: u32,
    pid: i32,
}

/// Capabilities are 64 bits in two halves.
#[repr(C)]
#[derive(Clone, Copy)]
struct Half {
    effective: u32,
    permitted: u32,
    inheritable: u32,
}

/// Let this thread keep its capabilities when it becomes another user, for [`keep_only`] to choose from.
pub fn keep_over_setuid() -> Result<(), Errno> {
    // SAFETY: all arguments are numbers.
    let result = unsafe { libc::prctl(libc::PR_SET_KEEPCAPS, 1, 0, 0, 0) };
    Errno::result(result).map(drop)
}

/// Have these capabilities and no others, and hand them on to whatever is executed.
pub fn keep_only(bits: u64) -> Result<(), Errno> {
    let header = Header {
        version: VERSION,
        pid: 0,
    };
    let half = |bits: u32| Half {
        effective: bits,
        permitted: bits,
        inheritable: bits,
    };
    let halves = [half(bits as u32), half((bits >> 32) as u32)];
    // SAFETY: the header and the two halves that its version asks for outlive the call, which only reads them.
    let result = unsafe { libc::syscall(libc::SYS_capset, &raw const header, halves.as_ptr()) };
    Errno::result(result)?;
    for number in (0..64).filter(|number| bits & (1 << number) != 0) {
        // SAFETY: all arguments are numbers.
        let result = unsafe {
            libc::prctl(
                libc::PR_CAP_AMBIENT,
                libc::PR_CAP_AMBIENT_RAISE,
                number,
                0,
                0,
            )
        };
        Errno::result(result)?;
    }
    Ok(())
}
