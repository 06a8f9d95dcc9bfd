//! Boots machines in QEMU and looks at them from outside: at the serial console and over HTTP.
//!
//! The images come from the environment, where `nix flake check` puts them; see `nix/checks/boot.nix`.
//! Everything waits for an event, with one generous time-out, since QEMU may have to emulate a processor.

mod console;
pub mod dhcp_server;
mod http;

use console::Console;
use dhcp_server::DhcpServer;
use std::fs::OpenOptions;
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// How long any single event may take before it counts as never happening.
pub const PATIENCE: Duration = Duration::from_secs(180);

/// A machine to be booted: QEMU's options so far.
pub struct Machine {
    options: Vec<String>,
    port: u16,
}

/// A machine that runs until this is dropped.
pub struct Running {
    qemu: Child,
    console: Console,
    port: u16,
}

/// The path that an environment variable holds.
///
/// # Panics
/// It is not set: the images are built by Nix.
pub fn image(variable: &str) -> String {
    std::env::var(variable).unwrap_or_else(|_| {
        panic!("{variable} is not set: run this by `nix flake check`, which builds the images")
    })
}

impl Machine {
    /// From power-on, with `iso` in the CD drive.
    pub fn from_iso(iso: &str) -> Self {
        Self::with_options(&["-cdrom", iso])
    }

    /// Without firmware and boot loader.
    pub fn from_kernel(kernel: &str, initrd: &str, command_line: &str) -> Self {
        let command_line = format!("console=ttyS0 {command_line}");
        Self::with_options(&[
            "-kernel",
            kernel,
            "-initrd",
            initrd,
            "-append",
            &command_line,
        ])
    }

    fn with_options(options: &[&str]) -> Self {
        let accelerator = if has_kvm() { "kvm" } else { "tcg" };
        Machine {
            options: options.iter().map(|option| option.to_string()).collect(),
            port: free_port(),
        }
        .option(&["-accel", accelerator])
        .option(&["-m", "128", "-no-reboot", "-display", "none"])
        .option(&["-monitor", "none", "-serial", "stdio"])
    }

    pub fn option(mut self, option: &[&str]) -> Self {
        self.options
            .extend(option.iter().map(|word| word.to_string()));
        self
    }

    /// With a network card, and a port of this host that leads to its port 80.
    pub fn with_network_card(self, model: &str) -> Self {
        let network = format!("user,model={model},hostfwd=tcp:127.0.0.1:{}-:80", self.port);
        self.option(&["-nic", &network])
    }

    /// With a network card whose cable leads to that server.
    pub fn with_cable_to(self, server: &DhcpServer) -> Self {
        let cable = server.cable("e1000");
        self.option(&cable.each_ref().map(String::as_str))
    }

    pub fn without_network_card(self) -> Self {
        self.option(&["-nic", "none"])
    }

    pub fn boot(self) -> Running {
        let mut qemu = Command::new("qemu-system-x86_64")
            .args(&self.options)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("start qemu-system-x86_64: is it in PATH?");
        let console = Console::read_from(qemu.stdout.take().expect("stdout is piped"));
        Running {
            qemu,
            console,
            port: self.port,
        }
    }
}

impl Running {
    /// Wait until the console shows `text` and return the line that it is in.
    ///
    /// # Panics
    /// With all that the console said, if it does not come, the kernel panics first or QEMU ends.
    pub fn wait_for(&self, text: &str) -> String {
        self.console.wait_for(text, PATIENCE)
    }

    /// What the console said so far.
    pub fn console(&self) -> String {
        self.console.text()
    }

    /// The body of the answer to `GET /` on the machine's port 80.
    pub fn get(&self) -> String {
        http::get(self.port, PATIENCE)
    }

    /// The machine is up and its kernel has not given up.
    pub fn assert_alive(&mut self) {
        let exited = self.qemu.try_wait().expect("ask for QEMU's status");
        assert!(
            exited.is_none(),
            "QEMU ended: {exited:?}\n{}",
            self.console()
        );
        assert!(
            !self.console().contains("Kernel panic"),
            "{}",
            self.console()
        );
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.qemu.kill();
        let _ = self.qemu.wait();
    }
}

/// Some hypervisors hand their guests a `/dev/kvm` without the processor's help for it, which fails.
fn has_kvm() -> bool {
    let permitted = OpenOptions::new()
        .read(true)
        .write(true)
        .open("/dev/kvm")
        .is_ok();
    let processors = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    permitted
        && processors
            .split_whitespace()
            .any(|flag| flag == "vmx" || flag == "svm")
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("bind a free port");
    listener
        .local_addr()
        .expect("a bound socket has an address")
        .port()
}
