//! Processes that fork without end, and processes that are left behind. The program has one thread, so that there are no
//! restrictions on what runs after fork(2).
#![expect(unsafe_code, reason = "fork")]

use nix::errno::Errno;
use nix::sys::wait::waitpid;
use nix::unistd::{ForkResult, fork, getppid, setsid};
use std::net::{Ipv4Addr, TcpListener};
use std::time::{Duration, Instant};

/// How long PID 1 may take to reap the last ones.
const REAP_TIMEOUT: Duration = Duration::from_secs(60);

pub fn fork_bomb() {
    println!("forking without end");
    let mut refused = false;
    loop {
        // SAFETY: there is one thread only
        match unsafe { fork() } {
            Err(errno) if !refused => {
                refused = true;
                println!("a fork was refused: {errno:?}");
            }
            _ => {}
        }
    }
}

/// Processes whose parents end before them, so that PID 1 has to reap them.
pub fn orphans(count: usize) {
    for number in 1..=count {
        let child = spawn(|| {
            spawn(|| {
                while getppid().as_raw() != 1 {
                    std::thread::yield_now();
                }
            });
        });
        waitpid(child, None).expect("wait for the child");
        if number % 1000 == 0 {
            // emulated, all of them may take minutes
            println!("{number} of {count} orphans");
        }
    }
    let deadline = Instant::now() + REAP_TIMEOUT;
    while zombies() > 0 && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(10));
    }
    println!("{count} orphans, {} zombies left", zombies());
    super::wait_forever();
}

/// Run `body` in a process of its own, which then exits. Where the limit of processes is reached, wait until one has ended.
fn spawn(body: impl FnOnce()) -> nix::unistd::Pid {
    loop {
        // SAFETY: there is one thread only
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

/// How many processes have ended and not been waited for (proc(5)).
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

/// Exit, and leave behind a process in a session of its own that listens on port 8080.
pub fn linger() {
    let listener = match TcpListener::bind((Ipv4Addr::UNSPECIFIED, 8080)) {
        Ok(listener) => listener,
        Err(error) => {
            println!("port 8080 is taken: {error}");
            std::process::exit(1);
        }
    };
    println!("port 8080 is free");
    spawn(|| {
        setsid().expect("a child does not lead a process group");
        let _listener = listener;
        super::wait_forever();
    });
}
