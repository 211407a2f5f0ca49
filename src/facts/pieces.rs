//! The parts of a table, checked once, and their pieces: a core decodes one piece at a time.

use polars::prelude::*;

use super::error::FactsError;
use super::inputs::{InputSummary, observed};
use super::parallel::{in_parallel, in_turns};
use crate::domain::event::Table;
use crate::store::{CheckedPart, Dataset, Part};

/// The parts of a table, whose bytes are those that were written.
pub(super) fn checked(dataset: &Dataset, table: Table) -> Result<Vec<CheckedPart>, FactsError> {
    let parts = dataset.parts(table)?;
    Ok(in_parallel(&parts, Part::checked).into_iter().collect::<Result<_, _>>()?)
}

/// Threads that decode the pieces of one table. Four tables are read at the same time, a piece takes some 10 MiB, and one
/// thread appends what the others decode, so more of them would only take memory.
const DECODERS: usize = 4;

/// Hands over what each of some pieces gives, in their order, while later ones are decoded. The query gets the index of
/// the piece; only the columns that it selects are decoded, and `observed_at` is among them. Says what was read, in
/// numbers.
pub(super) fn read_pieces<T: Send>(
    (table, pieces): (Table, &[Part]),
    query: impl Fn(usize, LazyFrame) -> LazyFrame + Sync,
    convert: impl Fn(&DataFrame) -> Result<T, FactsError> + Sync,
    mut take: impl FnMut(T) -> Result<(), FactsError>,
) -> Result<InputSummary, FactsError> {
    let read = |(at, piece): &(usize, &Part)| {
        let frame = piece.collect(&|rows| query(*at, rows))?;
        Ok::<_, FactsError>((convert(&frame)?, observed(&frame, table)?))
    };
    let mut summary = InputSummary::none_of(table);
    let pieces: Vec<(usize, &Part)> = pieces.iter().enumerate().collect();
    in_turns(&pieces, DECODERS, read, |(rows, read)| {
        take(rows)?;
        summary.add(&read);
        Ok(())
    })?;
    Ok(summary)
}

/// The pieces of some parts.
pub(super) fn pieces(parts: &[CheckedPart]) -> Vec<Part> {
    parts.iter().flat_map(CheckedPart::pieces).collect()
}
