//! Random small organisations: services, settings, histories, coverage.
//!
//! A plan is drawn field by field, so that a failing case shrinks; `build` turns it into events. Keys are unique but
//! for repeated observations of the same row, which never share their `observed_at`. No incident is resolved before
//! it opens, and an incident source has one scope.

mod build;
mod plan;

use dora_report::domain::settings::Settings;
use dora_report::domain::time::{Period, Timestamp};
use proptest::prelude::*;

use crate::oracle::Events;

/// One organisation and one question about it.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) settings: Settings,
    pub(crate) as_of: Timestamp,
    pub(crate) period: Period,
    pub(crate) previous: Option<Period>,
    pub(crate) events: Events,
}

pub(crate) fn case() -> impl Strategy<Value = Case> {
    plan::plan().prop_map(|plan| build::build(&plan))
}

/// The list in an order of its own for each seed.
pub(crate) fn shuffled<T: Clone>(list: &[T], seed: u64) -> Vec<T> {
    let mut state = seed;
    let mut keyed: Vec<(u64, T)> = Vec::new();
    for item in list {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        keyed.push((state >> 20, item.clone()));
    }
    keyed.sort_by_key(|(key, _)| *key);
    keyed.into_iter().map(|(_, item)| item).collect()
}
