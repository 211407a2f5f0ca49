//! The effect of a write on a table: how many rows are new and how many changed, by repo or by label.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use crate::domain::batch::{Batch, KeyPart, RowId};
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
    /// Keys whose row changed in anything but the instant of observation.
    pub changed: usize,
}

/// Counts what became of new rows, by repo or by label.
pub(super) struct Counter<'a> {
    batch: &'a Batch,
    label: Label<'a>,
    rows: Effect,
    /// The column of the repo, where the table has one.
    repo: Option<usize>,
    by_repo: FxHashMap<&'a str, Effect>,
    by_label: BTreeMap<usize, Effect>,
}

impl<'a> Counter<'a> {
    pub(super) fn of(batch: &'a Batch, label: Label<'a>) -> Self {
        let repo = batch.table().columns().iter().position(|name| *name == "repo");
        Self { batch, label, rows: Effect::default(), repo, by_repo: FxHashMap::default(), by_label: BTreeMap::new() }
    }

    /// A row whose key was not there.
    pub(super) fn add_new(&mut self, id: RowId) {
        self.add(id, |effect| effect.new += 1);
    }

    /// A row that says something else than the one that was there.
    pub(super) fn add_changed(&mut self, id: RowId) {
        self.add(id, |effect| effect.changed += 1);
    }

    fn add(&mut self, id: RowId, add: impl Fn(&mut Effect)) {
        add(&mut self.rows);
        if let Some(repo) = self.repo {
            add(self.by_repo.entry(self.batch.text(repo, id).unwrap_or_default()).or_default());
        } else if let (source, KeyPart::Text(own)) = self.batch.key(id)
            && let Some(label) = (self.label)(source, own)
        {
            add(self.by_label.entry(label).or_default());
        }
    }

    pub(super) fn finish(self, change: &mut Change) {
        change.rows = self.rows;
        change.by_repo = self.by_repo.into_iter().map(|(repo, effect)| (repo.to_owned(), effect)).collect();
        change.by_label = self.by_label;
    }
}
