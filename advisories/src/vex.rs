//! The findings as CycloneDX VEX, JSON 1.6. The same findings give the same bytes: no time, no serial number.

use crate::finding::{Database, Findings};
use crate::reasons::Reasons;
use serde_json::{Value, json};
use std::collections::BTreeSet;

pub fn vex(found: &Findings, reasons: &Reasons) -> Value {
    let purls: BTreeSet<_> = found.findings.iter().map(|it| it.purl.as_str()).collect();
    let components: Vec<_> = purls
        .into_iter()
        .map(|purl| {
            // ours all have the form pkg:TYPE/NAME@VERSION
            let (name, version) = purl
                .rsplit_once('/')
                .and_then(|(_, rest)| rest.split_once('@'))
                .unwrap_or((purl, ""));
            let kind = if name == "linux" {
                "operating-system"
            } else {
                "library"
            };
            json!({ "type": kind, "bom-ref": purl, "name": name, "version": version, "purl": purl })
        })
        .collect();
    let vulnerabilities: Vec<_> = found
        .findings
        .iter()
        .map(|finding| {
            let source = match finding.database {
                Database::RustSec => "RustSec",
                Database::Kernel => "Linux kernel CNA",
            };
            let analysis = match reasons.of(finding) {
                Some(reason) => json!({
                    "state": "not_affected",
                    "justification": reason.justification,
                    "detail": reason.detail.trim(),
                }),
                None => json!({ "state": "in_triage", "detail": finding.because }),
            };
            json!({
                "bom-ref": format!("{} {}", finding.id, finding.purl),
                "id": finding.id,
                "source": { "name": source, "url": finding.url },
                "description": finding.title,
                "analysis": analysis,
                "affects": [{ "ref": finding.purl }],
            })
        })
        .collect();
    json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "components": components,
        "vulnerabilities": vulnerabilities,
    })
}
