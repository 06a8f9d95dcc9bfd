//! What the client asks of servers, as RFC 2131 table 4 and section 4.4 want it.

use super::super::packet::{Kind, Message, Options, option};
use super::{Action, Client, Moment, State};
use std::net::Ipv4Addr;

/// An Ethernet frame's worth.
const LARGEST_MESSAGE: u16 = 1472;

pub(super) const WANTED: &[u8] = &[
    // first: its presence makes the router meaningless (RFC 3442)
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
            message: self.question(Kind::Discover),
        }
    }

    /// What is asked for after an offer has to name the same time as what led to it, since relays go by it.
    pub(super) fn count_seconds(&mut self, now: Moment) {
        let seconds = now.saturating_sub(self.began).as_secs();
        self.seconds = u16::try_from(seconds).unwrap_or(u16::MAX);
    }

    /// RFC 2131 table 4: which of these are given tells the server what the client is about.
    pub(super) fn request(
        &self,
        to: Option<Ipv4Addr>,
        requested: Option<Ipv4Addr>,
        server: Option<Ipv4Addr>,
    ) -> Action {
        let mut message = self.question(Kind::Request);
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
            // it has an address and can be reached by it
            message.broadcast = false;
        }
        Action::Send { to, message }
    }

    fn question(&self, kind: Kind) -> Message {
        let mut message = self.message(kind);
        message.seconds = self.seconds;
        message.broadcast = true;
        message.options = message
            .options
            .with(option::LARGEST_MESSAGE, &LARGEST_MESSAGE.to_be_bytes())
            .with(option::WANTED, WANTED);
        if let Some(hostname) = &self.hostname {
            message.options = message.options.with(option::HOSTNAME, hostname.as_bytes());
        }
        message
    }

    pub(super) fn message(&self, kind: Kind) -> Message {
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
                .with(option::KIND, &[kind as u8])
                .with(option::CLIENT, &[1, a, b, c, d, e, f]),
        }
    }
}
