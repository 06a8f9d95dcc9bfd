//! /proc/meminfo, this host's or the one that a machine serves as a page.

/// The number in a line such as `MemTotal:  114988 kB`.
pub fn kilobytes(text: &str, field: &str) -> Option<u64> {
    let value = text
        .lines()
        .find_map(|line| line.strip_prefix(field)?.strip_prefix(':'))?;
    value.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernels_own_text_is_understood() {
        let text = "MemTotal:         217592 kB\nMemFree:          189376 kB\nMemAvailable:     186196 kB\n";
        assert_eq!(kilobytes(text, "MemTotal"), Some(217_592));
        assert_eq!(kilobytes(text, "MemAvailable"), Some(186_196));
    }

    #[test]
    fn what_is_not_reported_is_nothing() {
        assert_eq!(kilobytes("MemFree: 1 kB", "MemTotal"), None);
        assert_eq!(kilobytes("MemTotal: much", "MemTotal"), None);
    }
}
