//! Real images: the demo machine's, that of another machine, and a small one that xorriso made of a few files.
//! The check `audit-test` says where they are.

use std::fs;

use cli::audit::{explain, text};
use cli::input;
use cli::verify::difference::Difference;
use cli::verify::image::{compare, why_not};
use formats::hybrid::Kind;
use formats::image::{Image, PartKind};
use formats::iso9660::descriptors::Descriptor;
use formats::iso9660::sector::SECTOR;
use formats::text::grouped;
use formats::{cpio, settings_layer, sha256};
use provenance::closure::Closure;
use provenance::json;
use provenance::origin::Provenance;

fn place(variable: &str) -> String {
    std::env::var(variable)
        .unwrap_or_else(|_| panic!("{variable} is not set: run the check audit-test"))
}

fn demo() -> Vec<u8> {
    fs::read(place("AUDIT_DEMO")).unwrap()
}

fn small() -> Vec<u8> {
    fs::read(place("AUDIT_SMALL")).unwrap()
}

/// The differences that `damage` makes, each as one line.
fn reported(ours: &[u8], damage: impl Fn(&Image, &mut Vec<u8>)) -> Vec<String> {
    let image = Image::parse(ours).unwrap();
    let mut theirs = ours.to_vec();
    damage(&image, &mut theirs);
    compare(&image, &theirs)
        .into_iter()
        .map(
            |Difference {
                 offset,
                 part,
                 explanation,
             }| format!("{offset:#x} {part}: {explanation}"),
        )
        .collect()
}

fn start(image: &Image, kind: &PartKind) -> usize {
    let part = image.parts.iter().find(|part| part.kind == *kind);
    part.unwrap_or_else(|| panic!("no {kind}")).range.start
}

fn of_file(image: &Image, path: &str) -> usize {
    start(image, &PartKind::File(path.to_owned()))
}

#[track_caller]
fn assert_reported(reported: &[String], wanted: &[&str]) {
    for wanted in wanted {
        assert!(
            reported.iter().any(|line| line.contains(wanted)),
            "{wanted:?} is not reported: {reported:#?}"
        );
    }
}

#[test]
fn every_byte_of_the_demo_machine_s_image_is_accounted_for() {
    let provenance: Provenance = json::read(place("AUDIT_PROVENANCE")).unwrap();
    let closure: Closure = json::read(place("AUDIT_CLOSURE")).unwrap();
    let bytes = demo();
    let image = Image::parse(&bytes).unwrap();
    let report = explain::report("demo", &image, &provenance, &closure);
    assert_eq!(report.problems, Vec::<String>::new());
    assert!(report.identical);
    assert_eq!(report.accounted, bytes.len());

    // disjoint, and all of it
    let mut end = 0;
    for region in &report.regions {
        assert_eq!(region.offset, end, "{}", region.what);
        end += region.bytes;
    }
    assert_eq!(end, bytes.len());
    for archive in &report.archives {
        let mut end = 0;
        for region in &archive.regions {
            assert_eq!(region.offset, end, "{}", region.what);
            end += region.bytes;
            assert!(region.component.is_some(), "{}", region.what);
        }
        assert_eq!(end, archive.bytes);
    }
    assert!(text::write(&report).contains("100.00 %"));
}

#[test]
fn every_component_of_others_making_says_what_it_was_fetched_as() {
    let provenance: Provenance = json::read(place("AUDIT_PROVENANCE")).unwrap();
    for id in ["kernel", "syslinux", "rust-std", "libc"] {
        let component = &provenance.components[id];
        assert!(
            component.version.is_some() && component.licence.is_some(),
            "{id}"
        );
        assert!(!component.sources.is_empty(), "{id}");
        assert!(
            component.sources.iter().all(|source| source.hash.is_some()),
            "{id}"
        );
    }
    for id in ["init", "program-hello"] {
        let linked = provenance.components[id].linked.as_ref().unwrap();
        assert!(linked.identical, "{id}: the records are of another program");
        assert!(linked.objects.contains_key("libc.a"), "{id}");
        let own = 1;
        assert!(
            linked.crates.iter().skip(own).all(|it| it.sha256.is_some()),
            "{id}"
        );
    }
    let names = |id: &str| -> Vec<String> {
        let linked = provenance.components[id].linked.as_ref().unwrap();
        linked.crates.iter().map(|it| it.name.clone()).collect()
    };
    assert!(names("init").contains(&String::from("nix")));
    // build scripts and tests need these; no program has them
    for absent in ["autocfg", "cfg_aliases", "proptest", "rand"] {
        assert!(!names("init").contains(&String::from(absent)), "{absent}");
    }
}

#[test]
fn all_that_the_build_reaches_is_fixed_by_a_hash() {
    let closure: Closure = json::read(place("AUDIT_CLOSURE")).unwrap();
    assert!(closure.derivations > closure.fixed.len() && !closure.fixed.is_empty());
    assert_eq!(closure.impure, Vec::<String>::new());
    assert!(closure.fixed.iter().all(|fixed| !fixed.hash.is_empty()));
}

#[test]
fn hidden_bytes_are_unaccounted_for_at_their_offset() {
    let original = demo();
    let image = Image::parse(&original).unwrap();
    for part in &image.parts {
        if matches!(part.kind, PartKind::Padding(_)) {
            let at = part.range.end - 1;
            let mut bytes = original.clone();
            bytes[at] = 1;
            let damaged = Image::parse(&bytes).unwrap();
            let unaccounted: Vec<_> = damaged
                .unaccounted()
                .map(|part| part.range.clone())
                .collect();
            assert_eq!(unaccounted, vec![at..at + 1], "{}", part.kind);
        }
    }
}

#[test]
fn the_same_image_has_no_differences() {
    assert_eq!(reported(&demo(), |_, _| ()), Vec::<String>::new());
}

#[test]
fn a_flipped_byte_is_reported_with_its_part_and_field() {
    let primary = PartKind::Descriptor(Descriptor::Primary);
    type Case = (PartKind, usize, &'static [&'static str]);
    let file = |path: &str| PartKind::File(path.to_owned());
    let hybrid = PartKind::Hybrid;
    let directory = |path: &'static str| PartKind::Hybrid(Kind::Directory(path));
    let cases: [Case; 35] = [
        (
            hybrid(Kind::BootCode),
            100,
            &["boot code", "1 byte differs"],
        ),
        // from here on it is what comes after the boot code
        (
            hybrid(Kind::MasterBootRecord),
            0,
            &["master boot record", "sector of the boot loader"],
        ),
        (
            hybrid(Kind::MasterBootRecord),
            10,
            &["master boot record", "number of the disk"],
        ),
        (
            hybrid(Kind::MasterBootRecord),
            22,
            &["partition: first sector"],
        ),
        (
            hybrid(Kind::MasterBootRecord),
            40,
            &["bytes that have no meaning differ"],
        ),
        (
            hybrid(Kind::BootSector),
            11,
            &["FAT boot sector", "bytes in a sector"],
        ),
        (hybrid(Kind::BootSector), 40, &["serial number"]),
        (hybrid(Kind::BootSector), 300, &["boot code", "hidden"]),
        (hybrid(Kind::Table), 9, &["FAT", "UEFI starts other bytes"]),
        (
            directory(r"\"),
            32 + 26,
            &["FAT directory \\", "entry of BZIMAGE", "first cluster"],
        ),
        (directory(r"\EFI"), 64 + 3, &["entry of BOOT", "name"]),
        (
            directory(r"\EFI\BOOT"),
            64 + 22,
            &["entry of BOOTX64 EFI", "time of the last change"],
        ),
        (
            hybrid(Kind::Program),
            700,
            &[r"\EFI\BOOT\BOOTX64.EFI", "1 byte differs"],
        ),
        (
            PartKind::BootCatalogue,
            65,
            &["boot catalogue", "section's platform"],
        ),
        (
            primary.clone(),
            1,
            &["standard identifier", "no longer a sound image"],
        ),
        (primary.clone(), 813, &["volume creation date"]),
        (primary.clone(), 80, &["volume size"]),
        (primary.clone(), 158, &["sector of the root directory"]),
        (
            PartKind::Descriptor(Descriptor::BootRecord),
            71,
            &["boot record", "sector of the boot catalogue"],
        ),
        (
            PartKind::Descriptor(Descriptor::Terminator),
            3,
            &["volume descriptor set terminator"],
        ),
        (
            PartKind::PathTable { big_endian: false },
            2,
            &["path table, little-endian", "entry of /", "sector"],
        ),
        (
            PartKind::PathTable { big_endian: true },
            20,
            &["path table, big-endian"],
        ),
        (
            PartKind::Directory(String::from("/")),
            10,
            &["directory /", "the directory itself", "size"],
        ),
        (
            PartKind::Directory(String::from("/isolinux")),
            18,
            &["directory /isolinux", "date"],
        ),
        (PartKind::Continuation, 30, &["Rock Ridge continuation"]),
        (PartKind::BootCatalogue, 28, &["boot catalogue", "checksum"]),
        (
            PartKind::BootCatalogue,
            40,
            &["boot catalogue", "sector of the boot loader"],
        ),
        (
            file("/isolinux/isolinux.bin"),
            16,
            &["boot info table: length of this file"],
        ),
        (
            file("/isolinux/isolinux.bin"),
            3000,
            &["boot loader's code", "1 byte differs"],
        ),
        (
            file("/isolinux/ldlinux.c32"),
            3000,
            &["/isolinux/ldlinux.c32", "1 byte differs"],
        ),
        (
            file("/isolinux/isolinux.cfg"),
            3,
            &["isolinux.cfg: line 1 says"],
        ),
        (
            file("/bzImage"),
            100_000,
            &["/bzImage", "1 byte differs", "calls itself"],
        ),
        (file("/initrd"), 0, &["/initrd", "1 byte differs"]),
        (
            file("/initrd"),
            100_000,
            &["/initrd", "can't be decoded any more"],
        ),
        (
            PartKind::Padding(String::from("/bzImage")),
            9,
            &["padding after /bzImage", "zeros"],
        ),
    ];
    let original = demo();
    for (what, at, wanted) in cases {
        let reported = reported(&original, |image, bytes| {
            bytes[start(image, &what) + at] ^= 0x01
        });
        assert_reported(&reported, wanted);
        let offset = start(&Image::parse(&original).unwrap(), &what);
        assert!(
            reported
                .iter()
                .any(|line| line.starts_with("0x") && line.contains(&what.to_string())),
            "{what} at {offset:#x} + {at}: {reported:#?}"
        );
    }
}

#[test]
fn the_last_byte_of_every_part_is_reported_as_that_part_s() {
    let original = demo();
    let image = Image::parse(&original).unwrap();
    for part in &image.parts {
        let mut bytes = original.clone();
        bytes[part.range.end - 1] ^= 0x80;
        let differences = compare(&image, &bytes);
        assert!(
            differences
                .iter()
                .any(|difference| difference.part == part.kind.to_string()),
            "{}: {differences:#?}",
            part.kind
        );
    }
}

#[test]
fn a_file_that_was_cut_off_or_appended_to_is_reported_as_that() {
    let original = demo();
    for length in [original.len() - 1, original.len() / 2, 40_000, 600] {
        let reported = reported(&original, |_, bytes| bytes.truncate(length));
        let missing = match original.len() - length {
            1 => String::from("byte is missing"),
            count => format!("{} bytes are missing", grouped(count)),
        };
        assert_reported(&reported, &[&format!("cut off: the last {missing}")]);
    }
    assert_reported(
        &reported(&original, |_, bytes| bytes.extend([0; 2048])),
        &["2,048 bytes more after the image's end, all zero"],
    );
    assert_reported(
        &reported(&original, |_, bytes| bytes.extend(b"more")),
        &["4 bytes more after the image's end, not all zero"],
    );
}

#[test]
fn another_machine_s_image_is_reported_member_by_member() {
    let other = fs::read(place("AUDIT_OTHER")).unwrap();
    let reported = reported(&demo(), |_, bytes| *bytes = other.clone());
    assert_reported(
        &reported,
        &[
            "-programs/hello/args: line 1 is new: \"8080\"",
            "e1000.ko (",
            "a member that is not in this checkout's: /nix/store/",
            "a member is missing: /nix/store/",
            "other store paths, so built from other sources",
            "primary volume descriptor: application",
            "/isolinux/isolinux.cfg: line 9 says",
        ],
    );
}

#[test]
fn another_kernel_is_reported_by_its_name_for_itself() {
    let reported = reported(&demo(), |image, bytes| {
        let kernel = of_file(image, "/bzImage");
        let version = kernel
            + 0x200
            + usize::from(u16::from_le_bytes([
                bytes[kernel + 0x20e],
                bytes[kernel + 0x20f],
            ]));
        bytes[version..version + 4].copy_from_slice(b"9.99");
        for byte in &mut bytes[kernel + 50_000..kernel + 90_000] {
            *byte = !*byte;
        }
    });
    assert_reported(
        &reported,
        &[
            "/bzImage",
            "a kernel that calls itself 9.99",
            "instead of 6.",
            "40,00",
        ],
    );
}

#[test]
fn what_is_not_an_iso_is_called_what_it_is() {
    let ours = demo();
    let cases: [(&[u8], &str); 5] = [
        (b"", "empty"),
        (b"hello\n", "text"),
        (&[0x1f, 0x8b, 8, 0, 0, 0], "gzip"),
        (&[0; 100_000], "nothing but zeros"),
        (b"\x7fELF\x02\x01", "ELF"),
    ];
    for (bytes, wanted) in cases {
        let why = why_not(&ours, bytes).unwrap_or_else(|| panic!("{wanted} is taken for an ISO"));
        assert!(why.contains(wanted), "{why}");
        assert!(Image::parse(bytes).is_err());
    }
    assert_eq!(why_not(&ours, &ours), None);
    assert!(
        input::image("/".as_ref())
            .unwrap_err()
            .to_string()
            .contains("directory")
    );
    assert!(
        input::image("/dev/zero".as_ref())
            .unwrap_err()
            .to_string()
            .contains("not a regular file")
    );
    assert!(
        input::image("/missing".as_ref())
            .unwrap_err()
            .to_string()
            .contains("/missing")
    );
}

/// Each byte of the small image changed in three ways: no panic, and the difference is always reported.
#[test]
fn no_single_byte_can_change_unnoticed() {
    let original = small();
    let image = Image::parse(&original).unwrap();
    assert_eq!(image.unaccounted().count(), 0);
    for at in 0..original.len() {
        // sectors of nothing but zeros are looked at by a byte in 64
        if original[at] == 0
            && at % 64 != 0
            && (at < 16 * SECTOR
                || original[at / SECTOR * SECTOR..][..SECTOR]
                    .iter()
                    .all(|byte| *byte == 0))
        {
            continue;
        }
        for change in [0x01, 0x80, 0xff] {
            let mut bytes = original.clone();
            bytes[at] ^= change;
            let differences = compare(&image, &bytes);
            let part = image
                .parts
                .iter()
                .find(|part| part.range.contains(&at))
                .unwrap();
            assert!(
                differences
                    .iter()
                    .any(|difference| difference.part == part.kind.to_string()),
                "{at:#x} ^ {change:#x} in {}: {differences:#?}",
                part.kind
            );
        }
    }
}

#[test]
fn a_directory_that_holds_itself_is_a_loop() {
    let original = small();
    let image = Image::parse(&original).unwrap();
    let root = start(&image, &PartKind::Directory(String::from("/")));
    // the record of the subdirectory, made to lead to the root
    let record = image.volume.tree.directories[0]
        .records
        .iter()
        .skip(2)
        .find(|record| original[record.start + 25] & 2 != 0)
        .unwrap()
        .start;
    let mut bytes = original.clone();
    bytes.copy_within(root + 2..root + 18, record + 2);
    let error = Image::parse(&bytes).err().unwrap();
    assert!(error.message.contains("loop"), "{error}");
}

#[test]
fn sizes_beyond_the_end_are_refused() {
    let original = small();
    let image = Image::parse(&original).unwrap();
    for directory in &image.volume.tree.directories {
        for record in directory.records.iter().skip(2) {
            for field in [2, 10] {
                let mut bytes = original.clone();
                let at = record.start + field;
                bytes[at..at + 8].fill(0xff);
                let error = Image::parse(&bytes).err().unwrap();
                assert!(error.message.contains("beyond the end"), "{error}");
            }
        }
    }
}

#[test]
fn a_rock_ridge_name_that_leads_elsewhere_is_refused() {
    let original = small();
    let at = original
        .windows(5)
        .position(|window| window == b"NM\x08\x01\x00")
        .unwrap();
    let mut bytes = original.clone();
    bytes[at + 5..at + 8].copy_from_slice(b"a/b");
    let error = Image::parse(&bytes).err().unwrap();
    assert!(error.message.contains("leads elsewhere"), "{error}");
}

#[test]
fn settings_over_an_image_are_reported_apart_from_it() {
    let provenance: Provenance = json::read(place("AUDIT_PROVENANCE")).unwrap();
    let closure = Closure::default();
    let original = demo();
    let room = of_file(&Image::parse(&original).unwrap(), settings_layer::ISO_PATH);
    let with = |name: &str| {
        let mut bytes = original.clone();
        let archive = cpio::write(&[(name, 0o100_444, b"hostname=x\n")]);
        bytes[room..room + archive.len()].copy_from_slice(&archive);
        bytes
    };

    let bytes = with(settings_layer::INITRAMFS_PATH);
    let image = Image::parse(&bytes).unwrap();
    let report = explain::report("demo", &image, &provenance, &closure);
    assert_eq!(report.problems, Vec::<String>::new());
    assert!(report.identical);
    let layer = report.layer.unwrap();
    assert_eq!(layer.base_sha256, sha256::hex(&original));
    assert_eq!(layer.settings, "hostname=x\n");

    // anything else there is no layer
    let bytes = with("init");
    let image = Image::parse(&bytes).unwrap();
    let report = explain::report("demo", &image, &provenance, &closure);
    assert!(!report.identical && !report.problems.is_empty());
}
