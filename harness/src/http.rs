//! As much of HTTP as it takes to see what a machine serves.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// The body of the answer to `GET /` on a port of this host, asked for until it comes: QEMU accepts the
/// connection before the machine is listening, and drops it then.
pub fn get(port: u16, patience: Duration) -> String {
    let deadline = Instant::now() + patience;
    loop {
        match try_get(port, patience) {
            Ok(body) => return body,
            Err(error) if Instant::now() >= deadline => panic!("GET / on port {port}: {error}"),
            Err(_) => std::thread::sleep(Duration::from_millis(50)),
        }
    }
}

fn try_get(port: u16, patience: Duration) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(patience))?;
    stream.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    match answer.split_once("\r\n\r\n") {
        Some((head, body)) if head.starts_with("HTTP/1.1 200") => Ok(body.to_owned()),
        _ => Err(std::io::Error::other(format!(
            "an unexpected answer: {answer:?}"
        ))),
    }
}
