//! What another way of counting would give: stand-ins for deployments, links by the clock alone, alerts, feeds without
//! partial outages, and lead times that begin at the pull request.

use super::tally::{GroupTally, Tally};
use super::{count, finding, hours, scope};
use crate::domain::group::GroupKind;
use crate::domain::kind::DeploymentKind;
use crate::domain::priority::priority_rank;
use crate::metrics::tables::{Analysis, Finding, GroupReport, Metric, Severity, Variant};

/// Fewer incidents with a priority than this say nothing of what the feed leaves out.
const FEWEST_PRIORITIES: usize = 5;
/// A shorter period says nothing of it either.
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
    let raise = |(kind, n): (&DeploymentKind, &usize)| {
        finding(
            "commits-counted-as-deployments",
            Severity::Warning,
            "all",
            format!(
                "{n} {} stand in for deployments: frequency counts them, and lead time ends with them, not when users got \
                 the change.",
                kind.plural()
            ),
            "Record deployments (in GitHub Actions: `environment:` on the job), then set deployments_from = \"deployments\".",
        )
    };
    tally.stand_ins.iter().map(raise).collect()
}

/// Deployments that finish at the very second at which their commit was made: commits or merges, imported as deployments.
fn commits(tally: &Tally) -> Option<Finding> {
    let (n, with_commit) = (tally.themselves, tally.with_their_commit);
    (with_commit > 1 && with_commit * 2 >= n).then(|| {
        finding(
            "commits-counted-as-deployments",
            Severity::Warning,
            "all",
            format!(
                "{with_commit} of {n} deployments finish in the second in which their commit was made: they are likely \
                 commits or merges. Frequency counts those, and lead time ends with them, not when users got the change."
            ),
            "Import deployments with the instant at which each was live as finished_at.",
        )
    })
}

/// Failures that rest on the clock, and alerts of low urgency among the incidents.
fn by_the_clock(tally: GroupTally, group: &GroupReport) -> Option<Finding> {
    let failure = group.figures[Metric::ChangeFailureRate].known()?;
    let (failed, deployments) = (failure.k?, failure.n);
    let GroupTally { by_the_clock: window, opened, of_low_urgency: low_urgency } = tally;
    if deployments == 0 || (window == 0 && low_urgency == 0) {
        return None;
    }
    let percent = |failed: u64| 100.0 * failed as f64 / deployments as f64;
    let with = percent(failed);
    let without = percent(failed.saturating_sub(window));
    let alerts = match low_urgency {
        0 => String::new(),
        n => format!(" {n} of {opened} incidents are of low urgency."),
    };
    let severity = if window * 2 >= failed.max(1) { Severity::Warning } else { Severity::Info };
    // Said once of the whole; of a service only where it changes what its rate means.
    let is_part = group.group.kind != GroupKind::All;
    if is_part && (group.group.kind == GroupKind::Team || window == 0 || severity == Severity::Info) {
        return None;
    }
    if window == 0 {
        return Some(finding(
            "alerts-counted-as-failures",
            severity,
            &scope(&group.group),
            format!(
                "{low_urgency} of {opened} incidents are of low urgency, and count in time to restore like the others."
            ),
            "Filter alerts with urgencies or min_priority.",
        ));
    }
    Some(finding(
        "alerts-counted-as-failures",
        severity,
        &scope(&group.group),
        format!(
            "{window} of {failed} failures rest on the time between deployment and incident alone: the change failure rate is \
             {with:.1} % with them and {without:.1} % without.{alerts}"
        ),
        "Let triage say on each incident whether a deployment caused it; filter alerts with urgencies or min_priority.",
    ))
}

fn partial_outages(analysis: &Analysis) -> Option<Finding> {
    let days = (analysis.known.to.0 - analysis.known.from.0) / 86_400_000;
    let counted = analysis.incidents.iter().filter(|record| record.counted);
    let counted = counted.filter(|record| analysis.known.contains(record.event.opened_at));
    let numbers: Vec<u32> =
        counted.filter_map(|record| record.event.priority.as_deref().and_then(priority_rank)).collect();
    let top = numbers.iter().copied().min()?;
    let all_top = numbers.iter().all(|number| *number == top) && top <= 1;
    if !all_top || numbers.len() < FEWEST_PRIORITIES || days < MEANINGFUL_DAYS {
        return None;
    }
    Some(finding(
        "partial-outages-missing",
        Severity::Warning,
        "all",
        format!(
            "All {} incidents with a priority in {days} days are of the highest: degraded service, which counts as much, is \
             likely missing, and change failure rate and time to restore are then too good or too bad.",
            numbers.len()
        ),
        "Bring partial outages into the feed, or loosen min_priority.",
    ))
}

fn from_pull_requests(group: &GroupReport) -> Option<Finding> {
    let figure = &group.figures[Metric::LeadTime];
    let (ours, lead_time) = (figure.value?, figure.lead_time()?);
    let theirs = lead_time.variants.iter().find(|it| it.variant == Variant::PullRequestOpened)?;
    let opened = theirs.p50.filter(|opened| *opened < ours)?;
    let percent = 100.0 * (ours - opened) / ours;
    Some(finding(
        "lead-time-from-pull-request",
        Severity::Info,
        &scope(&group.group),
        format!(
            "Measured from the opening of the {}, the median lead time would be {} in place of {}, from the first commit of \
             each deployment (n = {}): {percent:.0} % of the time would not be seen.",
            count(usize::try_from(lead_time.pull_requests).unwrap_or(usize::MAX), "pull request"),
            hours(opened),
            hours(ours),
            figure.n
        ),
        "Compare with other tools only after asking where their clock starts.",
    ))
}
