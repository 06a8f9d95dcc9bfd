//! PID 1. The boot, in order:
//!
//! 1. mounts: `/proc`, `/sys`, `/dev`
//! 2. config: what is baked into the image, overridden by the kernel command line
//! 3. modules: the drivers that are in the image
//! 4. network: `eth0` gets its address
//! 5. the program, started again whenever it ends
//!
//! A step that fails says so on the console and the boot goes on. Nothing returns: were PID 1 to exit, the
//! kernel would panic.

use nix::sys::wait::wait;
use scratchmachine::{
    Error,
    config::{self, Config},
    modules, mounts, network, supervisor,
};

fn main() -> ! {
    std::panic::set_hook(Box::new(|panic| {
        say(format_args!("bug in init: {panic}"));
        reap_for_ever();
    }));

    say("Hello World!");
    for error in mounts::mount_all() {
        warn(error);
    }

    let config = configure();

    match modules::load_all() {
        Ok(outcomes) => outcomes.into_iter().for_each(|outcome| match outcome {
            Ok(module) => say(format_args!("modules: {module} loaded")),
            Err(error) => warn(error),
        }),
        Err(error) => warn(error),
    }

    match network::configure(&config.ip) {
        Ok(network::Outcome::Off) => say("network: off, as configured"),
        Ok(network::Outcome::Up(interface)) => {
            say(format_args!("network: {interface}"));
            say("Ethernet configured");
        }
        Err(error) => warn(error),
    }

    match supervisor::find_program() {
        Ok(program) => supervisor::run_for_ever(&program, |event| say(event)),
        Err(error) => warn(error),
    }
    say("nothing to run: the machine stays up so that this can be read");
    reap_for_ever();
}

/// Baked settings first, then the command line, which overrides them.
fn configure() -> Config {
    let mut config = Config::default();
    for source in [config::BAKED, config::COMMAND_LINE] {
        match std::fs::read(source) {
            Ok(words) => config
                .apply(&words)
                .into_iter()
                .for_each(|complaint| warn(Error::new(format!("config: {source}"), complaint))),
            Err(error) => warn(Error::new(format!("read {source}"), error)),
        }
    }
    config
}

/// Children that nobody waits for any more still have to be taken away.
fn reap_for_ever() -> ! {
    loop {
        if wait().is_err() {
            nix::unistd::pause();
        }
    }
}

fn say(message: impl std::fmt::Display) {
    // a console that can't be written to is no reason to stop
    use std::io::Write;
    let _ = writeln!(std::io::stdout(), "init: {message}");
}

fn warn(error: Error) {
    say(format_args!("warning: {error}"));
}
