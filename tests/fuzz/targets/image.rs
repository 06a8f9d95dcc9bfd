//! A sound image in which anything was changed: its parts cover it, its report is one, and each difference is reported.
#![no_main]

use cli::audit::{explain, text};
use cli::verify::image::{compare, why_not};
use formats::image::Image;
use formats::{cpio, sample, settings_layer};
use libfuzzer_sys::fuzz_target;
use provenance::closure::Closure;
use provenance::origin::Provenance;
use std::sync::LazyLock;

static SOUND: LazyLock<Vec<u8>> = LazyLock::new(|| {
    sample::image(&cpio::write(&[
        ("etc", 0o040_755, b""),
        (
            "init",
            0o120_777,
            b"/nix/store/00000000000000000000000000000000-init/init",
        ),
        (
            "nix/store/00000000000000000000000000000000-init/init",
            0o100_755,
            b"hello",
        ),
    ]))
});

/// Changes one after the other: where (three bytes), how many bytes, which. The first byte says what becomes of the end.
fn changed(changes: &[u8]) -> Vec<u8> {
    let mut image = SOUND.clone();
    let Some((end, mut rest)) = changes.split_first() else {
        return image;
    };
    while let [a, b, c, length, bytes @ ..] = rest {
        let at = (usize::from(*a) << 16) | (usize::from(*b) << 8) | usize::from(*c);
        let at = at % image.len();
        let (bytes, after) = bytes.split_at(usize::from(*length % 33).min(bytes.len()));
        let length = bytes.len().min(image.len() - at);
        image[at..at + length].copy_from_slice(&bytes[..length]);
        rest = after;
    }
    match end {
        1..=99 => image.truncate(image.len() * usize::from(*end) / 100),
        100..=120 => image.extend(vec![*end - 100; usize::from(*end) * 50]),
        _ => (),
    }
    image
}

/// Nothing in it steers a terminal.
fn is_plain(text: &str) -> bool {
    !text
        .chars()
        .any(|character| character.is_control() && character != '\n')
}

fn look_at(bytes: &[u8]) {
    let image = match Image::parse(bytes) {
        Ok(image) => image,
        Err(error) => return assert!(is_plain(&error.to_string())),
    };
    let mut end = 0;
    for part in &image.parts {
        assert_eq!(part.range.start, end, "parts follow each other");
        assert!(!part.range.is_empty());
        end = part.range.end;
    }
    assert_eq!(end, bytes.len(), "parts cover the image");

    let (provenance, closure) = (Provenance::default(), Closure::default());
    let report = explain::report("it", &image, &provenance, &closure);
    assert!(is_plain(&text::write(&report)));
    let json = serde_json::to_string(&report).unwrap();
    serde_json::from_str::<serde_json::Value>(&json).unwrap();
    if let Some(layer) = settings_layer::find(&image) {
        let below = settings_layer::without(&image, &layer);
        assert!(settings_layer::find(&Image::parse(&below).unwrap()).is_none());
    }
}

fn differ(ours: &[u8], theirs: &[u8]) {
    let Ok(image) = Image::parse(ours) else {
        return;
    };
    let differences = compare(&image, theirs);
    assert_eq!(differences.is_empty(), ours == theirs);
    for difference in differences {
        assert!(!difference.explanation.is_empty());
        assert!(
            is_plain(&difference.part) && is_plain(&difference.explanation),
            "{difference:?}"
        );
    }
}

fuzz_target!(|changes: &[u8]| {
    let bytes = changed(changes);
    look_at(&bytes);
    differ(&SOUND, &bytes);
    differ(&bytes, &SOUND);
    let _ = why_not(&SOUND, &bytes);
});
