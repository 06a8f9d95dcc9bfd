//! What QEMU runs a machine's processor with here, and why it is not the processor of this host.
//!
//! A hypervisor may hand its guests a `/dev/kvm` without the processor's help for it: what runs there is not worth
//! waiting for, or does not run at all.

use std::fs::OpenOptions;
use std::io::{self, ErrorKind};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Accelerator {
    Kvm,
    /// Software emulation, and why there is nothing better.
    Emulation(String),
}

impl Accelerator {
    /// The best that there is here.
    pub fn choose() -> Self {
        let device = OpenOptions::new().read(true).write(true).open("/dev/kvm");
        let processor = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        Self::of(device.map(drop), &processor)
    }

    fn of(device: io::Result<()>, processor: &str) -> Self {
        let supported = processor
            .split_whitespace()
            .any(|flag| flag == "vmx" || flag == "svm");
        let reason = match device.map_err(|error| (error.kind(), error)) {
            Ok(()) if supported => return Self::Kvm,
            Ok(()) => "/dev/kvm without a processor that supports it (vmx or svm)".to_owned(),
            Err((ErrorKind::NotFound, _)) => "no /dev/kvm here".to_owned(),
            Err((ErrorKind::PermissionDenied, _)) => {
                "no permission for /dev/kvm (join the group kvm)".to_owned()
            }
            Err((_, error)) => format!("/dev/kvm can't be opened ({error})"),
        };
        Self::Emulation(reason)
    }

    /// As QEMU's option `-accel` takes it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Kvm => "kvm",
            Self::Emulation(_) => "tcg",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FLAGS: &str = "processor\t: 0\nflags\t\t: fpu vme svm de\n";

    #[test]
    fn kvm_takes_a_device_that_opens_and_a_processor_that_supports_it() {
        assert_eq!(Accelerator::of(Ok(()), FLAGS), Accelerator::Kvm);
        assert_eq!(Accelerator::Kvm.name(), "kvm");
    }

    #[test]
    fn without_either_it_is_software_emulation_and_the_reason_is_given() {
        let failed = |kind: ErrorKind| Err(io::Error::from(kind));
        for (device, processor, reason) in [
            (Ok(()), "flags\t\t: fpu vmxnet", "without a processor"),
            (failed(ErrorKind::NotFound), FLAGS, "no /dev/kvm here"),
            (failed(ErrorKind::PermissionDenied), FLAGS, "join the group"),
            (failed(ErrorKind::Unsupported), FLAGS, "can't be opened"),
        ] {
            let accelerator = Accelerator::of(device, processor);
            assert_eq!(accelerator.name(), "tcg");
            let Accelerator::Emulation(given) = accelerator else {
                panic!("{reason}: it is KVM");
            };
            assert!(given.contains(reason), "{given}");
        }
    }
}
