//! Boots an image in QEMU: its serial console in this terminal, a port of this host that leads to its port 80, and its
//! exit status as ours.

pub mod arguments;
mod image;
mod memory;
mod qemu;

use crate::output;
use arguments::Forward;
use image::Image;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;
use vm::accelerator::Accelerator;
use vm::port;

/// The environment variable that names an image where the command line names none.
pub const IMAGE: &str = "SCRATCHMACHINE_RUN_IMAGE";
const DEFAULT_PORT: u16 = 8080;
const LAST_DEFAULT_PORT: u16 = 8179;

#[derive(Debug, clap::Args)]
pub struct Options {
    /// An ISO image, or a directory with the vmlinux, initrd and command-line of a microvm
    #[arg(env = IMAGE)]
    image: PathBuf,
    /// The port of this host that leads to port 80 of the machine [default: 8080, or the next one that is free]
    #[arg(long, value_parser = arguments::port)]
    port: Option<u16>,
    /// A port of this host that leads to one of the machine, instead of to its port 80; may be repeated
    #[arg(short, long, value_name = "HOST:GUEST[/udp]", value_parser = arguments::forward)]
    publish: Vec<Forward>,
    /// The machine's memory, in units of 1,048,576 bytes [default: what the image needs and some room, at least 128]
    #[arg(long, value_name = "MB", value_parser = arguments::memory)]
    memory: Option<u32>,
    /// Print the least memory that the image needs, and do nothing else
    #[arg(long)]
    least_memory: bool,
    /// The model of its network card [default: e1000, or virtio-net-device for a microvm]
    #[arg(long, value_name = "MODEL")]
    card: Option<String>,
    /// What messages call it [default: the image's name]
    #[arg(long)]
    name: Option<String>,
    /// Print help
    // -h is QEMU's
    #[arg(long, action = clap::ArgAction::Help)]
    help: Option<bool>,
    /// An option of QEMU or the value of one
    #[arg(value_name = "QEMU OPTION")]
    qemu: Vec<OsString>,
}

/// # Errors
/// The machine could not be started.
pub fn run(options: &Options) -> Result<ExitCode, String> {
    let image = Image::find(&options.image)?;
    let least = memory::least(&image);
    if options.least_memory {
        let least =
            least.ok_or("it can't be said how much memory this needs: is it an image of ours?")?;
        output::print(format!("{least}\n"))?;
        return Ok(ExitCode::SUCCESS);
    }
    let name = options.name.clone().unwrap_or_else(|| image.name.clone());
    let forwards = forwards(options)?;
    let accelerator = Accelerator::choose();

    let mut messages = String::new();
    let mut say = |message: String| messages += &format!("{name}: {message}\n");
    let serves = forwards
        .iter()
        .find(|forward| forward.guest == 80 && !forward.is_udp);
    match serves {
        Some(Forward { host, .. }) if is_default(options) && *host != DEFAULT_PORT => {
            say(format!("port {DEFAULT_PORT} is taken, so it is {host}"));
        }
        _ => {}
    }
    let memory = options.memory.unwrap_or_else(|| memory::default(least));
    if let Some(least) = least.filter(|least| memory < *least) {
        say(format!(
            "warning: {memory} MB of memory are too few: the image needs at least {least} MB"
        ));
    }
    if let Accelerator::Emulation(reason) = &accelerator {
        say(format!(
            "{reason}, so by software emulation, which is slower"
        ));
    }
    say(match serves {
        Some(Forward { host, .. }) => {
            format!("when it is up: curl http://localhost:{host}   (Ctrl-C ends it)")
        }
        None => "Ctrl-C ends it".to_owned(),
    });
    output::print(messages)?;

    let mut netdev = "user,id=cable".to_owned();
    for forward in forwards {
        netdev += &format!(",{}", forward.option());
    }
    let card = options.card.as_deref().unwrap_or(image.card);
    let mut command = qemu::command();
    command
        .args(&image.options)
        // has random numbers, which the kernel would otherwise be without for a while, whether emulated or the host's
        .args(["-cpu", "max"])
        .args(["-accel", accelerator.name()])
        .args(["-m", &memory.to_string()])
        .args(["-no-reboot", "-display", "none"]);
    let console = qemu::Console::of(&mut command)?;
    command
        .args(["-netdev", &netdev])
        .args(["-device", &format!("{card},netdev=cable")])
        .args(&options.qemu);
    qemu::run(command, console).map(ExitCode::from)
}

/// Nothing was said of ports.
fn is_default(options: &Options) -> bool {
    options.port.is_none() && options.publish.is_empty()
}

/// The ports of this host that lead to the machine: without a word, the first free one from 8080 on to its port 80.
fn forwards(options: &Options) -> Result<Vec<Forward>, String> {
    let to_http = |host| Forward {
        host,
        guest: 80,
        is_udp: false,
    };
    if is_default(options) {
        let free = port::first_free(DEFAULT_PORT..=LAST_DEFAULT_PORT).ok_or_else(|| {
            format!(
                "the ports {DEFAULT_PORT} to {LAST_DEFAULT_PORT} are all taken: choose one with --port"
            )
        })?;
        return Ok(vec![to_http(free)]);
    }
    let forwards: Vec<_> = options
        .port
        .map(to_http)
        .into_iter()
        .chain(options.publish.iter().copied())
        .collect();
    match forwards
        .iter()
        .find(|forward| !forward.is_udp && port::is_taken(forward.host))
    {
        Some(Forward { host, .. }) => Err(format!(
            "port {host} is taken: end what listens there, or choose another with --port or --publish"
        )),
        None => Ok(forwards),
    }
}
