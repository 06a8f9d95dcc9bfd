//! `main`, as the C library calls it, in place of that of Rust's standard library. Before it calls ours, that one opens
//! `/dev/null` for standard streams that are closed, and aborts where it can't: PID 1 on a machine without a console has
//! none of them, and no `/dev` yet. What else it would do: SIGPIPE is ignored here; a stack that overflows is told by the
//! kernel; and init has no arguments.

use nix::sys::signal::{SigHandler, Signal, signal};

// SAFETY: nothing else is called so, and the C library calls it once, with arguments that may be ignored.
#[unsafe(no_mangle)]
extern "C" fn main() -> ! {
    // SAFETY: to ignore a signal runs nothing. Programs don't inherit it: `Command` gives them the default.
    let _ = unsafe { signal(Signal::SIGPIPE, SigHandler::SigIgn) };
    crate::boot()
}
