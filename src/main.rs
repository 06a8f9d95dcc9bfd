//! PID 1. The boot, in order:
//!
//! 1. mounts: `/proc`, `/sys`, `/dev`, `/tmp`, `/run`; standard streams, if the kernel gave none
//! 2. consoles: all that the kernel has, and the log behind them; which machine this is
//! 3. config: what is baked into the image, overridden by a layer over it and by the kernel command line
//!    And the only failure that ends the boot: an image that does not fit into memory was not unpacked as a whole
//! 4. modules: the drivers that the hardware asks for
//! 5. network: its thread, waited for no longer than was asked for
//! 6. seal: what is shut for good
//! 7. the programs, until all jobs are done, a signal, or the power button
//! 8. the end: programs, logs, lease, disks, power
//!
//! A step that fails says so and the boot goes on. Nothing returns: were PID 1 to exit, the kernel would panic.

#![no_main]

mod c_main;

use nix::sys::signal::Signal;
use scratchmachine::config::{self, Config, Ip, Request};
use scratchmachine::logs::{self, Log, Severity};
use scratchmachine::memory;
use scratchmachine::modules::{self, Modules};
use scratchmachine::network::{self, Network};
use scratchmachine::phases::Phases;
use scratchmachine::shutdown::{self, End};
use scratchmachine::signals::{self, Signals};
use scratchmachine::status::{self, Value};
use scratchmachine::supervisor::{self, Output, Supervisor};
use scratchmachine::{Error, bug, clock, console, mounts, power_button, seal, streams};
use std::cell::RefCell;
use std::io::ErrorKind;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

const VERSION: &str = env!("CARGO_PKG_VERSION");
/// Where the image keeps its identity, a hash over all that it was made of (nix/machine.nix).
const IMAGE: &str = "/etc/scratchmachine.image";
/// The logs are given this long to reach consoles and collector at the end.
const FLUSH: Duration = Duration::from_secs(3);
/// And the network to give back its lease.
const RELEASE: Duration = Duration::from_secs(2);
/// The exit status of a machine that could not do anything.
const GAVE_UP: u8 = 70;
/// How often machines with hot-plug look for devices that have come.
const LOOK: Duration = Duration::from_secs(1);

fn boot() -> ! {
    let mut phases = Phases::begin();
    let log = Log::default();
    let mounted = mounts::mount_all();
    // before any other file is opened, which would take their place
    let streams = streams::fill();
    // before there is any thread, since threads inherit what is blocked
    let signals = Signals::block();
    start_consoles(&log);
    // before the first line: whoever reads it may press them
    watch_power_buttons(&log);
    say(&log, "Hello World!");
    warn_all(&log, mounted);
    warn_all(&log, streams.err());
    let image = image(&log);
    say(
        &log,
        format_args!(
            "scratchmachine {VERSION}, image {image}, Linux {}",
            kernel_release()
        ),
    );
    say(&log, phases.end("mounts"));

    let config = configure(&log);
    warn_all(&log, bug::reboot_after(config.panic).err());
    // without them nothing can be supervised: that is told as a bug
    let signals = signals.unwrap_or_else(|error| panic!("{error}"));
    warn_all(&log, shutdown::catch_ctrl_alt_del().err());
    if let Some(shortage) = shortage(&log) {
        log.say(Severity::Error, shortage);
        end(&log, None, &give_up(&log, &config, &signals));
    }
    say(&log, phases.end("config"));

    load_modules(&log, &config);
    say(&log, phases.end("modules"));

    let network = start_network(&log, &config);
    let end = wait_for_network(&log, &config, &signals, network.as_ref());
    say(&log, phases.end("network"));
    start_collector(&log, &config);

    warn_all(&log, seal::seal(config.hotplug));
    say(&log, phases.end("seal"));

    start_clock(&log, &config);
    let (programs, errors) = supervisor::find_programs(|name| config.restart_of(name));
    warn_all(&log, errors);
    warn_all(&log, supervisor::open_ports().err());
    let forwards = Forwards::default();
    let mut supervisor = Supervisor::new(
        programs,
        |name, output| forward(&log, &forwards, name, output),
        |event| log.say(event.severity(), event),
    );
    let statuses = Arc::default();
    start_status(&log, &config, image, phases, &network, &statuses);
    if config.drill {
        panic!("scratchmachine.drill asks for this");
    }

    let end = end.unwrap_or_else(|| supervise(&log, &config, &signals, &mut supervisor, &statuses));
    supervisor.stop(config.grace, |time| {
        signals.wait(Some(time));
    });
    finish(&forwards);
    self::end(&log, network.as_ref(), &end);
}

/// Power off or reboot, with the last line on the console.
fn end(log: &Log, network: Option<&Network>, end: &Ending) -> ! {
    say(log, format_args!("exit status {}, {}", end.status, end.how));
    // as long as there is a network, over which the collector is reached
    let flush = Instant::now();
    log.flush(FLUSH);
    if let Some(network) = network {
        let left = FLUSH.saturating_sub(flush.elapsed());
        network.release(RELEASE);
        // what the network has said to that
        log.flush(left);
    }
    let error = shutdown::end(end.how);
    panic!("{error}");
}

/// How the machine is to end.
struct Ending {
    how: End,
    /// What whoever started the machine as a job wants to know.
    status: u8,
}

/// What the machine lacks to have its whole image in memory.
fn shortage(log: &Log) -> Option<memory::Shortage> {
    memory::shortage().unwrap_or_else(|error| {
        warn(log, error);
        None
    })
}

/// The end of a machine that can't do anything, which a reboot would not change: once there was time to read why.
fn give_up(log: &Log, config: &Config, signals: &Signals) -> Ending {
    let patience = match config.panic {
        0 => {
            say(log, "the machine stays as it is: panic=0");
            None
        }
        seconds => {
            let seconds = seconds.max(0).unsigned_abs();
            say(log, format_args!("power off in {seconds} s"));
            Some(Duration::from_secs(seconds.into()))
        }
    };
    let deadline = patience.map(|patience| Instant::now() + patience);
    let mut how = None;
    while how.is_none() && deadline.is_none_or(|deadline| Instant::now() < deadline) {
        let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        let end = signals
            .wait(left)
            .and_then(|signal| requested(log, config, signal));
        how = end.map(|end| end.how);
    }
    Ending {
        how: how.unwrap_or(End::PowerOff),
        status: GAVE_UP,
    }
}

/// Run the programs until the machine is to end.
fn supervise(
    log: &Log,
    config: &Config,
    signals: &Signals,
    supervisor: &mut Supervisor,
    statuses: &Mutex<Vec<supervisor::Status>>,
) -> Ending {
    loop {
        let nothing_to_do_for = supervisor.start_due();
        *statuses.lock().unwrap_or_else(PoisonError::into_inner) = supervisor.status();
        if supervisor.is_done() {
            say(log, "all programs have ended");
            return Ending {
                how: End::PowerOff,
                status: supervisor.exit_status(),
            };
        }
        match signals.wait(nothing_to_do_for) {
            None => {}
            Some(signals::CHILD) => {
                let are_all = supervisor.reap();
                // the others after whatever else there is to do
                if !are_all {
                    signals::send(signals::CHILD);
                }
            }
            Some(signal) => {
                if let Some(end) = requested(log, config, signal) {
                    return end;
                }
            }
        }
    }
}

/// The end that a signal asks for, if it does.
fn requested(log: &Log, config: &Config, signal: Signal) -> Option<Ending> {
    let how = match config.request_of(signal.as_str()) {
        Request::Reboot => End::Reboot,
        Request::PowerOff => End::PowerOff,
        Request::Nothing => return None,
    };
    say(log, format_args!("{signal} was received"));
    Some(Ending { how, status: 0 })
}

fn start_consoles(log: &Log) {
    let consoles = console::list().unwrap_or_else(|error| {
        warn(log, error);
        vec![console::last_resort()]
    });
    for console in consoles {
        let name = console.display().to_string();
        let (next, pause) = log.for_console(&name);
        let told = log.clone();
        start(log, &name, move || {
            console::run(&console, next, pause, |error| warn(&told, error))
        });
    }
}

/// Each overrides those before it.
fn configure(log: &Log) -> Config {
    let mut config = Config::default();
    for source in [config::BAKED, config::LAYER, config::COMMAND_LINE] {
        match std::fs::read(source) {
            Ok(words) => {
                if source == config::LAYER {
                    say(log, "config: with a layer of settings over the image");
                }
                for complaint in config.apply(&words) {
                    warn(log, Error::new(format!("config: {source}"), complaint));
                }
            }
            Err(error) if source == config::LAYER && error.kind() == ErrorKind::NotFound => {}
            Err(error) => warn(log, Error::new(format!("read {source}"), error)),
        }
    }
    config
}

/// The drivers of all devices that there are and, if hot-plug was asked for, of those that will come.
fn load_modules(log: &Log, config: &Config) {
    let settings = modules::Settings {
        parameters: config.module_parameters.clone(),
        blacklist: config.module_blacklist.clone(),
    };
    let mut modules = match Modules::open(settings) {
        Ok(modules) => modules,
        Err(error) => return warn(log, error),
    };
    let told = log.clone();
    let mut load = move || {
        modules.load_for_hardware(&mut |outcome| match outcome {
            Ok(loaded) => say(&told, format_args!("modules: {loaded}")),
            Err(error) => warn(&told, error),
        })
    };
    load();
    if config.hotplug {
        start(log, "hot-plug", move || {
            loop {
                std::thread::sleep(LOOK);
                load();
            }
        });
    }
}

fn watch_power_buttons(log: &Log) {
    for device in power_button::find() {
        // opened at once: a button that nobody has open forgets that it was pressed
        let button = match std::fs::File::open(&device) {
            Ok(button) => button,
            Err(cause) => {
                warn(log, Error::new(format!("read {}", device.display()), cause));
                continue;
            }
        };
        let told = log.clone();
        start(log, "power button", move || {
            while power_button::wait_for_press(&button) {
                say(&told, "the power button was pressed");
                signals::send(signals::POWER);
            }
        });
    }
}

fn start_collector(log: &Log, config: &Config) {
    let Some(target) = &config.log else { return };
    match target.parse() {
        Ok(target) => {
            let sender = logs::collector::Sender::new(target, log);
            start(log, "collector", move || sender.run());
            let kernel = log.clone();
            start(log, "kernel log", move || {
                warn(&kernel, logs::follow_kernel(&kernel))
            });
        }
        Err(error) => warn(log, error),
    }
}

fn start_network(log: &Log, config: &Config) -> Option<Network> {
    let told = log.clone();
    let network = network::start(config.ip.clone(), config.hostname.clone(), move |event| {
        if event.is_warning() {
            told.say(Severity::Warning, format_args!("warning: {event}"));
        } else {
            say(&told, &event);
        }
        if let Some(details) = event.details() {
            say(&told, details);
        }
        // it may have come with a lease
        told.set_hostname(&hostname());
        if event.is_up() {
            told.hurry();
            signals::send(signals::NETWORK);
        }
    });
    network.map_err(|error| warn(log, error)).ok()
}

/// The identity of the image that was booted.
fn image(log: &Log) -> String {
    let identity = std::fs::read_to_string(IMAGE).unwrap_or_else(|error| {
        warn(log, Error::new(format!("read {IMAGE}"), error));
        String::new()
    });
    match identity.trim() {
        "" => "unknown".into(),
        identity => identity.into(),
    }
}

fn kernel_release() -> String {
    let kernel = nix::sys::utsname::uname();
    kernel.map_or(String::new(), |kernel| {
        kernel.release().to_string_lossy().into_owned()
    })
}

/// The machine's name, by now given by the settings or by a server; empty if it has none.
fn hostname() -> String {
    let kernel = nix::sys::utsname::uname();
    let name = kernel.map(|kernel| kernel.nodename().to_string_lossy().into_owned());
    name.ok()
        .filter(|name| name != network::NAMELESS)
        .unwrap_or_default()
}

/// Until it is up or the patience for it is over. The machine may be asked to end meanwhile.
fn wait_for_network(
    log: &Log,
    config: &Config,
    signals: &Signals,
    network: Option<&Network>,
) -> Option<Ending> {
    let network = network.filter(|_| config.ip != Ip::Off && !config.network_wait.is_zero())?;
    let deadline = Instant::now() + config.network_wait;
    while network.status().configured.is_none() {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            let waited = config.network_wait.as_secs();
            let told = format!("network: not up after {waited} s: the programs start without it");
            log.say(Severity::Warning, format_args!("warning: {told}"));
            return None;
        }
        if let Some(signal) = signals.wait(Some(left)) {
            if let Some(end) = requested(log, config, signal) {
                return Some(end);
            }
        }
    }
    say(log, "Ethernet configured");
    None
}

fn start_clock(log: &Log, config: &Config) {
    if let Some(server) = config.ntp {
        let told = log.clone();
        start(log, "clock", move || {
            clock::follow(server, |event| match event {
                Ok(event) => say(&told, event),
                Err(error) => warn(&told, error),
            })
        });
    }
}

/// The threads that write into the log what programs say.
type Forwards = RefCell<Vec<JoinHandle<()>>>;

fn forward(log: &Log, forwards: &Forwards, name: &str, output: Output) {
    let mut forwards = forwards.borrow_mut();
    forwards.retain(|forward| !forward.is_finished());
    if let Some(stdout) = output.stdout {
        let (log, name) = (log.clone(), name.to_owned());
        forwards.extend(start(&log.clone(), "stdout", move || {
            logs::forward(stdout, &name, Severity::Informational, &log)
        }));
    }
    if let Some(stderr) = output.stderr {
        let (log, name) = (log.clone(), name.to_owned());
        forwards.extend(start(&log.clone(), "stderr", move || {
            logs::forward(stderr, &name, Severity::Notice, &log)
        }));
    }
}

/// Until all that the programs have said is in the log. They have ended, so that is soon.
fn finish(forwards: &Forwards) {
    let deadline = Instant::now() + FLUSH;
    while Instant::now() < deadline && !forwards.borrow().iter().all(JoinHandle::is_finished) {
        std::thread::sleep(Duration::from_millis(1));
    }
}

fn start_status(
    log: &Log,
    config: &Config,
    image: String,
    phases: Phases,
    network: &Option<Network>,
    statuses: &Arc<Mutex<Vec<supervisor::Status>>>,
) {
    let Some(port) = config.status else { return };
    let (told, statuses) = (log.clone(), Arc::clone(statuses));
    let network = network.as_ref().map(Network::watch);
    start(log, "status", move || {
        let report = || {
            report(
                &told,
                &image,
                &phases,
                &statuses,
                network.as_ref().map(|status| status()),
            )
        };
        warn(&told, status::serve(port, report));
    });
}

/// What the status page tells.
fn report(
    log: &Log,
    image: &str,
    phases: &Phases,
    statuses: &Mutex<Vec<supervisor::Status>>,
    network: Option<network::Status>,
) -> Value {
    let programs = statuses
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clone();
    let programs = programs.into_iter().map(|program| {
        let facts = Value::map([
            ("process", program.process.map(|pid| pid as u64).into()),
            (
                "VmRSS_kB",
                program
                    .process
                    .and_then(|pid| resident(&pid.to_string()))
                    .into(),
            ),
            ("restarts", u64::from(program.restarts).into()),
            (
                "last_exit",
                program.last_exit.map(|exit| exit.to_string()).into(),
            ),
        ]);
        (program.name, facts)
    });
    let configured = network
        .as_ref()
        .and_then(|network| network.configured.as_ref());
    let statistics = log.statistics();
    let lost = statistics
        .readers
        .iter()
        .map(|reader| (reader.name.clone(), reader.lost.total().into()));
    // once, so that its figures are of one moment
    let meminfo = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let took = phases.took().map(|(name, took)| (name, took.into()));
    Value::map([
        ("version", VERSION.into()),
        ("image", image.into()),
        ("uptime_seconds", phases.uptime().as_secs().into()),
        ("phases_ms", Value::map(took)),
        (
            "modules",
            Value::List(modules::loaded().into_iter().map(Value::from).collect()),
        ),
        (
            "network",
            Value::map([
                (
                    "carrier",
                    network
                        .as_ref()
                        .map(|network| u64::from(network.has_carrier))
                        .into(),
                ),
                ("address", configured.map(|it| it.to_string()).into()),
                ("details", configured.map(|it| it.details()).into()),
            ]),
        ),
        ("programs", Value::map(programs)),
        ("log_lines_lost", Value::map(lost)),
        ("kernel_lines_overwritten", statistics.overwritten.into()),
        (
            "memory",
            Value::map([
                ("MemTotal_kB", kilobytes(&meminfo, "MemTotal").into()),
                (
                    "MemAvailable_kB",
                    kilobytes(&meminfo, "MemAvailable").into(),
                ),
                ("init_VmRSS_kB", resident("self").into()),
            ]),
        ),
    ])
}

/// What a process has in memory, in kB (proc_pid_status(5)). None of one that has just ended.
fn resident(process: &str) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    kilobytes(&status, "VmRSS")
}

/// The number in a line such as `MemTotal:  114988 kB`, as /proc/meminfo and /proc/PID/status have them.
fn kilobytes(text: &str, field: &str) -> Option<u64> {
    let value = text
        .lines()
        .find_map(|line| line.strip_prefix(field)?.strip_prefix(':'))?;
    value.trim().strip_suffix(" kB")?.parse().ok()
}

/// A thread for what goes on beside the boot. One that can't be had is told, and done without.
fn start(log: &Log, name: &str, body: impl FnOnce() + Send + 'static) -> Option<JoinHandle<()>> {
    let thread = std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(body);
    let failed = |cause| Error::new(format!("start the thread '{name}'"), cause);
    thread.map_err(|cause| warn(log, failed(cause))).ok()
}

fn say(log: &Log, message: impl std::fmt::Display) {
    log.say(Severity::Informational, message);
}

fn warn(log: &Log, error: Error) {
    log.say(Severity::Warning, format_args!("warning: {error}"));
}

fn warn_all(log: &Log, errors: impl IntoIterator<Item = Error>) {
    errors.into_iter().for_each(|error| warn(log, error));
}
