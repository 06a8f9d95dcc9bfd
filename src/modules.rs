//! Kernel modules: those in the image, each after the ones it depends on, by finit_module(2).

use crate::Error;
use nix::errno::Errno;
use nix::kmod::{ModuleInitFlags, finit_module};
use std::collections::BTreeSet;
use std::ffi::CStr;
use std::fs::File;
use std::path::{Path, PathBuf};

/// Load every module in `/lib/modules/RELEASE`, where RELEASE is the running kernel's. Modules are tried
/// even when another one failed: the result tells of each, by name, in the order of loading.
///
/// # Errors
/// The directory or its `modules.dep` can't be read: there is no module for this kernel in the image.
pub fn load_all() -> Result<Vec<Result<String, Error>>, Error> {
    let directory = directory()?;
    let index = directory.join("modules.dep");
    let dependencies = std::fs::read_to_string(&index).map_err(|cause| {
        Error::new(format!("read {}", index.display()), cause)
            .advise("are the image's modules built for another kernel?")
    })?;
    Ok(in_order(&dependencies)
        .into_iter()
        .map(|file| load(&directory.join(file)))
        .collect())
}

fn directory() -> Result<PathBuf, Error> {
    let kernel = nix::sys::utsname::uname().map_err(|errno| Error::new("uname", errno.desc()))?;
    Ok(Path::new("/lib/modules").join(kernel.release()))
}

/// The files that a `modules.dep` names (depmod(8): `FILE: DEPENDENCY …`, where a dependency stands after
/// the modules that need it), so that each comes after those it depends on, and once.
fn in_order(dependencies: &str) -> Vec<&str> {
    let mut seen = BTreeSet::new();
    dependencies
        .lines()
        .filter_map(|line| line.split_once(':'))
        .flat_map(|(file, needs)| needs.split_whitespace().rev().chain([file]))
        .filter(|file| seen.insert(*file))
        .collect()
}

fn load(file: &Path) -> Result<String, Error> {
    const NO_PARAMETERS: &CStr = c"";
    let name = file
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let doing = format!("load module {name} ({})", file.display());
    let module = File::open(file).map_err(|cause| Error::new(&doing, cause))?;
    match finit_module(&module, NO_PARAMETERS, ModuleInitFlags::empty()) {
        // it may be in already, or built in
        Ok(()) | Err(Errno::EEXIST) => Ok(name),
        Err(errno) => Err(Error::new(doing, errno.desc()).advise(match errno {
            Errno::ENOEXEC => "truncated, or built for another kernel?",
            Errno::ENOENT => "a module that it depends on is missing",
            Errno::EPERM => "modules are disabled (kernel.modules_disabled)",
            _ => "",
        })),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_comes_after_all_that_it_depends_on_and_once() {
        let index = "net/e1000.ko:\nnet/vnet.ko: net/failover.ko virtio/ring.ko\nvirtio/ring.ko:\n";
        assert_eq!(
            in_order(index),
            [
                "net/e1000.ko",
                "virtio/ring.ko",
                "net/failover.ko",
                "net/vnet.ko"
            ]
        );
    }

    #[test]
    fn an_index_that_makes_no_sense_names_no_module() {
        assert!(in_order("\n\nno colon here\n").is_empty());
    }

    #[test]
    fn a_module_that_is_not_there_is_named_with_its_path() {
        let error = load(Path::new("/nowhere/e1000.ko"))
            .unwrap_err()
            .to_string();
        assert!(
            error.starts_with("load module e1000 (/nowhere/e1000.ko): No such file"),
            "{error}"
        );
    }
}
