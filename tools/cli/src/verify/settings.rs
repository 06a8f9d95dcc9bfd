//! The file for a layer of settings, which is empty in the image that a checkout describes.

use formats::limits::Budget;
use formats::{initramfs, settings_layer};

use crate::verify::byte_ranges::{describe, first};
use crate::verify::difference::Explain;

/// Members that are named one by one.
const MEMBERS: usize = 4;

pub fn compare(ours: &[u8], theirs: &[u8], base: usize, explain: &mut Explain) {
    let explanation = match settings_layer::decode(theirs) {
        Ok(text) if text.is_empty() => String::from("the settings are gone"),
        Ok(text) => {
            let text = settings_layer::without_values(&text);
            let settings: Vec<String> = text.lines().map(|line| format!("{line:?}")).collect();
            format!("settings were put over the image: {}", settings.join(", "))
        }
        Err(_) => format!(
            "not settings as `configure` writes them, but handed to the kernel as a part of its initramfs, where it \
             could replace any file: {}{}",
            members(theirs),
            describe(ours, theirs, base)
        ),
    };
    explain(first(ours, theirs), explanation);
}

/// What is in it instead.
fn members(theirs: &[u8]) -> String {
    let Ok(segments) = initramfs::parse(theirs, &mut Budget::default()) else {
        return String::new();
    };
    let archives = segments.iter().flat_map(|segment| &segment.archives);
    let names: Vec<String> = archives
        .flat_map(|archive| &archive.members)
        .take(MEMBERS)
        .map(|member| format!("/{}", member.name))
        .collect();
    format!("an archive of {}; ", names.join(", "))
}
