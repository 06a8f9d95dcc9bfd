//! Boots machines in QEMU, observes them from outside, by their consoles and over HTTP, and operates them as a person at
//! the machine would.
//!
//! Everything waits for an event, with one generous timeout, since QEMU may have to emulate a processor.

pub mod accelerator;
mod console;
pub mod dhcp_server;
pub mod ending;
mod http;
pub mod medium;
pub mod memory;
mod monitor;
mod picture;
pub mod port;
mod running;
mod screen;

pub use port::free_port;
pub use running::Running;

use accelerator::Accelerator;
use console::Console;
use dhcp_server::DhcpServer;
use monitor::Monitor;
use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

/// How long any single event may take before it counts as never happening.
pub const TIMEOUT: Duration = Duration::from_secs(180);

const QEMU: &str = "qemu-system-x86_64";

/// A machine to be booted: QEMU's options so far.
pub struct Machine {
    /// What starts it: QEMU, or a runner that does.
    command: Vec<OsString>,
    options: Vec<OsString>,
    /// More options: where its serial port leads to.
    serial: &'static [&'static str],
    port: u16,
    monitor: Monitor,
}

impl Machine {
    /// From power-on, with this ISO in the CD drive.
    pub fn from_iso(iso: impl AsRef<Path>) -> Self {
        let mut machine = Self::new().option(&["-cdrom"]);
        machine.options.push(iso.as_ref().into());
        machine
    }

    /// From power-on, with this image in a medium of [`medium::names`].
    ///
    /// # Panics
    /// There is no such medium.
    pub fn from_medium(image: &str, medium: &str) -> Self {
        Self::from_disk(image, "raw", medium)
    }

    /// The same, with the image in this format of QEMU's.
    ///
    /// # Panics
    /// There is no such medium.
    pub fn from_disk(image: &str, format: &str, medium: &str) -> Self {
        let options = medium::options(image, format, medium);
        let options: Vec<&str> = options.iter().map(String::as_str).collect();
        Self::new().option(&options)
    }

    /// With UEFI in the place of a BIOS: its code, and its variables as they are at first. Both are files of the host's,
    /// which are not written to.
    pub fn with_uefi(self, code: &str, variables: &str) -> Self {
        let flash = |unit: u8, access: &str, file: &str| {
            format!("if=pflash,unit={unit},format=raw,{access},file={file}")
        };
        self.option(&["-drive", &flash(0, "readonly=on", code)])
            .option(&["-drive", &flash(1, "snapshot=on", variables)])
    }

    /// By a command that hands options on to QEMU, and takes `--port` for the port that leads to the machine's port 80,
    /// as a machine's runner does. The console has to be on its standard output.
    pub fn from_runner(command: &[&str]) -> Self {
        let new = Self::new();
        let port = new.port.to_string();
        let monitor = new.monitor.options();
        Machine {
            command: command.iter().map(OsString::from).collect(),
            options: vec![],
            // the runner's business
            serial: &[],
            ..new
        }
        .option(&["--port", &port])
        .option(&monitor.each_ref().map(String::as_str))
    }

    /// A kernel and an initramfs without firmware and boot loader, with words for the kernel's command line, which may be
    /// any bytes but NUL. Those for the consoles are there already.
    pub fn from_image(kernel: &str, initrd: &str, words: impl AsRef<OsStr>) -> Self {
        let mut command_line = OsString::from("console=tty0 console=ttyS0 ");
        command_line.push(words);
        Self::from_image_with_command_line(kernel, initrd, command_line)
    }

    /// The same with exactly this command line.
    pub fn from_image_with_command_line(
        kernel: &str,
        initrd: &str,
        command_line: impl Into<OsString>,
    ) -> Self {
        let mut machine = Self::new().option(&["-kernel", kernel, "-initrd", initrd, "-append"]);
        machine.options.push(command_line.into());
        machine
    }

    /// The kernel as a hypervisor starts it by itself, on a machine that has nothing but virtio devices, with more words
    /// for its command line. `image` is the directory of a `microvmImage`.
    ///
    /// # Panics
    /// It is not.
    pub fn from_microvm(image: &str, words: &str) -> Self {
        let file = |name: &str| format!("{image}/{name}");
        let command_line = std::fs::read_to_string(file("command-line"))
            .unwrap_or_else(|error| panic!("read {}: {error}", file("command-line")));
        Self::new().option(&[
            "-machine",
            "microvm,acpi=off",
            "-kernel",
            &file("vmlinux"),
            "-initrd",
            &file("initrd"),
            "-append",
            &format!("{} {words}", command_line.trim_end()),
        ])
    }

    /// From power-on, with what options add.
    pub fn from_nothing() -> Self {
        Self::new()
    }

    fn new() -> Self {
        let port = free_port();
        let monitor = Monitor::new(&format!("vm-{}-{port}", std::process::id()));
        let options = monitor.options();
        let machine = Machine {
            command: vec![QEMU.into()],
            options: Vec::new(),
            serial: &["-serial", "stdio"],
            port,
            monitor,
        };
        machine
            .option(&["-accel", Accelerator::choose().name()])
            .option(&["-m", "128", "-no-reboot", "-display", "none"])
            .option(&options.each_ref().map(String::as_str))
    }

    pub fn option(mut self, option: &[&str]) -> Self {
        self.options.extend(option.iter().map(OsString::from));
        self
    }

    /// With a network card, and a port of this host that leads to the machine's port 80.
    pub fn with_network_card(self, model: &str) -> Self {
        self.with_network_card_and_port(model, 80)
    }

    /// With a network card, and a port of this host that leads to this port of the machine.
    pub fn with_network_card_and_port(self, model: &str, port: u16) -> Self {
        self.with_network(&format!("model={model}"), port)
    }

    /// The same with more of QEMU's options for the network.
    pub fn with_network_card_and(self, model: &str, options: &str) -> Self {
        self.with_network(&format!("model={model},{options}"), 80)
    }

    fn with_network(self, options: &str, port: u16) -> Self {
        let network = format!(
            "user,id=cable,{options},hostfwd=tcp:127.0.0.1:{}-:{port}",
            self.port
        );
        self.option(&["-nic", &network])
    }

    /// With a network card for a machine without PCI, and a port of this host that leads to the machine's port 80.
    pub fn with_virtio_card(self) -> Self {
        let cable = format!("user,id=cable,hostfwd=tcp:127.0.0.1:{}-:80", self.port);
        self.option(&[
            "-netdev",
            &cable,
            "-device",
            "virtio-net-device,netdev=cable",
        ])
    }

    /// With a network card whose cable leads to this server.
    pub fn with_cable_to(self, server: &DhcpServer) -> Self {
        let cable = server.cable("e1000");
        self.option(&cable.each_ref().map(String::as_str))
    }

    /// With a cable that is not plugged into a card: the monitor's `device_add MODEL,netdev=cable` adds one at its end.
    pub fn with_loose_cable(self) -> Self {
        let network = format!("user,id=cable,hostfwd=tcp:127.0.0.1:{}-:80", self.port);
        self.option(&["-nic", "none", "-netdev", &network])
    }

    /// Without the console that [`Running::console`] shows.
    pub fn without_serial_port(self) -> Self {
        Machine {
            serial: &["-serial", "none"],
            ..self
        }
    }

    pub fn without_network_card(self) -> Self {
        self.option(&["-nic", "none"])
    }

    /// # Panics
    /// There is no QEMU in PATH, or no runner where it should be.
    pub fn boot(self) -> Running {
        let mut process = Command::new(&self.command[0])
            .args(&self.command[1..])
            .args(&self.options)
            .args(self.serial)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("start {:?}: is it in PATH? {error}", self.command[0]));
        let console = Console::read_from(process.stdout.take().expect("stdout is piped"));
        Running {
            process,
            has_runner: self.command[0] != QEMU,
            console,
            port: self.port,
            monitor: self.monitor,
        }
    }
}
