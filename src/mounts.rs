//! The kernel's file systems, as a table and one loop.

use crate::Error;
use crate::config::{HOMES, TMP};
use nix::errno::Errno;
use nix::mount::{MsFlags, mount};
use std::os::unix::fs::symlink;

struct Mount {
    /// Also the source.
    kind: &'static str,
    target: &'static str,
    flags: MsFlags,
    data: Option<&'static str>,
    /// Kernels without the feature have no such file system.
    optional: bool,
}

const NOTHING_BUT_DATA: MsFlags = MsFlags::MS_NODEV
    .union(MsFlags::MS_NOEXEC)
    .union(MsFlags::MS_NOSUID);

const MOUNTS: &[Mount] = &[
    Mount {
        kind: "proc",
        target: "/proc",
        flags: NOTHING_BUT_DATA,
        // only root sees other users' processes: programs don't see each other
        data: Some("hidepid=2"),
        optional: false,
    },
    Mount {
        kind: "sysfs",
        target: "/sys",
        flags: NOTHING_BUT_DATA,
        data: None,
        optional: false,
    },
    // limits of programs, which only init sets
    Mount {
        kind: "cgroup2",
        target: "/sys/fs/cgroup",
        flags: NOTHING_BUT_DATA,
        data: None,
        optional: true,
    },
    Mount {
        kind: "devtmpfs",
        target: "/dev",
        flags: MsFlags::MS_NOEXEC.union(MsFlags::MS_NOSUID),
        data: Some("mode=0755"),
        optional: false,
    },
    // pseudo terminals: whoever opens /dev/ptmx gets one
    Mount {
        kind: "devpts",
        target: "/dev/pts",
        flags: MsFlags::MS_NOEXEC.union(MsFlags::MS_NOSUID),
        data: Some("mode=0620,ptmxmode=0666"),
        optional: true,
    },
    Mount {
        kind: "mqueue",
        target: "/dev/mqueue",
        flags: NOTHING_BUT_DATA,
        data: None,
        optional: true,
    },
    // the only places that programs may write to: everything else will be read-only
    Mount {
        kind: "tmpfs",
        target: "/dev/shm",
        flags: NOTHING_BUT_DATA,
        data: Some("mode=1777,size=25%"),
        optional: false,
    },
    Mount {
        kind: "tmpfs",
        target: TMP,
        flags: NOTHING_BUT_DATA,
        data: Some("mode=1777,size=25%"),
        optional: false,
    },
    Mount {
        kind: "tmpfs",
        target: HOMES,
        flags: NOTHING_BUT_DATA,
        data: Some("mode=0755,size=25%"),
        optional: false,
    },
    Mount {
        kind: "tmpfs",
        target: "/run",
        flags: NOTHING_BUT_DATA,
        data: Some("mode=0755,size=16m"),
        optional: false,
    },
];

/// A process finds its own files here (proc_pid_fd(5)).
const LINKS: [(&str, &str); 4] = [
    ("/dev/fd", "/proc/self/fd"),
    ("/dev/stdin", "/proc/self/fd/0"),
    ("/dev/stdout", "/proc/self/fd/1"),
    ("/dev/stderr", "/proc/self/fd/2"),
];

/// Mount them all and return what failed. A file system that is already mounted is fine: the kernel does
/// that for `/dev` when it was built with `DEVTMPFS_MOUNT`.
pub fn mount_all() -> Vec<Error> {
    let mounts = MOUNTS.iter().filter_map(|m| m.mount().err());
    let links = LINKS.iter().filter_map(|(path, target)| {
        let linked = symlink(target, path);
        linked
            .map_err(|cause| Error::new(format!("link {path} to {target}"), cause))
            .err()
    });
    mounts.chain(links).collect()
}

/// Give `/tmp` another size, in bytes.
///
/// # Errors
/// More than that is in it already.
pub fn resize_tmp(size: u64) -> Result<(), Error> {
    let flags = MsFlags::MS_REMOUNT | NOTHING_BUT_DATA;
    let data = format!("size={size}");
    mount(None::<&str>, TMP, None::<&str>, flags, Some(&*data))
        .map_err(|errno| Error::new(format!("make {TMP} of {size} bytes"), errno.desc()))
}

/// A directory in memory that belongs to `owner`. Without a size it may take half of the memory, as tmpfs(5) has it.
///
/// # Errors
/// It can't be made or mounted.
pub fn mount_for(owner: u32, path: &str, size: Option<u64>) -> Result<(), Error> {
    let failed = |cause: &str| Error::new(format!("make {path} writable"), cause);
    std::fs::create_dir_all(path).map_err(|cause| failed(&cause.to_string()))?;
    let size = size.map_or(String::new(), |size| format!(",size={size}"));
    let data = format!("mode=0700,uid={owner},gid={owner}{size}");
    mount(
        Some("tmpfs"),
        path,
        Some("tmpfs"),
        NOTHING_BUT_DATA,
        Some(&*data),
    )
    .map_err(|errno| failed(errno.desc()))
}

impl Mount {
    fn mount(&self) -> Result<(), Error> {
        let Mount {
            kind,
            target,
            flags,
            data,
            optional,
        } = self;
        let failed = |cause: Errno| Error::new(format!("mount {kind} on {target}"), cause.desc());
        match nix::unistd::mkdir(*target, nix::sys::stat::Mode::from_bits_truncate(0o755)) {
            Ok(()) | Err(Errno::EEXIST) => {}
            // the kernel makes this directory, or none is there
            Err(_) if *optional => return Ok(()),
            Err(errno) => return Err(failed(errno)),
        }
        match mount(Some(*kind), *target, Some(*kind), *flags, *data) {
            Ok(()) | Err(Errno::EBUSY) => Ok(()),
            Err(Errno::ENODEV) if *optional => Ok(()),
            Err(Errno::ENODEV) => Err(failed(Errno::ENODEV).advise("is it built into the kernel?")),
            Err(errno) => Err(failed(errno)),
        }
    }
}
