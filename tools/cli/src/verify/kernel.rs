//! A kernel, compared by what its head says of the rest.

use formats::bzimage::{Kernel, Region};
use formats::signatures;

/// What its version says.
pub fn identity(ours: &Kernel, theirs: Option<&Kernel>) -> String {
    match theirs {
        None => String::from("no longer a kernel: HdrS is missing at 0x202 of it"),
        Some(theirs) if theirs.version == ours.version => {
            format!("a kernel that calls itself {} as ours does", ours.version)
        }
        Some(theirs) => format!(
            "a kernel that calls itself {} instead of {}",
            theirs.version, ours.version
        ),
    }
}

/// Those of our kernel's parts in which another file of the same length differs.
pub fn differing_parts(kernel: &Kernel, ours: &[u8], theirs: &[u8]) -> Vec<String> {
    kernel
        .regions(ours.len())
        .into_iter()
        .filter(|(range, _)| ours[range.clone()] != theirs[range.clone()])
        .map(|(range, region)| match region {
            Region::BootSector => String::from("the boot sector, which nothing runs"),
            Region::SetupHeader => String::from("the setup header, which the boot loader reads"),
            Region::SetupCode => String::from("the setup code"),
            Region::DecompressorHead => String::from("the decompressor's head"),
            Region::Payload => format!(
                "the kernel itself, compressed by {}",
                signatures::compression(&ours[range]).unwrap_or("an unknown tool")
            ),
            Region::Decompressor => String::from("the decompressor"),
        })
        .collect()
}
