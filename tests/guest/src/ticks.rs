//! When the machine came to serve, by the processor's own count.

use std::arch::x86_64::_rdtsc;
use std::net::TcpStream;
use std::time::Duration;

/// The time stamp counter (Intel SDM, volume 3, section 18.17) counts from the moment of power-on: where QEMU counts
/// instructions it has a tick for each nanosecond of virtual time.
pub fn tell_once_served() {
    while TcpStream::connect(("127.0.0.1", 80)).is_err() {
        std::thread::sleep(Duration::from_millis(1));
    }
    // SAFETY: every x86-64 processor has this instruction, and Linux lets programs use it.
    println!("{} ticks", unsafe { _rdtsc() });
}
