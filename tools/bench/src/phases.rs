//! The phases of a boot, by the moments at which the console showed the markers.

use crate::plan::Marker;
use crate::results::{FIRST_ANSWER, Phase};
use std::time::Instant;

/// The phases follow each other from power-on to the first answer without a gap. One whose end the console does not
/// show, or shows before the end of another that comes before it or after the answer, is a part of the next.
pub fn between(
    markers: &[Marker],
    lines: &[(Instant, String)],
    power_on: Instant,
    answer: Instant,
) -> Vec<Phase> {
    let mut begin = power_on;
    let mut phases = vec![];
    let mut end_at = |name: &str, end: Instant| {
        phases.push(Phase {
            name: name.to_owned(),
            seconds: (end - begin).as_secs_f64(),
        });
        begin = end;
        end
    };
    let mut so_far = power_on;
    for marker in markers {
        let end = lines
            .iter()
            .find(|(when, line)| *when >= so_far && line.contains(&marker.end));
        if let Some((end, _)) = end.filter(|(end, _)| *end <= answer) {
            so_far = end_at(&marker.phase, *end);
        }
    }
    end_at(FIRST_ANSWER, answer);
    phases
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    /// The phases, in milliseconds, of markers (phase, end), lines (milliseconds, text), and when the answer came.
    fn measured(
        markers: &[(&str, &str)],
        lines: &[(u64, &str)],
        answer: u64,
    ) -> Vec<(String, u64)> {
        let power_on = Instant::now();
        let at = |milliseconds| power_on + Duration::from_millis(milliseconds);
        let markers: Vec<_> = markers
            .iter()
            .map(|(phase, end)| Marker {
                phase: (*phase).into(),
                end: (*end).into(),
            })
            .collect();
        let lines: Vec<_> = lines
            .iter()
            .map(|(when, line)| (at(*when), (*line).to_owned()))
            .collect();
        between(&markers, &lines, power_on, at(answer))
            .into_iter()
            .map(|phase| (phase.name, (phase.seconds * 1000.0).round() as u64))
            .collect()
    }

    fn named(phases: &[(&str, u64)]) -> Vec<(String, u64)> {
        phases
            .iter()
            .map(|(name, milliseconds)| ((*name).to_owned(), *milliseconds))
            .collect()
    }

    const MARKERS: [(&str, &str); 3] = [
        ("firmware", "ISOLINUX"),
        ("kernel", "Run /init"),
        ("network", "configured"),
    ];

    #[test]
    fn a_phase_lasts_from_the_end_of_the_one_before_to_its_own() {
        let lines = [
            (200, "ISOLINUX 6.04"),
            (300, "Linux version"),
            (900, "Run /init as init process"),
            (1500, "Ethernet configured"),
        ];
        assert_eq!(
            measured(&MARKERS, &lines, 1600),
            named(&[
                ("firmware", 200),
                ("kernel", 700),
                ("network", 600),
                ("first answer", 100)
            ])
        );
    }

    #[test]
    fn a_phase_whose_end_is_not_shown_is_a_part_of_the_next() {
        let lines = [(200, "ISOLINUX 6.04"), (1500, "Ethernet configured")];
        assert_eq!(
            measured(&MARKERS, &lines, 1600),
            named(&[("firmware", 200), ("network", 1300), ("first answer", 100)])
        );
    }

    #[test]
    fn what_is_shown_after_the_answer_ends_no_phase() {
        let lines = [(200, "ISOLINUX"), (900, "Run /init"), (1700, "configured")];
        assert_eq!(
            measured(&MARKERS, &lines, 1600),
            named(&[("firmware", 200), ("kernel", 700), ("first answer", 700)])
        );
    }

    #[test]
    fn a_line_before_the_end_of_the_phase_before_is_another_one() {
        let lines = [(100, "Run /init?"), (200, "ISOLINUX"), (900, "Run /init")];
        assert_eq!(
            measured(&MARKERS, &lines, 1000)[1],
            ("kernel".to_owned(), 700)
        );
    }

    #[test]
    fn a_silent_machine_has_one_phase() {
        assert_eq!(
            measured(&MARKERS, &[], 1600),
            named(&[("first answer", 1600)])
        );
    }
}
