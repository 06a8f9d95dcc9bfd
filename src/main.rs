//! PID 1. The boot, in order:
//!
//! 1. mounts: `/proc`, `/sys`, `/dev`, `/tmp`, `/run`
//! 2. consoles: all that the kernel has, and the log behind them
//! 3. config: what is baked into the image, overridden by the kernel command line
//! 4. modules: the drivers that the hardware asks for
//! 5. network: its thread, waited for no longer than was asked for
//! 6. seal: what is shut for good
//! 7. the programs, until all jobs are done, a signal, or the power button
//! 8. the end: programs, lease, logs, disks, power
//!
//! A step that fails says so and the boot goes on. Nothing returns: were PID 1 to exit, the kernel would panic.

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use scratchmachine::config::{self, Config};
use scratchmachine::logs::{self, Log, Severity};
use scratchmachine::network::{self, Network};
use scratchmachine::shutdown::{self, End};
use scratchmachine::signals::{self, Signals};
use scratchmachine::status::{self, Value};
use scratchmachine::supervisor::{self, Output, Supervisor};
use scratchmachine::{Error, clock, console, modules, mounts, power_button, seal};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The logs are given this long to reach consoles and collector at the end.
const FLUSH: Duration = Duration::from_secs(3);
/// And the network to give back its lease.
const RELEASE: Duration = Duration::from_secs(2);

fn main() -> ! {
    let log = Log::default();
    let signals = Signals::block();
    let mounted = mounts::mount_all();
    start_consoles(&log);
    say(&log, "Hello World!");
    warn_all(&log, mounted);

    let config = configure(&log);
    catch_panics(&log, config.panic);
    let signals = match signals {
        Ok(signals) => signals,
        // without them nothing can be supervised: say so for as long as anybody looks
        Err(error) => panic!("{error}"),
    };
    warn_all(&log, shutdown::catch_ctrl_alt_del().err());

    load_modules(&log, &config);
    watch_power_buttons(&log);
    start_collector(&log, &config);
    let (network, up) = start_network(&log, &config);
    wait_for_network(&log, &config, &up);
    warn_all(&log, seal::seal(config.hotplug));
    start_clock(&log, &config);

    let (programs, errors) = supervisor::find_programs(|name| config.restart_of(name));
    warn_all(&log, errors);
    warn_all(&log, supervisor::open_ports().err());
    let mut supervisor = Supervisor::new(
        programs,
        |name, output| forward(&log, name, output),
        |event| log.say(event.severity(), event),
    );
    let statuses = Arc::default();
    start_status(&log, &config, &network, &statuses);

    let end = supervise(&log, &signals, &mut supervisor, &statuses);
    supervisor.stop(config.grace, |time| {
        signals.wait(Some(time));
    });
    if let Some(network) = &network {
        network.release(RELEASE);
    }
    say(
        &log,
        format_args!("exit status {}", supervisor.exit_status()),
    );
    say(&log, format_args!("{end}"));
    log.flush(FLUSH);
    let error = shutdown::end(end);
    panic!("{error}");
}

/// Run the programs until the machine is to end, and tell how.
fn supervise(
    log: &Log,
    signals: &Signals,
    supervisor: &mut Supervisor,
    statuses: &Mutex<Vec<supervisor::Status>>,
) -> End {
    loop {
        let nothing_to_do_for = supervisor.start_due();
        *statuses.lock().unwrap_or_else(PoisonError::into_inner) = supervisor.status();
        if supervisor.is_done() {
            say(log, "all programs have ended");
            return End::PowerOff;
        }
        match signals.wait(nothing_to_do_for) {
            None => {}
            Some(signals::CHILD) => supervisor.reap(),
            Some(signal) => {
                say(log, format_args!("{signal} was received"));
                return match signal {
                    Signal::SIGINT | Signal::SIGUSR1 => End::Reboot,
                    _ => End::PowerOff,
                };
            }
        }
    }
}

fn start_consoles(log: &Log) {
    let consoles = console::list().unwrap_or_else(|error| {
        warn(log, error);
        vec![console::last_resort()]
    });
    for console in consoles {
        let name = console.display().to_string();
        let next = log.for_console(&name);
        let told = log.clone();
        start(log, &name, move || {
            console::run(&console, next, |error| warn(&told, error))
        });
    }
}

/// Baked settings first, then the command line, which overrides them.
fn configure(log: &Log) -> Config {
    let mut config = Config::default();
    for source in [config::BAKED, config::COMMAND_LINE] {
        match std::fs::read(source) {
            Ok(words) => {
                for complaint in config.apply(&words) {
                    warn(log, Error::new(format!("config: {source}"), complaint));
                }
            }
            Err(error) => warn(log, Error::new(format!("read {source}"), error)),
        }
    }
    config
}

/// A panic of ours is told, and the machine reboots after a while, as after one of the kernel.
fn catch_panics(log: &Log, seconds: i32) {
    let log = log.clone();
    std::panic::set_hook(Box::new(move |panic| {
        log.say(Severity::Emergency, format_args!("bug in init: {panic}"));
        match u64::try_from(seconds) {
            Ok(0) => say(&log, "the machine stays as it is: panic=0"),
            Ok(seconds) => {
                say(&log, format_args!("reboot in {seconds} s"));
                std::thread::sleep(Duration::from_secs(seconds));
            }
            Err(_) => {}
        }
        log.flush(FLUSH);
        if seconds != 0 {
            shutdown::end(End::Reboot);
        }
        loop {
            nix::unistd::pause();
        }
    }));
}

fn load_modules(log: &Log, config: &Config) {
    let settings = modules::Settings {
        parameters: config.module_parameters.clone(),
        blacklist: config.module_blacklist.clone(),
    };
    modules::load_for_hardware(&settings, &mut |outcome| match outcome {
        Ok(loaded) => say(log, format_args!("modules: {loaded}")),
        Err(error) => warn(log, error),
    });
}

fn watch_power_buttons(log: &Log) {
    for device in power_button::find() {
        let told = log.clone();
        start(log, "power button", move || {
            match std::fs::File::open(&device) {
                Ok(button) => {
                    while power_button::wait_for_press(&button) {
                        say(&told, "the power button was pressed");
                        let _ = kill(Pid::this(), signals::POWER);
                    }
                }
                Err(cause) => warn(
                    &told,
                    Error::new(format!("read {}", device.display()), cause),
                ),
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

/// The network, and where to hear that it is up, or that it is off.
fn start_network(log: &Log, config: &Config) -> (Option<Network>, Receiver<()>) {
    let (up, heard) = channel();
    let told = log.clone();
    let network = network::start(config.ip.clone(), move |event| {
        let severity = if event.is_warning() {
            Severity::Warning
        } else {
            Severity::Informational
        };
        told.say(severity, &event);
        if event.is_up() {
            told.hurry();
            let _ = up.send(());
        }
    });
    if let Some(name) = &config.hostname {
        log.set_hostname(name);
    }
    (network.map_err(|error| warn(log, error)).ok(), heard)
}

fn wait_for_network(log: &Log, config: &Config, up: &Receiver<()>) {
    match up.recv_timeout(config.network_wait) {
        Ok(()) if config.ip == config::Ip::Off => {}
        Ok(()) => say(log, "Ethernet configured"),
        Err(_) => log.say(
            Severity::Warning,
            format_args!(
                "warning: network: not up after {} s: the programs start without it",
                config.network_wait.as_secs()
            ),
        ),
    }
}

fn start_clock(log: &Log, config: &Config) {
    if let Some(server) = config.ntp {
        let told = log.clone();
        start(log, "clock", move || {
            clock::follow(server, |event| say(&told, event))
        });
    }
}

fn forward(log: &Log, name: &str, output: Output) {
    if let Some(stdout) = output.stdout {
        let (log, name) = (log.clone(), name.to_owned());
        start(&log.clone(), "stdout", move || {
            logs::forward(stdout, &name, Severity::Informational, &log)
        });
    }
    if let Some(stderr) = output.stderr {
        let (log, name) = (log.clone(), name.to_owned());
        start(&log.clone(), "stderr", move || {
            logs::forward(stderr, &name, Severity::Notice, &log)
        });
    }
}

fn start_status(
    log: &Log,
    config: &Config,
    network: &Option<Network>,
    statuses: &Arc<Mutex<Vec<supervisor::Status>>>,
) {
    let Some(port) = config.status else { return };
    let (told, statuses) = (log.clone(), Arc::clone(statuses));
    let network = network.as_ref().map(Network::watch);
    let began = Instant::now();
    start(log, "status", move || {
        let report = || {
            report(
                &told,
                began,
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
    began: Instant,
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
    Value::map([
        ("version", env!("CARGO_PKG_VERSION").into()),
        ("uptime_seconds", began.elapsed().as_secs().into()),
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
        ("memory", Value::map(memory())),
    ])
}

/// Total and available memory in kB, from /proc/meminfo.
fn memory() -> Vec<(String, Value)> {
    let text = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let line = |line: &str| {
        let (name, value) = line.split_once(':')?;
        let value: u64 = value.trim().strip_suffix(" kB")?.parse().ok()?;
        ["MemTotal", "MemAvailable"]
            .contains(&name)
            .then(|| (format!("{name}_kB"), value.into()))
    };
    text.lines().filter_map(line).collect()
}

/// A thread for what goes on beside the boot. One that can't be had is told, and done without.
fn start(log: &Log, name: &str, body: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(body);
    if let Err(cause) = thread {
        warn(log, Error::new(format!("start the thread '{name}'"), cause));
    }
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
