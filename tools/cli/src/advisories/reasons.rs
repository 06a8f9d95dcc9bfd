//! Why a finding does not matter here: our own reviewed file.

use super::finding::{Database, Finding, Findings};
use super::version;
use serde::Deserialize;
use std::cmp::Ordering;
use std::collections::BTreeSet;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    reason: Vec<Reason>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    pub id: String,
    /// The one component it is about, as a package URL; one that ends in `*` is about every version that begins so.
    pub purl: String,
    /// Why the fault does no harm…
    pub justification: Option<Justification>,
    /// … or the kernel's version since which it is mended, which the record does not know.
    pub fixed: Option<String>,
    /// The kernel's options that must be off for it to be true.
    #[serde(default)]
    pub off: Vec<String>,
    /// In full, for whoever does not believe it.
    pub detail: String,
}

/// CycloneDX's words for why a vulnerability is no danger.
#[derive(Clone, Copy, Debug, Deserialize, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Justification {
    CodeNotPresent,
    CodeNotReachable,
    RequiresConfiguration,
    RequiresDependency,
    RequiresEnvironment,
    ProtectedByCompiler,
    ProtectedAtRuntime,
    ProtectedAtPerimeter,
    ProtectedByMitigatingControl,
}

#[derive(Debug)]
pub struct Reasons(Vec<Reason>);

impl Reasons {
    pub fn parse(text: &str) -> Result<Self, String> {
        let File { reason: reasons } =
            toml::from_str(text).map_err(|error| error.to_string().trim_end().to_owned())?;
        for (index, reason) in reasons.iter().enumerate() {
            let same = |it: &Reason| it.id == reason.id && it.purl == reason.purl;
            if reason.detail.trim().is_empty() {
                return Err(format!("{}: the detail is empty", reason.id));
            }
            if reason.justification.is_some() == reason.fixed.is_some() {
                return Err(format!("{}: give a justification or 'fixed'", reason.id));
            }
            if let Some(option) = reason.off.iter().find(|it| !it.starts_with("CONFIG_")) {
                return Err(format!("{}: '{option}' is not a kernel option", reason.id));
            }
            if reasons[..index].iter().any(same) {
                return Err(format!("{} has two reasons for {}", reason.id, reason.purl));
            }
        }
        Ok(Self(reasons))
    }

    /// Takes away the reasons that rest on an option being off that is on: each with that option.
    pub fn take_refuted(&mut self, options_on: &BTreeSet<String>) -> Vec<(Reason, String)> {
        let mut refuted = Vec::new();
        for reason in std::mem::take(&mut self.0) {
            let on = |option: &&String| options_on.contains(*option);
            match reason.off.iter().find(on).cloned() {
                Some(option) => refuted.push((reason, option)),
                None => self.0.push(reason),
            }
        }
        refuted
    }

    pub fn of(&self, finding: &Finding) -> Option<&Reason> {
        self.0
            .iter()
            .find(|it| it.is_about(finding) && it.holds_for(&finding.component.version))
    }

    /// The reasons for what nobody found, though the database was asked that would know.
    pub fn idle<'a>(&'a self, found: &'a Findings) -> impl Iterator<Item = &'a Reason> {
        self.0.iter().filter(|reason| {
            let database = if reason.id.starts_with("RUSTSEC-") {
                Database::RustSec
            } else {
                Database::Kernel
            };
            found.asked.contains(&database) && !found.findings.iter().any(|it| reason.is_about(it))
        })
    }
}

impl Reason {
    fn is_about(&self, finding: &Finding) -> bool {
        let purl = finding.component.purl.as_str();
        self.id == finding.id
            && match self.purl.strip_suffix('*') {
                Some(series) => purl.starts_with(series),
                None => purl == self.purl,
            }
    }

    /// A version from before the fix has the fault.
    fn holds_for(&self, version: &str) -> bool {
        self.fixed
            .as_ref()
            .is_none_or(|fixed| version::compare(version, fixed) != Ordering::Less)
    }

    pub fn in_short(&self) -> String {
        self.fixed.as_ref().map_or_else(
            || "not affected".to_owned(),
            |version| format!("fixed in {version}"),
        )
    }
}
