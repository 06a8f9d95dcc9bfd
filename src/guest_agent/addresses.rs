//! Which addresses the machine has, on all of its interfaces.

use std::net::IpAddr;

/// An address of an interface, or what it has instead: its hardware's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    pub interface: String,
    /// Six bytes in hexadecimal, separated by colons.
    pub hardware: Option<String>,
    /// With the length of its network's prefix.
    pub address: Option<(IpAddr, u32)>,
}

/// All of them, those of an interface one behind the other.
pub fn all() -> Vec<Address> {
    let Ok(found) = nix::ifaddrs::getifaddrs() else {
        return Vec::new();
    };
    let mut addresses: Vec<Address> = found
        .map(|it| {
            let hardware = it
                .address
                .as_ref()
                .and_then(|it| it.as_link_addr()?.addr())
                .map(hexadecimal);
            let ip = |it: &nix::sys::socket::SockaddrStorage| -> Option<IpAddr> {
                let four = it.as_sockaddr_in().map(|it| IpAddr::V4(it.ip()));
                four.or_else(|| it.as_sockaddr_in6().map(|it| IpAddr::V6(it.ip())))
            };
            let address = it.address.as_ref().and_then(ip);
            let prefix = it.netmask.as_ref().and_then(ip).map_or(0, prefix);
            Address {
                interface: it.interface_name,
                hardware,
                address: address.map(|address| (address, prefix)),
            }
        })
        .collect();
    addresses.sort_by(|a, b| a.interface.cmp(&b.interface));
    addresses
}

fn prefix(mask: IpAddr) -> u32 {
    match mask {
        IpAddr::V4(mask) => u32::from(mask).leading_ones(),
        IpAddr::V6(mask) => u128::from(mask).leading_ones(),
    }
}

fn hexadecimal(bytes: [u8; 6]) -> String {
    bytes.map(|byte| format!("{byte:02x}")).join(":")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    #[test]
    fn the_machine_that_tests_has_itself_as_an_address() {
        let loopback = all()
            .into_iter()
            .find(|it| it.address == Some((Ipv4Addr::LOCALHOST.into(), 8)));
        assert_eq!(loopback.map(|it| it.interface).as_deref(), Some("lo"));
    }

    #[test]
    fn hardware_addresses_have_six_pairs_of_digits() {
        assert_eq!(
            hexadecimal([0x52, 0x54, 0, 0x12, 0x34, 0x56]),
            "52:54:00:12:34:56"
        );
    }
}
