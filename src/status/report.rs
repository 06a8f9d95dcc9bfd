//! A report: nested values that people and machines can read.

use std::fmt::Write;

pub enum Value {
    None,
    Number(u64),
    Text(String),
    List(Vec<Value>),
    Map(Vec<(String, Value)>),
}

impl Value {
    pub fn map<K: Into<String>>(entries: impl IntoIterator<Item = (K, Value)>) -> Self {
        Value::Map(
            entries
                .into_iter()
                .map(|(key, value)| (key.into(), value))
                .collect(),
        )
    }

    /// JSON (RFC 8259) on one line.
    pub fn json(&self) -> String {
        let mut out = String::new();
        self.write_json(&mut out);
        out.push('\n');
        out
    }

    /// A line for each value, with the path to it: `programs.hello.restarts: 0`.
    pub fn text(&self) -> String {
        let mut out = String::new();
        self.write_text("", &mut out);
        out
    }

    fn write_json(&self, out: &mut String) {
        match self {
            Value::None => out.push_str("null"),
            Value::Number(number) => drop(write!(out, "{number}")),
            Value::Text(text) => write_string(text, out),
            Value::List(values) => {
                out.push('[');
                for (index, value) in values.iter().enumerate() {
                    comma(index, out);
                    value.write_json(out);
                }
                out.push(']');
            }
            Value::Map(entries) => {
                out.push('{');
                for (index, (key, value)) in entries.iter().enumerate() {
                    comma(index, out);
                    write_string(key, out);
                    out.push(':');
                    value.write_json(out);
                }
                out.push('}');
            }
        }
    }

    fn write_text(&self, path: &str, out: &mut String) {
        let below = |key: &str| match path {
            "" => key.to_owned(),
            _ => format!("{path}.{key}"),
        };
        match self {
            Value::None => drop(writeln!(out, "{path}: none")),
            Value::Number(number) => drop(writeln!(out, "{path}: {number}")),
            // whatever a text contains, it stays on its line
            Value::Text(text) => drop(writeln!(out, "{path}: {}", text.escape_debug())),
            Value::List(values) => {
                for (index, value) in values.iter().enumerate() {
                    value.write_text(&below(&index.to_string()), out);
                }
            }
            Value::Map(entries) => {
                for (key, value) in entries {
                    value.write_text(&below(key), out);
                }
            }
        }
    }
}

fn comma(index: usize, out: &mut String) {
    if index > 0 {
        out.push(',');
    }
}

fn write_string(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => out.extend(['\\', character]),
            control if control < ' ' => drop(write!(out, "\\u{:04x}", control as u32)),
            other => out.push(other),
        }
    }
    out.push('"');
}

impl From<u64> for Value {
    fn from(number: u64) -> Self {
        Value::Number(number)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Value::Text(text)
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Value::None, Into::into)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report() -> Value {
        Value::map([
            ("uptime", 7.into()),
            ("lease", Value::None),
            (
                "programs",
                Value::map([("web", Value::List(vec!["a\"\\\n".into(), 0.into()]))]),
            ),
        ])
    }

    #[test]
    fn json_escapes_what_it_must() {
        assert_eq!(
            report().json(),
            "{\"uptime\":7,\"lease\":null,\"programs\":{\"web\":[\"a\\\"\\\\\\u000a\",0]}}\n"
        );
    }

    #[test]
    fn text_has_a_line_for_each_value() {
        assert_eq!(
            report().text(),
            "uptime: 7\nlease: none\nprograms.web.0: a\\\"\\\\\\n\nprograms.web.1: 0\n"
        );
    }
}
