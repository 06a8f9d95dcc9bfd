//! The options of a server's message, read so that none of them is dropped silently: what can be used is
//! returned, and what can't is noted with the problem, at most once for each option.

use super::super::packet::{Options, option};
use super::super::settings::{Route, mask};
use super::{is_edge, may_be_host};
use std::fmt;
use std::net::Ipv4Addr;

/// As many as resolv.conf(5) allows.
const MOST_DNS_SERVERS: usize = 3;
const MOST_ROUTES: usize = 64;
/// The kernel's limit for the machine's name (sethostname(2)).
const LONGEST_HOSTNAME: usize = 64;
/// How much of an unusable name is shown.
const SHOWN: usize = 64;

/// An option that is not used, or not as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unused {
    option: u8,
    problem: Problem,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Problem {
    Malformed,
    /// Only what precedes the mistake is used.
    Partly,
    /// This one of its addresses can't be another host's.
    Address(Ipv4Addr),
    /// What it contains, escaped, and what is used of it.
    Name(String, Option<String>),
    OutOfRange(u32),
    /// Only this many are used.
    TooMany(usize),
}

pub(super) struct Reader<'a> {
    options: &'a Options,
    unused: Vec<Unused>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(options: &'a Options) -> Reader<'a> {
        let mut reader = Reader {
            options,
            unused: vec![],
        };
        // a valid one was handled when the message was decoded
        if options.get(option::OVERLOAD).is_some() {
            reader.note(option::OVERLOAD, Problem::Malformed);
        }
        reader
    }

    pub(super) fn unused(self) -> Vec<Unused> {
        self.unused
    }

    fn note(&mut self, option: u8, problem: Problem) {
        self.unused.push(Unused { option, problem });
    }

    /// An option of exactly this many bytes.
    fn exactly<const LENGTH: usize>(&mut self, option: u8) -> Option<[u8; LENGTH]> {
        let bytes = self.options.get(option)?.try_into().ok();
        if bytes.is_none() {
            self.note(option, Problem::Malformed);
        }
        bytes
    }

    pub(super) fn address(&mut self, option: u8) -> Option<Ipv4Addr> {
        self.exactly(option)
            .map(u32::from_be_bytes)
            .map(Ipv4Addr::from)
    }

    pub(super) fn host(&mut self, option: u8) -> Option<Ipv4Addr> {
        let address = self.address(option)?;
        let can_be = may_be_host(address);
        if !can_be {
            self.note(option, Problem::Address(address));
        }
        can_be.then_some(address)
    }

    pub(super) fn number(&mut self, option: u8, fits: impl Fn(u32) -> bool) -> Option<u32> {
        let number = self.exactly(option).map(u32::from_be_bytes)?;
        self.fitting(option, number, fits)
    }

    pub(super) fn short_number(&mut self, option: u8, fits: impl Fn(u16) -> bool) -> Option<u16> {
        let number = self.exactly(option).map(u16::from_be_bytes)?;
        self.fitting(option, number, fits)
    }

    fn fitting<N: Copy + Into<u32>>(
        &mut self,
        option: u8,
        number: N,
        fits: impl Fn(N) -> bool,
    ) -> Option<N> {
        let fits = fits(number);
        if !fits {
            self.note(option, Problem::OutOfRange(number.into()));
        }
        fits.then_some(number)
    }

    /// The addresses of a list that can be used.
    fn hosts(&mut self, option: u8, can_be: impl Fn(Ipv4Addr) -> bool) -> Vec<Ipv4Addr> {
        let length = self.options.get(option).map(<[u8]>::len);
        let (hosts, others): (Vec<_>, Vec<_>) = self
            .options
            .addresses(option)
            .partition(|address| can_be(*address));
        if let Some(address) = others.first() {
            self.note(option, Problem::Address(*address));
        } else if length.is_some_and(|length| length == 0 || length % 4 != 0) {
            self.note(option, Problem::Partly);
        }
        hosts
    }

    pub(super) fn dns(&mut self) -> Vec<Ipv4Addr> {
        let mut servers = self.hosts(option::DNS, may_be_host);
        if servers.len() > MOST_DNS_SERVERS {
            servers.truncate(MOST_DNS_SERVERS);
            self.note(option::DNS, Problem::TooMany(MOST_DNS_SERVERS));
        }
        servers
    }

    /// The classless routes take the place of the router (RFC 3442), unless there is something wrong with them:
    /// then the default route may be missing.
    pub(super) fn routes(&mut self, address: Ipv4Addr, prefix: u8) -> Vec<Route> {
        let is_neighbour =
            |other: Ipv4Addr| (other.to_bits() ^ address.to_bits()) & mask(prefix) == 0;
        let can_be = |other: Ipv4Addr| {
            let is_edge = is_neighbour(other) && is_edge(other, prefix);
            may_be_host(other) && other != address && !is_edge
        };
        let given = self.options.get(option::ROUTES);
        let (mut routes, mistake) =
            given.map_or((vec![], None), |given| classless_routes(given, can_be));
        let is_complete = given.is_some() && mistake.is_none();
        if let Some(mistake) = mistake {
            self.note(option::ROUTES, mistake);
        }
        if !is_complete && !routes.iter().any(|route| route.prefix == 0) {
            let router = self.hosts(option::ROUTER, can_be).first().copied();
            routes.extend(router.map(Route::by_default));
        }
        routes
    }

    /// The machine's name, or its first label if only that is usable.
    pub(super) fn hostname(&mut self) -> Option<String> {
        let fits = |name: &str| name.len() <= LONGEST_HOSTNAME;
        self.name(option::HOSTNAME, fits, |name| name.split('.').next())
    }

    pub(super) fn domain(&mut self) -> Option<String> {
        self.name(option::DOMAIN, |_| true, |_| None)
    }

    fn name(
        &mut self,
        option: u8,
        fits: impl Fn(&str) -> bool,
        part: impl Fn(&str) -> Option<&str>,
    ) -> Option<String> {
        let bytes = self.options.get(option)?;
        let text = self.options.text(option).unwrap_or_default();
        // a dot at the end means that the name is complete
        let name = text.strip_suffix('.').unwrap_or(text);
        if is_name(name) && fits(name) {
            return Some(name.to_owned());
        }
        let part = part(name).filter(|part| is_name(part)).map(str::to_owned);
        let shown = bytes.get(..SHOWN).unwrap_or(bytes).escape_ascii();
        self.note(option, Problem::Name(shown.to_string(), part.clone()));
        part
    }
}

/// What is usable of the option, and the first mistake in it.
fn classless_routes(
    mut bytes: &[u8],
    can_be: impl Fn(Ipv4Addr) -> bool,
) -> (Vec<Route>, Option<Problem>) {
    let mut routes = vec![];
    let mut mistake = bytes.is_empty().then_some(Problem::Malformed);
    while !bytes.is_empty() {
        let Some((route, rest)) = classless_route(bytes) else {
            mistake.get_or_insert(Problem::Partly);
            break;
        };
        bytes = rest;
        if !route.via.is_unspecified() && !can_be(route.via) {
            mistake.get_or_insert(Problem::Address(route.via));
        } else if routes.len() == MOST_ROUTES {
            mistake.get_or_insert(Problem::TooMany(MOST_ROUTES));
        } else {
            routes.push(route);
        }
    }
    (routes, mistake)
}

/// RFC 3442: the prefix, as many bytes of the destination as it covers, the gateway. Nothing can be read after a
/// malformed route.
fn classless_route(bytes: &[u8]) -> Option<(Route, &[u8])> {
    let (&prefix, rest) = bytes.split_first()?;
    let length = prefix.div_ceil(8).into();
    let mut to = [0; 4];
    let (destination, rest) = rest.split_at_checked(length)?;
    to.get_mut(..length)?.copy_from_slice(destination);
    let (via, rest) = rest.split_first_chunk::<4>()?;
    let route = Route {
        to: (u32::from_be_bytes(to) & mask(prefix)).into(),
        prefix,
        via: (*via).into(),
    };
    Some((route, rest))
}

/// Labels of letters, digits and hyphens, separated by dots (RFC 1123 section 2.1), and underscores,
/// which no RFC allows in host names but people use.
fn is_name(name: &str) -> bool {
    name.len() <= 253
        && name.split('.').all(|label| {
            (1..=63).contains(&label.len())
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
        })
}

/// `option 12 (host name): 'my vm' can't be a name, not used`
impl fmt::Display for Unused {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(
            f,
            "option {} ({}): ",
            self.option,
            option::name(self.option)
        )?;
        match &self.problem {
            Problem::Malformed => f.write_str("malformed, not used"),
            Problem::Partly => f.write_str("malformed, used as far as it can be read"),
            Problem::Address(address) => write!(f, "{address} can't be another host's, not used"),
            Problem::Name(shown, None) => write!(f, "'{shown}' can't be a name, not used"),
            Problem::Name(shown, Some(used)) => {
                write!(f, "'{shown}' can't be the machine's name, '{used}' is used")
            }
            Problem::OutOfRange(number) => write!(f, "{number} is out of range, not used"),
            Problem::TooMany(most) => write!(f, "only the first {most} are used"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_what_servers_give_to_hosts() {
        for name in ["a", "web-1.example.org", "3com.com", "my_vm", "_ldap._tcp"] {
            assert!(is_name(name), "{name}");
        }
        let long = "a".repeat(64);
        for name in ["", ".", "a..b", "-a", "a-", "a b", "a/b", "é", &long] {
            assert!(!is_name(name), "{name}");
        }
    }
}
