//! What was booted: the versions of init and of Linux, and the identity of the image.

use scratchmachine::Error;
use scratchmachine::logs::Log;

pub const VERSION: &str = env!("CARGO_PKG_VERSION");
/// Where the image keeps its identity, a hash over everything that it was made from.
const IMAGE: &str = "/etc/scratchmachine.image";

/// Log all of it and return the identity of the image.
pub fn log(log: &Log) -> String {
    let image = image(log);
    let release = kernel_release();
    log.info(format_args!(
        "scratchmachine {VERSION}, image {image}, Linux {release}"
    ));
    image
}

fn image(log: &Log) -> String {
    let identity = std::fs::read_to_string(IMAGE).unwrap_or_else(|error| {
        log.warn(Error::new(format!("read {IMAGE}"), error));
        String::new()
    });
    match identity.trim() {
        "" => "unknown".into(),
        identity => identity.into(),
    }
}

fn kernel_release() -> String {
    let kernel = nix::sys::utsname::uname();
    kernel.map_or(String::new(), |kernel| {
        kernel.release().to_string_lossy().into_owned()
    })
}
