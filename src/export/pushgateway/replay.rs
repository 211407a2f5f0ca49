//! Pushes the deployments of the last 30 days one by one, for rules that count changes of pushed gauges.
//!
//! Each gets the time of its scrape, so all of them are dated today and expire together. Such rules cannot have more;
//! the real history belongs into [`crate::export::event_series`].

use std::fmt::Write as _;

use super::gauges::{self, PushGroup};
use super::{Gateway, PushError};
use crate::domain::group::Group;
use crate::domain::time::Timestamp;
use crate::export::event_series::{Family, WINDOW_DAYS, seconds, series};
use crate::http::Method;
use crate::metrics::tables::Analysis;

/// What is pushed of one group, oldest first.
#[derive(Debug, Clone, PartialEq)]
pub struct Replay {
    /// The group's grouping labels.
    pub labels: Vec<(&'static str, String)>,
    /// The last deployment before them: the value from which the first change is counted.
    pub before: Option<String>,
    /// The deployments.
    pub pushes: Vec<String>,
}

/// What is to be replayed.
pub fn replays(analysis: &Analysis, groups: &[PushGroup]) -> Vec<Replay> {
    let from = Timestamp(analysis.as_of.0 - i64::from(WINDOW_DAYS) * 86_400_000);
    let all = series(analysis);
    let of = |family: Family, group: &Group| all.iter().find(|one| one.family == family && one.group == *group);
    analysis
        .groups
        .iter()
        .zip(groups)
        .filter_map(|(report, group)| {
            let deployments = of(Family::Deployment, &report.group)?;
            let lead_times = of(Family::LeadTime, &report.group);
            let labels = gauges::labels(report);
            let push = |(at, _): &(Timestamp, f64)| {
                let (name, lead) = (Family::Deployment.name(), Family::LeadTime.name());
                let mut text = format!("# TYPE {name} gauge\n{name}{{{labels}}} {}\n", seconds(*at));
                let timed = lead_times.and_then(|one| one.samples.iter().find(|(own, _)| own == at));
                if let Some((_, value)) = timed {
                    let _ = writeln!(text, "# TYPE {lead} gauge\n{lead}{{{labels}}} {value}");
                }
                text
            };
            let first = deployments.samples.partition_point(|(at, _)| *at < from);
            let (old, new) = deployments.samples.split_at(first);
            (!new.is_empty()).then(|| Replay {
                labels: group.labels.clone(),
                before: old.last().map(push),
                pushes: new.iter().map(push).collect(),
            })
        })
        .collect()
}

impl Gateway {
    /// The groups for which it holds no deployment yet: a series that starts with its first deployment would count one
    /// too few, so these start with the deployment before.
    ///
    /// # Errors
    /// The transport failed, or it does not say what it holds.
    pub async fn newborn<'a>(&self, replays: &'a [Replay]) -> Result<Vec<&'a Replay>, PushError> {
        let held = self.held().await?;
        let has = |replay: &Replay| {
            held.iter()
                .any(|held| held.pairs() == replay.labels && held.metrics.contains_key(Family::Deployment.name()))
        };
        Ok(replays.iter().filter(|replay| !has(replay)).collect())
    }

    /// Pushes the two usual gauges of a group and leaves its others.
    ///
    /// # Errors
    /// The transport failed, or the group is not taken.
    pub async fn post(&self, replay: &Replay, text: &str) -> Result<(), PushError> {
        self.write(Method::Post, &replay.labels, Some(text)).await
    }
}
