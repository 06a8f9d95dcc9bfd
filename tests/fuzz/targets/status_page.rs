//! The status page answers every request with one of its answers, and a report holds whatever text it was given.
#![no_main]

use libfuzzer_sys::fuzz_target;
use scratchmachine::status::{Value, respond};

/// The string that a JSON document of nothing else stands for (RFC 8259, section 7).
fn decode(json: &str) -> String {
    let inner = json
        .strip_prefix('"')
        .and_then(|json| json.strip_suffix('"'));
    let mut left = inner.expect("a string").chars();
    let mut text = String::new();
    while let Some(c) = left.next() {
        assert!(c >= ' ' && c != '"', "{json}");
        text.push(match c {
            '\\' => match left.next().expect("something escaped") {
                'u' => {
                    let digits: String = left.by_ref().take(4).collect();
                    let code = u32::from_str_radix(&digits, 16).expect("four digits");
                    char::from_u32(code).expect("a character")
                }
                escaped @ ('"' | '\\') => escaped,
                other => panic!("{other} is escaped"),
            },
            other => other,
        });
    }
    text
}

/// What stands behind the machine in `http://machine/page`, the slash included.
fn without_machine(target: &[u8]) -> &[u8] {
    let Some(at) = target.windows(3).position(|window| window == b"://") else {
        return target;
    };
    let rest = &target[at + 3..];
    let slash = rest.iter().position(|byte| *byte == b'/');
    slash.map_or(b"", |slash| &rest[slash..])
}

fuzz_target!(|head: &[u8]| {
    let text = String::from_utf8_lossy(head);
    let report = || Value::map([("text", text.as_ref().into())]);
    let (status, kind, body) = respond(head, &report);

    let line = head.trim_ascii_start().split(|byte| *byte == b'\n').next();
    let words: Vec<_> = line
        .unwrap_or_default()
        .split(|byte| *byte == b' ')
        .collect();
    let is_read = matches!(words[0], b"GET" | b"HEAD");
    match status {
        "200 OK" => {
            assert!(is_read);
            // whatever is asked of it
            let target = words[1].split(|byte| *byte == b'?').next();
            let page = without_machine(target.unwrap_or_default());
            let is_json = page == b"/json";
            assert!(is_json || page.is_empty() || page == b"/");
            assert_eq!(kind == "application/json", is_json);
        }
        "404 Not Found" => assert!(is_read),
        "405 Method Not Allowed" => assert!(!is_read),
        "400 Bad Request" | "414 URI Too Long" => {}
        other => panic!("{other}"),
    }
    assert!(body.ends_with('\n'));

    let json = report().json();
    let json = json
        .strip_prefix("{\"text\":")
        .and_then(|json| json.strip_suffix("}\n"));
    assert_eq!(decode(json.expect("a map")), text);
    let shown = report().text();
    let line = shown.strip_suffix('\n').expect("a line");
    assert!(line.starts_with("text: ") && !line.chars().any(char::is_control));
});
