//! The demo program: `GET /` and `HEAD /` are answered with [`GREETING`], on several workers which
//! share one listening socket.
//!
//! The HTTP is that of `simple-server` 0.4.0, last published in 2018. Its limits, and what is done:
//!
//! - It serves one connection at a time: [`WORKERS`] threads run it side by side.
//! - It panics out of its accept loop when a client resets the connection or asks for a target that
//!   is no URI: the worker catches that and goes on, see [`work`].
//! - It looks at its time-out only after 20 ms of silence, so that a steady dripping is never cut
//!   off, and keeps a request's head however long it grows: [`deadline`] ends such connections.
//! - It serves the files in `./public`: switched off.
//! - It starts a thread per core for each `Server` and uses one of them: memory only, left so
//!   (`SIMPLESERVER_THREADS=1` in the environment prevents it).
//! - It answers one request per connection, drops requests with more than 32 headers unanswered,
//!   and loses a body that comes in a later packet than its head: left so, no page here has a form.
//!
//! RUSTSEC-2020-0071 (`time` 0.1 may crash when one thread asks for the time while another changes
//! an environment variable): `simple-server` makes its `date:` header with `time::now_utc`, which
//! calls `at_utc`, a function the advisory lists. It is reached, then, but harmless as long as
//! nothing in this process changes its environment; nothing does.

// A panic that aborts would end the process on the first bad request.
#[cfg(not(panic = "unwind"))]
compile_error!("hello catches panics: build it with `panic = \"unwind\"` in its Cargo profile");

mod deadline;
mod dup;

use std::convert::Infallible;
use std::env;
use std::ffi::OsString;
use std::io::{self, ErrorKind, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use simple_server::{Method, Request, ResponseBuilder, ResponseResult, Server, StatusCode};

const GREETING: &str = "Hello from Scratch Machine!\n";
const DEFAULT_PORT: u16 = 80;

/// How many connections are served at once.
const WORKERS: usize = 16;
/// A worker only accepts and waits: what a small machine has is better left to others.
const WORKER_STACK: usize = 64 * 1024;

fn main() -> ExitCode {
    let Err(error) = run(env::args_os().skip(1));
    eprintln!("hello: {error}");
    ExitCode::FAILURE
}

fn run(arguments: impl Iterator<Item = OsString>) -> Result<Infallible, String> {
    let port = port(arguments)?;
    let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, port))
        .map_err(|error| cannot_listen(port, &error))?;
    let address = listener
        .local_addr()
        .map_err(|error| format!("cannot tell which port it listens on: {error}"))?;
    let deadline = deadline::Deadline::new(WORKERS)
        .map_err(|error| format!("cannot see its own connections, is /proc mounted? {error}"))?;

    let mut server = Server::with_timeout(deadline::PATIENCE, answer);
    server.dont_serve_static_files();
    // Workers never end, so neither may what they use.
    let server: &Server = Box::leak(Box::new(server));
    let listener: &TcpListener = Box::leak(Box::new(listener));

    panic::set_hook(Box::new(report_in_one_line));
    for _ in 0..WORKERS {
        thread::Builder::new()
            .stack_size(WORKER_STACK)
            .spawn(|| work(server, listener))
            .map_err(|error| format!("cannot start a worker, is memory short? {error}"))?;
    }
    // Nobody reading it is no reason to stop serving.
    let _ = writeln!(io::stdout(), "listening on {address}");
    deadline.enforce()
}

/// The one argument there may be, a port number.
fn port(mut arguments: impl Iterator<Item = OsString>) -> Result<u16, String> {
    let Some(argument) = arguments.next() else {
        return Ok(DEFAULT_PORT);
    };
    let port = argument.to_str().and_then(|port| port.parse().ok());
    match (port, arguments.next()) {
        (Some(port), None) => Ok(port),
        (Some(_), Some(extra)) => Err(format!("one port is enough: leave out {extra:?}")),
        (None, _) => Err(format!(
            "{argument:?} is not a port: give one from 0 (any free one) to 65535, as in `hello 8080`"
        )),
    }
}

fn cannot_listen(port: u16, error: &io::Error) -> String {
    let remedy = match error.kind() {
        ErrorKind::AddrInUse => "; stop what uses it, or choose another port, as in `hello 8080`",
        ErrorKind::PermissionDenied => {
            "; choose a port above 1023, as in `hello 8080`, or grant CAP_NET_BIND_SERVICE"
        }
        _ => "",
    };
    format!("cannot listen on port {port}: {error}{remedy}")
}

/// Runs `server` again each time that a request has made it panic.
///
/// The panic comes from one of the server's own threads, has closed that request's connection, and
/// takes the server's clone of the listening socket along, but not the socket.
fn work(server: &Server, listener: &TcpListener) -> ! {
    loop {
        if let Ok(listener) = listener.try_clone() {
            // All that is shared with the panicking side is `server`, which is never written to.
            let _ = panic::catch_unwind(AssertUnwindSafe(|| server.listen_on_socket(listener)));
        }
        // Out of memory or descriptors, trying again at once would only keep others from ending.
        thread::sleep(Duration::from_millis(5));
    }
}

/// A backtrace for each bad request would bury everything else in the log.
fn report_in_one_line(panic: &PanicHookInfo) {
    let payload = panic.payload();
    let cause = payload.downcast_ref::<String>().map(String::as_str);
    let cause = cause.or(payload.downcast_ref().copied());
    // What the worker panics with because one of the server's threads did, which is reported.
    if cause != Some("Thread pool worker panicked") {
        let cause = cause.unwrap_or("unknown panic");
        // Not `eprintln`: were stderr gone, it would panic in here, which ends the process.
        let _ = writeln!(io::stderr(), "dropped a connection: {cause}");
    }
}

fn answer(request: Request<Vec<u8>>, mut response: ResponseBuilder) -> ResponseResult {
    let (status, body) = match (request.uri().path(), request.method()) {
        ("/", &Method::GET | &Method::HEAD) => (StatusCode::OK, GREETING),
        ("/", _) => (StatusCode::METHOD_NOT_ALLOWED, "Only GET and HEAD here.\n"),
        _ => (StatusCode::NOT_FOUND, "Not found: the only page is /\n"),
    };
    if status == StatusCode::METHOD_NOT_ALLOWED {
        response.header("allow", "GET, HEAD");
    }
    // simple-server would count the bytes it sends; HEAD asks for the length of those it doesn't.
    response.header("content-length", body.len().to_string());
    response.header("content-type", "text/plain; charset=utf-8");
    let sent = if request.method() == Method::HEAD {
        ""
    } else {
        body
    };
    Ok(response.status(status).body(sent.into())?)
}
