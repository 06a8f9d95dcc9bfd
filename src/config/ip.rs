//! `ip=`, as the kernel's own client understands it (Documentation/admin-guide/nfs/nfsroot.rst).

use std::net::Ipv4Addr;
use std::str::FromStr;

/// How the network is to be configured.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Ip {
    /// `ip=off` or `ip=none`, or nothing said.
    #[default]
    Off,
    /// `ip=dhcp`, `on`, `any` or `both`, or `ip=::::HOSTNAME:DEVICE:dhcp`
    Dhcp {
        /// The first Ethernet device where none is named.
        device: Option<String>,
        /// What the server is told.
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
    /// The first Ethernet device where none is named.
    pub device: Option<String>,
    pub dns: Vec<Ipv4Addr>,
}

impl FromStr for Ip {
    type Err = String;

    /// One word, or up to ten fields between colons, of which any may be left empty. The server is NFS's
    /// and passed over, as is a time server in the tenth.
    fn from_str(value: &str) -> Result<Self, String> {
        if !value.contains(':') {
            if let Some(ip) = by_method(value, None, None)? {
                return Ok(ip);
            }
        }
        let mut fields = value.split(':');
        let mut field = || given(fields.next().unwrap_or_default());
        let (client, _server, gateway, netmask) = (field(), field(), field(), field());
        let (hostname, device, method) = (field(), field(), field());
        let dns = [field(), field()];

        let Some(client) = client else {
            if value.is_empty() {
                return Err("it takes an address or a method, as in ip=dhcp".into());
            }
            return by_method(method.unwrap_or("any"), device, hostname)?.ok_or_else(|| {
                format!(
                    "'{}' is no method of configuration",
                    method.unwrap_or_default()
                )
            });
        };
        let address = address("address", client)?;
        let netmask = match netmask {
            Some(netmask) => self::address("netmask", netmask)?,
            None => classful_netmask(address),
        };
        if u32::from(netmask).count_zeros() != u32::from(netmask).trailing_zeros() {
            return Err(format!("the netmask {netmask} has holes"));
        }
        Ok(Ip::Static(Static {
            address,
            netmask,
            gateway: gateway
                .map(|text| self::address("gateway", text))
                .transpose()?,
            hostname: hostname.map(str::to_owned),
            device: device.map(str::to_owned),
            dns: dns
                .into_iter()
                .flatten()
                .map(|text| self::address("name server", text))
                .collect::<Result<_, _>>()?,
        }))
    }
}

/// The configuration that a method alone stands for, if it is one.
fn by_method(
    method: &str,
    device: Option<&str>,
    hostname: Option<&str>,
) -> Result<Option<Ip>, String> {
    match method {
        "off" | "none" => Ok(Some(Ip::Off)),
        "on" | "any" | "dhcp" | "both" => Ok(Some(Ip::Dhcp {
            device: device.map(str::to_owned),
            hostname: hostname.map(str::to_owned),
        })),
        "bootp" | "rarp" => Err(format!("{method} is not supported: use dhcp")),
        _ => Ok(None),
    }
}

fn given(field: &str) -> Option<&str> {
    Some(field).filter(|field| !field.is_empty())
}

fn address(what: &str, text: &str) -> Result<Ipv4Addr, String> {
    text.parse()
        .map_err(|_| format!("'{text}' is no IPv4 {what}, as in ip=10.0.2.15:::255.255.255.0"))
}

/// What the kernel assumes where no netmask is given (net/ipv4/ipconfig.c, `ic_defaults`).
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
    fn what_makes_no_sense_is_an_error_that_says_what() {
        for (value, cause) in [
            ("", "it takes an address or a method"),
            ("10.0.2", "'10.0.2' is no IPv4 address"),
            ("10.0.2.15:::255.0.255.0", "has holes"),
            ("10.0.2.15:::mask", "'mask' is no IPv4 netmask"),
            ("10.0.2.15::gate", "'gate' is no IPv4 gateway"),
            ("10.0.2.15:::::::dns", "'dns' is no IPv4 name server"),
            ("rarp", "not supported"),
            ("::::::magic", "'magic' is no method"),
        ] {
            let error = parsed(value).expect_err(value);
            assert!(error.contains(cause), "{value}: {error}");
        }
    }
}
