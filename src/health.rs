//! Whether a program still does what it is there for: asked over the network, as a client would ask.

use crate::config::program::Check;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

/// A program of this machine that has not answered by then does not.
const PATIENCE: Duration = Duration::from_secs(5);
/// `HTTP/1.1 200` (RFC 9112, section 4).
const STATUS_LINE: usize = 12;

/// # Errors
/// What is wrong with the answer.
pub fn ask(check: &Check) -> Result<(), String> {
    let deadline = Instant::now() + PATIENCE;
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, check.port));
    let late = "no answer within 5 s";
    let failed = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::TimedOut | std::io::ErrorKind::WouldBlock => late.to_owned(),
        _ => error.to_string(),
    };
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE).map_err(failed)?;
    let Some(path) = &check.path else {
        return Ok(());
    };
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nUser-Agent: scratchmachine\r\nConnection: close\r\n\r\n",
        check.port
    );
    stream.set_write_timeout(Some(PATIENCE)).map_err(failed)?;
    stream.write_all(request.as_bytes()).map_err(failed)?;
    let mut answer = Vec::new();
    while answer.len() < STATUS_LINE {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(late.into());
        }
        stream.set_read_timeout(Some(left)).map_err(failed)?;
        let mut bytes = [0; STATUS_LINE];
        match stream.read(&mut bytes).map_err(failed)? {
            0 => return Err("it closed the connection".into()),
            count => answer.extend_from_slice(&bytes[..count]),
        }
    }
    judge(&answer)
}

/// Success and redirections are good (RFC 9110, section 15).
fn judge(answer: &[u8]) -> Result<(), String> {
    let status = answer
        .strip_prefix(b"HTTP/1.")
        .and_then(|rest| std::str::from_utf8(rest.get(2..5)?).ok());
    match status {
        Some(status) if status.starts_with(['2', '3']) => Ok(()),
        Some(status) if status.bytes().all(|byte| byte.is_ascii_digit()) => {
            Err(format!("it answers {status}"))
        }
        _ => Err("it does not answer by HTTP".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    fn check(port: u16, path: Option<&str>) -> Check {
        let path = path.map(String::from);
        Check { port, path }
    }

    /// What is said of a server that answers like this.
    fn asked(answer: &'static [u8]) -> Result<(), String> {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 1000];
            let length = stream.read(&mut request).unwrap();
            stream.write_all(answer).unwrap();
            String::from_utf8_lossy(&request[..length]).into_owned()
        });
        let result = ask(&check(port, Some("/healthz")));
        let request = server.join().unwrap();
        assert!(request.starts_with("GET /healthz HTTP/1.1\r\nHost: 127.0.0.1"));
        result
    }

    #[test]
    fn an_answer_of_success_is_healthy_and_any_other_is_not() {
        assert_eq!(asked(b"HTTP/1.1 200 OK\r\n\r\n"), Ok(()));
        assert_eq!(asked(b"HTTP/1.0 302 Found\r\n\r\n"), Ok(()));
        assert_eq!(
            asked(b"HTTP/1.1 503 x\r\n\r\n"),
            Err("it answers 503".into())
        );
        assert_eq!(
            asked(b"SSH-2.0-OpenSSH\r\n"),
            Err("it does not answer by HTTP".into())
        );
        assert_eq!(asked(b"HTTP/1"), Err("it closed the connection".into()));
    }

    #[test]
    fn without_a_path_a_connection_is_enough() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        assert_eq!(ask(&check(port, None)), Ok(()));
        drop(listener);
        assert!(ask(&check(port, None)).is_err());
    }
}
