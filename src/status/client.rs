//! One client, from its request to the end of its connection, without ever waiting for it.

use nix::poll::PollFlags;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::os::fd::{AsFd, BorrowedFd};
use std::time::{Duration, Instant};

/// A client has so long to ask, and then so long to take the answer and to end what it has to say.
const PATIENCE: Duration = Duration::from_secs(10);
/// Read at once.
const PIECE: usize = 4096;

pub struct Client {
    stream: TcpStream,
    stage: Stage,
    deadline: Instant,
}

enum Stage {
    /// What has come so far.
    Asking(Vec<u8>),
    /// What has yet to go.
    Answering(Vec<u8>),
    /// All that has yet to come is dropped, but read: with something unread, closing would reset the
    /// connection, and the answer might be lost (RFC 9112, section 9.6).
    Leaving,
}

impl Client {
    pub fn new(stream: TcpStream) -> io::Result<Client> {
        stream.set_nonblocking(true)?;
        Ok(Client {
            stream,
            stage: Stage::Asking(Vec::new()),
            deadline: Instant::now() + PATIENCE,
        })
    }

    /// When the patience with it is over.
    pub fn deadline(&self) -> Instant {
        self.deadline
    }

    pub fn waits_for(&self) -> PollFlags {
        match self.stage {
            Stage::Answering(_) => PollFlags::POLLOUT,
            _ => PollFlags::POLLIN,
        }
    }

    /// One read or write, when what it waits for is there. False: its connection is over.
    pub fn step(
        &mut self,
        is_enough: impl Fn(&[u8]) -> bool,
        answer: impl Fn(&[u8]) -> Vec<u8>,
    ) -> bool {
        match self.try_step(is_enough, answer) {
            Ok(is_there) => is_there,
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
            Stage::Asking(head) => {
                let count = self.stream.read(&mut piece)?;
                head.extend_from_slice(piece.get(..count).unwrap_or_default());
                if head.is_empty() {
                    return Ok(false);
                }
                // a client that has said that it is done may still listen
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
                    self.stage = Stage::Leaving;
                }
            }
            Stage::Leaving => return Ok(self.stream.read(&mut piece)? > 0),
        }
        Ok(true)
    }
}

impl AsFd for Client {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.stream.as_fd()
    }
}
