//! `findings.csv`: what a reader should know about the figures.

use super::sheet::{Sheet, text};
use crate::metrics::tables::Analysis;

/// The findings, in the order of the analysis.
pub fn findings(analysis: &Analysis) -> String {
    let mut sheet = Sheet::new(["id", "severity", "scope", "message", "advice"]);
    for finding in &analysis.findings {
        sheet.push(&[
            finding.id.to_owned(),
            finding.severity.as_str().to_owned(),
            text(&finding.scope),
            text(&finding.message),
            text(&finding.advice),
        ]);
    }
    sheet.finish()
}
