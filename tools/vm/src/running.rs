//! A machine that is up: what it shows, what it serves, and the buttons, keys and cables that it has.

use crate::console::Console;
use crate::monitor::Monitor;
use crate::picture::Picture;
use crate::{TIMEOUT, http, screen};
use std::io::Write;
use std::process::{Child, ExitStatus};
use std::time::{Duration, Instant};

/// How long a machine that is up may take for an answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(5);

/// A machine that runs until this is dropped.
pub struct Running {
    /// QEMU, or the runner.
    pub(crate) process: Child,
    /// A runner started QEMU, which would outlive it.
    pub(crate) has_runner: bool,
    pub(crate) console: Console,
    pub(crate) port: u16,
    pub(crate) monitor: Monitor,
}

impl Running {
    /// Wait until the console shows `text` and return the line that it is in.
    ///
    /// # Panics
    /// It does not come, the kernel panics before, or QEMU ends.
    pub fn wait_for(&self, text: &str) -> String {
        self.wait_for_times(text, 1)
    }

    /// Wait until `text` is in so many lines of the console and return the last of them.
    ///
    /// # Panics
    /// As [`Running::wait_for`].
    pub fn wait_for_times(&self, text: &str, times: usize) -> String {
        self.console.wait_for(text, times, TIMEOUT)
    }

    /// Wait until the machine ends, as it does when it powers off or reboots, and return QEMU's status.
    ///
    /// # Panics
    /// It does not end, or its kernel panics.
    pub fn wait_for_end(&mut self) -> ExitStatus {
        self.console.wait_for_end(TIMEOUT);
        self.process.wait().expect("wait for QEMU")
    }

    /// What the serial console has shown so far.
    pub fn console(&self) -> String {
        self.console.text()
    }

    /// Every complete line that it has shown so far, and when its end came.
    pub fn lines(&self) -> Vec<(Instant, String)> {
        self.console.lines()
    }

    /// Wait until the screen shows `text`, or has shown it a while ago.
    ///
    /// # Panics
    /// With what it shows, if `text` does not come.
    pub fn wait_for_on_screen(&self, text: &str) {
        let deadline = Instant::now() + TIMEOUT;
        loop {
            let screen = screen::text(|command| self.monitor(command));
            if screen.contains(text) {
                return;
            }
            assert!(
                Instant::now() < deadline,
                "no '{text}' on the screen:\n{screen}"
            );
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// Wait until so many lines of the screen begin with the same letter, as those of the kernel's and init's do; for a
    /// screen on which letters are drawn.
    ///
    /// # Panics
    /// They never do.
    pub fn wait_for_lines_in_picture(&self, count: usize) {
        let file = self.monitor.directory().join("screen.ppm");
        let deadline = Instant::now() + TIMEOUT;
        loop {
            self.monitor(&format!("screendump {}", file.display()));
            let picture = std::fs::read(&file).ok().and_then(|it| Picture::parse(&it));
            let letters = picture.map_or_else(Vec::new, |picture| picture.first_letters());
            let alike = |letter| letters.iter().filter(|it| *it == letter).count();
            let most = letters.iter().map(alike).max().unwrap_or_default();
            if most >= count {
                return;
            }
            assert!(
                Instant::now() < deadline,
                "{most} lines of the screen begin alike, of {}",
                letters.len()
            );
            std::thread::sleep(Duration::from_millis(500));
        }
    }

    /// This host's port that leads to the machine.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Start the processor of a machine that was booted with QEMU's option `-S`, and return when that was.
    ///
    /// # Errors
    /// QEMU did not start.
    pub fn power_on(&self) -> std::io::Result<Instant> {
        // once it is answered, QEMU is up and listens
        self.monitor.try_command("info status", TIMEOUT)?;
        let now = Instant::now();
        self.monitor.try_command("cont", TIMEOUT)?;
        Ok(now)
    }

    /// QEMU, or the runner, has not ended.
    pub fn is_running(&mut self) -> bool {
        matches!(self.process.try_wait(), Ok(None))
    }

    /// Type on the serial console.
    pub fn type_in(&mut self, text: &str) {
        let keyboard = self.process.stdin.as_mut().expect("stdin is piped");
        keyboard
            .write_all(text.as_bytes())
            .expect("type on the serial console");
    }

    /// Give QEMU's monitor a command and return its answer.
    pub fn monitor(&self, command: &str) -> String {
        self.monitor.command(command, TIMEOUT)
    }

    /// Unplug the cable of the network card, or plug it in again.
    pub fn set_link(&self, is_up: bool) {
        let state = if is_up { "on" } else { "off" };
        self.monitor(&format!("set_link cable {state}"));
    }

    pub fn press_power_button(&self) {
        self.monitor("system_powerdown");
    }

    pub fn press_ctrl_alt_del(&self) {
        self.monitor("sendkey ctrl-alt-delete");
    }

    /// The body of the answer to `GET /`, which has to be a success.
    pub fn get(&self) -> String {
        let (status, body) = self.request("GET", "/");
        assert!(status.starts_with("200"), "{status}: {body}");
        body
    }

    /// Status and body of the answer to a request.
    pub fn request(&self, method: &str, path: &str) -> (String, String) {
        http::request(self.port, method, path, TIMEOUT)
    }

    /// Does it answer `GET /` before it ends, its kernel panics, or the time is up?
    pub fn answers_within(&mut self, timeout: Duration) -> bool {
        let deadline = Instant::now() + timeout;
        while Instant::now() < deadline {
            // a connection that was made before the machine listens is never answered
            if http::try_request(self.port, "GET", "/", ANSWER_TIMEOUT).is_ok() {
                return true;
            }
            if !self.is_running() || self.has_panicked() {
                return false;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        false
    }

    /// Is a `GET /` that is sent now answered?
    pub fn answers(&self) -> bool {
        http::try_request(self.port, "GET", "/", TIMEOUT).is_ok()
    }

    /// The machine is up and its kernel has not panicked.
    pub fn assert_alive(&mut self) {
        let ended = self.process.try_wait().expect("ask for QEMU's status");
        assert!(ended.is_none(), "QEMU ended: {ended:?}");
        assert!(!self.has_panicked(), "the kernel panicked");
    }

    fn has_panicked(&self) -> bool {
        self.console().contains("Kernel panic")
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.has_runner && self.is_running() {
            let quit = self.monitor.try_command("quit", Duration::from_secs(5));
            let _ = quit.and_then(|_| self.process.wait());
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
