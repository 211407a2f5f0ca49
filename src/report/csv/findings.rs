//! `findings.csv`: what a reader should know about the figures.

use std::io::{self, Write};

use super::sheet::Sheet;
use crate::metrics::tables::Analysis;
use crate::report::findings::words;

/// The findings, in the order of the analysis.
///
/// # Errors
/// The stream does not take them.
pub fn findings(analysis: &Analysis, out: &mut dyn Write) -> io::Result<()> {
    let mut sheet = Sheet::new(out, &["id", "severity", "scope", "message", "advice"])?;
    for finding in &analysis.findings {
        let words = words(finding);
        sheet.word(finding.id())?;
        sheet.word(finding.severity.as_str())?;
        sheet.text(&finding.scope())?;
        sheet.text(&words.message)?;
        sheet.text(&words.advice)?;
        sheet.end()?;
    }
    sheet.finish()
}
