//! Random small organisations: services, settings, histories, coverage.
//!
//! A plan is drawn field by field, so that a failing case shrinks; `build` turns it into events. Keys are unique but
//! for repeated observations of the same row, which never share their `observed_at`. No incident is resolved before
//! it opens, and an incident source has one scope.

mod build;
mod plan;

use std::fmt;

use dora_report::domain::glob::Glob;
use dora_report::domain::period::Period;
use dora_report::domain::settings::Settings;
use dora_report::domain::time::Timestamp;
use proptest::prelude::*;

use crate::oracle::Events;
use crate::random::after;

/// One organisation and one question about it.
#[derive(Clone)]
pub(crate) struct Case {
    pub(crate) settings: Settings,
    pub(crate) as_of: Timestamp,
    pub(crate) period: Period,
    pub(crate) previous: Option<Period>,
    pub(crate) events: Events,
}

/// One line for each event: a failing case is read by people.
impl fmt::Debug for Case {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Settings { zone, window_days, bands, environments, services, .. } = &self.settings;
        let globs = |list: &[Glob]| list.iter().map(|glob| glob.as_str().to_owned()).collect::<Vec<_>>();
        let policy = (self.settings.attribution, self.settings.attribution_window, self.settings.count_rollbacks);
        let filters = (self.settings.min_priority, &self.settings.urgencies, &self.settings.ignore_tags);
        writeln!(out, "{zone}, {window_days} days, bands {}, {:?}", bands.edition, globs(environments))?;
        writeln!(out, "{policy:?}, {filters:?}, {:?}", self.settings.rework)?;
        for service in services {
            let environments = service.environments.as_deref().map(globs);
            let (name, repos, keys) = (&service.name, globs(&service.repos), &service.incident_keys);
            writeln!(out, "service {name}, {:?}: {repos:?} {environments:?} {keys:?}", service.team)?;
        }
        writeln!(out, "{}, compared with {:?}, as of {}", self.period.label, self.previous, self.as_of)?;
        let Events { deployments, commits, pull_requests, incidents, coverage } = &self.events;
        deployments.iter().try_for_each(|row| writeln!(out, "{row:?}"))?;
        commits.iter().try_for_each(|row| writeln!(out, "{row:?}"))?;
        pull_requests.iter().try_for_each(|row| writeln!(out, "{row:?}"))?;
        incidents.iter().try_for_each(|row| writeln!(out, "{row:?}"))?;
        coverage.iter().try_for_each(|row| writeln!(out, "{row:?}"))
    }
}

pub(crate) fn case() -> impl Strategy<Value = Case> {
    plan::plan().prop_map(|plan| build::build(&plan))
}

/// The list in an order of its own for each seed.
pub(crate) fn shuffled<T: Clone>(list: &[T], seed: u64) -> Vec<T> {
    let mut state = seed;
    let mut keyed: Vec<(u64, T)> = Vec::new();
    for item in list {
        state = after(state);
        keyed.push((state >> 20, item.clone()));
    }
    keyed.sort_by_key(|(key, _)| *key);
    keyed.into_iter().map(|(_, item)| item).collect()
}
