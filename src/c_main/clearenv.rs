//! clearenv(3).
#![expect(unsafe_code, reason = "std has no safe way to change the environment")]

/// The environment holds those words of the command line that the kernel does not know, some of which Rust's standard
/// library takes for its own: RUST_MIN_STACK=1 would be the end of the first thread, and so of the machine. To be called
/// before there is any other thread.
pub fn clear() {
    // SAFETY: no other thread exists that could read the environment at the same time.
    unsafe { libc::clearenv() };
}
