//! `findings.csv`: what a reader should know about the figures.

use std::io::{self, Write};

use super::sheet::Sheet;
use crate::metrics::tables::Analysis;
use crate::report::cells::Cells;
use crate::report::findings::words;

/// The columns.
pub(in crate::report) const FINDINGS: [&str; 5] = ["id", "severity", "scope", "message", "advice"];

/// The findings, in the order of the analysis.
///
/// # Errors
/// The stream does not take them.
pub fn findings(analysis: &Analysis, out: &mut dyn Write) -> io::Result<()> {
    let mut sheet = Sheet::new(out, &FINDINGS)?;
    finding_rows(analysis, &mut sheet)?;
    sheet.finish()
}

/// The rows of [`findings`].
pub(in crate::report) fn finding_rows(analysis: &Analysis, cells: &mut impl Cells) -> io::Result<()> {
    for finding in &analysis.findings {
        let words = words(finding);
        cells.word(finding.id())?;
        cells.word(finding.severity.as_str())?;
        cells.text(&finding.scope())?;
        cells.text(&words.message)?;
        cells.text(&words.advice)?;
        cells.end()?;
    }
    Ok(())
}
