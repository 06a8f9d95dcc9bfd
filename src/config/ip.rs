//! `ip=`, as the kernel's own client understands it (Documentation/admin-guide/nfs/nfsroot.rst).

use super::shown;
use std::net::Ipv4Addr;
use std::str::FromStr;

/// How the network is to be configured.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Ip {
    /// `ip=off` or `ip=none`, or not given.
    #[default]
    Off,
    /// `ip=dhcp`, `on`, `any` or `both`, or `ip=::::HOSTNAME:DEVICE:dhcp`
    Dhcp {
        /// Any Ethernet device if none is named.
        device: Option<String>,
        /// What is sent to the server.
        hostname: Option<String>,
    },
    /// `ip=CLIENT:SERVER:GATEWAY:NETMASK:HOSTNAME:DEVICE:off:DNS0:DNS1`
    Static(Static),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Static {
    pub address: Ipv4Addr,
    pub netmask: Ipv4Addr,
    pub gateway: Option<Ipv4Addr>,
    pub hostname: Option<String>,
    /// Any Ethernet device if none is named.
    pub device: Option<String>,
    pub dns: Vec<Ipv4Addr>,
}

/// The last is a time server and is ignored, as is the NFS server in the second.
const FIELDS: usize = 10;

impl FromStr for Ip {
    type Err = String;

    /// One word, or up to [`FIELDS`] fields separated by colons, of which any may be empty.
    fn from_str(value: &str) -> Result<Self, String> {
        if !value.contains(':') {
            if let Some(ip) = by_method(value, &None, &None)? {
                return Ok(ip);
            }
        }
        let fields: Vec<&str> = value.split(':').collect();
        if fields.len() > FIELDS {
            return Err(format!("it has more than {FIELDS} fields"));
        }
        let field = |index: usize| fields.get(index).copied().filter(|field| !field.is_empty());
        let address = |index: usize, what: &str| match field(index) {
            Some(text) => address(what, text),
            None => Ok(None),
        };
        let host = |index: usize, what: &str| match address(index, what)? {
            Some(other) if !may_be_host(other) => Err(format!("{other} can't be a host's address")),
            host => Ok(host),
        };
        let method = field(6);
        let device = field(5).map(str::to_owned);
        let hostname = field(4).map(super::host_name).transpose()?;
        let by_method = by_method(method.unwrap_or("any"), &device, &hostname)?.ok_or_else(|| {
            let method = shown(method.unwrap_or_default());
            format!("'{method}' is not a configuration method")
        });

        if value.is_empty() {
            return Err("it takes an address or a method, as in ip=dhcp".into());
        }
        let Some(client) = host(0, "address")? else {
            return by_method;
        };
        by_method?;
        let netmask = address(3, "netmask")?.unwrap_or_else(|| classful_netmask(client));
        if u32::from(netmask).count_zeros() != u32::from(netmask).trailing_zeros() {
            return Err(format!("the netmask {netmask} has holes"));
        }
        let gateway = host(2, "gateway")?;
        if gateway == Some(client) {
            return Err(format!("{client} can't be its own gateway"));
        }
        let dns = [address(7, "name server")?, address(8, "name server")?];
        Ok(Ip::Static(Static {
            address: client,
            netmask,
            gateway,
            hostname,
            device,
            dns: dns.into_iter().flatten().collect(),
        }))
    }
}

impl Ip {
    pub fn device(&self) -> Option<&str> {
        match self {
            Ip::Off => None,
            Ip::Dhcp { device, .. } => device.as_deref(),
            Ip::Static(given) => given.device.as_deref(),
        }
    }

    pub fn hostname(&self) -> Option<&str> {
        match self {
            Ip::Off => None,
            Ip::Dhcp { hostname, .. } => hostname.as_deref(),
            Ip::Static(given) => given.hostname.as_deref(),
        }
    }

    /// The word that asks for the same on another device.
    pub fn on(&self, device: &str) -> String {
        let hostname = self.hostname().unwrap_or_default();
        let Ip::Static(given) = self else {
            return format!("ip=::::{hostname}:{device}:dhcp");
        };
        let mut word = format!("ip={}::", given.address);
        if let Some(gateway) = given.gateway {
            word += &gateway.to_string();
        }
        word += &format!(":{}:{hostname}:{device}:off", given.netmask);
        for server in &given.dns {
            word += &format!(":{server}");
        }
        word
    }
}

/// The configuration that a method alone stands for, if it is one.
fn by_method(
    method: &str,
    device: &Option<String>,
    hostname: &Option<String>,
) -> Result<Option<Ip>, String> {
    match method {
        "off" | "none" => Ok(Some(Ip::Off)),
        "on" | "any" | "dhcp" | "both" => Ok(Some(Ip::Dhcp {
            device: device.clone(),
            hostname: hostname.clone(),
        })),
        "bootp" | "rarp" => Err(format!("{method} is not supported: use dhcp")),
        _ => Ok(None),
    }
}

/// 0.0.0.0 stands for none, as it does for the kernel.
fn address(what: &str, text: &str) -> Result<Option<Ipv4Addr>, String> {
    let address: Ipv4Addr = text.parse().map_err(|_| {
        let text = shown(text);
        format!("'{text}' is not an IPv4 {what}, as in ip=10.0.2.15:::255.255.255.0")
    })?;
    Ok(Some(address).filter(|address| !address.is_unspecified()))
}

/// Not this network (0/8), not loopback, not multicast, not reserved, not broadcast.
fn may_be_host(address: Ipv4Addr) -> bool {
    !matches!(address.octets()[0], 0 | 127 | 224..)
}

/// What the kernel assumes if no netmask is given (net/ipv4/ipconfig.c, `ic_defaults`).
fn classful_netmask(address: Ipv4Addr) -> Ipv4Addr {
    match address.octets()[0] {
        0..=127 => Ipv4Addr::new(255, 0, 0, 0),
        128..=191 => Ipv4Addr::new(255, 255, 0, 0),
        _ => Ipv4Addr::new(255, 255, 255, 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(value: &str) -> Result<Ip, String> {
        value.parse()
    }

    fn dhcp(device: Option<&str>, hostname: Option<&str>) -> Result<Ip, String> {
        Ok(Ip::Dhcp {
            device: device.map(str::to_owned),
            hostname: hostname.map(str::to_owned),
        })
    }

    #[test]
    fn all_fields_of_a_static_address_are_taken() {
        let ip = parsed("10.0.2.15:10.0.2.1:10.0.2.2:255.255.255.0:web:eth1:off:10.0.2.3:10.0.2.4");
        let expected = Ip::Static(Static {
            address: Ipv4Addr::new(10, 0, 2, 15),
            netmask: Ipv4Addr::new(255, 255, 255, 0),
            gateway: Some(Ipv4Addr::new(10, 0, 2, 2)),
            hostname: Some("web".into()),
            device: Some("eth1".into()),
            dns: vec![Ipv4Addr::new(10, 0, 2, 3), Ipv4Addr::new(10, 0, 2, 4)],
        });
        assert_eq!(ip, Ok(expected));
    }

    #[test]
    fn the_word_for_another_device_keeps_everything_else() {
        for (given, expected) in [
            ("dhcp", "ip=:::::eth1:dhcp"),
            ("::::web:eth0", "ip=::::web:eth1:dhcp"),
            (
                "10.0.2.15::10.0.2.2:255.255.255.0:web::off:10.0.2.3:10.0.2.4",
                "ip=10.0.2.15::10.0.2.2:255.255.255.0:web:eth1:off:10.0.2.3:10.0.2.4",
            ),
            ("10.0.2.15", "ip=10.0.2.15:::255.0.0.0::eth1:off"),
        ] {
            assert_eq!(parsed(given).unwrap().on("eth1"), expected);
            let again = parsed(expected.trim_start_matches("ip=")).unwrap();
            assert_eq!(again.device(), Some("eth1"));
            assert_eq!(again.on("eth1"), expected);
        }
    }

    #[test]
    fn an_address_alone_gets_the_netmask_of_its_class() {
        let Ok(Ip::Static(ip)) = parsed("172.16.0.9") else {
            panic!()
        };
        assert_eq!(ip.netmask, Ipv4Addr::new(255, 255, 0, 0));
        assert_eq!((ip.gateway, ip.device), (None, None));
    }

    #[test]
    fn a_method_stands_alone_or_in_its_field() {
        for word in ["dhcp", "on", "any", "both"] {
            assert_eq!(parsed(word), dhcp(None, None), "{word}");
        }
        assert_eq!(parsed("::::web:eth1:dhcp"), dhcp(Some("eth1"), Some("web")));
        assert_eq!(parsed(":::::eth1"), dhcp(Some("eth1"), None));
        assert_eq!(parsed("off"), Ok(Ip::Off));
        assert_eq!(parsed("none"), Ok(Ip::Off));
        assert_eq!(parsed("::::::off"), Ok(Ip::Off));
    }

    #[test]
    fn zeroes_stand_for_nothing_as_they_do_for_the_kernel() {
        assert_eq!(
            parsed("0.0.0.0:0.0.0.0:0.0.0.0:0.0.0.0:::dhcp"),
            dhcp(None, None)
        );
        assert_eq!(
            parsed("10.0.2.15::0.0.0.0:0.0.0.0:::off:0.0.0.0"),
            parsed("10.0.2.15")
        );
    }

    #[test]
    fn what_makes_no_sense_is_an_error_that_says_why() {
        for (value, cause) in [
            ("", "it takes an address or a method"),
            ("10.0.2", "'10.0.2' is not an IPv4 address"),
            ("10.0.2.15:::255.0.255.0", "has holes"),
            ("10.0.2.15:::mask", "'mask' is not an IPv4 netmask"),
            ("127.0.0.1", "127.0.0.1 can't be a host's address"),
            ("224.0.0.1:::255.255.255.0", "224.0.0.1 can't be a host's"),
            ("255.255.255.255", "255.255.255.255 can't be a host's"),
            ("0.0.0.5", "0.0.0.5 can't be a host's address"),
            ("10.0.2.15::127.0.0.1", "127.0.0.1 can't be a host's"),
            ("10.0.2.15::10.0.2.15", "10.0.2.15 can't be its own gateway"),
            ("10.0.2.15::gate", "'gate' is not an IPv4 gateway"),
            ("10.0.2.15:::::::dns", "'dns' is not an IPv4 name server"),
            ("rarp", "not supported"),
            ("::::::magic", "'magic' is not a"),
            ("10.0.2.15::::::magic", "'magic' is not a"),
            ("10.0.2.15::::-web", "a host name has"),
            ("10.0.2.15::::::::::", "more than 10 fields"),
        ] {
            let error = parsed(value).expect_err(value);
            assert!(error.contains(cause), "{value}: {error}");
        }
    }

    #[test]
    fn a_very_long_field_is_named_by_its_beginning() {
        let long = "é".repeat(4096);
        for value in [long.clone(), format!("::::::{long}")] {
            let error = parsed(&value).expect_err("it makes no sense");
            assert!(error.len() < 256, "{error}");
        }
    }
}
