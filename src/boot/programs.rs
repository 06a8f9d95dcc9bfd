//! The programs, from the first start to the reason why the machine is to end.

use super::end::{self, Ending};
use super::health::Unhealthy;
use super::outputs::Outputs;
use super::status::Statuses;
use scratchmachine::config::Config;
use scratchmachine::logs::Log;
use scratchmachine::shutdown::End;
use scratchmachine::signals::{self, Signals};
use scratchmachine::supervisor::{self, Program, Supervisor};
use scratchmachine::{etc, mounts};
use std::sync::PoisonError;

/// The programs, with all that they need in the file system.
pub fn find(log: &Log, config: &Config) -> Vec<Program> {
    let (programs, errors) = supervisor::find_programs(config);
    log.warn_all(errors);
    for program in &programs {
        log.warn_all(supervisor::make_home(program).err());
        for place in program.places() {
            log.warn_all(mounts::mount_for(program.user(), &place.path, place.size).err());
        }
    }
    let users: Vec<_> = programs
        .iter()
        .map(|program| etc::User {
            name: program.user_name().to_owned(),
            number: program.user(),
            home: program.home(),
        })
        .collect();
    log.warn_all(etc::prepare(&users));
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
        move |name, text| outputs.has_seen(name, text),
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
    unhealthy: &Unhealthy,
) -> Ending {
    loop {
        for (name, process) in unhealthy.take() {
            supervisor.end(&name, process, config.grace);
        }
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
