//! A Linux kernel as boot loaders load it (Documentation/arch/x86/boot.rst): what its head says of the rest.

use std::ops::Range;

use crate::layout::layout;
use crate::text::escape;

pub const MAGIC: &[u8] = b"HdrS";

layout! {
    /// The setup header, as far as anybody asks here, from the file's beginning.
    header {
        SETUP_SECTORS = 0x1f1..0x1f2, Bytes, "number of setup sectors";
        // a jump over the header: its second byte is how far
        HEADER_LENGTH = 0x201..0x202, Bytes, "length of the setup header";
        MAGIC = 0x202..0x206, Bytes, "setup header's signature";
        VERSION = 0x20e..0x210, Little, "place of the kernel's version";
        PAYLOAD = 0x248..0x24c, Little, "place of the compressed kernel";
        PAYLOAD_LENGTH = 0x24c..0x250, Little, "length of the compressed kernel";
    }
}

/// Places in the header count from here.
pub const SECOND_SECTOR: usize = 512;
/// How much of a version is read.
const VERSION_LENGTH: usize = 80;

#[derive(Debug)]
pub struct Kernel {
    /// `6.12.96 (nixbld@localhost)`, escaped.
    pub version: String,
    header_end: usize,
    /// Where the setup code ends, and what it starts begins.
    program: usize,
    payload: Range<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Region {
    BootSector,
    SetupHeader,
    SetupCode,
    DecompressorHead,
    /// The kernel itself, compressed.
    Payload,
    Decompressor,
}

impl Kernel {
    /// The kernel, if it is one.
    pub fn parse(bytes: &[u8]) -> Option<Kernel> {
        let number = |field: crate::layout::Field| field.number(bytes, 0).ok();
        if header::MAGIC.bytes(bytes, 0).ok()? != MAGIC {
            return None;
        }
        let at = number(header::VERSION)? + SECOND_SECTOR;
        // 6.12.96 (nixbld@localhost) #1 …
        let text = bytes.get(at..)?.split(|byte| *byte == 0).next()?;
        let text = escape(text.get(..VERSION_LENGTH).unwrap_or(text));
        let program = (number(header::SETUP_SECTORS)? + 1) * 512;
        let payload = program.checked_add(number(header::PAYLOAD)?)?;
        Some(Kernel {
            version: text.split(" #").next().unwrap_or_default().to_owned(),
            header_end: header::HEADER_LENGTH.end + number(header::HEADER_LENGTH)?,
            program,
            payload: payload..payload.checked_add(number(header::PAYLOAD_LENGTH)?)?,
        })
    }

    /// What each part of its file is, of which there are `length` bytes.
    pub fn regions(&self, length: usize) -> Vec<(Range<usize>, Region)> {
        let ends = [
            (header::SETUP_SECTORS.start, Region::BootSector),
            (self.header_end, Region::SetupHeader),
            (self.program, Region::SetupCode),
            (self.payload.start, Region::DecompressorHead),
            (self.payload.end, Region::Payload),
            (length, Region::Decompressor),
        ];
        let mut start = 0;
        ends.into_iter()
            .map(|(end, region)| {
                let range = start..end.clamp(start, length.max(start));
                start = range.end;
                (range, region)
            })
            .collect()
    }
}
