//! Findings that say the figures of the whole under another setting beside those of the report: each roll-out counted
//! once, environments that look like what they are not, and incidents that the filters leave out.

use std::collections::BTreeMap;

use super::{count, finding, hours, percent, some};
use crate::domain::reason::Reason;
use crate::metrics::tables::{Alternative, Analysis, Figures, Finding, Metric, Severity, Variation};

pub(super) fn findings(analysis: &Analysis) -> Vec<Finding> {
    let Some(all) = analysis.groups.first() else { return Vec::new() };
    let one = |alternative: &Alternative| {
        let (now, other) = (&all.figures, &alternative.figures);
        match &alternative.variation {
            Variation::RolloutsOnce => rollouts(now, other),
            Variation::WithoutEnvironments(names) => {
                let said = "went to environments whose names say that they are not production, and count";
                let advice = "Leave these environments out: name them in `exclude_environments` of [deployments].";
                Some(environments((names, said, "Without"), now, other, advice))
            }
            Variation::WithEnvironments(names) => {
                let said = "to environments that look like production do not count";
                let advice = "Name these environments in `environments` of [deployments] or of the service, if users are \
                              served from there.";
                Some(environments((names, said, "With"), now, other, advice))
            }
            Variation::WithoutFilters => filters(analysis, now, other),
        }
    };
    analysis.alternatives.iter().filter_map(one).collect()
}

fn deployments(figures: &Figures) -> Option<u64> {
    figures[Metric::DeploymentFrequency].known().map(|it| it.n)
}

fn failure_rate(figures: &Figures) -> String {
    let it = &figures[Metric::ChangeFailureRate];
    let known = it.value.zip(it.k);
    known.map_or_else(|| "unknown".into(), |(ratio, failed)| format!("{} ({failed} of {})", percent(ratio), it.n))
}

fn lead_time(figures: &Figures) -> String {
    figures[Metric::LeadTime].value.map_or_else(|| "unknown".into(), hours)
}

fn restore(figures: &Figures) -> String {
    let it = &figures[Metric::TimeToRestore];
    it.value.map_or_else(|| "unknown".into(), |p50| format!("{} (n = {})", hours(p50), it.n))
}

fn rollouts(now: &Figures, once: &Figures) -> Option<Finding> {
    let (records, rollouts) = deployments(now).zip(deployments(once))?;
    (rollouts < records).then(|| {
        finding(
            "one-rollout-many-records",
            Severity::Warning,
            "all",
            format!(
                "Some roll-outs left several deployment records: one revision within 10 minutes, or in several production \
                 environments. With each roll-out counted once: deployments {rollouts} in place of {records}, change failure \
                 rate {} in place of {}.",
                failure_rate(once),
                failure_rate(now)
            ),
            "Set merge_within = \"10m\" under [deployments] to count records of one environment once; leave out \
             environments that follow another one with exclude_environments.",
        )
    })
}

fn listed(names: &BTreeMap<String, u64>) -> (usize, String) {
    let shown: Vec<String> = names.iter().map(|(name, n)| format!("{name} ({n})")).collect();
    (usize::try_from(names.values().sum::<u64>()).unwrap_or(usize::MAX), some(&shown))
}

fn either_way(now: &Figures, other: &Figures, word: &str) -> String {
    let total = |figures: &Figures| deployments(figures).map_or_else(|| "none".into(), |n| n.to_string());
    format!(
        "{word} them: deployments {} in place of {}, median lead time {} in place of {}, change failure rate {} in place of \
         {}.",
        total(other),
        total(now),
        lead_time(other),
        lead_time(now),
        failure_rate(other),
        failure_rate(now)
    )
}

/// Deployments to environments that look like what they are not: `said` is what became of them, `word` what is done with
/// them in the other figures.
fn environments(
    (names, said, word): (&BTreeMap<String, u64>, &str, &str),
    now: &Figures,
    other: &Figures,
    advice: &str,
) -> Finding {
    let (n, shown) = listed(names);
    let message = format!("{} {said}: {shown}. {}", count(n, "deployment"), either_way(now, other, word));
    finding("non-production-counted", Severity::Warning, "all", message, advice)
}

fn filters(analysis: &Analysis, now: &Figures, other: &Figures) -> Option<Finding> {
    let mut by_reason: BTreeMap<&str, usize> = BTreeMap::new();
    for record in analysis.incidents.iter().filter(|record| analysis.known.contains(record.event.opened_at)) {
        let filter = match record.reason {
            Some(Reason::Priority) => "min_priority",
            Some(Reason::Urgency) => "urgencies",
            Some(Reason::Tag) => "ignore_tags",
            _ => continue,
        };
        *by_reason.entry(filter).or_default() += 1;
    }
    let n: usize = by_reason.values().sum();
    let shown: Vec<String> = by_reason.iter().map(|(filter, n)| format!("{filter} {n}")).collect();
    (n > 0).then(|| {
        finding(
            "filtered-incidents",
            Severity::Info,
            "all",
            format!(
                "The filters leave out {} opened in the period: {}. Without the filters: change failure rate {} in place \
                 of {}, median time to restore {} in place of {}.",
                count(n, "incident"),
                shown.join(", "),
                failure_rate(other),
                failure_rate(now),
                restore(other),
                restore(now)
            ),
            "Nothing to do, if what is left out does not affect customers; else loosen min_priority, urgencies or \
             ignore_tags under [incidents].",
        )
    })
}
