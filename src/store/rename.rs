//! The rows of a repo under another name.

use polars::prelude::*;

use super::error::StoreError;
use super::part::{self, Parts};
use super::plan::Plan;
use super::schema::key;
use crate::domain::event::Table;

/// Plans the parts of a table in which a repo goes by another name.
///
/// # Errors
/// A part cannot be read or written.
pub(super) fn rename(parts: &Parts, table: Table, from: &str, to: &str, plan: &mut Plan) -> Result<(), StoreError> {
    let broken = StoreError::reading(table);
    for month in part::months(parts.folder(), table)? {
        let old = parts.read(table, &month)?;
        let repos = old.column("repo").and_then(Column::unique).map_err(&broken)?;
        let spellings = repos.str().map_err(&broken)?.iter().flatten();
        let is_it = spellings.filter(|repo| repo.to_lowercase() == from.to_lowercase());
        let is_it = is_it.map(|repo| col("repo").eq(lit(repo))).reduce(Expr::or);
        let Some(is_it) = is_it else { continue };
        let name = when(is_it).then(lit(to)).otherwise(col("repo")).alias("repo");
        let renamed = old.clone().lazy().with_column(name).collect().map_err(&broken)?;
        if !renamed.equals_missing(&old) {
            let mut latest = latest_by_key(&renamed, table).map_err(&broken)?;
            plan.staged.push(part::stage(&part::path(parts.folder(), table, &month), &mut latest, table)?);
        }
    }
    Ok(())
}

/// One row per key, the latest observation, in order of key.
pub(super) fn latest_by_key(all: &DataFrame, table: Table) -> PolarsResult<DataFrame> {
    let [first, second] = key(table);
    let stable = SortMultipleOptions::default().with_maintain_order(true);
    all.sort([first, second, "observed_at"], stable)?.unique_stable(
        Some(&[first.to_owned(), second.to_owned()]),
        UniqueKeepStrategy::Last,
        None,
    )
}
