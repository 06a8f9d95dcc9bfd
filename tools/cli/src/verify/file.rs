//! Files of an image, compared by what they are: a text, the boot loader, a kernel, an archive, settings.

use formats::bzimage::Kernel;
use formats::{initramfs, settings_layer};

use crate::verify::byte_ranges::{are_near, describe, first, sizes};
use crate::verify::difference::Explain;
use crate::verify::{archive, boot_loader, kernel, settings, text};

pub fn compare(
    path: &str,
    ours: &[u8],
    theirs: &[u8],
    base: usize,
    has_boot_info: bool,
    explain: &mut Explain,
) {
    let same_length = ours.len() == theirs.len();
    if path == settings_layer::ISO_PATH {
        settings::compare(ours, theirs, base, explain);
    } else if initramfs::is_initramfs(ours) {
        archive::compare(ours, theirs, base, explain);
    } else if let Some(lines) = text::lines(ours).filter(|_| text::is_short(theirs)) {
        // damaged text is compared as text
        let theirs = String::from_utf8_lossy(theirs);
        text::compare(&lines, &theirs.lines().collect::<Vec<_>>(), explain);
    } else if has_boot_info && same_length {
        boot_loader::compare(ours, theirs, cause, base, explain);
    } else {
        program(ours, theirs, base, explain);
    }
}

/// A kernel, or a program or library of which nothing is known.
fn program(ours: &[u8], theirs: &[u8], base: usize, explain: &mut Explain) {
    let same_length = ours.len() == theirs.len();
    let mut findings = Vec::new();
    if let Some(kernel) = Kernel::parse(ours) {
        findings.push(kernel::identity(&kernel, Kernel::parse(theirs).as_ref()));
        if same_length {
            let parts = kernel::differing_parts(&kernel, ours, theirs);
            findings.push(format!("in {}", parts.join("; in ")));
        }
    }
    if !same_length {
        findings.push(sizes(ours.len(), theirs.len()));
    }
    findings.push(describe(ours, theirs, base));
    explain(
        first(ours, theirs),
        format!(
            "the file's bytes: {} ({})",
            findings.join("; "),
            cause(ours, theirs)
        ),
    );
}

/// Why a program's file may differ.
fn cause(ours: &[u8], theirs: &[u8]) -> &'static str {
    match are_near(ours, theirs) {
        true => "damaged on its way, or changed by hand",
        false => "built from other sources, or in another way",
    }
}
