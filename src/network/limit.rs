//! A limit on log lines that somebody else can cause as often as they like.

use std::time::Duration;

/// Lets a few events through at once, and then one every now and then.
pub struct Limit {
    left: u32,
    /// CLOCK_BOOTTIME
    counted: Duration,
    suppressed: u32,
}

impl Limit {
    const AT_ONCE: u32 = 10;
    const PAUSE: Duration = Duration::from_secs(10);

    pub const fn new() -> Limit {
        Limit {
            left: Self::AT_ONCE,
            counted: Duration::ZERO,
            suppressed: 0,
        }
    }

    /// Whether one more may be logged, and if so how many were suppressed before it.
    pub fn admit(&mut self, now: Duration) -> Option<u32> {
        if now >= self.counted.saturating_add(Self::PAUSE) {
            let pauses = now.saturating_sub(self.counted).as_secs() / Self::PAUSE.as_secs();
            let pauses = u32::try_from(pauses).unwrap_or(u32::MAX);
            self.left = self.left.saturating_add(pauses).min(Self::AT_ONCE);
            self.counted = now;
        }
        match self.left.checked_sub(1) {
            Some(left) => {
                self.left = left;
                Some(std::mem::take(&mut self.suppressed))
            }
            None => {
                self.suppressed = self.suppressed.saturating_add(1);
                None
            }
        }
    }
}

impl Default for Limit {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_flood_the_first_lines_are_logged_and_then_its_number() {
        let mut limit = Limit::new();
        let second = Duration::from_secs;
        let admitted = (0..100)
            .filter(|_| limit.admit(second(100)).is_some())
            .count();
        assert_eq!(admitted, 10);
        assert_eq!(limit.admit(second(109)), None);
        assert_eq!(limit.admit(second(110)), Some(91));
        assert_eq!(limit.admit(second(110)), None);
        assert_eq!(limit.admit(Duration::MAX), Some(1));
    }
}
