//! The image as a disk: its size, and numbers that follow from it.

use formats::sha256;

/// What every format's sizes are multiples of.
pub const MEGABYTE: usize = 1 << 20;
pub const SECTOR: usize = 512;

pub struct Disk<'a> {
    pub image: &'a [u8],
    /// What machines and files are called.
    pub name: &'a str,
    hash: [u8; 32],
}

impl<'a> Disk<'a> {
    pub fn new(image: &'a [u8], name: &'a str) -> Self {
        Disk {
            image,
            name,
            hash: sha256::digest(image),
        }
    }

    /// In whole megabytes, as clouds want it.
    pub fn size(&self) -> usize {
        self.image.len().next_multiple_of(MEGABYTE)
    }

    pub fn sectors(&self) -> usize {
        self.size() / SECTOR
    }

    /// The disk in blocks, the last one of which may be shorter; none for those that are zero.
    pub fn blocks(&self, size: usize) -> impl Iterator<Item = Option<&'a [u8]>> {
        let count = self.size().div_ceil(size);
        let image = self.image;
        (0..count).map(move |index| {
            let start = (index * size).min(image.len());
            let block = &image[start..(start + size).min(image.len())];
            (!formats::layout::is_zero(block)).then_some(block)
        })
    }

    /// A UUID for `use_`, as bytes in the order that they are written in as text: version 8, made of the image's hash
    /// (RFC 9562, section 5.8).
    pub fn uuid(&self, use_: &str) -> [u8; 16] {
        let hash = sha256::digest(&[&self.hash[..], use_.as_bytes()].concat());
        let mut uuid: [u8; 16] = std::array::from_fn(|at| hash[at]);
        uuid[6] = (uuid[6] & 0x0f) | 0x80;
        uuid[8] = (uuid[8] & 0x3f) | 0x80;
        uuid
    }
}

/// Cylinders, heads and sectors of a disk of so many sectors, for whoever still asks: as the VHD specification has it,
/// appendix "CHS calculation".
pub fn geometry(sectors: usize) -> (usize, usize, usize) {
    let total = sectors.min(65535 * 16 * 255);
    let (mut per_track, mut heads, mut tracks);
    if total >= 65535 * 16 * 63 {
        (per_track, heads) = (255, 16);
        tracks = total / per_track;
    } else {
        per_track = 17;
        tracks = total / per_track;
        heads = tracks.div_ceil(1024).max(4);
        if tracks >= heads * 1024 || heads > 16 {
            (per_track, heads) = (31, 16);
            tracks = total / per_track;
        }
        if tracks >= heads * 1024 {
            (per_track, heads) = (63, 16);
            tracks = total / per_track;
        }
    }
    (tracks / heads, heads, per_track)
}
