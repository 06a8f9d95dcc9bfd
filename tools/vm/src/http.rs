//! As much of an HTTP client as it takes to see what a machine serves.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// Status and body of the answer to a request on a port of this host, repeated until it comes: QEMU accepts
/// the connection before the machine is listening, and then drops it.
pub fn request(port: u16, method: &str, path: &str, timeout: Duration) -> (String, String) {
    let deadline = Instant::now() + timeout;
    loop {
        match try_request(port, method, path, timeout) {
            Ok(answer) => return answer,
            Err(error) if Instant::now() >= deadline => {
                panic!("{method} {path} on port {port}: {error}")
            }
            Err(_) => std::thread::sleep(Duration::from_millis(50)),
        }
    }
}

/// The same, without repeating it.
pub fn try_request(
    port: u16,
    method: &str,
    path: &str,
    timeout: Duration,
) -> std::io::Result<(String, String)> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(timeout))?;
    let request =
        format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let status = |head: &str| Some(head.lines().next()?.strip_prefix("HTTP/1.1 ")?.to_owned());
    answer
        .split_once("\r\n\r\n")
        .and_then(|(head, body)| Some((status(head)?, body.to_owned())))
        .ok_or_else(|| std::io::Error::other(format!("an unexpected answer: {answer:?}")))
}
