//! The documents state every limit as the table has it. Both are found from the root of the checkout, which is the
//! environment variable CHECKOUT where the sources of this crate stand alone.

use crate::budgets;
use crate::limits::Limits;
use std::fs;
use std::path::{Path, PathBuf};

/// The foundation whose limits the documents state.
const FOUNDATION: &str = "debian";

/// What checks of Nix hold: a row of the documents, and the limits that it states, as subject and figure.
const OF_CHECKS: [(&str, &[(&str, &str)]); 4] = [
    ("ISO without a program", &[("demo-without-program", "all")]),
    ("ISO of a tiny machine", &[("tiny", "all")]),
    (
        "memory: the demo machine, a tiny one",
        &[("demo", "memory"), ("tiny", "memory")],
    ),
    (
        "power-on to serving, instructions counted",
        &[("demo", "boot-time")],
    ),
];

fn checkout() -> PathBuf {
    let root = std::env::var("CHECKOUT");
    root.unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../..").into())
        .into()
}

fn limits() -> Limits {
    let nix = checkout().join("nix");
    Limits::read(&nix.join("bench/limits.tsv"), FOUNDATION).unwrap()
}

/// Every row of the documents' tables that should state limits, with these limits.
fn stated() -> Vec<(&'static str, String)> {
    let limits = limits();
    let text = |(subject, figure): &(&str, &str)| {
        let found = limits
            .iter()
            .find(|it| (it.subject.as_str(), it.figure.as_str()) == (subject, figure));
        found
            .unwrap_or_else(|| panic!("no limit for {subject}, {figure}"))
            .text()
    };
    let of_checks = OF_CHECKS.iter().map(|(title, limits)| {
        let texts: Vec<String> = limits.iter().map(text).collect();
        (*title, texts.join(", "))
    });
    let budgets = budgets::with_limits(&limits).unwrap();
    budgets
        .iter()
        .map(|budget| (budget.title(), budget.limit().text()))
        .chain(of_checks)
        .collect()
}

fn markdown(place: &Path, found: &mut Vec<PathBuf>) {
    if place.is_dir() {
        for entry in fs::read_dir(place).unwrap() {
            markdown(&entry.unwrap().path(), found);
        }
    } else if place.extension().is_some_and(|it| it == "md") {
        found.push(place.into());
    }
}

#[test]
fn every_limit_is_one_that_something_checks() {
    let limits = limits();
    let budgets = budgets::with_limits(&limits).unwrap();
    for limit in limits.iter() {
        let is_budget = budgets.iter().any(|budget| budget.limit() == limit);
        let mut of_checks = OF_CHECKS.iter().flat_map(|(_, limits)| *limits);
        let is_known = is_budget
            || of_checks.any(|known| *known == (limit.subject.as_str(), limit.figure.as_str()));
        assert!(
            is_known,
            "nothing checks {limit:?}, and no document states it"
        );
    }
}

#[test]
fn the_documents_state_every_limit_as_the_table_has_it() {
    let mut paths = vec![checkout().join("README.md")];
    markdown(&checkout().join("docs"), &mut paths);
    let documents: Vec<(PathBuf, String)> = paths
        .into_iter()
        .map(|path| {
            let text = fs::read_to_string(&path).unwrap();
            (path, text)
        })
        .collect();
    for (title, limit) in stated() {
        let mut times = 0;
        for (path, text) in &documents {
            for line in text.lines() {
                let mut cells = line.split('|').skip(1).map(str::trim);
                let (Some(first), Some(second)) = (cells.next(), cells.next()) else {
                    continue;
                };
                let states_limit = second.starts_with(['≤', '+']);
                // a link may follow
                let is_row = first == title || first.starts_with(&format!("{title} ("));
                if is_row && states_limit {
                    assert_eq!(second, limit, "{title}, in {}", path.display());
                    times += 1;
                }
            }
        }
        assert!(times > 0, "no document states '{title}': {limit}");
    }
}
