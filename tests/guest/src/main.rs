//! A program for the boot scenarios that does what programs should not: its arguments say what. The scenarios look at
//! what becomes of the machine.

mod expect;
mod group;
mod leave;
mod sicken;
mod ticks;
mod trespass;

use nix::sys::ptrace;
use nix::sys::signal::{SigHandler, Signal, signal};
use std::io::Write;
use std::time::Duration;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["exit", status] => std::process::exit(number(status)),
        ["segfault"] => segfault(),
        ["raise", signal] => raise(number(signal)),
        ["be-traced-and-raise", signal] => be_traced_and_raise(number(signal)),
        ["stop"] => stop(),
        ["close-stdout"] => close_stdout(),
        ["ignore-term"] => ignore_term(),
        ["flood", megabytes] => flood(number(megabytes)),
        ["eat-memory"] => eat_memory(),
        ["expect-everything"] => expect::everything(),
        ["fork-bomb"] => leave::fork_bomb(),
        ["join-groups"] => group::join(),
        ["orphans", count] => leave::orphans(number(count)),
        ["linger"] => leave::linger(),
        ["print-ticks"] => ticks::print_when_served(),
        ["sicken", port] => sicken::serve(number(port)),
        ["try-everything"] => trespass::try_everything(),
        _ => {
            eprintln!(
                "unknown arguments {arguments:?}: src/main.rs has a list of those that are known"
            );
            std::process::exit(2);
        }
    }
}

fn number<T: std::str::FromStr>(argument: &str) -> T {
    argument.parse().unwrap_or_else(|_| {
        eprintln!("'{argument}' is not a number");
        std::process::exit(2);
    })
}

#[expect(unsafe_code)]
fn segfault() {
    // SAFETY: there is none, on purpose: nothing is mapped there.
    unsafe { std::ptr::without_provenance_mut::<u8>(8).write_volatile(0) };
}

/// Any signal, also one without a name.
#[expect(unsafe_code)]
fn raise(signal: i32) {
    // SAFETY: raise(3) takes nothing but a number.
    unsafe { libc::raise(signal) };
}

/// With its parent as the tracer.
fn be_traced_and_raise(signal: i32) {
    ptrace::traceme().expect("ask to be traced");
    raise(signal);
}

/// As a job of a shell is stopped: it continues only when it gets SIGCONT.
fn stop() {
    println!("stopping");
    raise(libc::SIGSTOP);
    println!("continued");
    wait_forever();
}

/// It exits only later, so that closing its output and exiting are two events.
#[expect(unsafe_code)]
fn close_stdout() {
    for descriptor in [1, 2] {
        // SAFETY: nothing is written to them from here on.
        unsafe { libc::close(descriptor) };
    }
    std::thread::sleep(Duration::from_millis(500));
    std::process::exit(9);
}

#[expect(unsafe_code)]
fn ignore_term() {
    for ignored in [Signal::SIGTERM, Signal::SIGINT, Signal::SIGHUP] {
        // SAFETY: an ignored signal runs no code.
        unsafe { signal(ignored, SigHandler::SigIgn) }.expect("ignore a signal");
    }
    println!("ignoring SIGTERM, SIGINT and SIGHUP");
    wait_forever();
}

/// Bytes that are not text, without a line break.
fn flood(megabytes: usize) {
    let noise: Vec<u8> = [0, b'x', 0xff, 0xc3, 0x1b, b'\r', 0x80, b'%']
        .into_iter()
        .cycle()
        .take(1 << 20)
        .collect();
    let mut stdout = std::io::stdout().lock();
    for _ in 0..megabytes {
        stdout.write_all(&noise).expect("write a megabyte");
    }
    println!("\ndone");
    wait_forever();
}

fn eat_memory() {
    loop {
        // leaked, and written to, since untouched pages take no memory
        std::hint::black_box(vec![1u8; 1 << 20].leak());
    }
}

fn wait_forever() -> ! {
    loop {
        nix::unistd::pause();
    }
}
