//! The parts of a table in pieces: a part is checked once, and then no core holds more than a piece of it as it is decoded.

use super::error::FactsError;
use super::parallel::in_parallel;
use crate::domain::event::Table;
use crate::store::{Dataset, Part};

/// The parts of a table, whose bytes are those that were written.
pub(super) fn checked(dataset: &Dataset, table: Table) -> Result<Vec<Part>, FactsError> {
    let parts = dataset.parts(table)?;
    Ok(in_parallel(&parts, Part::checked).into_iter().collect::<Result<_, _>>()?)
}

/// The same parts in pieces.
pub(super) fn pieces(parts: &[Part]) -> Result<Vec<Part>, FactsError> {
    let pieces = parts.iter().map(Part::pieces).collect::<Result<Vec<_>, _>>()?;
    Ok(pieces.into_iter().flatten().collect())
}
