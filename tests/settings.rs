//! What `mkMachine` takes as a setting is what init takes. nix/checks/settings.nix writes the table: a verdict, a
//! tabulator, a word.

use scratchmachine::config::{self, Config};
use scratchmachine::logs::collector::Target;
use std::collections::BTreeSet;

fn table() -> Vec<(bool, String)> {
    let file = std::env::var("SETTINGS").expect("SETTINGS names the table");
    let table = std::fs::read_to_string(file).expect("read the table");
    let rows = table.lines().map(|line| {
        let (verdict, word) = line.split_once('\t').expect("two fields");
        (verdict == "accepted", word.to_owned())
    });
    rows.collect()
}

fn is_accepted(word: &str) -> bool {
    let mut config = Config::default();
    config.apply(word.as_bytes()).is_empty()
        && config.log.is_none_or(|log| log.parse::<Target>().is_ok())
}

#[test]
#[ignore = "nix/checks/settings.nix has the table"]
fn mk_machine_and_init_accept_the_same_values() {
    let table = table();
    assert!(table.len() > 90, "{}", table.len());
    let differing: Vec<_> = table
        .iter()
        .filter(|(accepted, word)| is_accepted(word) != *accepted)
        .collect();
    assert!(differing.is_empty(), "mkMachine, word: {differing:#?}");
}

#[test]
#[ignore = "nix/checks/settings.nix has the table"]
fn every_setting_of_init_is_an_argument_of_mk_machine() {
    let given: BTreeSet<_> = table()
        .iter()
        .map(|(_, word)| word.split('=').next().unwrap_or_default().to_owned())
        .collect();
    let of_program = config::program::keys()
        .filter(|key| *key != "restart")
        .map(|key| format!("scratchmachine.{key}.web"));
    let missing: Vec<_> = config::keys()
        .map(str::to_owned)
        .chain(of_program)
        // for tests of the end that a bug has
        .filter(|key| *key != "scratchmachine.drill" && !given.contains(key))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}
