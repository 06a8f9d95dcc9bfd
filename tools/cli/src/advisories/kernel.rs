//! The kernel's own CVE records: `cve/published/YEAR/CVE-….json`, in CVE's JSON 5. Each names the source files
//! that its fix touches, and the versions that are affected.

use super::contents::Kernel;
use super::database;
use super::finding::{Database, Finding, Findings};
use super::version::compare;
use serde::Deserialize;
use std::cmp::Ordering;
use std::path::Path;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    cve_metadata: Metadata,
    containers: Containers,
}

#[derive(Deserialize)]
struct Metadata {
    #[serde(rename = "cveID", alias = "cveId")]
    id: String,
    #[serde(default)]
    state: String,
}

#[derive(Deserialize)]
struct Containers {
    cna: Cna,
}

#[derive(Deserialize)]
struct Cna {
    #[serde(default)]
    title: String,
    #[serde(default)]
    affected: Vec<Affected>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Affected {
    #[serde(default)]
    default_status: String,
    #[serde(default)]
    program_files: Vec<String>,
    #[serde(default)]
    versions: Vec<Range>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Range {
    version: String,
    status: String,
    less_than: Option<String>,
    less_than_or_equal: Option<String>,
    /// None for a version by itself.
    version_type: Option<String>,
}

pub fn is_here(directory: &Path) -> bool {
    directory.join("cve/published").is_dir()
}

/// What the database in `directory` says of this kernel.
pub fn search(directory: &Path, kernel: &Kernel, found: &mut Findings) {
    found.asked.push(Database::Kernel);
    let years = match database::directories(&directory.join("cve/published")) {
        Ok(years) => years,
        Err(problem) => return found.problems.push(problem),
    };
    for year in years {
        database::each_record(&year, "json", read, found, |_, record, found| {
            found.findings.extend(record.concerns(kernel));
        });
    }
}

fn read(file: &Path) -> Result<Record, String> {
    let text = database::read(file)?;
    serde_json::from_str(&text).map_err(|error| format!("{}: {error}", file.display()))
}

impl Record {
    fn concerns(self, kernel: &Kernel) -> Option<Finding> {
        if self.cve_metadata.state == "REJECTED" {
            return None;
        }
        let affected = self.containers.cna.affected;
        let names_files = affected.iter().any(|it| !it.program_files.is_empty());
        let mut touched: Vec<_> = affected
            .iter()
            .flat_map(|it| &it.program_files)
            .filter(|file| kernel.sources.contains(*file))
            .map(String::as_str)
            .collect();
        touched.sort_unstable();
        touched.dedup();
        if names_files && touched.is_empty() {
            return None;
        }
        let statuses: Vec<_> = affected
            .iter()
            .filter_map(|it| it.status(&kernel.component.version))
            .collect();
        let version = match statuses.as_slice() {
            [] => "it does not say which versions are affected".to_owned(),
            _ if statuses.contains(&true) => format!("affects {}", kernel.component.version),
            _ => return None,
        };
        let files = match touched.as_slice() {
            [] => "it does not say which files".to_owned(),
            _ => format!("compiled in: {}", touched.join(", ")),
        };
        Some(Finding {
            url: format!("https://www.cve.org/CVERecord?id={}", self.cve_metadata.id),
            id: self.cve_metadata.id,
            component: kernel.component.clone(),
            database: Database::Kernel,
            title: self.containers.cna.title,
            because: format!("{version}; {files}"),
        })
    }
}

impl Affected {
    /// Whether `version` is affected; None where the entry is about commits, or about nothing.
    fn status(&self, version: &str) -> Option<bool> {
        let about_versions = |range: &&Range| range.version_type.as_deref() != Some("git");
        let ranges: Vec<_> = self.versions.iter().filter(about_versions).collect();
        if ranges.is_empty() {
            return None;
        }
        // a range that can't be read excuses nothing
        if !ranges.iter().all(|range| range.is_plain()) {
            return Some(true);
        }
        // the first that matches, since they don't overlap
        let status = ranges
            .iter()
            .find(|range| range.holds(version))
            .map_or(self.default_status.as_str(), |range| range.status.as_str());
        Some(status != "unaffected")
    }
}

impl Range {
    fn is_plain(&self) -> bool {
        let ends = [&self.less_than, &self.less_than_or_equal];
        [Some(&self.version), ends[0].as_ref(), ends[1].as_ref()]
            .into_iter()
            .flatten()
            .all(|it| {
                let numbers = it
                    .split_once("-rc")
                    .map_or(it.as_str(), |(numbers, _)| numbers);
                numbers
                    .split('.')
                    .all(|part| part == "*" || part.parse::<u64>().is_ok())
            })
    }

    fn holds(&self, version: &str) -> bool {
        let from_here = compare(version, &self.version) != Ordering::Less;
        match (&self.less_than, &self.less_than_or_equal) {
            (Some(end), _) => from_here && compare(version, end) == Ordering::Less,
            (None, Some(end)) => from_here && up_to(version, end),
            (None, None) => compare(version, &self.version) == Ordering::Equal,
        }
    }
}

/// `*` stands for whatever follows: 6.12.* has all of 6.12.
fn up_to(version: &str, end: &str) -> bool {
    match end.strip_suffix('*') {
        Some(series) => series.is_empty() || version.starts_with(series),
        None => compare(version, end) != Ordering::Greater,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_series_holds_its_own_versions_only() {
        assert!(up_to("6.12.117", "6.12.*"));
        assert!(!up_to("6.1.117", "6.12.*"));
        assert!(!up_to("6.12.117", "6.1.*"));
        assert!(up_to("7.0", "*"));
    }
}
