//! The findings as a person reads them.

use crate::finding::{Database, Findings};
use crate::reasons::Reasons;
use std::fmt::Write;

/// What no database here can tell, with the databases that it is about.
const UNKNOWN: &[(Option<Database>, &str)] = &[
    (
        Some(Database::RustSec),
        "whether a function that an advisory names is ever called: that is for a reason to say",
    ),
    (
        Some(Database::RustSec),
        "the crates that Rust's standard library is made of, which come compiled",
    ),
    (
        Some(Database::Kernel),
        "patches on top of the upstream version, Debian's or nixpkgs': what they fix is listed all the same",
    ),
    (
        Some(Database::Kernel),
        "which functions of a file are compiled in; a header counts if an #include line names it, under #if or not",
    ),
    (
        Some(Database::Kernel),
        "which modules an image carries: all that were built count",
    ),
    (
        None,
        "the C library and the boot loader: no database of theirs is read",
    ),
];

pub fn report(found: &Findings, reasons: &Reasons) -> String {
    let mut text = String::new();
    let mut say = |line: String| {
        // what a database says is not to move the reader's cursor
        let line: String = line
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect();
        let _ = writeln!(text, "{line}");
    };
    let (mut excused, mut open) = (Vec::new(), Vec::new());
    for finding in &found.findings {
        match reasons.of(finding) {
            Some(reason) => excused.push((finding, reason)),
            None => open.push(finding),
        }
    }
    for finding in &open {
        say(format!("{}: {}", finding.id, finding.title));
        say(format!("    {}", finding.because));
        say(format!("    {}", finding.url));
    }
    for (finding, reason) in &excused {
        let (id, title) = (&finding.id, &finding.title);
        say(format!("{id}: {title}: {}", reason.in_short()));
        say(format!("    {}", finding.because));
        say(format!("    {}", reason.detail.trim()));
    }
    say(format!(
        "{} records read: {} to look at, {} of no concern, each for a reason",
        found.records,
        open.len(),
        excused.len()
    ));
    for (database, name) in [
        (Database::RustSec, "the crates: RustSec's advisory-db"),
        (Database::Kernel, "the kernel: its CNA's vulns"),
    ] {
        if !found.asked.contains(&database) {
            say(format!("not asked, since it was not given: {name}"));
        }
    }
    for (database, what) in UNKNOWN {
        if database.is_none_or(|it| found.asked.contains(&it)) {
            say(format!("not known: {what}"));
        }
    }
    text
}
