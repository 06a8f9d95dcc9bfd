//! An image of its parts: an ISO that is a disk as well (`hybrid`).

use crate::error::{Error, Result};
use crate::iso9660::sector::{SECTOR, offset};
use crate::iso9660::volume::Volume;
use crate::iso9660::writer::{Label, Plan};
use crate::{boot_info, el_torito, hybrid, isolinux, settings_layer};

const CATALOGUE: &str = "/isolinux/boot.cat";
/// Sectors of a disk that a BIOS loads of isolinux, which loads the rest of itself.
const LOADED: usize = 4;

/// What an image is made of.
#[derive(Clone, Copy, Debug)]
pub struct Parts<'a> {
    pub label: Label<'a>,
    pub kernel: &'a [u8],
    pub initrd: &'a [u8],
    /// isolinux.bin, ldlinux.c32, isolinux.cfg and isohdpfx.bin.
    pub loader: &'a [u8],
    pub library: &'a [u8],
    pub configuration: &'a [u8],
    pub boot_code: &'a [u8],
    /// What UEFI starts.
    pub program: &'a [u8],
}

/// The image.
///
/// # Errors
/// A part is too large for its place, or too small to be what it is.
pub fn write(parts: &Parts) -> Result<Vec<u8>> {
    let mut loader = parts.loader.to_vec();
    if loader.len() < boot_info::RANGE.end {
        return Err(Error::new(0, "isolinux.bin is too short to be it"));
    }
    let (catalogue, settings) = ([0; SECTOR], [0; settings_layer::SIZE]);
    let files: [(&str, &[u8]); 7] = [
        (CATALOGUE, &catalogue),
        (hybrid::LOADER, &loader),
        ("/isolinux/ldlinux.c32", parts.library),
        (isolinux::PATH, parts.configuration),
        ("/bzImage", parts.kernel),
        ("/initrd", parts.initrd),
        (settings_layer::ISO_PATH, &settings),
    ];
    let sizes: Vec<(&str, usize)> = files.map(|(path, bytes)| (path, bytes.len())).into();
    let plan = plan(&sizes, parts.program.len())?;
    let place = |path: &str| {
        let sector = plan.sector(path);
        sector.ok_or_else(|| Error::new(0, format!("no file {path}")))
    };

    let mut image = vec![0; offset(plan.sectors())];
    for (path, bytes) in files {
        put(&mut image, place(path)?, bytes);
    }
    let at = place(hybrid::LOADER)?;
    boot_info::write(&mut loader, at);
    put(&mut image, at, &loader);
    for (sector, bytes) in plan.structures(parts.label, CATALOGUE)? {
        put(&mut image, sector, &bytes);
    }
    let volume = Volume::parse(&image)?;
    let catalogue = [
        el_torito::write(at, LOADED),
        el_torito::efi_section(hybrid::start(&volume) / SECTOR),
    ];
    put(&mut image, place(CATALOGUE)?, &catalogue.concat());
    for piece in hybrid::pieces(&image, &volume, parts.boot_code, parts.program)? {
        image[piece.range()].copy_from_slice(&piece.bytes);
    }
    Ok(image)
}

/// With a file for the FAT, the first one, if there is no room for it before the ISO.
fn plan(files: &[(&str, usize)], program: usize) -> Result<Plan> {
    let small = Plan::new(files)?;
    if hybrid::sectors_of_fat(small.sectors() - hybrid::SYSTEM_AREA.start, program)?
        <= hybrid::SYSTEM_AREA.len()
    {
        return Ok(small);
    }
    // a file for it makes the volume larger, and so the FAT
    let mut room = 0;
    loop {
        let with_room: Vec<(&str, usize)> = [(hybrid::ROOM, offset(room))]
            .into_iter()
            .chain(files.iter().copied())
            .collect();
        let plan = Plan::new(&with_room)?;
        let start = plan.sector(hybrid::ROOM).unwrap_or_default();
        let needed = hybrid::sectors_of_fat(plan.sectors() - start, program)?;
        if needed <= room {
            return Ok(plan);
        }
        room = needed;
    }
}

fn put(image: &mut [u8], sector: usize, bytes: &[u8]) {
    image[offset(sector)..][..bytes.len()].copy_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use crate::image::{Image, PartKind};
    use crate::{cpio, gpt, hybrid, mbr, sample};

    fn initrd(size: usize) -> Vec<u8> {
        cpio::write(&[("init", 0o100_755, &vec![1; size])])
    }

    #[test]
    fn an_image_of_any_size_is_explained_to_its_last_byte() {
        // as FAT12, FAT16 and FAT32; the last two have no room before the ISO
        for (megabytes, has_file) in [(0, false), (7, false), (9, true), (140, true)] {
            let bytes = sample::image(&initrd(megabytes << 20));
            let image = Image::parse(&bytes).unwrap();
            assert_eq!(image.unaccounted().count(), 0, "{megabytes}");
            let file = image.volume.file(hybrid::ROOM);
            assert_eq!(file.is_some(), has_file, "{megabytes}");
        }
    }

    #[test]
    fn a_disk_with_a_gpt_is_explained_too() {
        for megabytes in [0, 9] {
            let mut disk = sample::image(&initrd(megabytes << 20));
            disk.resize(
                (disk.len() + gpt::SECTORS * mbr::SECTOR).next_multiple_of(1 << 20),
                0,
            );
            hybrid::add_gpt(&mut disk).unwrap();
            let image = Image::parse(&disk).unwrap();
            assert_eq!(image.unaccounted().count(), 0);
            let headers = PartKind::Hybrid(hybrid::Kind::GptHeader);
            assert_eq!(
                image.parts.iter().filter(|it| it.kind == headers).count(),
                2
            );
            // a changed byte is not
            let last = disk.len() - 1;
            for at in [mbr::SECTOR + 60, last - mbr::SECTOR, last - 400] {
                disk[at] ^= 1;
                assert_eq!(
                    Image::parse(&disk).unwrap().unaccounted().count(),
                    1,
                    "{at}"
                );
                disk[at] ^= 1;
            }
        }
    }

    #[test]
    fn a_disk_without_room_for_a_gpt_gets_none() {
        let mut disk = sample::image(&initrd(1));
        let before = disk.clone();
        assert!(hybrid::add_gpt(&mut disk).is_err());
        disk.resize(disk.len() + (gpt::SECTORS - 1) * mbr::SECTOR, 0);
        assert!(hybrid::add_gpt(&mut disk).is_err());
        assert!(before.len() < disk.len());
    }
}
