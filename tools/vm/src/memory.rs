//! The smallest memory with which a machine works.

/// The smallest number of megabytes that is enough, if `most` is. It is found by bisection, which assumes that whatever is
/// more than enough is enough.
pub fn smallest(most: u32, mut is_enough: impl FnMut(u32) -> bool) -> Option<u32> {
    if !is_enough(most) {
        return None;
    }
    let (mut too_little, mut enough) = (0, most);
    while enough - too_little > 1 {
        let middle = too_little + (enough - too_little) / 2;
        if is_enough(middle) {
            enough = middle;
        } else {
            too_little = middle;
        }
    }
    Some(enough)
}

#[cfg(test)]
mod tests {
    use super::smallest;

    #[test]
    fn the_smallest_is_found_wherever_it_is() {
        for wanted in 1..=24 {
            assert_eq!(smallest(24, |megabytes| megabytes >= wanted), Some(wanted));
        }
    }

    #[test]
    fn there_is_none_if_the_most_is_not_enough() {
        assert_eq!(smallest(24, |megabytes| megabytes >= 25), None);
    }

    #[test]
    fn few_are_tried() {
        let mut tried = 0;
        smallest(24, |megabytes| {
            tried += 1;
            megabytes >= 20
        });
        assert!(tried <= 6, "{tried} were tried");
    }
}
