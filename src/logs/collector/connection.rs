//! The connection: UDP or TCP behind one interface.

use super::target::{Target, Transport};
use super::tiocoutq;
use crate::logs::record::{TCP_MESSAGE, UDP_MESSAGE};
use nix::errno::Errno;
use nix::sys::socket::{MsgFlags, recv, setsockopt, sockopt};
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpStream, UdpSocket};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};
use std::time::{Duration, Instant};

/// A peer that neither answers a connection nor acknowledges a line for this long is gone.
const PATIENCE: Duration = Duration::from_secs(20);
/// Requested as the socket's send buffer (the kernel doubles it, and counts its own bookkeeping in it).
const SEND_BUFFER: usize = 16 * 1024;
/// After this many datagrams there is a pause: more at once, as after the collector was away, would overflow
/// its socket's buffer, which by Linux's default holds fewer than 300. About 1500 lines a second
/// remain; what keeps coming faster is lost here, where it is counted.
const BURST: usize = 16;
const BURST_PAUSE: Duration = Duration::from_millis(10);
/// How long to wait after the first datagram: is it refused?
const REFUSAL: Duration = Duration::from_millis(200);
/// How often to check whether the last bytes were acknowledged.
const POLL: Duration = Duration::from_millis(10);
/// Nobody expects a collector to send anything, so reading past what it sends may take a while.
const READS: usize = 16;

pub struct Connection {
    socket: Socket,
    opened: Instant,
    /// Bytes handed to the kernel.
    sent: u64,
    /// Datagrams since the last pause.
    burst: usize,
}

enum Socket {
    Udp(UdpSocket),
    Tcp(TcpStream),
}

impl Connection {
    pub fn open(target: Target) -> io::Result<Connection> {
        let socket = match target.transport {
            Transport::Udp => {
                let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))?;
                // so that the kernel reports when a datagram was refused
                socket.connect(target.address)?;
                Socket::Udp(socket)
            }
            Transport::Tcp => {
                let stream = TcpStream::connect_timeout(&target.address.into(), PATIENCE)?;
                stream.set_nodelay(true)?;
                stream.set_write_timeout(Some(PATIENCE))?;
                stream.set_read_timeout(Some(PATIENCE))?;
                setsockopt(
                    &stream,
                    sockopt::TcpUserTimeout,
                    &(PATIENCE.as_millis() as u32),
                )?;
                setsockopt(&stream, sockopt::SndBuf, &SEND_BUFFER)?;
                Socket::Tcp(stream)
            }
        };
        Ok(Connection {
            socket,
            opened: Instant::now(),
            sent: 0,
            burst: 0,
        })
    }

    pub fn opened(&self) -> Instant {
        self.opened
    }

    /// Bytes handed to the kernel.
    pub fn sent(&self) -> u64 {
        self.sent
    }

    /// How many of them the other side has acknowledged. Datagrams are not acknowledged: all of them count.
    pub fn acknowledged(&self) -> u64 {
        match &self.socket {
            Socket::Udp(_) => self.sent,
            Socket::Tcp(stream) => self.sent.saturating_sub(tiocoutq::unacknowledged(stream)),
        }
    }

    /// The longest message in bytes that every collector accepts by default.
    pub fn limit(&self) -> usize {
        match self.socket {
            Socket::Udp(_) => UDP_MESSAGE,
            Socket::Tcp(_) => TCP_MESSAGE,
        }
    }

    /// One message: a datagram, or a frame of its length and itself.
    pub fn send(&mut self, message: &str) -> io::Result<()> {
        match &mut self.socket {
            Socket::Udp(socket) => {
                self.burst += 1;
                if self.burst > BURST {
                    std::thread::sleep(BURST_PAUSE);
                    self.burst = 1;
                }
                self.sent += socket.send(message.as_bytes())? as u64;
            }
            Socket::Tcp(stream) => {
                // one write, so one segment, unless the buffer is full
                let frame = format!("{} {message}", message.len());
                let mut left = frame.as_bytes();
                while !left.is_empty() {
                    match stream.write(left) {
                        Ok(count) => {
                            self.sent += count as u64;
                            left = left.get(count..).unwrap_or_default();
                        }
                        Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                            return Err(unresponsive());
                        }
                        Err(error) if error.kind() != io::ErrorKind::Interrupted => {
                            return Err(error);
                        }
                        _ => {}
                    }
                }
            }
        }
        Ok(())
    }

    /// Has the other side closed the connection or refused a datagram? What it sends is ignored.
    pub fn check(&self) -> io::Result<()> {
        let mut received = [0; 512];
        for _ in 0..READS {
            match recv(
                self.as_fd().as_raw_fd(),
                &mut received,
                MsgFlags::MSG_DONTWAIT,
            ) {
                Ok(0) if matches!(self.socket, Socket::Tcp(_)) => return Err(closed()),
                Ok(_) | Err(Errno::EINTR) => {}
                Err(Errno::EAGAIN) => break,
                Err(errno) => return Err(errno.into()),
            }
        }
        Ok(())
    }

    /// Sending a datagram always succeeds; only the next call reports that it was refused.
    pub fn wait_for_refusal(&self) -> io::Result<()> {
        if matches!(self.socket, Socket::Udp(_)) {
            std::thread::sleep(REFUSAL);
            self.check()?;
        }
        Ok(())
    }

    /// Shut down our side and wait until the other one has read everything and closes too. Returns how it ended.
    pub fn finish(&mut self) -> io::Error {
        let deadline = Instant::now() + PATIENCE;
        if let Socket::Tcp(stream) = &mut self.socket {
            // if the connection is over already, that is seen below
            let _ = stream.shutdown(Shutdown::Write);
            let mut received = [0; 512];
            while Instant::now() < deadline {
                match stream.read(&mut received) {
                    Ok(0) => break,
                    // it acknowledges but does not close: so be it
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                    Err(error) if error.kind() != io::ErrorKind::Interrupted => return error,
                    _ => {}
                }
            }
        }
        // it may have closed long before, and our last bytes still be on their way
        while self.acknowledged() < self.sent && Instant::now() < deadline {
            if let Socket::Tcp(stream) = &self.socket {
                if let Ok(Some(error)) = stream.take_error() {
                    return error;
                }
            }
            std::thread::sleep(POLL);
        }
        closed()
    }
}

impl AsFd for Connection {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match &self.socket {
            Socket::Udp(socket) => socket.as_fd(),
            Socket::Tcp(stream) => stream.as_fd(),
        }
    }
}

/// Whether a connection that ended like this was closed by a collector that had read all that was acknowledged
/// before: a kernel that still has unread data resets instead (RFC 1122, section 4.2.2.13). EPIPE is
/// a reset as well, but one that came after the close.
pub fn was_read(end: &io::Error) -> bool {
    matches!(
        end.kind(),
        io::ErrorKind::UnexpectedEof | io::ErrorKind::BrokenPipe
    )
}

/// Whether somebody ended it, rather than nobody being there.
pub fn was_there(end: &io::Error) -> bool {
    was_read(end) || end.kind() == io::ErrorKind::ConnectionReset
}

fn closed() -> io::Error {
    io::Error::new(
        io::ErrorKind::UnexpectedEof,
        "the collector closed the connection",
    )
}

fn unresponsive() -> io::Error {
    let cause = format!("nothing was acknowledged for {} s", PATIENCE.as_secs());
    io::Error::new(io::ErrorKind::TimedOut, cause)
}
