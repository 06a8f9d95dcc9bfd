//! A collector that is accepted prints and is read again as the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use scratchmachine::logs::collector::Target;

fuzz_target!(|text: &str| {
    match text.parse::<Target>() {
        Ok(target) => {
            assert_ne!(target.address.port(), 0);
            assert_eq!(target.to_string().parse::<Target>().unwrap(), target);
        }
        Err(error) => assert!(error.to_string().contains(text)),
    }
});
