//! The status page: what the machine knows about itself, over HTTP, as text and as JSON. Read-only, and
//! present only if configured.

mod answer;
mod client;
mod metrics;
mod report;

use crate::Error;
pub use answer::respond;
use client::Client;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
pub use report::Value;
use std::net::{Ipv4Addr, TcpListener};
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

/// The number of clients at a time, which bounds memory and descriptors. One more takes the place of the one that
/// came first: silent clients keep nobody waiting.
const CLIENTS: usize = 32;
const PAUSE: Duration = Duration::from_millis(100);

/// Answer on `port`, forever: the body of a thread. Returns only if the port is not available.
pub fn serve(port: u16, report: impl Fn() -> Value) -> Error {
    let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, port))
        // a client may be gone between poll and accept
        .and_then(|listener| listener.set_nonblocking(true).map(|()| listener));
    match listener {
        Ok(listener) => attend(listener, report),
        Err(cause) => Error::new(format!("status: listen on port {port}"), cause)
            .advise("does a program use it? scratchmachine.status= sets another"),
    }
}

fn attend(listener: TcpListener, report: impl Fn() -> Value) -> ! {
    // in the order in which they came
    let mut clients: Vec<Client> = Vec::new();
    loop {
        let now = Instant::now();
        clients.retain(|client| client.deadline() > now);
        let mut ready = ready(&listener, &clients).into_iter();
        let someone_came = ready.next().unwrap_or(false);
        clients.retain_mut(|client| {
            let is_ready = ready.next().unwrap_or(false);
            !is_ready || client.step(answer::is_enough, |head| answer::answer(head, &report))
        });
        if someone_came {
            accept(&listener, &mut clients);
        }
    }
}

/// Wait until there is something to do: for the listener and for each client, whether it is ready.
fn ready(listener: &TcpListener, clients: &[Client]) -> Vec<bool> {
    let mut watched = vec![PollFd::new(listener.as_fd(), PollFlags::POLLIN)];
    watched.extend(
        clients
            .iter()
            .map(|client| PollFd::new(client.as_fd(), client.waits_for())),
    );
    let first = clients.iter().map(Client::deadline).min();
    let timeout = first.map_or(PollTimeout::NONE, |deadline| {
        let left = deadline.saturating_duration_since(Instant::now());
        // rounded up, so as not to wake too early
        PollTimeout::try_from(left + Duration::from_millis(1)).unwrap_or(PollTimeout::MAX)
    });
    if poll(&mut watched, timeout).is_err() {
        std::thread::sleep(PAUSE);
        return vec![];
    }
    let has_news = |it: &PollFd| it.any().unwrap_or(true);
    watched.iter().map(has_news).collect()
}

fn accept(listener: &TcpListener, clients: &mut Vec<Client>) {
    match listener
        .accept()
        .and_then(|(stream, _)| Client::new(stream))
    {
        Ok(client) => {
            if clients.len() >= CLIENTS {
                clients.remove(0);
            }
            clients.push(client);
        }
        // out of descriptors, for example: don't retry at once
        Err(_) => std::thread::sleep(PAUSE),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};
    use std::net::{Shutdown, SocketAddr, TcpStream};

    /// For a real machine there is a network in between.
    const IN_TIME: Duration = Duration::from_secs(2);

    fn page() -> SocketAddr {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || attend(listener, || Value::map([("uptime", 1.into())])));
        address
    }

    fn ask(page: SocketAddr, request: &[u8]) -> TcpStream {
        let mut client = TcpStream::connect(page).unwrap();
        client.set_read_timeout(Some(20 * IN_TIME)).unwrap();
        client.write_all(request).unwrap();
        client
    }

    fn answer_to(mut client: TcpStream) -> String {
        let mut answer = String::new();
        client.read_to_string(&mut answer).unwrap();
        answer
    }

    #[track_caller]
    fn assert_is_served_in_time(page: SocketAddr) {
        let start = Instant::now();
        let answer = answer_to(ask(page, b"GET /json HTTP/1.0\r\n\r\n"));
        assert!(start.elapsed() < IN_TIME, "{:?}", start.elapsed());
        assert!(answer.ends_with("{\"uptime\":1}\n"), "{answer}");
    }

    #[test]
    fn silent_clients_keep_nobody_waiting() {
        let page = page();
        let mut silent = vec![];
        for _ in 0..4 {
            silent.extend((0..CLIENTS).map(|_| ask(page, b"")));
            assert_is_served_in_time(page);
            silent.extend((0..CLIENTS).map(|_| ask(page, b"GET / HT")));
            assert_is_served_in_time(page);
            // they do not read the answer
            silent.extend((0..CLIENTS).map(|_| ask(page, b"GET / HTTP/1.1\r\n\r\n")));
            assert_is_served_in_time(page);
        }
    }

    #[test]
    fn the_answer_arrives_although_there_is_more_to_be_read() {
        let page = page();
        let length = 10_000_000;
        let head = format!("POST / HTTP/1.1\r\nHost: box\r\nContent-Length: {length}\r\n\r\n");
        let mut client = ask(page, head.as_bytes());
        // all of it, before it reads the answer
        client.write_all(&vec![b'x'; length]).unwrap();
        let answer = answer_to(client);
        assert!(answer.starts_with("HTTP/1.1 405 "), "{answer}");

        let cookie = "x".repeat(1_000_000);
        let head = format!("GET / HTTP/1.1\r\nCookie: {cookie}\r\n\r\n");
        let answer = answer_to(ask(page, head.as_bytes()));
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    }

    #[test]
    fn a_flood_keeps_nobody_waiting() {
        let page = page();
        let mut clients: Vec<_> = (0..4)
            .map(|_| ask(page, b"POST / HTTP/1.1\r\n\r\n"))
            .collect();
        let flood = std::thread::spawn(move || {
            let start = Instant::now();
            while start.elapsed() < IN_TIME {
                for client in &mut clients {
                    let _ = client.write(&[b'x'; 65_536]);
                }
            }
        });
        while !flood.is_finished() {
            assert_is_served_in_time(page);
        }
        flood.join().unwrap();
    }

    #[test]
    fn only_the_first_of_several_requests_is_answered() {
        let request = b"GET / HTTP/1.1\r\n\r\nGET /json HTTP/1.1\r\n\r\n";
        let answer = answer_to(ask(page(), request));
        assert_eq!(answer.matches("HTTP/1.1 ").count(), 1, "{answer}");
        assert!(answer.contains("\r\nConnection: close\r\n"), "{answer}");
    }

    #[test]
    fn a_client_that_is_done_still_gets_its_answer() {
        let page = page();
        for request in ["GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\n"] {
            let client = ask(page, request.as_bytes());
            client.shutdown(Shutdown::Write).unwrap();
            let answer = answer_to(client);
            assert!(answer.ends_with("uptime: 1\n"), "{answer}");
        }
        let client = ask(page, b"");
        client.shutdown(Shutdown::Write).unwrap();
        assert_eq!(answer_to(client), "");
    }

    #[test]
    fn a_request_may_come_in_pieces() {
        let page = page();
        let mut client = ask(page, b"");
        for byte in b"GET /json HTTP/1.1\r\nHost: box\r\n\r\n" {
            client.write_all(&[*byte]).unwrap();
            std::thread::sleep(Duration::from_millis(2));
        }
        assert!(answer_to(client).ends_with("{\"uptime\":1}\n"));
    }
}
