//! Settings that `configure` puts over a finished image, in a file that each image has for them: an archive that the
//! boot loader loads behind the initramfs. It holds one file, so that nothing else of the machine can be in it, and has
//! one form only, so that all of it follows from its text. It is no part of what a checkout describes.

use std::ops::Range;

use crate::cpio;
use crate::image::Image;
use crate::layout::is_zero;
use crate::limits::Budget;

/// The file in the ISO that the layer is written into.
pub const ISO_PATH: &str = "/settings";
/// How large that file is.
pub const SIZE: usize = 4096;
/// The only file of a layer, in the initramfs (src/config.rs).
pub const INITRAMFS_PATH: &str = "etc/scratchmachine.layer";

const MODE: u32 = 0o100_444;

/// Why a layer can't be written or read.
#[derive(Debug, PartialEq, Eq)]
pub enum Error {
    TooLong {
        needed: usize,
        available: usize,
    },
    /// Something is there that is not a layer.
    Foreign,
}

/// A layer of `size` bytes that holds `text`, in a file that everybody may read, owned by root, dated at the epoch; no
/// text is no archive.
///
/// # Errors
/// The text does not fit.
pub fn encode(text: &str, size: usize) -> Result<Vec<u8>, Error> {
    let mut layer = match text {
        "" => Vec::new(),
        text => cpio::write(&[(INITRAMFS_PATH, MODE, text.as_bytes())]),
    };
    if layer.len() > size {
        let around = layer.len() - text.len().next_multiple_of(4);
        return Err(Error::TooLong {
            needed: text.len(),
            available: size.saturating_sub(around),
        });
    }
    layer.resize(size, 0);
    Ok(layer)
}

/// The text of the file in the layer; empty if there is none.
///
/// # Errors
/// The layer is not what [`encode`] makes of any text.
pub fn decode(layer: &[u8]) -> Result<String, Error> {
    if is_zero(layer) {
        return Ok(String::new());
    }
    let archive = cpio::parse(layer, 0, &mut Budget::default()).map_err(|_| Error::Foreign)?;
    let file = archive.members.first().ok_or(Error::Foreign)?;
    let text = std::str::from_utf8(&layer[file.data.clone()]).map_err(|_| Error::Foreign)?;
    match encode(text, layer.len()) {
        Ok(canonical) if canonical == layer => Ok(text.to_owned()),
        _ => Err(Error::Foreign),
    }
}

#[derive(Debug)]
pub struct SettingsLayer {
    /// Where it is in the image.
    pub range: Range<usize>,
    /// The settings, one a line.
    pub text: String,
}

/// The layer over an image; none where the file for it is empty, or holds anything that is not a layer.
pub fn find(image: &Image) -> Option<SettingsLayer> {
    let range = image.volume.file(ISO_PATH)?.range.clone();
    let text = decode(&image.bytes[range.clone()]).ok()?;
    (!text.is_empty()).then_some(SettingsLayer { range, text })
}

/// Settings as they may be shown and hashed: a program's variables may be secrets, of which only their names are.
pub fn without_values(text: &str) -> String {
    const VARIABLE: &str = "scratchmachine.env.";
    let shown = |line: &str| {
        let word = line.strip_prefix('"').unwrap_or(line);
        match line.split_once('=') {
            Some((key, _)) if word.starts_with(VARIABLE) => format!("{key}=…\n"),
            _ => format!("{line}\n"),
        }
    };
    text.lines().map(shown).collect()
}

/// The image without its layer.
pub fn without(image: &Image, layer: &SettingsLayer) -> Vec<u8> {
    let mut base = image.bytes.to_vec();
    base[layer.range.clone()].fill(0);
    base
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn no_settings_are_zeros_and_zeros_are_no_settings() {
        assert_eq!(encode("", SIZE).unwrap(), vec![0; SIZE]);
        assert_eq!(decode(&[0; SIZE]).unwrap(), "");
    }

    #[test]
    fn the_last_byte_of_the_layer_can_be_used_and_the_next_one_is_too_many() {
        let Err(Error::TooLong { needed, available }) = encode(&"x".repeat(SIZE), SIZE) else {
            panic!("4096 bytes fit into 4096 bytes with a header");
        };
        assert_eq!(needed, SIZE);
        let full = "x".repeat(available);
        assert_eq!(decode(&encode(&full, SIZE).unwrap()).unwrap(), full);
        assert!(encode(&"x".repeat(available + 1), SIZE).is_err());
    }

    #[test]
    fn of_variables_only_the_names_are_shown() {
        let text = "ip=off\nscratchmachine.env.web.TOKEN=a=b\n\"scratchmachine.env.web.B=c d\"\n";
        assert_eq!(
            without_values(text),
            "ip=off\nscratchmachine.env.web.TOKEN=…\n\"scratchmachine.env.web.B=…\n"
        );
    }

    #[test]
    fn a_layer_in_which_any_byte_was_changed_is_not_taken_for_settings() {
        let text = "ip=off\n";
        let good = encode(text, SIZE).unwrap();
        let at = good
            .windows(text.len())
            .position(|it| it == text.as_bytes());
        let text = at.unwrap()..at.unwrap() + text.len();
        for index in (0..SIZE).filter(|index| !text.contains(index)) {
            let mut bad = good.clone();
            bad[index] ^= 1;
            assert_eq!(decode(&bad), Err(Error::Foreign), "byte {index}");
        }
    }

    proptest! {
        #[test]
        fn any_text_that_fits_comes_out_as_it_went_in(text in "[^\0]{0,500}") {
            prop_assert_eq!(decode(&encode(&text, SIZE).unwrap()).unwrap(), text);
        }

        #[test]
        fn any_bytes_are_read_without_a_panic(mut layer: Vec<u8>, begins_well: bool) {
            if begins_well {
                layer.splice(..0, *b"070701");
            }
            let _ = decode(&layer);
        }
    }
}
