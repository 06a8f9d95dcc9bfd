//! How many requests web servers answer, and how long their clients wait: all servers in one machine, one after the
//! other, with 1, 16 and 64 clients that each make one request after the other.

use crate::http::{self, Failure};
use crate::plan::{Plan, Server};
use crate::results::Throughput;
use crate::{progress, qemu, statistics};
use std::collections::BTreeMap;
use std::net::TcpListener;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

const CLIENTS: [usize; 3] = [1, 16, MOST];
const MOST: usize = 64;
/// The ports that clients connect from, which nothing else takes by chance. The machine sees a client by this port alone,
/// whichever port of this host it connected to: were they left to the kernel, connections to two ports could come from
/// the same one, and the machine would take them for one.
const SOURCES: Range<u16> = 16384..32768;
/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a server may take to answer again after the load before.
const START: Duration = Duration::from_secs(60);

pub fn measure(plan: &Plan, seconds: u64) -> Result<Vec<Throughput>, String> {
    let throughput = &plan.throughput;
    let mut ports = free_ports(MOST * throughput.servers.len())?;
    // QEMU lets a single connection wait on a port until it takes it, so each client has a port of its own
    let servers: Vec<(&Server, Vec<u16>)> = throughput
        .servers
        .iter()
        .map(|server| (server, ports.drain(..MOST).collect()))
        .collect();
    let mut network = "user,model=e1000".to_owned();
    for (server, ports) in &servers {
        for port in ports {
            network += &format!(",hostfwd=tcp:127.0.0.1:{port}-:{}", server.port);
        }
    }
    let mut running = qemu::from_iso(&throughput.iso, throughput.memory_mb)
        .option(&["-nic", &network])
        .boot();
    qemu::power_on("throughput", &running)?;
    for (server, ports) in &servers {
        qemu::first_answer(&mut running, ports[0], &plan.greeting)
            .map_err(|reason| format!("throughput: {} does not serve: {reason}", server.name))?;
    }
    let mut results = vec![];
    for clients in CLIENTS {
        for (server, ports) in &servers {
            wait_for(ports[0], &plan.greeting).map_err(|failure| {
                format!("throughput: {} does not answer: {failure}", server.name)
            })?;
            let result = load(
                &server.name,
                &ports[..clients],
                &plan.greeting,
                Duration::from_secs(seconds),
            );
            progress::log(&format!(
                "throughput: {}, {clients} clients: {:.0} requests/s, p99 {:.1} ms, {} errors",
                server.name,
                result.per_second,
                f64::from(result.p99_us) / 1000.0,
                result.errors.values().sum::<usize>()
            ));
            results.push(result);
        }
    }
    Ok(results)
}

/// Free ports of this host: bound all at once, so that they differ.
fn free_ports(count: usize) -> Result<Vec<u16>, String> {
    let bind = |_| TcpListener::bind("127.0.0.1:0");
    let listeners: std::io::Result<Vec<_>> = (0..count).map(bind).collect();
    let ports = listeners.and_then(|listeners| {
        let port = |listener: &TcpListener| Ok(listener.local_addr()?.port());
        listeners.iter().map(port).collect()
    });
    ports.map_err(|error| format!("bind {count} free ports: {error}"))
}

/// Requests of the load before may still keep it busy.
fn wait_for(port: u16, greeting: &str) -> Result<(), &'static str> {
    let deadline = Instant::now() + START;
    loop {
        match check(http::get(port, "/", PATIENCE), greeting) {
            Ok(()) => return Ok(()),
            Err(failure) if Instant::now() >= deadline => return Err(failure.name()),
            Err(_) => std::thread::sleep(Duration::from_millis(100)),
        }
    }
}

fn check(answer: Result<String, Failure>, greeting: &str) -> Result<(), Failure> {
    if answer?.trim_end() == greeting {
        Ok(())
    } else {
        Err(Failure::Wrong)
    }
}

/// A client for each port.
fn load(server: &str, ports: &[u16], greeting: &str, time: Duration) -> Throughput {
    let over = AtomicBool::new(false);
    let began = Instant::now();
    let (mut waits, failures) = std::thread::scope(|scope| {
        let over = &over;
        let share = SOURCES.len() / ports.len();
        let workers: Vec<_> = ports
            .iter()
            .zip(SOURCES.step_by(share))
            .map(|(port, first)| {
                let sources = first..first + share as u16;
                scope.spawn(move || ask_until(over, *port, sources, greeting))
            })
            .collect();
        std::thread::sleep(time);
        over.store(true, Ordering::Relaxed);
        let (mut waits, mut failures) = (vec![], vec![]);
        for worker in workers {
            let (more_waits, more_failures) = worker.join().expect("a client does not panic");
            waits.extend(more_waits);
            failures.extend(more_failures);
        }
        (waits, failures)
    });
    // the last answers took some of it
    let seconds = began.elapsed().as_secs_f64();
    waits.sort_unstable();
    let mut errors = BTreeMap::new();
    for failure in failures {
        *errors.entry(failure.name()).or_default() += 1;
    }
    Throughput {
        server: server.to_owned(),
        clients: ports.len(),
        seconds,
        answers: waits.len(),
        per_second: waits.len() as f64 / seconds,
        median_us: statistics::percentile(&waits, 50).unwrap_or(0),
        p99_us: statistics::percentile(&waits, 99).unwrap_or(0),
        max_us: waits.last().copied().unwrap_or(0),
        errors,
    }
}

/// Makes one request after the other. The microseconds that each answer took, and why the others failed.
fn ask_until(
    over: &AtomicBool,
    port: u16,
    sources: Range<u16>,
    greeting: &str,
) -> (Vec<u32>, Vec<Failure>) {
    let (mut waits, mut failures) = (vec![], vec![]);
    for source in sources.cycle() {
        if over.load(Ordering::Relaxed) {
            break;
        }
        let asked = Instant::now();
        match check(http::get_from(source, port, "/", PATIENCE), greeting) {
            Ok(()) => waits.push(u32::try_from(asked.elapsed().as_micros()).unwrap_or(u32::MAX)),
            Err(failure) => {
                failures.push(failure);
                // a server that refuses at once is not asked a million times
                std::thread::sleep(Duration::from_millis(10));
            }
        }
    }
    (waits, failures)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};
    use std::net::TcpListener;

    /// The port of a server that gives a wrong answer to every third request.
    fn server() -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        std::thread::spawn(move || {
            for (index, stream) in listener.incoming().enumerate() {
                let mut stream = stream.unwrap();
                let _ = stream.read(&mut [0; 1024]);
                let body = if index % 3 == 2 { "Bye" } else { "Hello" };
                let _ = write!(stream, "HTTP/1.1 200 OK\r\n\r\n{body}\n");
            }
        });
        port
    }

    #[test]
    fn right_and_wrong_answers_are_counted_apart() {
        let load = load("it", &[server(); 4], "Hello", Duration::from_millis(300));
        let wrong = load.errors["wrong"];
        assert!(load.answers > 0 && wrong > 0, "{load:?}");
        // two of three
        assert!(load.answers.abs_diff(2 * wrong) <= 2, "{load:?}");
        assert_eq!(load.errors.len(), 1, "{load:?}");
        assert!(load.median_us <= load.p99_us && load.p99_us <= load.max_us);
    }

    #[test]
    fn ports_without_a_server_answer_nothing() {
        let load = load(
            "it",
            &free_ports(2).unwrap(),
            "Hello",
            Duration::from_millis(50),
        );
        assert_eq!(load.answers, 0);
        assert!(load.errors["refused"] > 0);
    }
}
