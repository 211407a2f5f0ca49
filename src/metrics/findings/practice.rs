//! What another way of counting would give: stand-ins for deployments, links by the clock alone, alerts, feeds without
//! partial outages, environments that look like what they are not, and lead times that begin at the pull request.

use std::collections::BTreeMap;

use super::{count, finding, some};
use crate::domain::event::Incident;
use crate::domain::group::GroupKind;
use crate::domain::kind::DeploymentKind;
use crate::domain::settings::priority_number;
use crate::metrics::tables::{
    Analysis, DeploymentRecord, Finding, GroupReport, IncidentRecord, Rule, Severity, Variant,
};

/// Fewer incidents with a priority than this say nothing of what the feed leaves out.
const FEWEST_PRIORITIES: usize = 5;
/// A shorter period says nothing of it either.
const MEANINGFUL_DAYS: i64 = 60;

pub(super) fn findings(analysis: &Analysis) -> Vec<Finding> {
    let mut found = Vec::new();
    found.extend(stand_ins(analysis));
    found.extend(partial_outages(analysis));
    found.extend(environments(analysis));
    for group in &analysis.groups {
        found.extend(by_the_clock(analysis, group));
        if group.group.kind != GroupKind::Team {
            found.extend(from_pull_requests(group));
        }
    }
    found
}

/// The name of a scope as findings write it.
pub(super) fn scope(group: &GroupReport) -> String {
    match group.group.kind {
        GroupKind::All => "all".to_owned(),
        kind => format!("{} {}", kind.as_str(), group.group.name),
    }
}

fn stand_ins(analysis: &Analysis) -> Vec<Finding> {
    let mut by_kind: BTreeMap<DeploymentKind, usize> = BTreeMap::new();
    for record in analysis.deployments.iter().filter(|record| record.in_period && record.left_out.is_none()) {
        let kind = DeploymentKind::of(&record.event.id);
        if kind != DeploymentKind::Deployments && record.event.task.as_deref() == kind.task() {
            *by_kind.entry(kind).or_default() += 1;
        }
    }
    let raise = |(kind, n): (DeploymentKind, usize)| {
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
    by_kind.into_iter().map(raise).collect()
}

/// Failures that rest on the clock, and alerts of low urgency among the incidents.
fn by_the_clock(analysis: &Analysis, group: &GroupReport) -> Option<Finding> {
    let failure = group.figures.change_failure.as_ref().ok()?;
    let of_group = |record: &&IncidentRecord| group.group.has(record.service.as_ref(), record.team.as_ref());
    let counted = analysis.incidents.iter().filter(|record| record.counted).filter(of_group);
    let low = |incident: &Incident| incident.urgency.as_deref().is_some_and(|it| it.eq_ignore_ascii_case("low"));
    let (mut opened, mut low_urgency) = (0, 0);
    for record in counted.filter(|record| analysis.known.contains(record.event.opened_at)) {
        opened += 1;
        low_urgency += usize::from(low(&record.event));
    }
    let window = clock_alone(analysis, group);
    if failure.deployments == 0 || (window == 0 && low_urgency == 0) {
        return None;
    }
    let percent = |failed: u64| 100.0 * failed as f64 / failure.deployments as f64;
    let with = percent(failure.failed);
    let without = percent(failure.failed.saturating_sub(window));
    let alerts = match low_urgency {
        0 => String::new(),
        n => format!(" {n} of {opened} incidents are of low urgency."),
    };
    let severity = if window * 2 >= failure.failed.max(1) { Severity::Warning } else { Severity::Info };
    // Said once of the whole; of a service only where it changes what its rate means.
    let is_part = group.group.kind != GroupKind::All;
    if is_part && (group.group.kind == GroupKind::Team || window == 0 || severity == Severity::Info) {
        return None;
    }
    if window == 0 {
        return Some(finding(
            "alerts-counted-as-failures",
            severity,
            &scope(group),
            format!(
                "{low_urgency} of {opened} incidents are of low urgency, and count in time to restore like the others."
            ),
            "Filter alerts with urgencies or min_priority.",
        ));
    }
    Some(finding(
        "alerts-counted-as-failures",
        severity,
        &scope(group),
        format!(
            "{window} of {} failures rest on the time between deployment and incident alone: the change failure rate is \
             {with:.1} % with them and {without:.1} % without.{alerts}",
            failure.failed
        ),
        "Let triage say on each incident whether a deployment caused it; filter alerts with urgencies or min_priority.",
    ))
}

/// Failed deployments of the period that nothing but the clock says failed.
fn clock_alone(analysis: &Analysis, group: &GroupReport) -> u64 {
    let of_group = |record: &&DeploymentRecord| group.group.has(record.service.as_ref(), record.team.as_ref());
    let failed = analysis.deployments.iter().filter(|record| record.in_period && record.failed == Some(true));
    failed.filter(of_group).filter(|record| record.failed_rules == [Rule::Window]).count() as u64
}

fn partial_outages(analysis: &Analysis) -> Option<Finding> {
    let days = (analysis.known.to.0 - analysis.known.from.0) / 86_400_000;
    let counted = analysis.incidents.iter().filter(|record| record.counted);
    let counted = counted.filter(|record| analysis.known.contains(record.event.opened_at));
    let numbers: Vec<u32> =
        counted.filter_map(|record| record.event.priority.as_deref().and_then(priority_number)).collect();
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

/// Whether an environment's name speaks of production, or of what comes before it.
fn looks_like(environment: &str) -> Option<bool> {
    let name = environment.to_lowercase();
    let words: Vec<&str> = name.split(|letter: char| !letter.is_ascii_alphanumeric()).collect();
    let has = |list: &[&str]| words.iter().any(|word| list.contains(word));
    let before =
        ["staging", "stage", "stg", "test", "testing", "dev", "development", "qa", "uat", "preview", "sandbox"];
    let more = ["preprod", "preproduction", "nonprod", "demo", "canary", "review", "integration"];
    if has(&before) || has(&more) || name.contains("non-prod") || name.contains("pre-prod") {
        return Some(false);
    }
    has(&["production", "prod", "prd", "live"]).then_some(true)
}

fn environments(analysis: &Analysis) -> Vec<Finding> {
    let mut either: BTreeMap<(&str, bool), usize> = BTreeMap::new();
    let succeeded = |record: &&DeploymentRecord| record.in_period && record.event.status == "success";
    for record in analysis.deployments.iter().filter(succeeded) {
        let Some(environment) = record.event.environment.as_deref() else { continue };
        match (record.left_out, looks_like(environment)) {
            (None, Some(false)) => *either.entry((environment, true)).or_default() += 1,
            (Some("not-production"), Some(true)) => *either.entry((environment, false)).or_default() += 1,
            _ => {}
        }
    }
    let counted = analysis.deployments.iter().filter(|it| it.in_period && it.left_out.is_none()).count();
    let mut found = Vec::new();
    for is_counted in [true, false] {
        let of: Vec<(&str, usize)> =
            either.iter().filter(|((_, it), _)| *it == is_counted).map(|((name, _), n)| (*name, *n)).collect();
        let n: usize = of.iter().map(|(_, n)| n).sum();
        if n == 0 {
            continue;
        }
        let names: Vec<String> = of.iter().map(|(name, n)| format!("{name} ({n})")).collect();
        let (message, advice) = if is_counted {
            (
                format!(
                    "{} of {counted} counted went to environments that look like what comes before production: {}. Without \
                     them there are {}.",
                    count(n, "deployment"),
                    some(&names),
                    counted - n
                ),
                "Leave them out of `environments` in [deployments] or of the service.",
            )
        } else {
            (
                format!(
                    "{} to environments that look like production are not counted: {}. With them there are {} in place of \
                     {counted}.",
                    count(n, "deployment"),
                    some(&names),
                    counted + n
                ),
                "Name them in `environments` of [deployments] or of the service, if users are served from there.",
            )
        };
        found.push(finding("non-production-counted", Severity::Warning, "all", message, advice));
    }
    found
}

fn from_pull_requests(group: &GroupReport) -> Option<Finding> {
    let lead_time = group.figures.lead_time.as_ref().ok()?;
    let ours = lead_time.durations?.p50;
    let theirs = lead_time.variants.iter().find(|it| it.variant == Variant::PullRequestOpened)?;
    let opened = theirs.p50.filter(|opened| *opened < ours)?;
    let percent = 100.0 * (ours - opened) / ours;
    Some(finding(
        "lead-time-from-pull-request",
        Severity::Info,
        &scope(group),
        format!(
            "Measured from the opening of the {}, the median lead time would be {} in place of {}, from the first commit of \
             each deployment (n = {}): {percent:.0} % of the time would not be seen.",
            count(usize::try_from(theirs.n).unwrap_or(usize::MAX), "pull request"),
            hours(opened),
            hours(ours),
            lead_time.durations?.n
        ),
        "Compare with other tools only after asking where their clock starts.",
    ))
}

fn hours(seconds: f64) -> String {
    if seconds < 86_400.0 { format!("{:.1} h", seconds / 3_600.0) } else { format!("{:.1} d", seconds / 86_400.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_speaks_of_production_only_as_a_word_of_its_own() {
        for (name, wanted) in [
            ("production", Some(true)),
            ("eu-prod-1", Some(true)),
            ("Live", Some(true)),
            ("non-prod", Some(false)),
            ("pre-prod", Some(false)),
            ("staging", Some(false)),
            ("checkout-qa", Some(false)),
            ("products", None),
            ("github-pages", None),
            ("delivery", None),
        ] {
            assert_eq!(looks_like(name), wanted, "{name}");
        }
    }
}
