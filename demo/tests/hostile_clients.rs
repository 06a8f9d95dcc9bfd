//! Whatever some clients do, the next good request is answered in time, and by the same process.
//!
//! Hostile clients come by the hundred or stay by the dozen: always more than there are workers, so
//! that one lost or occupied per client would leave none for the good request.

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use socket2::SockRef;

const HELLO: &str = env!("CARGO_BIN_EXE_hello");
const GREETING: &str = "Hello from Scratch Machine!\n";
const GOOD_REQUEST: &str = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
const IN_TIME: Duration = Duration::from_secs(2);
const MANY: usize = 100;

struct Hello {
    process: Child,
    address: SocketAddr,
}

impl Hello {
    fn start() -> Self {
        let mut process = Command::new(HELLO)
            .arg("0")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let stdout = process.stdout.take().unwrap();
        BufReader::new(stdout).read_line(&mut line).unwrap();
        let port = line
            .strip_prefix("listening on 0.0.0.0:")
            .unwrap_or_else(|| panic!("unexpected first line {line:?}"));
        let address = (Ipv4Addr::LOCALHOST, port.trim_end().parse().unwrap()).into();
        Self { process, address }
    }

    fn connect(&self) -> TcpStream {
        let client = TcpStream::connect_timeout(&self.address, IN_TIME).unwrap();
        client.set_read_timeout(Some(IN_TIME)).unwrap();
        client.set_write_timeout(Some(IN_TIME)).unwrap();
        client
    }

    /// A client that sends `bytes`, or what the server takes of them.
    fn send(&self, bytes: impl AsRef<[u8]>) -> TcpStream {
        let mut client = self.connect();
        let _ = client.write_all(bytes.as_ref());
        client
    }

    fn ask(&self, request: &str) -> String {
        let mut answer = String::new();
        self.send(request).read_to_string(&mut answer).unwrap();
        answer
    }

    #[track_caller]
    fn assert_answers_in_time(&mut self) {
        let asked = Instant::now();
        let answer = self.ask(GOOD_REQUEST);
        let taken = asked.elapsed();
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
        assert!(answer.ends_with(&format!("\r\n\r\n{GREETING}")), "{answer}");
        assert!(taken < IN_TIME, "answered after {taken:?}");
        let ended = self.process.try_wait().unwrap();
        assert!(ended.is_none(), "the process ended: {ended:?}");
    }

    /// Many clients, one after the other, send `bytes` and wait for what becomes of them.
    #[track_caller]
    fn suffer(&self, bytes: impl AsRef<[u8]>) {
        for _ in 0..MANY {
            let end = self.send(&bytes).read_to_end(&mut Vec::new());
            // An answer, an end or a reset is the server's choice. To be left alone is not.
            let left_alone = end.is_err_and(|error| error.kind() == ErrorKind::WouldBlock);
            assert!(!left_alone, "nobody cares for bad requests any more");
        }
    }

    #[track_caller]
    fn assert_survives(mut self, bytes: impl AsRef<[u8]>) {
        self.suffer(bytes);
        self.assert_answers_in_time();
    }
}

impl Drop for Hello {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Ends a connection the rude way: no FIN, but a RST.
fn reset(client: TcpStream) {
    let no_time = Some(Duration::ZERO);
    SockRef::from(&client).set_linger(no_time).unwrap();
}

#[test]
fn the_greeting_is_all_that_get_receives() {
    let mut hello = Hello::start();
    hello.assert_answers_in_time();
    let answer = hello.ask("GET /?query HTTP/1.0\r\n\r\n");
    assert!(answer.ends_with(&format!("\r\n\r\n{GREETING}")), "{answer}");
}

#[test]
fn head_receives_the_length_but_not_the_greeting() {
    let answer = Hello::start().ask("HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    let length = format!("\r\ncontent-length: {}\r\n", GREETING.len());
    assert!(answer.contains(&length), "{answer}");
    assert!(answer.ends_with("\r\n\r\n"), "{answer}");
}

#[test]
fn other_paths_are_not_found_not_even_files() {
    let hello = Hello::start();
    for path in [
        "/nothing",
        "/Cargo.toml",
        "/../Cargo.toml",
        "//",
        "/hello.txt",
    ] {
        let answer = hello.ask(&format!("GET {path} HTTP/1.1\r\n\r\n"));
        assert!(answer.starts_with("HTTP/1.1 404 "), "{path}: {answer}");
    }
}

#[test]
fn other_methods_are_told_which_ones_there_are() {
    let answer = Hello::start().ask("DELETE / HTTP/1.1\r\n\r\n");
    assert!(answer.starts_with("HTTP/1.1 405 "), "{answer}");
    assert!(answer.contains("\r\nallow: GET, HEAD\r\n"), "{answer}");
}

#[test]
fn a_request_that_comes_in_pieces_is_answered() {
    let hello = Hello::start();
    let mut client = hello.connect();
    for piece in GOOD_REQUEST.as_bytes().chunks(7) {
        client.write_all(piece).unwrap();
        // Six of these: longer than a crowd would be allowed, but there is none.
        thread::sleep(Duration::from_millis(150));
    }
    let mut answer = String::new();
    client.read_to_string(&mut answer).unwrap();
    assert!(answer.ends_with(GREETING), "{answer}");
}

#[test]
fn it_survives_resets_before_the_request() {
    let mut hello = Hello::start();
    for _ in 0..MANY {
        reset(hello.connect());
        reset(hello.send("GET / HT"));
    }
    hello.assert_answers_in_time();
}

#[test]
fn it_survives_clients_that_leave_mid_response() {
    let mut hello = Hello::start();
    for _ in 0..MANY {
        reset(hello.send(GOOD_REQUEST));
        let mut client = hello.send(GOOD_REQUEST);
        client.read_exact(&mut [0]).unwrap();
        reset(client);
        drop(hello.send(GOOD_REQUEST));
    }
    hello.assert_answers_in_time();
}

#[test]
fn it_survives_a_path_that_is_not_ascii() {
    Hello::start().assert_survives("GET /é HTTP/1.1\r\n\r\n");
}

#[test]
fn it_survives_a_path_that_is_only_a_question_mark() {
    Hello::start().assert_survives("GET ? HTTP/1.1\r\n\r\n");
}

#[test]
fn it_survives_an_unfinished_authority() {
    Hello::start().assert_survives("GET http://[ HTTP/1.1\r\n\r\n");
}

#[test]
fn it_survives_a_path_with_braces() {
    Hello::start().assert_survives("GET /{} HTTP/1.1\r\n\r\n");
}

#[test]
fn it_survives_a_path_of_70_kilobytes() {
    let path = "a".repeat(70_000);
    Hello::start().assert_survives(format!("GET /{path} HTTP/1.1\r\n\r\n"));
}

#[test]
fn it_survives_binary_rubbish() {
    let rubbish: Vec<u8> = (0..=255).rev().cycle().take(4096).collect();
    Hello::start().assert_survives(rubbish);
}

#[test]
fn it_survives_more_headers_than_the_parser_takes() {
    let headers = "X: y\r\n".repeat(5000);
    Hello::start().assert_survives(format!("GET / HTTP/1.1\r\n{headers}\r\n"));
}

#[test]
fn idle_connections_do_not_keep_others_waiting() {
    let mut hello = Hello::start();
    let _idle: Vec<_> = (0..64).map(|_| hello.connect()).collect();
    hello.assert_answers_in_time();
}

#[test]
fn half_sent_requests_do_not_keep_others_waiting() {
    let mut hello = Hello::start();
    let half = &GOOD_REQUEST[..GOOD_REQUEST.len() / 2];
    let _waiting: Vec<_> = (0..64).map(|_| hello.send(half)).collect();
    hello.assert_answers_in_time();
}

#[test]
fn requests_sent_in_drips_do_not_keep_others_waiting() {
    // So many that simple-server's own time-out, which needs 20 ms of silence, never strikes.
    assert_answers_beside_endless_heads(b"a", Duration::from_millis(5));
}

#[test]
fn endless_headers_do_not_keep_others_waiting() {
    assert_answers_beside_endless_heads(&[b'a'; 8 * 1024], Duration::from_millis(1));
}

/// 64 clients send heads that do not end, `piece` by `piece`, and return when they are sent away.
#[track_caller]
fn assert_answers_beside_endless_heads(piece: &[u8], pause: Duration) {
    let mut hello = Hello::start();
    let address = hello.address;
    let connect = || {
        let mut client = TcpStream::connect(address).unwrap();
        client.write_all(b"GET / HTTP/1.1\r\nX: ").unwrap();
        client.set_nonblocking(true).unwrap();
        client
    };
    let mut clients: Vec<_> = (0..64).map(|_| connect()).collect();
    let (done, is_done) = mpsc::channel::<()>();
    thread::scope(|scope| {
        scope.spawn(move || {
            while is_done.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
                for client in &mut clients {
                    match client.write(piece) {
                        Err(error) if error.kind() != ErrorKind::WouldBlock => *client = connect(),
                        _ => {}
                    }
                }
            }
        });
        // Moved in here, so that a failed assertion ends the clients too.
        let _done = done;
        for _ in 0..5 {
            hello.assert_answers_in_time();
        }
    });
}

#[test]
fn each_bad_request_costs_one_line_of_log() {
    let mut hello = Hello::start();
    let log = hello.process.stderr.take().unwrap();
    hello.suffer("GET /{} HTTP/1.1\r\n\r\n");
    hello.assert_answers_in_time();
    // The last line may come a little after its connection was closed.
    thread::sleep(Duration::from_millis(500));
    drop(hello);
    let lines: Vec<_> = BufReader::new(log).lines().map(Result::unwrap).collect();
    assert_eq!(lines.len(), MANY, "{lines:#?}");
    for line in lines {
        assert!(
            line.starts_with("dropped a connection: Error handling"),
            "{line}"
        );
    }
}

#[test]
fn a_wrong_argument_is_named() {
    for argument in ["http", "-1", "65536", "", "--help"] {
        let error = error_of(&[argument]);
        assert!(
            error.contains(&format!("{argument:?} is not a port")),
            "{error}"
        );
    }
    let error = error_of(&["8080", "8081"]);
    assert!(error.contains("leave out \"8081\""), "{error}");
}

#[test]
fn a_port_in_use_is_named() {
    let other = TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0)).unwrap();
    let port = other.local_addr().unwrap().port().to_string();
    let error = error_of(&[&port]);
    assert!(
        error.contains(&format!("cannot listen on port {port}: ")),
        "{error}"
    );
    assert!(error.contains("choose another port"), "{error}");
}

/// The one line that `hello` ends with when it is called so.
#[track_caller]
fn error_of(arguments: &[&str]) -> String {
    let output = Command::new(HELLO).args(arguments).output().unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{error}");
    assert!(
        error.starts_with("hello: ") && error.lines().count() == 1,
        "{error}"
    );
    error
}
