//! The status page: what the machine knows about itself, over HTTP, as text and as JSON. Read-only, and
//! there only when asked for.

mod report;

use crate::Error;
pub use report::Value;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

/// One client at a time, so none may take long.
const PATIENCE: Duration = Duration::from_secs(2);
/// More than any request that makes sense here.
const LONGEST_HEAD: usize = 4096;

/// Answer on `port`, for ever: the body of a thread. Returns only if the port can't be had.
pub fn serve(port: u16, report: impl Fn() -> Value) -> Error {
    let listener = match TcpListener::bind((Ipv4Addr::UNSPECIFIED, port)) {
        Ok(listener) => listener,
        Err(cause) => {
            return Error::new(format!("status: listen on port {port}"), cause)
                .advise("does a program use it? scratchmachine.status= takes another");
        }
    };
    loop {
        match listener.accept() {
            // a client that goes away is its own business
            Ok((client, _)) => drop(answer(client, &report)),
            // out of descriptors, say: not at once again
            Err(_) => std::thread::sleep(PATIENCE),
        }
    }
}

fn answer(mut client: TcpStream, report: &impl Fn() -> Value) -> io::Result<()> {
    let deadline = Instant::now() + PATIENCE;
    client.set_write_timeout(Some(PATIENCE))?;
    let mut head = Vec::new();
    let mut buffer = [0; 512];
    while !is_complete(&head) && head.len() < LONGEST_HEAD {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(());
        }
        client.set_read_timeout(Some(left))?;
        match client.read(&mut buffer)? {
            0 => break,
            count => head.extend_from_slice(buffer.get(..count).unwrap_or_default()),
        }
    }
    let (status, kind, body) = respond(&head, report);
    write!(
        client,
        "HTTP/1.1 {status}\r\nContent-Type: {kind}; charset=utf-8\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    )?;
    if !head.starts_with(b"HEAD ") {
        client.write_all(body.as_bytes())?;
    }
    Ok(())
}

fn is_complete(head: &[u8]) -> bool {
    head.windows(4).any(|window| window == b"\r\n\r\n")
        || head.windows(2).any(|window| window == b"\n\n")
}

/// Status, content type and body for a request's head.
pub fn respond(head: &[u8], report: &impl Fn() -> Value) -> (&'static str, &'static str, String) {
    const TEXT: &str = "text/plain";
    let head = String::from_utf8_lossy(head);
    let mut words = head.lines().next().unwrap_or_default().split(' ');
    let (method, path) = (words.next().unwrap_or_default(), words.next());
    match (method, path) {
        ("GET" | "HEAD", Some("/")) => ("200 OK", TEXT, report().text()),
        ("GET" | "HEAD", Some("/json")) => ("200 OK", "application/json", report().json()),
        ("GET" | "HEAD", Some(_)) => (
            "404 Not Found",
            TEXT,
            "Not found: there are / and /json\n".into(),
        ),
        ("POST" | "PUT" | "DELETE" | "PATCH" | "OPTIONS", Some(_)) => (
            "405 Method Not Allowed",
            TEXT,
            "Read-only: GET and HEAD\n".into(),
        ),
        _ => ("400 Bad Request", TEXT, "This speaks HTTP\n".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status_of(head: &str) -> &'static str {
        respond(head.as_bytes(), &|| Value::map([("uptime", 1.into())])).0
    }

    #[test]
    fn the_page_is_read_only() {
        assert_eq!(status_of("GET / HTTP/1.1"), "200 OK");
        assert_eq!(status_of("HEAD /json HTTP/1.1"), "200 OK");
        assert_eq!(status_of("GET /etc/passwd HTTP/1.1"), "404 Not Found");
        assert_eq!(status_of("POST / HTTP/1.1"), "405 Method Not Allowed");
        assert_eq!(status_of("\0\u{ff}"), "400 Bad Request");
        assert_eq!(status_of(""), "400 Bad Request");
    }

    #[test]
    fn a_client_that_says_nothing_does_not_keep_others_waiting() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        std::thread::spawn(move || serve(port, || Value::map([("uptime", 1.into())])));
        let connect = || loop {
            match TcpStream::connect(("127.0.0.1", port)) {
                Ok(stream) => return stream,
                Err(_) => std::thread::yield_now(),
            }
        };
        let _silent = connect();
        let mut client = connect();
        client.write_all(b"GET /json HTTP/1.0\r\n\r\n").unwrap();
        let mut answer = String::new();
        client.read_to_string(&mut answer).unwrap();
        assert!(answer.ends_with("{\"uptime\":1}\n"), "{answer}");
    }
}
