//! The columns of the dataset's tables, and rows to and from Polars frames.
//!
//! Instants are milliseconds, UTC-adjusted. The column names and types are published: another tool opens the Parquet
//! as it is. Changing them needs a new [`FORMAT`].

use polars::prelude::*;

use crate::domain::event::{Commit, Deployment, Incident, PullRequest, Rows, Table};
use crate::domain::time::Timestamp;

/// Version of the dataset's layout and columns.
pub const FORMAT: u32 = 1;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cell {
    Text,
    Texts,
    Instant,
    Integer,
    Flag,
}

impl Cell {
    fn dtype(self) -> DataType {
        match self {
            Self::Text => DataType::String,
            Self::Texts => DataType::List(Box::new(DataType::String)),
            Self::Instant => DataType::Datetime(TimeUnit::Milliseconds, Some(TimeZone::UTC)),
            Self::Integer => DataType::Int64,
            Self::Flag => DataType::Boolean,
        }
    }
}

/// Names say what a column holds: instants end in `_at`, and few are no text.
fn cell(column: &str) -> Cell {
    match column {
        "parents" | "labels" | "service_keys" | "tags" => Cell::Texts,
        "number" | "pull_request" => Cell::Integer,
        "caused_by_deploy" => Cell::Flag,
        _ if column.ends_with("_at") => Cell::Instant,
        _ => Cell::Text,
    }
}

/// The columns of a table.
pub fn schema(table: Table) -> Schema {
    table.columns().iter().map(|name| Field::new((*name).into(), cell(name).dtype())).collect()
}

/// The columns that identify a row.
pub fn key(table: Table) -> [&'static str; 2] {
    match table {
        Table::Deployments | Table::Incidents => ["source", "id"],
        Table::Commits => ["repo", "sha"],
        Table::PullRequests => ["repo", "number"],
    }
}

/// The immutable instant whose UTC month names a row's part.
pub fn instant(table: Table) -> &'static str {
    match table {
        Table::Deployments => "created_at",
        Table::Commits => "committed_at",
        Table::PullRequests | Table::Incidents => "opened_at",
    }
}

fn text<'a>(name: &str, values: impl Iterator<Item = &'a str>) -> Column {
    StringChunked::from_iter_values(name.into(), values).into_column()
}

fn maybe_text<'a>(name: &str, values: impl Iterator<Item = Option<&'a str>>) -> Column {
    StringChunked::from_iter_options(name.into(), values).into_column()
}

fn texts<'a>(name: &str, values: impl Iterator<Item = Option<&'a [String]>>) -> Column {
    let mut builder = ListStringChunkedBuilder::new(name.into(), 0, 0);
    for value in values {
        match value {
            Some(list) => builder.append_values_iter(list.iter().map(String::as_str)),
            None => builder.append_null(),
        }
    }
    builder.finish().into_column()
}

fn instants(name: &str, values: impl Iterator<Item = Option<Timestamp>>) -> Column {
    let millis: Int64Chunked = values.map(|at| at.map(|at| at.0)).collect();
    millis.with_name(name.into()).into_datetime(TimeUnit::Milliseconds, Some(TimeZone::UTC)).into_column()
}

fn integers(name: &str, values: impl Iterator<Item = Option<i64>>) -> Column {
    values.collect::<Int64Chunked>().with_name(name.into()).into_column()
}

fn flags(name: &str, values: impl Iterator<Item = Option<bool>>) -> Column {
    values.collect::<BooleanChunked>().with_name(name.into()).into_column()
}

/// Rows as a frame with the columns of [`schema`].
///
/// # Errors
/// Polars cannot build the frame, which well-formed rows do not cause.
pub fn to_frame(rows: &Rows) -> PolarsResult<DataFrame> {
    let columns = match rows {
        Rows::Deployments(rows) => deployments(rows),
        Rows::Commits(rows) => commits(rows),
        Rows::PullRequests(rows) => pull_requests(rows),
        Rows::Incidents(rows) => incidents(rows),
    };
    DataFrame::new(rows.len(), columns)
}

/// The two columns that identify rows, where both are text.
///
/// # Errors
/// As for [`to_frame`].
pub(super) fn key_frame(table: Table, keys: &[(String, String)]) -> PolarsResult<DataFrame> {
    let [first, second] = key(table);
    let columns = vec![
        text(first, keys.iter().map(|(first, _)| first.as_str())),
        text(second, keys.iter().map(|(_, second)| second.as_str())),
    ];
    DataFrame::new(keys.len(), columns)
}

fn deployments(rows: &[Deployment]) -> Vec<Column> {
    vec![
        text("source", rows.iter().map(|row| row.source.as_str())),
        text("id", rows.iter().map(|row| row.id.as_str())),
        text("repo", rows.iter().map(|row| row.repo.as_str())),
        maybe_text("environment", rows.iter().map(|row| row.environment.as_deref())),
        maybe_text("sha", rows.iter().map(|row| row.sha.as_deref())),
        maybe_text("ref", rows.iter().map(|row| row.r#ref.as_deref())),
        text("status", rows.iter().map(|row| row.status.as_str())),
        instants("created_at", rows.iter().map(|row| Some(row.created_at))),
        instants("finished_at", rows.iter().map(|row| row.finished_at)),
        maybe_text("task", rows.iter().map(|row| row.task.as_deref())),
        maybe_text("creator", rows.iter().map(|row| row.creator.as_deref())),
        maybe_text("url", rows.iter().map(|row| row.url.as_deref())),
        instants("observed_at", rows.iter().map(|row| Some(row.observed_at))),
    ]
}

fn commits(rows: &[Commit]) -> Vec<Column> {
    vec![
        text("repo", rows.iter().map(|row| row.repo.as_str())),
        text("sha", rows.iter().map(|row| row.sha.as_str())),
        texts("parents", rows.iter().map(|row| row.parents.as_deref())),
        instants("authored_at", rows.iter().map(|row| Some(row.authored_at))),
        instants("committed_at", rows.iter().map(|row| Some(row.committed_at))),
        integers("pull_request", rows.iter().map(|row| row.pull_request)),
        instants("observed_at", rows.iter().map(|row| Some(row.observed_at))),
    ]
}

fn pull_requests(rows: &[PullRequest]) -> Vec<Column> {
    vec![
        text("repo", rows.iter().map(|row| row.repo.as_str())),
        integers("number", rows.iter().map(|row| Some(row.number))),
        maybe_text("title", rows.iter().map(|row| row.title.as_deref())),
        maybe_text("author", rows.iter().map(|row| row.author.as_deref())),
        texts("labels", rows.iter().map(|row| Some(row.labels.as_slice()))),
        maybe_text("head_ref", rows.iter().map(|row| row.head_ref.as_deref())),
        instants("opened_at", rows.iter().map(|row| Some(row.opened_at))),
        instants("first_commit_at", rows.iter().map(|row| row.first_commit_at)),
        instants("first_review_at", rows.iter().map(|row| row.first_review_at)),
        instants("approved_at", rows.iter().map(|row| row.approved_at)),
        instants("merged_at", rows.iter().map(|row| row.merged_at)),
        maybe_text("merge_sha", rows.iter().map(|row| row.merge_sha.as_deref())),
        instants("observed_at", rows.iter().map(|row| Some(row.observed_at))),
    ]
}

fn incidents(rows: &[Incident]) -> Vec<Column> {
    vec![
        text("source", rows.iter().map(|row| row.source.as_str())),
        text("id", rows.iter().map(|row| row.id.as_str())),
        maybe_text("title", rows.iter().map(|row| row.title.as_deref())),
        texts("service_keys", rows.iter().map(|row| Some(row.service_keys.as_slice()))),
        maybe_text("priority", rows.iter().map(|row| row.priority.as_deref())),
        maybe_text("urgency", rows.iter().map(|row| row.urgency.as_deref())),
        maybe_text("status", rows.iter().map(|row| row.status.as_deref())),
        instants("opened_at", rows.iter().map(|row| Some(row.opened_at))),
        instants("acknowledged_at", rows.iter().map(|row| row.acknowledged_at)),
        instants("resolved_at", rows.iter().map(|row| row.resolved_at)),
        flags("caused_by_deploy", rows.iter().map(|row| row.caused_by_deploy)),
        maybe_text("deployment_ref", rows.iter().map(|row| row.deployment_ref.as_deref())),
        texts("tags", rows.iter().map(|row| Some(row.tags.as_slice()))),
        maybe_text("url", rows.iter().map(|row| row.url.as_deref())),
        instants("observed_at", rows.iter().map(|row| Some(row.observed_at))),
    ]
}
