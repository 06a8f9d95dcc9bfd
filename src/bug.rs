//! A bug of our own, a panic in whatever thread, is told, and the machine reboots after a while; as it does
//! after a panic of the kernel.

use crate::Error;
use crate::shutdown::{self, End};
use std::fs::OpenOptions;
use std::io::Write;
use std::time::Duration;

/// The kernel prints on every console what is written here, whatever may be locked or stuck in this process
/// (Documentation/ABI/testing/dev-kmsg). `<0>`: an emergency.
const KERNEL_LOG: &str = "/dev/kmsg";

/// The kernel's own number of seconds (Documentation/admin-guide/sysctl/kernel.rst), which knows `panic=` of the
/// command line but not what the image says.
const KERNELS: &str = "/proc/sys/kernel/panic";

/// From now on a panic, init's or the kernel's, is followed by a reboot, after so many seconds: with 0 never,
/// with a negative number at once.
///
/// # Errors
/// The kernel does not take the number for its own panics.
pub fn reboot_after(seconds: i32) -> Result<(), Error> {
    std::panic::set_hook(Box::new(move |panic| {
        tell(format_args!("bug in init: {panic}"));
        match seconds {
            0 => tell(format_args!("the machine stays as it is: panic=0")),
            ..0 => {}
            1.. => {
                tell(format_args!("reboot in {seconds} s"));
                std::thread::sleep(Duration::from_secs(seconds.unsigned_abs().into()));
            }
        }
        if seconds != 0 {
            let error = shutdown::end(End::Reboot);
            tell(format_args!("{error}"));
        }
        // to return would end the process, and that the kernel answers with a panic of its own
        loop {
            nix::unistd::pause();
        }
    }));
    std::fs::write(KERNELS, seconds.to_string())
        .map_err(|cause| Error::new(format!("write {seconds} to {KERNELS}"), cause))
}

fn tell(message: std::fmt::Arguments) {
    // One write is one message; a line break in it would hide what follows. Without one at its end the kernel
    // would wait for the rest of the line, and print nothing before the next message.
    let message = format!("init: {message}").replace('\n', " ") + "\n";
    let _ = match OpenOptions::new().write(true).open(KERNEL_LOG) {
        Ok(mut log) => log.write_all(format!("<0>{message}").as_bytes()),
        // a kernel without messages; what PID 1 is born with is the console
        Err(_) => std::io::stderr().write_all(message.as_bytes()),
    };
}
