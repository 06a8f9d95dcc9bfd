//! Differences that were planted into a small image: each is reported with what it is and what it may mean.

use cli::verify::image::compare;
use formats::image::{Image, PartKind};
use formats::limits::Budget;
use formats::{cpio, initramfs, sample, settings_layer, zstd};

const STORE: &str = "nix/store/00000000000000000000000000000000-init";
const OTHER: &str = "nix/store/11111111111111111111111111111111-init";

type Member = (String, u32, Vec<u8>);

fn member(name: &str, mode: u32, data: &[u8]) -> Member {
    (name.to_owned(), mode, data.to_vec())
}

fn members() -> Vec<Member> {
    vec![
        member("etc", 0o040_755, b""),
        member("etc/settings", 0o100_644, b"ip=dhcp\npanic=5\n"),
        member("init", 0o120_777, format!("/{STORE}/init").as_bytes()),
        member(&format!("{STORE}/init"), 0o100_755, b"\x7fELF hello"),
        member(&format!("{STORE}/module.ko"), 0o100_644, b"\x7fELF module"),
    ]
}

fn archive(members: &[Member]) -> Vec<u8> {
    let members: Vec<_> = members
        .iter()
        .map(|(name, mode, data)| (name.as_str(), *mode, data.as_slice()))
        .collect();
    cpio::write(&members)
}

/// Each difference as one line.
fn reported(ours: &[u8], theirs: &[u8]) -> Vec<String> {
    let image = Image::parse(ours).unwrap();
    let lines = compare(&image, theirs).into_iter();
    lines
        .map(|it| format!("{:#x} {}: {}", it.offset, it.part, it.explanation))
        .collect()
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

fn sound() -> Vec<u8> {
    sample::image(&archive(&members()))
}

/// What is reported of an image whose initramfs has these members.
fn of_members(change: impl Fn(&mut Vec<Member>)) -> Vec<String> {
    let mut members = members();
    change(&mut members);
    reported(&sound(), &sample::image(&archive(&members)))
}

fn find(bytes: &[u8], what: &[u8]) -> usize {
    bytes.windows(what.len()).position(|it| it == what).unwrap()
}

/// What is reported where `what` became `other`.
fn of_bytes(what: &[u8], other: &[u8]) -> Vec<String> {
    let ours = sound();
    let at = find(&ours, what);
    let mut theirs = ours.clone();
    theirs[at..at + other.len()].copy_from_slice(other);
    reported(&ours, &theirs)
}

#[test]
fn a_changed_member_is_reported_by_what_changed() {
    assert_reported(
        &of_members(|it| it[1].2 = b"ip=dhcp\npanic=1\n".to_vec()),
        &["member /etc/settings: line 2 says \"panic=1\" instead of \"panic=5\""],
    );
    assert_reported(
        &of_members(|it| it[3].2[6] ^= 1),
        &["/nix/store/…-init/init differs: built from other sources? (1 byte differs"],
    );
    assert_reported(
        &of_members(|it| it[3].1 = 0o104_755),
        &["mode 4755 instead of 755 (other permissions)"],
    );
    assert_reported(
        &of_members(|it| it[2].2 = b"/etc".to_vec()),
        &["link /init leads to /etc instead of /nix/store/"],
    );
    assert_reported(
        &of_members(|it| it[0].1 = 0o100_755),
        &["member /etc: a file instead of a directory"],
    );
}

#[test]
fn a_member_s_other_numbers_are_reported_by_name() {
    let ours = sound();
    let mut archive = archive(&members());
    let head = cpio::parse(&archive, 0, &mut Budget::default())
        .unwrap()
        .members[3]
        .head
        .start;
    for (index, number, wanted) in [
        (0, b"0000004D", "other inode numbers, of 1 members"),
        (2, b"000003E8", "user 1000 instead of 0 (of another owner)"),
        (4, b"00000002", "links 2 instead of 1"),
        (
            5,
            b"65000000",
            "time 1694498816 instead of 0 (made by the clock, or touched)",
        ),
    ] {
        let at = head + 6 + index * 8;
        let before = archive[at..at + 8].to_vec();
        archive[at..at + 8].copy_from_slice(number);
        assert_reported(&reported(&ours, &sample::image(&archive)), &[wanted]);
        archive[at..at + 8].copy_from_slice(&before);
    }
}

#[test]
fn members_that_came_went_or_moved_are_reported() {
    assert_reported(
        &of_members(|it| it.push(member("bin/backdoor", 0o104_755, b"x"))),
        &["a member that is not in this checkout's: /bin/backdoor (1 byte)"],
    );
    assert_reported(
        &of_members(|it| it.push(member("dev/sda", 0o060_600, b""))),
        &["a member that is not in this checkout's: /dev/sda (a block device)"],
    );
    assert_reported(
        &of_members(|it| drop(it.remove(4))),
        &["a member is missing: /nix/store/00000000000000000000000000000000-init/module.ko"],
    );
    assert_reported(
        &of_members(|it| it[4].0 = String::from("etc/module.ko")),
        &["is called /etc/module.ko here"],
    );
    assert_reported(
        &of_members(|it| it.swap(0, 1)),
        &["the members are in another order, from /etc/settings on"],
    );
}

#[test]
fn the_same_members_at_other_store_paths_are_reported_once() {
    let reported = of_members(|it| {
        for it in it {
            it.0 = it.0.replace(STORE, OTHER);
            it.2 = String::from_utf8_lossy(&it.2)
                .replace(STORE, OTHER)
                .into_bytes();
        }
    });
    assert_reported(
        &reported,
        &["other store paths, so built from other sources or by other tools: nix/store/1111"],
    );
    assert!(
        !reported
            .iter()
            .any(|line| line.contains("leads to") || line.contains("missing")),
        "{reported:#?}"
    );
}

#[test]
fn a_store_path_that_only_looks_like_ours_does_not_pass_for_it() {
    let reported = of_members(|it| {
        it.insert(
            3,
            member(&format!("{OTHER}/init"), 0o100_755, b"\x7fELF evil!"),
        );
        it[2].2 = format!("/{OTHER}/init").into_bytes();
    });
    assert_reported(
        &reported,
        &[
            "a member that is not in this checkout's: /nix/store/1111",
            "link /init leads to /nix/store/1111",
        ],
    );
}

#[test]
fn a_second_archive_replaces_what_is_in_the_first_and_is_reported() {
    let evil = cpio::write(&[("init", 0o100_755, b"#!evil")]);
    let theirs = sample::image(&[archive(&members()), evil].concat());
    assert_reported(
        &reported(&sound(), &theirs),
        &[
            "2 archives one after the other instead of 1",
            "member /init: a file instead of a link",
        ],
    );
}

#[test]
fn how_an_archive_is_compressed_is_reported_apart_from_what_is_in_it() {
    let plain = archive(&members());
    let ours = sample::image(&zstd::store(&plain));
    assert_reported(
        &reported(&ours, &sample::image(&plain)),
        &["0 of it compressed instead of 1"],
    );
    let (first, second) = plain.split_at(plain.len() / 2);
    let mut blocks = zstd::store(first);
    blocks[6] &= !1;
    blocks.extend(&zstd::store(second)[6..]);
    assert_reported(
        &reported(&ours, &sample::image(&blocks)),
        &["the same archive, compressed differently"],
    );
    let padded = zstd::store(&[&plain[..], &[0; 64]].concat());
    assert_reported(
        &reported(&ours, &sample::image(&padded)),
        &["the same members, padded differently"],
    );
}

#[test]
fn an_archive_that_can_not_be_decoded_is_reported_by_the_reason() {
    for (theirs, wanted) in [
        (b"\x1f\x8b\x08\0\0".to_vec(), "a gzip file"),
        (b"\xfd7zXZ\0".to_vec(), "an xz file"),
        (
            zstd::store(&cpio::write(&[("../x", 0o100_644, b"")])),
            "../x would be unpacked outside",
        ),
        (
            cpio::write(&[("/x", 0o100_644, b"")]),
            "/x would be unpacked outside",
        ),
    ] {
        let reported = reported(&sound(), &sample::image(&theirs));
        assert_reported(&reported, &[wanted, "can't be decoded any more: at 0x"]);
    }
}

#[test]
fn names_that_would_steer_a_terminal_are_reported_escaped() {
    let reported = of_members(|it| it.push(member("\x1b[2J\u{202e}", 0o100_644, b"x")));
    assert_reported(&reported, &["/\\u{1b}[2J\\u{202e} (1 byte)"]);
    // in the ISO as well
    let reported = of_bytes(b"NM\x0c\x01\0bzImage", b"NM\x0c\x01\0\x1b[2J\xff\r\n");
    assert!(
        reported
            .iter()
            .all(|line| !line.chars().any(char::is_control)),
        "{reported:#?}"
    );
    assert_reported(&reported, &["Rock Ridge name"]);
}

#[test]
fn what_rock_ridge_says_is_reported_by_field() {
    let mode = |mode: u32| [&b"PX\x24\x01"[..], &mode.to_le_bytes(), &mode.to_be_bytes()].concat();
    assert_reported(
        &of_bytes(&mode(0o100_444), &mode(0o104_777)),
        &["record of BZIMAGE: Rock Ridge mode: 104777 instead of 100444 (other permissions"],
    );
    assert_reported(
        &of_bytes(b"NM\x0c\x01\0bzImage", b"NM\x0c\x01\0bzimage"),
        &["Rock Ridge name: \"bzimage\" instead of \"bzImage\""],
    );
    assert_reported(
        &of_bytes(b"TF\x1a\x01\x0e\x50", b"TF\x1a\x01\x0e\x7e"),
        &["Rock Ridge date: 2026-01-01 00:00:00 instead of 1980-01-01 00:00:00 (made by the clock"],
    );
    assert_reported(
        &of_bytes(b"RRIP_1991A", b"RRIP_1991B"),
        &["Rock Ridge continuation: Rock Ridge's name for itself"],
    );
}

#[test]
fn a_place_in_a_kernel_is_reported_by_its_part() {
    let ours = sound();
    let kernel = find(&ours, b"HdrS") - 0x202;
    for (at, wanted) in [
        (0, "the boot sector, which nothing runs"),
        (0x210, "in the setup header"),
        (0x380, "in the setup code"),
        (0x404, "in the decompressor's head"),
        (0x500, "in the kernel itself"),
        (0xb00, "in the decompressor;"),
    ] {
        let mut theirs = ours.clone();
        theirs[kernel + at] ^= 1;
        assert_reported(
            &reported(&ours, &theirs),
            &[
                wanted,
                "6.12.1 (someone) as ours does",
                "damaged on its way",
            ],
        );
    }
    assert_reported(&of_bytes(b"HdrS", b"HdrT"), &["no longer a kernel"]);
    assert_reported(
        &of_bytes(b"6.12.1 (", b"6.12\x1b[ ("),
        &["a kernel that calls itself 6.12\\u{1b}[ (someone) instead of 6.12.1 (someone)"],
    );
}

#[test]
fn room_for_settings_holds_settings_or_is_reported_as_dangerous() {
    let ours = sound();
    let room = Image::parse(&ours)
        .unwrap()
        .volume
        .file(settings_layer::ISO_PATH)
        .unwrap()
        .range
        .clone();
    let with = |bytes: &[u8]| {
        let mut theirs = ours.clone();
        theirs[room.start..room.start + bytes.len()].copy_from_slice(bytes);
        reported(&ours, &theirs)
    };
    let layer = settings_layer::encode("hostname=box\n", room.len()).unwrap();
    assert_reported(
        &with(&layer),
        &["settings were put over the image: \"hostname=box\""],
    );
    assert_reported(
        &with(&cpio::write(&[("init", 0o100_755, b"evil")])),
        &[
            "not settings as `configure` writes them",
            "could replace any file: an archive of /init",
        ],
    );
}

#[test]
fn another_session_after_the_end_is_reported() {
    let ours = sound();
    let theirs = ours.repeat(2);
    assert_reported(
        &reported(&ours, &theirs),
        &["with another volume (CD001) at", "another session"],
    );
}

#[test]
fn no_single_byte_of_the_sample_can_change_unnoticed() {
    let ours = sample::image(&zstd::store(&archive(&members())));
    let image = Image::parse(&ours).unwrap();
    // of zeros one in 64
    for at in (0..ours.len()).filter(|at| ours[*at] != 0 || at % 64 == 0) {
        for change in [0x01, 0x80] {
            let mut theirs = ours.clone();
            theirs[at] ^= change;
            let part = image
                .parts
                .iter()
                .find(|part| part.range.contains(&at))
                .unwrap()
                .kind
                .to_string();
            let differences = compare(&image, &theirs);
            assert!(
                differences.iter().any(|it| it.part == part),
                "{at:#x} in {part}: {differences:#?}"
            );
        }
    }
}

#[test]
fn more_names_than_anybody_wants_are_refused() {
    let member = cpio::write(&[("x", 0o100_644, b"")]);
    // each an archive of its own, so that no name comes twice
    let many = member.repeat(101_000);
    let error = initramfs::parse(&zstd::store(&many), &mut Budget::default()).unwrap_err();
    assert!(
        error.message.contains("more than 100000 members"),
        "{error}"
    );
    let long: Vec<String> = (0..10_000)
        .map(|index| format!("{}{index}", "d/".repeat(450)))
        .collect();
    let long: Vec<_> = long
        .iter()
        .map(|name| (name.as_str(), 0o100_644, &b""[..]))
        .collect();
    let error = initramfs::parse(&cpio::write(&long), &mut Budget::default()).unwrap_err();
    assert!(error.message.contains("names that are too long"), "{error}");
}

#[test]
fn files_that_share_bytes_are_refused() {
    let ours = sound();
    let image = Image::parse(&ours).unwrap();
    let kernel = image
        .parts
        .iter()
        .find(|part| part.kind == PartKind::File(String::from("/bzImage")))
        .unwrap();
    let sector = (kernel.range.start / 2048) as u32;
    let both = |sector: u32| [sector.to_le_bytes(), sector.to_be_bytes()].concat();
    let mut theirs = ours.clone();
    // the record of the initramfs: in the second sector of the kernel
    let initrd = find(&ours, b"INITRD.;1") - 33;
    theirs[initrd + 2..initrd + 10].copy_from_slice(&both(sector + 1));
    let error = Image::parse(&theirs).err().unwrap();
    assert!(error.message.contains("begins within"), "{error}");
}
