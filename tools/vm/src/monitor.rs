//! QEMU's monitor, which presses the keys of a machine, unplugs its cables and dumps its memory.
//!
//! It listens on a socket in a directory of its own, which is removed with the machine.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

const PROMPT: &str = "(qemu) ";

pub struct Monitor {
    directory: PathBuf,
}

impl Monitor {
    /// `name` has to be unique on this host.
    pub fn new(name: &str) -> Self {
        let directory = std::env::temp_dir().join(name);
        std::fs::create_dir(&directory)
            .unwrap_or_else(|error| panic!("make {}: {error}", directory.display()));
        Monitor { directory }
    }

    /// Where there is room for what it writes.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// QEMU's options for it.
    pub fn options(&self) -> [String; 2] {
        let socket = self.socket().display().to_string();
        [
            "-monitor".into(),
            format!("unix:{socket},server=on,wait=off"),
        ]
    }

    /// Give a command, as QEMU's documentation has them, and return its answer.
    pub fn command(&self, command: &str, timeout: Duration) -> String {
        self.try_command(command, timeout)
            .unwrap_or_else(|error| panic!("QEMU's monitor, '{command}': {error}"))
    }

    /// The same, for a QEMU that may have ended.
    pub fn try_command(&self, command: &str, timeout: Duration) -> std::io::Result<String> {
        let mut stream = self.connect(timeout)?;
        stream.set_read_timeout(Some(timeout))?;
        read_to_prompt(&mut stream)?;
        writeln!(stream, "{command}")?;
        read_to_prompt(&mut stream)
    }

    /// QEMU may not listen yet.
    fn connect(&self, timeout: Duration) -> std::io::Result<UnixStream> {
        let deadline = Instant::now() + timeout;
        loop {
            match UnixStream::connect(self.socket()) {
                Err(_) if Instant::now() < deadline => {
                    std::thread::sleep(Duration::from_millis(10));
                }
                connected => return connected,
            }
        }
    }

    fn socket(&self) -> PathBuf {
        self.directory.join("monitor")
    }
}

impl Drop for Monitor {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}

fn read_to_prompt(stream: &mut UnixStream) -> std::io::Result<String> {
    let mut answer = Vec::new();
    let mut buffer = [0; 4096];
    while !answer.ends_with(PROMPT.as_bytes()) {
        match stream.read(&mut buffer)? {
            // a command that ends QEMU is not answered
            0 => break,
            count => answer.extend_from_slice(&buffer[..count]),
        }
    }
    Ok(String::from_utf8_lossy(&answer).into_owned())
}
