//! Why a finding does not matter here: our own reviewed file.

use crate::finding::{Database, Finding, Findings};
use serde::Deserialize;

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
    /// The one component it is about, as a package URL.
    pub purl: String,
    pub justification: Justification,
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
            if reasons[..index].iter().any(same) {
                return Err(format!("{} has two reasons for {}", reason.id, reason.purl));
            }
        }
        Ok(Self(reasons))
    }

    pub fn of(&self, finding: &Finding) -> Option<&Reason> {
        self.0
            .iter()
            .find(|it| it.id == finding.id && it.purl == finding.component.purl)
    }

    /// The reasons for what nobody found, though the database was asked that would know.
    pub fn idle<'a>(&'a self, found: &'a Findings) -> impl Iterator<Item = &'a Reason> {
        self.0.iter().filter(|reason| {
            let database = if reason.id.starts_with("RUSTSEC-") {
                Database::RustSec
            } else {
                Database::Kernel
            };
            found.asked.contains(&database)
                && !found
                    .findings
                    .iter()
                    .any(|it| it.id == reason.id && it.component.purl == reason.purl)
        })
    }
}
