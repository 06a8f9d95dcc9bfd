//! Kernel modules: those that the image wants loaded in any case, and the drivers that this machine's devices ask for.
//!
//! 1. Every device describes itself in a file `modalias` below `/sys/devices`.
//! 2. `modules.alias` has patterns for these, each with the module that drives such a device.
//! 3. `modules.dep` lists the modules that have to be loaded before that one.
//! 4. finit_module(2) loads them, with their parameters from the command line.
//! 5. This device alone gets its driver, so that devices come in order whatever their drivers are.
//! 6. A bus driver makes new devices appear: they come next. Then the whole again, until there is nothing new.

mod devices;
pub mod glob;
pub mod index;

use crate::Error;
use devices::{Device, devices};
use index::{Index, Module, module_name};
use nix::errno::Errno;
use nix::kmod::{ModuleInitFlags, finit_module};
use std::ffi::{CStr, CString};
use std::fmt;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

const MODULES: &str = "/lib/modules";
const SYSFS: &str = "/sys";

/// What the command line says about modules. Names may have '-' instead of the kernel's '_'.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings {
    /// `MODULE.PARAMETER=VALUE`: the module, and `PARAMETER=VALUE` (or `PARAMETER` alone) without quotes.
    pub parameters: Vec<(String, String)>,
    /// `module_blacklist=MODULE,…`: never to be loaded.
    pub blacklist: Vec<String>,
}

/// A module that has been loaded. Its Display: `e1000 for 0000:00:03.0, 12 ms`, or `ipv6, 12 ms`.
#[derive(Debug)]
pub struct Loaded {
    pub module: String,
    /// The device that asked for it, or for a module that depends on it, by its name in `/sys/devices`.
    pub device: Option<String>,
    /// From opening the file until its first probe was done.
    pub took: Duration,
}

/// The modules in the image, and what has happened to them so far.
pub struct Modules {
    directory: PathBuf,
    sysfs: PathBuf,
    index: Index,
    /// The drivers of network cards that the kernel has and the image has not.
    absent: Index,
    /// The names of those that no device asks for, one a line.
    wanted: String,
    settings: Settings,
    insert: Insert,
    /// Modules that were tried, by name, and whether they are loaded. None is tried twice.
    tried: Vec<(String, bool)>,
    /// The devices that had their turn.
    seen: Vec<Device>,
    /// The kernel's count of uevents when the devices were last looked at.
    events: Option<String>,
}

/// Load the file into the kernel; the text describes what is being done.
type Insert = fn(&str, &Path, &CStr) -> Result<(), Error>;

/// The modules that are in the kernel, by name.
pub fn loaded() -> Vec<String> {
    let text = std::fs::read_to_string("/proc/modules").unwrap_or_default();
    let name = |line: &str| line.split(' ').next().map(str::to_owned);
    text.lines().filter_map(name).collect()
}

impl Modules {
    /// The modules in `/lib/modules/RELEASE`, where RELEASE is the running kernel's.
    ///
    /// # Errors
    /// There are none for this kernel: the error says for which kernels there are.
    pub fn open(settings: Settings) -> Result<Self, Error> {
        let kernel =
            nix::sys::utsname::uname().map_err(|errno| Error::new("uname", errno.desc()))?;
        let release = kernel.release().to_string_lossy();
        Self::open_at(Path::new(MODULES), &release, Path::new(SYSFS), settings)
    }

    fn open_at(
        modules: &Path,
        release: &str,
        sysfs: &Path,
        settings: Settings,
    ) -> Result<Self, Error> {
        let directory = modules.join(release);
        if !directory.is_dir() {
            return Err(no_modules_for(release, modules));
        }
        Ok(Modules {
            index: Index {
                dependencies: read(&directory.join("modules.dep"))?,
                aliases: read(&directory.join("modules.alias"))?,
            },
            absent: Index {
                dependencies: String::new(),
                // there may be none
                aliases: read(&directory.join("modules.absent")).unwrap_or_default(),
            },
            wanted: read(&directory.join("modules.load")).unwrap_or_default(),
            directory,
            sysfs: sysfs.to_owned(),
            settings,
            insert,
            tried: Vec::new(),
            seen: Vec::new(),
            events: None,
        })
    }

    /// Load the modules that the image wants in any case, each after those that it depends on.
    pub fn load_wanted(&mut self, report: &mut dyn FnMut(Result<Loaded, Error>)) {
        let wanted = std::mem::take(&mut self.wanted);
        for name in wanted.lines().map(module_name) {
            let order = self.index.in_order(&name);
            if order.is_empty() {
                let doing = format!("load module {name}");
                report(Err(Error::new(doing, "it is not in modules.dep")));
            }
            for module in order {
                if self.was_tried(&module.name).is_some() {
                    continue;
                }
                let start = Instant::now();
                let outcome = self.load_alone(&module, report);
                self.tried.push((module.name.clone(), outcome.is_ok()));
                report(outcome.map(|()| Loaded {
                    module: module.name,
                    device: None,
                    took: start.elapsed(),
                }));
            }
        }
    }

    /// Load the drivers of all devices, and of those that appear because of that. What goes wrong is reported,
    /// and the others are loaded all the same.
    ///
    /// If no device came or went since the last call this reads one small file, so it may be called
    /// regularly for devices that are plugged in later.
    pub fn load_for_hardware(&mut self, report: &mut dyn FnMut(Result<Loaded, Error>)) {
        while self.pass(report) {}
    }

    /// Load the drivers of devices that have appeared since the last time, in the order of their places on
    /// their buses. Returns whether anything was loaded: then there may be more devices now.
    fn pass(&mut self, report: &mut dyn FnMut(Result<Loaded, Error>)) -> bool {
        // before the devices: what happens meanwhile is for the next pass
        let events = std::fs::read_to_string(self.sysfs.join("kernel/uevent_seqnum")).ok();
        if events.is_some() && events == self.events {
            return false;
        }
        self.events = events;
        let mut any = false;
        let mut left = devices(&self.sysfs.join("devices"));
        // one that has gone may come back
        self.seen.retain(|device| left.contains(device));
        left.reverse();
        while let Some(device) = left.pop() {
            if self.seen.contains(&device) {
                continue;
            }
            self.seen.push(device.clone());
            let drivers = self.index.drivers_for(&device.modalias);
            if drivers.is_empty() && device.is_network_card() && !device.has_driver() {
                report(Err(self.without_driver(&device)));
            }
            let mut is_new = false;
            for driver in &drivers {
                is_new |= self.load(driver, &device, report);
            }
            any |= is_new;
            let has_driver = |driver: &String| self.was_tried(driver) == Some(true);
            if drivers.iter().any(has_driver) {
                if !is_new {
                    device.probe();
                }
                // what is on it comes before what is beside it
                left.extend(devices(&device.path).into_iter().rev());
            }
        }
        any
    }

    /// Load a module and, before it, everything that it depends on, except for those that were tried, and let it take the
    /// device. Returns whether any was loaded.
    fn load(
        &mut self,
        name: &str,
        device: &Device,
        report: &mut dyn FnMut(Result<Loaded, Error>),
    ) -> bool {
        if self.was_tried(name).is_some() {
            return false;
        }
        let mut order = self.index.in_order(name);
        if order.is_empty() {
            self.tried.push((name.to_owned(), false));
            let doing = format!("load module {name} for {}", device.name());
            report(Err(Error::new(doing, "it is not in modules.dep")));
        }
        if self.is_blacklisted(name) {
            // then the others are not needed
            order.retain(|module| module.name == name);
        }
        let mut any = false;
        for module in order {
            if self.was_tried(&module.name).is_some() {
                continue;
            }
            let start = Instant::now();
            device.set_autoprobe(false);
            let outcome = self.load_alone(&module, report);
            device.set_autoprobe(true);
            if module.name == name && outcome.is_ok() {
                device.probe();
            }
            let took = start.elapsed();
            any |= outcome.is_ok();
            self.tried.push((module.name.clone(), outcome.is_ok()));
            report(outcome.map(|()| Loaded {
                module: module.name,
                device: Some(device.name().into_owned()),
                took,
            }));
        }
        any
    }

    fn load_alone(
        &self,
        module: &Module,
        report: &mut dyn FnMut(Result<Loaded, Error>),
    ) -> Result<(), Error> {
        let name = &module.name;
        let file = self.directory.join(module.file);
        let doing = format!("load module {name} ({})", file.display());
        if self.is_blacklisted(name) {
            return Err(Error::new(doing, "it is blacklisted (module_blacklist=)"));
        }
        for need in module.needs() {
            if self.was_tried(&need) != Some(true) {
                let cause = format!("{need}, which it depends on, is not loaded");
                return Err(Error::new(doing, cause));
            }
        }
        let mut parameters = String::new();
        for (module, parameter) in &self.settings.parameters {
            if module_name(module) != *name {
                continue;
            }
            if !push_parameter(&mut parameters, parameter) {
                let doing = format!("pass '{parameter}' to module {name}");
                let cause = "there is a quote, a NUL, or a space before '='";
                report(Err(Error::new(doing, cause).advise("loaded without it")));
            }
        }
        let parameters = CString::new(parameters).unwrap_or_default();
        (self.insert)(&doing, &file, &parameters)
    }

    /// What to do about a network card that nothing in the image drives.
    fn without_driver(&self, device: &Device) -> Error {
        let doing = format!(
            "find a driver for the network card {} ({})",
            device.name(),
            pci_ids(&device.modalias).unwrap_or_else(|| device.modalias.clone())
        );
        match self.absent.drivers_for(&device.modalias).first() {
            Some(module) => Error::new(doing, format!("the image lacks the module {module}"))
                .advise("add it to the machine's modules, or leave them out and have all"),
            None => Error::new(doing, "the kernel has none")
                .advise("give the machine another kind of card"),
        }
    }

    /// Is the module loaded? `None` if it was not tried yet.
    fn was_tried(&self, name: &str) -> Option<bool> {
        let mut tried = self.tried.iter();
        tried
            .find(|(tried, _)| tried == name)
            .map(|(_, is_loaded)| *is_loaded)
    }

    fn is_blacklisted(&self, name: &str) -> bool {
        self.settings
            .blacklist
            .iter()
            .any(|listed| module_name(listed) == name)
    }
}

impl fmt::Display for Loaded {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let Loaded {
            module,
            device,
            took,
        } = self;
        let milliseconds = took.as_millis() as u64;
        match device {
            Some(device) => write!(f, "{module} for {device}, {milliseconds} ms"),
            None => write!(f, "{module}, {milliseconds} ms"),
        }
    }
}

fn insert(doing: &str, file: &Path, parameters: &CStr) -> Result<(), Error> {
    let module = File::open(file).map_err(|cause| Error::new(doing, cause))?;
    match finit_module(&module, parameters, ModuleInitFlags::empty()) {
        // it may be loaded already, or built in
        Ok(()) | Err(Errno::EEXIST) => Ok(()),
        Err(errno) => Err(Error::new(doing, errno.desc()).advise(match errno {
            Errno::ENOEXEC => "truncated, or built for another kernel?",
            Errno::ENOENT => "a symbol that it needs is missing",
            Errno::EINVAL => "does it refuse a parameter's value? The kernel's messages say why",
            Errno::EPERM => {
                "modules are disabled (kernel.modules_disabled), or the kernel has it in its module_blacklist"
            }
            _ => "",
        })),
    }
}

/// Add a parameter to others as finit_module(2) takes them (lib/cmdline.c, `next_arg`): with spaces between,
/// in quotes if it contains some itself. False if that is impossible: there is no way to escape a quote.
fn push_parameter(parameters: &mut String, parameter: &str) -> bool {
    // what isn't ASCII may contain a byte that the kernel takes for a space, which only the value may have
    let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_graphic());
    let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
    if name.is_empty() || !plain(name) || parameter.contains(['"', '\0']) {
        return false;
    }
    if !parameters.is_empty() {
        parameters.push(' ');
    }
    if plain(value) {
        parameters.push_str(parameter);
    } else {
        for part in [name, "=\"", value, "\""] {
            parameters.push_str(part);
        }
    }
    true
}

/// Vendor and device of a PCI card, as everybody writes them, `8086:100e`, of `pci:v00008086d0000100Esv…`.
fn pci_ids(modalias: &str) -> Option<String> {
    let (vendor, rest) = modalias.strip_prefix("pci:v")?.split_once('d')?;
    let (device, _) = rest.split_once("sv")?;
    let short = |number: &str| u32::from_str_radix(number, 16).ok();
    Some(format!("{:04x}:{:04x}", short(vendor)?, short(device)?))
}

fn read(file: &Path) -> Result<String, Error> {
    match std::fs::read(file) {
        Ok(text) => Ok(String::from_utf8_lossy(&text).into_owned()),
        Err(cause) => Err(Error::new(format!("read {}", file.display()), cause)),
    }
}

fn no_modules_for(release: &str, modules: &Path) -> Error {
    let doing = format!("find modules for kernel {release} in {}", modules.display());
    let entries = match std::fs::read_dir(modules) {
        Ok(entries) => entries,
        Err(cause) => return Error::new(doing, cause),
    };
    let mut cause = String::from("they are for");
    for entry in entries.flatten() {
        cause.push(' ');
        cause.push_str(&entry.file_name().to_string_lossy());
    }
    if cause.ends_with("for") {
        cause = "there are none".to_owned();
    }
    Error::new(doing, cause).advise("are kernel and initramfs from the same build?")
}

#[cfg(test)]
mod tests;
