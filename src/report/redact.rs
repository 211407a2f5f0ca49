//! A report that can be shared outside: pseudonyms replace names of services, teams, repos and people, titles and
//! links.
//!
//! A name has the same pseudonym in every report, so that two of them can be compared; figures, instants, kinds and
//! bands stay. Someone who guesses a name can verify the guess: a pseudonym is not a secret.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};

use crate::domain::band::Bands;
use crate::domain::coverage::EVERYTHING;
use crate::domain::event::Table;
use crate::domain::glob::Glob;
use crate::domain::group::{Group, GroupKind, ServiceName, TeamName};
use crate::domain::kind::DeploymentKind;
use crate::domain::pattern::Pattern;
use crate::domain::priority::priority_rank;
use crate::domain::status::is_known_status;
use crate::metrics::findings::sort;
use crate::metrics::tables::{
    Analysis, Cause, DeploymentRecord, Figure, Figures, Finding, IncidentRecord, NoData, Observation, Variation,
};
use crate::sources::registry::provider;

/// The analysis with its names replaced, and its findings computed again.
pub fn redact(mut analysis: Analysis) -> Analysis {
    for report in &mut analysis.groups {
        group(&mut report.group);
        report.team = report.team.as_ref().map(team_name);
        figures(&mut report.figures);
        report.earlier.iter_mut().for_each(|past| figures(&mut past.figures));
        for month in &mut report.months {
            no_data(&mut month.figure);
        }
        report.recent.iter_mut().for_each(no_data);
    }
    analysis.deployments = std::mem::take(&mut analysis.deployments).renamed(rename_deployment);
    analysis.incidents = std::mem::take(&mut analysis.incidents).renamed(rename_incident);
    for alternative in &mut analysis.alternatives {
        if let Variation::WithEnvironments(names) | Variation::WithoutEnvironments(names) = &mut alternative.variation {
            *names = std::mem::take(names).into_iter().map(|(name, n)| (environment(&name), n)).collect();
        }
    }
    for entry in &mut analysis.coverage {
        if entry.scope != EVERYTHING {
            entry.scope = pseudonym("repo", &entry.scope);
        }
        entry.source = source(&entry.source);
    }
    for record in &mut analysis.history {
        record.name = match record.table {
            Table::Incidents => source(&record.name),
            _ => pseudonym("repo", &record.name),
        };
    }
    settings(&mut analysis);
    analysis.service_filter = analysis.service_filter.take().map(|name| pseudonym("filter", &name));
    analysis.team_filter = analysis.team_filter.take().map(|name| pseudonym("filter", &name));
    analysis.groups.sort_by(|a, b| a.group.cmp(&b.group));
    analysis.findings.iter_mut().for_each(finding);
    sort(&mut analysis.findings);
    analysis
}

fn as_text(text: String) -> Cow<'static, str> {
    Cow::Owned(text)
}

/// The record of an incident, with its names replaced.
fn rename_incident(record: &mut IncidentRecord<'_>) {
    let event = &mut record.event;
    event.title = event.title.take().map(|title| as_text(pseudonym("title", &title)));
    event.id = as_text(pseudonym("incident", &event.id));
    event.source = as_text(source(&event.source));
    event.service_keys.iter_mut().for_each(|key| *key = as_text(pseudonym("key", key)));
    event.tags.iter_mut().for_each(|tag| *tag = as_text(pseudonym("tag", tag)));
    event.url = None;
    event.status = event.status.take().map(|it| as_text(known(&it, "status")));
    event.urgency = event.urgency.take().map(|it| as_text(known(&it, "urgency")));
    event.priority = event.priority.take().map(|it| match priority_rank(&it) {
        Some(number) => as_text(format!("P{number}")),
        None => as_text(pseudonym("priority", &it)),
    });
    record.services.iter_mut().for_each(service);
    record.teams.iter_mut().for_each(team);
    if let Some(link) = &mut record.link {
        link.deployment_id = as_text(deployment(&link.deployment_id));
        link.service.iter_mut().for_each(service);
        link.team.iter_mut().for_each(team);
    }
}

/// The record of a deployment, with its names replaced.
fn rename_deployment(record: &mut DeploymentRecord<'_>) {
    let event = &mut record.event;
    event.repo = as_text(pseudonym("repo", &event.repo));
    event.environment = event.environment.take().map(|name| as_text(environment(&name)));
    event.sha = event.sha.take().map(|sha| as_text(pseudonym("revision", &sha)));
    event.id = as_text(deployment(&event.id));
    event.url = None;
    if !is_known_status(&event.status) {
        event.status = as_text(pseudonym("status", &event.status));
    }
    event.task = event.task.take().map(|task| as_text(self::task(&task)));
    event.source = as_text(source(&event.source));
    record.absurd_commits.iter_mut().for_each(|sha| *sha = pseudonym("revision", sha));
    if let Some(start) = &mut record.start {
        start.sha = start.sha.take().map(|sha| pseudonym("revision", &sha));
        start.pull_request = None;
    }
    record.service.iter_mut().for_each(service);
    record.team.iter_mut().for_each(team);
    for cause in &mut record.failed_by {
        match cause {
            Cause::Incident { id, source: of } => {
                *id = pseudonym("incident", id);
                *of = source(of);
            }
            Cause::Rollback { id } => *id = deployment(id),
        }
    }
}

/// A finding, with its names replaced.
fn finding(finding: &mut Finding) {
    group(&mut finding.scope);
    let each = |names: &mut BTreeSet<String>, kind: &str| {
        *names = names.iter().map(|name| pseudonym(kind, name)).collect();
    };
    match &mut finding.what {
        Observation::DeploymentsNotRead { repos } | Observation::UnmappedRepos { repos } => each(repos, "repo"),
        Observation::IncidentsNotRead { sources } => *sources = sources.iter().map(|name| source(name)).collect(),
        Observation::SmallSamples { services, .. } => each(services, "service"),
        Observation::OverWithoutAnEnd { ids, .. }
        | Observation::ZeroLength { ids, .. }
        | Observation::ReferenceNamesNothing { ids, .. } => {
            for id in ids.iter_mut() {
                *id = pseudonym("incident", id);
            }
        }
        Observation::AbsurdCommits { shas } => shas.iter_mut().for_each(|sha| *sha = pseudonym("revision", sha)),
        Observation::NothingCounted { services, environments, statuses, .. } => {
            each(services, "service");
            counts(environments, |name| name.as_deref().map(environment));
            counts(statuses, |name| status(name));
        }
        Observation::FewCounted { environments, statuses, .. } => {
            counts(environments, |name| name.as_deref().map(environment));
            counts(statuses, |name| status(name));
        }
        Observation::Environments { names, .. } => counts(names, |name| environment(name)),
        Observation::UnmappedIncidents { keys, .. } => counts(keys, |key| pseudonym("key", key)),
        Observation::UnknownPriorities { names } => counts(names, |name| pseudonym("priority", name)),
        Observation::NoRepos
        | Observation::NoIncidentSource
        | Observation::SmallSample { .. }
        | Observation::ZeroFailures { .. }
        | Observation::UnknownCommits { .. }
        | Observation::NegativeLeadTime { .. }
        | Observation::Redeploys { .. }
        | Observation::Rollbacks { .. }
        | Observation::OpenIncidents { .. }
        | Observation::StandIns { .. }
        | Observation::CommitsAsDeployments { .. }
        | Observation::ByTheClock { .. }
        | Observation::PartialOutagesMissing { .. }
        | Observation::FromPullRequests { .. }
        | Observation::Rollouts { .. }
        | Observation::Filtered { .. }
        | Observation::Sustained { .. }
        | Observation::Rework { .. } => {}
    }
}

/// Names with how often each occurs; those that become one are added up.
fn counts<N: Ord>(names: &mut BTreeMap<N, usize>, rename: impl Fn(&N) -> N) {
    let mut renamed = BTreeMap::new();
    for (name, n) in std::mem::take(names) {
        *renamed.entry(rename(&name)).or_default() += n;
    }
    *names = renamed;
}

fn status(name: &str) -> String {
    if is_known_status(name) { name.to_owned() } else { pseudonym("status", name) }
}

fn group(group: &mut Group) {
    match group.kind {
        GroupKind::All => {}
        GroupKind::Team => group.name = pseudonym("team", &group.name),
        GroupKind::Service => group.name = pseudonym("service", &group.name),
    }
}

fn settings(analysis: &mut Analysis) {
    let settings = &mut analysis.settings;
    let glob = |glob: &Glob| Glob::literal(&pseudonym("pattern", glob.as_str()));
    settings.organisation = None;
    let pattern = |it: &Glob| if environment(it.as_str()) == it.as_str() { it.clone() } else { glob(it) };
    settings.environments = settings.environments.iter().map(pattern).collect();
    settings.exclude_environments = settings.exclude_environments.iter().map(pattern).collect();
    // Thresholds of one's own have a name and a note of one's own.
    if Bands::edition(&settings.bands.edition).is_none() {
        settings.bands.edition = String::from("own");
        settings.bands.note = String::from("Thresholds of our own.");
    }
    settings.urgencies.iter_mut().for_each(|it| *it = known(it, "urgency"));
    settings.ignore_tags.iter_mut().for_each(|tag| *tag = pseudonym("tag", tag));
    let rework = &mut settings.rework;
    rework.labels.iter_mut().for_each(|label| *label = pseudonym("label", label));
    for list in [&mut rework.branches, &mut rework.refs, &mut rework.tasks] {
        *list = list.iter().map(glob).collect();
    }
    // A pseudonym is an expression that matches itself.
    rework.titles =
        rework.titles.iter().filter_map(|it| Pattern::new(&pseudonym("pattern", it.as_str())).ok()).collect();
    for service in &mut settings.services {
        service.name = ServiceName(pseudonym("service", &service.name.0));
        service.team = service.team.as_ref().map(team_name);
        service.repos = service.repos.iter().map(glob).collect();
        service.environments = service.environments.as_ref().map(|globs| globs.iter().map(glob).collect());
        service.incident_keys.iter_mut().for_each(|key| *key = pseudonym("key", key));
    }
}

/// A word of the services' own, or else a pseudonym.
fn known(word: &str, kind: &str) -> String {
    const WORDS: [&str; 11] = [
        "high",
        "low",
        "open",
        "closed",
        "resolved",
        "acknowledged",
        "triggered",
        "merged",
        "gone",
        "firing",
        "not_planned",
    ];
    if WORDS.contains(&word.to_lowercase().as_str()) { word.to_owned() } else { pseudonym(kind, word) }
}

/// Names of sources that this program gives beside those of the providers; an imported row may bring any other.
const SOURCES: [&str; 2] = ["git", "file"];

/// Where a row comes from.
fn source(name: &str) -> String {
    // A filtered reading has a digest of its filter behind it.
    let digest = name.rsplit_once("-only-").map_or("", |(_, digest)| digest);
    let is_reading = DeploymentKind::of_reading(name).is_some() && digest.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_own = SOURCES.contains(&name) || provider(name).is_some() || is_reading;
    if is_own { name.to_owned() } else { pseudonym("source", name) }
}

/// What was run. The tasks that this program gives are kept.
fn task(name: &str) -> String {
    let is_own = name == "deploy" || DeploymentKind::ALL.iter().any(|kind| kind.task() == Some(name));
    if is_own { name.to_owned() } else { pseudonym("task", name) }
}

/// The id of a deployment; the prefix of a proxy is kept.
fn deployment(id: &str) -> String {
    DeploymentKind::of(id).id(&pseudonym("deployment", id))
}

/// Words that do not identify the user of an environment.
const COMMON: [&str; 24] = [
    "production",
    "prod",
    "prd",
    "live",
    "staging",
    "stage",
    "stg",
    "test",
    "testing",
    "dev",
    "development",
    "qa",
    "uat",
    "preview",
    "sandbox",
    "preprod",
    "pre",
    "non",
    "release",
    "canary",
    "demo",
    "eu",
    "us",
    "github",
];

/// An environment's name, unless it is made of common words alone.
fn environment(name: &str) -> String {
    let lower = name.to_lowercase();
    let mut words = lower.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let is_word = |word: &str| COMMON.contains(&word);
    let is_common = |word: &str| COMMON.contains(&word) || word.chars().all(|letter| letter.is_ascii_digit());
    if name.is_ascii() && words.clone().any(is_word) && words.all(is_common) {
        name.to_owned()
    } else {
        pseudonym("environment", name)
    }
}

fn service(name: &mut Cow<'_, ServiceName>) {
    *name = Cow::Owned(ServiceName(pseudonym("service", &name.0)));
}

fn team(name: &mut Cow<'_, TeamName>) {
    *name = Cow::Owned(team_name(name));
}

fn team_name(name: &TeamName) -> TeamName {
    TeamName(pseudonym("team", &name.0))
}

fn figures(figures: &mut Figures) {
    for (_, figure) in figures.iter_mut() {
        no_data(figure);
        figure.previous.as_deref_mut().into_iter().for_each(no_data);
    }
}

/// Repos and sources that were not read are named where a figure is missing.
fn no_data(figure: &mut Figure) {
    match &mut figure.missing {
        Some(NoData::DeploymentsNotRead { repos, .. }) => {
            for repo in repos.iter_mut() {
                *repo = pseudonym("repo", repo);
            }
            repos.sort_unstable();
        }
        Some(NoData::IncidentsNotRead { sources, .. }) => {
            for name in sources.iter_mut() {
                *name = source(name);
            }
            sources.sort_unstable();
        }
        _ => {}
    }
}

/// The pseudonym of a name of one kind.
pub fn pseudonym(kind: &str, name: &str) -> String {
    let digest = Sha256::digest(format!("{kind}\n{}", name.to_lowercase()));
    let short = digest.iter().take(4).fold(0_u32, |sum, byte| sum << 8 | u32::from(*byte));
    format!("{kind}-{short:08x}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::tables::Severity;

    #[test]
    fn a_name_has_one_pseudonym_and_two_names_have_two() {
        assert_eq!(pseudonym("repo", "Acme/Web"), pseudonym("repo", "acme/web"));
        assert_ne!(pseudonym("repo", "acme/web"), pseudonym("service", "acme/web")[..].replace("service", "repo"));
        assert_ne!(pseudonym("repo", "acme/web"), pseudonym("repo", "acme/api"));
        assert_eq!(environment("eu-prod-1"), "eu-prod-1");
        for name in ["checkout-prod", "東京支店", "4711", "三菱-prod"] {
            assert!(environment(name).starts_with("environment-"), "{name}");
        }
        assert_eq!(source("github"), "github");
        assert!(source("github-only-acme-bank").starts_with("source-"));
    }

    #[test]
    fn an_environment_named_none_is_replaced_and_a_missing_environment_stays_missing() {
        let environments = [(Some("none".to_owned()), 1), (None, 2)].into();
        let what =
            Observation::FewCounted { counted: 0, n: 3, environments, statuses: [("none".to_owned(), 3)].into() };
        let mut found = Finding { severity: Severity::Info, scope: Group::all(), what };
        finding(&mut found);
        let Observation::FewCounted { environments, statuses, .. } = found.what else { unreachable!() };
        assert_eq!(environments, [(Some(pseudonym("environment", "none")), 1), (None, 2)].into());
        assert_eq!(statuses, [(pseudonym("status", "none"), 3)].into());
    }
}
