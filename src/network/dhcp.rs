//! The client's side of DHCP as a state machine (RFC 2131 section 4.4): acquire a lease, renew it, rebind it,
//! lose it, never give up. It makes no system call: time, random numbers, messages and the link's state come in as
//! values, and what is to be done goes out as [`Action`]s.

mod request;
#[cfg(test)]
mod tests;

use super::lease::{Lease, Unusable, Unused};
use super::packet::{Mac, Malformed, Message, MessageType, addressee, option};
use std::fmt;
use std::net::Ipv4Addr;
use std::time::Duration;

/// Until a message is sent again: the RFC's 4 s to 64 s, with an earlier first try, because a link that has
/// just come up loses packets. Each is randomly made up to a quarter, at most 1 s, longer or shorter.
const BACK_OFF: [u64; 6] = [1, 4, 8, 16, 32, 64];
/// How often an offer is requested, and confirmation of a lease after the link was down.
const TRIES: usize = 3;
/// Renewal is requested again after half of the time that is left, but not more often than this, or than
/// eight times while the lease lasts.
const RENEWAL_PAUSE: Duration = Duration::from_secs(60);
/// A point in time: how long the machine has been running by CLOCK_BOOTTIME, which nobody can set and which
/// includes time asleep.
pub type Moment = Duration;

pub struct Client {
    mac: Mac,
    /// The machine's name, which is sent to the server.
    hostname: Option<String>,
    link_is_up: bool,
    state: State,
    transaction: u32,
    /// When the current transaction began.
    began: Moment,
    /// How long ago that was, as last sent.
    seconds: u16,
    /// When a request was last sent.
    sent: Moment,
    /// How often a request has been sent.
    tries: usize,
    /// How often an offer was refused when it was requested.
    refusals: usize,
    /// When there is something to do even if nothing happens.
    deadline: Option<Moment>,
}

enum State {
    /// Looking for any server.
    Selecting,
    /// Requesting what was offered.
    Requesting(Lease),
    Holding(Held, Phase),
}

struct Held {
    lease: Lease,
    until: Option<Until>,
}

/// When the times of the lease are reached.
struct Until {
    renew: Moment,
    rebind: Moment,
    expire: Moment,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Bound,
    Renewing,
    Rebinding,
    /// The link was down: is this still the same network? (RFC 2131 section 3.2, INIT-REBOOT)
    Confirming,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    Send {
        /// `None`: broadcast.
        to: Option<Ipv4Addr>,
        message: Message,
    },
    /// Use this lease in place of the one before.
    Use(Lease, Acquisition),
    /// Stop using this lease.
    Drop(Lease, LossCause),
    Ignored(IgnoreReason),
    /// What that server's message contains besides, unless the previous lease had the same.
    Unused(Ipv4Addr, Vec<Unused>),
    /// Nobody has offered anything for this long.
    NoOffer(Duration),
}

/// How a lease was acquired.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Acquisition {
    Initial,
    Renewed,
    Rebound,
    Confirmed,
}

/// Why a lease was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LossCause {
    Expired,
    Refused,
    Released,
}

/// Why a message to this client was ignored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IgnoreReason {
    Malformed(Malformed),
    Unusable(Unusable),
    NotAReply,
    OtherTransaction,
    NoMessageType,
    /// It answers in place of the one that was asked.
    OtherServer(Ipv4Addr),
    /// It is granted in place of the one that was offered.
    OtherAddress(Ipv4Addr),
    /// The lease has expired in transit.
    TooLate,
    /// The server refuses what it has just offered.
    OfferWithdrawn,
}

impl Client {
    /// A client that waits for the link to come up.
    pub fn new(mac: Mac, hostname: Option<String>) -> Client {
        Client {
            mac,
            hostname,
            link_is_up: false,
            state: State::Selecting,
            transaction: 0,
            began: Moment::ZERO,
            seconds: 0,
            sent: Moment::ZERO,
            tries: 0,
            refusals: 0,
            deadline: None,
        }
    }

    /// When [`Client::on_time`] is to be called.
    pub fn deadline(&self) -> Option<Moment> {
        self.deadline
    }

    /// The link came up, or went down.
    pub fn on_link(&mut self, is_up: bool, now: Moment, random: u32) -> Vec<Action> {
        self.link_is_up = is_up;
        match (&mut self.state, is_up) {
            (State::Holding(_, phase), true) => {
                *phase = Phase::Confirming;
                self.begin(now, random);
            }
            (State::Holding(..), false) => {}
            (State::Selecting | State::Requesting(_), _) => self.select(now, random),
        }
        self.on_time(now, random)
    }

    /// Time has passed, perhaps far beyond the deadline.
    pub fn on_time(&mut self, now: Moment, random: u32) -> Vec<Action> {
        if self.deadline.is_none_or(|deadline| now < deadline) {
            return vec![];
        }
        match &mut self.state {
            State::Selecting => {
                let mut actions = vec![self.discover(now)];
                if self.tries > 1 && self.tries.is_power_of_two() {
                    actions.push(Action::NoOffer(now.saturating_sub(self.began)));
                }
                self.sent_at(now, random);
                actions
            }
            State::Requesting(_) if self.tries >= TRIES => {
                self.select(now, random);
                self.on_time(now, random)
            }
            State::Requesting(offer) => {
                let offer = (offer.settings.address, offer.server);
                let request = self.request(None, Some(offer.0), Some(offer.1));
                self.sent_at(now, random);
                vec![request]
            }
            State::Holding(..) => self.hold(now, random),
        }
    }

    /// A lease is held and something is due.
    fn hold(&mut self, now: Moment, random: u32) -> Vec<Action> {
        let State::Holding(held, phase) = &mut self.state else {
            return vec![];
        };
        let (address, server) = (held.lease.settings.address, held.lease.server);
        let reached = |moment: fn(&Until) -> Moment| {
            held.until
                .as_ref()
                .is_some_and(|until| now >= moment(until))
        };
        if reached(|until| until.expire) {
            return self.lose(LossCause::Expired, now, random);
        }
        let due = if reached(|until| until.rebind) {
            Phase::Rebinding
        } else if reached(|until| until.renew) {
            Phase::Renewing
        } else if *phase == Phase::Confirming && self.tries < TRIES {
            Phase::Confirming
        } else {
            Phase::Bound
        };
        if *phase != due {
            *phase = due;
            self.begin(now, random);
        }
        self.count_seconds(now);
        let request = match due {
            Phase::Bound => None,
            Phase::Renewing => Some(self.request(Some(server), None, None)),
            Phase::Rebinding => Some(self.request(None, None, None)),
            Phase::Confirming => Some(self.request(None, Some(address), None)),
        };
        self.sent_at(now, random);
        request.into_iter().collect()
    }

    /// A message arrived on the client's port; `from` is its sender.
    pub fn on_message(
        &mut self,
        bytes: &[u8],
        from: Ipv4Addr,
        now: Moment,
        random: u32,
    ) -> Vec<Action> {
        let mut actions = self.on_time(now, random);
        let is_waiting = !matches!(self.state, State::Holding(_, Phase::Bound));
        // servers broadcast their answers to others, too
        let is_for_other = addressee(bytes).is_some_and(|mac| mac != self.mac);
        if is_waiting && self.link_is_up && !is_for_other {
            actions.extend(match self.read(bytes) {
                Ok((kind, message)) => self.on_reply(kind, &message, from, now, random),
                Err(reason) => vec![Action::Ignored(reason)],
            });
        }
        actions
    }

    fn read(&self, bytes: &[u8]) -> Result<(MessageType, Message), IgnoreReason> {
        let message = Message::decode(bytes).map_err(IgnoreReason::Malformed)?;
        if !message.reply {
            return Err(IgnoreReason::NotAReply);
        }
        if message.transaction != self.transaction {
            return Err(IgnoreReason::OtherTransaction);
        }
        let kind = message.message_type().ok_or(IgnoreReason::NoMessageType)?;
        Ok((kind, message))
    }

    fn on_reply(
        &mut self,
        kind: MessageType,
        message: &Message,
        from: Ipv4Addr,
        now: Moment,
        random: u32,
    ) -> Vec<Action> {
        // the server that we asked, if we asked a particular one
        let asked = match &self.state {
            State::Requesting(lease) => Some(lease.server),
            State::Holding(held, Phase::Renewing) => Some(held.lease.server),
            _ => None,
        };
        let server = Lease::server(message, from);
        let other_server = asked.and_then(|asked| match server {
            None => Some(IgnoreReason::Unusable(Unusable::NoServer)),
            Some(server) => (server != asked).then_some(IgnoreReason::OtherServer(server)),
        });
        let ignored = |reason| vec![Action::Ignored(reason)];
        match (&self.state, kind) {
            (State::Selecting, MessageType::Offer) => match Lease::granted_by(message, from) {
                Ok(offer) => {
                    self.state = State::Requesting(offer);
                    self.tries = 0;
                    self.deadline = Some(now);
                    self.on_time(now, random)
                }
                Err(unusable) => ignored(IgnoreReason::Unusable(unusable)),
            },
            (State::Requesting(_) | State::Holding(..), MessageType::Ack | MessageType::Nak)
                if other_server.is_some() =>
            {
                other_server.map(ignored).unwrap_or_default()
            }
            (State::Requesting(offer), MessageType::Ack) => {
                match Lease::granted_by(message, from) {
                    Ok(lease) if lease.settings.address != offer.settings.address => {
                        ignored(IgnoreReason::OtherAddress(lease.settings.address))
                    }
                    Ok(lease) => self.bind(lease, Acquisition::Initial, now, random),
                    Err(unusable) => ignored(IgnoreReason::Unusable(unusable)),
                }
            }
            (State::Requesting(_), MessageType::Nak) => {
                // a server that goes on like this is asked less and less often
                let pause = back_off(self.refusals, random);
                let refusals = self.refusals.saturating_add(1);
                self.select(now, random);
                self.refusals = refusals;
                self.deadline = Some(now.saturating_add(pause));
                ignored(IgnoreReason::OfferWithdrawn)
            }
            (State::Holding(_, phase), MessageType::Ack) => {
                let acquisition = match phase {
                    Phase::Bound | Phase::Renewing => Acquisition::Renewed,
                    Phase::Rebinding => Acquisition::Rebound,
                    Phase::Confirming => Acquisition::Confirmed,
                };
                match Lease::granted_by(message, from) {
                    Ok(lease) => self.bind(lease, acquisition, now, random),
                    Err(unusable) => ignored(IgnoreReason::Unusable(unusable)),
                }
            }
            (State::Holding(..), MessageType::Nak) => self.lose(LossCause::Refused, now, random),
            // offers of other servers, duplicates
            _ => vec![],
        }
    }

    /// Release the lease. No other is requested until the link comes up the next time.
    pub fn release(&mut self, now: Moment, random: u32) -> Vec<Action> {
        self.link_is_up = false;
        let State::Holding(held, _) = std::mem::replace(&mut self.state, State::Selecting) else {
            self.deadline = None;
            return vec![];
        };
        self.begin(now, random);
        self.deadline = None;
        let mut message = self.message(MessageType::Release);
        message.client = held.lease.settings.address;
        message.options = message
            .options
            .with(option::SERVER, &held.lease.server.octets());
        let to = Some(held.lease.server);
        vec![
            Action::Send { to, message },
            Action::Drop(held.lease, LossCause::Released),
        ]
    }

    fn bind(
        &mut self,
        lease: Lease,
        acquisition: Acquisition,
        now: Moment,
        random: u32,
    ) -> Vec<Action> {
        // from the request on, since the server may count from there
        let from = self.sent;
        let until = lease.times.map(|times| Until {
            // machines that were started together don't renew together
            renew: from.saturating_add(times.renew - part(times.renew / 16, random)),
            rebind: from.saturating_add(times.rebind),
            expire: from.saturating_add(times.expire),
        });
        if until.as_ref().is_some_and(|until| now >= until.expire) {
            return vec![Action::Ignored(IgnoreReason::TooLate)];
        }
        self.deadline = until.as_ref().map(|until| until.renew);
        self.refusals = 0;
        let known = match &self.state {
            State::Holding(held, _) => held.lease.unused.as_slice(),
            _ => &[],
        };
        let mut actions = vec![];
        if lease.unused != known {
            actions.push(Action::Unused(lease.server, lease.unused.clone()));
        }
        let held = Held {
            lease: lease.clone(),
            until,
        };
        self.state = State::Holding(held, Phase::Bound);
        actions.push(Action::Use(lease, acquisition));
        actions
    }

    fn lose(&mut self, cause: LossCause, now: Moment, random: u32) -> Vec<Action> {
        let mut actions = vec![];
        let state = std::mem::replace(&mut self.state, State::Selecting);
        if let State::Holding(held, _) = state {
            actions.push(Action::Drop(held.lease, cause));
        }
        self.select(now, random);
        actions.extend(self.on_time(now, random));
        actions
    }

    /// Start over, now or when the link comes up.
    fn select(&mut self, now: Moment, random: u32) {
        self.state = State::Selecting;
        self.begin(now, random);
        if !self.link_is_up {
            self.deadline = None;
        }
    }

    /// Begin a transaction, at once.
    fn begin(&mut self, now: Moment, random: u32) {
        self.transaction = random;
        self.began = now;
        self.tries = 0;
        self.deadline = Some(now);
    }

    /// A request was sent: set the time of the next one.
    fn sent_at(&mut self, now: Moment, random: u32) {
        let again = now.saturating_add(back_off(self.tries, random));
        self.sent = now;
        self.tries = self.tries.saturating_add(1);
        self.deadline = match &self.state {
            State::Selecting | State::Requesting(_) => Some(again),
            State::Holding(held, phase) => {
                let before = |next: Moment, until: &Until| {
                    let least = until.expire.saturating_sub(until.renew) / 8;
                    let pause = (next.saturating_sub(now) / 2).max(least.min(RENEWAL_PAUSE));
                    now.saturating_add(pause.max(Duration::from_secs(1)))
                        .min(next)
                };
                match (phase, &held.until) {
                    (Phase::Confirming, None) => Some(again),
                    (Phase::Confirming, Some(until)) => Some(again.min(until.renew)),
                    (_, None) => None,
                    (Phase::Bound, Some(until)) => Some(until.renew),
                    (Phase::Renewing, Some(until)) => Some(before(until.rebind, until)),
                    (Phase::Rebinding, Some(until)) => Some(before(until.expire, until)),
                }
            }
        };
    }
}

fn back_off(tries: usize, random: u32) -> Duration {
    let seconds = BACK_OFF.get(tries).or(BACK_OFF.last()).unwrap_or(&64);
    let pause = Duration::from_secs(*seconds);
    let jitter = (pause / 4).min(Duration::from_secs(1));
    pause - jitter + part(jitter * 2, random)
}

/// A random part of it.
fn part(of: Duration, random: u32) -> Duration {
    of / 256 * (random >> 24)
}

impl fmt::Display for IgnoreReason {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            IgnoreReason::Malformed(malformed) => malformed.fmt(f),
            IgnoreReason::Unusable(unusable) => unusable.fmt(f),
            IgnoreReason::NotAReply => f.write_str("it is a client's request"),
            IgnoreReason::OtherTransaction => f.write_str("it answers another request"),
            IgnoreReason::NoMessageType => f.write_str("it has no message type"),
            IgnoreReason::OtherServer(server) => write!(f, "{server} was not asked"),
            IgnoreReason::OtherAddress(address) => write!(f, "{address} is not what was offered"),
            IgnoreReason::TooLate => f.write_str("the lease has expired in transit"),
            IgnoreReason::OfferWithdrawn => f.write_str("the server withdrew its offer (NAK)"),
        }
    }
}
