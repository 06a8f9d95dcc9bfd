//! A container image that has a disk in it, as KubeVirt takes it (containerDisk): a layer with `/disk/NAME.qcow2`, owned by
//! the user that its QEMU is, in an archive of OCI's image layout (image-layout.md, image-spec 1.1).

use crate::disk::Disk;
use crate::{qcow2, tar};
use formats::sha256;
use serde_json::{Value, json};
use std::io::{self, Write};

/// KubeVirt's QEMU.
const OWNER: usize = 107;
/// As everything here that has to have a date.
const CREATED: &str = "1980-01-01T00:00:00Z";

pub fn write(disk: &Disk, out: &mut dyn Write) -> io::Result<()> {
    let mut file = Vec::new();
    qcow2::write(disk, &mut file)?;
    let mut layer = Vec::new();
    tar::directory("disk/", OWNER, &mut layer)?;
    tar::file(
        &format!("disk/{}.qcow2", disk.name),
        OWNER,
        &file,
        &mut layer,
    )?;
    tar::end(&mut layer)?;

    let digest = |bytes: &[u8]| format!("sha256:{}", sha256::hex(bytes));
    let described = |kind: &str, bytes: &[u8]| {
        json!({
            "mediaType": format!("application/vnd.oci.image.{kind}"),
            "digest": digest(bytes),
            "size": bytes.len(),
        })
    };
    let configuration = bytes_of(&json!({
        "architecture": "amd64",
        "os": "linux",
        "created": CREATED,
        "config": {},
        "rootfs": { "type": "layers", "diff_ids": [digest(&layer)] },
        "history": [{ "created": CREATED, "created_by": "scratchmachine export" }],
    }));
    let manifest = bytes_of(&json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": described("config.v1+json", &configuration),
        "layers": [described("layer.v1.tar", &layer)],
    }));
    let mut entry = described("manifest.v1+json", &manifest);
    entry["annotations"] = json!({ "org.opencontainers.image.ref.name": "latest" });
    let index = bytes_of(&json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.index.v1+json",
        "manifests": [entry],
    }));
    let version = bytes_of(&json!({ "imageLayoutVersion": "1.0.0" }));

    tar::file("oci-layout", 0, &version, out)?;
    tar::file("index.json", 0, &index, out)?;
    tar::directory("blobs/", 0, out)?;
    tar::directory("blobs/sha256/", 0, out)?;
    let mut blobs = [&configuration, &manifest, &layer].map(|blob| (sha256::hex(blob), blob));
    blobs.sort();
    for (name, blob) in blobs {
        tar::file(&format!("blobs/sha256/{name}"), 0, blob, out)?;
    }
    tar::end(out)
}

fn bytes_of(document: &Value) -> Vec<u8> {
    document.to_string().into_bytes()
}
