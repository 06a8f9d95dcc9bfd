//! `scratchmachine run` as it is used, with a script in the place of QEMU.

mod arguments;
mod ending;
mod fake;
