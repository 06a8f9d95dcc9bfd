//! The kernel's file systems, as a table and one loop.

use crate::Error;
use nix::errno::Errno;
use nix::mount::{MsFlags, mount};

struct Mount {
    source: &'static str,
    target: &'static str,
    flags: MsFlags,
    data: Option<&'static str>,
}

const NOTHING_BUT_DATA: MsFlags = MsFlags::MS_NODEV
    .union(MsFlags::MS_NOEXEC)
    .union(MsFlags::MS_NOSUID);

/// The source of a kernel file system is also its type.
const MOUNTS: &[Mount] = &[
    Mount {
        source: "proc",
        target: "/proc",
        flags: NOTHING_BUT_DATA,
        // only root sees other users' processes: programs don't see each other
        data: Some("hidepid=2"),
    },
    Mount {
        source: "sysfs",
        target: "/sys",
        flags: NOTHING_BUT_DATA,
        data: None,
    },
    Mount {
        source: "devtmpfs",
        target: "/dev",
        flags: MsFlags::MS_NOEXEC.union(MsFlags::MS_NOSUID),
        data: Some("mode=0755"),
    },
    // the only places that programs may write to: everything else will be read-only
    Mount {
        source: "tmpfs",
        target: "/tmp",
        flags: NOTHING_BUT_DATA,
        data: Some("mode=1777,size=16m"),
    },
    Mount {
        source: "tmpfs",
        target: "/run",
        flags: NOTHING_BUT_DATA,
        data: Some("mode=0755,size=16m"),
    },
];

/// Mount them all and return what failed. A file system that is already mounted is fine: the kernel does
/// that for `/dev` when it was built with `DEVTMPFS_MOUNT`.
pub fn mount_all() -> Vec<Error> {
    MOUNTS.iter().filter_map(|m| m.mount().err()).collect()
}

impl Mount {
    fn mount(&self) -> Result<(), Error> {
        let Mount {
            source,
            target,
            flags,
            data,
        } = self;
        let failed = |cause: Errno| Error::new(format!("mount {source} on {target}"), cause.desc());
        nix::unistd::mkdir(*target, nix::sys::stat::Mode::from_bits_truncate(0o755))
            .or_else(|errno| {
                if errno == Errno::EEXIST {
                    Ok(())
                } else {
                    Err(errno)
                }
            })
            .map_err(failed)?;
        match mount(Some(*source), *target, Some(*source), *flags, *data) {
            Ok(()) | Err(Errno::EBUSY) => Ok(()),
            Err(Errno::ENODEV) => Err(failed(Errno::ENODEV).advise("is it built into the kernel?")),
            Err(errno) => Err(failed(errno)),
        }
    }
}
