//! JSON (RFC 8259), as far as requests need it.

/// Objects and lists within each other: no request has more, and whoever nests without end gets an error.
const DEPTH: usize = 8;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Json {
    /// As it is written.
    Number(String),
    Text(String),
    Map(Vec<(String, Json)>),
    /// Anything else, in which nobody is interested.
    Other,
}

impl Json {
    /// What an object has under this name.
    pub fn get(&self, name: &str) -> Option<&Json> {
        let Json::Map(members) = self else {
            return None;
        };
        let member = members.iter().find(|(it, _)| it == name);
        member.map(|(_, value)| value)
    }
}

/// The value that `text` is, and nothing else.
pub fn parse(text: &str) -> Option<Json> {
    let mut parser = Parser { left: text };
    let value = parser.value(0)?;
    parser.skip_blanks();
    parser.left.is_empty().then_some(value)
}

struct Parser<'a> {
    left: &'a str,
}

impl Parser<'_> {
    fn skip_blanks(&mut self) {
        self.left = self.left.trim_start_matches([' ', '\t', '\n', '\r']);
    }

    /// Whether this comes next, which it then no longer does.
    fn takes(&mut self, token: &str) -> bool {
        self.skip_blanks();
        match self.left.strip_prefix(token) {
            Some(left) => {
                self.left = left;
                true
            }
            None => false,
        }
    }

    fn value(&mut self, depth: usize) -> Option<Json> {
        if depth > DEPTH {
            return None;
        }
        if self.takes("{") {
            let mut members = Vec::new();
            self.members("}", |parser| {
                let name = parser.text()?;
                parser.takes(":").then_some(())?;
                members.push((name, parser.value(depth + 1)?));
                Some(())
            })?;
            return Some(Json::Map(members));
        }
        if self.takes("[") {
            self.members("]", |parser| parser.value(depth + 1).map(|_| ()))?;
            return Some(Json::Other);
        }
        if ["true", "false", "null"]
            .into_iter()
            .any(|it| self.takes(it))
        {
            return Some(Json::Other);
        }
        if self.left.starts_with('"') {
            return self.text().map(Json::Text);
        }
        // what a number is made of, in whatever order: it goes back as it came
        let is_part = |it: char| it.is_ascii_digit() || matches!(it, '-' | '+' | '.' | 'e' | 'E');
        let end = self.left.find(|it| !is_part(it)).unwrap_or(self.left.len());
        let (number, left) = self.left.split_at(end);
        number
            .contains(|it: char| it.is_ascii_digit())
            .then_some(())?;
        self.left = left;
        Some(Json::Number(number.to_owned()))
    }

    /// What is between an object's or a list's brackets, separated by commas.
    fn members(
        &mut self,
        end: &str,
        mut member: impl FnMut(&mut Self) -> Option<()>,
    ) -> Option<()> {
        if self.takes(end) {
            return Some(());
        }
        loop {
            member(self)?;
            if self.takes(end) {
                return Some(());
            }
            self.takes(",").then_some(())?;
        }
    }

    fn text(&mut self) -> Option<String> {
        self.takes("\"").then_some(())?;
        let mut text = String::new();
        let mut characters = self.left.chars();
        loop {
            match characters.next()? {
                '"' => {
                    self.left = characters.as_str();
                    return Some(text);
                }
                '\\' => match characters.next()? {
                    'u' => {
                        let digits = characters.as_str().get(..4)?;
                        let code = u32::from_str_radix(digits, 16).ok()?;
                        // half of a pair is none
                        text.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
                        characters = characters.as_str()[4..].chars();
                    }
                    'n' => text.push('\n'),
                    't' => text.push('\t'),
                    'r' => text.push('\r'),
                    'b' => text.push('\u{8}'),
                    'f' => text.push('\u{c}'),
                    other => text.push(other),
                },
                other => text.push(other),
            }
        }
    }
}

/// Text as it is between quotes.
pub fn escape(text: &str) -> String {
    let escaped = |it: char| match it {
        '"' | '\\' => format!("\\{it}"),
        it if it.is_control() => format!("\\u{:04x}", u32::from(it)),
        it => it.to_string(),
    };
    text.chars().map(escaped).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_texts_and_numbers_are_read() {
        let json =
            parse(r#" {"a": {"b": -1.5e3}, "c": "x\n\"\u00e9", "d": [1, {}, []], "e": null} "#)
                .unwrap();
        let b = json.get("a").and_then(|it| it.get("b"));
        assert_eq!(b, Some(&Json::Number("-1.5e3".into())));
        assert_eq!(json.get("c"), Some(&Json::Text("x\n\"é".into())));
        assert_eq!(json.get("d"), Some(&Json::Other));
        assert_eq!(json.get("f"), None);
        assert_eq!(parse("1").unwrap().get("a"), None);
    }

    #[test]
    fn what_is_not_json_is_refused() {
        for text in [
            "", "{", "}", "{a}", "{\"a\"}", "{\"a\":}", "[1,]", "1 2", "\"", "\"\\", "\"\\u12",
            "-", "tru", "{}x",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
        assert_eq!(parse(&"[".repeat(100_000)), None);
        assert!(parse(&format!("{}{}", "[".repeat(8), "]".repeat(8))).is_some());
    }

    #[test]
    fn names_with_quotes_stay_within_theirs() {
        assert_eq!(escape("a\"\\\n"), "a\\\"\\\\\\u000a");
    }
}
