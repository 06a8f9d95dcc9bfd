//! Settings that `configure` puts over a finished image, in the room that each image has for them: the archive that
//! the boot loader loads behind the initramfs. It holds one file, so that nothing else of the machine can be in it,
//! and has one form only, so that all of it can be told from its words. It is no part of what a checkout describes.

use std::ops::Range;

use crate::cpio;
use crate::fields::is_zero;
use crate::image::Image;
use crate::limits::Left;

/// The room, in the ISO.
pub const ROOM: &str = "/settings";
/// The only file of a layer, in the initramfs (src/config.rs).
pub const FILE: &str = "etc/scratchmachine.layer";

/// Why a room can't be written or read.
#[derive(Debug, PartialEq, Eq)]
pub enum Error {
    TooLong {
        needed: usize,
        room: usize,
    },
    /// Something is there that is no layer.
    Foreign,
}

/// The room of `size` bytes with a file that holds `text`, which everybody may read, of root, of the beginning of
/// time; no text is no archive.
///
/// # Errors
/// There is not enough room for it.
pub fn encode(text: &str, size: usize) -> Result<Vec<u8>, Error> {
    let mut room = match text {
        "" => Vec::new(),
        text => cpio::write(&[(FILE, 0o100_444, text.as_bytes())]),
    };
    if room.len() > size {
        let around = room.len() - text.len().next_multiple_of(4);
        return Err(Error::TooLong {
            needed: text.len(),
            room: size.saturating_sub(around),
        });
    }
    room.resize(size, 0);
    Ok(room)
}

/// The text of the file in the room; empty if there is none.
///
/// # Errors
/// The room is not what [`encode`] makes of any text.
pub fn decode(room: &[u8]) -> Result<String, Error> {
    if is_zero(room) {
        return Ok(String::new());
    }
    let archive = cpio::parse(room, 0, &mut Left::default()).map_err(|_| Error::Foreign)?;
    let file = archive.members.first().ok_or(Error::Foreign)?;
    let text = std::str::from_utf8(&room[file.data.clone()]).map_err(|_| Error::Foreign)?;
    match encode(text, room.len()) {
        Ok(canonical) if canonical == room => Ok(text.to_owned()),
        _ => Err(Error::Foreign),
    }
}

#[derive(Debug)]
pub struct Layer {
    pub room: Range<usize>,
    /// The settings, one a line.
    pub text: String,
}

/// The layer over an image; none where the room is empty, or holds anything that is no layer.
pub fn over(image: &Image) -> Option<Layer> {
    let files = &image.volume.files;
    let room = files.iter().find(|file| file.path == ROOM)?.range.clone();
    let text = decode(&image.bytes[room.clone()]).ok()?;
    (!text.is_empty()).then_some(Layer { room, text })
}

/// The image without its layer.
pub fn base(image: &Image, layer: &Layer) -> Vec<u8> {
    let mut base = image.bytes.to_vec();
    base[layer.room.clone()].fill(0);
    base
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SIZE: usize = 4096;

    #[test]
    fn no_settings_are_zeros_and_zeros_are_no_settings() {
        assert_eq!(encode("", SIZE).unwrap(), vec![0; SIZE]);
        assert_eq!(decode(&[0; SIZE]).unwrap(), "");
    }

    #[test]
    fn the_last_byte_of_the_room_can_be_used_and_the_next_one_is_too_many() {
        let Err(Error::TooLong { needed, room }) = encode(&"x".repeat(SIZE), SIZE) else {
            panic!("4096 bytes fit into 4096 bytes with a header");
        };
        assert_eq!(needed, SIZE);
        let full = "x".repeat(room);
        assert_eq!(decode(&encode(&full, SIZE).unwrap()).unwrap(), full);
        assert!(encode(&"x".repeat(room + 1), SIZE).is_err());
    }

    #[test]
    fn a_room_in_which_any_byte_was_changed_is_not_taken_for_settings() {
        let text = "ip=off\n";
        let good = encode(text, SIZE).unwrap();
        let at = good
            .windows(text.len())
            .position(|it| it == text.as_bytes());
        let text = at.unwrap()..at.unwrap() + text.len();
        for index in (0..SIZE).filter(|index| !text.contains(index)) {
            let mut bad = good.clone();
            bad[index] ^= 1;
            assert_eq!(decode(&bad), Err(Error::Foreign), "byte {index}");
        }
    }

    proptest! {
        #[test]
        fn any_text_that_fits_comes_out_as_it_went_in(text in "[^\0]{0,500}") {
            prop_assert_eq!(decode(&encode(&text, SIZE).unwrap()).unwrap(), text);
        }

        #[test]
        fn any_bytes_are_read_without_a_panic(mut room: Vec<u8>, begins_well: bool) {
            if begins_well {
                room.splice(..0, *b"070701");
            }
            let _ = decode(&room);
        }
    }
}
