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

/// The shares of a report's period.
pub fn shares(analysis: &Analysis) -> Vec<Share> {
    let counted = || analysis.deployments.iter().filter(|it| it.in_period && it.left_out.is_none());
    // The first deployment of a repo has no lead time, even if its commits are known.
    let later = || counted().filter(|it| it.lead_time_reason != Some(LeadTimeReason::FirstDeployment));
    let known = |reason| !matches!(reason, Some(LeadTimeReason::UnknownCommits | LeadTimeReason::Negative));
    let incidents = || analysis.own_incidents().filter(|it| analysis.known.contains(it.event.opened_at));
    let failed = || counted().filter(|it| it.failed == Some(true));
    let share = |name, words, is_headline, part: usize, whole: usize| Share {
        name,
        words,
        is_headline,
        part: part as u64,
        whole: whole as u64,
    };
    vec![
        share(
            "Repos and incident sources read over the whole period",
            "repos and incident sources read over the whole period",
            true,
            analysis.history.iter().filter(|it| covers(&it.spans, analysis.known)).count(),
            analysis.history.len(),
        ),
        share(
            "Deployments with a revision",
            "deployments have a revision",
            false,
            counted().filter(|it| it.event.sha.is_some()).count(),
            counted().count(),
        ),
        share(
            "Deployments whose commits are known",
            "deployments have known commits",
            true,
            later().filter(|it| known(it.lead_time_reason)).count(),
            later().count(),
        ),
        share(
            "Incidents mapped to a service",
            "incidents mapped to a service",
            true,
            incidents().filter(|it| !it.services.is_empty()).count(),
            incidents().count(),
        ),
        share(
            "Incidents resolved",
            "incidents resolved",
            false,
            incidents().filter(|it| it.event.resolved_at.is_some()).count(),
            incidents().count(),
        ),
        share(
            "Failures confirmed in triage",
            "failures confirmed in triage",
            true,
            failed().filter(|it| it.failed_rules.first() == Some(&Rule::Explicit)).count(),
            failed().count(),
        ),
    ]
}
