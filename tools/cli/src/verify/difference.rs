//! A difference between two images, and whoever takes explanations of them.

use serde::Serialize;

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// In the file that is checked; of a range that is missing, where it would be.
    pub offset: usize,
    pub part: String,
    pub explanation: String,
}

/// Takes an explanation, with where it belongs in the part that is compared.
pub type Explain<'a> = dyn FnMut(usize, String) + 'a;
