//! The findings as CycloneDX VEX, JSON 1.6. The same findings give the same bytes: no time, no serial number.
//! Components have the references that the image's bill of materials has for them.

use super::finding::{Database, Findings};
use super::reasons::Reasons;
use serde_json::{Value, json};
use std::collections::BTreeSet;

pub fn vex(found: &Findings, reasons: &Reasons) -> Value {
    let components: BTreeSet<_> = found
        .findings
        .iter()
        .map(|it| (&it.component, it.database))
        .collect();
    let components: Vec<_> = components
        .into_iter()
        .map(|(it, database)| {
            let kind = match database {
                Database::Kernel => "operating-system",
                Database::RustSec => "library",
            };
            let (name, version, purl) = (&it.name, &it.version, &it.purl);
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
                Some(reason) => {
                    let mut analysis = json!({ "detail": reason.detail.trim() });
                    match reason.justification {
                        Some(justification) => {
                            analysis["state"] = json!("not_affected");
                            analysis["justification"] = json!(justification);
                        }
                        None => analysis["state"] = json!("resolved"),
                    }
                    analysis
                }
                None => json!({ "state": "in_triage", "detail": finding.because }),
            };
            json!({
                "bom-ref": format!("{} {}", finding.id, finding.component.purl),
                "id": finding.id,
                "source": { "name": source, "url": finding.url },
                "description": finding.title,
                "analysis": analysis,
                "affects": [{ "ref": finding.component.purl }],
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
