//! Which range of a file is what: disjoint ranges that cover it, or the places where they don't.

use std::ops::Range;

use crate::error::{Error, Result};

/// Ranges of a file of `length` bytes, each with what it is.
pub struct Ledger<T> {
    length: usize,
    claims: Vec<(Range<usize>, T)>,
}

impl<T: ToString + Clone> Ledger<T> {
    pub fn new(length: usize) -> Self {
        Ledger {
            length,
            claims: Vec::new(),
        }
    }

    pub fn claim(&mut self, range: Range<usize>, what: T) -> Result<()> {
        if range.start > range.end || range.end > self.length {
            return Err(Error::new(
                range.start,
                format!(
                    "{} ends at {:#x}, beyond the file's end at {:#x}",
                    what.to_string(),
                    range.end,
                    self.length
                ),
            ));
        }
        if !range.is_empty() {
            self.claims.push((range, what));
        }
        Ok(())
    }

    /// All claims in order, and the gaps between them. Two claims to a byte are an error.
    pub fn settle(mut self) -> Result<Settled<T>> {
        self.claims
            .sort_by_key(|(range, _)| (range.start, range.end));
        let mut gaps = Vec::new();
        let mut end = 0;
        for (index, (range, what)) in self.claims.iter().enumerate() {
            if range.start < end {
                let before = index
                    .checked_sub(1)
                    .map(|index| self.claims[index].1.to_string());
                return Err(Error::new(
                    range.start,
                    format!(
                        "{} begins within {}",
                        what.to_string(),
                        before.unwrap_or_default()
                    ),
                ));
            }
            if range.start > end {
                gaps.push(end..range.start);
            }
            end = range.end;
        }
        if end < self.length {
            gaps.push(end..self.length);
        }
        Ok(Settled {
            claims: self.claims,
            gaps,
        })
    }
}

#[derive(Debug)]
pub struct Settled<T> {
    pub claims: Vec<(Range<usize>, T)>,
    pub gaps: Vec<Range<usize>>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn settle(length: usize, claims: &[Range<usize>]) -> Result<Settled<String>> {
        let mut ledger = Ledger::new(length);
        for claim in claims {
            ledger.claim(claim.clone(), format!("{claim:?}"))?;
        }
        ledger.settle()
    }

    #[test]
    fn what_nobody_claims_is_a_gap() {
        let settled = settle(10, &[6..8, 0..2]).unwrap();
        assert_eq!(settled.gaps, [2..6, 8..10]);
    }

    #[test]
    fn a_byte_that_two_claim_is_an_error_at_its_offset() {
        let error = settle(10, &[0..5, 4..6]).unwrap_err();
        assert_eq!(error.at, 4);
        assert!(error.message.contains("begins within 0..5"), "{error}");
        assert!(settle(10, &[0..9, 1..2, 3..4]).is_err());
    }

    #[test]
    fn a_claim_beyond_the_end_is_an_error() {
        assert!(Ledger::new(10).claim(5..11, "it").is_err());
    }

    proptest! {
        #[test]
        fn claims_and_gaps_cover_every_byte_once(claims in prop::collection::vec((0usize..64, 0usize..16), 0..8)) {
            let claims: Vec<_> = claims.into_iter().map(|(start, length)| start..start + length).collect();
            if let Ok(settled) = settle(64, &claims) {
                let mut seen = [0; 64];
                for range in settled.claims.iter().map(|(range, _)| range).chain(&settled.gaps) {
                    seen[range.clone()].iter_mut().for_each(|count| *count += 1);
                }
                prop_assert!(seen.iter().all(|count| *count == 1));
            }
        }
    }
}
