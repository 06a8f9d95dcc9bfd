//! A DHCP message as bytes: RFC 2131 section 2 (the frame), RFC 2132 (the options), RFC 3396 (long ones).
//! Values are not validated here.

use std::fmt;
use std::net::Ipv4Addr;

pub const SERVER_PORT: u16 = 67;
pub const CLIENT_PORT: u16 = 68;

/// The numbers of the options, RFC 2132 and 3442.
pub mod option {
    pub const PAD: u8 = 0;
    pub const NETMASK: u8 = 1;
    pub const ROUTER: u8 = 3;
    pub const DNS: u8 = 6;
    pub const HOSTNAME: u8 = 12;
    pub const DOMAIN: u8 = 15;
    pub const MTU: u8 = 26;
    pub const REQUESTED_ADDRESS: u8 = 50;
    pub const LEASE_SECONDS: u8 = 51;
    pub const OVERLOAD: u8 = 52;
    pub const MESSAGE_TYPE: u8 = 53;
    pub const SERVER: u8 = 54;
    pub const PARAMETER_LIST: u8 = 55;
    pub const TEXT: u8 = 56;
    pub const LARGEST_MESSAGE: u8 = 57;
    pub const RENEW_SECONDS: u8 = 58;
    pub const REBIND_SECONDS: u8 = 59;
    pub const CLIENT: u8 = 61;
    pub const ROUTES: u8 = 121;
    pub const END: u8 = 255;

    /// The names of those that a server may send.
    pub fn name(number: u8) -> &'static str {
        match number {
            NETMASK => "netmask",
            ROUTER => "router",
            DNS => "name servers",
            HOSTNAME => "host name",
            DOMAIN => "domain",
            MTU => "MTU",
            LEASE_SECONDS => "lease time",
            OVERLOAD => "overload",
            SERVER => "server",
            RENEW_SECONDS => "renewal time",
            REBIND_SECONDS => "rebinding time",
            ROUTES => "classless routes",
            _ => "unknown",
        }
    }
}

/// Ethernet's type of address, and its length (RFC 1700).
const ETHERNET: [u8; 2] = [1, 6];
const COOKIE: [u8; 4] = [99, 130, 83, 99];
/// Offsets in the frame.
const SNAME: usize = 44;
const FILE: usize = 108;
const HEADER: usize = 236;
/// Old relays drop anything shorter than a BOOTP message.
const SHORTEST: usize = 300;
const BROADCAST: u16 = 0x8000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mac(pub [u8; 6]);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageType {
    Discover = 1,
    Offer,
    Request,
    Decline,
    Ack,
    Nak,
    Release,
    Inform,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// From a server, not from a client.
    pub reply: bool,
    pub transaction: u32,
    /// Since the client began its transaction.
    pub seconds: u16,
    /// The client can't be reached by unicast yet.
    pub broadcast: bool,
    /// The client's present address.
    pub client: Ipv4Addr,
    /// The address that the server assigns.
    pub yours: Ipv4Addr,
    pub mac: Mac,
    pub options: Options,
}

/// The options in the order of the message, each number once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options(Vec<(u8, Vec<u8>)>);

/// Why bytes are not a DHCP message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Malformed {
    TooShort(usize),
    BadOperation(u8),
    NotEthernet,
    NoCookie,
    /// An option extends past the end of its field.
    Truncated(u8),
}

impl Message {
    /// # Errors
    /// The bytes are not a DHCP message of an Ethernet client.
    pub fn decode(bytes: &[u8]) -> Result<Message, Malformed> {
        let too_short = Malformed::TooShort(bytes.len());
        let (header, rest) = bytes.split_first_chunk::<HEADER>().ok_or(too_short)?;
        let (cookie, options) = rest.split_first_chunk().ok_or(too_short)?;
        let field = |at: usize| [header[at], header[at + 1], header[at + 2], header[at + 3]];
        let reply = match header[0] {
            1 => false,
            2 => true,
            other => return Err(Malformed::BadOperation(other)),
        };
        if header[1..3] != ETHERNET {
            return Err(Malformed::NotEthernet);
        }
        if *cookie != COOKIE {
            return Err(Malformed::NoCookie);
        }
        Ok(Message {
            reply,
            transaction: u32::from_be_bytes(field(4)),
            seconds: u16::from_be_bytes([header[8], header[9]]),
            broadcast: u16::from_be_bytes([header[10], header[11]]) & BROADCAST != 0,
            client: field(12).into(),
            yours: field(16).into(),
            mac: Mac([28, 29, 30, 31, 32, 33].map(|at| header[at])),
            options: Options::decode(options, &header[FILE..], &header[SNAME..FILE])?,
        })
    }

    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(512);
        bytes.push(if self.reply { 2 } else { 1 });
        bytes.extend(ETHERNET);
        bytes.push(0); // relays on the way
        bytes.extend(self.transaction.to_be_bytes());
        bytes.extend(self.seconds.to_be_bytes());
        bytes.extend(if self.broadcast { BROADCAST } else { 0 }.to_be_bytes());
        bytes.extend(self.client.octets());
        bytes.extend(self.yours.octets());
        bytes.extend([0; 8]); // next server, relay
        bytes.extend(self.mac.0);
        bytes.resize(HEADER, 0);
        bytes.extend(COOKIE);
        self.options.encode(&mut bytes);
        bytes.resize(bytes.len().max(SHORTEST), 0);
        bytes
    }

    pub fn message_type(&self) -> Option<MessageType> {
        let [number] = *self.options.get(option::MESSAGE_TYPE)? else {
            return None;
        };
        [
            MessageType::Discover,
            MessageType::Offer,
            MessageType::Request,
            MessageType::Decline,
            MessageType::Ack,
            MessageType::Nak,
            MessageType::Release,
            MessageType::Inform,
        ]
        .into_iter()
        .find(|it| *it as u8 == number)
    }
}

/// The client that the message is for, readable even if the rest is not.
pub fn addressee(bytes: &[u8]) -> Option<Mac> {
    bytes.get(28..)?.first_chunk().copied().map(Mac)
}

impl Options {
    /// The field of the options, then `file` and `sname` if the option OVERLOAD says that these hold
    /// some too: it remains an option of its own only if it is malformed. The parts of an option that occurs more than
    /// once are joined (RFC 3396).
    fn decode(field: &[u8], file: &[u8], sname: &[u8]) -> Result<Options, Malformed> {
        let mut options = Options::default();
        options.decode_field(field)?;
        if let Some(&[overload @ 1..=3]) = options.get(option::OVERLOAD) {
            if overload & 1 != 0 {
                options.decode_field(file)?;
            }
            if overload & 2 != 0 {
                options.decode_field(sname)?;
            }
            options.0.retain(|(number, _)| *number != option::OVERLOAD);
        }
        Ok(options)
    }

    fn decode_field(&mut self, mut field: &[u8]) -> Result<(), Malformed> {
        while let Some((&number, rest)) = field.split_first() {
            field = match number {
                option::PAD => rest,
                option::END => return Ok(()),
                _ => {
                    let (value, rest) = rest
                        .split_first()
                        .and_then(|(&length, rest)| rest.split_at_checked(length.into()))
                        .ok_or(Malformed::Truncated(number))?;
                    self.append(number, value);
                    rest
                }
            };
        }
        // some servers omit the end
        Ok(())
    }

    fn append(&mut self, number: u8, value: &[u8]) {
        match self.0.iter_mut().find(|(other, _)| *other == number) {
            Some((_, begun)) => begun.extend(value),
            None => self.0.push((number, value.to_owned())),
        }
    }

    fn encode(&self, bytes: &mut Vec<u8>) {
        for (number, value) in &self.0 {
            let mut rest = value.as_slice();
            loop {
                let (part, more) = rest.split_at(rest.len().min(255));
                bytes.extend([*number, part.len() as u8]);
                bytes.extend(part);
                rest = more;
                if rest.is_empty() {
                    break;
                }
            }
        }
        bytes.push(option::END);
    }

    /// Add an option other than PAD, OVERLOAD and END.
    pub fn with(mut self, number: u8, value: &[u8]) -> Options {
        self.append(number, value);
        self
    }

    #[cfg(test)]
    pub fn without(mut self, number: u8) -> Options {
        self.0.retain(|(other, _)| *other != number);
        self
    }

    pub fn get(&self, number: u8) -> Option<&[u8]> {
        self.0
            .iter()
            .find(|(other, _)| *other == number)
            .map(|(_, value)| value.as_slice())
    }

    /// An option of exactly four bytes.
    pub fn number(&self, number: u8) -> Option<u32> {
        self.get(number)?.try_into().map(u32::from_be_bytes).ok()
    }

    /// An option of exactly four bytes.
    pub fn address(&self, number: u8) -> Option<Ipv4Addr> {
        self.number(number).map(Ipv4Addr::from)
    }

    /// As many whole addresses as it contains.
    pub fn addresses(&self, number: u8) -> impl Iterator<Item = Ipv4Addr> {
        self.get(number)
            .unwrap_or_default()
            .chunks_exact(4)
            .filter_map(|address| <[u8; 4]>::try_from(address).ok())
            .map(Ipv4Addr::from)
    }

    /// ASCII, without the zeros that some servers put at its end.
    pub fn text(&self, number: u8) -> Option<&str> {
        let text = std::str::from_utf8(self.get(number)?).ok()?;
        Some(text.trim_end_matches('\0')).filter(|text| text.is_ascii() && !text.is_empty())
    }
}

impl fmt::Display for Mac {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let [a, b, c, d, e, g] = self.0;
        write!(f, "{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{g:02x}")
    }
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Malformed::TooShort(length) => write!(f, "{length} bytes are too short for DHCP"),
            Malformed::BadOperation(number) => write!(f, "operation {number} is unknown"),
            Malformed::NotEthernet => f.write_str("it is not for Ethernet"),
            Malformed::NoCookie => f.write_str("it is BOOTP, not DHCP"),
            Malformed::Truncated(number) => write!(f, "option {number} is truncated"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn offer(options: Options) -> Message {
        Message {
            reply: true,
            transaction: 0x01020304,
            seconds: 5,
            broadcast: true,
            client: Ipv4Addr::UNSPECIFIED,
            yours: Ipv4Addr::new(10, 0, 2, 15),
            mac: Mac([0x52, 0x54, 0, 0x12, 0x34, 0x56]),
            options,
        }
    }

    fn encoded() -> Vec<u8> {
        offer(Options::default().with(option::MESSAGE_TYPE, &[2])).encode()
    }

    /// `encoded`, with other options in its options field.
    fn with_options(options: &[u8]) -> Vec<u8> {
        let mut bytes = encoded();
        bytes.truncate(HEADER + COOKIE.len());
        bytes.extend(options);
        bytes
    }

    #[test]
    fn a_message_is_laid_out_as_the_rfc_draws_it() {
        let bytes = encoded();
        assert_eq!(bytes[..12], [2, 1, 6, 0, 1, 2, 3, 4, 0, 5, 0x80, 0]);
        assert_eq!(bytes[16..20], [10, 0, 2, 15]);
        assert_eq!(bytes[28..34], [0x52, 0x54, 0, 0x12, 0x34, 0x56]);
        assert_eq!(bytes[236..244], [99, 130, 83, 99, 53, 1, 2, 255]);
        assert_eq!(bytes.len(), 300);
    }

    #[test]
    fn an_option_that_extends_past_the_end_is_named() {
        let decoded = Message::decode(&with_options(&[53, 1, 2, 1, 4, 255, 255]));
        assert_eq!(decoded, Err(Malformed::Truncated(1)));
        let decoded = Message::decode(&with_options(&[53, 1, 2, 1]));
        assert_eq!(decoded, Err(Malformed::Truncated(1)));
    }

    #[test]
    fn a_missing_end_and_padding_are_accepted() {
        let decoded = Message::decode(&with_options(&[0, 0, 53, 1, 2, 0])).unwrap();
        assert_eq!(decoded.message_type(), Some(MessageType::Offer));
    }

    #[test]
    fn what_follows_the_end_does_not_count() {
        let decoded = Message::decode(&with_options(&[53, 1, 2, 255, 3, 4, 10, 0, 2, 9])).unwrap();
        assert_eq!(decoded.options.get(option::ROUTER), None);
    }

    #[test]
    fn the_parts_of_an_option_that_was_split_are_joined() {
        let decoded = Message::decode(&with_options(&[3, 2, 10, 0, 53, 1, 2, 3, 2, 2, 9])).unwrap();
        let router = decoded.options.address(option::ROUTER);
        assert_eq!(router, Some(Ipv4Addr::new(10, 0, 2, 9)));
    }

    #[test]
    fn options_are_found_in_the_file_and_sname_fields_where_the_message_says_so() {
        let mut bytes = with_options(&[52, 1, 3, 255]);
        bytes[FILE..FILE + 4].copy_from_slice(&[53, 1, 2, 255]);
        bytes[SNAME..SNAME + 7].copy_from_slice(&[3, 4, 10, 0, 2, 9, 255]);
        let decoded = Message::decode(&bytes).unwrap();
        assert_eq!(decoded.message_type(), Some(MessageType::Offer));
        let router = decoded.options.address(option::ROUTER);
        assert_eq!(router, Some(Ipv4Addr::new(10, 0, 2, 9)));
        bytes[242] = 1;
        assert_eq!(
            Message::decode(&bytes).unwrap().options.get(option::ROUTER),
            None
        );
    }

    #[test]
    fn an_option_in_an_overloaded_field_ends_with_it() {
        let mut bytes = with_options(&[52, 1, 1, 255]);
        bytes[HEADER - 2..HEADER].copy_from_slice(&[3, 4]);
        assert_eq!(Message::decode(&bytes), Err(Malformed::Truncated(3)));
    }

    #[test]
    fn what_is_not_a_dhcp_message_is_refused_with_the_reason() {
        let mut bytes = encoded();
        bytes[0] = 7;
        assert_eq!(Message::decode(&bytes), Err(Malformed::BadOperation(7)));
        bytes[0] = 2;
        bytes[236] = 0;
        assert_eq!(Message::decode(&bytes), Err(Malformed::NoCookie));
        bytes[2] = 16;
        assert_eq!(Message::decode(&bytes), Err(Malformed::NotEthernet));
        assert_eq!(
            Message::decode(&bytes[..239]),
            Err(Malformed::TooShort(239))
        );
    }

    #[test]
    fn an_option_of_the_wrong_length_has_no_value() {
        let options = Options::default()
            .with(option::NETMASK, &[255, 255, 0])
            .with(option::MESSAGE_TYPE, &[2, 2])
            .with(option::DNS, &[1, 2, 3, 4, 5])
            .with(option::DOMAIN, b"\0\0")
            .with(option::HOSTNAME, b"\xff");
        assert_eq!(options.address(option::NETMASK), None);
        assert_eq!(options.addresses(option::DNS).count(), 1);
        assert_eq!(options.text(option::DOMAIN), None);
        assert_eq!(options.text(option::HOSTNAME), None);
        assert_eq!(offer(options).message_type(), None);
    }

    fn any_message() -> impl Strategy<Value = Message> {
        let number = any::<u8>().prop_filter("ours", |number| {
            ![0, option::OVERLOAD, 255].contains(number)
        });
        let value = prop::collection::vec(any::<u8>(), 0..300);
        let options = prop::collection::btree_map(number, value, 0..5);
        let header = any::<(bool, u32, u16, bool, u32, u32, [u8; 6])>();
        (header, options).prop_map(
            |((reply, transaction, seconds, broadcast, client, yours, mac), options)| Message {
                reply,
                transaction,
                seconds,
                broadcast,
                client: client.into(),
                yours: yours.into(),
                mac: Mac(mac),
                options: Options(options.into_iter().collect()),
            },
        )
    }

    proptest! {
        #[test]
        fn every_message_is_decoded_as_it_was_encoded(message in any_message()) {
            prop_assert_eq!(Message::decode(&message.encode()), Ok(message));
        }

        #[test]
        fn any_bytes_are_accepted_or_refused(
            bytes in prop::collection::vec(any::<u8>(), 0..700),
            overload in 0..4u8,
        ) {
            let _ = addressee(&bytes);
            let _ = Message::decode(&bytes);
            // as options of an otherwise sound message, and in the other fields too
            let _ = Message::decode(&with_options(&bytes));
            let mut message = with_options(&[option::OVERLOAD, 1, overload]);
            message.extend(&bytes);
            for (to, from) in message[SNAME..HEADER].iter_mut().zip(&bytes) {
                *to = *from;
            }
            if let Ok(decoded) = Message::decode(&message) {
                prop_assert_eq!(Message::decode(&decoded.encode()), Ok(decoded));
            }
        }

        #[test]
        fn a_message_cut_short_is_never_taken_for_another(message in any_message(), cut in 0..2000usize) {
            let bytes = message.encode();
            if let Ok(decoded) = Message::decode(&bytes[..cut.min(bytes.len())]) {
                prop_assert_eq!(decoded.transaction, message.transaction);
                prop_assert_eq!(decoded.yours, message.yours);
            }
        }
    }
}
