//! A program that does in a machine what programs should not, by its arguments, for the boot tests: they look
//! at what becomes of the machine.

mod group;
mod leave;
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
        ["fork-bomb"] => leave::fork_bomb(),
        ["join-groups"] => group::join(),
        ["orphans", count] => leave::orphans(number(count)),
        ["linger"] => leave::linger(),
        ["tell-ticks"] => ticks::tell_once_served(),
        ["try-everything"] => trespass::try_everything(),
        _ => {
            eprintln!("there is nothing that is called {arguments:?}: see main.rs");
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

fn segfault() {
    // SAFETY: there is none: nothing is mapped there.
    unsafe { std::ptr::without_provenance_mut::<u8>(8).write_volatile(0) };
}

/// Any signal, also those that have no names.
fn raise(signal: i32) {
    // SAFETY: it takes a number only.
    unsafe { libc::raise(signal) };
}

/// By whoever has started it.
fn be_traced_and_raise(signal: i32) {
    ptrace::traceme().expect("ask to be traced");
    raise(signal);
}

/// As a shell's job does, and never go on by itself.
fn stop() {
    println!("stops");
    raise(libc::SIGSTOP);
    println!("goes on");
    wait_for_ever();
}

/// And end only later, so that nobody can take the one for the other.
fn close_stdout() {
    for descriptor in [1, 2] {
        // SAFETY: nothing is written from here on.
        unsafe { libc::close(descriptor) };
    }
    std::thread::sleep(Duration::from_millis(500));
    std::process::exit(9);
}

fn ignore_term() {
    for ignored in [Signal::SIGTERM, Signal::SIGINT, Signal::SIGHUP] {
        // SAFETY: to ignore a signal runs nothing.
        unsafe { signal(ignored, SigHandler::SigIgn) }.expect("ignore a signal");
    }
    println!("deaf to signals");
    wait_for_ever();
}

/// No line breaks, but bytes that are no text.
fn flood(megabytes: usize) {
    let rubbish: Vec<u8> = [0, b'x', 0xff, 0xc3, 0x1b, b'\r', 0x80, b'%']
        .into_iter()
        .cycle()
        .take(1 << 20)
        .collect();
    let mut stdout = std::io::stdout().lock();
    for _ in 0..megabytes {
        stdout.write_all(&rubbish).expect("write a megabyte");
    }
    println!("\nthe flood is over");
    wait_for_ever();
}

fn eat_memory() {
    loop {
        // never given back, and written to, or it would take no memory
        std::hint::black_box(vec![1u8; 1 << 20].leak());
    }
}

fn wait_for_ever() -> ! {
    loop {
        nix::unistd::pause();
    }
}
