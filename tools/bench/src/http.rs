//! An HTTP client that makes a new connection for each request: the demo's server closes each after one answer.

use nix::sys::socket::{self, AddressFamily, SockFlag, SockType, SockaddrIn, sockopt};
use nix::sys::time::TimeVal;
use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::os::fd::AsRawFd;
use std::time::Duration;

/// More than the length of any page here.
const LONGEST_ANSWER: u64 = 65536;

/// Why a request was not answered with status 200.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Failure {
    /// No connection was made.
    Refused,
    /// The connection ended before the answer did.
    Reset,
    /// No answer came in time.
    Silent,
    /// Another answer came.
    Wrong,
}

impl Failure {
    pub fn name(self) -> &'static str {
        match self {
            Failure::Refused => "refused",
            Failure::Reset => "reset",
            Failure::Silent => "silent",
            Failure::Wrong => "wrong",
        }
    }

    fn from_io(error: &std::io::Error) -> Failure {
        match error.kind() {
            ErrorKind::WouldBlock | ErrorKind::TimedOut => Failure::Silent,
            _ => Failure::Reset,
        }
    }
}

/// The body of the answer to `GET path` on a port of this host.
pub fn get(port: u16, path: &str, patience: Duration) -> Result<String, Failure> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let stream = TcpStream::connect_timeout(&address, patience).map_err(|_| Failure::Refused)?;
    answer(stream, path, patience)
}

/// The same, with a connection from that port of this host.
pub fn get_from(source: u16, port: u16, path: &str, patience: Duration) -> Result<String, Failure> {
    let stream = connect_from(source, port, patience).map_err(|_| Failure::Refused)?;
    answer(stream, path, patience)
}

fn connect_from(source: u16, port: u16, patience: Duration) -> nix::Result<TcpStream> {
    let address = |port| SockaddrIn::new(127, 0, 0, 1, port);
    let socket = socket::socket(
        AddressFamily::Inet,
        SockType::Stream,
        SockFlag::SOCK_CLOEXEC,
        None,
    )?;
    // a connection that ended a minute ago may still hold the port
    socket::setsockopt(&socket, sockopt::ReuseAddr, &true)?;
    // it bounds `connect`, too
    let patience = TimeVal::new(patience.as_secs() as i64, 0);
    socket::setsockopt(&socket, sockopt::SendTimeout, &patience)?;
    socket::bind(socket.as_raw_fd(), &address(source))?;
    socket::connect(socket.as_raw_fd(), &address(port))?;
    Ok(TcpStream::from(socket))
}

fn answer(mut stream: TcpStream, path: &str, patience: Duration) -> Result<String, Failure> {
    let answer = ask(&mut stream, path, patience).map_err(|error| Failure::from_io(&error))?;
    body(&answer).map(str::to_owned)
}

fn ask(stream: &mut TcpStream, path: &str, patience: Duration) -> std::io::Result<String> {
    stream.set_read_timeout(Some(patience))?;
    stream.set_write_timeout(Some(patience))?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    let mut answer = String::new();
    stream.take(LONGEST_ANSWER).read_to_string(&mut answer)?;
    Ok(answer)
}

fn body(answer: &str) -> Result<&str, Failure> {
    if answer.is_empty() {
        return Err(Failure::Reset);
    }
    let (head, body) = answer.split_once("\r\n\r\n").ok_or(Failure::Wrong)?;
    let mut words = head.split_ascii_whitespace();
    match (words.next(), words.next()) {
        (Some("HTTP/1.0" | "HTTP/1.1"), Some("200")) => Ok(body),
        _ => Err(Failure::Wrong),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    /// The port of a server that reads one request and answers with this.
    fn server(answer: &'static str) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let _ = stream.read(&mut [0; 1024]);
            let _ = stream.write_all(answer.as_bytes());
        });
        port
    }

    #[test]
    fn an_answer_is_its_body() {
        let port = server("HTTP/1.0 200 OK\r\nServer: x\r\n\r\nHello\n");
        assert_eq!(get(port, "/", Duration::from_secs(5)).unwrap(), "Hello\n");
    }

    #[test]
    fn other_answers_are_failures_of_their_kind() {
        for (answer, failure) in [
            ("HTTP/1.1 404 Not Found\r\n\r\n", Failure::Wrong),
            ("SSH-2.0-OpenSSH\r\n", Failure::Wrong),
            ("", Failure::Reset),
        ] {
            let got = get(server(answer), "/", Duration::from_secs(5));
            assert_eq!(got, Err(failure), "{answer:?}");
        }
    }

    #[test]
    fn a_client_may_choose_the_port_that_it_connects_from() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let source = vm::free_port();
        let asking =
            std::thread::spawn(move || get_from(source, port, "/", Duration::from_secs(5)));
        let (mut stream, from) = listener.accept().unwrap();
        assert_eq!(from.port(), source);
        let _ = stream.read(&mut [0; 1024]);
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\nHello");
        drop(stream);
        assert_eq!(asking.join().unwrap().unwrap(), "Hello");
    }

    #[test]
    fn a_port_without_a_server_refuses() {
        assert_eq!(
            get(vm::free_port(), "/", Duration::from_secs(5)),
            Err(Failure::Refused)
        );
    }

    #[test]
    fn a_server_that_never_answers_is_silent() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        assert_eq!(
            get(port, "/", Duration::from_millis(50)),
            Err(Failure::Silent)
        );
    }
}
