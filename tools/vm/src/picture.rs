//! The screen as a picture, for those who draw letters themselves.

/// Pixels that are dark or lit, row by row.
pub struct Picture {
    width: usize,
    lit: Vec<bool>,
}

// the size of a letter in the kernel's font
const LETTER_WIDTH: usize = 8;
const LETTER_HEIGHT: usize = 16;

impl Picture {
    /// As QEMU's `screendump` writes it: PPM, `P6 WIDTH HEIGHT 255` and three bytes a pixel.
    pub fn parse(bytes: &[u8]) -> Option<Picture> {
        let mut fields = Vec::new();
        let mut at = 0;
        while fields.len() < 4 {
            let length = bytes.get(at..)?.iter().position(u8::is_ascii_whitespace)?;
            fields.push(std::str::from_utf8(&bytes[at..at + length]).ok()?);
            at += length + 1;
        }
        let ["P6", width, height, "255"] = fields[..] else {
            return None;
        };
        let (width, height): (usize, usize) = (width.parse().ok()?, height.parse().ok()?);
        let pixels = bytes.get(at..)?.chunks_exact(3);
        let lit: Vec<bool> = pixels
            .map(|it| it.iter().any(|colour| *colour > 0x60))
            .collect();
        (lit.len() == width * height).then_some(Picture { width, lit })
    }

    /// The first letter of each line of text, as its pixels; dark ones are left out.
    pub fn first_letters(&self) -> Vec<Vec<bool>> {
        let rows: Vec<&[bool]> = self.lit.chunks(self.width).collect();
        rows.chunks_exact(LETTER_HEIGHT)
            .map(|line| {
                let letter = line.iter().flat_map(|row| row.iter().take(LETTER_WIDTH));
                letter.copied().collect::<Vec<bool>>()
            })
            .filter(|letter| letter.contains(&true))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_begin_alike_have_the_same_first_letter() {
        let (width, height) = (24, 48);
        let mut bytes = format!("P6\n{width} {height}\n255\n").into_bytes();
        let start = bytes.len();
        bytes.resize(start + width * height * 3, 0);
        for line in [0, 2] {
            bytes[start + (line * 16 + 3) * width * 3 + 6] = 0xaa;
        }
        let letters = Picture::parse(&bytes).unwrap().first_letters();
        assert_eq!(letters.len(), 2);
        assert!(letters[0] == letters[1]);
        assert!(Picture::parse(&bytes[..bytes.len() - 1]).is_none());
        assert!(Picture::parse(b"P6 1").is_none());
    }
}
