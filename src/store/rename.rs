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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::{Commit, Rows};
    use crate::domain::time::Timestamp;
    use crate::store::columns::Columns;
    use crate::store::{Dataset, Writer};

    #[test]
    fn every_spelling_of_a_repo_takes_the_new_name_and_other_repos_and_months_stay() {
        let folder = tempfile::tempdir().expect("a folder");
        let commit = |repo: &str, sha: &str, day: i64| Commit {
            repo: repo.into(),
            sha: sha.into(),
            committed_at: Timestamp(day * 86_400_000),
            ..Commit::default()
        };
        let rows = vec![
            commit("Acme/Shop", "a", 0),
            commit("acme/shop", "b", 1),
            commit("acme/shopping", "c", 2),
            commit("acme/api", "d", 40),
        ];
        let mut writer = Writer::lock(folder.path(), "test", Timestamp(i64::MAX)).expect("the lock");
        writer.write(vec![Rows::Commits(rows)], &[]).expect("written");
        writer.rename("acme/SHOP", "acme/store").expect("renamed");
        drop(writer);
        let dataset = Dataset::open(folder.path()).expect("a dataset");
        let frame = dataset.read(Table::Commits, &|rows| rows.sort(["sha"], SortMultipleOptions::default()));
        let frame = frame.expect("rows");
        let repos = Columns { frame: &frame, table: Table::Commits }.texts("repo").expect("repos");
        let repos: Vec<&str> = repos.iter().flatten().collect();
        assert_eq!(repos, ["acme/store", "acme/store", "acme/shopping", "acme/api"]);
    }
}
