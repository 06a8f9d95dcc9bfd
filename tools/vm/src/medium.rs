//! What an image can be put into: drives, by the controllers that they hang on.

/// Each medium, and the devices that it takes beside the drive. The image is never written to.
const MEDIA: [(&str, &[&str]); 8] = [
    ("cd", &["ide-cd,drive=medium"]),
    (
        "ahci-cd",
        &["ahci,id=ahci", "ide-cd,drive=medium,bus=ahci.0"],
    ),
    ("ide", &["ide-hd,drive=medium"]),
    ("ahci", &["ahci,id=ahci", "ide-hd,drive=medium,bus=ahci.0"]),
    ("virtio-blk", &["virtio-blk-pci,drive=medium"]),
    ("virtio-scsi", &["virtio-scsi-pci", "scsi-hd,drive=medium"]),
    ("nvme", &["nvme,drive=medium,serial=medium"]),
    ("usb", &["qemu-xhci", "usb-storage,drive=medium"]),
];

/// The names of all media.
pub fn names() -> impl Iterator<Item = &'static str> {
    MEDIA.iter().map(|(name, _)| *name)
}

/// QEMU's options for an image of a format in a medium.
///
/// # Panics
/// There is no such medium.
pub(crate) fn options(image: &str, format: &str, medium: &str) -> Vec<String> {
    let (name, devices) = MEDIA
        .iter()
        .find(|(name, _)| *name == medium)
        .unwrap_or_else(|| panic!("no medium {medium}: there are {MEDIA:?}"));
    // QEMU has CDs read-only of its own accord
    let access = if name.ends_with("cd") {
        "readonly=on"
    } else {
        "snapshot=on"
    };
    let drive = format!("if=none,id=medium,format={format},{access},file={image}");
    let devices = devices.iter().flat_map(|device| ["-device", device]);
    ["-drive", &drive]
        .into_iter()
        .chain(devices)
        .map(str::to_owned)
        .collect()
}
