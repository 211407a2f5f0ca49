//! Reads one scope: walks it, completes and emits each page, and then requests known incidents that may have changed
//! but did not appear.

use std::collections::{BTreeMap, HashSet};

use futures_util::stream::{self, StreamExt, TryStreamExt};
use tokio::sync::mpsc::Sender;

use super::cursor::Cursor;
use super::error::{QueryError, SourceError};
use super::walk::{List, Pages};
use super::{GONE, Known, Plan, SETTLED_MS};
use crate::domain::coverage::Coverage;
use crate::domain::event::{Incident, Rows, Table};
use crate::domain::time::{Span, Timestamp};
use crate::domain::words::within_a_message;
use crate::http::BudgetLeft;
use crate::sources::event::{Event, backwards};

/// An incident may be created in the service after its impact began; this long before the impact its list is read.
const DAY_MS: i64 = 86_400_000;

/// What the readings of one source share.
pub(in crate::sources) struct Reading<'a> {
    /// The name under which rows and coverage stand.
    pub(in crate::sources) source: &'a str,
    pub(in crate::sources) plan: &'a Plan,
    pub(in crate::sources) known: &'a Known,
    pub(in crate::sources) events: &'a Sender<Event>,
}

/// What a service shows of an incident that is asked for by its id.
enum Found {
    Shown(Box<Incident>),
    Absent,
    Hidden,
}

impl Reading<'_> {
    /// Reads a scope and says how that ended; an error where nothing else can be read either. `is_own` says of a known
    /// incident whether it belongs to this scope.
    pub(in crate::sources) async fn scope<L: List>(
        &self,
        scope: &str,
        list: &L,
        budget: impl Fn() -> Option<BudgetLeft> + Send + Sync,
        is_own: impl Fn(&Incident) -> bool + Send + Sync,
    ) -> Result<(), SourceError> {
        match self.read(scope, list, &budget, &is_own).await {
            Ok(span) => {
                let covered = Coverage {
                    table: Table::Incidents,
                    source: self.source.into(),
                    scope: scope.to_owned(),
                    spans: vec![span],
                };
                self.send(Event::Done { scope: scope.to_owned(), covered: vec![covered] }).await
            }
            Err(error) => {
                let (reason, is_denied) = error.reason()?;
                self.send(Event::Failed { scope: scope.to_owned(), reason, is_denied }).await
            }
        }
    }

    async fn read<L: List>(
        &self,
        scope: &str,
        list: &L,
        budget: &(impl Fn() -> Option<BudgetLeft> + Send + Sync),
        is_own: &(impl Fn(&Incident) -> bool + Send + Sync),
    ) -> Result<Span, QueryError> {
        let (from, cursor) = self.begin(scope);
        let mut cursor = cursor;
        let began = cursor.goes_on(self.plan.began);
        let mut walk = list.pages(Span { from: began, to: self.plan.began });
        let mut seen: HashSet<String> = HashSet::new();
        let (mut ending_early, mut listed) = (0, None);
        while let Some((rows, upto)) = walk.next(list).await? {
            let rows: Vec<Incident> = rows.into_iter().map(|row| row.incident).collect();
            let is_early = |row: &&Incident| row.resolved_at.is_some_and(|end| end < row.opened_at);
            ending_early += rows.iter().filter(is_early).filter(|row| !seen.contains(&row.id)).count();
            seen.extend(rows.iter().map(|row| row.id.clone()));
            listed = rows.last().map(|row| row.id.clone()).or(listed);
            let rows = self.completed(list, rows).await?;
            cursor.reached(upto);
            self.page(scope, rows, cursor.text()).await?;
            if let Some(budget) = budget() {
                self.send(Event::Budget(budget)).await?;
            }
        }
        let is_missing =
            |row: &&Incident| is_own(row) && !seen.contains(&row.id) && row.status.as_deref() != Some(GONE);
        let missing: Vec<&Incident> = self.known.unsettled.iter().filter(is_missing).collect();
        let missing_ids: Vec<String> = missing.iter().map(|row| row.id.clone()).collect();
        let rows = self.known_ones(scope, list, missing, listed.as_deref()).await?;
        if !rows.is_empty() {
            self.page(scope, rows, cursor.text()).await?;
        }
        // These rows are current; the stored versions must not replace them.
        seen.extend(missing_ids);
        let rows = self.late_verdicts(list, began, &seen, is_own).await?;
        if !rows.is_empty() {
            self.page(scope, rows, cursor.text()).await?;
        }
        let skipped = Pages::<L>::skipped(&walk);
        if skipped > 0 {
            let words = if skipped == 1 {
                "entry in its lists is null or does not say when it was opened; it was skipped"
            } else {
                "entries in its lists are null or do not say when they were opened; they were skipped"
            };
            let text = format!("{} {scope}: {skipped} {words}", self.source);
            self.send(Event::Notice(text)).await?;
        }
        for text in Pages::<L>::notices(&walk) {
            self.send(Event::Notice(format!("{} {scope}: {text}", self.source))).await?;
        }
        if let Some(text) = backwards(ending_early) {
            self.send(Event::Notice(format!("{} {scope}: {text}", self.source))).await?;
        }
        Ok(Span { from, to: self.plan.began })
    }

    /// Known incidents without a verdict or a reference that have one now. They are older than what the walk read; a
    /// post-mortem may come weeks after the incident. Coverage does not rest on them.
    async fn late_verdicts<L: List>(
        &self,
        list: &L,
        walked_from: Timestamp,
        seen: &HashSet<String>,
        is_own: &(impl Fn(&Incident) -> bool + Send + Sync),
    ) -> Result<Vec<Incident>, QueryError> {
        let lacks = |row: &Incident| {
            row.caused_by_deploy.is_none() || (list.reads_references() && row.deployment_ref.is_none())
        };
        let is_asked = |row: &&Incident| {
            let is_over = !matches!(row.status.as_deref(), Some(GONE | "merged"));
            is_own(row) && is_over && lacks(row) && row.resolved_at.is_some() && !seen.contains(&row.id)
        };
        let undecided: BTreeMap<&str, &Incident> =
            self.known.undecided.iter().filter(is_asked).map(|row| (row.id.as_str(), row)).collect();
        let is_news = |row: &Incident| {
            undecided.get(row.id.as_str()).is_some_and(|known| {
                row.caused_by_deploy != known.caused_by_deploy || row.deployment_ref != known.deployment_ref
            })
        };
        let mut found = Vec::new();
        if list.asks_each() {
            let asked: Vec<_> = undecided.values().map(|row| list.complete((*row).clone())).collect();
            let mut answers = stream::iter(asked).buffered(self.plan.concurrency.max(1));
            while let Some(answer) = answers.next().await {
                match answer {
                    Ok(row) => found.push(Incident { observed_at: self.plan.began, ..row }),
                    // An incident that is no longer visible is kept unchanged.
                    Err(QueryError::Denied(_)) => {}
                    Err(error) => return Err(error),
                }
            }
        } else if let Some(first) = undecided.values().map(|row| row.opened_at).min() {
            let mut walk = list.pages(Span { from: Timestamp(first.0 - DAY_MS), to: walked_from });
            while let Some((rows, _)) = walk.next(list).await? {
                found.extend(rows.into_iter().map(|row| row.incident));
            }
        }
        found.retain(is_news);
        Ok(found)
    }

    /// From where a scope is read in the end, and the walk to it, begun or to be gone on with.
    fn begin(&self, scope: &str) -> (Timestamp, Cursor) {
        let known = self.known.scopes.get(scope).filter(|_| !self.plan.full);
        let covered = known.and_then(|known| known.covered);
        // Do not rely on coverage that was written with a clock that was ahead.
        let settled = covered.filter(|span| span.from <= self.plan.since && span.to <= self.plan.began);
        let from = settled
            .map_or(self.plan.since, |span| Timestamp(span.to.0.saturating_sub(SETTLED_MS)).max(self.plan.since));
        let cursor = known.and_then(|known| Cursor::read(known.cursor.as_deref()?, from, self.plan.began));
        (from, cursor.unwrap_or_else(|| Cursor::begin(self.plan.began, from)))
    }

    async fn completed<L: List>(&self, list: &L, rows: Vec<Incident>) -> Result<Vec<Incident>, QueryError> {
        let completed: Vec<_> = rows.into_iter().map(|row| list.complete(row)).collect();
        stream::iter(completed).buffered(self.plan.concurrency.max(1)).try_collect().await
    }

    /// Known incidents in their current state. Incidents that no longer exist are marked. `listed` is the id of an
    /// incident that the list shows.
    async fn known_ones<L: List>(
        &self,
        scope: &str,
        list: &L,
        known: Vec<&Incident>,
        listed: Option<&str>,
    ) -> Result<Vec<Incident>, QueryError> {
        let asked: Vec<_> = known.iter().map(|row| self.asked(list, row)).collect();
        let found: Vec<Found> = stream::iter(asked).buffered(self.plan.concurrency.max(1)).try_collect().await?;
        let has_shown_one = found.iter().any(|found| matches!(found, Found::Shown(_)));
        let absent = found.iter().filter(|found| matches!(found, Found::Absent)).count();
        let mut are_gone = true;
        if absent > 0 && !has_shown_one && list.may_ask_wrongly() {
            are_gone = match listed {
                Some(id) if list.lookup(id).await?.is_none() => {
                    let id = within_a_message(id);
                    return Err(QueryError::Here(format!(
                        "the list shows the incident {id}, but the address in `one` does not, so `one` may be wrong; check `one` \
                         and `one_row`"
                    )));
                }
                listed => listed.is_some(),
            };
        }
        if !are_gone {
            let words = if absent == 1 { "incident is not there" } else { "incidents are not there" };
            let stay = if absent == 1 { "it stays" } else { "they stay" };
            let text = format!(
                "{} {scope}: {absent} open {words}, and the list shows no other one to check `one` with; {stay} open until a \
                 later fetch",
                self.source
            );
            self.send(Event::Notice(text)).await?;
        }
        let now = |(known, found): (&Incident, Found)| match found {
            Found::Shown(row) => *row,
            Found::Absent if are_gone => {
                Incident { status: Some(GONE.into()), observed_at: self.plan.began, ..known.clone() }
            }
            Found::Absent | Found::Hidden => known.clone(),
        };
        Ok(known.into_iter().zip(found).map(now).collect())
    }

    async fn asked<L: List>(&self, list: &L, known: &Incident) -> Result<Found, QueryError> {
        match list.lookup(&known.id).await {
            Ok(Some(row)) => Ok(Found::Shown(Box::new(list.complete(row).await?))),
            Ok(None) => Ok(Found::Absent),
            // An incident that is no longer visible is kept unchanged.
            Err(QueryError::Denied(_)) => Ok(Found::Hidden),
            Err(error) => Err(error),
        }
    }

    async fn page(&self, scope: &str, rows: Vec<Incident>, cursor: Option<String>) -> Result<(), SourceError> {
        let rows = if rows.is_empty() { Vec::new() } else { vec![Rows::Incidents(rows)] };
        self.send(Event::Page { scope: scope.to_owned(), rows, cursor }).await
    }

    /// Hands an event on.
    pub(in crate::sources) async fn send(&self, event: Event) -> Result<(), SourceError> {
        self.events.send(event).await.map_err(|_| SourceError::Abandoned)
    }
}
