//! The parts of a table, checked once, and their pieces: a core decodes one piece at a time.

use super::error::FactsError;
use super::parallel::in_parallel;
use crate::domain::event::Table;
use crate::store::{CheckedPart, Dataset, Part};

/// The parts of a table, whose bytes are those that were written.
pub(super) fn checked(dataset: &Dataset, table: Table) -> Result<Vec<CheckedPart>, FactsError> {
    let parts = dataset.parts(table)?;
    Ok(in_parallel(&parts, Part::checked).into_iter().collect::<Result<_, _>>()?)
}

/// The pieces of some parts.
pub(super) fn pieces(parts: &[CheckedPart]) -> Vec<Part> {
    parts.iter().flat_map(CheckedPart::pieces).collect()
}
