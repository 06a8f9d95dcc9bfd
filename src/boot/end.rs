//! Why and how the machine ends.

use nix::sys::signal::Signal;
use scratchmachine::config::{Config, Request};
use scratchmachine::logs::Log;
use scratchmachine::network::Network;
use scratchmachine::shutdown::{self, End};
use scratchmachine::signals::Signals;
use std::time::{Duration, Instant};

/// The logs have this much time to reach consoles and collector at the end.
const FLUSH: Duration = Duration::from_secs(3);
/// And the network to release its lease.
const RELEASE: Duration = Duration::from_secs(2);
/// The exit status of a machine that could not do anything.
const GAVE_UP: u8 = 70;

/// How the machine is to end.
pub struct Ending {
    pub how: End,
    /// The exit status for whoever started the machine as a job.
    pub status: u8,
}

/// Power off or reboot, with the last line on the console.
pub fn end(log: &Log, network: Option<&Network>, ending: &Ending) -> ! {
    log.info(format_args!(
        "exit status {}, {}",
        ending.status, ending.how
    ));
    // as long as there is a network, over which the collector is reached
    let flush = Instant::now();
    log.flush(FLUSH);
    if let Some(network) = network {
        let left = FLUSH.saturating_sub(flush.elapsed());
        network.release(RELEASE);
        // what the network has logged meanwhile
        log.flush(left);
    }
    let error = shutdown::end(ending.how);
    panic!("{error}");
}

/// The end that a signal asks for, if it does.
pub fn requested(log: &Log, config: &Config, signal: Signal) -> Option<Ending> {
    let how = match config.request_of(signal.as_str()) {
        Request::Reboot => End::Reboot,
        Request::PowerOff => End::PowerOff,
        Request::Nothing => return None,
    };
    log.info(format_args!("{signal} was received"));
    Some(Ending { how, status: 0 })
}

/// The end of a machine that can't do anything, which a reboot would not change, after some time to read why.
pub fn give_up(log: &Log, config: &Config, signals: &Signals) -> Ending {
    let patience = match config.panic {
        0 => {
            log.info("the machine stays as it is: panic=0");
            None
        }
        seconds => {
            let seconds = seconds.max(0).unsigned_abs();
            log.info(format_args!("power off in {seconds} s"));
            Some(Duration::from_secs(seconds.into()))
        }
    };
    let deadline = patience.map(|patience| Instant::now() + patience);
    let mut how = None;
    while how.is_none() && deadline.is_none_or(|deadline| Instant::now() < deadline) {
        let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        let ending = signals
            .wait(left)
            .and_then(|signal| requested(log, config, signal));
        how = ending.map(|ending| ending.how);
    }
    Ending {
        how: how.unwrap_or(End::PowerOff),
        status: GAVE_UP,
    }
}
