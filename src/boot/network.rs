//! The network: its thread, and the wait for it.

use super::end::{self, Ending};
use scratchmachine::config::{Config, Ip};
use scratchmachine::etc;
use scratchmachine::logs::{Log, Severity};
use scratchmachine::network::{self, Network};
use scratchmachine::signals::{self, Signals};
use std::time::Instant;

pub fn start(log: &Log, config: &Config) -> Option<Network> {
    let events = log.clone();
    let network = network::start(config.ip.clone(), config.hostname.clone(), move |event| {
        if event.is_warning() {
            events.report(Severity::Warning, format_args!("warning: {event}"));
        } else {
            events.info(&event);
        }
        if let Some(details) = event.details() {
            events.info(details);
        }
        // it may have come with a lease
        let name = hostname();
        events.set_hostname(&name);
        events.warn_all(etc::write_names(&name).err());
        if event.is_up() {
            events.retry_now();
            signals::send(signals::NETWORK);
        }
    });
    network.map_err(|error| log.warn(error)).ok()
}

/// The machine's name, by now given by the settings or by a server; empty if it has none.
fn hostname() -> String {
    let kernel = nix::sys::utsname::uname();
    let name = kernel.map(|kernel| kernel.nodename().to_string_lossy().into_owned());
    name.ok()
        .filter(|name| name != network::NAMELESS)
        .unwrap_or_default()
}

/// Until the network is up or the time for it is over. The machine may be asked to end meanwhile.
pub fn wait(
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
            let line = format!("network: not up after {waited} s: the programs start without it");
            log.report(Severity::Warning, format_args!("warning: {line}"));
            return None;
        }
        if let Some(signal) = signals.wait(Some(left)) {
            if let Some(ending) = end::requested(log, config, signal) {
                return Some(ending);
            }
        }
    }
    log.info("Ethernet configured");
    None
}
