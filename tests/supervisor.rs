//! PID 1 and children that it does not know.
#![expect(unsafe_code, reason = "fork")]

use nix::errno::Errno;
use nix::sys::wait::{Id, WaitPidFlag, waitid};
use nix::unistd::{ForkResult, fork};
use scratchmachine::supervisor::Supervisor;

/// Whatever child of this process ends is reaped here, so it is one test.
#[test]
fn however_many_children_end_there_is_time_for_something_else_in_between() {
    let ended = WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT;
    for _ in 0..250 {
        // SAFETY: the child only makes a system call.
        match unsafe { fork() }.unwrap() {
            ForkResult::Parent { child } => waitid(Id::Pid(child), ended).unwrap(),
            // SAFETY: it takes only a number.
            ForkResult::Child => unsafe { nix::libc::_exit(0) },
        };
    }
    let mut supervisor = Supervisor::new(vec![], |_, _| {}, |_, _| true, |_| {});
    assert!(!supervisor.reap());
    assert!(waitid(Id::All, ended).is_ok(), "there are more");
    while !supervisor.reap() {}
    assert_eq!(waitid(Id::All, ended), Err(Errno::ECHILD));
}
