//! Any bytes as an initramfs: segments and members are where they are said to be, and every difference is reported.
#![no_main]

use cli::verify::image::compare;
use formats::image::Image;
use formats::limits::Budget;
use formats::{cpio, initramfs, sample};
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
    let mut budget = Budget {
        decoded: LIMIT,
        ..Budget::default()
    };
    if let Ok(segments) = initramfs::parse(bytes, &mut budget) {
        follow(
            segments.iter().map(|segment| segment.range.clone()),
            bytes.len(),
        );
        let decoded: usize = segments
            .iter()
            .filter(|it| it.compressed)
            .map(|it| it.data.len())
            .sum();
        assert!(decoded <= LIMIT);
        for segment in &segments {
            let members = segment.archives.iter().flat_map(|archive| {
                let members = archive.members.iter();
                members
                    .flat_map(|member| [member.head.clone(), member.data.clone()])
                    .chain([archive.trailer.clone()])
            });
            follow(members, segment.data.len());
        }
    }
    let theirs = sample::image(bytes);
    for (ours, theirs) in [(&*SOUND, &theirs), (&theirs, &*SOUND)] {
        if let Ok(image) = Image::parse(ours) {
            assert!(!compare(&image, theirs).is_empty());
        }
    }
});
