//! Settings: words `key=value` in the language of the kernel's command line, from two places. What the
//! image was built with comes first; the command line overrides it, so that a machine can be changed at
//! boot without a new image.
//!
//! `ip=` is the kernel's own (Documentation/admin-guide/nfs/nfsroot.rst); `scratchmachine.*` are ours. All
//! other words are somebody else's and pass. A word of ours that makes no sense is a complaint, never a
//! failed boot.

use std::net::Ipv4Addr;

/// Where the image keeps the settings it was built with.
pub const BAKED: &str = "/etc/scratchmachine.conf";
/// Where the kernel tells what it was booted with.
pub const COMMAND_LINE: &str = "/proc/cmdline";

#[derive(Debug, Default, PartialEq, Eq)]
pub struct Config {
    pub ip: Ip,
}

/// How the network is to be configured.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Ip {
    /// `ip=off` or `ip=none`, or nothing said.
    #[default]
    Off,
    /// `ip=CLIENT:SERVER:GATEWAY:NETMASK:HOSTNAME:DEVICE:off`
    Static(Static),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Static {
    pub address: Ipv4Addr,
    pub netmask: Ipv4Addr,
    /// The first Ethernet device where none is named.
    pub device: Option<String>,
}

impl Config {
    /// Take over the settings in `text` and return a complaint for each word that could not be understood;
    /// such a word changes nothing.
    pub fn apply(&mut self, text: &[u8]) -> Vec<String> {
        words(text)
            .iter()
            .filter_map(|word| self.apply_word(word).err())
            .collect()
    }

    fn apply_word(&mut self, word: &[u8]) -> Result<(), String> {
        let ours = word.starts_with(b"ip=") || word.starts_with(b"scratchmachine.");
        if !ours {
            return Ok(());
        }
        let word = std::str::from_utf8(word).map_err(|_| {
            format!(
                "'{}' is not UTF-8 and was passed over",
                String::from_utf8_lossy(word)
            )
        })?;
        match word.split_once('=') {
            Some(("ip", value)) => {
                self.ip = value
                    .parse()
                    .map_err(|cause| format!("'{word}' was passed over: {cause}"))?;
                Ok(())
            }
            _ => Err(format!("'{word}' is not a setting that is known here")),
        }
    }
}

/// The words of a command line: separated by white space, except inside double quotes, which are dropped.
/// A quote that is never closed reaches to the end (lib/cmdline.c, `next_arg`).
fn words(text: &[u8]) -> Vec<Vec<u8>> {
    let mut words = Vec::new();
    let mut word = Vec::new();
    let mut quoted = false;
    for &byte in text {
        match byte {
            b'"' => quoted = !quoted,
            byte if byte.is_ascii_whitespace() && !quoted => {
                words.push(std::mem::take(&mut word));
            }
            byte => word.push(byte),
        }
    }
    words.push(word);
    words.retain(|word| !word.is_empty());
    words
}

impl std::str::FromStr for Ip {
    type Err = String;

    /// `off`, `none`, or up to ten fields between colons, of which any but the first may be left empty.
    fn from_str(value: &str) -> Result<Self, String> {
        let mut fields = value.split(':');
        let mut field = || fields.next().unwrap_or_default();
        let client = field();
        match client {
            "off" | "none" => return Ok(Ip::Off),
            "" => {
                return Err(
                    "an address must stand first, as in ip=10.0.2.15:::255.255.255.0".into(),
                );
            }
            "on" | "any" | "dhcp" | "both" | "bootp" | "rarp" => {
                return Err(format!("'{client}' is not supported: give an address"));
            }
            _ => {}
        }
        let address = parse_address("address", client)?;
        let (_server, _gateway, netmask) = (field(), field(), field());
        let (_hostname, device) = (field(), field());
        let netmask = if netmask.is_empty() {
            classful_netmask(address)
        } else {
            parse_address("netmask", netmask)?
        };
        if u32::from(netmask).count_zeros() != u32::from(netmask).trailing_zeros() {
            return Err(format!("the netmask {netmask} has holes"));
        }
        Ok(Ip::Static(Static {
            address,
            netmask,
            device: Some(device.to_owned()).filter(|device| !device.is_empty()),
        }))
    }
}

fn parse_address(what: &str, text: &str) -> Result<Ipv4Addr, String> {
    text.parse()
        .map_err(|_| format!("'{text}' is no IPv4 {what}"))
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

    fn applied(text: &str) -> (Config, Vec<String>) {
        let mut config = Config::default();
        let complaints = config.apply(text.as_bytes());
        (config, complaints)
    }

    fn static_ip(address: [u8; 4], netmask: [u8; 4], device: Option<&str>) -> Ip {
        Ip::Static(Static {
            address: address.into(),
            netmask: netmask.into(),
            device: device.map(str::to_owned),
        })
    }

    #[test]
    fn an_address_with_netmask_and_device_is_taken_from_the_kernels_own_syntax() {
        let (config, complaints) =
            applied("quiet ip=10.0.2.15:::255.255.255.0::eth0:off console=ttyS0");
        assert_eq!(
            config.ip,
            static_ip([10, 0, 2, 15], [255, 255, 255, 0], Some("eth0"))
        );
        assert_eq!(complaints, Vec::<String>::new());
    }

    #[test]
    fn an_address_alone_gets_the_netmask_of_its_class() {
        assert_eq!(
            applied("ip=172.16.0.9").0.ip,
            static_ip([172, 16, 0, 9], [255, 255, 0, 0], None)
        );
    }

    #[test]
    fn the_last_word_wins() {
        let (config, _) = applied("ip=10.0.0.1 ip=off");
        assert_eq!(config.ip, Ip::Off);
    }

    #[test]
    fn rubbish_is_named_and_changes_nothing() {
        for word in [
            "ip=",
            "ip=10.0.2",
            "ip=10.0.2.15:::255.0.255.0",
            "ip=10.0.2.15:::mask",
            "scratchmachine.colour=red",
            "scratchmachine.",
        ] {
            let mut config = Config {
                ip: static_ip([10, 0, 0, 1], [255, 0, 0, 0], None),
            };
            let complaints = config.apply(word.as_bytes());
            assert_eq!(complaints.len(), 1, "{word}: {complaints:?}");
            assert!(complaints[0].contains(word), "{complaints:?}");
            assert_eq!(config.ip, static_ip([10, 0, 0, 1], [255, 0, 0, 0], None));
        }
    }

    #[test]
    fn invalid_utf8_is_named_and_changes_nothing() {
        let mut config = Config::default();
        let complaints = config.apply(b"ip=10.0.0.1 ip=\xff\xfe");
        assert_eq!(complaints.len(), 1);
        assert_eq!(config.ip, static_ip([10, 0, 0, 1], [255, 0, 0, 0], None));
    }

    #[test]
    fn words_of_others_pass_without_a_complaint() {
        assert!(
            applied("ro quiet e1000.Speed=100 -- initrd=x ipv6.disable=1")
                .1
                .is_empty()
        );
    }

    #[test]
    fn white_space_inside_quotes_does_not_end_a_word() {
        assert_eq!(
            words(b"a=\"b c\" \"d e\"\t f=\"g"),
            [&b"a=b c"[..], b"d e", b"f=g"]
        );
    }
}
