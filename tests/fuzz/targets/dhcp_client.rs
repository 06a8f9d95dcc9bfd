//! Whatever the network does to the client, it holds no address that it must not, and it never gives up.
#![no_main]

use libfuzzer_sys::arbitrary::{Result, Unstructured};
use libfuzzer_sys::fuzz_target;
use scratchmachine::network::dhcp::{Action, Client, Moment};
use scratchmachine::network::packet::{Mac, Message, Options};
use scratchmachine::network::{Acquisition, Lease, LossCause};
use std::net::Ipv4Addr;
use std::time::Duration;

const MAC: Mac = Mac([0x52, 0x54, 0, 0x12, 0x34, 0x56]);
/// Where messages are from.
const SERVER: Ipv4Addr = Ipv4Addr::new(10, 0, 2, 2);
/// An Ethernet frame's worth.
const LARGEST_MESSAGE: usize = 1472;

struct World {
    client: Client,
    now: Moment,
    link_is_up: bool,
    /// What the machine uses, and until when it may.
    held: Option<(Lease, Option<Moment>)>,
    /// The transaction that the client asked in last.
    transaction: u32,
}

impl World {
    fn new() -> World {
        World {
            client: Client::new(MAC, Some("web".into())),
            now: Duration::from_secs(1),
            link_is_up: false,
            held: None,
            transaction: 0,
        }
    }

    fn link(&mut self, is_up: bool, random: u32) -> Vec<Action> {
        self.link_is_up = is_up;
        self.client.on_link(is_up, self.now, random)
    }

    fn sleep(&mut self, until: Moment, random: u32) -> Vec<Action> {
        self.now = until.max(self.now);
        self.client.on_time(self.now, random)
    }

    /// A server's message, sound but for what the bytes put into its options.
    fn answer(&mut self, bytes: &mut Unstructured, random: u32) -> Result<Vec<Action>> {
        let mut message = Message {
            reply: true,
            transaction: self.transaction,
            seconds: 0,
            broadcast: false,
            client: Ipv4Addr::UNSPECIFIED,
            yours: bytes.arbitrary::<[u8; 4]>()?.into(),
            mac: MAC,
            options: Options::default(),
        }
        .encode();
        // the option END and what fills the message up
        message.truncate(240);
        let length = bytes.arbitrary::<u8>()?.into();
        message.extend_from_slice(bytes.bytes(length)?);
        Ok(self.client.on_message(&message, SERVER, self.now, random))
    }

    fn release(&mut self, random: u32) {
        let actions = self.client.release(self.now, random);
        match (&actions[..], self.held.take()) {
            ([], None) => {}
            (
                [
                    Action::Send { to, .. },
                    Action::Drop(lease, LossCause::Released),
                ],
                Some((held, _)),
            ) => {
                assert_eq!(lease, &held);
                assert_eq!(*to, Some(held.server));
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(self.client.deadline(), None);
        self.link_is_up = false;
    }

    fn check(&mut self, actions: Vec<Action>) {
        assert!(actions.len() <= 8, "{actions:?}");
        for action in actions {
            match action {
                Action::Use(lease, acquisition) => {
                    assert_eq!(self.held.is_none(), acquisition == Acquisition::Initial);
                    let until = lease.times.map(|times| self.now + times.expire);
                    self.held = Some((lease, until));
                }
                Action::Drop(lease, cause) => {
                    let (used, _) = self.held.take().expect("something is used");
                    assert_eq!(used, lease);
                    assert_ne!(cause, LossCause::Released);
                }
                Action::Send { message, to } => {
                    let bytes = message.encode();
                    assert!(bytes.len() <= LARGEST_MESSAGE);
                    assert_eq!(Message::decode(&bytes), Ok(message.clone()));
                    let held = self.held.as_ref().map(|(lease, _)| lease);
                    let address = held.map(|lease| lease.settings.address);
                    assert!(to.is_none() || to == held.map(|lease| lease.server));
                    assert!(message.client.is_unspecified() || Some(message.client) == address);
                    self.transaction = message.transaction;
                }
                Action::Ignored(reason) => {
                    assert!(!reason.to_string().chars().any(char::is_control))
                }
                Action::Unused(_, unused) => {
                    for unused in unused {
                        assert!(!unused.to_string().chars().any(char::is_control))
                    }
                }
                Action::NoOffer(_) => assert!(self.held.is_none()),
            }
        }
        if let Some((_, Some(until))) = self.held {
            assert!(
                self.now < until,
                "an address is not used longer than it may be"
            );
        }
        match self.client.deadline() {
            Some(deadline) => assert!(deadline > self.now),
            None => assert!(match &self.held {
                None => !self.link_is_up,
                Some((_, until)) => until.is_none(),
            }),
        }
    }
}

// what happens, each with the chance that the client takes then
fn live(bytes: &mut Unstructured) -> Result<()> {
    let mut world = World::new();
    while !bytes.is_empty() {
        let (what, random): (u8, u32) = (bytes.arbitrary()?, bytes.arbitrary()?);
        let mut actions = match what % 8 {
            0 => world.link(true, random),
            1 => world.link(false, random),
            2 | 3 => world.sleep(world.client.deadline().unwrap_or(world.now), random),
            4 => {
                let milliseconds = bytes.arbitrary::<u32>()?.into();
                world.sleep(world.now + Duration::from_millis(milliseconds), random)
            }
            5 if what == 5 => {
                world.release(random);
                vec![]
            }
            5 => {
                let length = bytes.arbitrary::<u16>()? % 512;
                let message = bytes.bytes(length.into())?;
                world.client.on_message(message, SERVER, world.now, random)
            }
            _ => world.answer(bytes, random)?,
        };
        // as is done after everything that happens
        actions.extend(world.client.on_time(world.now, random));
        world.check(actions);
    }
    Ok(())
}

fuzz_target!(|bytes: &[u8]| {
    // too short for what it begins: that does not happen
    let _ = live(&mut Unstructured::new(bytes));
});
