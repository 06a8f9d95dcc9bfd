//! The sockets: UDP or TCP behind one face.

use super::target::{Target, Transport};
use crate::logs::record::{TCP_MESSAGE, UDP_MESSAGE};
use nix::errno::Errno;
use nix::sys::socket::{MsgFlags, recv, setsockopt, sockopt};
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpStream, UdpSocket};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};
use std::time::{Duration, Instant};

/// A peer that does not answer a connection or acknowledge a line for so long is gone.
pub const PATIENCE: Duration = Duration::from_secs(20);
/// Asked for as the socket's send buffer (the kernel doubles it, and counts its own bookkeeping in it).
pub const SEND_BUFFER: usize = 16 * 1024;
/// After so many datagrams there is a pause: more at once, as after the collector was away, would be
/// dropped by its socket's buffer, which by Linux' default holds fewer than 300. About 1500 lines a second
/// remain; what comes faster for long is lost here, where it is counted.
const BURST: usize = 16;
const BURST_PAUSE: Duration = Duration::from_millis(10);
/// The first datagram is waited on this long: is it refused?
const REFUSAL: Duration = Duration::from_millis(200);

pub struct Connection {
    socket: Socket,
    /// Datagrams since the last pause.
    burst: usize,
    opened: Instant,
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
                // so that the kernel tells when a datagram was refused
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
            burst: 0,
            opened: Instant::now(),
        })
    }

    pub fn age(&self) -> Duration {
        self.opened.elapsed()
    }

    /// The longest message in bytes that every collector takes by default.
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
                socket.send(message.as_bytes()).map(drop)
            }
            // one write, so one segment
            Socket::Tcp(stream) => {
                stream.write_all(format!("{} {message}", message.len()).as_bytes())
            }
        }
    }

    /// Has the other side closed the connection or refused a datagram? What it says is passed over.
    pub fn look(&self) -> io::Result<()> {
        let mut heard = [0; 512];
        match recv(self.as_fd().as_raw_fd(), &mut heard, MsgFlags::MSG_DONTWAIT) {
            Ok(0) if matches!(self.socket, Socket::Tcp(_)) => Err(closed()),
            Ok(_) | Err(Errno::EAGAIN | Errno::EINTR) => Ok(()),
            Err(errno) => Err(errno.into()),
        }
    }

    /// Sending a datagram always works; only the next attempt tells that it was refused.
    pub fn wait_for_refusal(&self) -> io::Result<()> {
        if matches!(self.socket, Socket::Udp(_)) {
            std::thread::sleep(REFUSAL);
            self.look()?;
        }
        Ok(())
    }

    /// Say that there is no more and wait until the other side has read it all and closes too.
    pub fn finish(&mut self) -> io::Result<()> {
        let Socket::Tcp(stream) = &mut self.socket else {
            return Ok(());
        };
        stream.shutdown(Shutdown::Write)?;
        let mut heard = [0; 512];
        loop {
            match stream.read(&mut heard) {
                Ok(0) => return Ok(()),
                // it acknowledges, but does not close: so be it
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() != io::ErrorKind::Interrupted => return Err(error),
                _ => {}
            }
        }
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

fn closed() -> io::Error {
    io::Error::other("the collector closed the connection")
}
