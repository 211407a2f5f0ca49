//! Structs to cells and back: each table's columns in their order.

use super::cells::Column;
use super::{Batch, RowId};
use crate::domain::event::{Commit, Deployment, Incident, PullRequest};
use crate::domain::time::Timestamp;

/// A row that can be held by column. Both functions go through the columns in the order of `Table::columns`.
pub trait Columnar: Sized {
    /// Writes every cell.
    fn write(&self, cells: &mut Cells<'_>);
    /// Reads every cell.
    fn read(row: &mut Row<'_>) -> Self;
}

/// The columns to which a row is written, one after another.
#[derive(Debug)]
pub struct Cells<'a> {
    pub(super) columns: std::slice::IterMut<'a, Column>,
}

impl Cells<'_> {
    fn text(&mut self, text: Option<&str>) -> &mut Self {
        self.columns.next().into_iter().for_each(|column| column.push_text(text));
        self
    }

    fn list(&mut self, list: Option<&[String]>) -> &mut Self {
        self.columns.next().into_iter().for_each(|column| column.push_list(list));
        self
    }

    fn number(&mut self, number: Option<i64>) -> &mut Self {
        self.columns.next().into_iter().for_each(|column| column.push_number(number));
        self
    }

    fn at(&mut self, at: Option<Timestamp>) -> &mut Self {
        self.number(at.map(|at| at.0))
    }

    fn flag(&mut self, flag: Option<bool>) -> &mut Self {
        self.columns.next().into_iter().for_each(|column| column.push_flag(flag));
        self
    }
}

/// A row of a batch, read one cell after another.
#[derive(Debug)]
pub struct Row<'a> {
    pub(super) batch: &'a Batch,
    pub(super) id: RowId,
    pub(super) column: usize,
}

impl Row<'_> {
    fn next(&mut self) -> usize {
        self.column += 1;
        self.column - 1
    }

    fn maybe(&mut self) -> Option<String> {
        let column = self.next();
        self.batch.text(column, self.id).map(str::to_owned)
    }

    fn text(&mut self) -> String {
        self.maybe().unwrap_or_default()
    }

    fn list(&mut self) -> Option<Vec<String>> {
        let column = self.next();
        self.batch.list(column, self.id).map(|list| list.map(str::to_owned).collect())
    }

    fn number(&mut self) -> Option<i64> {
        let column = self.next();
        self.batch.number(column, self.id)
    }

    fn maybe_at(&mut self) -> Option<Timestamp> {
        self.number().map(Timestamp)
    }

    fn at(&mut self) -> Timestamp {
        self.maybe_at().unwrap_or_default()
    }

    fn flag(&mut self) -> Option<bool> {
        let column = self.next();
        self.batch.flag(column, self.id)
    }
}

impl Columnar for Deployment {
    fn write(&self, cells: &mut Cells<'_>) {
        cells.text(Some(&self.source)).text(Some(&self.id)).text(Some(&self.repo));
        cells.text(self.environment.as_deref()).text(self.sha.as_deref()).text(self.r#ref.as_deref());
        cells.text(Some(&self.status)).at(Some(self.created_at)).at(self.finished_at);
        cells.text(self.task.as_deref()).text(self.creator.as_deref()).text(self.url.as_deref());
        cells.at(Some(self.observed_at));
    }

    fn read(row: &mut Row<'_>) -> Self {
        Self {
            source: row.text(),
            id: row.text(),
            repo: row.text(),
            environment: row.maybe(),
            sha: row.maybe(),
            r#ref: row.maybe(),
            status: row.text(),
            created_at: row.at(),
            finished_at: row.maybe_at(),
            task: row.maybe(),
            creator: row.maybe(),
            url: row.maybe(),
            observed_at: row.at(),
        }
    }
}

impl Columnar for Commit {
    fn write(&self, cells: &mut Cells<'_>) {
        cells.text(Some(&self.repo)).text(Some(&self.sha)).list(self.parents.as_deref());
        cells.at(Some(self.authored_at)).at(Some(self.committed_at)).number(self.pull_request);
        cells.at(Some(self.observed_at));
    }

    fn read(row: &mut Row<'_>) -> Self {
        Self {
            repo: row.text(),
            sha: row.text(),
            parents: row.list(),
            authored_at: row.at(),
            committed_at: row.at(),
            pull_request: row.number(),
            observed_at: row.at(),
        }
    }
}

impl Columnar for PullRequest {
    fn write(&self, cells: &mut Cells<'_>) {
        cells.text(Some(&self.repo)).number(Some(self.number)).text(self.title.as_deref());
        cells.text(self.author.as_deref()).list(Some(&self.labels)).text(self.head_ref.as_deref());
        cells.at(Some(self.opened_at)).at(self.first_commit_at).at(self.first_review_at);
        cells.at(self.approved_at).at(self.merged_at).text(self.merge_sha.as_deref()).at(Some(self.observed_at));
    }

    fn read(row: &mut Row<'_>) -> Self {
        Self {
            repo: row.text(),
            number: row.number().unwrap_or_default(),
            title: row.maybe(),
            author: row.maybe(),
            labels: row.list().unwrap_or_default(),
            head_ref: row.maybe(),
            opened_at: row.at(),
            first_commit_at: row.maybe_at(),
            first_review_at: row.maybe_at(),
            approved_at: row.maybe_at(),
            merged_at: row.maybe_at(),
            merge_sha: row.maybe(),
            observed_at: row.at(),
        }
    }
}

impl Columnar for Incident {
    fn write(&self, cells: &mut Cells<'_>) {
        cells.text(Some(&self.source)).text(Some(&self.id)).text(self.title.as_deref());
        cells.list(Some(&self.service_keys)).text(self.priority.as_deref()).text(self.urgency.as_deref());
        cells.text(self.status.as_deref()).at(Some(self.opened_at)).at(self.acknowledged_at).at(self.resolved_at);
        cells.flag(self.caused_by_deploy).text(self.deployment_ref.as_deref()).list(Some(&self.tags));
        cells.text(self.url.as_deref()).at(Some(self.observed_at));
    }

    fn read(row: &mut Row<'_>) -> Self {
        Self {
            source: row.text(),
            id: row.text(),
            title: row.maybe(),
            service_keys: row.list().unwrap_or_default(),
            priority: row.maybe(),
            urgency: row.maybe(),
            status: row.maybe(),
            opened_at: row.at(),
            acknowledged_at: row.maybe_at(),
            resolved_at: row.maybe_at(),
            caused_by_deploy: row.flag(),
            deployment_ref: row.maybe(),
            tags: row.list().unwrap_or_default(),
            url: row.maybe(),
            observed_at: row.at(),
        }
    }
}
