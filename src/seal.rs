//! What is shut once the machine is up: a table and one loop (Documentation/admin-guide/sysctl/kernel.rst).
//! Modules, kexec and BPF the kernel itself never opens again; the rest only root could, which no program is.

use crate::Error;
use nix::mount::{MsFlags, mount};
use std::path::Path;

struct Seal {
    file: &'static str,
    value: &'static str,
    /// Kernels that lack the feature lack the file, and are sealed as they are.
    optional: bool,
}

const MODULES: Seal = Seal {
    file: "/proc/sys/kernel/modules_disabled",
    value: "1",
    optional: false,
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
        optional: false,
    },
    Seal {
        file: "/proc/sys/kernel/kptr_restrict",
        value: "2",
        optional: false,
    },
    Seal {
        file: "/proc/sys/kernel/unprivileged_bpf_disabled",
        value: "1",
        optional: true,
    },
];

/// Shut all of them, modules too unless they are to be loaded later. Returns what would not be shut.
pub fn seal(hotplug: bool) -> Vec<Error> {
    let modules = (!hotplug).then_some(&MODULES);
    modules
        .into_iter()
        .chain(SEALS)
        .filter_map(|seal| seal.shut().err())
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
    fn shut(&self) -> Result<(), Error> {
        if self.optional && !Path::new(self.file).exists() {
            return Ok(());
        }
        std::fs::write(self.file, self.value).map_err(|cause| {
            Error::new(
                format!("seal: write {} to {}", self.value, self.file),
                cause,
            )
        })
    }
}
