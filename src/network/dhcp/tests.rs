//! A client and a server without a network, with a clock that the test sets.

use super::super::packet::{Mac, Message, MessageType, Options, option};
use super::*;
use proptest::prelude::*;

const MAC: Mac = Mac([0x52, 0x54, 0, 0x12, 0x34, 0x56]);
const SERVER: Ipv4Addr = Ipv4Addr::new(10, 0, 2, 2);
const OTHER_SERVER: Ipv4Addr = Ipv4Addr::new(10, 0, 2, 9);
const ADDRESS: Ipv4Addr = Ipv4Addr::new(10, 0, 2, 15);
const OTHER_ADDRESS: Ipv4Addr = Ipv4Addr::new(10, 0, 2, 77);
/// The middle of the random numbers: no jitter.
const EVEN: u32 = 1 << 31;

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// A request, without what never changes: type, receiver, present address, requested address, server.
#[derive(Debug, PartialEq, Eq)]
struct Asked(
    MessageType,
    Option<Ipv4Addr>,
    Ipv4Addr,
    Option<Ipv4Addr>,
    Option<Ipv4Addr>,
);

const DISCOVER: Asked = Asked(
    MessageType::Discover,
    None,
    Ipv4Addr::UNSPECIFIED,
    None,
    None,
);

fn asked(actions: &[Action]) -> Vec<Asked> {
    let sent = |action: &Action| match action {
        Action::Send { to, message } => Some(Asked(
            message.message_type().unwrap(),
            *to,
            message.client,
            message.options.address(option::REQUESTED_ADDRESS),
            message.options.address(option::SERVER),
        )),
        _ => None,
    };
    actions.iter().filter_map(sent).collect()
}

struct Test {
    client: Client,
    now: Moment,
}

impl Test {
    fn new() -> Test {
        Test {
            client: Client::new(MAC, Some("web".into())),
            now: seconds(1),
        }
    }

    fn link(&mut self, is_up: bool) -> Vec<Action> {
        self.client.on_link(is_up, self.now, EVEN)
    }

    /// Let time pass up to the deadline.
    fn sleep(&mut self) -> (Duration, Vec<Action>) {
        let deadline = self.client.deadline().expect("something to wait for");
        let slept = deadline.saturating_sub(self.now);
        self.now = deadline;
        (slept, self.client.on_time(self.now, EVEN))
    }

    fn sleep_for(&mut self, time: Duration) -> Vec<Action> {
        self.now += time;
        self.client.on_time(self.now, EVEN)
    }

    fn hear(&mut self, message: &Message) -> Vec<Action> {
        self.hear_from(SERVER, message)
    }

    fn hear_from(&mut self, from: Ipv4Addr, message: &Message) -> Vec<Action> {
        let bytes = message.encode();
        self.client.on_message(&bytes, from, self.now, EVEN)
    }

    fn message(
        &self,
        kind: MessageType,
        server: Ipv4Addr,
        address: Ipv4Addr,
        lease: u32,
    ) -> Message {
        Message {
            reply: true,
            transaction: self.client.transaction,
            seconds: 0,
            broadcast: false,
            client: Ipv4Addr::UNSPECIFIED,
            yours: address,
            mac: MAC,
            options: Options::default()
                .with(option::MESSAGE_TYPE, &[kind as u8])
                .with(option::SERVER, &server.octets())
                .with(option::NETMASK, &[255, 255, 255, 0])
                .with(option::LEASE_SECONDS, &lease.to_be_bytes()),
        }
    }

    fn offer(&self) -> Message {
        self.message(MessageType::Offer, SERVER, ADDRESS, 800)
    }

    fn ack(&self) -> Message {
        self.message(MessageType::Ack, SERVER, ADDRESS, 800)
    }

    fn nak(&self) -> Message {
        self.message(MessageType::Nak, SERVER, Ipv4Addr::UNSPECIFIED, 0)
    }

    /// A client that holds a lease of 800 s.
    fn bound() -> Test {
        let mut test = Test::new();
        test.link(true);
        test.hear(&test.offer());
        let actions = test.hear(&test.ack());
        assert_eq!(used(&actions), [(ADDRESS, Acquisition::Initial)]);
        test
    }
}

fn used(actions: &[Action]) -> Vec<(Ipv4Addr, Acquisition)> {
    let used = |action: &Action| match action {
        Action::Use(lease, acquisition) => Some((lease.settings.address, *acquisition)),
        _ => None,
    };
    actions.iter().filter_map(used).collect()
}

fn dropped(actions: &[Action]) -> Vec<(Ipv4Addr, LossCause)> {
    let dropped = |action: &Action| match action {
        Action::Drop(lease, cause) => Some((lease.settings.address, *cause)),
        _ => None,
    };
    actions.iter().filter_map(dropped).collect()
}

fn ignored(actions: &[Action]) -> Vec<String> {
    let ignored = |action: &Action| match action {
        Action::Ignored(reason) => Some(reason.to_string()),
        _ => None,
    };
    actions.iter().filter_map(ignored).collect()
}

fn unused(actions: &[Action]) -> Vec<String> {
    let unused = |action: &Action| match action {
        Action::Unused(server, unused) => Some((*server, unused.clone())),
        _ => None,
    };
    let unused = actions.iter().filter_map(unused);
    unused
        .flat_map(|(server, unused)| {
            let line = move |it| format!("{server} {it}");
            unused.into_iter().map(line)
        })
        .collect()
}

#[test]
fn nothing_is_asked_before_the_link_is_up() {
    let mut test = Test::new();
    assert_eq!(test.client.deadline(), None);
    assert_eq!(test.sleep_for(seconds(1000)), []);
    assert_eq!(asked(&test.link(true)), [DISCOVER]);
    test.link(false);
    assert_eq!(test.client.deadline(), None);
}

#[test]
fn an_offer_is_requested_by_broadcast_and_used_once_it_is_granted() {
    let mut test = Test::new();
    test.link(true);
    assert_eq!(
        asked(&test.hear(&test.offer())),
        [Asked(
            MessageType::Request,
            None,
            Ipv4Addr::UNSPECIFIED,
            Some(ADDRESS),
            Some(SERVER)
        )]
    );
    assert_eq!(
        used(&test.hear(&test.ack())),
        [(ADDRESS, Acquisition::Initial)]
    );
    // after a grant that comes twice, or an offer of another server, nothing changes
    assert_eq!(test.hear(&test.ack()), []);
    assert_eq!(test.hear(&test.offer()), []);
}

#[test]
fn the_server_learns_who_asks_for_what_and_for_how_long() {
    let mut test = Test::new();
    test.link(true);
    test.sleep();
    let (_, actions) = test.sleep();
    let Some(Action::Send { message, .. }) = actions.first() else {
        panic!("{actions:?}");
    };
    assert_eq!(message.seconds, 5);
    assert!(message.broadcast && !message.reply);
    assert_eq!(message.options.text(option::HOSTNAME), Some("web"));
    assert_eq!(
        message.options.get(option::CLIENT),
        Some(&[1, 0x52, 0x54, 0, 0x12, 0x34, 0x56][..])
    );
    assert_eq!(
        message.options.get(option::PARAMETER_LIST),
        Some(request::PARAMETERS)
    );
    // the request for the offer contains the same time, however late it is
    let offer = test.offer();
    test.now += seconds(3);
    let actions = test.hear(&offer);
    assert!(matches!(&actions[..], [Action::Send { message, .. }] if message.seconds == 5));
}

#[test]
fn silence_is_met_with_longer_and_longer_pauses_and_reported_less_and_less_often() {
    let mut test = Test::new();
    test.link(true);
    let mut reported = vec![];
    let pauses: Vec<u64> = (0..9)
        .map(|_| {
            let (pause, actions) = test.sleep();
            assert_eq!(asked(&actions), [DISCOVER]);
            for action in &actions {
                if let Action::NoOffer(time) = action {
                    reported.push(time.as_secs());
                }
            }
            pause.as_secs()
        })
        .collect();
    assert_eq!(pauses, [1, 4, 8, 16, 32, 64, 64, 64, 64]);
    assert_eq!(reported, [5, 29, 253]);
}

#[test]
fn jitter_is_at_most_a_second() {
    for tries in 0..10 {
        let even = back_off(tries, EVEN);
        let spread = even - back_off(tries, 0);
        assert!(spread <= seconds(1) && spread <= even / 4);
        assert!(back_off(tries, u32::MAX) <= even + spread);
    }
}

#[test]
fn an_offer_whose_server_falls_silent_is_requested_a_few_times_and_then_given_up() {
    let mut test = Test::new();
    test.link(true);
    test.hear(&test.offer());
    for pause in [1, 4] {
        let (slept, actions) = test.sleep();
        assert_eq!(slept.as_secs(), pause);
        assert_eq!(asked(&actions)[0].0, MessageType::Request);
    }
    let (slept, actions) = test.sleep();
    assert_eq!((slept.as_secs(), asked(&actions)), (8, vec![DISCOVER]));
}

#[test]
fn what_a_lying_server_says_changes_nothing() {
    let mut test = Test::new();
    test.link(true);
    let good = test.offer();
    let lie = |change: fn(&mut Message)| {
        let mut message = good.clone();
        change(&mut message);
        message
    };
    for (message, reason) in [
        (
            lie(|message| message.transaction ^= 1),
            "it answers another request",
        ),
        (
            lie(|message| message.reply = false),
            "it is a client's request",
        ),
        (
            lie(|message| message.yours = Ipv4Addr::BROADCAST),
            "255.255.255.255 can't be a host's address",
        ),
        (
            lie(|message| message.options = Options::default()),
            "it has no message type",
        ),
    ] {
        let actions = test.hear(&message);
        assert_eq!(ignored(&actions), [reason]);
        assert_eq!(actions.len(), 1);
    }
    // messages to others are not reported
    assert_eq!(test.hear(&lie(|message| message.mac = Mac([2; 6]))), []);
    let bytes = test.client.on_message(&[1; 20], SERVER, test.now, EVEN);
    assert_eq!(ignored(&bytes), ["20 bytes are too short for DHCP"]);
    // an answer to a request that was not sent
    assert_eq!(test.hear(&test.ack()), []);
    assert_eq!(test.hear(&test.nak()), []);
    assert_eq!(asked(&test.hear(&good)).len(), 1);
}

#[test]
fn only_the_server_that_was_asked_can_grant_or_refuse() {
    let mut test = Test::new();
    test.link(true);
    test.hear(&test.offer());
    for kind in [MessageType::Ack, MessageType::Nak] {
        let mut message = test.message(kind, OTHER_SERVER, ADDRESS, 800);
        let reason = "10.0.2.9 was not asked";
        assert_eq!(ignored(&test.hear(&message)), [reason]);
        message.options = Options::default().with(option::MESSAGE_TYPE, &[kind as u8]);
        assert_eq!(ignored(&test.hear_from(OTHER_SERVER, &message)), [reason]);
        let nobody = Ipv4Addr::UNSPECIFIED;
        let reason = "it does not name its server";
        assert_eq!(ignored(&test.hear_from(nobody, &message)), [reason]);
    }
    let other = test.message(MessageType::Ack, SERVER, OTHER_ADDRESS, 800);
    assert_eq!(
        ignored(&test.hear(&other)),
        ["10.0.2.77 is not what was offered"]
    );
    assert_eq!(used(&test.hear(&test.ack())).len(), 1);
}

#[test]
fn a_server_that_does_not_name_itself_is_known_by_the_sender_of_its_message() {
    let anonymous = |mut message: Message| {
        message.options = message.options.without(option::SERVER);
        message
    };
    let mut test = Test::new();
    test.link(true);
    let offer = anonymous(test.offer());
    let actions = test.hear_from(OTHER_SERVER, &offer);
    let [Asked(_, _, _, _, server)] = asked(&actions)[..] else {
        panic!("{actions:?}");
    };
    assert_eq!(server, Some(OTHER_SERVER));
    let ack = anonymous(test.ack());
    assert_eq!(used(&test.hear_from(OTHER_SERVER, &ack)).len(), 1);
    // and while it renews
    test.sleep();
    let ack = anonymous(test.ack());
    let actions = test.hear(&ack);
    assert_eq!(ignored(&actions), ["10.0.2.2 was not asked"]);
    let actions = test.hear_from(OTHER_SERVER, &ack);
    assert_eq!(used(&actions), [(ADDRESS, Acquisition::Renewed)]);
    test.sleep();
    let nak = anonymous(test.nak());
    let actions = test.hear_from(OTHER_SERVER, &nak);
    assert_eq!(dropped(&actions), [(ADDRESS, LossCause::Refused)]);
}

#[test]
fn a_server_that_withdraws_every_offer_is_asked_less_and_less_often() {
    let mut test = Test::new();
    test.link(true);
    for pause in [1, 4, 8, 16, 32, 64, 64] {
        test.hear(&test.offer());
        let actions = test.hear(&test.nak());
        assert_eq!(ignored(&actions).len(), 1);
        let (slept, actions) = test.sleep();
        assert_eq!((slept.as_secs(), asked(&actions)), (pause, vec![DISCOVER]));
    }
}

#[test]
fn a_lease_is_renewed_at_half_its_time_by_unicast() {
    let mut test = Test::bound();
    let (slept, actions) = test.sleep();
    // 400 s, less half of the sixteenth that is random
    assert_eq!(slept.as_millis(), 387_500);
    assert_eq!(
        asked(&actions),
        [Asked(
            MessageType::Request,
            Some(SERVER),
            ADDRESS,
            None,
            None
        )]
    );
    assert_eq!(
        used(&test.hear(&test.ack())),
        [(ADDRESS, Acquisition::Renewed)]
    );
    let (slept, _) = test.sleep();
    assert_eq!(slept.as_millis(), 387_500);
}

#[test]
fn a_lease_counts_from_when_it_was_asked_for() {
    let mut test = Test::new();
    test.link(true);
    test.hear(&test.offer());
    let ack = test.ack();
    let begun = test.now;
    test.now += Duration::from_millis(900);
    test.hear(&ack);
    assert_eq!(
        test.client.deadline().unwrap() - begun,
        Duration::from_millis(387_500)
    );
}

#[test]
fn what_is_not_used_of_a_lease_is_reported_once_and_again_when_it_changes() {
    let with = |test: &Test, name: &[u8]| {
        let mut message = test.ack();
        message.options = message.options.with(option::HOSTNAME, name);
        message
    };
    let mut test = Test::new();
    test.link(true);
    test.hear(&test.offer());
    let grant = with(&test, b"my vm");
    let line = "10.0.2.2 option 12 (host name): 'my vm' can't be a name, not used";
    assert_eq!(unused(&test.hear(&grant)), [line]);
    let mut renew = |name: &[u8]| {
        test.sleep();
        let grant = with(&test, name);
        let actions = test.hear(&grant);
        assert_eq!(used(&actions), [(ADDRESS, Acquisition::Renewed)]);
        unused(&actions)
    };
    assert_eq!(renew(b"my vm"), [""; 0]);
    assert_eq!(renew(b"my-vm"), [""; 0]);
    assert_eq!(renew(b"my vm"), [line]);
}

#[test]
fn a_silent_server_is_asked_again_then_any_other_until_the_lease_expires() {
    let mut test = Test::bound();
    let begun = test.now;
    let mut asked_at = vec![];
    let mut last = vec![];
    while dropped(&last).is_empty() {
        (_, last) = test.sleep();
        for Asked(kind, to, client, _, _) in asked(&last) {
            if kind == MessageType::Request {
                assert_eq!(client, ADDRESS);
                asked_at.push(((test.now - begun).as_secs(), to.is_some()));
            }
        }
    }
    assert_eq!(dropped(&last), [(ADDRESS, LossCause::Expired)]);
    assert_eq!((test.now - begun).as_secs(), 800);
    // at once it starts over
    assert_eq!(asked(&last), [DISCOVER]);
    assert_eq!(
        asked_at,
        [
            (387, true),
            (543, true),
            (621, true),
            (673, true),
            (700, false),
            (751, false),
        ]
    );
}

#[test]
fn any_server_may_rebind_the_lease_to_another_address() {
    let mut test = Test::bound();
    test.sleep_for(seconds(700));
    let other = test.message(MessageType::Ack, OTHER_SERVER, OTHER_ADDRESS, 100);
    assert_eq!(
        used(&test.hear(&other)),
        [(OTHER_ADDRESS, Acquisition::Rebound)]
    );
    let actions = test.sleep_for(seconds(50));
    assert_eq!(
        asked(&actions),
        [Asked(
            MessageType::Request,
            Some(OTHER_SERVER),
            OTHER_ADDRESS,
            None,
            None
        )]
    );
}

#[test]
fn while_it_renews_only_its_own_server_counts_but_may_give_another_address() {
    let mut test = Test::bound();
    test.sleep();
    let other = test.message(MessageType::Nak, OTHER_SERVER, ADDRESS, 800);
    assert_eq!(ignored(&test.hear(&other)), ["10.0.2.9 was not asked"]);
    let zero = test.message(MessageType::Ack, SERVER, ADDRESS, 0);
    assert_eq!(ignored(&test.hear(&zero)), ["a lease of 0 s is too short"]);
    let changed = test.message(MessageType::Ack, SERVER, OTHER_ADDRESS, 800);
    assert_eq!(
        used(&test.hear(&changed)),
        [(OTHER_ADDRESS, Acquisition::Renewed)]
    );
}

#[test]
fn a_refused_renewal_takes_the_address_away_and_starts_over_at_once() {
    let mut test = Test::bound();
    test.sleep();
    let actions = test.hear(&test.nak());
    assert_eq!(dropped(&actions), [(ADDRESS, LossCause::Refused)]);
    assert_eq!(asked(&actions), [DISCOVER]);
}

#[test]
fn after_a_long_sleep_of_the_machine_an_expired_lease_is_not_renewed() {
    let mut test = Test::bound();
    let late = test.ack();
    let actions = test.sleep_for(seconds(100_000));
    assert_eq!(dropped(&actions), [(ADDRESS, LossCause::Expired)]);
    assert_eq!(asked(&actions), [DISCOVER]);
    // nor by a message that came in before the clock was looked at
    let mut test = Test::bound();
    test.now += seconds(100_000);
    let actions = test.hear(&late);
    assert_eq!(dropped(&actions).len(), 1);
    assert_eq!(used(&actions), []);
}

#[test]
fn a_sleep_over_t1_goes_on_with_t2() {
    let mut test = Test::bound();
    let actions = test.sleep_for(seconds(750));
    assert_eq!(
        asked(&actions),
        [Asked(MessageType::Request, None, ADDRESS, None, None)]
    );
}

#[test]
fn a_lease_forever_is_never_renewed() {
    let mut test = Test::new();
    test.link(true);
    test.hear(&test.offer());
    let forever = test.message(MessageType::Ack, SERVER, ADDRESS, u32::MAX);
    assert_eq!(used(&test.hear(&forever)).len(), 1);
    assert_eq!(test.client.deadline(), None);
    assert_eq!(test.sleep_for(Duration::from_secs(1 << 40)), []);
}

#[test]
fn after_the_link_was_down_the_lease_is_confirmed() {
    let mut test = Test::bound();
    test.link(false);
    test.now += seconds(10);
    let confirm = Asked(
        MessageType::Request,
        None,
        Ipv4Addr::UNSPECIFIED,
        Some(ADDRESS),
        None,
    );
    assert_eq!(asked(&test.link(true)), [confirm]);
    let ack = test.message(MessageType::Ack, OTHER_SERVER, ADDRESS, 800);
    assert_eq!(used(&test.hear(&ack)), [(ADDRESS, Acquisition::Confirmed)]);
}

#[test]
fn a_lease_that_nobody_confirms_or_refuses_is_kept_as_it_was() {
    let mut test = Test::bound();
    let renewal = test.client.deadline().unwrap();
    test.link(false);
    test.link(true);
    for pause in [1, 4] {
        let (slept, actions) = test.sleep();
        assert_eq!((slept.as_secs(), asked(&actions).len()), (pause, 1));
    }
    let (_, actions) = test.sleep();
    assert_eq!(actions, []);
    assert_eq!(test.client.deadline(), Some(renewal));
}

#[test]
fn a_lease_that_another_network_refuses_is_given_up() {
    let mut test = Test::bound();
    test.link(false);
    test.link(true);
    let nak = test.message(MessageType::Nak, OTHER_SERVER, Ipv4Addr::UNSPECIFIED, 0);
    assert_eq!(dropped(&test.hear(&nak)), [(ADDRESS, LossCause::Refused)]);
}

#[test]
fn a_lease_that_expires_while_the_link_is_down_is_requested_when_it_is_up() {
    let mut test = Test::bound();
    test.link(false);
    let actions = test.sleep_for(seconds(800));
    assert_eq!(dropped(&actions), [(ADDRESS, LossCause::Expired)]);
    assert_eq!(asked(&actions), []);
    assert_eq!(test.client.deadline(), None);
    assert_eq!(asked(&test.link(true)), [DISCOVER]);
}

#[test]
fn a_lease_is_released_at_its_server_and_not_requested_again() {
    let mut test = Test::bound();
    let actions = test.client.release(test.now, EVEN);
    assert_eq!(
        asked(&actions),
        [Asked(
            MessageType::Release,
            Some(SERVER),
            ADDRESS,
            None,
            Some(SERVER)
        )]
    );
    assert_eq!(dropped(&actions), [(ADDRESS, LossCause::Released)]);
    assert_eq!(test.client.deadline(), None);
    assert_eq!(test.sleep_for(seconds(1000)), []);
    assert_eq!(test.client.release(test.now, EVEN), []);
}

/// What may happen to a client.
#[derive(Debug, Clone)]
enum Stimulus {
    Link(bool),
    Sleep,
    SleepFor(u32),
    Bytes(Vec<u8>),
    /// An answer, with parts that fit or don't.
    Answer {
        kind: u8,
        fits: bool,
        server: u8,
        address: u32,
        lease: u32,
        times: Option<(u32, u32)>,
    },
}

fn any_stimulus() -> impl Strategy<Value = Stimulus> {
    let lease = prop_oneof![Just(0), Just(6), Just(800), Just(u32::MAX), any::<u32>()];
    let address = prop_oneof![
        6 => Just(ADDRESS.to_bits()),
        2 => Just(OTHER_ADDRESS.to_bits()),
        1 => any::<u32>(),
    ];
    let answer = (
        prop_oneof![3 => Just(2u8), 3 => Just(5u8), 1 => 0..9u8],
        prop::bool::weighted(0.9),
        prop_oneof![5 => Just(2u8), 1 => any::<u8>()],
        address,
        lease,
        any::<Option<(u32, u32)>>(),
    );
    prop_oneof![
        2 => prop::bool::weighted(0.7).prop_map(Stimulus::Link),
        6 => Just(Stimulus::Sleep),
        2 => any::<u32>().prop_map(Stimulus::SleepFor),
        1 => prop::collection::vec(any::<u8>(), 0..400).prop_map(Stimulus::Bytes),
        9 => answer.prop_map(|(kind, fits, server, address, lease, times)| Stimulus::Answer {
            kind,
            fits,
            server,
            address,
            lease,
            times,
        }),
    ]
}

proptest! {
    /// Whatever happens, in whatever order.
    #[test]
    fn nothing_confuses_the_client(
        stimuli in prop::collection::vec((any_stimulus(), any::<u32>()), 1..40),
    ) {
        let mut test = Test::new();
        test.link(true);
        // what the machine uses, and until when it may
        let mut held: Option<(Lease, Option<Moment>)> = None;
        for (stimulus, random) in stimuli {
            let Test { client, now } = &mut test;
            let mut actions = match stimulus {
                Stimulus::Link(is_up) => client.on_link(is_up, *now, random),
                Stimulus::Sleep => {
                    *now = client.deadline().map_or(*now, |deadline| deadline.max(*now));
                    client.on_time(*now, random)
                }
                Stimulus::SleepFor(time) => {
                    *now += Duration::from_millis(time.into());
                    client.on_time(*now, random)
                }
                Stimulus::Bytes(bytes) => client.on_message(&bytes, SERVER, *now, random),
                Stimulus::Answer { kind, fits, server, address, lease, times } => {
                    let mut message = test.message(
                        MessageType::Offer,
                        Ipv4Addr::new(10, 0, 2, server),
                        address.into(),
                        lease,
                    );
                    let mut options = Options::default().with(option::MESSAGE_TYPE, &[kind]);
                    for number in [option::SERVER, option::NETMASK, option::LEASE_SECONDS] {
                        options = options.with(number, message.options.get(number).unwrap());
                    }
                    if let Some((renew, rebind)) = times {
                        options = options
                            .with(option::RENEW_SECONDS, &renew.to_be_bytes())
                            .with(option::REBIND_SECONDS, &rebind.to_be_bytes());
                    }
                    message.options = options;
                    message.transaction ^= u32::from(!fits);
                    test.client.on_message(&message.encode(), SERVER, test.now, random)
                }
            };
            // as is done after everything that happens
            actions.extend(test.client.on_time(test.now, random));
            for action in &actions {
                match action {
                    Action::Use(lease, acquisition) => {
                        prop_assert_eq!(held.is_none(), *acquisition == Acquisition::Initial);
                        let until = lease.times.map(|times| test.now + times.expire);
                        held = Some((lease.clone(), until));
                    }
                    Action::Drop(lease, cause) => {
                        let (used, _) = held.take().expect("something is used");
                        prop_assert_eq!(&used, lease);
                        prop_assert!(*cause != LossCause::Released);
                    }
                    Action::Send { message, to } => {
                        prop_assert_eq!(Message::decode(&message.encode()), Ok(message.clone()));
                        prop_assert!(to.is_none() || held.is_some());
                        let used = held.as_ref().map(|(lease, _)| lease.settings.address);
                        prop_assert!(message.client.is_unspecified() || Some(message.client) == used);
                    }
                    Action::Ignored(_) | Action::Unused(..) | Action::NoOffer(_) => {}
                }
            }
            prop_assert!(actions.len() <= 8, "{:?}", actions);
            // an address is not used any longer than it may be
            if let Some((_, Some(until))) = held {
                prop_assert!(test.now < until);
            }
            // there is always something to wait for, and it is in the future
            match test.client.deadline() {
                Some(deadline) => prop_assert!(deadline > test.now),
                None => prop_assert!(
                    !test.client.link_is_up && held.is_none()
                        || matches!(held, Some((_, None)))
                ),
            }
        }
    }
}
