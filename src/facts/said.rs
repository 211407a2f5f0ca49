//! Which pull requests people say are rework: by label, branch or title, as the configuration names them.
//!
//! These texts are read where a rule needs them, and of each pull request only the answer is kept.

use polars::prelude::*;

use super::error::FactsError;
use crate::domain::event::Table;
use crate::domain::rework::ReworkRules;
use crate::store::Dataset;
use crate::store::columns::Columns;

/// The answer for each pull request, in order of repo (in lower case) and number; empty where no rule asks.
///
/// # Errors
/// The pull requests cannot be read.
pub(super) fn said(dataset: &Dataset, rules: &ReworkRules) -> Result<Vec<bool>, FactsError> {
    if !rules.reads_pull_requests() {
        return Ok(Vec::new());
    }
    let table = Table::PullRequests;
    let frame = dataset
        .scan(table)?
        .select([col("repo").str().to_lowercase(), col("number"), col("labels"), col("head_ref"), col("title")])
        .sort(["repo", "number"], SortMultipleOptions::default())
        .collect()
        .map_err(FactsError::reading(table))?;
    let columns = Columns { frame: &frame, table };
    let (labels, branches, titles) = (columns.lists("labels")?, columns.texts("head_ref")?, columns.texts("title")?);
    let rows = labels.iter().zip(branches.iter()).zip(titles.iter());
    Ok(rows
        .map(|((labels, branch), title)| {
            rules.match_pull_request(labels.iter().flatten().map(String::as_str), branch, title)
        })
        .collect())
}
