//! The oracle: computes every figure of an analysis a second time, as plain loops over the events.
//!
//! Written from the definitions alone and slow on purpose; it shares nothing with the program but the types of events,
//! settings and result tables, and the calendar. It says nothing about findings and verdicts. Missing is `None`, or a
//! list of the reasons that hold.

mod figures;
mod history;
mod incidents;
mod records;
mod rework;
mod statistics;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, NaiveDate};
use dora_report::domain::coverage::{Coverage, EVERYTHING};
use dora_report::domain::event::{Commit, Deployment, Incident, PullRequest, Table};
use dora_report::domain::glob::Glob;
use dora_report::domain::group::{Group, GroupKind, ServiceName, TeamName};
use dora_report::domain::period::Period;
use dora_report::domain::settings::{Service, Settings};
use dora_report::domain::time::{Span, Timestamp};

pub(crate) use figures::{Known, Missing};
use history::Change;
pub(crate) use records::ExpectedDeployment;

/// All rows as they were handed to the dataset, in the order of reading.
#[derive(Debug, Clone, Default)]
pub(crate) struct Events {
    pub(crate) deployments: Vec<Deployment>,
    pub(crate) commits: Vec<Commit>,
    pub(crate) pull_requests: Vec<PullRequest>,
    pub(crate) incidents: Vec<Incident>,
    pub(crate) coverage: Vec<Coverage>,
}

/// The newest observation of every row, what counts of it, and what it depends on.
pub(crate) struct World {
    pub(crate) settings: Settings,
    pub(crate) as_of: Timestamp,
    pub(crate) events: Events,
    /// Counted deployments by (`finished_at`, id, source), with their lead times.
    changes: Vec<Change>,
}

impl World {
    pub(crate) fn new(settings: Settings, as_of: Timestamp, raw: &Events) -> Self {
        let events = Events {
            deployments: newest(&raw.deployments, |row| (row.source.clone(), row.id.clone()), |row| row.observed_at),
            commits: newest(&raw.commits, |row| (row.repo.clone(), row.sha.clone()), |row| row.observed_at),
            pull_requests: newest(&raw.pull_requests, |row| (row.repo.clone(), row.number), |row| row.observed_at),
            incidents: newest(&raw.incidents, |row| (row.source.clone(), row.id.clone()), |row| row.observed_at),
            coverage: raw.coverage.clone(),
        };
        let mut world = Self { settings, as_of, events, changes: Vec::new() };
        world.changes = history::changes(&world);
        world
    }

    /// Services in config order, or every repo that has deployments.
    fn services(&self) -> Vec<(ServiceName, Option<TeamName>)> {
        if self.settings.services.is_empty() {
            let repos: BTreeSet<&String> = self.events.deployments.iter().map(|row| &row.repo).collect();
            return repos.into_iter().map(|repo| (ServiceName(repo.clone()), None)).collect();
        }
        self.settings.services.iter().map(|service| (service.name.clone(), service.team.clone())).collect()
    }

    fn team_of(&self, service: &ServiceName) -> Option<TeamName> {
        self.services().into_iter().find(|(name, _)| name == service).and_then(|(_, team)| team)
    }

    /// The services with a repo, whatever the environment.
    fn of_repo(&self, repo: &str) -> Vec<ServiceName> {
        if self.settings.services.is_empty() {
            return vec![ServiceName(repo.to_owned())];
        }
        let has = |service: &&Service| service.repos.iter().any(|glob| glob.matches(repo));
        self.settings.services.iter().filter(has).map(|service| service.name.clone()).collect()
    }

    /// The first service whose repos and environments match, whatever became of the attempt.
    fn service_of(&self, deployment: &Deployment) -> Option<ServiceName> {
        let environment = deployment.environment.as_ref()?;
        let any = |globs: &[Glob]| globs.iter().any(|glob| glob.matches(environment));
        let settings = &self.settings;
        let lower = environment.to_lowercase();
        let beside = ["canary", "shadow", "staging", "stage", "stg", "preprod", "test", "qa", "uat", "dev", "sandbox"];
        let is_beside = lower
            .split(|letter: char| !letter.is_alphanumeric())
            .any(|part| beside.contains(&part) || part == "preview");
        let by_default = any(&settings.environments) && (settings.environments_are_set || !is_beside);
        if any(&settings.exclude_environments) {
            return None;
        }
        if settings.services.is_empty() {
            return by_default.then(|| ServiceName(deployment.repo.clone()));
        }
        for service in &settings.services {
            let of_repo = service.repos.iter().any(|glob| glob.matches(&deployment.repo));
            if of_repo && service.environments.as_ref().map_or(by_default, |own| any(own)) {
                return Some(service.name.clone());
            }
        }
        None
    }

    /// Whether deployments of a group's repos were read, and none of them is of a known status in an environment that
    /// counts.
    fn nothing_counted(&self, group: &Group) -> bool {
        let of_repo = |row: &Deployment| self.of_repo(&row.repo).iter().any(|service| self.holds(group, service));
        let is_recognised = |row: &Deployment| {
            row.status != "odd" && self.service_of(row).is_some_and(|service| self.holds(group, &service))
        };
        let rows = &self.events.deployments;
        rows.iter().any(of_repo) && !rows.iter().any(is_recognised)
    }

    /// Whether there are incidents that count, and none of them is ever linked to a service.
    fn incidents_are_unmapped(&self) -> bool {
        let mut ends: Vec<Timestamp> = self.changes.iter().map(|change| Timestamp(change.finished.0 + 1)).collect();
        ends.push(Timestamp(i64::MAX));
        let mut counted = self.events.incidents.iter().filter(|row| self.left_out(row).is_none()).peekable();
        counted.peek().is_some()
            && counted.all(|row| self.mapped(row).is_empty() && ends.iter().all(|&end| self.link(row, end).is_none()))
    }

    /// All, teams, services; by kind, then name; each with the services pooled in it.
    pub(crate) fn groups(&self) -> Vec<(Group, Option<TeamName>, usize)> {
        let services = self.services();
        let mut groups = vec![(Group::all(), None, services.len())];
        let mut teams: BTreeMap<TeamName, usize> = BTreeMap::new();
        for team in services.iter().filter_map(|(_, team)| team.clone()) {
            *teams.entry(team).or_default() += 1;
        }
        groups.extend(teams.into_iter().map(|(team, n)| (Group { kind: GroupKind::Team, name: team.0 }, None, n)));
        let mut singles: Vec<_> = services
            .into_iter()
            .map(|(name, team)| (Group { kind: GroupKind::Service, name: name.0 }, team, 1))
            .collect();
        singles.sort();
        groups.extend(singles);
        groups
    }

    /// Whether a service's events are part of the group's pool.
    fn holds(&self, group: &Group, service: &ServiceName) -> bool {
        match group.kind {
            GroupKind::All => true,
            GroupKind::Team => self.team_of(service).is_some_and(|team| team.0 == group.name),
            GroupKind::Service => service.0 == group.name,
        }
    }

    /// Repos of the group, in lower case.
    fn repos(&self, group: &Group) -> BTreeSet<String> {
        let mut seen: BTreeSet<String> = self.events.deployments.iter().map(|row| row.repo.clone()).collect();
        let covered =
            self.events.coverage.iter().filter(|row| row.table == Table::Deployments && row.scope != EVERYTHING);
        let mut repos = BTreeSet::new();
        if self.settings.services.is_empty() {
            repos.extend(seen.into_iter().filter(|repo| self.holds(group, &ServiceName(repo.clone()))));
        } else {
            seen.extend(covered.map(|row| row.scope.clone()));
            for service in self.settings.services.iter().filter(|service| self.holds(group, &service.name)) {
                for glob in &service.repos {
                    if glob.is_literal() {
                        repos.insert(glob.as_str().to_owned());
                    }
                    repos.extend(seen.iter().filter(|repo| glob.matches(repo)).cloned());
                }
            }
        }
        repos.into_iter().map(|repo| repo.to_lowercase()).collect()
    }

    /// Repos of the group that were not read over the whole span.
    fn unread_repos(&self, group: &Group, span: Span) -> Vec<String> {
        let is_of = |row: &Coverage, repo: &str| row.scope == EVERYTHING || row.scope.to_lowercase() == repo;
        let is_read = |repo: &String| self.is_read(Table::Deployments, span, |row| is_of(row, repo));
        self.repos(group).into_iter().filter(|repo| !is_read(repo)).collect()
    }

    /// All incident sources, and those that were not read over the whole span.
    fn incident_sources(&self, span: Span) -> (BTreeSet<String>, Vec<String>) {
        let covered = self.events.coverage.iter().filter(|row| row.table == Table::Incidents).map(|row| &row.source);
        let all: BTreeSet<String> =
            covered.chain(self.events.incidents.iter().map(|row| &row.source)).cloned().collect();
        let is_read = |source: &&String| self.is_read(Table::Incidents, span, |row| row.source == **source);
        let unread = all.iter().filter(|source| !is_read(source)).cloned().collect();
        (all, unread)
    }

    /// Whether every instant of `wanted` lies in a span of some coverage: from its start, jump to the end of a span that
    /// holds the place reached so far. An empty span is held by whatever touches it.
    fn is_read(&self, table: Table, wanted: Span, is_own: impl Fn(&Coverage) -> bool) -> bool {
        let own = self.events.coverage.iter().filter(|row| row.table == table && is_own(row));
        let spans: Vec<Span> = own.flat_map(|row| row.spans.clone()).collect();
        if wanted.from >= wanted.to {
            return spans.iter().any(|span| span.from <= wanted.from && wanted.from <= span.to);
        }
        let mut reached = wanted.from;
        while reached < wanted.to {
            match spans.iter().filter(|span| span.contains(reached)).map(|span| span.to).max() {
                Some(end) => reached = end,
                None => return false,
            }
        }
        true
    }

    fn midnight(&self, day: NaiveDate) -> Timestamp {
        self.settings.zone.midnight(day)
    }

    /// The span of some days, cut at `as_of`; the day `next` is not in it.
    fn known(&self, from: NaiveDate, next: NaiveDate) -> Span {
        Span { from: self.midnight(from), to: self.midnight(next).min(self.as_of) }
    }

    /// The first day of the window that ends with `day`.
    fn window_start(&self, day: NaiveDate) -> NaiveDate {
        day - Days::new(u64::from(self.settings.window_days) - 1)
    }

    /// The window that ends with `day`.
    fn window(&self, day: NaiveDate) -> Span {
        self.known(self.window_start(day), day + Days::new(1))
    }

    /// Counted deployments of a group that finished inside a span, oldest first.
    fn finished_in(&self, group: &Group, span: Span) -> Vec<&Change> {
        self.changes
            .iter()
            .filter(|change| span.contains(change.finished) && self.holds(group, &change.service))
            .collect()
    }

    /// Days of the period that have begun by `as_of`.
    pub(crate) fn days(&self, period: &Period) -> Vec<NaiveDate> {
        period.days().filter(|day| self.midnight(*day) < self.as_of).collect()
    }
}

/// The row of each key that was observed last.
fn newest<T: Clone, K: Ord>(rows: &[T], key: impl Fn(&T) -> K, observed: impl Fn(&T) -> Timestamp) -> Vec<T> {
    let mut kept: BTreeMap<K, T> = BTreeMap::new();
    for row in rows {
        let older = kept.get(&key(row)).is_some_and(|other| observed(row) < observed(other));
        if !older {
            kept.insert(key(row), row.clone());
        }
    }
    kept.into_values().collect()
}
