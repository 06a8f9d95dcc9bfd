//! A bug in init, that is a panic in any of its threads, is logged, and the machine reboots after a while, as it does
//! after a kernel panic.

use crate::Error;
use std::fs::OpenOptions;
use std::io::Write;
use std::time::Duration;

/// The kernel prints what is written here on every console, whatever may be locked or stuck in this process
/// (Documentation/ABI/testing/dev-kmsg). `<0>` is the severity: emergency.
const KERNEL_LOG: &str = "/dev/kmsg";

/// The kernel's own number of seconds (Documentation/admin-guide/sysctl/kernel.rst), which comes from `panic=` on the
/// command line but not from the image's settings.
const KERNEL_PANIC: &str = "/proc/sys/kernel/panic";

/// From now on a panic, init's or the kernel's, is followed by a reboot after this many seconds: never if that is 0, at
/// once if it is negative. `reboot` returns only if it fails.
///
/// # Errors
/// The kernel does not accept the number for its own panics.
pub fn reboot_after(seconds: i32, reboot: fn() -> Error) -> Result<(), Error> {
    std::panic::set_hook(Box::new(move |panic| {
        report(format_args!("bug in init: {panic}"));
        match seconds {
            0 => report(format_args!("the machine stays as it is: panic=0")),
            ..0 => {}
            1.. => {
                report(format_args!("reboot in {seconds} s"));
                std::thread::sleep(Duration::from_secs(seconds.unsigned_abs().into()));
            }
        }
        if seconds != 0 {
            report(format_args!("{}", reboot()));
        }
        // to return would end the process, which makes the kernel panic
        loop {
            nix::unistd::pause();
        }
    }));
    std::fs::write(KERNEL_PANIC, seconds.to_string())
        .map_err(|cause| Error::new(format!("write {seconds} to {KERNEL_PANIC}"), cause))
}

fn report(message: std::fmt::Arguments) {
    // One write is one message; a line break in it would hide what follows. Without one at its end the kernel
    // would wait for the rest of the line and print nothing before the next message.
    let message = format!("init: {message}").replace('\n', " ") + "\n";
    let _ = match OpenOptions::new().write(true).open(KERNEL_LOG) {
        Ok(mut log) => log.write_all(format!("<0>{message}").as_bytes()),
        // a kernel without printk; standard error of PID 1 is the console
        Err(_) => std::io::stderr().write_all(message.as_bytes()),
    };
}
