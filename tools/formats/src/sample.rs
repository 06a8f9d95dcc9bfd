//! A small image that has one of all that ours have, for tests: descriptors, both path tables, Rock Ridge with a
//! continuation, a boot catalogue, what makes a disk of it, a boot loader with its boot info table, a kernel's head, an initramfs, a file for
//! settings.

use crate::bzimage::{self, SECOND_SECTOR};
use crate::iso9660::descriptors::{self, Descriptor, boot_record, head, volume};
use crate::iso9660::rock_ridge::{self, continuation, dates, mark, name, posix, reference};
use crate::iso9660::sector::SECTOR;
use crate::iso9660::{path_tables, record};
use crate::{boot_info, el_torito, hybrid};

const DATE: [u8; 7] = [80, 1, 1, 0, 0, 0, 0];
const SETTINGS: usize = 4096;

// what lies in which sector, up to the initramfs
const PRIMARY: usize = 16;
const BOOT_RECORD: usize = 17;
const TERMINATOR: usize = 18;
const ROOT: usize = 19;
const CONTINUATION: usize = 20;
const ISOLINUX: usize = 21;
const LITTLE_PATH_TABLE: usize = 22;
const BIG_PATH_TABLE: usize = 23;
const CATALOGUE: usize = 24;
const LOADER: usize = 25;
const CONFIGURATION: usize = 26;
const KERNEL: usize = 27;
const INITRD: usize = 29;

/// Rock Ridge's entries of a file or directory.
fn rock_ridge(mode: usize, file: &str) -> Vec<u8> {
    let mut permissions = rock_ridge::write(rock_ridge::POSIX, posix::GROUP.end);
    posix::MODE.put_number(&mut permissions, mode);
    posix::LINKS.put_number(&mut permissions, 1);
    let mut times = rock_ridge::write(rock_ridge::DATES, dates::THIRD.end);
    dates::KINDS.put_number(&mut times, 0x0e);
    for field in [dates::FIRST, dates::SECOND, dates::THIRD] {
        field.put(&mut times, &DATE);
    }
    let mut entries = [permissions, times].concat();
    if !file.is_empty() {
        let mut own = rock_ridge::write(rock_ridge::NAME, name::NAME.start + file.len());
        own[name::NAME.start..].copy_from_slice(file.as_bytes());
        entries.extend(own);
    }
    entries
}

fn directory(own: usize, above: usize, marks: &[u8], entries: &[Vec<u8>]) -> Vec<u8> {
    let mode = rock_ridge(0o040_555, "");
    let to = |sector, identifier, rock_ridge: &[u8]| {
        let flags = record::IS_DIRECTORY;
        record::write(sector, SECTOR, &DATE, flags, identifier, rock_ridge)
    };
    [
        to(own, record::SELF, &[marks, &mode].concat()),
        to(above, record::PARENT, &mode),
        entries.concat(),
    ]
    .concat()
}

fn file(sector: usize, size: usize, name: &str) -> Vec<u8> {
    let identifier = format!("{name};1");
    let rock_ridge = rock_ridge(0o100_444, name);
    record::write(sector, size, &DATE, 0, identifier.as_bytes(), &rock_ridge)
}

fn path_table(big_endian: bool) -> Vec<u8> {
    let directories = [(record::SELF, ROOT, 1), (&b"isolinux"[..], ISOLINUX, 1)];
    path_tables::write(&directories, big_endian)
}

fn descriptor(kind: Descriptor) -> Vec<u8> {
    let mut descriptor = vec![0; kind.length()];
    head::KIND.put_number(&mut descriptor, kind.code());
    head::IDENTIFIER.put(&mut descriptor, descriptors::IDENTIFIER);
    head::VERSION.put_number(&mut descriptor, 1);
    descriptor
}

fn primary(sectors: usize) -> Vec<u8> {
    let mut primary = descriptor(Descriptor::Primary);
    let blanks = [
        volume::SYSTEM.start..volume::NAME.end,
        volume::SET_NAME.start..volume::FILES.end,
        volume::APPLICATION_SPACE.start..volume::APPLICATION_SPACE.start + 512,
    ];
    for range in blanks {
        primary[range].fill(b' ');
    }
    for (field, number) in [
        (volume::SIZE, sectors),
        (volume::SET_SIZE, 1),
        (volume::SEQUENCE_NUMBER, 1),
        (volume::BLOCK_SIZE, SECTOR),
        (volume::PATH_TABLE_SIZE, path_table(false).len()),
        (volume::LITTLE_PATH_TABLE, LITTLE_PATH_TABLE),
        (volume::BIG_PATH_TABLE, BIG_PATH_TABLE),
        (volume::STRUCTURE_VERSION, 1),
    ] {
        field.put_number(&mut primary, number);
    }
    let root = record::write(ROOT, SECTOR, &DATE, record::IS_DIRECTORY, record::SELF, &[]);
    primary[descriptors::ROOT..][..root.len()].copy_from_slice(&root);
    for (field, text) in [
        (volume::NAME, &b"SAMPLE"[..]),
        (volume::APPLICATION, b"SCRATCHMACHINE 00"),
        (volume::CREATED, b"1980010100000000"),
        (volume::MODIFIED, b"1980010100000000"),
        (volume::EXPIRES, &[b'0'; 17]),
        (volume::EFFECTIVE, &[b'0'; 17]),
    ] {
        field.put(&mut primary, text);
    }
    primary
}

fn boot_record() -> Vec<u8> {
    let mut record = descriptor(Descriptor::BootRecord);
    boot_record::SYSTEM.put(&mut record, el_torito::NAME);
    boot_record::CATALOGUE.put_number(&mut record, CATALOGUE);
    record
}

fn kernel() -> Vec<u8> {
    use bzimage::header;
    let mut kernel = vec![0x42; 3000];
    let version = 0x300;
    for (field, number) in [
        (header::SETUP_SECTORS, 1),
        (header::HEADER_LENGTH, 0x6a),
        (header::VERSION, version - SECOND_SECTOR),
        (header::PAYLOAD, 16),
        (header::PAYLOAD_LENGTH, 0x400),
    ] {
        field.put_number(&mut kernel, number);
    }
    header::MAGIC.put(&mut kernel, bzimage::MAGIC);
    kernel[version..][..24].copy_from_slice(b"6.12.1 (someone) #1 SMP\0");
    kernel
}

/// The image with this initramfs.
pub fn image(initrd: &[u8]) -> Vec<u8> {
    let mut loader = vec![0x90; 300];
    boot_info::write(&mut loader, LOADER);
    let configuration = b"DEFAULT machine\nLABEL machine\n  KERNEL /bzImage\n  APPEND quiet\n";
    let kernel = kernel();
    let settings = INITRD + initrd.len().div_ceil(SECTOR);
    let sectors = settings + SETTINGS / SECTOR;

    let mut continued = rock_ridge::write(rock_ridge::REFERENCE, 17);
    reference::ALL.put(&mut continued, b"\x04\x02\x03\x01IEEEabsrc");
    let mut uses = rock_ridge::write(rock_ridge::MARK, mark::END);
    mark::MARK.put(&mut uses, b"\xbe\xef\0");
    let mut continues = rock_ridge::write(rock_ridge::CONTINUATION, continuation::END);
    continuation::SECTOR.put_number(&mut continues, CONTINUATION);
    continuation::SIZE.put_number(&mut continues, continued.len());
    let root = [
        file(KERNEL, kernel.len(), "bzImage"),
        file(INITRD, initrd.len(), "initrd"),
        record::write(
            ISOLINUX,
            SECTOR,
            &DATE,
            record::IS_DIRECTORY,
            b"ISOLINUX",
            &rock_ridge(0o040_555, "isolinux"),
        ),
        file(settings, SETTINGS, "settings"),
    ];
    let below = [
        file(CATALOGUE, SECTOR, "boot.cat"),
        file(LOADER, loader.len(), "isolinux.bin"),
        file(CONFIGURATION, configuration.len(), "isolinux.cfg"),
    ];

    let mut image = vec![0; sectors * SECTOR];
    for (sector, bytes) in [
        (PRIMARY, primary(sectors)),
        (BOOT_RECORD, boot_record()),
        (TERMINATOR, descriptor(Descriptor::Terminator)),
        (
            ROOT,
            directory(ROOT, ROOT, &[uses, continues].concat(), &root),
        ),
        (CONTINUATION, continued),
        (ISOLINUX, directory(ISOLINUX, ROOT, &[], &below)),
        (LITTLE_PATH_TABLE, path_table(false)),
        (BIG_PATH_TABLE, path_table(true)),
        (CATALOGUE, el_torito::write(LOADER, 4)),
        (LOADER, loader),
        (CONFIGURATION, configuration.to_vec()),
        (KERNEL, kernel),
        (INITRD, initrd.to_vec()),
    ] {
        image[sector * SECTOR..][..bytes.len()].copy_from_slice(&bytes);
    }
    let written = hybrid::write(&mut image, &[0x33; 432], &[0x4d; 2000]);
    assert_eq!(written, Ok(()), "a disk can be made of the sample");
    image
}

#[cfg(test)]
mod tests {
    use crate::cpio;
    use crate::hybrid::Kind;
    use crate::image::{Image, PartKind};
    use proptest::prelude::*;

    #[test]
    fn the_sample_is_sound_and_has_one_of_everything() {
        let bytes = super::image(&cpio::write(&[("init", 0o100_755, b"hello")]));
        let image = Image::parse(&bytes).unwrap();
        assert_eq!(image.unaccounted().count(), 0);
        assert_eq!(image.boot_info.as_deref(), Some("/isolinux/isolinux.bin"));
        assert_eq!(image.archives().len(), 1);
        let names: Vec<_> = image
            .volume
            .tree
            .files
            .iter()
            .map(|file| file.path.as_str())
            .collect();
        assert_eq!(
            names,
            [
                "/bzImage",
                "/initrd",
                "/isolinux/boot.cat",
                "/isolinux/isolinux.bin",
                "/isolinux/isolinux.cfg",
                "/settings"
            ]
        );
        for kind in [
            PartKind::Continuation,
            PartKind::BootCatalogue,
            PartKind::Hybrid(Kind::MasterBootRecord),
            PartKind::Hybrid(Kind::Table),
            PartKind::Hybrid(Kind::Directory(r"\EFI\BOOT")),
            PartKind::PathTable { big_endian: true },
        ] {
            assert!(image.parts.iter().any(|part| part.kind == kind), "{kind}");
        }
    }

    proptest! {
        #[test]
        fn a_damaged_image_is_an_error_or_has_a_part_for_every_byte(
            damage in prop::collection::vec((0usize..0x10000, any::<u8>()), 1..8)
        ) {
            let mut bytes = super::image(&cpio::write(&[("init", 0o100_755, b"hello")]));
            let length = bytes.len();
            for (at, byte) in damage {
                // most structures are in the first sectors
                bytes[at % length] = byte;
            }
            if let Ok(image) = Image::parse(&bytes) {
                let mut end = 0;
                for part in &image.parts {
                    prop_assert_eq!(part.range.start, end);
                    end = part.range.end;
                }
                prop_assert_eq!(end, length);
                let _ = image.archives();
            }
        }
    }
}
