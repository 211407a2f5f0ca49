//! What a reader should know about the figures, counted from the finished tables.
//!
//! Each finding has an id, a severity, a scope, one sentence with the numbers and what to do; none of them changes a
//! figure. Here are those that a plain count of deployments can raise; `incidents` has those about single incidents,
//! `recognition` those about names that nobody recognised, `either_way` and `practice` those that say what another way of
//! counting would give, and `sustained` the one about failures that go on.

mod either_way;
mod incidents;
mod practice;
mod recognition;
mod rework;
mod sustained;
mod tally;

use self::tally::Tally;
use super::tables::{Analysis, Finding, GroupReport, Kind, LeadTimeReason, Metric, NoData, Severity};
use crate::domain::group::{Group, GroupKind};

/// Fewer deployments than this are a small sample.
const SMALL_SAMPLE: u64 = 20;

/// The findings of a report, worst first, then by id and scope.
pub fn findings(analysis: &Analysis) -> Vec<Finding> {
    let mut found = Vec::new();
    let tally = Tally::of(analysis);
    for group in &analysis.groups {
        if group.group.kind == GroupKind::All {
            found.extend(coverage(group));
        }
        if group.group.kind == GroupKind::Service {
            found.extend(samples(group));
        }
    }
    found.extend(small_samples(&analysis.groups));
    found.extend(deployments(&tally));
    found.extend(incidents::findings(analysis, &tally));
    found.extend(recognition::findings(analysis, &tally));
    found.extend(either_way::findings(analysis));
    found.extend(practice::findings(analysis, &tally));
    found.extend(sustained::findings(analysis));
    found.extend(rework::findings(analysis, &tally));
    found.sort_by(|a, b| (a.severity, a.id, &a.scope).cmp(&(b.severity, b.id, &b.scope)));
    found
}

fn finding(id: &'static str, severity: Severity, scope: &str, message: String, advice: &str) -> Finding {
    Finding { id, severity, scope: scope.to_owned(), message, advice: advice.to_owned() }
}

/// `1 deployment`, `2 deployments`.
fn count(n: usize, thing: &str) -> String {
    if n == 1 { format!("1 {thing}") } else { format!("{n} {thing}s") }
}

/// A group as the scope of a finding.
fn scope(group: &Group) -> String {
    match group.kind {
        GroupKind::All => "all".to_owned(),
        kind => format!("{} {}", kind.as_str(), group.name),
    }
}

fn hours(seconds: f64) -> String {
    if seconds < 86_400.0 { format!("{:.1} h", seconds / 3_600.0) } else { format!("{:.1} d", seconds / 86_400.0) }
}

fn percent(ratio: f64) -> String {
    format!("{:.1} %", 100.0 * ratio)
}

/// At most three names of a list, and how many more there are.
fn some(names: &[String]) -> String {
    let shown = names.iter().take(3).cloned().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(3) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

fn coverage(all: &GroupReport) -> Vec<Finding> {
    let mut found = Vec::new();
    match &all.figures[Metric::DeploymentFrequency].missing {
        Some(NoData::DeploymentsNotRead { repos, .. }) => found.push(finding(
            "incomplete-coverage",
            Severity::Error,
            "all",
            format!(
                "The deployments of {} were not read over the whole period ({}), so figures that need them are missing.",
                count(repos.len(), "repo"),
                some(repos)
            ),
            "Read the missing span; if an imported file is complete for it, import it again with --covers FROM..TO.",
        )),
        Some(NoData::NoRepos) => found.push(finding(
            "incomplete-coverage",
            Severity::Error,
            "all",
            "No repo is known, so there is nothing to count.".into(),
            "Import deployments, or name repos under [[service]] in dora.toml.",
        )),
        _ => {}
    }
    match &all.figures[Metric::TimeToRestore].missing {
        Some(NoData::NoIncidentSource) => found.push(finding(
            "no-incident-source",
            Severity::Warning,
            "all",
            "There is no incident source, so nothing is said about failures and time to restore.".into(),
            "Import incidents; if there were none, import an empty file with --covers FROM..TO.",
        )),
        Some(NoData::IncidentsNotRead { sources, .. }) => found.push(finding(
            "incomplete-coverage",
            Severity::Error,
            "all",
            format!(
                "The incidents of {} were not read over the whole period ({}), so figures that need them are missing.",
                count(sources.len(), "source"),
                some(sources)
            ),
            "Read the missing span; if an imported file is complete for it, import it again with --covers FROM..TO.",
        )),
        _ => {}
    }
    found
}

/// A finding per service, or one for all of them where there are many.
fn small_samples(groups: &[GroupReport]) -> Vec<Finding> {
    let small: Vec<(&str, u64)> = groups
        .iter()
        .filter(|group| group.group.kind == GroupKind::Service)
        .filter_map(|group| Some((group.group.name.as_str(), group.figures[Metric::DeploymentFrequency].known()?.n)))
        .filter(|(_, deployments)| (1..SMALL_SAMPLE).contains(deployments))
        .collect();
    let advice = "Read the intervals, or choose a longer period.";
    let raise = |scope: &str, message| finding("small-sample", Severity::Info, scope, message, advice);
    if small.len() > 3 {
        let names: Vec<String> = small.iter().map(|(name, _)| (*name).to_owned()).collect();
        let message = format!(
            "{} have fewer than {SMALL_SAMPLE} deployments each in the period ({}): their medians and rates move a lot by chance.",
            count(small.len(), "service"),
            some(&names)
        );
        return vec![raise("all", message)];
    }
    let one = |(name, deployments): (&str, u64)| {
        let deployments = count(usize::try_from(deployments).unwrap_or(usize::MAX), "deployment");
        let message = format!("{deployments} in the period: its medians and rates move a lot by chance.");
        raise(&format!("service {name}"), message)
    };
    small.into_iter().map(one).collect()
}

fn samples(group: &GroupReport) -> Vec<Finding> {
    let mut found = Vec::new();
    if let Some(failure) = group.figures[Metric::ChangeFailureRate].known()
        && failure.k == Some(0)
        && failure.n >= SMALL_SAMPLE
    {
        let high = failure.ci95.map_or(1.0, |ends| ends.high);
        found.push(finding(
            "zero-change-failure-rate",
            Severity::Warning,
            &scope(&group.group),
            format!(
                "0 of {} deployments failed. Attribution is likelier broken than perfect; a true rate of up to {:.1} % would fit.",
                failure.n,
                high * 100.0
            ),
            "Check that its incidents are mapped to it, and that they carry flags or fall into the attribution window.",
        ));
    }
    found
}

fn deployments(tally: &Tally) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut raise = |id, severity, n: usize, message: String, advice: &str| {
        if n > 0 {
            found.push(finding(id, severity, "all", message, advice));
        }
    };
    let with_reason = |reason| tally.reasons.get(&reason).copied().unwrap_or(0);
    let unknown = with_reason(LeadTimeReason::UnknownCommits);
    raise(
        "unknown-commits",
        Severity::Warning,
        unknown,
        format!(
            "{} no lead time, because commits between it and the one before were not read.",
            count_have(unknown, "deployment")
        ),
        "Import the commits of these repos, with their parents, back to the revision before.",
    );
    let negative = with_reason(LeadTimeReason::Negative);
    raise(
        "negative-lead-time",
        Severity::Warning,
        negative,
        format!(
            "{} no lead time, because the first commit is dated after the end.",
            count_have(negative, "deployment")
        ),
        "Check the clocks and whether finished_at is the instant of success.",
    );
    let of_kind = |kind| tally.kinds.get(&kind).copied().unwrap_or(0);
    let redeploys = of_kind(Kind::Redeploy);
    raise(
        "redeploys",
        Severity::Info,
        redeploys,
        format!(
            "{} brought the same revision again: counted as a deployment, without a lead time.",
            count(redeploys, "deployment")
        ),
        "Nothing to do, if restarts are meant to be deployments.",
    );
    let rollbacks = of_kind(Kind::Rollback);
    raise(
        "rollbacks",
        Severity::Info,
        rollbacks,
        format!(
            "{} went back to an earlier revision: counted as a deployment, without a lead time.",
            count(rollbacks, "deployment")
        ),
        "Set count_rollbacks = true under [incidents] if each of them undid a failure.",
    );
    let names: Vec<String> = tally.homeless.iter().cloned().collect();
    raise(
        "unmapped-repos",
        Severity::Warning,
        names.len(),
        format!(
            "{} in no service, so the deployments of {} are not counted.",
            count_are(names.len(), "repo"),
            some(&names)
        ),
        "Add them to a [[service]] in dora.toml, or leave them out on purpose.",
    );
    found
}

/// `1 deployment has`, `2 deployments have`.
fn count_have(n: usize, thing: &str) -> String {
    format!("{} {}", count(n, thing), if n == 1 { "has" } else { "have" })
}

/// `1 incident is`, `2 incidents are`.
fn count_are(n: usize, thing: &str) -> String {
    format!("{} {}", count(n, thing), if n == 1 { "is" } else { "are" })
}
