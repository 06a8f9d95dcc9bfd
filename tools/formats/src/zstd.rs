//! One zstd frame: where it ends, and what it holds.

use std::ops::Range;

use zrip_core::DecompressError;
use zrip_decode::decompress_with_limit;

use crate::error::{Error, Result};
use crate::layout::{layout, slice};
use crate::text::grouped;

pub const MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

layout! {
    /// What a frame begins with; fields that the descriptor tells follow (RFC 8878, 3.1.1.1).
    frame_header {
        MAGIC = 0..4, Bytes, "a zstd frame's magic number";
        DESCRIPTOR = 4..5, Bytes, "a zstd frame's descriptor";
    }
}

const SINGLE_SEGMENT: usize = 1 << 5;
const CHECKSUM: usize = 1 << 2;
const CHECKSUM_LENGTH: usize = 4;

layout! {
    /// What a block begins with: is it the last (1 bit), its kind (2 bits), its size (RFC 8878, 3.1.1.2).
    block_header {
        ALL = 0..3, Little, "a zstd block's header";
    }
}

/// Bytes of the largest block.
const BLOCK: usize = 128 << 10;

/// A block, as it is written.
#[derive(Clone, Copy, Debug)]
pub enum Block<'a> {
    /// As it is.
    Raw(&'a [u8]),
    /// One byte, so many times.
    Repeated(u8, usize),
}

const RAW: usize = 0;
const REPEATED: usize = 1;
const COMPRESSED: usize = 2;

/// Where a frame and its parts are, by the sizes that its blocks tell.
struct Frame {
    /// The first block's beginning, and the ends of all blocks.
    blocks: Vec<usize>,
    end: usize,
}

fn frame(bytes: &[u8], start: usize) -> Result<Frame> {
    let descriptor = frame_header::DESCRIPTOR.number(bytes, start)?;
    let single_segment = descriptor & SINGLE_SEGMENT != 0;
    let window = usize::from(!single_segment);
    let dictionary = [0, 1, 2, 4][descriptor & 3];
    let content = match descriptor >> 6 {
        0 => usize::from(single_segment),
        1 => 2,
        2 => 4,
        _ => 8,
    };
    let mut at = start + frame_header::END + window + dictionary + content;
    let mut blocks = vec![at];
    loop {
        let header = block_header::ALL.number(bytes, at)?;
        let (is_last, kind, size) = (header & 1 == 1, (header >> 1) & 3, header >> 3);
        let length = match kind {
            RAW | COMPRESSED => size,
            REPEATED => 1,
            _ => return Err(Error::new(at, "a zstd block of a reserved kind")),
        };
        at += block_header::END;
        slice(bytes, at, length, "a zstd block")?;
        at += length;
        blocks.push(at);
        if is_last {
            break;
        }
    }
    if descriptor & CHECKSUM != 0 {
        slice(bytes, at, CHECKSUM_LENGTH, "a zstd frame's checksum")?;
        at += CHECKSUM_LENGTH;
    }
    Ok(Frame { blocks, end: at })
}

/// What the byte at `at` belongs to, in the frame that `bytes` begin with.
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
                grouped(limit)
            ),
            error => format!("the zstd frame can't be decoded: {error}"),
        })
        .map_err(|message| Error::new(start, message))?;
    Ok((range, contents))
}

/// A frame of `data` without compression.
pub fn store(data: &[u8]) -> Vec<u8> {
    let mut blocks: Vec<Block> = data.chunks(BLOCK).map(Block::Raw).collect();
    if blocks.is_empty() {
        blocks.push(Block::Raw(&[]));
    }
    write(&blocks)
}

/// A frame of blocks of at most 128 KiB, without compression and checksum.
pub fn write(blocks: &[Block]) -> Vec<u8> {
    // a window of 2 MiB, so that it holds any block
    const WINDOW: u8 = 11 << 3;
    let mut bytes = vec![0; frame_header::END];
    frame_header::MAGIC.put(&mut bytes, &MAGIC);
    bytes.push(WINDOW);
    for (index, block) in blocks.iter().enumerate() {
        let (kind, size, contents) = match block {
            Block::Raw(data) => (RAW, data.len(), *data),
            Block::Repeated(byte, count) => (REPEATED, *count, std::slice::from_ref(byte)),
        };
        let is_last = usize::from(index + 1 == blocks.len());
        let mut header = [0; block_header::END];
        block_header::ALL.put_number(&mut header, (size << 3) | (kind << 1) | is_last);
        bytes.extend(header);
        bytes.extend(contents);
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A frame of blocks each of which repeats a byte `count` times.
    fn bomb(blocks: usize, count: usize) -> Vec<u8> {
        write(&vec![Block::Repeated(b'x', count); blocks])
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

    #[test]
    fn what_is_stored_is_decoded_again() {
        for length in [0, 1, BLOCK, BLOCK + 1] {
            let data = vec![b'x'; length];
            let frame = store(&data);
            assert_eq!(decode(&frame, 0, 1 << 20).unwrap(), (0..frame.len(), data));
        }
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
