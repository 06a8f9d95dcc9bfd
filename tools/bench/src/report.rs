//! What is written of the results: every figure as JSON, tables, and a picture.

mod chart;
mod markdown;

use crate::budgets::Row;
use crate::results::Results;
use serde::Serialize;
use std::path::Path;

pub fn write(results: &Results, budgets: &[Row], directory: &Path) -> Result<(), String> {
    for (name, text) in [
        ("bench.json", json(results, budgets)?),
        ("bench.md", markdown::report(results, budgets)),
        ("phases.svg", chart::phases(results)),
    ] {
        let path = directory.join(name);
        std::fs::write(&path, text)
            .map_err(|error| format!("write {}: {error}", path.display()))?;
    }
    Ok(())
}

/// The budgets, and a warning where the figures are not to be relied on.
pub fn summary(results: &Results, budgets: &[Row]) -> String {
    markdown::budgets(budgets) + &markdown::warning(results)
}

fn json(results: &Results, budgets: &[Row]) -> Result<String, String> {
    #[derive(Serialize)]
    struct Everything<'a> {
        #[serde(flatten)]
        results: &'a Results,
        budgets: &'a [Row],
    }
    let json = serde_json::to_string_pretty(&Everything { results, budgets })
        .map_err(|error| format!("write the results as JSON: {error}"))?;
    Ok(json + "\n")
}
