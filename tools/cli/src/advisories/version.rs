//! The order of the kernel's versions: number by number, a release candidate before its release.

use std::cmp::Ordering;

/// What is missing is 0: 6.12 and 6.12.0 are one.
pub fn compare(a: &str, b: &str) -> Ordering {
    fn parts(version: &str) -> ([u64; 4], u64) {
        let (numbers, candidate) = version.split_once("-rc").unwrap_or((version, ""));
        let mut parts = [0; 4];
        for (part, number) in parts.iter_mut().zip(numbers.split('.')) {
            *part = number.parse().unwrap_or(0);
        }
        (parts, candidate.parse().unwrap_or(u64::MAX))
    }
    parts(a).cmp(&parts(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_number_by_number() {
        for (smaller, larger) in [
            ("6.9", "6.12"),
            ("6.12", "6.12.1"),
            ("6.12.9", "6.12.117"),
            ("6.13-rc1", "6.13"),
            ("6.12.117", "6.13-rc1"),
            ("0", "2.6.12"),
        ] {
            assert_eq!(
                compare(smaller, larger),
                Ordering::Less,
                "{smaller} {larger}"
            );
        }
        assert_eq!(compare("6.12", "6.12.0"), Ordering::Equal);
    }
}
