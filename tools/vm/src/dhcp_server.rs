//! A DHCP server that does whatever a test wants it to, right or wrong, at the other end of a machine's cable.
//!
//! It sends and receives raw Ethernet frames through QEMU's `-netdev dgram`, where each UDP datagram on the loopback
//! interface is a frame. It shares no code with the client in the machine, so that a misreading of the RFCs in one is not
//! hidden by the same in the other. Besides DHCP it answers for the addresses [`SERVER`] and [`ROUTER`], looks at what
//! addresses the machine has, and is a time server, whose time is always [`TIME`].

use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

pub const SERVER: Ipv4Addr = Ipv4Addr::new(10, 0, 2, 2);
/// Not the router that the server offers by itself.
pub const ROUTER: Ipv4Addr = Ipv4Addr::new(10, 0, 2, 9);
/// What most tests lease to the machine.
pub const ADDRESS: Ipv4Addr = Ipv4Addr::new(10, 0, 2, 15);

/// 2030-01-01, in seconds since 1900, where NTP's time begins.
pub const TIME: u32 = 4_102_444_800;

pub const DISCOVER: u8 = 1;
pub const OFFER: u8 = 2;
pub const REQUEST: u8 = 3;
pub const ACK: u8 = 5;
pub const NAK: u8 = 6;
pub const RELEASE: u8 = 7;

const MAC: [u8; 6] = [0x52, 0x55, 10, 0, 2, 2];
const BROADCAST: [u8; 6] = [0xff; 6];
const IPV4: [u8; 2] = [8, 0];
const ARP: [u8; 2] = [8, 6];
const ICMP: u8 = 1;
const UDP: u8 = 17;

/// How long a frame that a test waits for may take.
const TIMEOUT: Duration = Duration::from_secs(120);
/// ARP and ICMP are answered at once or not at all. This often, with this pause, a question is repeated, because a link
/// that has just come up loses frames.
const TRIES: usize = 8;
const PAUSE: Duration = Duration::from_millis(500);

pub struct DhcpServer {
    socket: Arc<UdpSocket>,
    qemu: SocketAddr,
    seen: Arc<(Mutex<Seen>, Condvar)>,
}

#[derive(Default)]
struct Seen {
    queries: Vec<Query>,
    /// The addresses that the machine has answered ARP requests for.
    resolved: Vec<Ipv4Addr>,
    /// Those that it announces without being asked.
    announced: Vec<Ipv4Addr>,
    /// Those whose pings it has answered.
    pinged: Vec<Ipv4Addr>,
}

/// A DHCP message from the machine.
#[derive(Debug, Clone)]
pub struct Query {
    pub at: Instant,
    pub kind: u8,
    pub transaction: u32,
    pub seconds: u16,
    pub wants_broadcast: bool,
    /// The address that the machine claims to have.
    pub client: Ipv4Addr,
    /// From the IP header.
    pub from: Ipv4Addr,
    pub to: Ipv4Addr,
    mac: [u8; 6],
    options: Vec<(u8, Vec<u8>)>,
}

/// A DHCP message to the machine.
#[derive(Debug, Clone)]
pub struct Reply {
    pub operation: u8,
    pub transaction: u32,
    pub yours: Ipv4Addr,
    pub mac: [u8; 6],
    pub cookie: [u8; 4],
    pub sname: Vec<u8>,
    pub file: Vec<u8>,
    /// As they are sent, without the end option.
    pub options: Vec<u8>,
    pub after: Duration,
    to: Ipv4Addr,
    to_mac: [u8; 6],
}

impl Query {
    pub fn option(&self, number: u8) -> Option<&[u8]> {
        self.options
            .iter()
            .find(|(other, _)| *other == number)
            .map(|(_, value)| value.as_slice())
    }

    pub fn address(&self, number: u8) -> Option<Ipv4Addr> {
        let address: [u8; 4] = self.option(number)?.try_into().ok()?;
        Some(address.into())
    }

    /// A reply with nothing but what every reply has.
    pub fn reply(&self, kind: u8, yours: Ipv4Addr) -> Reply {
        let (to, to_mac) = if self.client.is_unspecified() || kind == NAK {
            (Ipv4Addr::BROADCAST, BROADCAST)
        } else {
            (self.client, self.mac)
        };
        Reply {
            operation: 2,
            transaction: self.transaction,
            yours,
            mac: self.mac,
            cookie: [99, 130, 83, 99],
            sname: vec![],
            file: vec![],
            options: vec![],
            after: Duration::ZERO,
            to,
            to_mac,
        }
        .option(53, &[kind])
    }

    /// What a correct server replies: an offer to a discover, an acknowledgement to a request.
    pub fn grant(&self, address: Ipv4Addr, lease: u32) -> Reply {
        let kind = if self.kind == DISCOVER { OFFER } else { ACK };
        self.reply(kind, address)
            .option(54, &SERVER.octets())
            .option(51, &lease.to_be_bytes())
            .option(1, &[255, 255, 255, 0])
            .option(3, &SERVER.octets())
    }

    pub fn nak(&self) -> Reply {
        self.reply(NAK, Ipv4Addr::UNSPECIFIED)
            .option(54, &SERVER.octets())
    }
}

impl Reply {
    pub fn option(mut self, number: u8, value: &[u8]) -> Reply {
        self.options.extend([number, value.len() as u8]);
        self.options.extend(value);
        self
    }

    /// Without this option, wherever it is.
    pub fn without(mut self, number: u8) -> Reply {
        let options = parse_options(&std::mem::take(&mut self.options));
        options
            .into_iter()
            .filter(|(other, _)| *other != number)
            .fold(self, |reply, (number, value)| reply.option(number, &value))
    }

    /// Sent to the address that it leases, although the machine wants a broadcast: some relays and servers do so.
    pub fn unicast(mut self) -> Reply {
        (self.to, self.to_mac) = (self.yours, self.mac);
        self
    }

    fn frame(&self) -> Vec<u8> {
        let mut message = vec![self.operation, 1, 6, 0];
        message.extend(self.transaction.to_be_bytes());
        message.extend([0; 8]);
        message.extend(self.yours.octets());
        message.extend([0; 8]);
        message.extend(self.mac);
        for (start, end, field) in [(44, 108, &self.sname), (108, 236, &self.file)] {
            message.resize(start, 0);
            message.extend(field);
            message.resize(end, 0);
        }
        message.extend(self.cookie);
        message.extend(&self.options);
        message.push(255);
        ipv4(self.to_mac, SERVER, self.to, UDP, &udp(67, 68, &message))
    }
}

impl DhcpServer {
    /// `respond` returns the replies to each query, in the order in which the queries come.
    pub fn start(mut respond: impl FnMut(&Query) -> Vec<Reply> + Send + 'static) -> DhcpServer {
        let loopback = || UdpSocket::bind("127.0.0.1:0").expect("bind a free port");
        let socket = Arc::new(loopback());
        // QEMU's end: a port that was free a moment ago
        let qemu = loopback().local_addr().expect("it is bound");
        let server = DhcpServer {
            socket: Arc::clone(&socket),
            qemu,
            seen: Arc::default(),
        };
        let seen = Arc::clone(&server.seen);
        std::thread::spawn(move || {
            let mut buffer = [0; 65536];
            while let Ok((length, _)) = socket.recv_from(&mut buffer) {
                let frame = &buffer[..length];
                if let Some(reply) = arp_reply(frame).or_else(|| time_reply(frame)) {
                    let _ = socket.send_to(&reply, qemu);
                }
                let mut replies = vec![];
                {
                    let mut seen = seen.0.lock().unwrap();
                    seen.resolved.extend(resolved_address(frame));
                    seen.announced.extend(announced_address(frame));
                    seen.pinged.extend(pinged_address(frame));
                    if let Some(query) = query(frame) {
                        replies = respond(&query);
                        seen.queries.push(query);
                    }
                }
                seen.1.notify_all();
                for reply in replies {
                    if reply.after.is_zero() {
                        let _ = socket.send_to(&reply.frame(), qemu);
                        continue;
                    }
                    let socket = Arc::clone(&socket);
                    std::thread::spawn(move || {
                        std::thread::sleep(reply.after);
                        let _ = socket.send_to(&reply.frame(), qemu);
                    });
                }
            }
        });
        server
    }

    /// QEMU's options for a cable that leads here, called `cable`.
    pub fn cable(&self, model: &str) -> [String; 4] {
        let here = self.socket.local_addr().expect("it is bound").port();
        let qemu = self.qemu.port();
        [
            "-netdev".into(),
            format!(
                "dgram,id=cable,local.type=inet,local.host=127.0.0.1,local.port={qemu},\
                 remote.type=inet,remote.host=127.0.0.1,remote.port={here}"
            ),
            "-device".into(),
            format!("{model},netdev=cable"),
        ]
    }

    /// All queries so far.
    pub fn queries(&self) -> Vec<Query> {
        self.seen.0.lock().unwrap().queries.clone()
    }

    /// Wait for a query, which may have come already.
    pub fn wait_for(&self, what: &str, is_it: impl Fn(&Query) -> bool) -> Query {
        self.wait(TIMEOUT, |seen| {
            seen.queries.iter().find(|it| is_it(it)).cloned()
        })
        .unwrap_or_else(|| panic!("{what} did not come, but {:#?}", self.queries()))
    }

    /// Wait until the machine has announced this address.
    pub fn wait_for_announcement(&self, address: Ipv4Addr) {
        self.wait(TIMEOUT, |seen| {
            seen.announced.contains(&address).then_some(())
        })
        .unwrap_or_else(|| panic!("{address} was not announced, but {:?}", self.announced()));
    }

    /// All addresses that the machine has announced so far.
    pub fn announced(&self) -> Vec<Ipv4Addr> {
        self.seen.0.lock().unwrap().announced.clone()
    }

    /// Does the machine answer ARP requests for this address?
    pub fn resolves(&self, address: Ipv4Addr) -> bool {
        self.seen.0.lock().unwrap().resolved.clear();
        let mut frame = ethernet(BROADCAST, ARP);
        frame.extend([0, 1, 8, 0, 6, 4, 0, 1]);
        frame.extend(MAC);
        frame.extend(SERVER.octets());
        frame.extend([0; 6]);
        frame.extend(address.octets());
        self.is_answered(&frame, |seen| seen.resolved.contains(&address))
    }

    /// Does the machine at `to` answer a ping from `from`, to which it has to find a route?
    pub fn pings(&self, from: Ipv4Addr, to: Ipv4Addr) -> bool {
        self.seen.0.lock().unwrap().pinged.clear();
        let mut echo = vec![8, 0, 0, 0, 0, 1, 0, 1];
        let sum = checksum(&echo);
        echo[2..4].copy_from_slice(&sum);
        let mac = self.queries().last().map_or(BROADCAST, |it| it.mac);
        let frame = ipv4(mac, from, to, ICMP, &echo);
        self.is_answered(&frame, |seen| seen.pinged.contains(&from))
    }

    fn is_answered(&self, frame: &[u8], is_answer: impl Fn(&Seen) -> bool) -> bool {
        (0..TRIES).any(|_| {
            self.socket
                .send_to(frame, self.qemu)
                .expect("send on loopback");
            self.wait(PAUSE, |seen| is_answer(seen).then_some(()))
                .is_some()
        })
    }

    fn wait<T>(&self, timeout: Duration, mut look: impl FnMut(&Seen) -> Option<T>) -> Option<T> {
        let deadline = Instant::now() + timeout;
        let (seen, changed) = &*self.seen;
        let mut seen = seen.lock().unwrap();
        loop {
            if let Some(found) = look(&seen) {
                return Some(found);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return None;
            }
            seen = changed.wait_timeout(seen, left).unwrap().0;
        }
    }
}

fn ethernet(to: [u8; 6], kind: [u8; 2]) -> Vec<u8> {
    [&to[..], &MAC, &kind].concat()
}

fn ipv4(mac: [u8; 6], from: Ipv4Addr, to: Ipv4Addr, protocol: u8, payload: &[u8]) -> Vec<u8> {
    let mut header = vec![0x45, 0];
    header.extend((payload.len() as u16 + 20).to_be_bytes());
    header.extend([0, 0, 0, 0, 64, protocol, 0, 0]);
    header.extend(from.octets());
    header.extend(to.octets());
    let sum = checksum(&header);
    header[10..12].copy_from_slice(&sum);
    [&ethernet(mac, IPV4), &header[..], payload].concat()
}

fn udp(from: u16, to: u16, payload: &[u8]) -> Vec<u8> {
    let length = payload.len() as u16 + 8;
    // no checksum
    let header = [from, to, length, 0].map(u16::to_be_bytes).concat();
    [&header, payload].concat()
}

/// RFC 1071
fn checksum(bytes: &[u8]) -> [u8; 2] {
    let mut sum: u32 = bytes
        .chunks(2)
        .map(|pair| (u32::from(pair[0]) << 8) | pair.get(1).copied().map_or(0, u32::from))
        .sum();
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    (!(sum as u16)).to_be_bytes()
}

fn address(bytes: &[u8], at: usize) -> Option<Ipv4Addr> {
    let octets: [u8; 4] = bytes.get(at..at + 4)?.try_into().ok()?;
    Some(octets.into())
}

/// The answer to an ARP request for an address of this server.
fn arp_reply(frame: &[u8]) -> Option<Vec<u8>> {
    let asked = address(frame, 38)?;
    let is_request = frame[12..14] == ARP && frame[20..22] == [0, 1];
    (is_request && [SERVER, ROUTER].contains(&asked)).then(|| {
        let mut reply = ethernet(frame[6..12].try_into().expect("six bytes"), ARP);
        reply.extend([0, 1, 8, 0, 6, 4, 0, 2]);
        reply.extend(MAC);
        reply.extend(asked.octets());
        reply.extend(&frame[22..32]);
        reply
    })
}

/// The answer to a query for the time (RFC 4330).
fn time_reply(frame: &[u8]) -> Option<Vec<u8>> {
    let is_udp = frame.get(12..14)? == IPV4 && frame.get(14)? == &0x45 && frame.get(23)? == &UDP;
    let is_request = frame.get(36..38)? == [0, 123] && frame.get(42)? & 0b111 == 3;
    let sent = frame.get(82..90).filter(|_| is_udp && is_request)?;
    let client = u16::from_be_bytes([frame[34], frame[35]]);
    // version 4, a server, which has the time from another
    let mut message = vec![0b00_100_100, 2, 0, 0];
    message.resize(24, 0);
    message.extend(sent);
    for _received_and_sent in 0..2 {
        message.extend(TIME.to_be_bytes());
        message.extend([0; 4]);
    }
    let mac = frame[6..12].try_into().expect("six bytes");
    let datagram = udp(123, client, &message);
    Some(ipv4(mac, SERVER, address(frame, 26)?, UDP, &datagram))
}

/// The address that an ARP reply is about.
fn resolved_address(frame: &[u8]) -> Option<Ipv4Addr> {
    let is_reply = frame.get(12..14)? == ARP && frame.get(20..22)? == [0, 2];
    address(frame, 28).filter(|_| is_reply)
}

/// The address that a frame announces: a broadcast ARP request from it for itself (RFC 5227, section 2.3).
fn announced_address(frame: &[u8]) -> Option<Ipv4Addr> {
    let is_request = frame.get(12..14)? == ARP && frame.get(20..22)? == [0, 1];
    let (sender, target) = (address(frame, 28)?, address(frame, 38)?);
    let is_announcement = is_request && sender == target && frame[..6] == BROADCAST;
    is_announcement.then_some(sender)
}

/// The address that an ICMP echo reply goes to.
fn pinged_address(frame: &[u8]) -> Option<Ipv4Addr> {
    let is_echo =
        frame.get(12..14)? == IPV4 && *frame.get(23)? == ICMP && frame.get(34..36)? == [0, 0];
    address(frame, 30).filter(|_| is_echo)
}

fn query(frame: &[u8]) -> Option<Query> {
    let is_udp = frame.get(12..14)? == IPV4 && frame.get(14)? == &0x45 && frame.get(23)? == &UDP;
    let is_dhcp = frame.get(34..38)? == [0, 68, 0, 67];
    let message = frame.get(42..).filter(|_| is_udp && is_dhcp)?;
    let options = parse_options(message.get(240..)?);
    let (_, kind) = options.iter().find(|(number, _)| *number == 53)?;
    Some(Query {
        at: Instant::now(),
        kind: *kind.first()?,
        transaction: u32::from_be_bytes(message[4..8].try_into().ok()?),
        seconds: u16::from_be_bytes(message[8..10].try_into().ok()?),
        wants_broadcast: message[10] & 0x80 != 0,
        client: address(message, 12)?,
        from: address(frame, 26)?,
        to: address(frame, 30)?,
        mac: message[28..34].try_into().ok()?,
        options,
    })
}

fn parse_options(mut bytes: &[u8]) -> Vec<(u8, Vec<u8>)> {
    let mut options = vec![];
    while let [number @ 1..=254, length, rest @ ..] = bytes {
        let length = usize::from(*length).min(rest.len());
        options.push((*number, rest[..length].to_vec()));
        bytes = &rest[length..];
    }
    options
}
