//! PID 1. The boot, in order:
//!
//! 1. mounts: `/proc`, `/sys`, `/dev`, `/tmp`, `/run`; standard streams, if the kernel provided none; all of the
//!    kernel's consoles, and the log behind them
//! 2. config: what is baked into the image, overridden by a layer over it and by the kernel command line.
//!    Then the only failure that ends the boot: an image that does not fit into memory was not unpacked completely
//! 3. modules: the drivers that the hardware asks for
//! 4. network: its thread, waited for no longer than configured
//! 5. programs: found, with users, homes and places to write to; then seal: what is locked down for good
//! 6. the programs run, until all jobs are done, a signal arrives, or the power button is pressed
//! 7. the end: programs, logs, lease, disks, power
//!
//! How each step is wired up is in `boot`. A step that fails logs a warning and the boot goes on. Nothing returns: if
//! PID 1 exited, the kernel would panic.

#![no_main]

mod boot;
mod c_main;

use scratchmachine::logs::Log;
use scratchmachine::phases::Phases;
use scratchmachine::shutdown::{self, End};
use scratchmachine::signals::Signals;
use scratchmachine::{bug, mounts, seal, streams, sysctls};

fn run() -> ! {
    let mut phases = Phases::begin();
    let log = Log::default();
    let mounted = mounts::mount_all();
    // before any other file is opened, which would take their place
    let streams = streams::fill();
    // before there is any thread, since threads inherit blocked signals
    let signals = Signals::block();
    boot::consoles::start(&log);
    // before the first line: whoever reads it may press them
    boot::power_buttons::watch(&log);
    log.info("Hello World!");
    log.warn_all(mounted);
    log.warn_all(sysctls::set_defaults());
    log.warn_all(streams.err());
    let image = boot::identity::log(&log);
    log.info(phases.end("mounts"));

    let config = boot::config::read(&log);
    let reboot = || shutdown::end(End::Reboot);
    log.warn_all(bug::reboot_after(config.panic, reboot).err());
    // without them nothing can be supervised, so this is reported as a bug
    let signals = signals.unwrap_or_else(|error| panic!("{error}"));
    log.warn_all(shutdown::catch_ctrl_alt_del().err());
    if boot::memory::is_short(&log) {
        let ending = boot::end::give_up(&log, &config, &signals);
        boot::end::end(&log, None, &ending);
    }
    let resized = config.tmp_size.map(mounts::resize_tmp);
    log.warn_all(resized.and_then(Result::err));
    log.info(phases.end("config"));

    boot::modules::load(&log, &config);
    log.info(phases.end("modules"));

    let network = boot::network::start(&log, &config);
    let ending = boot::network::wait(&log, &config, &signals, network.as_ref());
    log.info(phases.end("network"));
    boot::collector::start(&log, &config);

    let programs = boot::programs::find(&log, &config);
    log.warn_all(sysctls::set(&config.sysctls, seal::is_sealed));
    log.warn_all(seal::seal(config.hotplug, config.io_uring));
    log.info(phases.end("seal"));

    boot::clock::start(&log, &config);
    let statuses = boot::status::Statuses::default();
    let unhealthy = boot::health::watch(&log, &programs, &statuses);
    let outputs = boot::outputs::Outputs::new(&programs);
    let mut supervisor = boot::programs::supervisor(&log, &outputs, programs);
    boot::status::start(&log, &config, image, phases, network.as_ref(), &statuses);
    boot::guest_agent::start(&log);
    if config.drill {
        panic!("scratchmachine.drill asks for this");
    }

    let ending = ending.unwrap_or_else(|| {
        boot::programs::supervise(
            &log,
            &config,
            &signals,
            &mut supervisor,
            &statuses,
            &unhealthy,
        )
    });
    supervisor.stop(config.grace, |time| {
        signals.wait(Some(time));
    });
    outputs.finish();
    boot::end::end(&log, network.as_ref(), &ending);
}
