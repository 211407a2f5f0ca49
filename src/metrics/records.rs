//! The deployments behind the figures, used or left out, as known at the period's end.
//!
//! From the start of the period's first window on, so that every rolling figure of the period can be counted again.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use super::filter::Filter;
use super::read_spans::ReadSpans;
use super::tables::records::{Cause, DeploymentEvent, DeploymentRecord};
use crate::domain::coverage::covers;
use crate::domain::reason::Reason;
use crate::domain::time::{Span, Timestamp};
use crate::facts::Facts;
use crate::facts::rework::ReworkRule;
use crate::facts::words::Rule;

/// What the records are cut to.
#[derive(Debug, Clone, Copy)]
pub(super) struct RecordBounds {
    /// From the start of the first window to the known end.
    pub listed: Span,
    /// The period itself, to its known end.
    pub period: Span,
}

/// The deployments of the cut, by time, source, id: columns, of which a record is made when it is looked at.
#[derive(Clone, Default)]
pub struct DeploymentRecords {
    of: Records,
    /// Last change to each record before it is handed out.
    rename: Option<fn(&mut DeploymentRecord<'_>)>,
}

/// Which columns of a record are read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Columns {
    All,
    Outline,
}

#[derive(Clone)]
enum Records {
    Of { facts: Arc<Facts>, rows: Vec<u32>, cut: RecordBounds, has_links: Vec<Span> },
    List(Vec<DeploymentRecord<'static>>),
}

impl Default for Records {
    fn default() -> Self {
        Self::List(Vec::new())
    }
}

impl fmt::Debug for DeploymentRecords {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_list().entries(self.iter()).finish()
    }
}

impl From<Vec<DeploymentRecord<'static>>> for DeploymentRecords {
    fn from(list: Vec<DeploymentRecord<'static>>) -> Self {
        Self { of: Records::List(list), rename: None }
    }
}

impl DeploymentRecords {
    pub(super) fn new(facts: &Arc<Facts>, filter: &Filter, read_spans: &ReadSpans, cut: RecordBounds) -> Self {
        let events = facts.deployments();
        let kept = filter.services(&facts.ownership);
        let mut rows: Vec<(Timestamp, u32)> = (0..)
            .take(events.len())
            .filter_map(|row| {
                let index = row as usize;
                let (_, at) = known(facts, index, cut);
                let listed = cut.listed.contains(at) && belongs(facts, index, filter, &kept);
                listed.then_some((at, row))
            })
            .collect();
        let text = |row: u32| (events.source.get(row as usize), events.id.get(row as usize));
        rows.sort_unstable_by(|(at, a), (bt, b)| at.cmp(bt).then_with(|| text(*a).cmp(&text(*b))));
        let rows = rows.into_iter().map(|(_, row)| row).collect();
        let of = Records::Of { facts: Arc::clone(facts), rows, cut, has_links: read_spans.links().to_vec() };
        Self { of, rename: None }
    }

    /// The same records, each changed by a function before it is handed out.
    #[must_use]
    pub fn renamed(self, rename: fn(&mut DeploymentRecord<'_>)) -> Self {
        Self { rename: Some(rename), ..self }
    }

    /// How many.
    pub fn len(&self) -> usize {
        match &self.of {
            Records::Of { rows, .. } => rows.len(),
            Records::List(list) => list.len(),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All of them, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = DeploymentRecord<'_>> {
        (0..self.len()).filter_map(|at| self.get(at))
    }

    /// A range of them without what only a list of events shows: revision, link, start and stages.
    pub(super) fn outlines(&self, range: Range<usize>) -> impl Iterator<Item = DeploymentRecord<'_>> {
        (range.start..range.end.min(self.len())).filter_map(|at| self.read(at, Columns::Outline))
    }

    /// One of them.
    pub fn get(&self, at: usize) -> Option<DeploymentRecord<'_>> {
        self.read(at, Columns::All)
    }

    fn read(&self, at: usize, columns: Columns) -> Option<DeploymentRecord<'_>> {
        let mut record = match &self.of {
            Records::Of { facts, rows, cut, has_links } => {
                let index = *rows.get(at)? as usize;
                let outline = outline(facts, index, *cut, has_links);
                if columns == Columns::All { completed(facts, index, outline) } else { outline }
            }
            Records::List(list) => list.get(at)?.clone(),
        };
        if let Some(rename) = self.rename {
            rename(&mut record);
        }
        Some(record)
    }
}

/// The finish of a deployment as known at the end of the cut, and its instant.
fn known(facts: &Facts, index: usize, cut: RecordBounds) -> (Option<Timestamp>, Timestamp) {
    let finished = facts.finished_at(index).filter(|at| *at < cut.listed.to);
    (finished, finished.unwrap_or_else(|| facts.deployments().created_at(index)))
}

/// The record of a deployment, but for what [`completed`] adds; `has_links` are the spans in which one without a linked
/// incident did not fail.
fn outline<'a>(facts: &'a Facts, index: usize, cut: RecordBounds, has_links: &[Span]) -> DeploymentRecord<'a> {
    let events = facts.deployments();
    let (finished, at) = known(facts, index, cut);
    let placement = facts.placement(index);
    let counted = placement.counted().is_some() && finished.is_some();
    let text = |text: Option<&'a str>| Cow::Borrowed(text.unwrap_or_default());
    let is_running = finished.is_none() && facts.finished_at(index).is_some();
    let event = DeploymentEvent {
        source: text(events.source.get(index)),
        id: text(events.id.get(index)),
        repo: text(events.repo.get(index)),
        environment: events.environment.get(index).map(Cow::Borrowed),
        status: if is_running { Cow::Borrowed("pending") } else { text(events.status.get(index)) },
        created_at: events.created_at(index),
        finished_at: finished,
        task: events.task.get(index).map(Cow::Borrowed),
        ..DeploymentEvent::default()
    };
    let record = DeploymentRecord {
        event,
        service: placement.service().and_then(|service| facts.ownership.name(service)).map(Cow::Borrowed),
        team: placement.service().and_then(|service| facts.ownership.team(service)).map(Cow::Borrowed),
        in_period: cut.period.contains(at),
        left_out: if counted { None } else { Some(placement.left_out.unwrap_or(Reason::NotSuccess)) },
        ..DeploymentRecord::default()
    };
    if !counted {
        return record;
    }
    let (failed_by, failed_rules) = failed_by(facts, index, cut.listed.to);
    let instant = Span { from: at, to: Timestamp(at.0 + 1) };
    // Without a rule that holds, only incidents that were read can say no.
    let told = |rules: bool| (rules || covers(has_links, instant)).then_some(rules);
    let mut rework_rules: Vec<ReworkRule> =
        facts.rework(index).iter().filter(|it| it.validity.holds_at(cut.listed.to)).map(|it| it.rule).collect();
    rework_rules.dedup();
    let lead_time = facts.lead_time(index);
    DeploymentRecord {
        kind: facts.kind(index),
        lead_time: lead_time.and_then(Result::ok),
        lead_time_reason: lead_time.and_then(Result::err),
        absurd_commits: facts.absurd_commits(index).collect(),
        finishes_with_its_commit: facts.finishes_with_its_commit(index),
        failed: told(!failed_rules.is_empty()),
        failed_by,
        failed_rules,
        rework: told(!rework_rules.is_empty()),
        rework_rules,
        ..record
    }
}

/// A record with what only a list of events shows.
fn completed<'a>(facts: &'a Facts, index: usize, mut record: DeploymentRecord<'a>) -> DeploymentRecord<'a> {
    let events = facts.deployments();
    record.event.sha = events.sha.get(index);
    record.event.url = events.url.get(index).map(Cow::Owned);
    if record.left_out.is_none() {
        (record.start, record.stages) = (facts.start(index), facts.stages(index));
    }
    record
}

/// Whether a filtered report lists a deployment: one of its services', or of their repos where it belongs to none.
pub(super) fn belongs(facts: &Facts, index: usize, filter: &Filter, kept: &std::collections::BTreeSet<usize>) -> bool {
    match facts.placement(index).service() {
        _ if filter.is_open() => true,
        Some(service) => kept.contains(&service),
        None => {
            let repo = facts.deployments().repo.get(index).unwrap_or_default();
            let services = kept.iter().filter_map(|&service| facts.ownership.services.get(service));
            services.flat_map(|service| &service.repos).any(|glob| glob.matches(repo))
        }
    }
}

/// What failed a deployment, as known at `end`, by rule, then time, then source and id.
fn failed_by(facts: &Facts, index: usize, end: Timestamp) -> (Vec<Cause>, Vec<Rule>) {
    let mut known: Vec<_> = facts.failures(index).iter().filter(|failure| failure.validity.holds_at(end)).collect();
    let id = |deployment: usize| facts.deployments().id.get(deployment).unwrap_or_default();
    let incidents = facts.incident_events();
    known.sort_by_key(|failure| match failure.rule {
        Rule::Rollback => (failure.rule, failure.validity.from, ("", id(failure.by))),
        rule => (rule, facts.opened_at(failure.by), incidents.key(failure.by)),
    });
    let rules = Rule::ALL.into_iter().filter(|rule| known.iter().any(|failure| failure.rule == *rule)).collect();
    let causes = known.into_iter().map(|failure| {
        if failure.rule == Rule::Rollback {
            return Cause::Rollback { id: id(failure.by).to_owned() };
        }
        let (source, id) = incidents.key(failure.by);
        Cause::Incident { source: source.to_owned(), id: id.to_owned() }
    });
    (causes.collect(), rules)
}
