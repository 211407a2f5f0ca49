//! The texts of findings about deployments and commits, and about environments, statuses and repos that match nothing.

use std::collections::BTreeSet;

use super::{Words, by_frequency, count, count_are, count_have, first, most_frequent, some};
use crate::document::{keys, quoted};
use crate::domain::glob::Glob;
use crate::domain::status::tells_the_end;
use crate::metrics::tables::{Counts, EnvironmentCounts, Observation};
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
        Observation::FewCounted { counted, n, environments, statuses } => {
            few_counted(*counted, *n, environments, statuses)
        }
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

/// The sections that have a key.
fn sections_with(name: &str) -> String {
    sections(|section| section.keys.iter().any(|key| key.name == name))
}

fn sections(is_meant: impl Fn(&keys::Section) -> bool) -> String {
    let meant = providers().flat_map(|provider| provider.sections).filter(|section| is_meant(section));
    meant.map(keys::Section::header).collect::<Vec<_>>().join(" and ")
}

fn seen(n: usize, environments: &EnvironmentCounts, statuses: &Counts) -> String {
    if n == 0 {
        return String::new();
    }
    let name = |name: &Option<String>| name.clone().unwrap_or_else(|| "no environment".into());
    let environments = most_frequent(environments).into_iter().map(|(it, n)| format!("{} ({n})", name(it)));
    format!(" Environments: {}. Statuses: {}.", some(environments), by_frequency(statuses))
}

/// What makes deployments without an environment count; no pattern in the configuration does.
fn give_environment(environments: &EnvironmentCounts) -> Option<String> {
    let n = *environments.get(&None)?;
    Some(format!(
        "{} no environment, so no pattern matches, not even `*`. Import a file again with the environment in its column \
         `environment`, or name another column with --map environment=COLUMN. For a source of {}, set environment_name = \
         \"production\" instead of environment; for {}, set environment = \"production\" instead of \
         environment_parameter; for {}, set name = \"production\" alone; then run `dora-report fetch --full`.",
        count_have(n, "deployment"),
        sections_with("environment_name"),
        sections_with("environment_parameter"),
        sections(|section| section.name.ends_with(".environment"))
    ))
}

fn few_counted(counted: usize, n: usize, environments: &EnvironmentCounts, statuses: &Counts) -> Words {
    let message = format!(
        "{counted} of {} in the period are counted.{}",
        count(n, "deployment"),
        seen(n, environments, statuses)
    );
    let usual =
        "Nothing to do, if the others did not reach users; otherwise name their environments under [deployments].";
    let ways: Vec<String> = std::iter::once(usual.to_owned()).chain(give_environment(environments)).collect();
    Words::new(message, ways.join(" "))
}

fn nothing_counted(
    services: &BTreeSet<String>,
    n: usize,
    environments: &EnvironmentCounts,
    statuses: &Counts,
) -> Words {
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
            sections_with("statuses")
        ));
    }
    let named = environments.iter().filter_map(|(name, n)| Some((name.as_deref()?, n)));
    let likely = named.max_by_key(|(_, n)| **n).map(|(name, _)| name);
    if likely.is_some() || environments.is_empty() {
        ways.push(format!(
            "Name the environments that serve users under [deployments], for example environments = [{}].",
            quoted(&Glob::escaped(likely.unwrap_or("production")))
        ));
    }
    ways.extend(give_environment(environments));
    Words::new(message, ways.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_status_is_mapped_by_the_flag_of_imports_or_by_the_key_of_the_section_that_has_one() {
        let counts = |name: &str| Counts::from([(name.to_owned(), 2)]);
        let live = EnvironmentCounts::from([(Some("live".to_owned()), 2)]);
        let words = nothing_counted(&BTreeSet::new(), 2, &live, &counts("shipped"));
        for part in [
            "If the status `shipped` means success, say so.",
            "Import a file with --map-status shipped=success.",
            "For a source of [[http_deployments]], set statuses = { \"shipped\" = \"success\" };",
            "environments = [\"live\"]",
        ] {
            assert!(words.advice.contains(part), "{part}: {}", words.advice);
        }
        let words = nothing_counted(&BTreeSet::new(), 2, &live, &counts("failure"));
        assert!(words.advice.starts_with("Name the environments"), "{}", words.advice);
    }

    #[test]
    fn the_advised_environments_are_read_back_as_the_name_that_was_seen() {
        let success = Counts::from([("success".to_owned(), 3)]);
        for name in ["prod*", "a\"b\\c", "live[eu]"] {
            let environments = EnvironmentCounts::from([(Some(name.to_owned()), 3)]);
            let Words { advice, .. } = nothing_counted(&BTreeSet::new(), 3, &environments, &success);
            let (_, line) = advice.split_once("for example ").expect("an example");
            let table: toml::Table = line.strip_suffix('.').expect("a sentence").parse().expect("TOML");
            let pattern = table["environments"][0].as_str().expect("a text");
            let glob = Glob::new(pattern).expect("a pattern");
            assert!(glob.matches(name) && !glob.matches("production"), "{line}");
        }
    }

    #[test]
    fn deployments_without_an_environment_are_given_one_and_are_not_named_in_a_pattern() {
        let success = Counts::from([("success".to_owned(), 3)]);
        let of = |environments: &[(Option<&str>, usize)]| {
            let environments = environments.iter().map(|(name, n)| (name.map(str::to_owned), *n)).collect();
            nothing_counted(&BTreeSet::new(), 3, &environments, &success)
        };
        let Words { message, advice } = of(&[(None, 3)]);
        assert!(message.contains("Environments: no environment (3)."), "{message}");
        assert!(advice.starts_with("3 deployments have no environment"), "{advice}");
        assert!(advice.contains("a source of [[http_deployments]], set environment_name"), "{advice}");
        assert!(advice.contains("for [jenkins], set environment = "), "{advice}");
        assert!(advice.contains("--map environment=COLUMN") && !advice.contains("environments ="), "{advice}");
        assert!(advice.contains("for [argocd.environment], set name = "), "{advice}");
        let Words { message, advice } = of(&[(None, 2), (Some("none"), 1)]);
        assert!(message.contains("Environments: no environment (2), none (1)."), "{message}");
        assert!(
            advice.starts_with("Name the environments") && advice.contains("environments = [\"none\"]"),
            "{advice}"
        );
        assert!(advice.contains("2 deployments have no environment"), "{advice}");
    }
}
