//! `main`, as the C library calls it, in place of the one in Rust's standard library. That would first open `/dev/null`
//! for standard streams that are closed, and abort if it can't: PID 1 on a machine without a console has none of them,
//! and no `/dev` yet. Of what else it would do, SIGPIPE is ignored here; the kernel reports a stack overflow; and init
//! has no arguments. Nor does it have an environment.
#![expect(unsafe_code, reason = "the C library looks for the symbol main")]

mod clearenv;
mod signal;

// SAFETY: no other symbol has this name, and the C library calls it once, with arguments that may be ignored.
#[unsafe(no_mangle)]
extern "C" fn main() -> ! {
    signal::ignore_broken_pipes();
    clearenv::clear();
    crate::run()
}
