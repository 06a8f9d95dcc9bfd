//! One client, from its request to the end of its connection, without ever waiting for it.

use nix::poll::PollFlags;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::os::fd::{AsFd, BorrowedFd};
use std::time::{Duration, Instant};

/// A client has this long to send its request, and then this long to read the answer and to finish sending.
const PATIENCE: Duration = Duration::from_secs(10);
/// Bytes per read.
const PIECE: usize = 4096;

pub struct Client {
    stream: TcpStream,
    stage: Stage,
    deadline: Instant,
}

enum Stage {
    /// What has been received so far.
    Requesting(Vec<u8>),
    /// What has yet to be sent.
    Answering(Vec<u8>),
    /// Whatever still comes is read and dropped: with unread data, closing would reset the
    /// connection, and the answer might be lost (RFC 9112, section 9.6).
    Draining,
}

impl Client {
    pub fn new(stream: TcpStream) -> io::Result<Client> {
        stream.set_nonblocking(true)?;
        Ok(Client {
            stream,
            stage: Stage::Requesting(Vec::new()),
            deadline: Instant::now() + PATIENCE,
        })
    }

    /// When its time is over.
    pub fn deadline(&self) -> Instant {
        self.deadline
    }

    pub fn waits_for(&self) -> PollFlags {
        match self.stage {
            Stage::Answering(_) => PollFlags::POLLOUT,
            _ => PollFlags::POLLIN,
        }
    }

    /// One read or write, when the client is ready for it. False: its connection is over.
    pub fn step(
        &mut self,
        is_enough: impl Fn(&[u8]) -> bool,
        answer: impl Fn(&[u8]) -> Vec<u8>,
    ) -> bool {
        match self.try_step(is_enough, answer) {
            Ok(is_open) => is_open,
            Err(error) => matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted),
        }
    }

    fn try_step(
        &mut self,
        is_enough: impl Fn(&[u8]) -> bool,
        answer: impl Fn(&[u8]) -> Vec<u8>,
    ) -> io::Result<bool> {
        let mut piece = [0; PIECE];
        match &mut self.stage {
            Stage::Requesting(head) => {
                let count = self.stream.read(&mut piece)?;
                head.extend_from_slice(piece.get(..count).unwrap_or_default());
                if head.is_empty() {
                    return Ok(false);
                }
                // a client that has finished sending may still read
                if count == 0 || is_enough(head) {
                    self.stage = Stage::Answering(answer(head));
                    self.deadline = Instant::now() + PATIENCE;
                }
            }
            Stage::Answering(left) => {
                let count = self.stream.write(left)?;
                left.drain(..count.min(left.len()));
                if left.is_empty() {
                    self.stream.shutdown(Shutdown::Write)?;
                    self.stage = Stage::Draining;
                }
            }
            Stage::Draining => return Ok(self.stream.read(&mut piece)? > 0),
        }
        Ok(true)
    }
}

impl AsFd for Client {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.stream.as_fd()
    }
}
