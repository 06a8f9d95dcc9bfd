//! Who programs run as: each is a user of its own, so that they can't reach each other.

use super::Program;
use crate::Error;
use nix::unistd::{Gid, Uid, chown};
use std::fs;
use std::os::unix::fs::PermissionsExt;

/// The first of those that get a number without having asked for one, in the order of their names.
const FIRST_USER: u32 = 10_000;

/// Give each of the programs its number. One that another program has already is not given again, and this is returned:
/// what one leaves behind is killed when it ends, and would take the other one with it.
pub fn assign(programs: &mut [Program]) -> Vec<Error> {
    let mut errors = Vec::new();
    let mut taken: Vec<u32> = Vec::new();
    for program in programs.iter_mut() {
        let Some(number) = program.settings.user.number else {
            continue;
        };
        if taken.contains(&number) {
            let doing = format!("run {} as user {number}", program.name);
            errors.push(
                Error::new(doing, "another program does already").advise("it gets another number"),
            );
            program.settings.user.number = None;
        } else {
            taken.push(number);
            program.user = number;
        }
    }
    for (own, program) in (FIRST_USER..).zip(programs.iter_mut()) {
        if program.settings.user.number.is_some() {
            continue;
        }
        // a program's number is its place among all, unless that was asked for by another one
        program.user = match taken.contains(&own) {
            false => own,
            true => (FIRST_USER + 1000..)
                .find(|it| !taken.contains(it))
                .unwrap_or(own),
        };
        taken.push(program.user);
    }
    errors
}

/// A directory of the program's own, which nobody else can look into.
///
/// # Errors
/// It can't be made.
pub fn make_home(program: &Program) -> Result<(), Error> {
    let home = program.home();
    let failed = |cause: std::io::Error| Error::new(format!("make {home}"), cause);
    fs::create_dir_all(&home).map_err(failed)?;
    fs::set_permissions(&home, fs::Permissions::from_mode(0o700)).map_err(failed)?;
    let (user, group) = (Uid::from_raw(program.user), Gid::from_raw(program.user));
    chown(home.as_str(), Some(user), Some(group)).map_err(|errno| failed(errno.into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config;
    use crate::config::Restart;

    fn users(asked: &[Option<u32>]) -> (Vec<u32>, usize) {
        let mut programs: Vec<_> = asked
            .iter()
            .map(|number| {
                let mut settings = config::Program::default();
                settings.user.number = *number;
                Program {
                    name: String::new(),
                    executable: "".into(),
                    arguments: vec![],
                    environment: vec![],
                    restart: Restart::Always,
                    settings,
                    user: 0,
                }
            })
            .collect();
        let errors = assign(&mut programs);
        let users = programs.iter().map(|program| program.user).collect();
        (users, errors.len())
    }

    #[test]
    fn a_number_is_the_place_among_all_programs_unless_one_is_asked_for() {
        assert_eq!(users(&[None, None]), (vec![10_000, 10_001], 0));
        assert_eq!(
            users(&[None, Some(33), None]),
            (vec![10_000, 33, 10_002], 0)
        );
    }

    #[test]
    fn no_number_is_given_twice() {
        assert_eq!(users(&[Some(33), Some(33)]), (vec![33, 10_001], 1));
        assert_eq!(users(&[None, Some(10_000)]), (vec![11_000, 10_000], 0));
        let asked = [None, Some(10_000), Some(11_000)];
        assert_eq!(users(&asked), (vec![11_001, 10_000, 11_000], 0));
    }
}
