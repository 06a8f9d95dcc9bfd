//! What is locked down once the machine is up: a table and one loop (Documentation/admin-guide/sysctl/kernel.rst).
//! The kernel itself never unlocks modules, kexec and BPF again; the rest only root could, and no program runs as root.

use crate::Error;
use nix::mount::{MsFlags, mount};
use std::path::{Path, PathBuf};

struct Seal {
    /// A `*` stands for one directory: the file is written in all of them.
    file: &'static str,
    value: &'static str,
    /// Kernels without the feature don't have the file and need no sealing.
    optional: bool,
}

const MODULES: Seal = Seal {
    file: "/proc/sys/kernel/modules_disabled",
    value: "1",
    optional: true,
};

/// Most of its faults of past years were ways to become root.
const IO_URING: Seal = Seal {
    file: "/proc/sys/kernel/io_uring_disabled",
    value: "2",
    optional: true,
};

const SEALS: &[Seal] = &[
    Seal {
        file: "/proc/sys/kernel/kexec_load_disabled",
        value: "1",
        optional: true,
    },
    Seal {
        file: "/proc/sys/kernel/dmesg_restrict",
        value: "1",
        optional: true,
    },
    Seal {
        file: "/proc/sys/kernel/kptr_restrict",
        value: "2",
        optional: true,
    },
    Seal {
        file: "/proc/sys/kernel/unprivileged_bpf_disabled",
        value: "1",
        optional: true,
    },
    Seal {
        file: "/proc/sys/kernel/yama/ptrace_scope",
        value: "3",
        optional: true,
    },
    Seal {
        file: "/proc/sys/kernel/perf_event_paranoid",
        value: "3",
        optional: true,
    },
    // a kernel with this many oopses is under attack
    Seal {
        file: "/proc/sys/kernel/oops_limit",
        value: "100",
        optional: true,
    },
    // what one user created in a shared directory, such as /tmp, no other user opens by mistake
    Seal {
        file: "/proc/sys/fs/protected_fifos",
        value: "2",
        optional: false,
    },
    Seal {
        file: "/proc/sys/fs/protected_regular",
        value: "2",
        optional: false,
    },
    // neighbours have no say in where packets go: neither for existing interfaces nor for new ones
    Seal {
        file: "/proc/sys/net/ipv4/conf/*/accept_redirects",
        value: "0",
        optional: true,
    },
    Seal {
        file: "/proc/sys/net/ipv4/conf/*/accept_source_route",
        value: "0",
        optional: true,
    },
];

/// Whether the value with this name of sysctl(8)'s is among them.
pub fn is_sealed(sysctl: &str) -> bool {
    let file = format!("/proc/sys/{}", sysctl.replace('.', "/"));
    let is_same = |seal: &Seal| match seal.file.split_once("/*/") {
        None => file == seal.file,
        Some((directory, name)) => file
            .strip_prefix(directory)
            .is_some_and(|rest| rest.ends_with(name)),
    };
    std::iter::once(&MODULES)
        .chain(SEALS)
        .chain([&IO_URING])
        .any(is_same)
}

/// Lock all of them, modules included unless they are to be loaded later, and io_uring unless programs are to have it.
/// Returns what could not be locked.
pub fn seal(hotplug: bool, io_uring: bool) -> Vec<Error> {
    let modules = (!hotplug).then_some(&MODULES);
    let rings = (!io_uring).then_some(&IO_URING);
    modules
        .into_iter()
        .chain(rings)
        .chain(SEALS)
        .flat_map(|seal| seal.files().into_iter().map(move |file| (seal, file)))
        .filter_map(|(seal, file)| seal.apply(&file).err())
        .chain(make_root_read_only().err())
        .collect()
}

/// The initramfs; `/tmp` and `/run` are file systems of their own.
fn make_root_read_only() -> Result<(), Error> {
    let read_only = MsFlags::MS_REMOUNT | MsFlags::MS_RDONLY;
    mount(None::<&str>, "/", None::<&str>, read_only, None::<&str>)
        .map_err(|errno| Error::new("seal: make the root file system read-only", errno.desc()))
}

impl Seal {
    /// The files that `file` stands for. A directory that can't be read has none.
    fn files(&self) -> Vec<PathBuf> {
        match self.file.split_once("/*/") {
            None => vec![self.file.into()],
            Some((directory, file)) => std::fs::read_dir(directory)
                .into_iter()
                .flatten()
                .flatten()
                .map(|entry| entry.path().join(file))
                .collect(),
        }
    }

    fn apply(&self, file: &Path) -> Result<(), Error> {
        if self.optional && !file.exists() {
            return Ok(());
        }
        std::fs::write(file, self.value).map_err(|cause| {
            Error::new(
                format!("seal: write {} to {}", self.value, file.display()),
                cause,
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_is_known_by_its_sysctls_name() {
        for name in [
            "kernel.kptr_restrict",
            "kernel.modules_disabled",
            "kernel.io_uring_disabled",
            "net.ipv4.conf.eth0.accept_redirects",
        ] {
            assert!(is_sealed(name), "{name}");
        }
        for name in ["vm.swappiness", "net.ipv4.ip_forward", "kernel.kptr"] {
            assert!(!is_sealed(name), "{name}");
        }
    }
}
