//! The programs, from the first start to the reason why the machine is to end.

use super::end::{self, Ending};
use super::outputs::Outputs;
use super::status::Statuses;
use scratchmachine::config::Config;
use scratchmachine::logs::Log;
use scratchmachine::shutdown::End;
use scratchmachine::signals::{self, Signals};
use scratchmachine::supervisor::{self, Program, Supervisor};
use std::sync::PoisonError;

pub fn find(log: &Log, config: &Config) -> Vec<Program> {
    let (programs, errors) = supervisor::find_programs(|name| config.restart_of(name));
    log.warn_all(errors);
    programs
}

pub fn supervisor<'a>(
    log: &'a Log,
    outputs: &'a Outputs,
    programs: Vec<Program>,
) -> Supervisor<'a> {
    Supervisor::new(
        programs,
        move |name, output| outputs.forward(log, name, output),
        move |event| log.report(event.severity(), event),
    )
}

/// Run the programs until the machine is to end.
pub fn supervise(
    log: &Log,
    config: &Config,
    signals: &Signals,
    supervisor: &mut Supervisor,
    statuses: &Statuses,
) -> Ending {
    loop {
        let idle_time = supervisor.start_due();
        *statuses.lock().unwrap_or_else(PoisonError::into_inner) = supervisor.status();
        if supervisor.is_done() {
            log.info("all programs have ended");
            return Ending {
                how: End::PowerOff,
                status: supervisor.exit_status(),
            };
        }
        match signals.wait(idle_time) {
            None => {}
            Some(signals::CHILD) => {
                let are_all = supervisor.reap();
                // the others after whatever else there is to do
                if !are_all {
                    signals::send(signals::CHILD);
                }
            }
            Some(signal) => {
                if let Some(ending) = end::requested(log, config, signal) {
                    return ending;
                }
            }
        }
    }
}
