//! The texts of findings about deployments and commits, and about environments, statuses and repos that match nothing.

use std::collections::BTreeSet;

use super::{Words, by_frequency, count, count_are, count_have, first, some};
use crate::domain::status::tells_the_end;
use crate::metrics::tables::{Counts, Observation};
use crate::sources::provider::Provider;
use crate::sources::registry::providers;

const READ_IT: &str =
    "Read the missing span; if an imported file is complete for it, import it again with --covers FROM..TO.";
const SMALL: &str = "Read the intervals, or choose a longer period.";

pub(super) fn words(what: &Observation) -> Words {
    match what {
        Observation::DeploymentsNotRead { repos } => Words::new(
            format!(
                "The deployments of {} were not read over the whole period ({}), so figures that need them are missing.",
                count(repos.len(), "repo"),
                some(repos)
            ),
            READ_IT,
        ),
        Observation::NoRepos => Words::new(
            "No repo is known, so there is nothing to count.",
            "Run `fetch`, import deployments, or name repos under [[service]] in dora.toml.",
        ),
        Observation::SmallSample { deployments } => {
            let deployments = count(usize::try_from(*deployments).unwrap_or(usize::MAX), "deployment");
            Words::new(format!("{deployments} in the period: its medians and rates move a lot by chance."), SMALL)
        }
        Observation::SmallSamples { services, fewest } => Words::new(
            format!(
                "{} have fewer than {fewest} deployments each in the period ({}): their medians and rates move a lot by chance.",
                count(services.len(), "service"),
                some(services)
            ),
            SMALL,
        ),
        Observation::UnknownCommits { n } => Words::new(
            format!(
                "{} no lead time, because commits between it and the one before were not read.",
                count_have(*n, "deployment")
            ),
            "Import the commits of these repos, with their parents, back to the revision before.",
        ),
        Observation::NegativeLeadTime { n } => Words::new(
            format!(
                "{} no lead time, because the first commit is dated after the deployment finished.",
                count_have(*n, "deployment")
            ),
            "Check the clocks, and check that finished_at is the time at which the deployment succeeded.",
        ),
        Observation::Redeploys { n } => Words::new(
            format!(
                "{} brought the same revision again: counted as a deployment, without a lead time.",
                count(*n, "deployment")
            ),
            "Nothing to do, if restarts are meant to be deployments.",
        ),
        Observation::Rollbacks { n } => Words::new(
            format!(
                "{} went back to an earlier revision: counted as a deployment, without a lead time.",
                count(*n, "deployment")
            ),
            "Set count_rollbacks = true under [incidents] if each of them undid a failure.",
        ),
        Observation::UnmappedRepos { repos } => Words::new(
            format!(
                "{} in no service, so the deployments of {} are not counted.",
                count_are(repos.len(), "repo"),
                some(repos)
            ),
            "Add them to a [[service]] in dora.toml, or leave them out on purpose.",
        ),
        Observation::AbsurdCommits { shas } => Words::new(
            format!(
                "{} dated in the year 1 or 1970 ({}), which usually means that the date is missing: no lead time \
                 starts at such a commit.",
                count_are(shas.len(), "commit"),
                first(5, shas.iter().map(|sha| sha.get(..10).unwrap_or(sha)))
            ),
            "Nothing to do; the clock of the machine that made the commits was probably not set.",
        ),
        Observation::NothingCounted { services, n, environments, statuses } => {
            nothing_counted(services, *n, environments, statuses)
        }
        Observation::FewCounted { counted, n, environments, statuses } => Words::new(
            format!(
                "{counted} of {} in the period are counted.{}",
                count(*n, "deployment"),
                seen(*n, environments, statuses)
            ),
            "Nothing to do, if the others did not reach users; otherwise name their environments under [deployments].",
        ),
        Observation::StandIns { kind, n } => Words::new(
            format!(
                "{n} {} are counted as deployments (a proxy): frequency counts them, and lead time ends with them, not when users \
                 got the change.",
                kind.plural()
            ),
            kind.way_to_deployments(),
        ),
        Observation::CommitsAsDeployments { with_commit, n } => Words::new(
            format!(
                "{with_commit} of {n} deployments finish in the same second as their commit: they are likely commits \
                 or merges. So frequency counts commits or merges, and lead time ends with them, not when users got \
                 the change."
            ),
            "Import deployments with the time at which each went live as finished_at.",
        ),
        _ => Words::new("", ""),
    }
}

/// The sections that have the key `statuses`.
fn sections_with_statuses() -> String {
    let has_key =
        |provider: &&Provider| provider.sections.iter().any(|it| it.keys.iter().any(|key| key.name == "statuses"));
    let names: Vec<String> =
        providers().filter(has_key).map(|provider| format!("[[{}]]", provider.section())).collect();
    names.join(" and ")
}

fn seen(n: usize, environments: &Counts, statuses: &Counts) -> String {
    if n == 0 {
        return String::new();
    }
    format!(" Environments: {}. Statuses: {}.", by_frequency(environments), by_frequency(statuses))
}

fn nothing_counted(services: &BTreeSet<String>, n: usize, environments: &Counts, statuses: &Counts) -> Words {
    let whose = if services.is_empty() {
        String::new()
    } else {
        format!("{} ({}): ", count(services.len(), "service"), some(services))
    };
    let message = format!(
        "{whose}Deployments were read, but none has both an environment that counts and a status that says how it \
         ended: the figures are missing, not 0.{}",
        seen(n, environments, statuses)
    );
    let mut ways = Vec::new();
    if let Some(status) = statuses.keys().find(|status| !tells_the_end(status)) {
        ways.push(format!(
            "If the status `{status}` means success, say so. Import a file with --map-status {status}=success. For a source \
             of {}, set statuses = {{ \"{status}\" = \"success\" }}; other sources have no such key.",
            sections_with_statuses()
        ));
    }
    let likely = environments.iter().max_by_key(|(_, n)| **n).map_or("production", |(name, _)| name);
    ways.push(format!(
        "Name the environments that serve users under [deployments], for example environments = [\"{likely}\"]."
    ));
    Words::new(message, ways.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_status_is_mapped_by_the_flag_of_imports_or_by_the_key_of_the_section_that_has_one() {
        let counts = |name: &str| Counts::from([(name.to_owned(), 2)]);
        let words = nothing_counted(&BTreeSet::new(), 2, &counts("live"), &counts("shipped"));
        for part in [
            "If the status `shipped` means success, say so.",
            "Import a file with --map-status shipped=success.",
            "For a source of [[http_deployments]], set statuses = { \"shipped\" = \"success\" };",
            "environments = [\"live\"]",
        ] {
            assert!(words.advice.contains(part), "{part}: {}", words.advice);
        }
        let words = nothing_counted(&BTreeSet::new(), 2, &counts("live"), &counts("failure"));
        assert!(words.advice.starts_with("Name the environments"), "{}", words.advice);
    }
}
