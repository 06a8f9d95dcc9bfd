//! Room for settings that is read as such holds nothing else.
#![no_main]

use audit::layer::{decode, encode};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|room: &[u8]| {
    if let Ok(text) = decode(room) {
        assert_eq!(encode(&text, room.len()).unwrap(), room);
    }
    if let Ok(text) = std::str::from_utf8(room) {
        let size = room.len() + 400;
        assert_eq!(decode(&encode(text, size).unwrap()).unwrap(), text);
    }
});
