//! What the network's thread does to the machine, and tells.

use super::dhcp::{Action, How, Why};
use super::event::{Configured, Event, Granted, Status};
use super::interface::{Interface, has_sent_all};
use super::settings::Settings;
use super::{Thread, names, now, packet};
use crate::Error;
use std::net::{Ipv4Addr, UdpSocket};
use std::sync::PoisonError;
use std::time::{Duration, Instant};

/// For the last message to leave the machine; its receiver may have to be asked for its Ethernet address.
const TO_LEAVE: Duration = Duration::from_millis(500);

impl Thread {
    /// What the client wants done. `from`: whose message made it want that.
    pub(super) fn perform(
        &mut self,
        interface: &Interface,
        socket: &UdpSocket,
        actions: Vec<Action>,
        from: Ipv4Addr,
    ) {
        let device = interface.name();
        for action in actions {
            match action {
                Action::Send { to, message } => {
                    let to = to.unwrap_or(Ipv4Addr::BROADCAST);
                    if let Err(cause) = socket.send_to(&message.encode(), (to, packet::SERVER_PORT))
                    {
                        let doing = format!("network: {device}: send to {to}");
                        self.tell(Event::Failed(Error::new(doing, cause)));
                    }
                }
                Action::Use(lease, how) => {
                    let granted = Granted {
                        server: lease.server,
                        time: lease.times.map(|times| times.expire),
                        since: now(),
                    };
                    self.configure(interface, lease.settings, Some(granted), how);
                }
                Action::Drop(lease, why) => {
                    let deadline = Instant::now() + TO_LEAVE;
                    while why == Why::Released && !has_sent_all(socket) && Instant::now() < deadline
                    {
                        std::thread::sleep(Duration::from_millis(2));
                    }
                    self.expect(interface.remove_address());
                    if why != Why::Released {
                        self.expect(interface.take_for_broadcast(true));
                    }
                    self.update(|status| status.configured = None);
                    self.began = now();
                    self.tell(Event::Lost {
                        device: device.to_owned(),
                        settings: lease.settings,
                        why,
                    });
                }
                Action::Ignored(reason) => self.tell(Event::Ignored {
                    device: device.to_owned(),
                    from,
                    reason,
                }),
                Action::Unused(server, unused) => {
                    for unused in unused {
                        let device = device.to_owned();
                        self.tell(Event::Unused {
                            device,
                            server,
                            unused,
                        });
                    }
                }
                Action::NoOffer(time) => self.tell(Event::NoOffer(device.to_owned(), time)),
            }
        }
    }

    /// Make the device as the settings say, changing only what is different, and tell.
    pub(super) fn configure(
        &mut self,
        interface: &Interface,
        mut settings: Settings,
        lease: Option<Granted>,
        how: How,
    ) {
        let mut before = None;
        self.update(|status| before.clone_from(&status.configured));
        let took = match &before {
            Some(before) => before.took,
            None => now().saturating_sub(self.began),
        };
        if let Some(own) = &self.hostname {
            settings.hostname = settings.hostname.filter(|name| name == own);
        }
        let mtu = self.set_mtu(interface, before.as_ref(), settings.mtu);
        let known = before.as_ref().map(|before| &before.settings);
        if let Err(error) = self.apply(interface, known, &settings) {
            self.update(|status| status.configured = None);
            return self.tell(Event::Failed(error));
        }
        self.is_unannounced |= !before
            .as_ref()
            .is_some_and(|before| before.settings.is_same_address(&settings));
        self.leave_others();
        let configured = Configured {
            device: interface.name().to_owned(),
            settings,
            mtu,
            lease,
            took,
        };
        self.update(|status| status.configured = Some(configured.clone()));
        self.tell(match before {
            None => Event::Configured(configured),
            Some(before) if before.is_as(&configured) => Event::Extended(configured, how),
            Some(before) => Event::Changed {
                before: before.settings,
                now: configured,
                how,
            },
        });
    }

    /// # Errors
    /// The address can't be set. What else fails is told.
    fn apply(
        &mut self,
        interface: &Interface,
        before: Option<&Settings>,
        settings: &Settings,
    ) -> Result<(), Error> {
        let mut routes = settings.routes_in_order();
        match before {
            Some(before) if before.is_same_address(settings) => {
                let old = before.routes_in_order();
                for route in old.iter().filter(|route| !routes.contains(route)) {
                    self.expect(interface.remove_route(route));
                }
                routes.retain(|route| !old.contains(route));
            }
            // the old routes go with the old address
            _ => interface.set_address(settings.address, settings.prefix)?,
        }
        if before.is_none() {
            self.expect(interface.take_for_broadcast(false));
        }
        for route in &routes {
            self.expect(interface.add_route(route));
        }
        let names = |settings: &Settings| settings.resolv_conf();
        if before.map(names) != Some(names(settings)) {
            self.expect(names::write_resolv_conf(settings));
        }
        if self.hostname.is_none() {
            self.expect(names::set_hostname(settings.hostname.as_deref()));
        }
        Ok(())
    }

    /// Make it what is wanted, else, or if the device does not take that, the device's own. Returns what it is
    /// then, unless nothing was wanted and it is the device's own.
    fn set_mtu(
        &mut self,
        interface: &Interface,
        before: Option<&Configured>,
        wanted: Option<u16>,
    ) -> Option<u16> {
        // what the device did not take it does not take now
        if before.is_none_or(|before| before.settings.mtu != wanted) {
            for mtu in wanted.into_iter().chain([self.own_mtu]) {
                let set = interface.set_mtu(mtu);
                let is_set = set.is_ok();
                self.expect(set);
                if is_set {
                    break;
                }
            }
        }
        let mtu = interface.mtu().ok()?;
        (wanted.is_some() || mtu != self.own_mtu).then_some(mtu)
    }

    pub(super) fn expect(&mut self, result: Result<(), Error>) {
        if let Err(error) = result {
            self.tell(Event::Failed(error));
        }
    }

    pub(super) fn tell(&mut self, event: Event) {
        let limit = event.flood().and_then(|kind| self.limits.get_mut(kind));
        if let Some(limit) = limit {
            match limit.admit(now()) {
                None => return,
                Some(0) => {}
                Some(untold) => (self.tell)(Event::Untold(untold)),
            }
        }
        (self.tell)(event);
    }

    pub(super) fn is_configured(&self) -> bool {
        let mut is_configured = false;
        self.update(|status| is_configured = status.configured.is_some());
        is_configured
    }

    pub(super) fn update(&self, change: impl FnOnce(&mut Status)) {
        change(&mut self.status.lock().unwrap_or_else(PoisonError::into_inner));
    }
}
