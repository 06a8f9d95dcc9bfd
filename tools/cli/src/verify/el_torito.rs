//! The boot catalogue, compared field by field.

use formats::el_torito::{self, entry, section, validation};
use formats::layout::Field;

use crate::verify::difference::Explain;
use crate::verify::fields::{self, Explained, MADE, UNUSED};

const STARTS: &str = "the firmware starts something else, starts it differently, or refuses to";
const CHECKSUM: &str = "it no longer fits the first entry, or that was changed too";

pub fn catalogue(ours: &[u8], theirs: &[u8], base: usize, explain: &mut Explain) {
    let meaning = |field: Field| match field {
        validation::MANUFACTURER => MADE,
        validation::CHECKSUM => CHECKSUM,
        validation::RESERVED => UNUSED,
        field if field.name == entry::CRITERIA.name || field.name == section::NAME.name => UNUSED,
        _ => STARTS,
    };
    let fields: Vec<Explained> = el_torito::fields()
        .map(|field| (field, meaning(field)))
        .collect();
    fields::compare(&fields, ours, theirs, base, explain);
}
