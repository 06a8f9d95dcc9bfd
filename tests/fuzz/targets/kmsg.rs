//! A record of the kernel's log that is understood prints and is read again as the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use scratchmachine::logs::kmsg::{self, Event, Message};
use std::io::{self, Read};

fn printed(message: &Message) -> Vec<u8> {
    let Message {
        priority,
        sequence,
        at,
        text,
    } = message;
    let mut record = format!("{priority},{sequence},{at},-;").into_bytes();
    for &byte in text {
        match byte {
            b' '..=b'~' if byte != b'\\' => record.push(byte),
            _ => record.extend(format!("\\x{byte:02x}").bytes()),
        }
    }
    record.extend(b"\n SUBSYSTEM=pci\n");
    record
}

/// Gives a record for each read; an empty one is one that was overwritten.
struct Records<'a, I: Iterator<Item = &'a [u8]>>(I);

impl<'a, I: Iterator<Item = &'a [u8]>> Read for Records<'a, I> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.0.next() {
            Some([]) => Err(io::ErrorKind::BrokenPipe.into()),
            Some(mut record) => record.read(buffer),
            None => Ok(0),
        }
    }
}

// records with zeros between
fuzz_target!(|bytes: &[u8]| {
    let records = || bytes.split(|&byte| byte == 0);
    let mut expected = vec![];
    let mut next = 0u64;
    for message in records().filter_map(kmsg::parse) {
        assert!(message.priority < 192);
        assert_eq!(kmsg::parse(&printed(&message)), Some(message.clone()));
        if message.sequence > next {
            expected.push(Event::Overwritten(message.sequence - next));
        }
        next = message.sequence.saturating_add(1);
        expected.push(Event::Message(message));
    }
    let mut events = vec![];
    kmsg::follow(Records(records()), |event| events.push(event));
    assert_eq!(events, expected);
});
