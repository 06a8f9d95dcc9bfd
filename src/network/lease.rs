//! What a DHCP server's message grants, if that is usable: servers make mistakes, or lie.

mod reader;

pub use reader::Unused;

use super::packet::{Message, option};
use super::settings::{Settings, mask};
use reader::Reader;
use std::fmt;
use std::net::Ipv4Addr;
use std::time::Duration;

/// A shorter one would have to be renewed all the time. Zero is shorter.
const SHORTEST: u32 = 5;
/// If the server gives no time; others assume the same.
const ASSUMED: u32 = 3600;
/// RFC 2131 section 3.3.
const FOREVER: u32 = u32::MAX;
/// What every host accepts (RFC 1122 section 3.3.3). The legal minimum of 68 would choke every program.
const SMALLEST_MTU: u16 = 576;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    pub server: Ipv4Addr,
    pub settings: Settings,
    /// `None`: forever.
    pub times: Option<Times>,
    /// What else the message contains.
    pub unused: Vec<Unused>,
}

/// Counted from the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Times {
    /// T1: ask the same server again.
    pub renew: Duration,
    /// T2: ask any server.
    pub rebind: Duration,
    /// From here on the address may be somebody else's.
    pub expire: Duration,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unusable {
    NoServer,
    /// This can't be a host's address.
    Address(Ipv4Addr),
    Netmask(Ipv4Addr),
    /// Seconds.
    TooShort(u32),
}

impl Lease {
    /// The server that a message is from: the one that it names, or else its sender.
    pub fn server(message: &Message, from: Ipv4Addr) -> Option<Ipv4Addr> {
        server(&mut Reader::new(&message.options), from)
    }

    /// # Errors
    /// Something essential is missing or invalid. What is invalid and not essential is left out and noted.
    pub fn granted_by(message: &Message, from: Ipv4Addr) -> Result<Lease, Unusable> {
        let mut reader = Reader::new(&message.options);
        let server = server(&mut reader, from).ok_or(Unusable::NoServer)?;
        let address = message.yours;
        if !may_be_host(address) {
            return Err(Unusable::Address(address));
        }
        let prefix = match reader.address(option::NETMASK) {
            Some(netmask) => prefix(netmask)
                // the kernel makes no route for a network 0.x
                .filter(|prefix| (address.to_bits() & mask(*prefix)) >> 24 != 0)
                .ok_or(Unusable::Netmask(netmask))?,
            None => classful_prefix(address),
        };
        if is_edge(address, prefix) {
            return Err(Unusable::Address(address));
        }
        let settings = Settings {
            address,
            prefix,
            routes: reader.routes(address, prefix),
            dns: reader.dns(),
            domain: reader.domain(),
            hostname: reader.hostname(),
            mtu: reader.short_number(option::MTU, |mtu| mtu >= SMALLEST_MTU),
        };
        Ok(Lease {
            server,
            settings,
            times: times(&mut reader)?,
            unused: reader.unused(),
        })
    }
}

fn server(reader: &mut Reader, from: Ipv4Addr) -> Option<Ipv4Addr> {
    let sender = Some(from).filter(|from| may_be_host(*from));
    reader.host(option::SERVER).or(sender)
}

/// T1 and T2 of the message if they are valid, else the RFC's: 1/2 and 7/8 of the lease.
fn times(reader: &mut Reader) -> Result<Option<Times>, Unusable> {
    let seconds = match reader
        .number(option::LEASE_SECONDS, |_| true)
        .unwrap_or(ASSUMED)
    {
        FOREVER => return Ok(None),
        seconds if seconds < SHORTEST => return Err(Unusable::TooShort(seconds)),
        seconds => seconds,
    };
    let expire = Duration::from_secs(seconds.into());
    let rebind = reader.number(option::REBIND_SECONDS, |it| (2..seconds).contains(&it));
    let before_rebind = rebind.map_or(seconds, |rebind| rebind.saturating_add(1));
    let renew = reader.number(option::RENEW_SECONDS, |it| (2..before_rebind).contains(&it));
    let or =
        |given: Option<u32>, assumed| given.map_or(assumed, |it| Duration::from_secs(it.into()));
    let rebind = or(rebind, expire / 8 * 7);
    Ok(Some(Times {
        renew: or(renew, expire / 2).min(rebind),
        rebind,
        expire,
    }))
}

/// Not this network (0/8), not loopback, not multicast, not reserved, not broadcast.
fn may_be_host(address: Ipv4Addr) -> bool {
    !matches!(address.octets()[0], 0 | 127 | 224..)
}

/// The network's own address, or its broadcast address. Networks of one or two hosts have neither.
fn is_edge(address: Ipv4Addr, prefix: u8) -> bool {
    let host_bits = !mask(prefix);
    let host = address.to_bits() & host_bits;
    prefix < 31 && (host == 0 || host == host_bits)
}

fn prefix(netmask: Ipv4Addr) -> Option<u8> {
    let ones = netmask.to_bits().leading_ones() as u8;
    (ones > 0 && mask(ones) == netmask.to_bits()).then_some(ones)
}

fn classful_prefix(address: Ipv4Addr) -> u8 {
    match address.octets()[0] {
        0..=127 => 8,
        128..=191 => 16,
        _ => 24,
    }
}

impl fmt::Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Unusable::NoServer => f.write_str("it does not name its server"),
            Unusable::Address(address) => write!(f, "{address} can't be a host's address"),
            Unusable::Netmask(netmask) => write!(f, "{netmask} is not a netmask"),
            Unusable::TooShort(seconds) => write!(f, "a lease of {seconds} s is too short"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::packet::{Mac, Options};
    use super::super::settings::Route;
    use super::*;
    use proptest::prelude::*;

    const FROM: Ipv4Addr = Ipv4Addr::new(10, 0, 2, 9);

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn message(address: [u8; 4], options: &[(u8, &[u8])]) -> Message {
        let sound = Options::default().with(option::SERVER, &[10, 0, 2, 2]);
        Message {
            reply: true,
            transaction: 1,
            seconds: 0,
            broadcast: false,
            client: Ipv4Addr::UNSPECIFIED,
            yours: address.into(),
            mac: Mac([0; 6]),
            options: options.iter().fold(sound, |options, (number, value)| {
                options.with(*number, value)
            }),
        }
    }

    fn lease(options: &[(u8, &[u8])]) -> Lease {
        let netmask: (u8, &[u8]) = (option::NETMASK, &[255, 255, 255, 0]);
        let options: Vec<_> = options.iter().copied().chain([netmask]).collect();
        Lease::granted_by(&message([10, 0, 2, 15], &options), FROM).unwrap()
    }

    fn noted(options: &[(u8, &[u8])]) -> Vec<String> {
        lease(options)
            .unused
            .iter()
            .map(Unused::to_string)
            .collect()
    }

    fn refused(address: [u8; 4], options: &[(u8, &[u8])]) -> String {
        Lease::granted_by(&message(address, options), FROM)
            .unwrap_err()
            .to_string()
    }

    fn times_of(lease_seconds: u32, renew: u32, rebind: u32) -> Times {
        lease(&[
            (option::LEASE_SECONDS, &lease_seconds.to_be_bytes()),
            (option::RENEW_SECONDS, &renew.to_be_bytes()),
            (option::REBIND_SECONDS, &rebind.to_be_bytes()),
        ])
        .times
        .unwrap()
    }

    #[test]
    fn everything_that_a_server_sends_is_used() {
        let lease = lease(&[
            (option::ROUTER, &[10, 0, 2, 2, 10, 0, 2, 9]),
            (option::DNS, &[10, 0, 2, 3, 9, 9, 9, 9]),
            (option::DOMAIN, b"example.org\0"),
            (option::HOSTNAME, b"web-1"),
            (option::MTU, &[5, 120]),
            (option::LEASE_SECONDS, &[0, 0, 14, 16]),
        ]);
        assert_eq!(lease.server, Ipv4Addr::new(10, 0, 2, 2));
        assert_eq!(lease.settings.to_string(), "10.0.2.15/24");
        assert_eq!(lease.settings.gateway(), Some([10, 0, 2, 2].into()));
        assert_eq!(
            lease.settings.dns,
            [Ipv4Addr::new(10, 0, 2, 3), [9, 9, 9, 9].into()]
        );
        assert_eq!(lease.settings.domain.as_deref(), Some("example.org"));
        assert_eq!(lease.settings.hostname.as_deref(), Some("web-1"));
        assert_eq!(lease.settings.mtu, Some(1400));
        let times = lease.times.unwrap();
        assert_eq!(
            (times.renew, times.rebind, times.expire),
            (seconds(1800), seconds(3150), seconds(3600))
        );
    }

    #[test]
    fn an_address_that_no_host_can_have_is_refused() {
        let mask: (u8, &[u8]) = (option::NETMASK, &[255, 255, 255, 0]);
        for address in [
            [0, 0, 0, 0],
            [0, 1, 2, 3],
            [127, 0, 0, 1],
            [224, 0, 0, 1],
            [240, 0, 0, 1],
            [255, 255, 255, 255],
            [10, 0, 2, 0],
            [10, 0, 2, 255],
        ] {
            let reason = refused(address, &[mask]);
            assert!(reason.ends_with("can't be a host's address"), "{reason}");
        }
    }

    #[test]
    fn a_network_of_one_or_two_hosts_has_no_broadcast_address() {
        for last in [254, 255] {
            let netmask: (u8, &[u8]) = (option::NETMASK, &[255, 255, 255, last]);
            assert!(Lease::granted_by(&message([10, 0, 2, 255], &[netmask]), FROM).is_ok());
        }
    }

    #[test]
    fn a_netmask_with_holes_or_of_nothing_is_refused() {
        for netmask in [
            [255, 0, 255, 0],
            [0, 0, 0, 0],
            [0, 0, 0, 255],
            [128, 0, 0, 0],
        ] {
            let reason = refused([10, 0, 2, 15], &[(option::NETMASK, &netmask)]);
            assert!(reason.ends_with("is not a netmask"), "{reason}");
        }
    }

    #[test]
    fn without_a_netmask_it_is_that_of_the_class() {
        let lease = Lease::granted_by(&message([172, 16, 0, 9], &[]), FROM).unwrap();
        assert_eq!(lease.settings.prefix, 16);
    }

    #[test]
    fn a_server_that_does_not_say_which_it_is_is_the_one_that_sent_the_message() {
        let mut nobody = message([10, 0, 2, 15], &[]);
        for (given, noted) in [
            (None, &[][..]),
            (
                Some(&[10, 0, 2][..]),
                &["option 54 (server): malformed, not used"],
            ),
            (
                Some(&[255; 4]),
                &["option 54 (server): 255.255.255.255 can't be another host's, not used"],
            ),
        ] {
            nobody.options = Options::default();
            if let Some(given) = given {
                nobody.options = nobody.options.with(option::SERVER, given);
            }
            let lease = Lease::granted_by(&nobody, FROM).unwrap();
            assert_eq!(lease.server, FROM);
            let lines: Vec<String> = lease.unused.iter().map(Unused::to_string).collect();
            assert_eq!(lines, noted);
            let from = Ipv4Addr::UNSPECIFIED;
            assert_eq!(Lease::granted_by(&nobody, from), Err(Unusable::NoServer));
        }
    }

    #[test]
    fn a_lease_of_no_time_is_refused_and_one_forever_has_no_times() {
        assert_eq!(
            refused([10, 0, 2, 15], &[(option::LEASE_SECONDS, &[0; 4])]),
            "a lease of 0 s is too short"
        );
        assert_eq!(lease(&[(option::LEASE_SECONDS, &[255; 4])]).times, None);
        // as good as forever, but not quite
        assert!(
            lease(&[(option::LEASE_SECONDS, &[255, 255, 255, 254])])
                .times
                .is_some()
        );
        assert_eq!(lease(&[]).times.unwrap().expire, seconds(3600));
    }

    #[test]
    fn times_that_make_no_sense_are_replaced() {
        let times = |renew, rebind| {
            let times = times_of(800, renew, rebind);
            (times.renew.as_secs(), times.rebind.as_secs())
        };
        assert_eq!(times(300, 600), (300, 600));
        assert_eq!(times(0, 0), (400, 700));
        assert_eq!(times(800, 900), (400, 700));
        assert_eq!(times(600, 300), (300, 300));
        assert_eq!(times(u32::MAX, u32::MAX), (400, 700));
    }

    #[test]
    fn classless_routes_take_the_place_of_the_router() {
        let settings = lease(&[
            (option::ROUTER, &[10, 0, 2, 2]),
            (
                option::ROUTES,
                &[
                    0, 10, 0, 2, 9, // default
                    24, 192, 0, 2, 0, 0, 0, 0, // on the link
                    20, 198, 51, 111, 10, 0, 2, 8, // host bits set
                    33, 1, 2, 3, 4, 5, // nonsense, and the rest with it
                    8, 20, 10, 0, 2, 2,
                ],
            ),
        ])
        .settings;
        assert_eq!(settings.gateway(), Some([10, 0, 2, 9].into()));
        let shown: Vec<String> = settings.routes.iter().map(Route::to_string).collect();
        assert_eq!(
            shown,
            [
                "default via 10.0.2.9",
                "192.0.2.0/24",
                "198.51.96.0/20 via 10.0.2.8"
            ]
        );
    }

    #[test]
    fn where_the_classless_routes_can_not_be_read_the_router_counts() {
        let router: (u8, &[u8]) = (option::ROUTER, &[10, 0, 2, 2]);
        for routes in [
            &[][..],
            &[0],
            &[0, 10, 0, 2],
            &[33, 10, 0, 2, 9, 10, 0, 2, 9],
            // one that can be read, and is not the default route
            &[24, 192, 0, 2, 10, 0, 2, 9, 0, 10, 0, 2],
            &[24, 192, 0, 2, 10, 0, 2, 9, 33],
            // a default route through this machine itself, or through all that there are
            &[0, 10, 0, 2, 15],
            &[0, 10, 0, 2, 255],
        ] {
            let settings = lease(&[router, (option::ROUTES, routes)]).settings;
            assert_eq!(settings.gateway(), Some([10, 0, 2, 2].into()), "{routes:?}");
        }
        let settings = lease(&[
            router,
            (option::ROUTES, &[24, 192, 0, 2, 10, 0, 2, 9, 0, 10]),
        ])
        .settings;
        assert_eq!(settings.routes.len(), 2);
        // complete: a missing default route is intended
        let settings = lease(&[router, (option::ROUTES, &[24, 192, 0, 2, 10, 0, 2, 9])]).settings;
        assert_eq!(settings.gateway(), None);
    }

    #[test]
    fn of_a_name_the_usable_part_is_used() {
        let host = |name: &[u8]| lease(&[(option::HOSTNAME, name)]).settings.hostname;
        let long = format!("web-1.{}.c.project.internal", "a".repeat(60));
        for (given, used) in [
            ("web-1.example.org", Some("web-1.example.org")),
            ("my_vm", Some("my_vm")),
            ("web-1.", Some("web-1")),
            ("web-1.example.org.", Some("web-1.example.org")),
            ("web-1..org", Some("web-1")),
            ("web-1.ex ample", Some("web-1")),
            (&long, Some("web-1")),
            ("web 1.example.org", None),
            ("-web", None),
            (".", None),
            ("", None),
        ] {
            assert_eq!(host(given.as_bytes()).as_deref(), used, "{given}");
        }
        let domain = |name: &[u8]| lease(&[(option::DOMAIN, name)]).settings.domain;
        assert_eq!(domain(b"example.org.\0").as_deref(), Some("example.org"));
        // a part of it is another domain
        assert_eq!(domain(b"example.org evil"), None);
    }

    #[test]
    fn what_is_not_essential_and_makes_no_sense_is_left_out() {
        let settings = lease(&[
            (
                option::ROUTER,
                &[
                    0, 0, 0, 0, 255, 255, 255, 255, 10, 0, 2, 15, 10, 0, 2, 255, 10, 0, 2, 7,
                ],
            ),
            (option::DNS, &[0, 0, 0, 0, 10, 0, 2, 3, 127]),
            (option::DOMAIN, b"example.org\nnameserver 6.6.6.6"),
            (option::HOSTNAME, b"-web"),
            (option::MTU, &[0, 68]),
        ])
        .settings;
        assert_eq!(settings.gateway(), Some([10, 0, 2, 7].into()));
        assert_eq!(settings.dns, [Ipv4Addr::new(10, 0, 2, 3)]);
        assert_eq!(
            (settings.domain, settings.hostname, settings.mtu),
            (None, None, None)
        );
    }

    #[test]
    fn nothing_that_is_not_used_is_dropped_silently() {
        let long = format!("web-1.{}", "a".repeat(80));
        let shown = &long[..64];
        let many = [[10, 0, 2, 3]; 4].concat();
        let route = [24, 192, 0, 2, 10, 0, 2, 9];
        let many_routes = route.repeat(65);
        let partly = "malformed, used as far as it can be read";
        let cases: &[(u8, &[u8], &str)] = &[
            (3, &[], &format!("option 3 (router): {partly}")),
            (
                3,
                &[10, 0, 2, 2, 10],
                &format!("option 3 (router): {partly}"),
            ),
            (
                3,
                &[10, 0, 2, 15],
                "option 3 (router): 10.0.2.15 can't be another host's, not used",
            ),
            (
                6,
                &[10, 0, 2, 3, 9],
                &format!("option 6 (name servers): {partly}"),
            ),
            (
                6,
                &[0, 0, 0, 0],
                "option 6 (name servers): 0.0.0.0 can't be another host's, not used",
            ),
            (
                6,
                &many,
                "option 6 (name servers): only the first 3 are used",
            ),
            (
                12,
                b"my vm\n",
                "option 12 (host name): 'my vm\\n' can't be a name, not used",
            ),
            (
                12,
                b"",
                "option 12 (host name): '' can't be a name, not used",
            ),
            (
                12,
                long.as_bytes(),
                &format!(
                    "option 12 (host name): '{shown}' can't be the machine's name, 'web-1' is used"
                ),
            ),
            (
                15,
                b"\xe9.org",
                "option 15 (domain): '\\xe9.org' can't be a name, not used",
            ),
            (
                26,
                &[0, 68],
                "option 26 (MTU): 68 is out of range, not used",
            ),
            (26, &[5], "option 26 (MTU): malformed, not used"),
            (51, &[1, 0], "option 51 (lease time): malformed, not used"),
            (52, &[7], "option 52 (overload): malformed, not used"),
            (52, &[1, 1], "option 52 (overload): malformed, not used"),
            (
                58,
                &[0; 4],
                "option 58 (renewal time): 0 is out of range, not used",
            ),
            (
                58,
                &[0, 0, 15, 0],
                "option 58 (renewal time): 3840 is out of range, not used",
            ),
            (
                59,
                &[255; 4],
                "option 59 (rebinding time): 4294967295 is out of range, not used",
            ),
            (
                59,
                &[0; 3],
                "option 59 (rebinding time): malformed, not used",
            ),
            (
                121,
                &[],
                "option 121 (classless routes): malformed, not used",
            ),
            (
                121,
                &[33, 1, 2, 3, 4, 5, 6, 7, 8, 9],
                &format!("option 121 (classless routes): {partly}"),
            ),
            (
                121,
                &[0, 127, 0, 0, 1],
                "option 121 (classless routes): 127.0.0.1 can't be another host's, not used",
            ),
            (
                121,
                &many_routes,
                "option 121 (classless routes): only the first 64 are used",
            ),
        ];
        for (number, value, line) in cases {
            assert_eq!(noted(&[(*number, value)]), [*line]);
        }
        let netmask: (u8, &[u8]) = (option::NETMASK, &[255, 255, 0]);
        let lease = Lease::granted_by(&message([10, 0, 2, 15], &[netmask]), FROM).unwrap();
        assert_eq!(lease.settings.prefix, 8);
        assert_eq!(
            lease.unused[0].to_string(),
            "option 1 (netmask): malformed, not used"
        );
    }

    #[test]
    fn what_is_used_or_is_not_to_be_used_is_not_noted() {
        let unused = noted(&[
            // by the RFC this takes the place of any router
            (option::ROUTES, &[24, 192, 0, 2, 10, 0, 2, 9]),
            (option::ROUTER, &[0; 4]),
            (option::HOSTNAME, b"web-1.\0"),
            (option::LEASE_SECONDS, &[255; 4]),
            (option::RENEW_SECONDS, &[255; 4]),
            // the time servers were not asked for
            (42, &[0; 3]),
        ]);
        assert_eq!(unused, [""; 0]);
    }

    proptest! {
        #[test]
        fn whatever_is_granted_can_be_used(
            address in any::<[u8; 4]>(),
            options in prop::collection::vec(
                (
                    prop::sample::select(vec![1u8, 3, 6, 12, 15, 26, 51, 58, 59, 121]),
                    prop::collection::vec(any::<u8>(), 0..12),
                ),
                0..8,
            ),
        ) {
            let options: Vec<(u8, &[u8])> =
                options.iter().map(|(number, value)| (*number, value.as_slice())).collect();
            if let Ok(lease) = Lease::granted_by(&message(address, &options), FROM) {
                let settings = &lease.settings;
                prop_assert!(may_be_host(settings.address));
                prop_assert!((1..=32).contains(&settings.prefix));
                prop_assert!(settings.routes.iter().all(|route| route.prefix <= 32));
                prop_assert!(settings.routes_in_order().len() <= 2 * settings.routes.len());
                if let Some(times) = lease.times {
                    prop_assert!(times.renew >= seconds(2));
                    prop_assert!(times.renew <= times.rebind && times.rebind < times.expire);
                }
                prop_assert!(settings.resolv_conf().lines().all(
                    |line| line.starts_with("search ") || line.starts_with("nameserver ")
                ));
            }
        }
    }
}
