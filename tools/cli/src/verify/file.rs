//! Files of an image, compared by what they are: a text, the boot loader, a kernel, an archive, settings.

use super::{FEW_BYTES, Tell, describe, differing, members, structures};
use crate::limits::Left;
use crate::names::shown;
use crate::text::number;
use crate::{el_torito, fields, initramfs, layer};

/// What is longer was not written by a person.
const TEXT: usize = 1 << 20;
/// Lines that are told one by one, and how much of each.
const LINES: usize = 4;
const COLUMNS: usize = 120;

pub fn compare(
    path: &str,
    ours: &[u8],
    theirs: &[u8],
    base: usize,
    has_boot_info: bool,
    tell: &mut Tell,
) {
    let same_length = ours.len() == theirs.len();
    if path == layer::ROOM {
        settings(ours, theirs, base, tell);
    } else if initramfs::is_initramfs(ours) {
        members::compare(ours, theirs, base, tell);
    } else if let Some(a) = lines(ours).filter(|_| theirs.len() < TEXT) {
        // damaged text is compared as text
        text(
            &a,
            &String::from_utf8_lossy(theirs).lines().collect::<Vec<_>>(),
            tell,
        );
    } else if has_boot_info && same_length {
        structures::boot_info(ours, theirs, base, tell);
        for range in [0..8, el_torito::BOOT_INFO.end..ours.len()] {
            let (a, b) = (&ours[range.clone()], &theirs[range.clone()]);
            if let Some(first) = differing(a, b, range.start).first() {
                let what = describe(a, b, base + range.start);
                tell(
                    first.start,
                    format!("the boot loader's code: {what} ({})", cause(a, b)),
                );
            }
        }
    } else {
        let mut why = Vec::new();
        if let Some(kernel) = Kernel::read(ours) {
            why.push(kernel.told(&Kernel::read(theirs)));
            if same_length {
                why.push(format!("in {}", kernel.parts(ours, theirs).join("; in ")));
            }
        }
        if !same_length {
            why.push(format!(
                "{} bytes instead of {}",
                number(theirs.len()),
                number(ours.len())
            ));
        }
        why.push(describe(ours, theirs, base));
        let first = differing(ours, theirs, 0).first().map(|range| range.start);
        tell(
            first.unwrap_or(ours.len().min(theirs.len())),
            format!(
                "the file's bytes: {} ({})",
                why.join("; "),
                cause(ours, theirs)
            ),
        );
    }
}

/// What it may come of that a file of a program differs.
fn cause(ours: &[u8], theirs: &[u8]) -> &'static str {
    match are_near(ours, theirs) {
        true => "damaged on its way, or changed by hand",
        false => "built from other sources, or otherwise",
    }
}

pub fn are_near(ours: &[u8], theirs: &[u8]) -> bool {
    let count = ours.iter().zip(theirs).filter(|(a, b)| a != b).count();
    ours.len() == theirs.len() && count <= FEW_BYTES
}

/// The room for settings.
fn settings(ours: &[u8], theirs: &[u8], base: usize, tell: &mut Tell) {
    let first = differing(ours, theirs, 0)
        .first()
        .map_or(0, |range| range.start);
    tell(
        first,
        match layer::decode(theirs) {
            Ok(text) if text.is_empty() => String::from("the settings are gone"),
            Ok(text) => {
                let words: Vec<String> = text.lines().map(|line| format!("{line:?}")).collect();
                format!("settings were put over the image: {}", words.join(", "))
            }
            Err(_) => format!(
                "no settings that `configure` writes, but handed to the kernel as a part of its initramfs, where it \
                 could replace any file: {}{}",
                initramfs::parse(theirs, &mut Left::default()).map_or(String::new(), |layers| {
                    let names = layers
                        .iter()
                        .flat_map(|layer| &layer.archives)
                        .flat_map(|it| &it.members);
                    let names: Vec<String> = names
                        .take(LINES)
                        .map(|it| format!("/{}", it.name))
                        .collect();
                    format!("an archive of {}; ", names.join(", "))
                }),
                describe(ours, theirs, base)
            ),
        },
    );
}

/// What the head of a bzImage says (Documentation/arch/x86/boot.rst).
struct Kernel {
    version: String,
    /// The head's end, where the program itself begins, and the compressed kernel within that.
    header_end: usize,
    program: usize,
    payload: std::ops::Range<usize>,
}

impl Kernel {
    fn read(bytes: &[u8]) -> Option<Kernel> {
        if bytes.get(0x202..0x206)? != b"HdrS" {
            return None;
        }
        let number = |at| {
            fields::u32_le(bytes, at, "")
                .ok()
                .map(|number| number as usize)
        };
        let at = usize::from(fields::u16_le(bytes, 0x20e, "").ok()?) + 0x200;
        // 6.12.96 (nixbld@localhost) #1 …
        let text = bytes.get(at..)?.split(|byte| *byte == 0).next()?;
        let text = shown(text.get(..80).unwrap_or(text));
        let program = (usize::from(bytes[0x1f1]) + 1) * 512;
        let payload = program.checked_add(number(0x248)?)?;
        Some(Kernel {
            version: text.split(" #").next().unwrap_or_default().to_owned(),
            header_end: 0x202 + usize::from(bytes[0x201]),
            program,
            payload: payload..payload.checked_add(number(0x24c)?)?,
        })
    }

    fn told(&self, theirs: &Option<Kernel>) -> String {
        match theirs {
            None => String::from("no longer a kernel: HdrS is missing at 0x202 of it"),
            Some(theirs) if theirs.version == self.version => {
                format!("a kernel that calls itself {} as ours does", self.version)
            }
            Some(theirs) => format!(
                "a kernel that calls itself {} instead of {}",
                theirs.version, self.version
            ),
        }
    }

    /// Those of our kernel's parts in which another differs.
    fn parts(&self, ours: &[u8], theirs: &[u8]) -> Vec<String> {
        let compression = match ours.get(self.payload.clone()) {
            Some([0x28, 0xb5, 0x2f, 0xfd, ..]) => "zstd",
            Some([0xfd, b'7', b'z', b'X', b'Z', 0, ..]) => "xz",
            Some([0x1f, 0x8b, ..]) => "gzip",
            _ => "an unknown way",
        };
        let parts = [
            (0x1f1, String::from("the boot sector, which nothing runs")),
            (
                self.header_end,
                String::from("the setup header, which the boot loader reads"),
            ),
            (self.program, String::from("the setup code")),
            (self.payload.start, String::from("the decompressor's head")),
            (
                self.payload.end,
                format!("the kernel itself, compressed by {compression}"),
            ),
            (ours.len(), String::from("the decompressor")),
        ];
        let mut start = 0;
        let mut told = Vec::new();
        for (end, name) in parts {
            let range = start..end.clamp(start, ours.len());
            if ours[range.clone()] != theirs[range.clone()] {
                told.push(name);
            }
            start = range.end;
        }
        told
    }
}

/// The lines of a text of a size that a person may have written.
pub fn lines(bytes: &[u8]) -> Option<Vec<&str>> {
    let text = std::str::from_utf8(bytes)
        .ok()
        .filter(|text| text.len() < TEXT)?;
    let printable = |character: char| !character.is_control() || "\n\t\r".contains(character);
    text.chars().all(printable).then(|| text.lines().collect())
}

pub fn text(ours: &[&str], theirs: &[&str], tell: &mut Tell) {
    let quote = |line: &str| match line.char_indices().nth(COLUMNS) {
        Some((end, _)) => format!("{:?}…", &line[..end]),
        None => format!("{line:?}"),
    };
    let mut told = 0;
    let mut offset = 0;
    for index in 0..ours.len().max(theirs.len()) {
        let (a, b) = (ours.get(index), theirs.get(index));
        if a != b {
            told += 1;
            if told <= LINES {
                let line = index + 1;
                tell(
                    offset,
                    match (a, b) {
                        (Some(a), Some(b)) => {
                            format!("line {line} says {} instead of {}", quote(b), quote(a))
                        }
                        (None, Some(b)) => format!("line {line} is new: {}", quote(b)),
                        (Some(a), None) => format!("line {line} is missing: {}", quote(a)),
                        (None, None) => String::new(),
                    },
                );
            }
        }
        offset += b.map_or(0, |line| line.len() + 1);
    }
    if told > LINES {
        tell(0, format!("and {} more lines differ", told - LINES));
    }
}
