//! Bring the machine onto the network.

mod interface;

use crate::Error;
use crate::config::{Ip, Static};
use interface::Interface;
use std::fmt;
use std::path::Path;
use std::time::{Duration, Instant};

/// How long a device may take to appear once its driver is in. Drivers probe their devices while they are
/// being loaded, so that in most machines it is there at once.
const DEVICE_DEADLINE: Duration = Duration::from_secs(5);
const POLL_INTERVAL: Duration = Duration::from_millis(10);
const DEFAULT_DEVICE: &str = "eth0";

pub enum Outcome {
    Off,
    Up(Configured),
}

/// A device that has its address, shown as `eth0 10.0.2.15/24`.
pub struct Configured {
    device: String,
    settings: Static,
}

impl fmt::Display for Configured {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let prefix = u32::from(self.settings.netmask).count_ones();
        write!(f, "{} {}/{prefix}", self.device, self.settings.address)
    }
}

/// Wait for the device and give it its address.
///
/// # Errors
/// The device does not appear within [`DEVICE_DEADLINE`], or the kernel refuses a setting.
pub fn configure(ip: &Ip) -> Result<Outcome, Error> {
    let settings = match ip {
        Ip::Off => return Ok(Outcome::Off),
        Ip::Static(settings) => settings,
    };
    let device = settings.device.as_deref().unwrap_or(DEFAULT_DEVICE);
    wait_for(device)?;
    let interface = Interface::open(device)?;
    interface.set_address(settings.address)?;
    interface.set_netmask(settings.netmask)?;
    interface.bring_up()?;
    Ok(Outcome::Up(Configured {
        device: device.to_owned(),
        settings: settings.clone(),
    }))
}

fn wait_for(device: &str) -> Result<(), Error> {
    let path = Path::new("/sys/class/net").join(device);
    let start = Instant::now();
    while !path.exists() {
        if start.elapsed() >= DEVICE_DEADLINE {
            return Err(Error::new(
                format!("network: find {device}"),
                format_args!("no such device after {} s", DEVICE_DEADLINE.as_secs()),
            )
            .advise("has the machine a network card, and the image its driver?"));
        }
        std::thread::sleep(POLL_INTERVAL);
    }
    Ok(())
}
