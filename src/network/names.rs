//! What the network says about names: the machine's own, and the name servers.

use super::settings::Settings;
use crate::Error;
use std::fs;
use std::os::unix::fs::symlink;

/// Where programs look (resolv.conf(5)). It links to a place that can still be written to when the root file
/// system is read-only.
const RESOLV_CONF: &str = "/etc/resolv.conf";
const DIRECTORY: &str = "/run";
const WRITTEN: &str = "/run/resolv.conf";
const NEW: &str = "/run/resolv.conf.new";
const HOSTNAME: &str = "/proc/sys/kernel/hostname";
/// The kernel's name for a machine without a name.
pub const NAMELESS: &str = "(none)";

/// Make the link that [`write_resolv_conf`] needs. To be called while the root can be written to.
///
/// # Errors
/// The link can't be made, and does not exist yet.
pub fn prepare() -> Result<(), Error> {
    let failed = |cause| {
        Error::new(format!("network: link {RESOLV_CONF} to {WRITTEN}"), cause)
            .advise("programs won't find any name server")
    };
    if fs::read_link(RESOLV_CONF).is_ok_and(|target| target.as_os_str() == WRITTEN) {
        return Ok(());
    }
    for directory in ["/etc", DIRECTORY] {
        fs::create_dir_all(directory).map_err(failed)?;
    }
    let _ = fs::remove_file(RESOLV_CONF);
    symlink(WRITTEN, RESOLV_CONF).map_err(failed)
}

/// A program that reads it meanwhile sees either the old text or the new.
///
/// # Errors
/// It can't be written.
pub fn write_resolv_conf(settings: &Settings) -> Result<(), Error> {
    fs::write(NEW, settings.resolv_conf())
        .and_then(|()| fs::rename(NEW, WRITTEN))
        .map_err(|cause| Error::new(format!("network: write {WRITTEN}"), cause))
}

/// The machine's name; `None` removes it, whoever set it: the kernel reads `hostname=` too, and accepts what init
/// refuses.
///
/// # Errors
/// The kernel does not accept it: it has more than 64 bytes.
pub fn set_hostname(name: Option<&str>) -> Result<(), Error> {
    let name = name.unwrap_or(NAMELESS);
    fs::write(HOSTNAME, name)
        .map_err(|cause| Error::new(format!("network: set the hostname {name}"), cause))
}
