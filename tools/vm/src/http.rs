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
    answer
        .split_once("\r\n\r\n")
        .filter(|(head, body)| {
            method == "HEAD" || content_length(head).is_none_or(|length| body.len() == length)
        })
        .and_then(|(head, body)| Some((status(head)?, body.to_owned())))
        .ok_or_else(|| {
            std::io::Error::other(format!("an unexpected or incomplete answer: {answer:?}"))
        })
}

fn status(head: &str) -> Option<String> {
    Some(head.lines().next()?.strip_prefix("HTTP/1.1 ")?.to_owned())
}

/// How long the body is, where the head says so: a server that runs out of time closes the connection before its end.
fn content_length(head: &str) -> Option<usize> {
    head.lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .and_then(|(_, value)| value.trim().parse().ok())
}

#[cfg(test)]
mod tests {
    use super::try_request;
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::time::Duration;

    fn answered_with(answer: &'static str, method: &str) -> std::io::Result<(String, String)> {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = std::thread::spawn(move || {
            let (mut client, _) = listener.accept().unwrap();
            let _ = client.read(&mut [0; 1000]).unwrap();
            client.write_all(answer.as_bytes()).unwrap();
        });
        let answer = try_request(port, method, "/", Duration::from_secs(60));
        server.join().unwrap();
        answer
    }

    #[test]
    fn an_answer_is_as_long_as_its_head_says() {
        let whole = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nHello";
        let (status, body) = answered_with(whole, "GET").unwrap();
        assert_eq!((status.as_str(), body.as_str()), ("200 OK", "Hello"));
        assert!(answered_with(&whole[..whole.len() - 1], "GET").is_err());
        assert!(answered_with("HTTP/1.1 200 OK\r\n\r\nHello", "GET").is_ok());
        assert!(answered_with("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", "HEAD").is_ok());
    }
}
