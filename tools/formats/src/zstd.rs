//! One zstd frame: where it ends, and what it holds.

use std::ops::Range;

use zrip_core::DecompressError;
use zrip_decode::decompress_with_limit;

use crate::fields::{byte, slice};
use crate::text::number;
use crate::{Error, Result};

pub const MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// Where a frame and its parts are, by the sizes that its blocks tell.
struct Frame {
    /// The first block's beginning, and the ends of all blocks.
    blocks: Vec<usize>,
    end: usize,
}

fn frame(bytes: &[u8], start: usize) -> Result<Frame> {
    let descriptor = byte(bytes, start + 4, "a zstd frame")?;
    let single_segment = descriptor & 0x20 != 0;
    let window = usize::from(!single_segment);
    let dictionary = [0, 1, 2, 4][usize::from(descriptor & 3)];
    let content = match descriptor >> 6 {
        0 => usize::from(single_segment),
        1 => 2,
        2 => 4,
        _ => 8,
    };
    let mut at = start + 5 + window + dictionary + content;
    let mut blocks = vec![at];
    loop {
        let header = slice(bytes, at, 3, "a zstd block's header")?;
        let header = u32::from_le_bytes([header[0], header[1], header[2], 0]);
        let size = (header >> 3) as usize;
        at += 3;
        let length = match (header >> 1) & 3 {
            0 | 2 => size,
            1 => 1,
            _ => return Err(Error::new(at - 3, "a zstd block of a reserved kind")),
        };
        slice(bytes, at, length, "a zstd block")?;
        at += length;
        blocks.push(at);
        if header & 1 == 1 {
            break;
        }
    }
    if descriptor & 4 != 0 {
        slice(bytes, at, 4, "a zstd frame's checksum")?;
        at += 4;
    }
    Ok(Frame { blocks, end: at })
}

/// What of the frame that begins `bytes` is at `at`.
pub fn place(bytes: &[u8], at: usize) -> Option<String> {
    let frame = bytes.starts_with(&MAGIC).then(|| frame(bytes, 0).ok())??;
    let count = frame.blocks.len() - 1;
    match frame.blocks.partition_point(|end| *end <= at) {
        0 => Some(String::from("the zstd frame's header")),
        block if block <= count => Some(format!("block {block} of the zstd frame's {count}")),
        _ if at < frame.end => Some(String::from("the zstd frame's checksum")),
        _ => None,
    }
}

/// The frame that begins at `start`: its range and its contents, of at most `limit` bytes.
pub fn decode(bytes: &[u8], start: usize, limit: usize) -> Result<(Range<usize>, Vec<u8>)> {
    let range = start..frame(bytes, start)?.end;
    let contents = decompress_with_limit(&bytes[range.clone()], limit)
        .map_err(|error| match error {
            DecompressError::OutputTooSmall => format!(
                "the zstd frame holds more than the {} bytes that may be decoded: a bomb?",
                number(limit)
            ),
            error => format!("the zstd frame can't be decoded: {error}"),
        })
        .map_err(|message| Error::new(start, message))?;
    Ok((range, contents))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A frame of one block that repeats a byte `count` times, in every block.
    fn bomb(blocks: usize, count: u32) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend([0, 0x58]);
        for block in 0..blocks {
            let header = (count << 3) | (1 << 1) | u32::from(block + 1 == blocks);
            bytes.extend(&header.to_le_bytes()[..3]);
            bytes.push(b'x');
        }
        bytes
    }

    #[test]
    fn a_frame_ends_where_its_last_block_does() {
        let mut bytes = bomb(2, 10);
        let length = bytes.len();
        bytes.extend(b"more");
        let (range, contents) = decode(&bytes, 0, 100).unwrap();
        assert_eq!((range.end, contents.as_slice()), (length, &[b'x'; 20][..]));
    }

    #[test]
    fn every_byte_of_a_frame_has_a_place_in_it() {
        let bytes = bomb(2, 10);
        let places: Vec<_> = (0..=bytes.len())
            .map(|at| place(&bytes, at).unwrap_or_default())
            .collect();
        let (header, blocks) = places.split_at(6);
        assert!(
            header.iter().all(|place| place.ends_with("header")),
            "{places:?}"
        );
        assert!(
            blocks[..4]
                .iter()
                .all(|place| place.starts_with("block 1 ")),
            "{places:?}"
        );
        assert!(
            blocks[4..8]
                .iter()
                .all(|place| place.starts_with("block 2 ")),
            "{places:?}"
        );
        assert_eq!(blocks[8], "");
    }

    #[test]
    fn a_bomb_is_refused_at_the_limit() {
        let error = decode(&bomb(1000, 128 << 10), 0, 1 << 20).unwrap_err();
        assert!(
            error.message.contains("more than the 1,048,576 bytes"),
            "{error}"
        );
        assert!(decode(&bomb(1, 128 << 10), 0, 1 << 20).is_ok());
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let mut frame = MAGIC.to_vec();
            frame.extend(bytes);
            let _ = decode(&frame, 0, 1 << 20);
        }
    }
}
