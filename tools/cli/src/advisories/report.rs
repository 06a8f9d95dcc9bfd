//! The findings as a person reads them, and as a program does.

use super::finding::{Database, Finding, Findings};
use super::reasons::{Reason, Reasons};
use serde_json::{Value, json};
use std::fmt::Write;

const DATABASES: [(Database, &str); 2] = [
    (Database::RustSec, "the crates: RustSec's advisory-db"),
    (Database::Kernel, "the kernel: its CNA's vulns"),
];

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
    let (open, excused) = sorted(found, reasons);
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
    for name in not_asked(found) {
        say(format!("not asked, since it was not given: {name}"));
    }
    for what in unknown(found) {
        say(format!("not known: {what}"));
    }
    text
}

/// The same, with what is wrong with databases and reasons.
pub fn json(found: &Findings, reasons: &Reasons, refuted: &[(Reason, String)]) -> Value {
    let (open, excused) = sorted(found, reasons);
    let finding = |it: &Finding| {
        let component = &it.component;
        json!({
            "id": it.id,
            "title": it.title,
            "because": it.because,
            "url": it.url,
            "component": {
                "purl": component.purl,
                "name": component.name,
                "version": component.version,
            },
        })
    };
    let named = |reason: &Reason| json!({ "id": reason.id, "purl": reason.purl });
    json!({
        "records": found.records,
        "to_look_at": open.iter().map(|it| finding(it)).collect::<Vec<_>>(),
        "of_no_concern": excused.iter().map(|(it, reason)| {
            let mut it = finding(it);
            it["reason"] = json!({
                "justification": reason.justification,
                "fixed": reason.fixed,
                "detail": reason.detail.trim(),
            });
            it
        }).collect::<Vec<_>>(),
        "not_asked": not_asked(found).collect::<Vec<_>>(),
        "not_known": unknown(found).collect::<Vec<_>>(),
        "not_understood": found.problems,
        "refuted_reasons": refuted.iter().map(|(reason, option)| {
            let mut it = named(reason);
            it["option"] = json!(option);
            it
        }).collect::<Vec<_>>(),
        "idle_reasons": reasons.idle(found).map(named).collect::<Vec<_>>(),
    })
}

/// What is to be looked at, and what is of no concern for a reason.
fn sorted<'a>(
    found: &'a Findings,
    reasons: &'a Reasons,
) -> (Vec<&'a Finding>, Vec<(&'a Finding, &'a Reason)>) {
    let (mut open, mut excused) = (Vec::new(), Vec::new());
    for finding in &found.findings {
        match reasons.of(finding) {
            Some(reason) => excused.push((finding, reason)),
            None => open.push(finding),
        }
    }
    (open, excused)
}

fn not_asked(found: &Findings) -> impl Iterator<Item = &'static str> {
    let absent = move |(database, _): &(Database, _)| !found.asked.contains(database);
    DATABASES.into_iter().filter(absent).map(|(_, name)| name)
}

fn unknown(found: &Findings) -> impl Iterator<Item = &'static str> {
    let concerns = move |(database, _): &&(Option<Database>, _)| {
        database.is_none_or(|it| found.asked.contains(&it))
    };
    UNKNOWN.iter().filter(concerns).map(|(_, what)| *what)
}
