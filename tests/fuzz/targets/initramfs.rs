//! Any bytes as an initramfs: layers and members are where they say they are, and differ from others as told.
#![no_main]

use audit::differences::compare;
use audit::image::Image;
use audit::limits::Left;
use audit::{cpio, initramfs, sample};
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

const LIMIT: usize = 1 << 20;

static SOUND: LazyLock<Vec<u8>> = LazyLock::new(|| {
    sample::image(&cpio::write(&[
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

fn follow(ranges: impl IntoIterator<Item = std::ops::Range<usize>>, length: usize) {
    let mut end = 0;
    for range in ranges {
        assert!(range.start >= end && range.end >= range.start);
        end = range.end;
    }
    assert!(end <= length);
}

fuzz_target!(|bytes: &[u8]| {
    let mut left = Left {
        decoded: LIMIT,
        ..Left::default()
    };
    if let Ok(layers) = initramfs::parse(bytes, &mut left) {
        follow(layers.iter().map(|layer| layer.range.clone()), bytes.len());
        let decoded: usize = layers
            .iter()
            .filter(|it| it.compressed)
            .map(|it| it.data.len())
            .sum();
        assert!(decoded <= LIMIT);
        for layer in &layers {
            let members = layer.archives.iter().flat_map(|archive| {
                let members = archive.members.iter();
                members
                    .flat_map(|member| [member.head.clone(), member.data.clone()])
                    .chain([archive.trailer.clone()])
            });
            follow(members, layer.data.len());
        }
    }
    let theirs = sample::image(bytes);
    for (ours, theirs) in [(&*SOUND, &theirs), (&theirs, &*SOUND)] {
        if let Ok(image) = Image::read(ours) {
            assert!(!compare(&image, theirs).is_empty());
        }
    }
});
