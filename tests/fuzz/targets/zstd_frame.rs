//! A zstd frame that is decoded has no more bytes than allowed, and each of its own has a place.
#![no_main]

use formats::zstd::{self, MAGIC};
use libfuzzer_sys::fuzz_target;

const LIMIT: usize = 1 << 20;

// what follows the magic number
fuzz_target!(|bytes: &[u8]| {
    let frame = [&MAGIC, bytes].concat();
    let decoded = zstd::decode(&frame, 0, LIMIT);
    for at in 0..=frame.len() {
        let place = zstd::place(&frame, at);
        if let Ok((range, contents)) = &decoded {
            assert!(contents.len() <= LIMIT);
            assert_eq!(place.is_some(), range.contains(&at), "{at}");
        }
    }
    // what follows a frame is no part of it
    if let Ok((range, contents)) = decoded {
        let again = zstd::decode(&frame[range.clone()], 0, LIMIT).unwrap();
        assert_eq!(again, (range, contents));
    }
});
