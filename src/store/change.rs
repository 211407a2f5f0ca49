//! What a write did to the rows of a table: how many are new and how many changed, by repo or by label.

use std::collections::BTreeMap;

use polars::prelude::*;

use super::schema::key;
use crate::domain::event::Table;

/// What one write did to a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The table.
    pub table: Table,
    /// Rows handed in.
    pub read: usize,
    /// What that did to the dataset.
    pub rows: Effect,
    /// The same by repo; of incidents, which have none, nothing.
    pub by_repo: BTreeMap<String, Effect>,
    /// The same by what `Writer::write_labelled` was told of incidents.
    pub by_label: BTreeMap<usize, Effect>,
}

impl Change {
    pub(super) fn of(table: Table, read: usize) -> Self {
        Self { table, read, rows: Effect::default(), by_repo: BTreeMap::new(), by_label: BTreeMap::new() }
    }
}

/// Which part of what was read an incident belongs to, by source and id.
pub(super) type Label<'a> = &'a dyn Fn(&str, &str) -> Option<usize>;

/// How many rows came or became others.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Effect {
    /// Keys that were not there before.
    pub new: usize,
    /// Keys of which anything but the instant of observation is another now.
    pub changed: usize,
}

/// Counts what became of the rows that stood there: `latest` holds each of their keys, and more.
pub(super) fn count_effects(
    old: Option<DataFrame>,
    latest: &DataFrame,
    change: &mut Change,
    label: Label<'_>,
) -> PolarsResult<()> {
    let table = change.table;
    let has_repo = table.columns().contains(&"repo");
    let [first, second] = key(table);
    let mut count = |one: Option<&str>, other: Option<&str>, add: &dyn Fn(&mut Effect)| {
        add(&mut change.rows);
        let (one, other) = (one.unwrap_or_default(), other.unwrap_or_default());
        if !has_repo {
            if let Some(label) = label(one, other) {
                add(change.by_label.entry(label).or_default());
            }
        } else if let Some(effect) = change.by_repo.get_mut(one) {
            add(effect);
        } else {
            add(change.by_repo.entry(one.to_owned()).or_default());
        }
    };
    let old = old.unwrap_or_else(|| latest.clear());
    let join = |kind| {
        let (keys, other) = ([col(first), col(second)], old.clone().lazy());
        latest
            .clone()
            .lazy()
            .join(other, keys.clone(), keys, JoinArgs::new(kind))
            .sort([first, second], SortMultipleOptions::default())
    };
    // The repo, else source and id.
    let [one, other] = if has_repo { ["repo", "repo"] } else { ["source", "id"] };
    let new = join(JoinType::Anti).collect()?;
    for (one, other) in new.column(one)?.str()?.iter().zip(new.column(other)?.str()?.iter()) {
        count(one, other, &|effect| effect.new += 1);
    }
    let (now, before) = (join(JoinType::Semi).collect()?, old.sort([first, second], SortMultipleOptions::default())?);
    let mut differs = BooleanChunked::full("differs".into(), false, now.height());
    for name in table.columns().iter().filter(|name| **name != "observed_at") {
        let (now, before) = (now.column(name)?.as_materialized_series(), before.column(name)?.as_materialized_series());
        differs = &differs | &now.not_equal_missing(before)?;
    }
    let scopes = now.column(one)?.str()?.iter().zip(now.column(other)?.str()?.iter());
    for ((one, other), differs) in scopes.zip(differs.iter()) {
        if differs == Some(true) {
            count(one, other, &|effect| effect.changed += 1);
        }
    }
    Ok(())
}
