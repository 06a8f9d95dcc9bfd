// Prometheus itself, which takes nothing from a page that is not OpenMetrics to the last line.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, Instant};
use vm::port::free_port;
use vm::{Machine, TIMEOUT};

/// A server that looks at one target every second; with its files it ends with this value.
struct Prometheus {
    process: Child,
    port: u16,
    directory: PathBuf,
}

impl Prometheus {
    fn start(target: u16) -> Self {
        let directory = std::env::temp_dir().join(format!("prometheus-{}", std::process::id()));
        std::fs::create_dir(&directory).expect("make a directory");
        let configuration = directory.join("prometheus.yml");
        let text = format!(
            "global: {{ scrape_interval: 1s }}\n\
             scrape_configs:\n\
             - job_name: machine\n  \
               static_configs: [ {{ targets: [ \"127.0.0.1:{target}\" ] }} ]\n"
        );
        std::fs::write(&configuration, text).expect("write the configuration");
        let port = free_port();
        let process = Command::new(machine::PROMETHEUS)
            .arg(format!("--config.file={}", configuration.display()))
            .arg(format!(
                "--storage.tsdb.path={}",
                directory.join("data").display()
            ))
            .arg(format!("--web.listen-address=127.0.0.1:{port}"))
            .spawn()
            .expect("start Prometheus");
        Prometheus {
            process,
            port,
            directory,
        }
    }

    fn ask(&self, path: &str) -> std::io::Result<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        write!(stream, "GET /api/v1/{path} HTTP/1.0\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    }

    /// Wait until a query has a result with `wanted` in it.
    fn wait_for(&self, query: &str, wanted: &str) {
        let deadline = Instant::now() + TIMEOUT;
        loop {
            let answer = self
                .ask(&format!("query?query={query}"))
                .unwrap_or_default();
            if answer.contains(wanted) {
                return;
            }
            assert!(
                Instant::now() < deadline,
                "{query}: no {wanted} in {answer}; {:?}",
                self.ask("targets")
            );
            std::thread::sleep(Duration::from_millis(200));
        }
    }
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}

#[test]
fn prometheus_reads_the_metrics_of_a_machine() {
    assert!(Path::new(machine::PROMETHEUS).exists());
    let machine = Machine::from_image(machine::KERNEL, machine::INITRD, "scratchmachine.status=81")
        .with_network_card_and_port("e1000", 81)
        .boot();
    machine.wait_for("hello: listening on 0.0.0.0:80");
    let prometheus = Prometheus::start(machine.port());
    prometheus.wait_for("up", "\"1\"]");
    let identity = format!("\"identity\":\"{}\"", machine::IDENTITY);
    prometheus.wait_for("scratchmachine_image_info", &identity);
    prometheus.wait_for("scratchmachine_program_up", "\"program\":\"hello\"");
    prometheus.wait_for("scratchmachine_program_restarts_total", "\"0\"]");
    // what it sends is counted, and counted up
    let rate = "rate(scratchmachine_network_transmit_bytes_total%5B10s%5D)%20%3E%200";
    prometheus.wait_for(rate, "\"interface\":\"eth0\"");
}
