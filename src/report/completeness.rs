//! Data completeness: how many of the events each figure can use.

use crate::domain::coverage::covers;
use crate::metrics::tables::{Analysis, LeadTimeReason, Rule};

/// One share: what, how many of how many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// What is counted, as a heading.
    pub name: &'static str,
    /// After the two numbers, in a line of text.
    pub words: &'static str,
    /// Whether the first page shows this share.
    pub is_headline: bool,
    /// How many are complete.
    pub part: u64,
    /// Of how many.
    pub whole: u64,
}

#[derive(Debug, Default, Clone, Copy)]
struct Count {
    part: u64,
    whole: u64,
}

impl Count {
    fn add(&mut self, is_part: bool) {
        self.part += u64::from(is_part);
        self.whole += 1;
    }
}

/// The shares of a report's period.
pub fn shares(analysis: &Analysis) -> Vec<Share> {
    let [mut read, mut with_revision, mut with_commits, mut confirmed, mut mapped, mut resolved] =
        [Count::default(); 6];
    analysis.history.iter().for_each(|it| read.add(covers(&it.spans, analysis.known)));
    // Each access makes the record again, so there is one loop over each list.
    for it in analysis.deployments.iter().filter(|it| it.in_period && it.left_out.is_none()) {
        with_revision.add(it.event.sha.is_some());
        match it.lead_time_reason {
            // The first deployment of a repo has no lead time, even if its commits are known.
            Some(LeadTimeReason::FirstDeployment) => {}
            reason => {
                with_commits.add(!matches!(reason, Some(LeadTimeReason::UnknownCommits | LeadTimeReason::Negative)));
            }
        }
        if it.failed == Some(true) {
            confirmed.add(it.failed_rules.first() == Some(&Rule::Explicit));
        }
    }
    for it in analysis.own_incidents().filter(|it| analysis.known.contains(it.event.opened_at)) {
        mapped.add(!it.services.is_empty());
        resolved.add(it.event.resolved_at.is_some());
    }
    let share = |name, words, is_headline, Count { part, whole }| Share { name, words, is_headline, part, whole };
    vec![
        share(
            "Repos and incident sources read over the whole period",
            "repos and incident sources read over the whole period",
            true,
            read,
        ),
        share("Deployments with a revision", "deployments have a revision", false, with_revision),
        share("Deployments whose commits are known", "deployments have known commits", true, with_commits),
        share("Incidents mapped to a service", "incidents mapped to a service", true, mapped),
        share("Incidents resolved", "incidents resolved", false, resolved),
        share("Failures confirmed in triage", "failures confirmed in triage", true, confirmed),
    ]
}
