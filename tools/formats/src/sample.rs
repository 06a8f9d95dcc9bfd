//! A small image that has one of all that ours have, for tests: descriptors, both path tables, Rock Ridge with a
//! continuation, a boot catalogue, a boot loader with its boot info table, a kernel's head, an initramfs, room for
//! settings.

use crate::iso9660::SECTOR;

const LOADER: usize = 25;
const SETTINGS: usize = 4096;

fn both16(number: u16) -> Vec<u8> {
    [number.to_le_bytes(), number.to_be_bytes()].concat()
}

fn both32(number: usize) -> Vec<u8> {
    let number = number as u32;
    [number.to_le_bytes(), number.to_be_bytes()].concat()
}

/// Rock Ridge's entries of a file or directory.
fn rock_ridge(mode: usize, name: &str) -> Vec<u8> {
    let date = [80, 1, 1, 0, 0, 0, 0];
    let mut entries = [
        &b"PX\x24\x01"[..],
        &[mode, 1, 0, 0].map(both32).concat(),
        b"TF\x1a\x01\x0e",
        &[date; 3].concat(),
    ]
    .concat();
    if !name.is_empty() {
        entries.extend([b'N', b'M', name.len() as u8 + 5, 1, 0]);
        entries.extend(name.bytes());
    }
    entries
}

fn record(sector: usize, size: usize, flags: u8, identifier: &[u8], rock_ridge: &[u8]) -> Vec<u8> {
    let mut record = vec![0, 0];
    record.extend(both32(sector));
    record.extend(both32(size));
    record.extend([80, 1, 1, 0, 0, 0, 0, flags, 0, 0]);
    record.extend(both16(1));
    record.push(identifier.len() as u8);
    record.extend(identifier);
    record.resize(record.len().next_multiple_of(2), 0);
    record.extend(rock_ridge);
    record.resize(record.len().next_multiple_of(2), 0);
    record[0] = record.len() as u8;
    record
}

fn directory(own: usize, above: usize, marks: &[u8], entries: &[Vec<u8>]) -> Vec<u8> {
    let mode = rock_ridge(0o040_555, "");
    [
        record(own, SECTOR, 2, &[0], &[marks, &mode].concat()),
        record(above, SECTOR, 2, &[1], &mode),
        entries.concat(),
    ]
    .concat()
}

fn file(sector: usize, size: usize, name: &str) -> Vec<u8> {
    let identifier = format!("{name};1");
    record(
        sector,
        size,
        0,
        identifier.as_bytes(),
        &rock_ridge(0o100_444, name),
    )
}

fn path_table(number: impl Fn(u32) -> Vec<u8>, short: impl Fn(u16) -> Vec<u8>) -> Vec<u8> {
    let entry = |name: &[u8], sector| {
        [
            vec![name.len() as u8, 0],
            number(sector),
            short(1),
            name.to_vec(),
        ]
        .concat()
    };
    [entry(b"\0", 19), vec![0], entry(b"isolinux", 21)].concat()
}

/// The image with this initramfs.
pub fn image(initrd: &[u8]) -> Vec<u8> {
    let mut loader = vec![0x90; 300];
    loader[8..64].fill(0);
    for (at, number) in [
        (8, 16),
        (12, LOADER),
        (16, loader.len()),
        (20, (300 - 64) / 4 * 0x9090_9090),
    ] {
        loader[at..at + 4].copy_from_slice(&(number as u32).to_le_bytes());
    }
    let configuration = b"DEFAULT machine\nLABEL machine\n  KERNEL /bzImage\n  APPEND quiet\n";
    let mut kernel = vec![0x42; 3000];
    kernel[0x1f1] = 1;
    kernel[0x201..0x206].copy_from_slice(b"\x6aHdrS");
    kernel[0x20e..0x210].copy_from_slice(&0x100u16.to_le_bytes());
    kernel[0x248..0x250].copy_from_slice(&[16, 0, 0, 0, 0, 4, 0, 0]);
    kernel[0x300..0x318].copy_from_slice(b"6.12.1 (someone) #1 SMP\0");
    let settings = vec![0; SETTINGS];

    let (configuration_at, kernel_at, initrd_at) = (LOADER + 1, LOADER + 2, LOADER + 4);
    let settings_at = initrd_at + initrd.len().div_ceil(SECTOR);
    let sectors = settings_at + SETTINGS / SECTOR;

    let mut primary = vec![0; 1395];
    primary[..8].copy_from_slice(b"\x01CD001\x01\0");
    primary[8..72].fill(b' ');
    primary[190..813].fill(b' ');
    let own = record(19, SECTOR, 2, &[0], &[]);
    let dates = [
        *b"1980010100000000\0",
        *b"1980010100000000\0",
        [b'0'; 17],
        [b'0'; 17],
    ]
    .concat();
    let table = path_table(
        |it| it.to_le_bytes().to_vec(),
        |it| it.to_le_bytes().to_vec(),
    );
    for (at, field) in [
        (40, b"SAMPLE".to_vec()),
        (80, both32(sectors)),
        (120, both16(1)),
        (124, both16(1)),
        (128, both16(SECTOR as u16)),
        (132, both32(table.len())),
        (140, vec![22, 0, 0, 0]),
        (148, vec![0, 0, 0, 23]),
        (156, own),
        (574, b"SCRATCHMACHINE 00".to_vec()),
        (813, dates),
        (881, vec![1]),
        (883, vec![b' '; 512]),
    ] {
        primary[at..at + field.len()].copy_from_slice(&field);
    }
    let mut boot_record = b"\0CD001\x01EL TORITO SPECIFICATION".to_vec();
    boot_record.resize(71, 0);
    boot_record.extend(24u32.to_le_bytes());
    let mut catalogue = vec![0; 64];
    catalogue[0] = 1;
    catalogue[28..34].copy_from_slice(&[0xaa, 0x55, 0x55, 0xaa, 0x88, 0]);
    catalogue[38] = 4;
    catalogue[40] = LOADER as u8;

    let continuation = b"ER\x11\x01\x04\x02\x03\x01IEEEabsrc";
    let marks = [
        &b"SP\x07\x01\xbe\xef\0CE\x1c\x01"[..],
        &[20, 0, continuation.len()].map(both32).concat(),
    ]
    .concat();
    let isolinux = record(
        21,
        SECTOR,
        2,
        b"ISOLINUX",
        &rock_ridge(0o040_555, "isolinux"),
    );
    let root = [
        file(kernel_at, kernel.len(), "bzImage"),
        file(initrd_at, initrd.len(), "initrd"),
        isolinux,
        file(settings_at, SETTINGS, "settings"),
    ];
    let below = [
        file(24, SECTOR, "boot.cat"),
        file(LOADER, loader.len(), "isolinux.bin"),
        file(configuration_at, configuration.len(), "isolinux.cfg"),
    ];

    let mut image = vec![0; sectors * SECTOR];
    for (sector, bytes) in [
        (16, primary),
        (17, boot_record),
        (18, b"\xffCD001\x01".to_vec()),
        (19, directory(19, 19, &marks, &root)),
        (20, continuation.to_vec()),
        (21, directory(21, 19, &[], &below)),
        (22, table),
        (
            23,
            path_table(
                |it| it.to_be_bytes().to_vec(),
                |it| it.to_be_bytes().to_vec(),
            ),
        ),
        (24, catalogue),
        (LOADER, loader),
        (configuration_at, configuration.to_vec()),
        (kernel_at, kernel),
        (initrd_at, initrd.to_vec()),
        (settings_at, settings),
    ] {
        image[sector * SECTOR..][..bytes.len()].copy_from_slice(&bytes);
    }
    image
}

#[cfg(test)]
mod tests {
    use crate::cpio;
    use crate::image::{Image, What};

    #[test]
    fn the_sample_is_sound_and_has_one_of_everything() {
        let bytes = super::image(&cpio::write(&[("init", 0o100_755, b"hello")]));
        let image = Image::read(&bytes).unwrap();
        assert_eq!(image.unaccounted().count(), 0);
        assert_eq!(image.boot_info.as_deref(), Some("/isolinux/isolinux.bin"));
        assert_eq!(image.archives().len(), 1);
        let names: Vec<_> = image
            .volume
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
        for what in [
            What::Continuation,
            What::BootCatalogue,
            What::PathTable { big_endian: true },
        ] {
            assert!(image.parts.iter().any(|part| part.what == what), "{what}");
        }
    }
}
