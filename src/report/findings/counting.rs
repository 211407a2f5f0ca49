//! The texts of findings about counting: what the figures would be with another way of counting.

use super::{Words, by_name, count, hours, percent};
use crate::metrics::tables::{IncidentFilter, Numbers, Observation};

pub(super) fn words(what: &Observation) -> Words {
    match what {
        Observation::ByTheClock { window, failed, deployments, low_urgency, opened } => {
            by_the_clock((*window, *failed, *deployments), *low_urgency, *opened)
        }
        Observation::FromPullRequests { requests, opened, ours, n } => Words::new(
            format!(
                "Measured from the opening of the {}, the median lead time would be {}. From the first commit of each \
                 deployment, it is {} (n = {n}). The later start would hide {:.0} % of the lead time.",
                count(usize::try_from(*requests).unwrap_or(usize::MAX), "pull request"),
                hours(*opened),
                hours(*ours),
                100.0 * (ours - opened) / ours
            ),
            "Compare with other tools only after asking where their clock starts.",
        ),
        Observation::Rollouts { now, once } => Words::new(
            format!(
                "Some roll-outs have several deployment records: one revision deployed again within 10 minutes, or to \
                 several production environments. If each roll-out counted once: deployments {} instead of {}, change \
                 failure rate {} instead of {}.",
                total(once),
                total(now),
                failure_rate(once),
                failure_rate(now)
            ),
            "Set merge_within = \"10m\" under [deployments] to count the records of one environment once; use \
             exclude_environments to leave out environments that receive the same roll-out later.",
        ),
        Observation::Environments { are_counted, names, now, other } => {
            let (said, word, advice) = if *are_counted {
                (
                    "went to environments that do not look like production but are counted",
                    "Without",
                    "Leave these environments out: name them in `exclude_environments` of [deployments].",
                )
            } else {
                (
                    "went to environments that look like production but are not counted",
                    "With",
                    "Name these environments in `environments` of [deployments] or of the service, if users are served \
                     from there.",
                )
            };
            let n = count(names.values().sum(), "deployment");
            Words::new(format!("{n} {said}: {}. {}", by_name(names), either_way(now, other, word)), advice)
        }
        Observation::Filtered { by_filter, now, without } => {
            let shown: Vec<String> = by_filter.iter().map(|(filter, n)| format!("{} {n}", key(*filter))).collect();
            Words::new(
                format!(
                    "The filters leave out {} opened in the period: {}. Without the filters: change failure rate {} in place \
                     of {}, median time to restore {} in place of {}.",
                    count(by_filter.values().sum(), "incident"),
                    shown.join(", "),
                    failure_rate(without),
                    failure_rate(now),
                    restore(without),
                    restore(now)
                ),
                "Nothing to do, if what is left out does not affect customers; else loosen min_priority, urgencies or \
                 ignore_tags under [incidents].",
            )
        }
        Observation::Rework { k, n, said, fixes, rollbacks, left } => {
            let [without_said, without_rollbacks, by_incidents] = left.map(|left| percent(left as f64 / *n as f64));
            let otherwise = if left.iter().all(|left| *left as u64 == *k) {
                String::new()
            } else {
                format!(
                    " It would be {without_said} without the marked ones, {without_rollbacks} without rollbacks, and \
                     {by_incidents} by incidents alone."
                )
            };
            Words::new(
                format!(
                    "{k} of {n} deployments are rework, each counted under the first rule that applies: {said} marked as \
                     rework, {fixes} the first after an unresolved incident, {rollbacks} rollbacks. The rework rate is \
                     {}.{otherwise}",
                    percent(*k as f64 / *n as f64)
                ),
                "Name the labels, branches or titles of hotfixes under [rework]. A rollback is not rework if two builds ran at \
                 once and the older one finished last.",
            )
        }
        _ => Words::new("", ""),
    }
}

fn by_the_clock((window, failed, deployments): (u64, u64, u64), low_urgency: usize, opened: usize) -> Words {
    if window == 0 {
        return Words::new(
            format!(
                "{low_urgency} of {opened} incidents are of low urgency, and count in time to restore like the others."
            ),
            "Filter alerts with `urgencies` or `min_priority` under [incidents].",
        );
    }
    let percent = |failed: u64| percent(failed as f64 / deployments as f64);
    let alerts = match low_urgency {
        0 => String::new(),
        n => format!(" {n} of {opened} incidents are of low urgency."),
    };
    Words::new(
        format!(
            "{window} of {failed} failures are linked by the time window alone: the change failure rate is {} with them and {} \
             without.{alerts}",
            percent(failed),
            percent(failed.saturating_sub(window))
        ),
        "Give the incidents that a deployment caused a label, tag or field that says so, and name it as `caused_by_deploy` of \
         their source (in files: the column `caused_by_deploy`, or the label `caused-by-deploy`); filter alerts with `urgencies` or `min_priority` under [incidents].",
    )
}

/// The key of the configuration that sets a filter.
fn key(filter: IncidentFilter) -> &'static str {
    match filter {
        IncidentFilter::IgnoreTags => "ignore_tags",
        IncidentFilter::MinPriority => "min_priority",
        IncidentFilter::Urgencies => "urgencies",
    }
}

fn total(it: &Numbers) -> String {
    it.deployments.map_or_else(|| "none".into(), |n| n.to_string())
}

fn failure_rate(it: &Numbers) -> String {
    let shown = |(ratio, failed, n)| format!("{} ({failed} of {n})", percent(ratio));
    it.failures.map_or_else(|| "unknown".into(), shown)
}

fn lead_time(it: &Numbers) -> String {
    it.lead_time.map_or_else(|| "unknown".into(), hours)
}

fn restore(it: &Numbers) -> String {
    it.restore.map_or_else(|| "unknown".into(), |(p50, n)| format!("{} (n = {n})", hours(p50)))
}

fn either_way(now: &Numbers, other: &Numbers, word: &str) -> String {
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
