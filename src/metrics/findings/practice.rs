//! Findings about counting practice: proxies for deployments, links by time only, alerts, feeds without partial
//! outages, and lead times that begin at the pull request.

use super::tally::{GroupTally, Tally};
use super::{finding, of_all};
use crate::domain::group::GroupKind;
use crate::domain::kind::DeploymentKind;
use crate::domain::priority::priority_rank;
use crate::metrics::tables::{Analysis, Finding, GroupReport, Metric, Observation, Severity, Variant};

/// With fewer incidents that have a priority, nothing is concluded about what the feed leaves out.
const FEWEST_PRIORITIES: usize = 5;
/// In a shorter period, nothing is concluded either.
const MEANINGFUL_DAYS: i64 = 60;

pub(super) fn findings(analysis: &Analysis, tally: &Tally) -> Vec<Finding> {
    let mut found = Vec::new();
    found.extend(stand_ins(tally));
    found.extend(partial_outages(analysis));
    found.extend(commits(tally));
    for group in &analysis.groups {
        found.extend(by_the_clock(tally.group(&group.group), group));
        if group.group.kind != GroupKind::Team {
            found.extend(from_pull_requests(group));
        }
    }
    found
}

fn stand_ins(tally: &Tally) -> Vec<Finding> {
    let raise =
        |(kind, n): (&DeploymentKind, &usize)| of_all(Severity::Warning, Observation::StandIns { kind: *kind, n: *n });
    tally.stand_ins.iter().map(raise).collect()
}

/// Deployments that finish at the very second at which their commit was made: commits or merges, imported as deployments.
fn commits(tally: &Tally) -> Option<Finding> {
    let (n, with_commit) = (tally.themselves, tally.with_their_commit);
    (with_commit > 1 && with_commit * 2 >= n)
        .then(|| of_all(Severity::Warning, Observation::CommitsAsDeployments { with_commit, n }))
}

/// Failures linked only by time, and alerts of low urgency among the incidents.
fn by_the_clock(tally: GroupTally, group: &GroupReport) -> Option<Finding> {
    let failure = group.figures[Metric::ChangeFailureRate].known()?;
    let (failed, deployments) = (failure.k?, failure.n);
    let GroupTally { by_the_clock: window, opened, of_low_urgency: low_urgency } = tally;
    if deployments == 0 || (window == 0 && low_urgency == 0) {
        return None;
    }
    let severity = if window * 2 >= failed.max(1) { Severity::Warning } else { Severity::Info };
    // Raised once for `all`; for a service only if it changes the meaning of its rate.
    let is_part = group.group.kind != GroupKind::All;
    if is_part && (group.group.kind == GroupKind::Team || window == 0 || severity == Severity::Info) {
        return None;
    }
    let what = Observation::ByTheClock { window, failed, deployments, low_urgency, opened };
    Some(finding(severity, &group.group, what))
}

fn partial_outages(analysis: &Analysis) -> Option<Finding> {
    let days = (analysis.known.to.0 - analysis.known.from.0) / 86_400_000;
    let counted = analysis.incidents.iter().filter(|record| record.counted);
    let counted = counted.filter(|record| analysis.known.contains(record.event.opened_at));
    let numbers: Vec<u32> =
        counted.filter_map(|record| record.event.priority.as_deref().and_then(priority_rank)).collect();
    let top = numbers.iter().copied().min()?;
    let all_top = numbers.iter().all(|number| *number == top) && top <= 1;
    (all_top && numbers.len() >= FEWEST_PRIORITIES && days >= MEANINGFUL_DAYS)
        .then(|| of_all(Severity::Warning, Observation::PartialOutagesMissing { n: numbers.len(), days }))
}

fn from_pull_requests(group: &GroupReport) -> Option<Finding> {
    let figure = &group.figures[Metric::LeadTime];
    let (ours, lead_time) = (figure.value?, figure.lead_time()?);
    let theirs = lead_time.variants.iter().find(|it| it.variant == Variant::PullRequestOpened)?;
    let opened = theirs.p50.filter(|opened| *opened < ours)?;
    let what = Observation::FromPullRequests { requests: lead_time.pull_requests, opened, ours, n: figure.n };
    Some(finding(Severity::Info, &group.group, what))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commits_are_taken_for_deployments_from_two_and_from_half_of_all_on() {
        let is_raised = |n, with_commit| {
            let mut tally = Tally::default();
            (tally.themselves, tally.with_their_commit) = (n, with_commit);
            commits(&tally).is_some()
        };
        assert!(is_raised(2, 2) && is_raised(8, 4));
        assert!(!is_raised(1, 1), "a single deployment may be quick");
        assert!(!is_raised(8, 3), "less than half");
    }
}
