//! A word does the same alone as among others, and either changes something or is complained about. What stands
//! behind a quote that is never closed changes nothing.
#![no_main]

use libfuzzer_sys::fuzz_target;
use scratchmachine::config::Config;
use std::time::Duration;

const OURS: [&str; 4] = ["ip", "hostname", "panic", "module_blacklist"];

/// The words, without the quotes around white space, and whether all quotes are closed.
fn words(text: &[u8]) -> (Vec<Vec<u8>>, bool) {
    let mut words = vec![];
    let mut begun = vec![];
    for (number, stretch) in text.split(|&byte| byte == b'"').enumerate() {
        // every other stretch stands in quotes
        let mut pieces = match number % 2 {
            0 => stretch.split((|byte| matches!(byte, b' ' | b'\t'..=b'\r')) as fn(&u8) -> bool),
            _ => stretch.split((|_| false) as fn(&u8) -> bool),
        };
        begun.extend_from_slice(pieces.next().unwrap_or_default());
        for piece in pieces {
            words.push(std::mem::replace(&mut begun, piece.to_vec()));
        }
    }
    let is_closed = text.iter().filter(|&&byte| byte == b'"').count() % 2 == 0;
    if is_closed {
        words.push(begun);
    }
    words.retain(|word| !word.is_empty());
    (words, is_closed)
}

fn is_ours(word: &str) -> bool {
    let key = word.split('=').next().unwrap_or_default();
    OURS.contains(&key.replace('-', "_").as_str())
        || key.replace('-', "_").starts_with("scratchmachine.")
}

fn is_sound(config: &Config) {
    let longest = Duration::from_secs(3600);
    assert!(config.grace <= longest && config.network_wait <= longest);
    assert_ne!(config.status, Some(0));
    if let Some(name) = &config.hostname {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
        assert!((1..=64).contains(&name.len()) && name.chars().all(is_plain));
    }
    assert!(config.module_blacklist.iter().all(|name| !name.is_empty()));
    let mut programs: Vec<_> = config.programs.iter().map(|(name, _)| name).collect();
    programs.sort();
    programs.dedup();
    assert_eq!(programs.len(), config.programs.len(), "each program once");
}

fuzz_target!(|text: &[u8]| {
    let mut together = Config::default();
    let mut complaints = together.apply(text);
    let (words, is_closed) = words(text);
    if !is_closed {
        let complaint = complaints.pop().expect("an open quote is reported");
        assert!(
            complaint.contains("its quote is never closed"),
            "{complaint}"
        );
        assert!(complaint.chars().count() <= 256, "{complaint}");
    }

    let mut alone = Config::default();
    let mut expected = vec![];
    for word in words {
        let before = alone.clone();
        let complaint = alone.apply(&[b"\"", &word[..], b"\""].concat());
        is_sound(&alone);
        match (std::str::from_utf8(&word), &complaint[..]) {
            (_, [complaint]) => {
                assert_eq!(alone, before, "{complaint}");
                assert!(complaint.chars().count() <= 256, "{complaint}");
            }
            (Ok(_), []) => {
                let once = alone.clone();
                alone.apply(&[b"\"", &word[..], b"\""].concat());
                let parameters = once.module_parameters.clone();
                let twice = std::mem::replace(&mut alone.module_parameters, parameters);
                assert_eq!(alone, once, "twice is as good as once");
                assert!(twice.starts_with(&once.module_parameters));
            }
            other => panic!("{other:?}"),
        }
        if std::str::from_utf8(&word).is_ok_and(|word| !is_ours(word)) {
            assert_eq!(complaint, Vec::<String>::new());
        }
        expected.extend(complaint);
    }
    assert_eq!((together, complaints), (alone, expected));
});
