//! An end to every connection, which `simple-server` does not ensure: see the crate's documentation.
//!
//! It accepts, and never shows, the connections it works on, so they are found from outside: they
//! are the sockets that this process did not have when it started to listen.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io;
use std::net::{Shutdown, TcpStream};
use std::os::fd::{AsRawFd, RawFd};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use crate::dup::dup;

/// How long a connection may take while there are idle workers: enough for a lossy network.
pub const PATIENCE: Duration = Duration::from_secs(5);
/// And how long when there are none, and others wait for one.
const PATIENCE_IN_A_CROWD: Duration = Duration::from_millis(300);
/// How often the connections are looked at.
const ROUND: Duration = Duration::from_millis(100);

const DESCRIPTORS: &str = "/proc/self/fd";

/// What the link in [`DESCRIPTORS`] says, `socket:[4711]`: unlike descriptors, never used again.
type Socket = PathBuf;

pub struct Deadline {
    workers: usize,
    /// The listening socket, and any among stdin, stdout and stderr.
    ours: HashSet<Socket>,
}

impl Deadline {
    /// To be called when the listening socket is there and no worker is yet.
    pub fn new(workers: usize) -> io::Result<Self> {
        let ours = sockets()?.map(|(_, socket)| socket).collect();
        Ok(Self { workers, ours })
    }

    /// Shuts down, forever, each connection that has had its time.
    pub fn enforce(self) -> ! {
        let mut first_seen: HashMap<Socket, Instant> = HashMap::new();
        loop {
            thread::sleep(ROUND);
            // Out of memory or descriptors, the next round may have better luck.
            let Ok(sockets) = sockets() else { continue };
            let open: Vec<_> = sockets
                .filter(|(_, socket)| !self.ours.contains(socket))
                .collect();
            let patience = if open.len() < self.workers {
                PATIENCE
            } else {
                PATIENCE_IN_A_CROWD
            };
            let now = Instant::now();
            first_seen = open
                .iter()
                .map(|(_, socket)| (socket.clone(), *first_seen.get(socket).unwrap_or(&now)))
                .collect();
            for (descriptor, socket) in open {
                if now - first_seen[&socket] >= patience {
                    shut_down(descriptor, &socket);
                }
            }
        }
    }
}

/// The worker that reads from `socket` finds it at its end, and closes it.
fn shut_down(descriptor: RawFd, socket: &Socket) {
    // By now the worker may have closed the descriptor, and the next accept or clone may have got
    // the same number. A duplicate can't change hands, so look again before doing harm.
    let Ok(duplicate) = dup(descriptor) else {
        return;
    };
    let link = Path::new(DESCRIPTORS).join(duplicate.as_raw_fd().to_string());
    if fs::read_link(link).is_ok_and(|linked| linked == *socket) {
        let mut connection = TcpStream::from(duplicate);
        // An error, here and below, means that the client was quicker.
        let _ = connection.shutdown(Shutdown::Both);
        // The end comes after what has arrived, which the worker need not see: megabytes, maybe.
        let _ = io::copy(&mut connection, &mut io::sink());
    }
}

fn sockets() -> io::Result<impl Iterator<Item = (RawFd, Socket)>> {
    Ok(fs::read_dir(DESCRIPTORS)?.filter_map(|entry| {
        let entry = entry.ok()?;
        let descriptor = entry.file_name().to_str()?.parse().ok()?;
        // A descriptor may be closed since it was listed.
        let target = fs::read_link(entry.path()).ok()?;
        target
            .to_str()?
            .starts_with("socket:")
            .then_some((descriptor, target))
    }))
}
