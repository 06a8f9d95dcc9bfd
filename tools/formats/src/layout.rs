//! Layouts: which bytes of a structure are which field. Each structure is described once, and that description is what
//! readers, writers and comparisons use.

use std::ops::Range;

use crate::error::{Error, Result};

/// How a field's value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// Text, flags, or anything else that is not a number; as one, it is little-endian.
    Bytes,
    Little,
    Big,
    /// A number in both byte orders, the little-endian one first.
    Both,
    /// Permissions and the kind of a file, as `Both`.
    Mode,
    /// Seven bytes: year after 1900, month, day, hour, minute, second, time zone.
    Date,
    /// A number in hexadecimal digits.
    Hex,
}

/// A field of a structure, by its place from the structure's beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    pub name: &'static str,
    pub start: usize,
    pub end: usize,
    pub encoding: Encoding,
}

/// Defines a module with a constant for each field, all of them in order as `FIELDS`, and where they end as `END`.
#[macro_export]
macro_rules! layout {
    (
        $(#[$meta:meta])*
        $layout:ident { $($field:ident = $range:expr, $encoding:ident, $name:literal;)+ }
    ) => {
        $(#[$meta])*
        pub mod $layout {
            use $crate::layout::{Encoding, Field};

            $(pub const $field: Field = Field::new($range, Encoding::$encoding, $name);)+
            pub const FIELDS: &[Field] = &[$($field),+];
            pub const END: usize = FIELDS[FIELDS.len() - 1].end;
        }
    };
}
pub use layout;

impl Field {
    pub const fn new(range: Range<usize>, encoding: Encoding, name: &'static str) -> Field {
        Field {
            name,
            start: range.start,
            end: range.end,
            encoding,
        }
    }

    pub const fn range(self) -> Range<usize> {
        self.start..self.end
    }

    pub const fn length(self) -> usize {
        self.end - self.start
    }

    /// The field, where its structure begins at `at` of another one.
    pub const fn within(self, at: usize) -> Field {
        Field {
            start: self.start + at,
            end: self.end + at,
            ..self
        }
    }

    /// The field of a structure whose first `before` bytes are another part.
    pub const fn back_by(self, before: usize) -> Field {
        Field {
            start: self.start - before,
            end: self.end - before,
            ..self
        }
    }

    /// What is left of the field in a structure of `length` bytes.
    pub fn clipped(self, length: usize) -> Field {
        Field {
            start: self.start.min(length),
            end: self.end.min(length),
            ..self
        }
    }

    /// The field of the same structure in its big-endian form.
    pub const fn big_endian(self) -> Field {
        match self.encoding {
            Encoding::Little => Field {
                encoding: Encoding::Big,
                ..self
            },
            _ => self,
        }
    }

    /// The field's bytes in the structure that begins at `at` of `bytes`.
    ///
    /// # Errors
    /// They are beyond the end.
    pub fn bytes(self, bytes: &[u8], at: usize) -> Result<&[u8]> {
        slice(
            bytes,
            at.saturating_add(self.start),
            self.length(),
            self.name,
        )
    }

    /// The number in the structure that begins at `at` of `bytes`.
    ///
    /// # Errors
    /// It is beyond the end, differs in its two byte orders, or has other digits than hexadecimal ones.
    pub fn number(self, bytes: &[u8], at: usize) -> Result<usize> {
        let wrong = |message: String| Error::new(at + self.start, message);
        let value = self.bytes(bytes, at)?;
        match self.encoding {
            Encoding::Bytes | Encoding::Little | Encoding::Date => Ok(little_endian(value)),
            Encoding::Big => Ok(big_endian(value)),
            Encoding::Both | Encoding::Mode => {
                let (little, big) = value.split_at(value.len() / 2);
                match (little_endian(little), big_endian(big)) {
                    (one, same) if one == same => Ok(one),
                    (one, other) => Err(wrong(format!(
                        "{} is {one} in one byte order and {other} in the other",
                        self.name
                    ))),
                }
            }
            Encoding::Hex => std::str::from_utf8(value)
                .ok()
                .filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
                .and_then(|digits| usize::from_str_radix(digits, 16).ok())
                .ok_or_else(|| wrong(format!("{} is not a hexadecimal number", self.name))),
        }
    }

    /// Put `value` at the beginning of the field of a structure.
    ///
    /// # Panics
    /// It does not fit in the field, or not in the structure, which may be shorter than a field of any length.
    pub fn put(self, structure: &mut [u8], value: &[u8]) {
        assert!(
            value.len() <= self.length(),
            "{} has {} bytes at most",
            self.name,
            self.length()
        );
        structure[self.start..][..value.len()].copy_from_slice(value);
    }

    /// Put a number into the field of a structure.
    ///
    /// # Panics
    /// It does not fit in the field, or the field not in the structure.
    pub fn put_number(self, structure: &mut [u8], number: usize) {
        let (little, big) = ((number as u64).to_le_bytes(), (number as u64).to_be_bytes());
        let length = match self.encoding {
            Encoding::Both | Encoding::Mode => self.length() / 2,
            Encoding::Hex => self.length().div_ceil(2),
            _ => self.length(),
        };
        assert!(
            is_zero(&little[length..]),
            "{number} is too large for {}",
            self.name
        );
        let (little, big) = (&little[..length], &big[big.len() - length..]);
        match self.encoding {
            Encoding::Bytes | Encoding::Little | Encoding::Date => self.put(structure, little),
            Encoding::Big => self.put(structure, big),
            Encoding::Both | Encoding::Mode => self.put(structure, &[little, big].concat()),
            Encoding::Hex => {
                let width = self.length();
                self.put(structure, format!("{number:0width$X}").as_bytes());
            }
        }
    }
}

/// The `length` bytes at `at`.
///
/// # Errors
/// They are beyond the end.
pub fn slice<'a>(bytes: &'a [u8], at: usize, length: usize, what: &str) -> Result<&'a [u8]> {
    at.checked_add(length)
        .and_then(|end| bytes.get(at..end))
        .ok_or_else(|| {
            Error::new(
                at,
                format!(
                    "{what} takes {length} bytes here, beyond the end at {:#x}",
                    bytes.len()
                ),
            )
        })
}

/// The number of at most eight bytes, the lowest of them first.
pub fn little_endian(bytes: &[u8]) -> usize {
    bytes
        .iter()
        .rev()
        .fold(0, |sum, byte| (sum << 8) | usize::from(*byte))
}

/// The number of at most eight bytes, the highest of them first.
pub fn big_endian(bytes: &[u8]) -> usize {
    bytes
        .iter()
        .fold(0, |sum, byte| (sum << 8) | usize::from(*byte))
}

pub fn is_zero(bytes: &[u8]) -> bool {
    const ZEROS: [u8; 256] = [0; 256];
    bytes
        .chunks(ZEROS.len())
        .all(|chunk| *chunk == ZEROS[..chunk.len()])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ENCODINGS: [(Encoding, usize); 6] = [
        (Encoding::Bytes, 4),
        (Encoding::Little, 4),
        (Encoding::Big, 4),
        (Encoding::Both, 8),
        (Encoding::Mode, 8),
        (Encoding::Hex, 8),
    ];

    #[test]
    fn a_number_that_differs_in_its_byte_orders_is_refused() {
        let field = Field::new(0..4, Encoding::Both, "size");
        let error = field.number(&[1, 0, 0, 2], 0).unwrap_err();
        assert_eq!(
            error.message,
            "size is 1 in one byte order and 2 in the other"
        );
    }

    #[test]
    fn a_field_beyond_the_end_is_refused() {
        let field = Field::new(4..8, Encoding::Little, "size");
        for at in [0, 4, usize::MAX] {
            assert!(field.number(&[0; 7], at).is_err());
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(number in any::<u32>(), at in 0usize..10) {
            let number = number as usize;
            for (encoding, length) in ENCODINGS {
                let field = Field::new(3..3 + length, encoding, "it");
                let mut bytes = vec![0; at + field.end];
                field.put_number(&mut bytes[at..], number);
                prop_assert_eq!(field.number(&bytes, at).unwrap(), number);
            }
        }
    }
}
