//! Which collector: `scratchmachine.log=udp://10.0.2.2` or `tcp://10.0.2.2:6514`. Pure.

use crate::Error;
use std::fmt;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::str::FromStr;

/// For both transports: RFC 5426, section 3.3, and by convention for TCP.
const DEFAULT_PORT: u16 = 514;

/// `udp://IP[:PORT]` or `tcp://IP[:PORT]`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    pub transport: Transport,
    pub address: SocketAddrV4,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    Udp,
    Tcp,
}

impl FromStr for Target {
    type Err = Error;

    fn from_str(text: &str) -> Result<Target, Error> {
        let wrong = |cause| {
            Error::new(format!("log collector '{text}'"), cause)
                .advise("write udp://IP[:PORT] or tcp://IP[:PORT], as in udp://10.0.2.2:514")
        };
        let (transport, address) = text
            .split_once("://")
            .ok_or_else(|| wrong("it has no transport"))?;
        let transport = match transport {
            "udp" => Transport::Udp,
            "tcp" => Transport::Tcp,
            _ => return Err(wrong("the transport is neither udp nor tcp")),
        };
        let (address, port) = match address.split_once(':') {
            Some((address, port)) => (
                address,
                port.parse()
                    .ok()
                    // a sign is not part of a port
                    .filter(|port| *port != 0 && !text.contains('+'))
                    .ok_or_else(|| wrong("the port is not a number from 1 to 65535"))?,
            ),
            None => (address, DEFAULT_PORT),
        };
        let address: Ipv4Addr = address
            .parse()
            .map_err(|_| wrong("the address is not four numbers from 0 to 255 with dots"))?;
        Ok(Target {
            transport,
            address: SocketAddrV4::new(address, port),
        })
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let transport = match self.transport {
            Transport::Udp => "udp",
            Transport::Tcp => "tcp",
        };
        write!(f, "{transport}://{}", self.address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_port_is_514_unless_given() {
        for (text, shown) in [
            ("udp://10.0.2.2", "udp://10.0.2.2:514"),
            ("tcp://10.0.2.2:6514", "tcp://10.0.2.2:6514"),
        ] {
            assert_eq!(text.parse::<Target>().unwrap().to_string(), shown);
        }
    }

    #[test]
    fn a_mistake_is_named_and_an_example_given() {
        for (text, cause) in [
            ("10.0.2.2", "no transport"),
            ("tls://10.0.2.2", "neither udp nor tcp"),
            ("udp://collector.lan", "four numbers"),
            ("udp://10.0.2", "four numbers"),
            ("udp://::1", "not a number"),
            ("udp://10.0.2.2:", "not a number"),
            ("udp://10.0.2.2:0", "not a number"),
            ("udp://10.0.2.2:+1", "not a number"),
            ("udp://10.0.2.2:65536", "not a number"),
            ("", "no transport"),
        ] {
            let error = text.parse::<Target>().unwrap_err().to_string();
            assert!(error.contains(cause), "{error}");
            assert!(error.contains("udp://10.0.2.2:514"), "{error}");
        }
    }

    proptest! {
        #[test]
        fn what_is_displayed_can_be_parsed(tcp: bool, address: [u8; 4], port in 1u16..) {
            let target = Target {
                transport: if tcp { Transport::Tcp } else { Transport::Udp },
                address: SocketAddrV4::new(address.into(), port),
            };
            prop_assert_eq!(target.to_string().parse::<Target>().unwrap(), target);
        }

        #[test]
        fn any_text_is_a_target_or_a_mistake(text in "(udp|tcp)?(://)?[0-9.:+a-z]{0,20}\\PC{0,10}") {
            let _ = text.parse::<Target>();
        }
    }
}
