//! Processes without an end, and processes that are left behind. The program has one thread, so that what runs
//! after fork(2) may do what it likes.

use nix::errno::Errno;
use nix::sys::wait::waitpid;
use nix::unistd::{ForkResult, fork, getppid, setsid};
use std::net::{Ipv4Addr, TcpListener};
use std::time::{Duration, Instant};

/// How long zombies may wait for PID 1.
const PATIENCE: Duration = Duration::from_secs(60);

pub fn fork_bomb() {
    println!("forks as often as it can");
    let mut refused = false;
    loop {
        // SAFETY: one thread
        match unsafe { fork() } {
            Err(errno) if !refused => {
                refused = true;
                println!("a fork was refused: {errno:?}");
            }
            _ => {}
        }
    }
}

/// Processes whose parent ends before them, so that PID 1 has to reap them.
pub fn orphans(count: usize) {
    for _ in 0..count {
        let child = spawn(|| {
            spawn(|| {
                while getppid().as_raw() != 1 {
                    std::thread::yield_now();
                }
            });
        });
        waitpid(child, None).expect("wait for the child");
    }
    let deadline = Instant::now() + PATIENCE;
    while zombies() > 0 && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(10));
    }
    println!("{count} orphans, {} zombies are left", zombies());
    super::wait_for_ever();
}

/// Run `body` in a process of its own, which then ends. There may be as many as there can be: then it waits.
fn spawn(body: impl FnOnce()) -> nix::unistd::Pid {
    loop {
        // SAFETY: one thread
        match unsafe { fork() } {
            Ok(ForkResult::Parent { child }) => return child,
            Ok(ForkResult::Child) => break,
            Err(Errno::EAGAIN) => std::thread::yield_now(),
            Err(errno) => panic!("fork: {errno}"),
        }
    }
    body();
    std::process::exit(0);
}

/// Processes that have ended and that nobody has asked for yet (proc(5)).
fn zombies() -> usize {
    let processes = std::fs::read_dir("/proc").expect("/proc is mounted");
    processes
        .flatten()
        .filter_map(|entry| std::fs::read_to_string(entry.path().join("stat")).ok())
        .filter(|stat| {
            stat.rsplit_once(") ")
                .is_some_and(|(_, rest)| rest.starts_with('Z'))
        })
        .count()
}

/// Leave behind a process in a session of its own that keeps port 8080, and end.
pub fn linger() {
    let listener = match TcpListener::bind((Ipv4Addr::UNSPECIFIED, 8080)) {
        Ok(listener) => listener,
        Err(error) => {
            println!("port 8080 is kept by somebody else: {error}");
            std::process::exit(1);
        }
    };
    println!("port 8080 is free");
    spawn(|| {
        setsid().expect("a child leads no group");
        let _kept = listener;
        super::wait_for_ever();
    });
}
