//! `main`, as the C library calls it, in place of that of Rust's standard library. Before it calls ours, that one opens
//! `/dev/null` for standard streams that are closed, and aborts where it can't: PID 1 on a machine without a console has
//! none of them, and no `/dev` yet. What else it would do: SIGPIPE is ignored here; a stack that overflows is told by the
//! kernel; and init has no arguments. Nor has it an environment.

use nix::sys::signal::{SigHandler, Signal, signal};

// SAFETY: nothing else is called so, and the C library calls it once, with arguments that may be ignored.
#[unsafe(no_mangle)]
extern "C" fn main() -> ! {
    // SAFETY: to ignore a signal runs nothing. Programs don't inherit it: `Command` gives them the default.
    let _ = unsafe { signal(Signal::SIGPIPE, SigHandler::SigIgn) };
    // Those words of the command line that the kernel does not know, of which Rust's standard library takes some for its
    // own: RUST_MIN_STACK=1 would be the end of the first thread, and so of the machine.
    // SAFETY: there is no other thread that may look at it.
    unsafe { libc::clearenv() };
    crate::boot()
}
