//! The command line as a whole: help, errors, completions and manual pages are there for every verb.

use std::path::Path;
use std::process::{Command, Output};

fn scratchmachine(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_scratchmachine"))
        .args(arguments)
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn verbs() -> Vec<String> {
    let description = cli::command_line::description();
    let verbs = description.get_subcommands();
    verbs.map(|verb| verb.get_name().to_owned()).collect()
}

#[test]
fn the_verbs_are_those_that_are_promised() {
    for verb in ["audit", "verify", "configure", "advisories", "run"] {
        assert!(verbs().iter().any(|it| it == verb), "{verb}");
    }
}

#[test]
fn every_verb_has_help_with_an_example() {
    for verb in verbs() {
        let output = scratchmachine(&[&verb, "--help"]);
        let help = text(&output.stdout);
        assert_eq!(output.status.code(), Some(0), "{verb}");
        assert_eq!(text(&output.stderr), "", "{verb}");
        assert!(
            help.contains(&format!("Usage: scratchmachine {verb} ")),
            "{help}"
        );
        assert!(help.contains("Example"), "{help}");
        assert!(
            help.contains(&format!("  scratchmachine {verb} ")) || help.contains("  nix run .#"),
            "{help}"
        );
    }
}

#[test]
fn help_names_every_verb_whether_it_was_asked_for_or_a_verb_is_missing() {
    let asked = scratchmachine(&["--help"]);
    let missing = scratchmachine(&[]);
    assert_eq!(
        (asked.status.code(), missing.status.code()),
        (Some(0), Some(2))
    );
    assert_eq!(
        (text(&asked.stderr), text(&missing.stdout)),
        Default::default()
    );
    for verb in verbs() {
        let entry = format!("\n  {verb} ");
        assert!(text(&asked.stdout).contains(&entry), "{verb}");
        assert!(text(&missing.stderr).contains(&entry), "{verb}");
    }
}

#[test]
fn the_version_is_known() {
    let output = scratchmachine(&["--version"]);
    let wanted = format!("scratchmachine {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(text(&output.stdout), wanted);
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn an_option_that_a_verb_does_not_have_is_an_error_with_the_usage() {
    for (verb, status) in [
        ("audit", 2),
        ("verify", 2),
        ("advisories", 2),
        ("configure", 1),
        ("completions", 1),
        ("man", 1),
    ] {
        let output = scratchmachine(&[verb, "--frob"]);
        let error = text(&output.stderr);
        let wanted = format!("scratchmachine {verb}: unexpected argument '--frob' found\n");
        assert!(error.starts_with(&wanted), "{error}");
        assert!(error.contains("Usage: scratchmachine "), "{error}");
        assert!(error.contains("try '--help'"), "{error}");
        assert_eq!(output.status.code(), Some(status), "{verb}");
        assert_eq!(text(&output.stdout), "", "{verb}");
    }
}

#[test]
fn a_verb_with_a_typing_error_is_answered_with_the_right_one() {
    let output = scratchmachine(&["aduit", "x.iso"]);
    let error = text(&output.stderr);
    assert!(error.starts_with("scratchmachine: "), "{error}");
    assert!(error.contains("'audit'"), "{error}");
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn what_is_missing_is_named() {
    for (verb, missing) in [
        ("audit", &["--provenance <FILE>", "--closure <FILE>"][..]),
        ("verify", &["--reference <FILE>", "<IMAGE>"]),
        ("configure", &["<IMAGE>", "--output <FILE>"]),
        ("run", &["<IMAGE>"]),
        ("man", &["<DIRECTORY>"]),
    ] {
        let error = text(&scratchmachine(&[verb]).stderr);
        for it in missing {
            assert!(error.contains(it), "{verb}: {error}");
        }
    }
}

#[test]
fn what_the_environment_names_need_not_be_given_and_an_option_goes_before_it() {
    let audit = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_scratchmachine"))
            .arg("audit")
            .args(arguments)
            .env("SCRATCHMACHINE_PROVENANCE", "/nowhere/provenance.json")
            .env("SCRATCHMACHINE_CLOSURE", "/nowhere/closure.json")
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(2));
        text(&output.stderr)
    };
    let error = audit(&[]);
    assert!(error.contains("/nowhere/provenance.json"), "{error}");
    let error = audit(&["--provenance", "/elsewhere"]);
    assert!(error.contains("/elsewhere"), "{error}");
    assert!(error.starts_with("scratchmachine audit: "), "{error}");
}

#[test]
fn completions_know_every_verb() {
    for shell in ["bash", "zsh", "fish"] {
        let output = scratchmachine(&["completions", shell]);
        assert_eq!(output.status.code(), Some(0), "{shell}");
        for verb in verbs() {
            assert!(text(&output.stdout).contains(&verb), "{shell}: {verb}");
        }
    }
    assert_eq!(
        scratchmachine(&["completions", "dos"]).status.code(),
        Some(1)
    );
}

#[test]
fn there_is_a_manual_page_for_every_verb_and_one_that_names_all() {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("manual/man1");
    let _ = std::fs::remove_dir_all(&directory);
    let output = scratchmachine(&["man", directory.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let page = |name: &str| {
        let path = directory.join(format!("{name}.1"));
        std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    let overview = page("scratchmachine");
    for verb in verbs() {
        let name = format!("scratchmachine\\-{verb}");
        assert!(overview.contains(&name), "{name}: {overview}");
        assert!(
            page(&format!("scratchmachine-{verb}")).contains("Example"),
            "{verb}"
        );
    }
    // what /proc holds can't be written
    let output = scratchmachine(&["man", "/proc/man1"]);
    let error = text(&output.stderr);
    assert!(
        error.starts_with("scratchmachine man: write manual pages into /proc/man1: "),
        "{error}"
    );
    assert_eq!(output.status.code(), Some(1));
}
