//! Whatever depmod wrote: every module comes once, and behind those it needs where that is possible.
#![no_main]

use libfuzzer_sys::fuzz_target;
use scratchmachine::modules::glob;
use scratchmachine::modules::index::{Index, module_name};
use std::collections::{BTreeMap, BTreeSet};

/// What each module needs, by the first line that it has.
fn needs(dependencies: &str) -> BTreeMap<String, Vec<String>> {
    let mut needs = BTreeMap::new();
    for line in dependencies.lines() {
        if let Some((file, others)) = line.split_once(':') {
            let others = others.split_ascii_whitespace().map(module_name).collect();
            needs.entry(module_name(file)).or_insert(others);
        }
    }
    needs
}

fn reachable(needs: &BTreeMap<String, Vec<String>>, from: &str) -> BTreeSet<String> {
    let mut reached = BTreeSet::new();
    let mut left = vec![from.to_owned()];
    while let Some(name) = left.pop() {
        if let Some(others) = needs.get(&name) {
            if reached.insert(name) {
                left.extend(others.iter().cloned());
            }
        }
    }
    reached
}

// modules.dep, modules.alias, a module's name and a device's modalias, with zeros between
fuzz_target!(|bytes: &[u8]| {
    let input = String::from_utf8_lossy(bytes);
    let mut parts = input.splitn(4, '\0').map(str::to_owned);
    let mut part = || parts.next().unwrap_or_default();
    let index = Index {
        dependencies: part(),
        aliases: part(),
    };
    let (name, modalias) = (part(), part());

    let needs = needs(&index.dependencies);
    let order: Vec<_> = index
        .in_order(&name)
        .iter()
        .map(|module| module.name.clone())
        .collect();
    let unique: BTreeSet<_> = order.iter().cloned().collect();
    assert_eq!(unique.len(), order.len(), "each once");
    assert_eq!(unique, reachable(&needs, &name), "all that are needed");
    assert!(order.is_empty() || order.last() == Some(&name));
    for (place, module) in order.iter().enumerate() {
        for need in &needs[module] {
            let goes_round = reachable(&needs, need).contains(module);
            let comes_before = order[..place].contains(need);
            assert!(
                comes_before || goes_round || !needs.contains_key(need),
                "{module} comes before {need}"
            );
        }
    }

    let mut drivers = vec![];
    for line in index.aliases.lines() {
        let words: Vec<_> = line.split_ascii_whitespace().collect();
        if words.len() >= 3 && words[0] == "alias" && glob::matches(words[1], &modalias) {
            drivers.push(module_name(words[2]));
        }
    }
    assert_eq!(index.drivers_for(&modalias), drivers);

    let called = module_name(&name);
    assert_eq!(module_name(&called), called);
    assert!(!called.contains(['/', '-']));
});
