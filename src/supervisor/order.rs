//! The order in which programs start: some wait for others.

use super::{Event, Program, State, Supervised};
use crate::Error;
use crate::config::program::{After, Until};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

/// A program of this machine answers at once, whatever it answers.
const PATIENCE: Duration = Duration::from_millis(50);

/// What each of the programs has to wait for. What makes no sense is reported and not waited for: another program that there
/// is not, or programs that wait for each other.
pub fn of(programs: &[Program], report: &impl Fn(Event)) -> Vec<Vec<After>> {
    let place = |name: &str| programs.iter().position(|program| program.name == name);
    let mut orders: Vec<Vec<After>> = programs
        .iter()
        .map(|program| {
            let (known, unknown): (Vec<_>, Vec<_>) = program
                .settings
                .after
                .iter()
                .cloned()
                .partition(|after| place(&after.program).is_some());
            for after in unknown {
                let error = Error::new(format!("wait for {after}"), "there is no such program");
                report(Event::Misordered(program, error));
            }
            known
        })
        .collect();
    // those that can start, until there are no more
    let mut can_start = vec![false; programs.len()];
    loop {
        let next = (0..programs.len()).find(|index| {
            let is_free = |after: &After| {
                place(&after.program).is_some_and(|it| can_start.get(it) == Some(&true))
            };
            can_start.get(*index) == Some(&false)
                && orders.get(*index).is_some_and(|it| it.iter().all(is_free))
        });
        match next.and_then(|index| can_start.get_mut(index)) {
            Some(can_start) => *can_start = true,
            None => break,
        }
    }
    for ((program, order), can_start) in programs.iter().zip(&mut orders).zip(can_start) {
        if !can_start {
            let doing = order
                .first()
                .map_or(String::new(), |it| format!("wait for {it}"));
            let error = Error::new(doing, "that waits for this one").advise("it starts at once");
            report(Event::Misordered(program, error));
            order.clear();
        }
    }
    orders
}

/// Whether the other program has done it. `has_printed` knows whether it has printed a text.
pub fn is_done(
    after: &After,
    programs: &[Supervised],
    has_printed: &dyn Fn(&str, &str) -> bool,
) -> bool {
    let mut programs = programs.iter();
    let Some(other) = programs.find(|it| it.program.name == after.program) else {
        return true;
    };
    let is_running = matches!(other.state, State::Running { .. });
    match &after.until {
        Until::Prints(text) => has_printed(&after.program, text),
        Until::Ended => matches!(other.state, State::Down),
        Until::Started => is_running || other.last_exit.is_some(),
        Until::Listens(port) => {
            let address = SocketAddr::from((Ipv4Addr::LOCALHOST, *port));
            is_running && TcpStream::connect_timeout(&address, PATIENCE).is_ok()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config;
    use crate::config::Restart;
    use std::cell::RefCell;

    fn program(name: &str, after: &[(&str, Until)]) -> Program {
        Program {
            name: name.into(),
            executable: "".into(),
            arguments: vec![],
            environment: vec![],
            restart: Restart::Always,
            settings: config::Program {
                after: after
                    .iter()
                    .map(|(program, until)| After {
                        program: (*program).into(),
                        until: until.clone(),
                    })
                    .collect(),
                ..config::Program::default()
            },
            user: 0,
        }
    }

    fn orders(programs: &[Program]) -> (Vec<usize>, Vec<String>) {
        let reports = RefCell::new(vec![]);
        let orders = of(programs, &|event| {
            reports.borrow_mut().push(event.to_string())
        });
        (orders.iter().map(Vec::len).collect(), reports.into_inner())
    }

    #[test]
    fn a_program_waits_for_those_that_it_names() {
        let programs = [
            program("db", &[]),
            program("init-db", &[("db", Until::Listens(5432))]),
            program("web", &[("db", Until::Started), ("init-db", Until::Ended)]),
        ];
        assert_eq!(orders(&programs), (vec![0, 1, 2], vec![]));
    }

    #[test]
    fn what_can_never_happen_is_not_waited_for() {
        let programs = [
            program("a", &[("b", Until::Started)]),
            program("b", &[("a", Until::Ended)]),
            program("c", &[("nobody", Until::Started)]),
            program("d", &[("d", Until::Started)]),
        ];
        let (orders, reports) = orders(&programs);
        assert_eq!(orders, [0, 0, 0, 0]);
        assert_eq!(reports.len(), 4, "{reports:?}");
        assert!(
            reports[0].contains("c: wait for nobody to start"),
            "{reports:?}"
        );
        assert!(
            reports[2].contains("wait for a to end: that waits for this one"),
            "{reports:?}"
        );
    }
}
