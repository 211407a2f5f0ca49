//! Reads issues of type incident, and issues with certain labels, in order of change, so a run sees every change since
//! the last run, however old the issue is. Known incidents that are not in the lists are requested one by one while they
//! are open or at most two weeks old, and all of them where the whole span is read again. An incident that was deleted,
//! or that is no longer an incident, stays in the dataset with the status `gone`.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use futures_util::stream::{self, StreamExt, TryStreamExt};
use tokio::sync::mpsc::{self, Sender};

use super::changes::Changes;
use super::cursor::Cursor;
use super::estimate;
use super::issues::Rules;
use super::places::{self, Places, Target, Unlisted};
use super::{DIALECT, INCIDENTS_SOURCE, wire};
use crate::domain::coverage::Coverage;
use crate::domain::event::{Incident, Rows, Table};
use crate::domain::time::{Span, Timestamp};
use crate::http::Clock;
use crate::sources::estimate::Estimates;
use crate::sources::event::{Cost, Event, Say, say_waits};
use crate::sources::incidents::absent::Listed;
use crate::sources::incidents::api::Api;
use crate::sources::incidents::error::{QueryError, SourceError};
use crate::sources::incidents::{GONE, Known, Plan, Probe, SETTLED_MS, estimated};
use crate::sources::provider::Service;

/// The limits of `doctor`: the age of incidents and the number of projects.
const MONTH_MS: i64 = 30 * 86_400_000;
const MOST_LOOKED_AT: usize = 20;

/// Incidents of GitLab.
#[derive(Debug, Clone)]
pub(super) struct Incidents {
    /// What every source is told.
    pub(super) plan: Plan,
    /// Of which projects.
    pub(super) places: Places,
    /// Which issues are incidents.
    pub(super) rules: Rules,
}

/// One run.
struct Reading<'a> {
    api: &'a Api,
    incidents: &'a Incidents,
    known: &'a Known,
    events: &'a Sender<Event>,
}

impl Service for Incidents {
    fn plan(&self) -> &Plan {
        &self.plan
    }

    fn scopes(&self) -> Vec<String> {
        self.places.names().unwrap_or_default()
    }

    fn asked(&self) -> String {
        format!("{:?} {} {}", self.rules.labels, self.rules.caused_by_deploy, self.plan.api_url)
    }

    async fn fetch(self, known: Known, clock: Clock, events: Sender<Event>) -> Result<Cost, SourceError> {
        let api = Api::new(&self.plan, None, DIALECT, clock, &events)?;
        let targets = self.places.targets(&api, &self.plan.only).await?;
        let reading = Reading { api: &api, incidents: &self, known: &known, events: &events };
        let refused: Vec<String> = targets.refused.iter().map(|group| group.scope.clone()).collect();
        for group in targets.refused {
            reading.send(group.event()).await?;
        }
        let at_once = self.plan.concurrency.max(1);
        let looked_up: Vec<_> = targets.projects.into_iter().map(|target| reading.looked_up(target)).collect();
        let projects: Vec<_> = stream::iter(looked_up).buffered(at_once).try_collect().await?;
        let unknown = targets.left_out.into_iter().filter(|target| !reading.knows(target.name()));
        let looked_up: Vec<_> = unknown.map(|target| reading.looked_up(target)).collect();
        let left_out: Vec<_> = stream::iter(looked_up).buffered(at_once).try_collect().await?;
        let names = projects.iter().chain(&left_out).map(|(name, _)| name.clone()).chain(refused.iter().cloned());
        let is_whole = refused.is_empty() && self.plan.only.is_empty();
        reading.send(Event::Scopes(reading.expected(names, is_whole))).await?;
        let read: Vec<_> = projects.into_iter().map(|(name, project)| reading.project(name, project)).collect();
        stream::iter(read).buffer_unordered(at_once).try_collect::<()>().await?;
        Ok(api.cost())
    }

    async fn estimate(self, known: Known, clock: Clock, say: Say) -> Result<Estimates, SourceError> {
        let (events, heard) = mpsc::channel(1);
        let drain = tokio::spawn(say_waits(heard, say));
        let began = clock();
        let api = Api::new(&self.plan, None, DIALECT, Arc::clone(&clock), &events)?;
        let targets = self.places.targets(&api, &self.plan.only).await?;
        let before = api.cost().requests;
        let mut asked: BTreeMap<String, u64> = BTreeMap::new();
        let mut counted: HashSet<&str> = HashSet::new();
        for row in known.unsettled.iter().chain(&known.reread).filter(|row| row.status.as_deref() != Some(GONE)) {
            if counted.insert(&row.id) {
                let project = row.service_keys.first().map(|name| name.to_lowercase());
                *asked.entry(project.unwrap_or_default()).or_default() += 1;
            }
        }
        let mut scopes = Vec::new();
        for target in &targets.projects {
            let of_project = asked.get(&target.name().to_lowercase()).copied().unwrap_or(0);
            let found = estimate::incidents(&api, &self.plan, target, &self.rules.labels, of_project).await;
            scopes.push(estimated(found, target.name().to_owned())?);
        }
        drain.abort();
        let elapsed_ms = clock().0.saturating_sub(began.0);
        Ok(Estimates { scopes, before, timed: api.cost().requests, elapsed_ms, at_once: self.plan.concurrency })
    }

    async fn probe(self, clock: Clock, say: Say) -> Result<Probe, SourceError> {
        let (events, heard) = mpsc::channel(1);
        let drain = tokio::spawn(say_waits(heard, say));
        let api = Api::new(&self.plan, None, DIALECT, clock, &events)?;
        let targets = self.places.targets(&api, &self.plan.only).await?;
        let mut probe = Probe { scopes: targets.projects.len() + targets.refused.len(), ..Probe::default() };
        probe.problems = targets.refused.into_iter().map(Unlisted::problem).collect();
        let rest = targets.projects.len().saturating_sub(MOST_LOOKED_AT);
        if rest > 0 {
            let text = format!(
                "the issues of {rest} projects were not checked, only those of the first {MOST_LOOKED_AT} by name"
            );
            probe.missing.push(text);
        }
        for target in targets.projects.into_iter().take(MOST_LOOKED_AT) {
            let name = target.name().to_owned();
            match self.newest(&api, target).await {
                Ok(rows) => {
                    probe.incidents += rows.len();
                    probe.flagged += rows.iter().filter(|row| row.caused_by_deploy.is_some()).count();
                    // The project is the key of its incidents.
                    probe.names.push((name.clone(), name));
                }
                Err(error) => {
                    let (reason, _) = error.reason()?;
                    probe.problems.push((name, reason));
                }
            }
        }
        drain.abort();
        Ok(probe)
    }
}

impl Incidents {
    /// The incidents of the last month in a project, at most a page of each list.
    async fn newest(&self, api: &Api, target: Target) -> Result<Vec<Incident>, QueryError> {
        let project = match target {
            Target::Shown(project) => project,
            Target::Named(name) => places::project(api, &name).await?,
        };
        let (id, after) = (project.id.to_string(), Timestamp(self.plan.began.0 - MONTH_MS).to_rfc3339());
        let mut rows: BTreeMap<String, Incident> = BTreeMap::new();
        for filter in self.rules.filters() {
            let query = [filter, ("scope", "all"), ("created_after", after.as_str()), ("per_page", "25")];
            let list: Listed<wire::Issue> = api.get(&["api", "v4", "projects", &id, "issues"], &query).await?;
            let own = list.rows.into_iter();
            let own = own.map(|issue| self.rules.row(&project.path_with_namespace, issue, self.plan.began));
            rows.extend(own.map(|row| (row.id.clone(), row)));
        }
        Ok(rows.into_values().collect())
    }
}

impl Reading<'_> {
    fn knows(&self, name: &str) -> bool {
        self.known.scopes.keys().any(|known| known.eq_ignore_ascii_case(name))
    }

    /// The scopes without which there are no figures. A run that did not see every project keeps those that are known;
    /// names with a wildcard only stood for projects that were not seen at that time.
    fn expected(&self, seen: impl Iterator<Item = String>, is_whole: bool) -> Vec<String> {
        let known = self.known.scopes.keys().filter(|name| !is_whole && !name.contains('*')).cloned();
        let by_name: BTreeMap<String, String> = known.chain(seen).map(|name| (name.to_lowercase(), name)).collect();
        by_name.into_values().collect()
    }

    /// A project, with the name that it has now; else why it is not shown.
    async fn looked_up(&self, target: Target) -> Result<(String, Result<wire::Project, QueryError>), SourceError> {
        let project = match target {
            Target::Shown(project) => project,
            Target::Named(name) => match places::project(self.api, &name).await {
                Ok(project) => project,
                Err(QueryError::Run(error)) => return Err(error),
                Err(error) => return Ok((name, Err(error))),
            },
        };
        Ok((project.path_with_namespace.clone(), Ok(project)))
    }

    /// Reads a project and says how that ended; an error where nothing else can be read either.
    async fn project(&self, name: String, project: Result<wire::Project, QueryError>) -> Result<(), SourceError> {
        let read = match project {
            Ok(project) => self.read(&name, project.id).await,
            Err(error) => Err(error),
        };
        match read {
            Ok(span) => {
                let (table, source) = (Table::Incidents, INCIDENTS_SOURCE.into());
                let covered = vec![Coverage { table, source, scope: name.clone(), spans: vec![span] }];
                self.send(Event::Done { scope: name, covered }).await
            }
            Err(error) => {
                let (reason, is_denied) = error.reason()?;
                self.send(Event::Failed { scope: name, reason, is_denied }).await
            }
        }
    }

    async fn read(&self, name: &str, id: i64) -> Result<Span, QueryError> {
        let plan = &self.incidents.plan;
        let known = self.known.scopes.iter().find(|(scope, _)| scope.eq_ignore_ascii_case(name));
        let known = known.map(|(_, known)| known).filter(|_| !plan.full);
        // Do not rely on coverage that was written with a clock that was ahead.
        let settled = known.and_then(|known| known.covered);
        let settled = settled.filter(|span| span.from <= plan.since && span.to <= plan.began);
        let from = settled.map_or(plan.since, |span| Timestamp(span.to.0.saturating_sub(SETTLED_MS)).max(plan.since));
        let left = known.and_then(|known| Cursor::read(known.cursor.as_deref()?, from, plan.began));
        let mut cursor = left.unwrap_or_else(|| Cursor::begin(plan.began, from));
        let (id, labels) = (id.to_string(), &self.incidents.rules.labels);
        let (mut seen, begin, mut skipped) = (HashSet::new(), cursor.upto(), 0);
        for (filter, value) in self.incidents.rules.filters() {
            let query = [(filter, value), ("scope", "all")];
            let mut changes = Changes::of(&["projects", &id, "issues"], &query, begin);
            while let Some(page) = changes.next::<wire::Issue>(self.api).await? {
                let rows: Vec<Incident> = page
                    .into_iter()
                    .filter(|issue| !issue.created_at.is_placeholder())
                    .map(|issue| self.incidents.rules.row(name, issue, plan.began))
                    .collect();
                seen.extend(rows.iter().map(|row| row.id.clone()));
                // Of several lists, none says how far the others were read.
                if labels.is_empty() {
                    cursor.reached(changes.upto());
                }
                self.page(name, rows, &cursor).await?;
            }
            skipped += changes.skipped;
        }
        let is_own = |row: &&Incident| {
            let key = row.service_keys.first();
            key.is_some_and(|key| key.eq_ignore_ascii_case(name)) && row.status.as_deref() != Some(GONE)
        };
        // Lists that begin where the span does show every incident that was opened since.
        let is_whole = settled.is_none() && begin <= from;
        let reread = self.known.reread.iter().filter(|row| is_whole && row.opened_at >= from);
        for row in self.known.unsettled.iter().chain(reread).filter(is_own) {
            if !seen.insert(row.id.clone()) {
                continue;
            }
            let row = self.asked(name, &id, row).await?;
            self.page(name, vec![row], &cursor).await?;
        }
        if skipped > 0 {
            let text = format!(
                "{name}: {skipped} entries in GitLab's list of issues are null or lack an instant; they were skipped"
            );
            self.send(Event::Notice(text)).await?;
        }
        Ok(Span { from, to: plan.began })
    }

    /// A known incident in its current state, or marked as gone if it is no longer one.
    async fn asked(&self, name: &str, id: &str, known: &Incident) -> Result<Incident, QueryError> {
        let plan = &self.incidents.plan;
        let gone = || Incident { status: Some(GONE.into()), observed_at: plan.began, ..known.clone() };
        let number = known.url.as_deref().and_then(|url| url.rsplit('/').next()?.parse::<i64>().ok());
        let Some(number) = number else { return Ok(gone()) };
        let path = ["api", "v4", "projects", id, "issues", &number.to_string()];
        let one = match self.api.get::<wire::Issue>(&path, &[]).await {
            // An incident that is no longer visible is kept unchanged.
            Err(QueryError::Denied(_)) => return Ok(known.clone()),
            found => QueryError::gone_is_none(found)?,
        };
        let still = one.filter(|issue| issue.iid == number && self.incidents.rules.hold(issue));
        Ok(still.map_or_else(gone, |issue| self.incidents.rules.row(name, issue, plan.began)))
    }

    async fn page(&self, scope: &str, rows: Vec<Incident>, cursor: &Cursor) -> Result<(), SourceError> {
        let rows = if rows.is_empty() { Vec::new() } else { vec![Rows::Incidents(rows)] };
        self.send(Event::Page { scope: scope.to_owned(), rows, cursor: cursor.text() }).await?;
        match self.api.budget_left() {
            Some(budget) => self.send(Event::Budget(budget)).await,
            None => Ok(()),
        }
    }

    async fn send(&self, event: Event) -> Result<(), SourceError> {
        self.events.send(event).await.map_err(|_| SourceError::Abandoned)
    }
}
