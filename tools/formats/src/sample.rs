//! A small image that has one of all that ours have, for tests: descriptors, both path tables, Rock Ridge with a
//! continuation, a boot catalogue, what makes a disk of it, a boot loader with its boot info table, a kernel's head, an initramfs, a file for
//! settings.

use crate::assembly::{self, Parts};
use crate::bzimage::{self, SECOND_SECTOR};
use crate::iso9660::writer::Label;

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
///
/// # Panics
/// It is too large for an image.
pub fn image(initrd: &[u8]) -> Vec<u8> {
    let parts = Parts {
        label: Label {
            name: "SAMPLE",
            application: "SCRATCHMACHINE 00",
            // 1 January 1980
            time: 315_532_800,
        },
        kernel: &kernel(),
        initrd,
        loader: &[0x90; 300],
        library: &[0x91; 200],
        configuration: b"DEFAULT machine\nLABEL machine\n  KERNEL /bzImage\n  APPEND quiet\n",
        boot_code: &[0x33; 432],
        program: &[0x4d; 2000],
    };
    match assembly::write(&parts) {
        Ok(image) => image,
        Err(error) => panic!("no sample can be made: {error}"),
    }
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
                "/isolinux/ldlinux.c32",
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
