//! What a network device is configured with, wherever that comes from.

use crate::config::Static;
use std::fmt;
use std::net::Ipv4Addr;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    pub address: Ipv4Addr,
    /// The bits of the address that are the network's: 1 to 32.
    pub prefix: u8,
    pub routes: Vec<Route>,
    pub dns: Vec<Ipv4Addr>,
    /// Names without a dot are looked up in this domain.
    pub domain: Option<String>,
    /// The machine's name.
    pub hostname: Option<String>,
    /// Bytes.
    pub mtu: Option<u16>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route {
    pub to: Ipv4Addr,
    pub prefix: u8,
    /// 0.0.0.0: the hosts are on the link itself.
    pub via: Ipv4Addr,
}

impl Settings {
    /// The routes, with those first that the others need: a gateway that is not in the network of the
    /// address (clouds give addresses with a prefix of 32) has to be reached on the link. Of several to one destination
    /// only the first: the kernel would use the last one.
    pub fn routes_in_order(&self) -> Vec<Route> {
        let reachable = |via: Ipv4Addr| {
            via.is_unspecified()
                || (via.to_bits() ^ self.address.to_bits()) & mask(self.prefix) == 0
                || self.routes.iter().any(|route| {
                    route.via.is_unspecified()
                        && (via.to_bits() ^ route.to.to_bits()) & mask(route.prefix) == 0
                })
        };
        let mut routes: Vec<Route> = Vec::new();
        for route in &self.routes {
            if !reachable(route.via) {
                routes.push(Route {
                    to: route.via,
                    prefix: 32,
                    via: Ipv4Addr::UNSPECIFIED,
                });
            }
        }
        routes.extend(
            self.routes
                .iter()
                .filter(|route| route.via.is_unspecified()),
        );
        routes.extend(
            self.routes
                .iter()
                .filter(|route| !route.via.is_unspecified()),
        );
        let mut seen = Vec::new();
        routes.retain(|route| {
            let destination = (route.to, route.prefix);
            let new = !seen.contains(&destination);
            seen.push(destination);
            new
        });
        routes
    }

    pub fn is_same_address(&self, other: &Settings) -> bool {
        (self.address, self.prefix) == (other.address, other.prefix)
    }

    pub fn gateway(&self) -> Option<Ipv4Addr> {
        let default = |route: &&Route| route.prefix == 0;
        self.routes.iter().find(default).map(|route| route.via)
    }

    /// The text of resolv.conf(5).
    pub fn resolv_conf(&self) -> String {
        let mut text = String::new();
        if let Some(domain) = &self.domain {
            text.push_str(&format!("search {domain}\n"));
        }
        for server in &self.dns {
            text.push_str(&format!("nameserver {server}\n"));
        }
        text
    }
}

impl Route {
    pub fn by_default(via: Ipv4Addr) -> Route {
        Route {
            to: Ipv4Addr::UNSPECIFIED,
            prefix: 0,
            via,
        }
    }
}

/// As the console shows it: `192.0.2.0/24 via 10.0.2.2`.
impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self.prefix {
            0 => f.write_str("default")?,
            prefix => write!(f, "{}/{prefix}", self.to)?,
        }
        if !self.via.is_unspecified() {
            write!(f, " via {}", self.via)?;
        }
        Ok(())
    }
}

impl From<&Static> for Settings {
    fn from(given: &Static) -> Settings {
        Settings {
            address: given.address,
            // config.rs has refused netmasks with holes
            prefix: given.netmask.to_bits().count_ones() as u8,
            routes: given.gateway.map(Route::by_default).into_iter().collect(),
            dns: given.dns.clone(),
            domain: None,
            hostname: given.hostname.clone(),
            mtu: None,
        }
    }
}

/// As the console shows it: `10.0.2.15/24`.
impl fmt::Display for Settings {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

/// The bits of a netmask; a prefix over 32 counts as 32.
pub fn mask(prefix: u8) -> u32 {
    let host_bits = 32 - u32::from(prefix.min(32));
    u32::MAX.checked_shl(host_bits).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ON_LINK: Ipv4Addr = Ipv4Addr::UNSPECIFIED;

    fn route(to: [u8; 4], prefix: u8, via: [u8; 4]) -> Route {
        Route {
            to: to.into(),
            prefix,
            via: via.into(),
        }
    }

    fn settings(prefix: u8, routes: &[Route]) -> Settings {
        Settings {
            address: Ipv4Addr::new(10, 0, 2, 15),
            prefix,
            routes: routes.to_vec(),
            dns: vec![],
            domain: None,
            hostname: None,
            mtu: None,
        }
    }

    #[test]
    fn a_gateway_in_the_network_needs_nothing() {
        let gateway = Route::by_default([10, 0, 2, 2].into());
        assert_eq!(settings(24, &[gateway]).routes_in_order(), [gateway]);
        assert_eq!(settings(24, &[gateway]).gateway(), Some(gateway.via));
    }

    #[test]
    fn a_gateway_outside_the_network_is_reached_on_the_link_first() {
        let gateway = Route::by_default([10, 0, 0, 1].into());
        assert_eq!(
            settings(32, &[gateway]).routes_in_order(),
            [route([10, 0, 0, 1], 32, ON_LINK.octets()), gateway]
        );
    }

    #[test]
    fn routes_on_the_link_come_before_those_through_gateways_and_once() {
        let gateway = Route::by_default([10, 0, 0, 1].into());
        let link = route([10, 0, 0, 1], 32, ON_LINK.octets());
        assert_eq!(
            settings(32, &[gateway, link, gateway]).routes_in_order(),
            [link, gateway]
        );
    }

    #[test]
    fn of_several_routes_to_one_destination_the_first_counts() {
        let [first, second] = [7, 8].map(|last| Route::by_default([10, 0, 2, last].into()));
        assert_eq!(settings(24, &[first, second]).routes_in_order(), [first]);
        // a gateway is not reached through another
        let to_it = route([9, 0, 0, 1], 32, [10, 0, 2, 7]);
        let gateway = Route::by_default([9, 0, 0, 1].into());
        let on_link = route([9, 0, 0, 1], 32, ON_LINK.octets());
        assert_eq!(
            settings(24, &[to_it, gateway]).routes_in_order(),
            [on_link, gateway]
        );
    }

    #[test]
    fn resolv_conf_names_the_domain_and_every_server() {
        let mut settings = settings(24, &[]);
        assert_eq!(settings.resolv_conf(), "");
        settings.domain = Some("example.org".into());
        settings.dns = vec![[10, 0, 2, 3].into(), [9, 9, 9, 9].into()];
        assert_eq!(
            settings.resolv_conf(),
            "search example.org\nnameserver 10.0.2.3\nnameserver 9.9.9.9\n"
        );
    }

    #[test]
    fn every_prefix_has_its_mask() {
        assert_eq!(mask(0), 0);
        assert_eq!(mask(24), 0xffff_ff00);
        assert_eq!(mask(32), u32::MAX);
        assert_eq!(mask(200), u32::MAX);
    }
}
