//! Volume descriptors: one in each sector from the sixteenth on, until one that ends them.

use crate::error::{Error, Result};
use crate::iso9660::record::fields as record;
use crate::iso9660::sector::SECTOR;
use crate::layout::{Field, layout, slice};
use crate::{limits, signatures};

/// Where the first one is.
pub const START: usize = 16 * SECTOR;
pub const IDENTIFIER: &[u8] = b"CD001";
/// Where the root directory's record is in the primary volume descriptor.
pub const ROOT: usize = 156;

layout! {
    /// What each of them begins with.
    head {
        KIND = 0..1, Bytes, "kind";
        IDENTIFIER = 1..6, Bytes, "standard identifier";
        VERSION = 6..7, Bytes, "version";
    }
}

layout! {
    /// What a boot record has behind its head: the second field as El Torito has it.
    boot_record {
        SYSTEM = 7..71, Bytes, "boot system's name";
        CATALOGUE = 71..75, Little, "sector of the boot catalogue";
    }
}

layout! {
    /// What a primary or supplementary volume descriptor has behind its head.
    volume {
        FLAGS = 7..8, Bytes, "flags";
        SYSTEM = 8..40, Bytes, "system identifier";
        NAME = 40..72, Bytes, "volume name";
        UNUSED = 72..80, Bytes, "unused field";
        SIZE = 80..88, Both, "volume size in sectors";
        ESCAPES = 88..120, Bytes, "escape sequences";
        SET_SIZE = 120..124, Both, "volume set size";
        SEQUENCE_NUMBER = 124..128, Both, "volume sequence number";
        BLOCK_SIZE = 128..132, Both, "block size";
        PATH_TABLE_SIZE = 132..140, Both, "path table size";
        LITTLE_PATH_TABLE = 140..144, Little, "sector of the little-endian path table";
        OPTIONAL_LITTLE_PATH_TABLE = 144..148, Little, "sector of the optional little-endian path table";
        BIG_PATH_TABLE = 148..152, Big, "sector of the big-endian path table";
        OPTIONAL_BIG_PATH_TABLE = 152..156, Big, "sector of the optional big-endian path table";
        ROOT_HEAD = 156..158, Bytes, "root directory's record";
        ROOT_SECTOR = super::record::SECTOR.within(super::ROOT).range(), Both, "sector of the root directory";
        ROOT_SIZE = super::record::SIZE.within(super::ROOT).range(), Both, "root directory's size";
        ROOT_DATE = super::record::DATE.within(super::ROOT).range(), Date, "root directory's date";
        ROOT_REST = 181..190, Bytes, "rest of the root directory's record";
        SET_NAME = 190..318, Bytes, "volume set name";
        PUBLISHER = 318..446, Bytes, "publisher";
        PREPARER = 446..574, Bytes, "preparer";
        APPLICATION = 574..702, Bytes, "application";
        FILES = 702..813, Bytes, "names of copyright, abstract and bibliography";
        CREATED = 813..830, Bytes, "volume creation date";
        MODIFIED = 830..847, Bytes, "volume modification date";
        EXPIRES = 847..864, Bytes, "volume expiration date";
        EFFECTIVE = 864..881, Bytes, "volume effective date";
        STRUCTURE_VERSION = 881..883, Bytes, "file structure version";
        // for applications
        APPLICATION_SPACE = 883..1395, Bytes, "application's space";
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Descriptor {
    BootRecord,
    Primary,
    Supplementary,
    Partition,
    Terminator,
}

impl Descriptor {
    const ALL: [Descriptor; 5] = [
        Descriptor::BootRecord,
        Descriptor::Primary,
        Descriptor::Supplementary,
        Descriptor::Partition,
        Descriptor::Terminator,
    ];

    /// By which it is known.
    pub fn code(self) -> usize {
        match self {
            Descriptor::BootRecord => 0,
            Descriptor::Primary => 1,
            Descriptor::Supplementary => 2,
            Descriptor::Partition => 3,
            Descriptor::Terminator => 255,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Descriptor::BootRecord => "boot record",
            Descriptor::Primary => "primary volume descriptor",
            Descriptor::Supplementary => "supplementary volume descriptor",
            Descriptor::Partition => "volume partition descriptor",
            Descriptor::Terminator => "volume descriptor set terminator",
        }
    }

    /// What follows its head.
    pub fn fields(self) -> &'static [Field] {
        match self {
            Descriptor::BootRecord => boot_record::FIELDS,
            Descriptor::Terminator => &[],
            _ => volume::FIELDS,
        }
    }

    /// How much of its sector has a meaning; the rest is zero.
    pub fn length(self) -> usize {
        self.fields().last().map_or(head::END, |last| last.end)
    }
}

/// All of them, each with its place.
pub fn parse(bytes: &[u8]) -> Result<Vec<(usize, Descriptor)>> {
    let mut descriptors = Vec::new();
    for index in 0..limits::DESCRIPTORS {
        let at = START + index * SECTOR;
        slice(bytes, at, SECTOR, "a volume descriptor")?;
        if head::IDENTIFIER.bytes(bytes, at)? != IDENTIFIER {
            return Err(Error::new(
                at + head::IDENTIFIER.start,
                "not a volume descriptor (CD001), where one must be",
            ));
        }
        let code = head::KIND.number(bytes, at)?;
        let mut kinds = Descriptor::ALL.into_iter();
        let kind = kinds
            .find(|kind| kind.code() == code)
            .ok_or_else(|| Error::new(at, format!("a volume descriptor of unknown kind {code}")))?;
        descriptors.push((at, kind));
        if kind == Descriptor::Terminator {
            return Ok(descriptors);
        }
    }
    Err(Error::new(
        START,
        format!("more than {} volume descriptors", limits::DESCRIPTORS),
    ))
}

/// Why `bytes` are not an ISO image at all, sound or not.
pub fn why_not(bytes: &[u8]) -> Option<String> {
    let has_identifier =
        |sector| head::IDENTIFIER.bytes(bytes, START + sector * SECTOR) == Ok(IDENTIFIER);
    if has_identifier(0) || has_identifier(1) {
        return None;
    }
    Some(match signatures::identify(bytes) {
        Some(kind) => format!("it is {kind}"),
        None => format!(
            "it has no volume descriptor (CD001) at {:#x}",
            START + head::IDENTIFIER.start
        ),
    })
}
