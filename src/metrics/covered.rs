//! What was read completely for each group, for engines that compute figures from the exported facts.

use std::collections::BTreeMap;

use super::filter::Filter;
use super::pool::pools;
use super::read_spans::History;
use super::recognised::Recognised;
use crate::domain::coverage::Coverage;
use crate::domain::event::Table;
use crate::domain::group::Group;
use crate::domain::settings::Settings;
use crate::domain::time::Span;
use crate::facts::Facts;

/// What was read completely for one group.
#[derive(Debug, Clone)]
pub struct Covered {
    /// The group.
    pub group: Group,
    /// Its repos with their spans, by name.
    pub repos: BTreeMap<String, Vec<Span>>,
    /// Spans read of all incident sources; empty without any.
    pub incidents: Vec<Span>,
    /// Whether its deployments are recognised, so that a 0 would be true.
    pub counts_deployments: bool,
    /// The same of its incidents.
    pub counts_incidents: bool,
    /// The same of its failures.
    pub counts_failures: bool,
}

/// All groups, in order of kind and name.
pub fn covered(facts: &Facts, coverage: &[Coverage], settings: &Settings) -> Vec<Covered> {
    let history = History::of_facts(coverage, facts, settings);
    let recognised = Recognised::new(facts);
    pools(facts, &Filter::default())
        .iter()
        .map(|pool| {
            let unusable = recognised.unusable(pool);
            let read_spans = history.of(pool, &facts.ownership, unusable.clone());
            let repos = read_spans.history().into_iter().filter(|record| record.table == Table::Deployments);
            Covered {
                group: pool.group.clone(),
                repos: repos.map(|record| (record.name, record.spans)).collect(),
                incidents: read_spans.incidents,
                counts_deployments: unusable.deployments.is_none(),
                counts_incidents: unusable.incidents.is_none(),
                counts_failures: unusable.failures.is_none(),
            }
        })
        .collect()
}
