//! How long the machine took until it served, by the processor's own clock.
#![expect(unsafe_code, reason = "an instruction of the processor")]

use std::arch::x86_64::_rdtsc;
use std::net::TcpStream;
use std::time::Duration;

/// The time stamp counter (Intel SDM, volume 3, section 18.17) starts at 0 at power-on. Where QEMU counts
/// instructions, a tick is a nanosecond of virtual time.
pub fn print_when_served() {
    while TcpStream::connect(("127.0.0.1", 80)).is_err() {
        std::thread::sleep(Duration::from_millis(1));
    }
    // SAFETY: every x86-64 processor has this instruction, and Linux allows it to programs.
    println!("{} ticks", unsafe { _rdtsc() });
}
