//! A store derivation (`.drv`): Nix's own form of it, as far as an audit asks.

use std::collections::BTreeMap;

#[derive(Debug, Default, PartialEq, Eq)]
pub struct Derivation {
    pub outputs: Vec<Output>,
    pub input_derivations: Vec<String>,
    pub input_sources: Vec<String>,
    pub environment: BTreeMap<String, String>,
}

#[derive(Debug, Default, PartialEq, Eq)]
pub struct Output {
    pub name: String,
    pub path: String,
    /// `sha256` or `r:sha256`; empty where the output is not fixed.
    pub algorithm: String,
    pub hash: String,
}

pub fn parse(text: &str) -> Result<Derivation, String> {
    let mut reader = Reader { rest: text };
    reader.expect("Derive(")?;
    let outputs = reader.list(|reader| {
        reader.expect("(")?;
        let name = reader.string()?;
        reader.expect(",")?;
        let path = reader.string()?;
        reader.expect(",")?;
        let algorithm = reader.string()?;
        reader.expect(",")?;
        let hash = reader.string()?;
        reader.expect(")")?;
        Ok(Output {
            name,
            path,
            algorithm,
            hash,
        })
    })?;
    reader.expect(",")?;
    let input_derivations = reader.list(|reader| {
        reader.expect("(")?;
        let path = reader.string()?;
        reader.expect(",")?;
        reader.list(Reader::string)?;
        reader.expect(")")?;
        Ok(path)
    })?;
    reader.expect(",")?;
    let input_sources = reader.list(Reader::string)?;
    reader.expect(",")?;
    reader.string()?;
    reader.expect(",")?;
    reader.string()?;
    reader.expect(",")?;
    reader.list(Reader::string)?;
    reader.expect(",")?;
    let environment = reader.list(|reader| {
        reader.expect("(")?;
        let name = reader.string()?;
        reader.expect(",")?;
        let value = reader.string()?;
        reader.expect(")")?;
        Ok((name, value))
    })?;
    reader.expect(")")?;
    Ok(Derivation {
        outputs,
        input_derivations,
        input_sources,
        environment: environment.into_iter().collect(),
    })
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn expect(&mut self, token: &str) -> Result<(), String> {
        self.rest = self.rest.strip_prefix(token).ok_or_else(|| {
            let found: String = self.rest.chars().take(20).collect();
            format!("expected {token:?}, found {found:?}: a newer form of derivations?")
        })?;
        Ok(())
    }

    fn string(&mut self) -> Result<String, String> {
        self.expect("\"")?;
        let mut string = String::new();
        let mut characters = self.rest.char_indices();
        while let Some((at, character)) = characters.next() {
            match character {
                '"' => {
                    self.rest = &self.rest[at + 1..];
                    return Ok(string);
                }
                '\\' => match characters.next() {
                    Some((_, 'n')) => string.push('\n'),
                    Some((_, 'r')) => string.push('\r'),
                    Some((_, 't')) => string.push('\t'),
                    Some((_, other)) => string.push(other),
                    None => break,
                },
                other => string.push(other),
            }
        }
        Err(String::from("a string without an end"))
    }

    fn list<T>(&mut self, item: impl Fn(&mut Self) -> Result<T, String>) -> Result<Vec<T>, String> {
        self.expect("[")?;
        let mut items = Vec::new();
        while !self.rest.starts_with(']') {
            if !items.is_empty() {
                self.expect(",")?;
            }
            items.push(item(self)?);
        }
        self.expect("]")?;
        Ok(items)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const EXAMPLE: &str = r#"Derive([("out","/nix/store/a-x.deb","sha256","00ff")],[("/nix/store/b.drv",["out"])],["/nix/store/c.sh"],"x86_64-linux","/bin/sh",["-c","a\nb"],[("name","x \"y\""),("urls","pool/x.deb")])"#;

    #[test]
    fn a_derivation_is_read() {
        let derivation = parse(EXAMPLE).unwrap();
        assert_eq!(derivation.outputs[0].hash, "00ff");
        assert_eq!(derivation.input_derivations, ["/nix/store/b.drv"]);
        assert_eq!(derivation.input_sources, ["/nix/store/c.sh"]);
        assert_eq!(derivation.environment["name"], "x \"y\"");
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(at in 0..EXAMPLE.len(), with in ".{0,3}") {
            let mut text = EXAMPLE.to_owned();
            text.replace_range(at..at + 1, &with);
            let _ = parse(&text);
            let _ = parse(&EXAMPLE[..at]);
        }
    }
}
