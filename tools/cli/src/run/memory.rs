//! How much memory a machine gets if nobody says.

use std::fs;

use formats::image::Image as Contents;
use formats::limits::Budget;
use formats::memory;

use super::image::Image;
use crate::input;

/// What programs have beside what the image takes.
const ROOM: u32 = 32;
const LEAST: u32 = 128;
const STEP: u32 = 16;

/// The least memory that an image of ours needs, in megabytes; none of any other.
pub fn least(image: &Image) -> Option<u32> {
    let of = |initrd: &[u8]| {
        let least = memory::least(initrd, &mut Budget::default()).ok()?;
        u32::try_from(least).ok()
    };
    if image.is_microvm {
        return of(&fs::read(&image.initrd).ok()?);
    }
    let bytes = input::image(&image.initrd).ok()?;
    let contents = Contents::parse(&bytes).ok()?;
    of(contents.file("/initrd")?)
}

pub fn default(least: Option<u32>) -> u32 {
    let needed = least.map_or(0, |least| least + ROOM);
    needed.next_multiple_of(STEP).max(LEAST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_is_what_the_image_needs_and_some_room() {
        assert_eq!(default(None), 128);
        assert_eq!(default(Some(24)), 128);
        assert_eq!(default(Some(97)), 144);
    }
}
