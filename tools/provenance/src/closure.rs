//! All that the build of an image can reach: what comes from outside, by hash, and proof that nothing else does.

use std::collections::{BTreeMap, BTreeSet};
use std::{fs, path::Path};

use formats::sha256;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::derivation::{self, Derivation};

#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Closure {
    /// How many derivations were read.
    pub derivations: usize,
    /// Those whose output's hash is known before it is made: all that comes from outside.
    pub fixed: Vec<Fixed>,
    /// Files that were handed to builders as they are: of this repository, or of a flake that it takes in.
    pub sources: Vec<Source>,
    /// Derivations whose output may depend on more than their inputs, each with the reason.
    pub impure: Vec<String>,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Fixed {
    pub kind: String,
    pub name: String,
    pub path: String,
    /// `sha256`, or `r:sha256` where the hash is one of a whole tree.
    pub algorithm: String,
    pub hash: String,
    /// Where it can be fetched: addresses, or a path on any Debian mirror, or a crate's name.
    pub places: Vec<String>,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Source {
    pub path: String,
    /// Of a file; a tree's content is in its store path's own hash.
    pub sha256: Option<String>,
}

/// What derivations don't hold themselves, as the expression for a closure writes it.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    derivation: String,
    /// Where a fixed output can be fetched, by its store path.
    places: BTreeMap<String, String>,
    inputs: Vec<Input>,
}

/// A flake that expressions are taken from.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Input {
    name: String,
    nar_hash: String,
    /// A directory that stands in for a repository has none.
    rev: Option<String>,
}

/// All that the derivation needs, with what the facts add. `read` gives a file of the store.
pub fn complete(
    facts: &Facts,
    read: impl Fn(&str) -> Result<String, String>,
) -> Result<Closure, String> {
    let mut closure = walk(&facts.derivation, read)?;
    for fixed in &mut closure.fixed {
        fixed.places.extend(facts.places.get(&fixed.path).cloned());
    }
    closure.fixed.extend(facts.inputs.iter().map(|input| Fixed {
        kind: String::from("flake input"),
        name: input.name.clone(),
        path: String::new(),
        algorithm: String::from("r:sha256"),
        hash: input.nar_hash.clone(),
        places: vec![match &input.rev {
            Some(rev) => format!("revision {rev}"),
            None => String::from("a directory without a revision"),
        }],
    }));
    Ok(closure)
}

/// Walk from a derivation to all that it needs.
fn walk(start: &str, read: impl Fn(&str) -> Result<String, String>) -> Result<Closure, String> {
    let mut seen = BTreeSet::from([start.to_owned()]);
    let mut waiting = vec![start.to_owned()];
    let mut sources = BTreeSet::new();
    let mut closure = Closure::default();
    while let Some(path) = waiting.pop() {
        let derivation =
            derivation::parse(&read(&path)?).map_err(|why| format!("{path}: {why}"))?;
        closure.derivations += 1;
        if let Some(why) = impurity(&derivation) {
            closure.impure.push(format!("{path}: {why}"));
        }
        closure.fixed.extend(fixed(&derivation));
        sources.extend(derivation.input_sources);
        for input in derivation.input_derivations {
            if seen.insert(input.clone()) {
                waiting.push(input);
            }
        }
    }
    // several ways to fetch the same bytes are one
    closure.fixed.sort();
    closure.fixed.dedup_by(|a, b| a.path == b.path);
    closure.impure.sort();
    closure.sources = sources
        .into_iter()
        .map(|path| Source {
            sha256: file_hash(&path),
            path,
        })
        .collect();
    Ok(closure)
}

fn file_hash(path: &str) -> Option<String> {
    Path::new(path)
        .is_file()
        .then(|| fs::read(path).ok())
        .flatten()
        .map(|bytes| sha256::hex(&bytes))
}

/// Why the derivation's output may depend on more than its inputs.
fn impurity(derivation: &Derivation) -> Option<&'static str> {
    let is_set = |name: &str| {
        let plain = derivation
            .environment
            .get(name)
            .is_some_and(|value| !value.is_empty() && value != "0");
        let structured = derivation
            .environment
            .get("__json")
            .is_some_and(|json| json.contains(&format!("\"{name}\":true")));
        plain || structured
    };
    let floating = derivation
        .outputs
        .iter()
        .any(|output| output.hash.is_empty() && !output.algorithm.is_empty());
    let impure = derivation
        .outputs
        .iter()
        .any(|output| output.hash == "impure");
    if impure || is_set("__impure") {
        Some("it is impure (__impure)")
    } else if is_set("__noChroot") {
        Some("it is built outside the sandbox (__noChroot)")
    } else if floating {
        Some("its output's hash is not known before it is built")
    } else {
        None
    }
}

fn fixed(derivation: &Derivation) -> Option<Fixed> {
    let [output] = derivation.outputs.as_slice() else {
        return None;
    };
    if output.hash.is_empty() {
        return None;
    }
    let name = words(derivation, "name").concat();
    let mut places = words(derivation, "urls");
    if places.is_empty() {
        places = words(derivation, "url");
    }
    let kind = kind(&name, &places);
    if kind == "crate" && places.is_empty() {
        places.push(format!("{name} of the crates' registry"));
    }
    Some(Fixed {
        kind: kind.to_owned(),
        name,
        path: output.path.clone(),
        algorithm: output.algorithm.clone(),
        hash: output.hash.clone(),
        places,
    })
}

/// What it is that is fetched, by its name and where it is. Crates are called `NAME-VERSION.crate` on the Debian
/// foundation, and by crane `cargo-src-NAME-VERSION`.
fn kind(name: &str, places: &[String]) -> &'static str {
    const KINDS: [(&str, &[&str]); 4] = [
        (".deb", &[".deb"]),
        ("crate", &[".crate"]),
        ("patch", &[".patch", ".diff"]),
        (
            "tarball",
            &[
                ".tar.gz", ".tar.xz", ".tar.bz2", ".tar.zst", ".tgz", ".tar", ".zip", ".tar.lz",
            ],
        ),
    ];
    if name.starts_with("cargo-src-") {
        return "crate";
    }
    let ends = |end: &&str| name.ends_with(*end) || places.iter().any(|it| it.ends_with(*end));
    KINDS
        .iter()
        .find(|(_, suffixes)| suffixes.iter().any(ends))
        .map_or("file", |(kind, _)| kind)
}

/// A variable's words, from the environment or from `__structuredAttrs`.
fn words(derivation: &Derivation, name: &str) -> Vec<String> {
    let split = |text: &str| text.split_whitespace().map(str::to_owned).collect();
    if let Some(text) = derivation.environment.get(name) {
        return split(text);
    }
    let json = derivation.environment.get("__json").map(String::as_str);
    let json: Value = serde_json::from_str(json.unwrap_or_default()).unwrap_or_default();
    match &json[name] {
        Value::String(text) => split(text),
        Value::Array(items) => items
            .iter()
            .filter_map(|item| item.as_str().map(str::to_owned))
            .collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store(path: &str) -> Result<String, String> {
        let (outputs, inputs, environment) = match path {
            "top" => (
                r#"("out","/t","","")"#,
                r#"("deb",["out"]),("odd",["out"])"#,
                r#"("name","top")"#,
            ),
            "deb" => (
                r#"("out","/d","sha256","ab")"#,
                "",
                r#"("name","x.deb"),("urls","pool/x.deb")"#,
            ),
            "odd" => (
                r#"("out","/o","","")"#,
                r#"("deb",["out"])"#,
                r#"("__noChroot","1")"#,
            ),
            other => return Err(format!("no {other}")),
        };
        Ok(format!(
            r#"Derive([{outputs}],[{inputs}],["/nowhere/{path}.sh"],"s","b",[],[{environment}])"#
        ))
    }

    #[test]
    fn what_comes_from_outside_is_listed_once() {
        let closure = walk("top", store).unwrap();
        assert_eq!(closure.derivations, 3);
        assert_eq!(closure.fixed.len(), 1);
        assert_eq!(closure.fixed[0].kind, ".deb");
        assert_eq!(closure.fixed[0].places, ["pool/x.deb"]);
        assert_eq!(closure.sources.len(), 3);
    }

    #[test]
    fn what_is_fetched_is_known_by_its_name_on_either_foundation() {
        let address = "https://static.crates.io/crates/libc/0.2.191/download";
        for (name, place, expected) in [
            ("libc-0.2.191.crate", "", "crate"),
            ("cargo-src-libc-0.2.191", address, "crate"),
            ("musl-dev_1.2.5-3.1_amd64.deb", "pool/musl.deb", ".deb"),
            ("musl-1.2.5.tar.gz", "", "tarball"),
            ("source", "https://example.org/v6.04.tar.gz", "tarball"),
            ("CVE-2025-26519_0.patch", "", "patch"),
            ("config.guess-948ae97", "", "file"),
        ] {
            assert_eq!(kind(name, &[place.to_owned()]), expected, "{name}");
        }
    }

    #[test]
    fn a_flake_input_has_a_revision_or_is_a_directory() {
        for (rev, expected) in [
            (r#","rev":"531670d""#, "revision 531670d"),
            (r#","rev":null"#, "a directory without a revision"),
            ("", "a directory without a revision"),
        ] {
            let facts = format!(
                r#"{{"derivation":"top","places":{{}},"inputs":[{{"name":"nixpkgs","narHash":"sha256-x"{rev}}}]}}"#
            );
            let closure = complete(&serde_json::from_str(&facts).unwrap(), store).unwrap();
            let input = closure.fixed.iter().find(|it| it.kind == "flake input");
            assert_eq!(input.unwrap().places, [expected]);
        }
    }

    #[test]
    fn a_derivation_outside_the_sandbox_is_found() {
        let closure = walk("top", store).unwrap();
        assert_eq!(closure.impure.len(), 1);
        assert!(closure.impure[0].starts_with("odd: it is built outside the sandbox"));
    }

    #[test]
    fn structured_attributes_are_read() {
        let derivation = Derivation {
            environment: [(
                String::from("__json"),
                String::from(r#"{"name":"x.tar.gz","urls":["mirror://x"],"__noChroot":true}"#),
            )]
            .into(),
            ..Derivation::default()
        };
        assert_eq!(words(&derivation, "name"), ["x.tar.gz"]);
        assert_eq!(words(&derivation, "urls"), ["mirror://x"]);
        assert!(impurity(&derivation).is_some());
    }
}
