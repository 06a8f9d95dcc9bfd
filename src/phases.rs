//! How long each step of the boot took.

use std::fmt;
use std::time::{Duration, Instant};

pub struct Phases {
    began: Instant,
    ended: Vec<Phase>,
}

/// A step that is over. Its Display: `modules: done, 298 ms`.
#[derive(Debug, Clone, Copy)]
pub struct Phase {
    name: &'static str,
    /// Since the beginning of the first one.
    end: Duration,
    took: Duration,
}

impl Phases {
    pub fn begin() -> Self {
        Phases {
            began: Instant::now(),
            ended: Vec::new(),
        }
    }

    /// Everything since the end of the last phase belongs to this one.
    pub fn end(&mut self, name: &'static str) -> Phase {
        let end = self.uptime();
        let before = self.ended.last().map_or(Duration::ZERO, |phase| phase.end);
        let took = end.saturating_sub(before);
        let phase = Phase { name, end, took };
        self.ended.push(phase);
        phase
    }

    /// Since the beginning of the first phase.
    pub fn uptime(&self) -> Duration {
        self.began.elapsed()
    }

    /// Name and milliseconds of each phase that is over.
    pub fn took(&self) -> impl Iterator<Item = (&'static str, u64)> {
        self.ended
            .iter()
            .map(|phase| (phase.name, phase.milliseconds()))
    }
}

impl Phase {
    fn milliseconds(&self) -> u64 {
        self.took.as_secs() * 1000 + u64::from(self.took.subsec_millis())
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}: done, {} ms", self.name, self.milliseconds())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phases_follow_each_other_without_a_gap() {
        let mut phases = Phases::begin();
        let first = phases.end("first");
        let second = phases.end("second");
        assert_eq!(first.end + second.took, second.end);
        let names: Vec<_> = phases.took().map(|(name, _)| name).collect();
        assert_eq!(names, ["first", "second"]);
        assert!(first.to_string().starts_with("first: done, "));
    }
}
