//! The answer to a request (RFC 9112). Pure.

use super::{Value, metrics};

/// Longer than any request line that makes sense here. Headers don't matter.
const LONGEST_HEAD: usize = 4096;
const TEXT: &str = "text/plain";

/// Whether this much of a request is enough to answer it: its head, or as much of it as is looked at. What
/// does not begin like a request, such as TLS, won't have one.
pub fn is_enough(head: &[u8]) -> bool {
    let begun = head.trim_ascii_start();
    head.len() >= LONGEST_HEAD
        || begun.first().is_some_and(|byte| !byte.is_ascii_uppercase())
        || begun.windows(2).any(|window| window == b"\n\n")
        || begun.windows(3).any(|window| window == b"\n\r\n")
}

/// The whole answer to a request with this head. It is always the last on its connection.
pub fn answer(head: &[u8], report: &impl Fn() -> Value) -> Vec<u8> {
    let (status, kind, body) = respond(head, report);
    let allow = match status {
        // required by section 15.5.6 of RFC 9110
        NOT_ALLOWED => "Allow: GET, HEAD\r\n",
        _ => "",
    };
    let length = body.len();
    let mut answer = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {kind}; charset=utf-8\r\nContent-Length: {length}\r\n{allow}Connection: close\r\n\r\n",
    );
    if !head.trim_ascii_start().starts_with(b"HEAD ") {
        answer.push_str(&body);
    }
    answer.into_bytes()
}

const NOT_ALLOWED: &str = "405 Method Not Allowed";

/// Status, content type and body for a request's head.
pub fn respond(head: &[u8], report: &impl Fn() -> Value) -> (&'static str, &'static str, String) {
    let begun = String::from_utf8_lossy(head.trim_ascii_start());
    let line = match begun.split_once('\n') {
        Some((line, _)) => line.strip_suffix('\r').unwrap_or(line),
        None if head.len() >= LONGEST_HEAD => {
            return ("414 URI Too Long", TEXT, format!("Not found: {PAGES}"));
        }
        None => "",
    };
    let words: Vec<_> = line.split(' ').collect();
    let (method, target) = match words[..] {
        [method, target, version] if is_method(method) && version.starts_with("HTTP/1.") => {
            (method, target)
        }
        _ => return ("400 Bad Request", TEXT, "This speaks HTTP/1.1\n".into()),
    };
    match (method, path(target)) {
        ("GET" | "HEAD", "/") => ("200 OK", TEXT, report().text()),
        ("GET" | "HEAD", "/json") => ("200 OK", "application/json", report().json()),
        ("GET" | "HEAD", "/metrics") => {
            ("200 OK", metrics::CONTENT_TYPE, metrics::metrics(&report()))
        }
        ("GET" | "HEAD", _) => ("404 Not Found", TEXT, format!("Not found: {PAGES}")),
        _ => (NOT_ALLOWED, TEXT, "Read-only: GET and HEAD\n".into()),
    }
}

const PAGES: &str = "there are /, /json and /metrics\n";

fn is_method(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_uppercase())
}

/// The path of a target as it is sent to a server, `/json?x=1`, or to a proxy, `http://10.0.2.15:81/json`.
fn path(target: &str) -> &str {
    let target = match target.split_once("://") {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => {
            let at = rest.find(['/', '?']);
            at.and_then(|at| rest.get(at..)).unwrap_or("/")
        }
        _ => target,
    };
    match target.split_once('?') {
        Some(("", _)) => "/",
        Some((path, _)) => path,
        None => target,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report() -> Value {
        Value::map([("uptime", 1.into())])
    }

    fn status_of(head: &str) -> &'static str {
        respond(head.as_bytes(), &report).0
    }

    #[test]
    fn a_page_is_found_by_its_path_however_it_is_asked_for() {
        for (target, kind) in [
            ("/", Some(TEXT)),
            ("/?", Some(TEXT)),
            ("/json", Some("application/json")),
            ("/json?x=1", Some("application/json")),
            ("/json?/?a:b", Some("application/json")),
            ("/metrics", Some(metrics::CONTENT_TYPE)),
            ("/metrics?a=b", Some(metrics::CONTENT_TYPE)),
            ("http://box", Some(TEXT)),
            ("http://box?x", Some(TEXT)),
            ("http://10.0.2.15:81/", Some(TEXT)),
            ("HTTP://[::1]:81/json?x", Some("application/json")),
            ("/json/", None),
            ("//json", None),
            ("/JSON", None),
            ("json", None),
            ("/etc/passwd", None),
            ("/http://box/json", None),
            ("ftp://box/json", None),
            ("*", None),
            ("", None),
        ] {
            let (status, found, _) =
                respond(format!("GET {target} HTTP/1.1\r\n").as_bytes(), &report);
            assert_eq!(status == "200 OK", kind.is_some(), "{target}: {status}");
            if let Some(kind) = kind {
                assert_eq!(found, kind, "{target}");
            }
        }
    }

    #[test]
    fn the_page_is_read_only() {
        for method in ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "BREW"] {
            let answer = answer(format!("{method} / HTTP/1.1\r\n\r\n").as_bytes(), &report);
            let answer = String::from_utf8(answer).unwrap();
            assert!(answer.starts_with("HTTP/1.1 405 "), "{answer}");
            assert!(answer.contains("\r\nAllow: GET, HEAD\r\n"), "{answer}");
        }
    }

    #[test]
    fn head_gets_what_get_gets_without_the_body() {
        let [head, get] = ["HEAD", "GET"].map(|method| {
            let head = format!("\r\n{method} /json HTTP/1.0\r\n\r\n");
            String::from_utf8(answer(head.as_bytes(), &report)).unwrap()
        });
        assert_eq!(get, head.clone() + &report().json());
        assert!(head.ends_with("Content-Length: 13\r\nConnection: close\r\n\r\n"));
    }

    #[test]
    fn what_is_not_http_is_a_bad_request() {
        for head in [
            "",
            "\r\n\r\n",
            "GET / HTTP/1.1",
            "GET /\r\n",
            "GET  / HTTP/1.1\r\n",
            "GET / HTTP/1.1 \r\n",
            "get / HTTP/1.1\r\n",
            "PRI * HTTP/2.0\r\n",
            "\0\u{ff}\n",
            " / HTTP/1.1\n",
        ] {
            assert_eq!(status_of(head), "400 Bad Request", "{head:?}");
        }
    }

    #[test]
    fn only_the_request_line_matters() {
        let head = format!("GET / HTTP/1.1\r\nCookie: {}", "x".repeat(LONGEST_HEAD));
        assert!(is_enough(head.as_bytes()));
        assert_eq!(status_of(&head), "200 OK");
        let head = format!("GET /{}", "x".repeat(LONGEST_HEAD));
        assert!(is_enough(head.as_bytes()));
        assert_eq!(status_of(&head), "414 URI Too Long");
    }

    #[test]
    fn a_head_ends_at_its_empty_line() {
        for head in ["GET / HTTP/1.1\r\n\r\n", "\r\nA\n\n", "A\n\r\nB", "A\r\n\n"] {
            assert!(is_enough(head.as_bytes()), "{head:?}");
        }
        // a handshake of TLS
        assert!(is_enough(b"\x16\x03\x01"));
        for head in ["", "\r\n\r\n", "\n\n", "GET / HTTP/1.1\r\nHost: box\r\n"] {
            assert!(!is_enough(head.as_bytes()), "{head:?}");
        }
    }
}
