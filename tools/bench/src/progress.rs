//! What the user sees while it takes: a line on standard error for each thing done.

pub fn log(line: &str) {
    eprintln!("bench: {line}");
}
