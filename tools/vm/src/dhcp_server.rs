//! A DHCP server that does what a test tells it to, right or wrong, at the other end of a machine's cable.
//!
//! It speaks raw Ethernet through QEMU's `-netdev dgram`: each UDP datagram on this host's loopback is a frame.
//! It shares no code with the client in the machine, so that a misreading of the RFCs does not cancel out.
//! Besides DHCP it answers for the addresses [`SERVER`] and [`ROUTER`], looks at what addresses the machine
//! has, and tells the time, which is always [`TIME`].

use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

pub const SERVER: Ipv4Addr = Ipv4Addr::new(10, 0, 2, 2);
/// Not the one that the server tells of, unless a test does.
pub const ROUTER: Ipv4Addr = Ipv4Addr::new(10, 0, 2, 9);
/// What machines are given, unless a test gives something else.
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
const EVERYBODY: [u8; 6] = [0xff; 6];
const IPV4: [u8; 2] = [8, 0];
const ARP: [u8; 2] = [8, 6];
const ICMP: u8 = 1;
const UDP: u8 = 17;

/// Frames that tests await come within this.
const PATIENCE: Duration = Duration::from_secs(120);
/// Answers to ARP and ICMP come at once, or not: this often, after this pause, they are asked for, because a
/// link that has just come up loses some.
const TRIES: usize = 8;
const PAUSE: Duration = Duration::from_millis(500);

pub struct DhcpServer {
    socket: Arc<UdpSocket>,
    qemu: SocketAddr,
    seen: Arc<(Mutex<Seen>, Condvar)>,
}

#[derive(Default)]
struct Seen {
    questions: Vec<Question>,
    /// The machine's answers to ARP.
    has: Vec<Ipv4Addr>,
    /// The addresses that it says to have without being asked.
    announced: Vec<Ipv4Addr>,
    /// Its answers to ICMP echoes: to whom.
    echoed: Vec<Ipv4Addr>,
}

/// What the machine sent.
#[derive(Debug, Clone)]
pub struct Question {
    pub at: Instant,
    pub kind: u8,
    pub transaction: u32,
    pub seconds: u16,
    pub wants_broadcast: bool,
    /// What the machine says that it has.
    pub client: Ipv4Addr,
    /// From the IP header.
    pub from: Ipv4Addr,
    pub to: Ipv4Addr,
    mac: [u8; 6],
    options: Vec<(u8, Vec<u8>)>,
}

/// What it gets.
#[derive(Debug, Clone)]
pub struct Answer {
    pub operation: u8,
    pub transaction: u32,
    pub yours: Ipv4Addr,
    pub mac: [u8; 6],
    pub cookie: [u8; 4],
    pub sname: Vec<u8>,
    pub file: Vec<u8>,
    /// As they stand, without an end.
    pub options: Vec<u8>,
    pub after: Duration,
    to: Ipv4Addr,
    to_mac: [u8; 6],
}

impl Question {
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

    /// An answer with nothing but what every answer has.
    pub fn answer(&self, kind: u8, yours: Ipv4Addr) -> Answer {
        let (to, to_mac) = if self.client.is_unspecified() || kind == NAK {
            (Ipv4Addr::BROADCAST, EVERYBODY)
        } else {
            (self.client, self.mac)
        };
        Answer {
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

    /// As an honest server answers: an offer, or what was asked for.
    pub fn granted(&self, address: Ipv4Addr, lease: u32) -> Answer {
        let kind = if self.kind == DISCOVER { OFFER } else { ACK };
        self.answer(kind, address)
            .option(54, &SERVER.octets())
            .option(51, &lease.to_be_bytes())
            .option(1, &[255, 255, 255, 0])
            .option(3, &SERVER.octets())
    }

    pub fn refused(&self) -> Answer {
        self.answer(NAK, Ipv4Addr::UNSPECIFIED)
            .option(54, &SERVER.octets())
    }
}

impl Answer {
    pub fn option(mut self, number: u8, value: &[u8]) -> Answer {
        self.options.extend([number, value.len() as u8]);
        self.options.extend(value);
        self
    }

    /// Without this option, wherever it stands.
    pub fn without(mut self, number: u8) -> Answer {
        let options = parse_options(&std::mem::take(&mut self.options));
        options
            .into_iter()
            .filter(|(other, _)| *other != number)
            .fold(self, |answer, (number, value)| {
                answer.option(number, &value)
            })
    }

    /// To the address that it gives, although the machine wants a broadcast: some relays and servers do so.
    pub fn by_unicast(mut self) -> Answer {
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
    /// `behave` is asked what to answer to each question, in the order in which they come.
    pub fn start(mut behave: impl FnMut(&Question) -> Vec<Answer> + Send + 'static) -> DhcpServer {
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
                let mut answers = vec![];
                {
                    let mut seen = seen.0.lock().unwrap();
                    seen.has.extend(arp_answer(frame));
                    seen.announced.extend(arp_announcement(frame));
                    seen.echoed.extend(echo_answer(frame));
                    if let Some(question) = question(frame) {
                        answers = behave(&question);
                        seen.questions.push(question);
                    }
                }
                seen.1.notify_all();
                for answer in answers {
                    if answer.after.is_zero() {
                        let _ = socket.send_to(&answer.frame(), qemu);
                        continue;
                    }
                    let socket = Arc::clone(&socket);
                    std::thread::spawn(move || {
                        std::thread::sleep(answer.after);
                        let _ = socket.send_to(&answer.frame(), qemu);
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

    /// All that the machine asked so far.
    pub fn questions(&self) -> Vec<Question> {
        self.seen.0.lock().unwrap().questions.clone()
    }

    /// Wait for a question, which may have come already.
    pub fn wait_for(&self, what: &str, is_it: impl Fn(&Question) -> bool) -> Question {
        self.wait(PATIENCE, |seen| {
            seen.questions.iter().find(|it| is_it(it)).cloned()
        })
        .unwrap_or_else(|| panic!("{what} did not come, but {:#?}", self.questions()))
    }

    /// Wait until the machine has announced this address.
    pub fn wait_for_announcement(&self, address: Ipv4Addr) {
        self.wait(PATIENCE, |seen| {
            seen.announced.contains(&address).then_some(())
        })
        .unwrap_or_else(|| panic!("{address} was not announced, but {:?}", self.announced()));
    }

    /// All that the machine announced so far.
    pub fn announced(&self) -> Vec<Ipv4Addr> {
        self.seen.0.lock().unwrap().announced.clone()
    }

    /// The machine answers to ARP for this address.
    pub fn finds(&self, address: Ipv4Addr) -> bool {
        self.seen.0.lock().unwrap().has.clear();
        let mut frame = ethernet(EVERYBODY, ARP);
        frame.extend([0, 1, 8, 0, 6, 4, 0, 1]);
        frame.extend(MAC);
        frame.extend(SERVER.octets());
        frame.extend([0; 6]);
        frame.extend(address.octets());
        self.is_answered(&frame, |seen| seen.has.contains(&address))
    }

    /// The machine at `to` finds its way back to one who is `from` somewhere.
    pub fn echoes(&self, from: Ipv4Addr, to: Ipv4Addr) -> bool {
        self.seen.0.lock().unwrap().echoed.clear();
        let mut echo = vec![8, 0, 0, 0, 0, 1, 0, 1];
        let sum = checksum(&echo);
        echo[2..4].copy_from_slice(&sum);
        let mac = self.questions().last().map_or(EVERYBODY, |it| it.mac);
        let frame = ipv4(mac, from, to, ICMP, &echo);
        self.is_answered(&frame, |seen| seen.echoed.contains(&from))
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

    fn wait<T>(&self, patience: Duration, mut look: impl FnMut(&Seen) -> Option<T>) -> Option<T> {
        let deadline = Instant::now() + patience;
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

/// The answer to an ARP question for an address that is here.
fn arp_reply(frame: &[u8]) -> Option<Vec<u8>> {
    let asked = address(frame, 38)?;
    let is_question = frame[12..14] == ARP && frame[20..22] == [0, 1];
    (is_question && [SERVER, ROUTER].contains(&asked)).then(|| {
        let mut reply = ethernet(frame[6..12].try_into().expect("six bytes"), ARP);
        reply.extend([0, 1, 8, 0, 6, 4, 0, 2]);
        reply.extend(MAC);
        reply.extend(asked.octets());
        reply.extend(&frame[22..32]);
        reply
    })
}

/// The answer to a question for the time (RFC 4330).
fn time_reply(frame: &[u8]) -> Option<Vec<u8>> {
    let is_udp = frame.get(12..14)? == IPV4 && frame.get(14)? == &0x45 && frame.get(23)? == &UDP;
    let is_question = frame.get(36..38)? == [0, 123] && frame.get(42)? & 0b111 == 3;
    let sent = frame.get(82..90).filter(|_| is_udp && is_question)?;
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

/// The address that somebody says in an ARP answer to have.
fn arp_answer(frame: &[u8]) -> Option<Ipv4Addr> {
    let is_answer = frame.get(12..14)? == ARP && frame.get(20..22)? == [0, 2];
    address(frame, 28).filter(|_| is_answer)
}

/// The address that somebody announces: an ARP request from it for itself, to everybody (RFC 5227, section 2.3).
fn arp_announcement(frame: &[u8]) -> Option<Ipv4Addr> {
    let is_request = frame.get(12..14)? == ARP && frame.get(20..22)? == [0, 1];
    let (sender, target) = (address(frame, 28)?, address(frame, 38)?);
    let is_announcement = is_request && sender == target && frame[..6] == EVERYBODY;
    is_announcement.then_some(sender)
}

/// To whom an ICMP echo is answered.
fn echo_answer(frame: &[u8]) -> Option<Ipv4Addr> {
    let is_echo =
        frame.get(12..14)? == IPV4 && *frame.get(23)? == ICMP && frame.get(34..36)? == [0, 0];
    address(frame, 30).filter(|_| is_echo)
}

fn question(frame: &[u8]) -> Option<Question> {
    let is_udp = frame.get(12..14)? == IPV4 && frame.get(14)? == &0x45 && frame.get(23)? == &UDP;
    let is_dhcp = frame.get(34..38)? == [0, 68, 0, 67];
    let message = frame.get(42..).filter(|_| is_udp && is_dhcp)?;
    let options = parse_options(message.get(240..)?);
    let (_, kind) = options.iter().find(|(number, _)| *number == 53)?;
    Some(Question {
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
