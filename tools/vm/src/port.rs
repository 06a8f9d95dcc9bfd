//! Ports of this host's loopback interface: which are taken, and which is the next that is free.

use std::io::ErrorKind;
use std::net::{Ipv4Addr, TcpListener};

/// Somebody has it. Asked by binding, as QEMU will, and not by connecting, which whoever listens there would notice.
pub fn is_taken(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .is_err_and(|error| error.kind() == ErrorKind::AddrInUse)
}

/// One that nothing listens on at this moment.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("bind a free port");
    let address = listener.local_addr();
    address.expect("a bound socket has an address").port()
}

pub fn first_free(mut ports: impl Iterator<Item = u16>) -> Option<u16> {
    ports.find(|port| !is_taken(*port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_taken_as_long_as_somebody_listens_on_it_or_on_all_addresses() {
        for address in [Ipv4Addr::LOCALHOST, Ipv4Addr::UNSPECIFIED] {
            let listener = TcpListener::bind((address, 0)).unwrap();
            let port = listener.local_addr().unwrap().port();
            assert!(is_taken(port), "{address}");
            assert_eq!(first_free([port].into_iter()), None);
        }
    }

    #[test]
    fn the_first_free_port_is_the_one_behind_those_that_are_taken() {
        let taken = [(); 3].map(|()| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap());
        let taken = taken.each_ref().map(|it| it.local_addr().unwrap().port());
        let free = free_port();
        assert_eq!(first_free(taken.into_iter().chain([free])), Some(free));
    }
}
