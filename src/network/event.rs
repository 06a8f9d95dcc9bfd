//! What happens on the network, each a line on the console, and the status that results.

use super::dhcp::{Acquisition, IgnoreReason, LossCause};
use super::lease::Unused;
use super::packet::Mac;
use super::settings::Settings;
use crate::Error;
use std::fmt;
use std::net::Ipv4Addr;
use std::time::Duration;

#[derive(Debug)]
pub enum Event {
    Off,
    /// Or the configured one, if there is one, has not appeared.
    NoDeviceYet(Option<String>),
    DeviceFound(String, Mac),
    /// It could have been chosen too.
    OtherDevice {
        name: String,
        mac: Mac,
        has_carrier: bool,
        /// The setting that chooses it.
        word: String,
    },
    DeviceGone(String),
    NoCarrierYet(String),
    Carrier(String, bool),
    Configured(Configured),
    /// The lease goes on, with another address or other changes.
    Changed {
        before: Settings,
        now: Configured,
        acquisition: Acquisition,
    },
    /// The lease goes on as before.
    Extended(Configured, Acquisition),
    Lost {
        device: String,
        settings: Settings,
        cause: LossCause,
    },
    /// No server has offered anything for this long.
    NoOffer(String, Duration),
    Ignored {
        device: String,
        from: Ipv4Addr,
        reason: IgnoreReason,
    },
    Unused {
        device: String,
        server: Ipv4Addr,
        unused: Unused,
    },
    Failed(Error),
    /// This many events of a kind that somebody else can cause at will came too fast to be logged.
    Suppressed(u32),
}

/// A device that is on the network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Configured {
    pub device: String,
    pub settings: Settings,
    /// The device's MTU, if that is not its own or one was requested.
    pub mtu: Option<u16>,
    /// `None`: the address was configured, not leased.
    pub lease: Option<Granted>,
    /// From the beginning of the network, or from the loss of the last address.
    pub took: Duration,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Granted {
    pub server: Ipv4Addr,
    /// `None`: forever.
    pub time: Option<Duration>,
    /// CLOCK_BOOTTIME when this was granted.
    pub since: Duration,
}

/// The state of the network.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Status {
    pub device: Option<(String, Mac)>,
    pub has_carrier: bool,
    pub configured: Option<Configured>,
}

impl Event {
    /// How many kinds of events somebody else on the network can cause as often as they like.
    pub const FLOODS: usize = 4;

    /// Which of these kinds it is, if it is one.
    pub fn flood(&self) -> Option<usize> {
        match self {
            Event::Ignored { .. } => Some(0),
            Event::Unused { .. } => Some(1),
            Event::Extended(..) => Some(2),
            Event::Failed(_) => Some(3),
            _ => None,
        }
    }

    /// The network is up, or there is none to wait for.
    pub fn is_up(&self) -> bool {
        matches!(
            self,
            Event::Off | Event::Configured(_) | Event::Changed { .. }
        )
    }

    /// The details of a network that is configured, as a line of its own.
    pub fn details(&self) -> Option<String> {
        let (Event::Configured(configured)
        | Event::Changed {
            now: configured, ..
        }) = self
        else {
            return None;
        };
        let details = configured.details();
        (!details.is_empty()).then(|| format!("network: {} {details}", configured.device))
    }

    /// Something is not as it should be.
    pub fn is_warning(&self) -> bool {
        matches!(
            self,
            Event::NoDeviceYet(_)
                | Event::DeviceGone(_)
                | Event::NoCarrierYet(_)
                | Event::Carrier(_, false)
                | Event::Lost {
                    cause: LossCause::Expired | LossCause::Refused,
                    ..
                }
                | Event::NoOffer(..)
                | Event::Ignored { .. }
                | Event::Unused { .. }
                | Event::Failed(_)
        )
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        // an error says itself where it happened
        if let Event::Failed(error) = self {
            return error.fmt(f);
        }
        f.write_str("network: ")?;
        match self {
            Event::Failed(_) => Ok(()),
            Event::Off => f.write_str("off, as configured"),
            Event::NoDeviceYet(None) => f.write_str(
                "no Ethernet device yet: does the machine have a network card, and the image its driver?",
            ),
            Event::NoDeviceYet(Some(name)) => write!(
                f,
                "no Ethernet device {name} yet: does the machine have that network card, and the image its driver?"
            ),
            Event::DeviceFound(name, mac) => write!(f, "{name} found, {mac}"),
            Event::OtherDevice {
                name,
                mac,
                has_carrier,
                word,
            } => {
                let carrier = if *has_carrier {
                    "carrier"
                } else {
                    "no carrier"
                };
                write!(
                    f,
                    "{name} found too, {mac}, with {carrier}: {word} would choose it"
                )
            }
            Event::DeviceGone(name) => write!(f, "{name} is gone"),
            Event::NoCarrierYet(name) => write!(f, "{name} has no carrier yet: is its cable in?"),
            Event::Carrier(name, true) => write!(f, "{name} has carrier"),
            Event::Carrier(name, false) => write!(f, "{name} has lost its carrier"),
            Event::Configured(configured) => configured.fmt(f),
            Event::Changed {
                before,
                now,
                acquisition,
            } if !before.is_same_address(&now.settings) => {
                write!(
                    f,
                    "{} {} in place of {before}, {acquisition} by {}",
                    now.device,
                    now.settings,
                    Server(now)
                )
            }
            Event::Changed {
                now, acquisition, ..
            }
            | Event::Extended(now, acquisition) => write!(
                f,
                "{} {} {acquisition} by {}",
                now.device,
                now.settings,
                Server(now)
            ),
            Event::Lost {
                device,
                settings,
                cause,
            } => {
                let cause = match cause {
                    LossCause::Expired => "its lease has expired",
                    LossCause::Refused => "the server refused it (NAK)",
                    LossCause::Released => "released",
                };
                write!(f, "{device} {settings} is removed: {cause}")
            }
            Event::NoOffer(device, time) => write!(
                f,
                "{device} has asked for an address for {} s and was offered none: is there a DHCP server?",
                time.as_secs()
            ),
            Event::Ignored {
                device,
                from,
                reason,
            } => write!(f, "{device} message from {from} ignored: {reason}"),
            Event::Unused {
                device,
                server,
                unused,
            } => write!(f, "{device} lease of {server}: {unused}"),
            Event::Suppressed(1) => f.write_str("one more such event was not logged"),
            Event::Suppressed(count) => write!(f, "{count} more such events were not logged"),
        }
    }
}

/// `eth0 10.0.2.15/24 via dhcp, 37 ms`
impl fmt::Display for Configured {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let via = if self.lease.is_some() {
            "dhcp"
        } else {
            "static"
        };
        let took = self.took.as_secs() * 1000 + u64::from(self.took.subsec_millis());
        write!(f, "{} {} via {via}, {took} ms", self.device, self.settings)
    }
}

/// `10.0.2.2 for 3600 s`
struct Server<'a>(&'a Configured);

impl fmt::Display for Server<'_> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match &self.0.lease {
            None => f.write_str("nobody"),
            Some(lease) => match lease.time {
                None => write!(f, "{} forever", lease.server),
                Some(time) => write!(f, "{} for {} s", lease.server, time.as_secs()),
            },
        }
    }
}

impl Configured {
    /// The same except for the lease.
    pub fn is_same(&self, other: &Configured) -> bool {
        (&self.settings, self.mtu) == (&other.settings, other.mtu)
    }

    /// Everything but the address, as one line: `gateway 10.0.2.2, dns 10.0.2.3, leased by 10.0.2.2 for 3600 s`.
    pub fn details(&self) -> String {
        let settings = &self.settings;
        let mut parts: Vec<String> = settings
            .routes
            .iter()
            .map(|route| match route.prefix {
                0 if !route.via.is_unspecified() => format!("gateway {}", route.via),
                _ => format!("route {route}"),
            })
            .collect();
        parts.extend(settings.dns.iter().map(|server| format!("dns {server}")));
        parts.extend(settings.domain.iter().map(|name| format!("domain {name}")));
        parts.extend(settings.hostname.iter().map(|name| format!("host {name}")));
        parts.extend(self.mtu.iter().map(|mtu| format!("MTU {mtu}")));
        if self.lease.is_some() {
            parts.push(format!("leased by {}", Server(self)));
        }
        parts.join(", ")
    }
}

impl fmt::Display for Acquisition {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(match self {
            Acquisition::Initial => "granted",
            Acquisition::Renewed => "renewed",
            Acquisition::Rebound => "rebound",
            Acquisition::Confirmed => "confirmed",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::limit::Limit;
    use super::super::settings::Route;
    use super::*;

    fn configured() -> Configured {
        Configured {
            device: "eth0".into(),
            settings: Settings {
                address: [10, 0, 2, 15].into(),
                prefix: 24,
                routes: vec![Route::by_default([10, 0, 2, 2].into())],
                dns: vec![[10, 0, 2, 3].into()],
                domain: Some("example.org".into()),
                hostname: None,
                mtu: Some(1400),
            },
            mtu: Some(1400),
            lease: Some(Granted {
                server: [10, 0, 2, 2].into(),
                time: Some(Duration::from_secs(3600)),
                since: Duration::ZERO,
            }),
            took: Duration::from_millis(37),
        }
    }

    #[test]
    fn an_address_is_logged_with_its_origin_and_how_long_it_took() {
        assert_eq!(
            Event::Configured(configured()).to_string(),
            "network: eth0 10.0.2.15/24 via dhcp, 37 ms"
        );
        assert_eq!(
            configured().details(),
            "gateway 10.0.2.2, dns 10.0.2.3, domain example.org, MTU 1400, leased by 10.0.2.2 for 3600 s"
        );
    }

    #[test]
    fn a_default_route_on_the_link_is_not_a_gateway() {
        let mut configured = configured();
        let on_the_link = Route::by_default(Ipv4Addr::UNSPECIFIED);
        configured.settings.routes = vec![on_the_link];
        assert!(configured.details().starts_with("route default, dns "));
    }

    #[test]
    fn a_changed_address_is_logged_with_the_one_before() {
        let mut before = configured().settings;
        before.address = [10, 0, 2, 77].into();
        let event = Event::Changed {
            before,
            now: configured(),
            acquisition: Acquisition::Rebound,
        };
        assert_eq!(
            event.to_string(),
            "network: eth0 10.0.2.15/24 in place of 10.0.2.77/24, rebound by 10.0.2.2 for 3600 s"
        );
    }

    #[test]
    fn a_lease_that_changes_is_logged_with_everything_that_it_has() {
        let mut before = configured().settings;
        before.dns = vec![];
        let now = configured();
        let details = now.details();
        let event = Event::Changed {
            before,
            now,
            acquisition: Acquisition::Renewed,
        };
        let line = "network: eth0 10.0.2.15/24 renewed by 10.0.2.2 for 3600 s";
        assert_eq!(event.to_string(), line);
        assert_eq!(event.details(), Some(format!("network: eth0 {details}")));
    }

    #[test]
    fn the_mtu_that_is_logged_is_the_devices() {
        let mut refused = configured();
        refused.settings.mtu = Some(u16::MAX);
        refused.mtu = Some(1500);
        assert!(refused.details().contains("MTU 1500,"));
        refused.mtu = None;
        assert!(!refused.details().contains("MTU"));
    }

    #[test]
    fn a_flood_of_one_kind_hides_no_other() {
        let device = || "eth0".to_owned();
        let (from, reason) = ([10, 0, 2, 2].into(), IgnoreReason::NoMessageType);
        let kinds = [
            Event::Ignored {
                device: device(),
                from,
                reason,
            },
            Event::Extended(configured(), Acquisition::Renewed),
            Event::Failed(Error::new("network: eth0", "failed")),
        ];
        let mut limits: [Limit; Event::FLOODS] = Default::default();
        for event in kinds {
            let limit = &mut limits[event.flood().unwrap()];
            let admitted = (0..100).filter(|_| limit.admit(Duration::ZERO).is_some());
            assert_eq!(admitted.count(), 10, "{event}");
        }
        assert_eq!(Event::Off.flood(), None);
    }
}
