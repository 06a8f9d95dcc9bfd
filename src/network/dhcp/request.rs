//! The client's requests, according to RFC 2131 table 4 and section 4.4.

use super::super::packet::{Message, MessageType, Options, option};
use super::{Action, Client, Moment, State};
use std::net::Ipv4Addr;

/// An Ethernet frame's worth.
const LARGEST_MESSAGE: u16 = 1472;

pub(super) const PARAMETERS: &[u8] = &[
    // first: if it is present the router is ignored (RFC 3442)
    option::ROUTES,
    option::NETMASK,
    option::ROUTER,
    option::DNS,
    option::HOSTNAME,
    option::DOMAIN,
    option::MTU,
    option::RENEW_SECONDS,
    option::REBIND_SECONDS,
];

impl Client {
    pub(super) fn discover(&mut self, now: Moment) -> Action {
        self.count_seconds(now);
        Action::Send {
            to: None,
            message: self.base(MessageType::Discover),
        }
    }

    /// The request for an offer has to contain the same time as the message that led to it: relays go by it.
    pub(super) fn count_seconds(&mut self, now: Moment) {
        let seconds = now.saturating_sub(self.began).as_secs();
        self.seconds = u16::try_from(seconds).unwrap_or(u16::MAX);
    }

    /// RFC 2131 table 4: which of these are present shows the server what the client wants.
    pub(super) fn request(
        &self,
        to: Option<Ipv4Addr>,
        requested: Option<Ipv4Addr>,
        server: Option<Ipv4Addr>,
    ) -> Action {
        let mut message = self.base(MessageType::Request);
        for (number, address) in [
            (option::REQUESTED_ADDRESS, requested),
            (option::SERVER, server),
        ] {
            if let Some(address) = address {
                message.options = message.options.with(number, &address.octets());
            }
        }
        if let (State::Holding(held, _), None) = (&self.state, requested) {
            message.client = held.lease.settings.address;
            // it has an address and can be reached there
            message.broadcast = false;
        }
        Action::Send { to, message }
    }

    fn base(&self, kind: MessageType) -> Message {
        let mut message = self.message(kind);
        message.seconds = self.seconds;
        message.broadcast = true;
        message.options = message
            .options
            .with(option::LARGEST_MESSAGE, &LARGEST_MESSAGE.to_be_bytes())
            .with(option::PARAMETER_LIST, PARAMETERS);
        if let Some(hostname) = &self.hostname {
            message.options = message.options.with(option::HOSTNAME, hostname.as_bytes());
        }
        message
    }

    pub(super) fn message(&self, kind: MessageType) -> Message {
        let [a, b, c, d, e, f] = self.mac.0;
        Message {
            reply: false,
            transaction: self.transaction,
            seconds: 0,
            broadcast: false,
            client: Ipv4Addr::UNSPECIFIED,
            yours: Ipv4Addr::UNSPECIFIED,
            mac: self.mac,
            options: Options::default()
                .with(option::MESSAGE_TYPE, &[kind as u8])
                .with(option::CLIENT, &[1, a, b, c, d, e, f]),
        }
    }
}
