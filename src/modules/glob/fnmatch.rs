//! fnmatch(3), to compare with: only tests call it.

use std::ffi::CString;

/// # Panics
/// There is a NUL in the pattern or the text.
pub fn matches(pattern: &str, text: &str) -> bool {
    const NO_FLAGS: libc::c_int = 0;
    let pattern = CString::new(pattern).expect("no NUL in the pattern");
    let text = CString::new(text).expect("no NUL in the text");
    // SAFETY: both are NUL-terminated and outlive the call, which writes to neither.
    unsafe { libc::fnmatch(pattern.as_ptr(), text.as_ptr(), NO_FLAGS) == 0 }
}
