//! The table of limits, limits.tsv: every limit that something of this project is checked against, once. Checks of Nix read
//! it, too, so it has more rows than there are budgets here.

use crate::thousands::grouped;
use std::path::Path;

/// Those of one foundation.
#[derive(Debug)]
pub struct Limits(Vec<Limit>);

#[derive(Debug, Clone, PartialEq)]
pub struct Limit {
    /// Whose figure it is: an image, a server, the checkout.
    pub subject: String,
    pub figure: String,
    pub most: f64,
    pub unit: Unit,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    Bytes,
    Count,
    Megabytes,
    /// Of what the Go experiment takes.
    OfExperiment,
    /// More than was recorded.
    Percent,
    Seconds,
}

/// By their names in the table.
const UNITS: [(&str, Unit); 6] = [
    ("bytes", Unit::Bytes),
    ("count", Unit::Count),
    ("megabytes", Unit::Megabytes),
    ("of-experiment", Unit::OfExperiment),
    ("percent", Unit::Percent),
    ("seconds", Unit::Seconds),
];

impl Limits {
    pub fn read(path: &Path, foundation: &str) -> Result<Limits, String> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| format!("read the limits {}: {error}", path.display()))?;
        Limits::parse(&text, foundation).map_err(|error| format!("{}, {error}", path.display()))
    }

    /// Subject, figure, limit and unit, separated by tabs; a fifth field is the only foundation that the line is for. A line
    /// that begins with `#` is a comment.
    fn parse(text: &str, foundation: &str) -> Result<Limits, String> {
        let mut limits: Vec<Limit> = vec![];
        for (index, line) in text.lines().enumerate() {
            if line.starts_with('#') {
                continue;
            }
            let failed = |reason: &str| format!("line {}: {reason}: {line}", index + 1);
            let fields: Vec<&str> = line.split('\t').collect();
            let (limit, only) = match fields[..] {
                [subject, figure, most, unit] => (limit(subject, figure, most, unit), None),
                [subject, figure, most, unit, only] => {
                    (limit(subject, figure, most, unit), Some(only))
                }
                _ => return Err(failed("not 4 or 5 fields separated by tabs")),
            };
            let limit = limit.map_err(failed)?;
            if only.is_some_and(|only| only != foundation) {
                continue;
            }
            if limits
                .iter()
                .any(|it| it.is_for(&limit.subject, &limit.figure))
            {
                return Err(failed("a second limit for the same"));
            }
            limits.push(limit);
        }
        Ok(Limits(limits))
    }

    pub fn find(&self, subject: &str, figure: &str, unit: Unit) -> Option<&Limit> {
        let limit = self.0.iter().find(|it| it.is_for(subject, figure));
        limit.filter(|it| it.unit == unit)
    }

    #[cfg(test)]
    pub fn iter(&self) -> impl Iterator<Item = &Limit> {
        self.0.iter()
    }
}

fn limit(subject: &str, figure: &str, most: &str, unit: &str) -> Result<Limit, &'static str> {
    let most = most.parse().ok().filter(|most: &f64| *most >= 0.0);
    let unit = UNITS.iter().find(|(name, _)| *name == unit);
    Ok(Limit {
        subject: subject.to_owned(),
        figure: figure.to_owned(),
        most: most.ok_or("the limit is not a number")?,
        unit: unit.ok_or("an unknown unit")?.1,
    })
}

impl Limit {
    fn is_for(&self, subject: &str, figure: &str) -> bool {
        self.subject == subject && self.figure == figure
    }

    /// As tables for people show it.
    pub fn text(&self) -> String {
        let most = self.unit.text(self.most);
        match self.unit {
            Unit::Percent => format!("+ {most}"),
            _ => format!("≤ {most}"),
        }
    }
}

impl Unit {
    /// A figure of that unit, as tables for people show it.
    pub fn text(self, value: f64) -> String {
        match self {
            Unit::Bytes => format!("{} bytes", grouped(value as u64)),
            Unit::Count => format!("{value}"),
            Unit::Megabytes => format!("{value} MB"),
            Unit::OfExperiment => format!("{value:.3} × the experiment's"),
            Unit::Percent => format!("{value} %"),
            Unit::Seconds => format!("{value:.1} s"),
        }
    }

    pub fn name(self) -> &'static str {
        UNITS
            .iter()
            .find(|(_, unit)| *unit == self)
            .map_or("", |(name, _)| name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "# a comment
demo\tall\t2600000\tbytes
demo\tfirst-answer\t0.45\tof-experiment
bare\tall\t2300000\tbytes\tdebian
bare\tall\t2420000\tbytes\tnixpkgs
";

    #[test]
    fn a_limit_is_found_by_subject_figure_and_unit() {
        let limits = Limits::parse(TABLE, "debian").unwrap();
        let text = |subject, figure, unit| Some(limits.find(subject, figure, unit)?.text());
        assert_eq!(
            text("demo", "all", Unit::Bytes).unwrap(),
            "≤ 2,600,000 bytes"
        );
        assert_eq!(
            text("demo", "first-answer", Unit::OfExperiment).unwrap(),
            "≤ 0.450 × the experiment's"
        );
        assert_eq!(text("demo", "first-answer", Unit::Seconds), None);
        assert_eq!(text("demo", "kernel", Unit::Bytes), None);
    }

    #[test]
    fn a_limit_of_another_foundation_is_ignored() {
        for (foundation, most) in [("debian", 2_300_000.0), ("nixpkgs", 2_420_000.0)] {
            let limits = Limits::parse(TABLE, foundation).unwrap();
            assert_eq!(limits.find("bare", "all", Unit::Bytes).unwrap().most, most);
        }
    }

    #[test]
    fn a_wrong_line_is_reported_with_its_number() {
        for (line, reason) in [
            ("demo all 1 bytes", "not 4 or 5 fields"),
            ("demo\tall\tmuch\tbytes", "the limit is not a number"),
            ("demo\tall\tNaN\tbytes", "the limit is not a number"),
            ("demo\tall\t1\tounces", "an unknown unit"),
            ("a\tb\t1\tbytes\na\tb\t2\tbytes", "a second limit"),
        ] {
            let error = Limits::parse(&format!("# \n{line}\n"), "debian").unwrap_err();
            assert!(error.contains(reason), "{error}");
            let number = line.lines().count() + 1;
            assert!(error.starts_with(&format!("line {number}: ")), "{error}");
        }
    }

    #[test]
    fn every_unit_has_a_name() {
        for (name, unit) in UNITS {
            assert_eq!(unit.name(), name);
        }
    }
}
