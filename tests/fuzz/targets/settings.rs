//! A layer of settings that is read as one holds nothing else.
#![no_main]

use formats::settings_layer::{decode, encode};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|layer: &[u8]| {
    if let Ok(text) = decode(layer) {
        assert_eq!(encode(&text, layer.len()).unwrap(), layer);
    }
    if let Ok(text) = std::str::from_utf8(layer) {
        let size = layer.len() + 400;
        assert_eq!(decode(&encode(text, size).unwrap()).unwrap(), text);
    }
});
