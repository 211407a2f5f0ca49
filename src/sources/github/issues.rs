//! Reads issues with certain labels as incidents, with the opening and closing times of the issue. A reopened issue is
//! open.
//!
//! Issues are read by their last change, so whatever happened to one since the last run is seen, however old it is.
//! Those known as open that have not changed for two weeks are asked for one by one: one that was deleted, or lost its
//! label, is kept and marked.
//!
//! An issue closed as a duplicate gets the status `merged` and does not count. One closed as not planned is an incident
//! that happened, and its closing does not mean that service was restored: its status is `closed`, and it has no end;
//! without [`Issues::count_not_planned`] its status is `not_planned`, and it does not count.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::Mutex;
use tokio::sync::mpsc::Sender;

use super::discovery::{Repos, Target};
use super::error::{GitHubError, QueryError};
use super::page::PageSize;
use super::queries::{ISSUES, ONE_ISSUE};
use super::run::{each, open};
use super::source::{Source, parts};
use super::wire::{Connection, InRepository, Named, Nodes};
use super::{Auth, Cost, Event, Plan};
use crate::domain::coverage::{Coverage, EVERYTHING};
use crate::domain::event::NOT_PLANNED;
use crate::domain::event::{Incident, Rows, Table};
use crate::domain::priority::priority_number;
use crate::domain::time::{Span, Timestamp};
use crate::http::Clock;
use crate::sources::incidents::cursor::Cursor;
use crate::sources::incidents::{GONE, Known, SETTLED_MS, flags};
use crate::sources::instants::{instant, maybe_instant};
use crate::sources::labels::after_one_of;

/// The name under which rows and coverage stand.
pub const ISSUES_SOURCE: &str = "github-issues";
/// The status of an issue that is open.
const OPEN: &str = "open";

/// Which issues are incidents.
#[derive(Debug, Clone)]
pub struct Issues {
    /// Any of these labels makes one.
    pub labels: Vec<String>,
    /// This label says that a deployment caused it.
    pub caused_by_deploy: String,
    /// Whether issues closed as not planned are incidents.
    pub count_not_planned: bool,
}

impl Issues {
    /// What figures depend on.
    pub fn digest(&self) -> Value {
        let labels: BTreeSet<&str> = self.labels.iter().map(String::as_str).collect();
        json!([labels, self.caused_by_deploy, self.count_not_planned])
    }

    /// What makes an incident: where that changes, what was read before says something else.
    pub fn asked(&self) -> String {
        let not_planned = if self.count_not_planned { "" } else { " without not planned" };
        format!("{:?} {}{not_planned}", self.labels, self.caused_by_deploy)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    name_with_owner: String,
    issues: Connection<Issue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NumberReply {
    issue: Option<Issue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Issue {
    number: i64,
    full_database_id: Option<Value>,
    title: String,
    url: String,
    #[serde(deserialize_with = "instant")]
    created_at: Timestamp,
    #[serde(deserialize_with = "instant")]
    updated_at: Timestamp,
    #[serde(deserialize_with = "maybe_instant")]
    closed_at: Option<Timestamp>,
    state_reason: Option<String>,
    labels: Option<Nodes<Named>>,
}

struct Run {
    source: Source,
    issues: Issues,
    known: Known,
    /// The current name on GitHub for each name in the plan (in lower case).
    called: Mutex<BTreeMap<String, String>>,
}

/// Reads the issues of every repo of the plan. First sends an event with all configured repos.
///
/// # Errors
/// What ends the whole run; trouble with one repo is an [`Event::Failed`].
pub async fn fetch_issues(
    plan: Plan,
    auth: Auth,
    issues: Issues,
    known: Known,
    clock: Clock,
    events: Sender<Event>,
) -> Result<Cost, GitHubError> {
    let source = open(plan, auth, super::Known::new(), clock, events)?;
    let Repos { wanted, left_out, mut is_whole } = source.repos().await?;
    let run = Run { source, issues, known, called: Mutex::default() };
    let (mut targets, mut scopes) = (Vec::new(), BTreeMap::new());
    for (target, is_read) in wanted.into_iter().map(|it| (it, true)).chain(left_out.into_iter().map(|it| (it, false))) {
        let (target, is_sure) = run.under_its_name(target).await?;
        is_whole &= is_sure;
        let is_new = scopes.insert(target.name.to_lowercase(), target.name.clone()).is_none();
        targets.extend((is_read && is_new).then_some(target));
    }
    // Keep the scopes of repos that this run cannot see: they may still be correct.
    let others = run.known.scopes.iter().filter(|(name, known)| known.covered.is_some() && *name != EVERYTHING);
    for (name, _) in others.filter(|_| !is_whole) {
        scopes.entry(name.to_lowercase()).or_insert_with(|| name.clone());
    }
    // If no run has read a configured repo, figures are missing.
    run.source.send(Event::Scopes(scopes.values().cloned().collect())).await?;
    let run = Arc::new(run);
    let (worker, at_once) = (Arc::clone(&run), run.source.plan.concurrency);
    let ended = each(targets, at_once, move |target: Target| {
        let run = Arc::clone(&worker);
        async move {
            match run.repo(&target.name).await {
                Ok(called) => {
                    run.called.lock().await.insert(target.name.to_lowercase(), called);
                }
                Err(error) => run.source.failed(target.name, error).await?,
            }
            Ok(Vec::new())
        }
    })
    .await;
    run.source.say_last().await?;
    // A repo may be configured in another spelling or by its former name.
    let before: Vec<String> = scopes.values().cloned().collect();
    scopes.extend(std::mem::take(&mut *run.called.lock().await));
    if !scopes.values().eq(&before) {
        run.source.send(Event::Scopes(scopes.into_values().collect())).await?;
    }
    ended?;
    Ok(run.source.api.cost())
}

impl Run {
    /// The repo with the name that coverage uses, and whether this name is certain. GitHub is asked only for the name
    /// of a configured repo that no run has read, because the configured name may be a former name.
    async fn under_its_name(&self, target: Target) -> Result<(Target, bool), GitHubError> {
        let known = self.scopes_with_history();
        if let Some(name) = known.iter().find(|name| name.eq_ignore_ascii_case(&target.name)) {
            return Ok((Target { name: (*name).clone(), ..target }, true));
        }
        if known.is_empty() || target.is_listed {
            return Ok((target, true));
        }
        let Ok((owner, repo_name)) = parts(&target.name) else { return Ok((target, true)) };
        let since = self.source.plan.began.to_rfc3339();
        let variables = json!({"owner": owner, "name": repo_name, "first": 1, "after": null,
            "labels": self.issues.labels, "since": since});
        match self.source.api.query::<InRepository<Page>>(&target.name, ISSUES, &variables).await {
            Ok(page) => Ok((Target { name: page.repository.name_with_owner, ..target }, true)),
            Err(QueryError::Run(error)) => Err(error),
            Err(_) => Ok((target, false)),
        }
    }

    /// The repos that were read at least in part.
    fn scopes_with_history(&self) -> Vec<&String> {
        let read = self.known.scopes.iter().filter(|(_, known)| known.covered.is_some() || known.cursor.is_some());
        read.map(|(name, _)| name).filter(|name| *name != EVERYTHING).collect()
    }

    /// Reads a repo. Returns its current name on GitHub.
    async fn repo(&self, name: &str) -> Result<String, QueryError> {
        let plan = &self.source.plan;
        let known = self.known.scopes.iter().find(|(scope, _)| scope.eq_ignore_ascii_case(name));
        let known = known.map(|(_, known)| known).filter(|_| !plan.full);
        let settled = known.and_then(|known| known.covered);
        let settled = settled.filter(|span| span.from <= plan.since && span.to <= plan.began);
        let from = settled.map_or(plan.since, |span| Timestamp(span.to.0.saturating_sub(SETTLED_MS)).max(plan.since));
        let cursor = known.and_then(|known| Cursor::read(known.cursor.as_deref()?, from, plan.began));
        let mut cursor = cursor.unwrap_or_else(|| Cursor::begin(plan.began, from));
        let since = cursor.goes_on(plan.began).to_rfc3339();
        let (owner, repo_name) = parts(name)?;
        let (mut size, mut after, mut seen) = (PageSize::default(), None, HashSet::new());
        let called = loop {
            let variables = |first: u32| {
                json!({"owner": owner, "name": repo_name, "first": first, "after": after,
                    "labels": self.issues.labels, "since": since})
            };
            let page: InRepository<Page> = self.source.page(name, &mut size, ISSUES, variables).await?;
            let Page { name_with_owner, issues: list } = page.repository;
            let called = name_with_owner;
            if list.page_info.contradicts_itself() {
                return Err(QueryError::Here("GitHub's list of issues ended too early; run again".into()));
            }
            let next = list.page_info.next();
            let mut rows = Vec::new();
            for issue in list.nodes {
                cursor.reached(issue.updated_at);
                let row = self.row(&called, issue);
                seen.insert(row.id.clone());
                rows.push(row);
            }
            self.hand_on(&called, rows, cursor.text()).await?;
            after = next;
            if after.is_none() {
                break called;
            }
        };
        let own = |row: &&Incident| row.service_keys.first().is_some_and(|repo| repo.eq_ignore_ascii_case(name));
        let open = self.known.unsettled.iter().filter(own).filter(|row| row.status.as_deref() == Some(OPEN));
        for row in open.filter(|row| !seen.contains(&row.id)) {
            let row = self.asked(name, row).await?;
            self.hand_on(&called, vec![row], cursor.text()).await?;
        }
        let spans = vec![Span { from, to: plan.began }];
        let covered = Coverage { table: Table::Incidents, source: ISSUES_SOURCE.into(), scope: called.clone(), spans };
        self.source.send(Event::Done { scope: called.clone(), covered: vec![covered] }).await?;
        Ok(called)
    }

    /// A known issue in its current state, or marked as gone if it is no longer an incident.
    async fn asked(&self, name: &str, known: &Incident) -> Result<Incident, QueryError> {
        let gone = || Incident { status: Some(GONE.into()), observed_at: self.source.plan.began, ..known.clone() };
        let number = known.url.as_deref().and_then(|url| url.rsplit('/').next()?.parse::<i64>().ok());
        let (Some(number), (owner, repo_name)) = (number, parts(name)?) else { return Ok(gone()) };
        let variables = json!({"owner": owner, "name": repo_name, "number": number});
        let one: Result<InRepository<NumberReply>, _> = self.source.api.query(name, ONE_ISSUE, &variables).await;
        let issue = match one {
            Ok(one) => one.repository.issue,
            Err(QueryError::Denied(_)) => None,
            Err(error) => return Err(error),
        };
        let labelled = issue.filter(|issue| {
            let labels = issue.labels.iter().flat_map(|list| &list.nodes);
            labels.into_iter().any(|own| self.issues.labels.iter().any(|label| label.eq_ignore_ascii_case(&own.name)))
        });
        Ok(labelled.map_or_else(gone, |issue| self.row(name, issue)))
    }

    async fn hand_on(&self, repo: &str, rows: Vec<Incident>, cursor: Option<String>) -> Result<(), QueryError> {
        let rows = if rows.is_empty() { Vec::new() } else { vec![Rows::Incidents(rows)] };
        Ok(self.source.send(Event::Page { scope: repo.to_owned(), rows, cursor }).await?)
    }

    fn row(&self, repo: &str, issue: Issue) -> Incident {
        let id = match issue.full_database_id {
            Some(Value::String(id)) => id,
            Some(Value::Number(id)) => id.to_string(),
            _ => format!("{repo}#{}", issue.number),
        };
        let labels: Vec<String> =
            issue.labels.map(|list| list.nodes).unwrap_or_default().into_iter().map(|label| label.name).collect();
        let named = labels.iter().filter_map(|label| after_one_of(label, &["service", "team"]));
        let keys = std::iter::once(repo.to_owned()).chain(named.map(str::to_owned)).collect();
        let (status, resolved_at) = match (issue.closed_at, issue.state_reason.as_deref()) {
            (Some(at), Some("DUPLICATE")) => ("merged", Some(at)),
            (Some(_), Some("NOT_PLANNED")) if self.issues.count_not_planned => ("closed", None),
            (Some(at), Some("NOT_PLANNED")) => (NOT_PLANNED, Some(at)),
            (Some(at), _) => ("closed", Some(at)),
            (None, _) => (OPEN, None),
        };
        let caused = labels.iter().any(|label| label.eq_ignore_ascii_case(&self.issues.caused_by_deploy));
        let mut row = Incident {
            source: ISSUES_SOURCE.into(),
            id,
            title: Some(issue.title),
            service_keys: keys,
            priority: labels.iter().find_map(|label| priority_number(label)).map(|number| format!("P{number}")),
            urgency: None,
            status: Some(status.into()),
            opened_at: issue.created_at,
            acknowledged_at: None,
            resolved_at,
            caused_by_deploy: None,
            deployment_ref: None,
            tags: labels,
            url: Some(issue.url),
            observed_at: self.source.plan.began,
        };
        flags::verdict(&mut row, caused.then_some(true), "label");
        row
    }
}
