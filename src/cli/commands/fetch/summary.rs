//! What a fetch did, as a table of text.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::hash::BuildHasher as _;
use std::sync::Arc;

use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, ContentArrangement};
use rustc_hash::{FxBuildHasher, FxHashSet};
use serde_json::json;

use super::job::Results;
use crate::cli::exit::Ended;
use crate::cli::log::{LogEvent, scope_key};
use crate::cli::output::Console;
use crate::domain::coverage::join;
use crate::domain::event::{Rows, Table};
use crate::domain::time::{Span, Timestamp};
use crate::domain::words::is_obeyed;
use crate::http::BudgetLeft;
use crate::sources::registry::scopes_are_repos;
use crate::store::Effect;

/// How the reading of a scope ended.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The run ended first.
    #[default]
    Unfinished,
    /// Completely read.
    Done,
    /// Not, why, and whether it is not shown to us.
    Failed(String, bool),
}

/// What was read of one scope.
#[derive(Debug, Default)]
pub(super) struct ScopeRead {
    /// What that did to the dataset.
    pub(super) effect: Effect,
    /// Hashes of the keys read, per table in the order of [`Table::ALL`], so that a row that comes twice is counted
    /// once.
    read: [FxHashSet<u64>; 4],
    pub(super) covered: Vec<Span>,
    pub(super) outcome: Outcome,
}

impl ScopeRead {
    /// Counts rows that were read.
    pub(super) fn add(&mut self, rows: &Rows) {
        let keys: Vec<u64> = match rows {
            Rows::Deployments(rows) => rows.iter().map(|row| FxBuildHasher.hash_one(&row.id)).collect(),
            Rows::Commits(rows) => rows.iter().map(|row| FxBuildHasher.hash_one(&row.sha)).collect(),
            Rows::PullRequests(rows) => rows.iter().map(|row| FxBuildHasher.hash_one(row.number)).collect(),
            Rows::Incidents(rows) => rows.iter().map(|row| FxBuildHasher.hash_one(&row.id)).collect(),
        };
        for (read, table) in self.read.iter_mut().zip(Table::ALL) {
            if table == rows.table() {
                read.extend(&keys);
            }
        }
    }

    fn rows(&self) -> usize {
        self.read.iter().map(FxHashSet::len).sum()
    }
}

/// What was read of one source, by scope.
#[derive(Debug, Default)]
pub(super) struct SourceRead {
    pub(super) scopes: BTreeMap<String, ScopeRead>,
    /// How many there will be, where that is known.
    pub(super) total: Option<usize>,
    pub(super) budget: Option<BudgetLeft>,
    /// When its token ends, where it says so.
    pub(super) token_end: Option<Timestamp>,
    /// What was done to rows of any of several scopes.
    pub(super) of_any: Effect,
}

impl SourceRead {
    /// One line while the run goes on.
    pub(super) fn progress(&self, now: Timestamp) -> String {
        let ended = self.scopes.values().filter(|scope| scope.outcome != Outcome::Unfinished).count();
        let rows: usize = self.scopes.values().map(ScopeRead::rows).sum();
        let mut text = match self.total {
            Some(total) => format!("{ended} of {} read, {rows} rows", total.max(self.scopes.len())),
            None => format!("{ended} read, {} begun, {rows} rows", self.scopes.len() - ended),
        };
        if let Some(BudgetLeft { left, resets_at }) = self.budget {
            let _ = write!(text, ", {left} points left");
            if let Some(minutes) = resets_at.map(|at| (at.0 - now.0).div_euclid(60_000)).filter(|&minutes| minutes >= 0)
            {
                let _ = write!(text, ", reset in {minutes} min");
            }
        }
        text
    }

    /// Counts what a write did to the rows of a scope, or of the source if their scope is unknown.
    pub(super) fn count(&mut self, scope: &str, effect: Effect) {
        let found = self.scopes.iter_mut().find(|(name, _)| name.eq_ignore_ascii_case(scope));
        let counted = match found {
            Some((_, entry)) => &mut entry.effect,
            None => &mut self.of_any,
        };
        counted.new += effect.new;
        counted.changed += effect.changed;
    }
}

/// What was read, by source.
#[derive(Debug, Default)]
pub(super) struct Summary {
    pub(super) sources: BTreeMap<Arc<str>, SourceRead>,
}

impl Summary {
    fn outcomes(&self) -> impl Iterator<Item = &Outcome> {
        self.sources.values().flat_map(|source| source.scopes.values()).map(|scope| &scope.outcome)
    }

    /// How many scopes were begun.
    pub(super) fn scopes(&self) -> usize {
        self.outcomes().count()
    }

    /// How many of them were not read to their end.
    pub(super) fn failed(&self) -> usize {
        self.outcomes().filter(|outcome| **outcome != Outcome::Done).count()
    }

    /// How the scopes of a source ended.
    pub(super) fn ended(&self, name: &str) -> Ended {
        let outcomes = || self.sources.get(name).into_iter().flat_map(|it| it.scopes.values()).map(|it| &it.outcome);
        Ended {
            error: None,
            scopes: outcomes().count(),
            failed: outcomes().filter(|outcome| **outcome != Outcome::Done).count(),
            denied: outcomes().filter(|outcome| matches!(outcome, Outcome::Failed(_, true))).count(),
        }
    }

    /// Whether any row of a source was read.
    pub(super) fn has_rows(&self, name: &str) -> bool {
        self.sources.get(name).is_some_and(|it| it.scopes.values().any(|scope| scope.rows() > 0))
    }

    /// When the first of the tokens ends.
    pub(super) fn token_end(&self) -> Option<Timestamp> {
        self.sources.values().filter_map(|source| source.token_end).min()
    }

    /// What the scopes are called together.
    pub(super) fn noun(&self) -> &'static str {
        if self.sources.keys().all(|name| scopes_are_repos(name)) { "repos" } else { "repos and accounts" }
    }
}

/// What was read, a row per scope, and a line for each source on what it cost.
pub(super) fn table(read: &Summary, results: &Results) -> String {
    let several = read.sources.len() > 1;
    let names = ["deployments", "commits", "pull requests", "incidents"];
    let scopes = || read.sources.values().flat_map(|source| source.scopes.values());
    let shown: Vec<usize> = (0..4).filter(|&table| scopes().any(|scope| !scope.read[table].is_empty())).collect();
    let first = if several { "source" } else { "" };
    let noun = if read.noun() == "repos" { "repo" } else { "scope" };
    let heads = [first, noun, "new", "changed"].into_iter().chain(shown.iter().map(|&table| names[table]));
    let mut rows: Vec<Vec<String>> = vec![heads.chain(["covers"]).map(str::to_owned).collect()];
    for (name, source) in &read.sources {
        for (scope, it) in &source.scopes {
            let end = match &it.outcome {
                Outcome::Failed(reason, _) => plain(reason),
                Outcome::Unfinished => "not read to its end".into(),
                Outcome::Done => {
                    let spans = join(it.covered.clone());
                    let spans = spans.iter().map(|span| format!("{}..{}", minute(span.from), minute(span.to)));
                    spans.collect::<Vec<_>>().join(", ")
                }
            };
            let counts =
                [it.effect.new, it.effect.changed].into_iter().chain(shown.iter().map(|&table| it.read[table].len()));
            let source = if several { name.to_string() } else { String::new() };
            let cells = [source, plain(scope)].into_iter().chain(counts.map(|count| count.to_string()));
            rows.push(cells.chain([end]).collect());
        }
    }
    if !several {
        for row in &mut rows {
            row.remove(0);
        }
    }
    let mut text = aligned(&rows, if several { 2 } else { 1 });
    for (name, result) in results {
        let Ok(cost) = result else { continue };
        if several {
            let _ = write!(text, "{name}: ");
        }
        let _ = write!(text, "{} requests", cost.requests);
        if let Some(points) = cost.points {
            let _ = write!(text, ", {points} points");
        }
        if let Some(left) = cost.left {
            let _ = write!(text, ", {left} left");
            let resets = read.sources.get(name).and_then(|source| source.budget).and_then(|budget| budget.resets_at);
            if let Some(at) = resets {
                let _ = write!(text, " until {}", minute(at));
            }
        }
        if let Some(Effect { new, changed }) = read.sources.get(name).map(|source| source.of_any)
            && new + changed > 0
        {
            let _ = write!(text, "; {new} rows new, {changed} changed");
        }
        text.push('\n');
    }
    text.truncate(text.trim_end().len());
    text
}

/// The same for a log of JSON: a line for each scope and source.
pub(super) fn log(read: &Summary, results: &Results, console: Console) {
    for (name, source) in &read.sources {
        for (scope, it) in &source.scopes {
            let mut fields =
                json!({"source": &**name, "new": it.effect.new, "changed": it.effect.changed, "read": it.rows()});
            fields[scope_key(name)] = json!(scope);
            match &it.outcome {
                Outcome::Done => console.record(LogEvent::ScopeRead, &format!("{scope}: read"), fields),
                Outcome::Failed(reason, _) => {
                    console.warning_as(LogEvent::ScopeFailed, &plain(&format!("{scope}: {reason}")), fields);
                }
                Outcome::Unfinished => {
                    console.warning_as(LogEvent::ScopeFailed, &format!("{scope}: not read to its end"), fields);
                }
            }
        }
    }
    for (name, result) in results {
        let Ok(cost) = result else { continue };
        let fields = json!({"source": &**name, "requests": cost.requests, "points": cost.points, "left": cost.left});
        console.record(LogEvent::SourceRead, &format!("{name}: {} requests", cost.requests), fields);
    }
}

/// Aligns the columns: the first `left` columns and those with words to the left, numbers to the right.
pub(super) fn aligned(rows: &[Vec<String>], left: usize) -> String {
    let mut table = comfy_table::Table::new();
    table.load_style(NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    for row in rows {
        table.add_row(row);
    }
    for column in table.column_iter_mut() {
        let at = column.index;
        let is_text = rows.iter().skip(1).any(|row| row.get(at).is_some_and(|cell| !is_number(cell)));
        let alignment = if at < left || is_text { CellAlignment::Left } else { CellAlignment::Right };
        column.set_padding((0, 2)).set_cell_alignment(alignment);
    }
    table.lines().fold(String::new(), |text, line| text + line.trim_end() + "\n")
}

fn is_number(cell: &str) -> bool {
    cell.chars().all(|letter| letter.is_ascii_digit())
}

/// An instant to the minute, in UTC.
fn minute(at: Timestamp) -> String {
    at.utc().format("%Y-%m-%dT%H:%MZ").to_string()
}

/// External text on one line, without terminal control characters.
pub(super) fn plain(text: &str) -> String {
    text.chars().map(|letter| if is_obeyed(letter) { ' ' } else { letter }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::{Commit, Deployment, Incident};
    use crate::sources::event::Cost;

    fn read() -> Summary {
        let mut read = Summary::default();
        let github = read.sources.entry("github".into()).or_default();
        let web = github.scopes.entry("acme/web".into()).or_default();
        let id = |nth: usize| Deployment { id: nth.to_string(), ..Deployment::default() };
        web.add(&Rows::Deployments((0..12).map(id).collect()));
        web.add(&Rows::Deployments((10..12).map(id).collect()));
        let commit = |nth: usize| Commit { sha: nth.to_string(), ..Commit::default() };
        web.add(&Rows::Commits((0..300).map(commit).collect()));
        web.effect = Effect { new: 310, changed: 2 };
        web.outcome = Outcome::Done;
        web.covered = vec![Span { from: Timestamp(0), to: Timestamp(90_061_500) }];
        let api = github.scopes.entry("acme/api".into()).or_default();
        api.outcome = Outcome::Failed("it says\n\u{1b}[31mno".into(), true);
        github.scopes.entry("acme/late".into()).or_default();
        read
    }

    #[test]
    fn a_table_shows_counts_coverage_and_failures_and_nothing_a_terminal_obeys() {
        let mut read = read();
        assert_eq!((read.failed(), read.ended("github").denied), (2, 1));
        let cost = Cost { requests: 4, points: Some(6), left: Some(4_994) };
        let expected = "\
repo       new  changed  deployments  commits  covers
acme/api     0        0            0        0  it says  [31mno
acme/late    0        0            0        0  not read to its end
acme/web   310        2           12      300  1970-01-01T00:00Z..1970-01-02T01:01Z
4 requests, 6 points, 4994 left";
        assert_eq!(table(&read, &vec![("github".into(), Ok(cost))]), expected);
        let github = read.sources.get_mut("github").expect("a source");
        assert_eq!(github.progress(Timestamp(0)), "2 read, 1 begun, 312 rows");
        github.total = Some(5);
        github.budget = Some(BudgetLeft { left: 7, resets_at: Some(Timestamp(61 * 60_000)) });
        assert_eq!(github.progress(Timestamp(0)), "2 of 5 read, 312 rows, 7 points left, reset in 61 min");
    }

    #[test]
    fn several_sources_stand_in_one_table() {
        let mut read = read();
        let pagerduty = read.sources.entry("pagerduty".into()).or_default();
        let account = pagerduty.scopes.entry("api.pagerduty.com".into()).or_default();
        let incident = |nth: usize| Incident { id: nth.to_string(), ..Incident::default() };
        account.add(&Rows::Incidents((0..7).map(incident).collect()));
        account.outcome = Outcome::Done;
        let cost = Cost { requests: 3, points: None, left: None };
        let text = table(&read, &vec![("github".into(), Err(anyhow::anyhow!("down"))), ("pagerduty".into(), Ok(cost))]);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "source     scope              new  changed  deployments  commits  incidents  covers");
        assert_eq!(lines[4], "pagerduty  api.pagerduty.com    0        0            0        0          7");
        assert_eq!(lines[5], "pagerduty: 3 requests");
    }
}
