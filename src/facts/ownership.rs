//! The services in force, and which of them own a deployment or an incident. `owners` joins all events with them.
//!
//! A deployment belongs to the first configured service whose repos and environments match it. An incident affects every
//! service that (1) lists an id or name of it, exactly, or, where none does, (2) has an equal name; where none has, an
//! issue affects (3) every service that has its repo. With no service configured, every repo that has deployments is
//! its own.

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

use super::frame_columns::coded;
use crate::domain::glob::Glob;
use crate::domain::group::{ServiceName, TeamName};
use crate::domain::reason::Reason;
use crate::domain::settings::{Service, Settings};
use crate::sources::registry::provider;

/// Index of a service among those in force.
pub type ServiceIndex = usize;

/// The services in force, and the answers already given.
#[derive(Debug, Default)]
pub struct Ownership {
    settings: Settings,
    /// In config order, or sorted by name where none is configured.
    pub services: Vec<Service>,
    /// The services that list an incident key, in config order.
    by_key: FxHashMap<String, Vec<ServiceIndex>>,
    /// The services of a name in lower case, or of a repo's name without its owner.
    by_name: FxHashMap<String, Vec<ServiceIndex>>,
}

/// Which services an incident affects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping {
    /// In config order, each once; empty where nothing matches.
    pub services: Vec<ServiceIndex>,
    /// How they were found.
    pub rule: MatchRule,
}

/// How the services of an incident were found, or not. The order is the precedence: only the first rule that finds a
/// service counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum MatchRule {
    /// They list an id or name of it.
    Listed,
    /// They have a name of it.
    EqualName,
    /// They have its repo.
    OwnRepo,
    /// None matches.
    Unmapped,
}

impl MatchRule {
    /// The remark on an incident that counts; none if a service lists its key.
    pub fn reason(self) -> Option<Reason> {
        match self {
            Self::Listed => None,
            Self::EqualName | Self::OwnRepo => Some(Reason::EqualName),
            Self::Unmapped => Some(Reason::Unmapped),
        }
    }
}

coded!(MatchRule: Listed, EqualName, OwnRepo, Unmapped);

impl Mapping {
    /// The services that the first rule with any has found.
    fn first(found: impl Iterator<Item = (MatchRule, ServiceIndex)> + Clone) -> Self {
        let rule = found.clone().map(|(rule, _)| rule).min().unwrap_or(MatchRule::Unmapped);
        let services: BTreeSet<ServiceIndex> = found.filter(|it| it.0 == rule).map(|(_, service)| service).collect();
        Self { services: services.into_iter().collect(), rule }
    }
}

impl Ownership {
    /// The services of a configuration, or one for each of the repos, which are those that have deployments.
    pub fn new<'r>(settings: &Settings, repos: impl IntoIterator<Item = &'r str>) -> Self {
        let services: Vec<Service> = if settings.services.is_empty() {
            // A repo is one repo however its name is spelt; the first spelling in order of text names it.
            let repos: BTreeSet<&str> = repos.into_iter().collect();
            let mut seen: BTreeSet<String> = BTreeSet::new();
            repos.into_iter().filter(|repo| seen.insert(repo.to_lowercase())).map(own_service).collect()
        } else {
            settings.services.clone()
        };
        let mut by_key: FxHashMap<String, Vec<ServiceIndex>> = FxHashMap::default();
        let mut by_name: FxHashMap<String, Vec<ServiceIndex>> = FxHashMap::default();
        for (index, service) in services.iter().enumerate() {
            for key in &service.incident_keys {
                by_key.entry(key.clone()).or_default().push(index);
            }
            let name = service.name.0.to_lowercase();
            if let Some((_, short)) = name.rsplit_once('/') {
                by_name.entry(short.to_owned()).or_default().push(index);
            }
            by_name.entry(name).or_default().push(index);
        }
        Self { settings: settings.clone(), services, by_key, by_name }
    }

    /// The team of a service.
    pub fn team(&self, service: ServiceIndex) -> Option<&TeamName> {
        self.services.get(service)?.team.as_ref()
    }

    /// The name of a service.
    pub fn name(&self, service: ServiceIndex) -> Option<&ServiceName> {
        self.services.get(service).map(|service| &service.name)
    }

    /// The service of the deployments of a repo to an environment, or why they do not count.
    ///
    /// # Errors
    /// The reason.
    pub fn of_place(&self, repo: &str, environment: Option<&str>) -> Result<ServiceIndex, Reason> {
        let any = |globs: &[Glob], name: &str| globs.iter().any(|glob| glob.matches(name));
        if !self.services.iter().any(|service| any(&service.repos, repo)) {
            return Err(Reason::NoService);
        }
        let environment = environment.ok_or(Reason::NoEnvironment)?;
        self.services
            .iter()
            .position(|it| any(&it.repos, repo) && self.settings.is_production(Some(it), environment))
            .ok_or(Reason::NotProduction)
    }

    /// The services that an incident of a source affects, by its keys.
    pub fn of_incident<'k>(&self, source: &str, keys: impl Iterator<Item = &'k str> + Clone) -> Mapping {
        let repo = keys.clone().next().filter(|_| keys_are_repos(source));
        Mapping::first(keys.flat_map(|key| self.of_key(key)).chain(repo.into_iter().flat_map(|it| self.with_repo(it))))
    }

    /// The services that some keys of an incident source map to.
    pub fn of_keys<'k>(&self, keys: impl Iterator<Item = &'k str> + Clone) -> Mapping {
        Mapping::first(keys.flat_map(|key| self.of_key(key)))
    }

    /// Every service that a key of an incident finds, with the rule.
    fn of_key(&self, key: &str) -> impl Iterator<Item = (MatchRule, ServiceIndex)> + Clone {
        let listed = self.by_key.get(key).into_iter().flatten().map(|service| (MatchRule::Listed, *service));
        let named = self.by_name.get(&key.to_lowercase()).into_iter().flatten();
        listed.chain(named.map(|service| (MatchRule::EqualName, *service)))
    }

    /// The services that have a repo, for an issue of it.
    pub(super) fn of_repo(&self, repo: &str) -> Mapping {
        Mapping::first(self.with_repo(repo))
    }

    fn with_repo(&self, repo: &str) -> impl Iterator<Item = (MatchRule, ServiceIndex)> + Clone {
        let has = move |service: &&Service| service.repos.iter().any(|glob| glob.matches(repo));
        let own = (0..).zip(&self.services).filter(move |(_, service)| has(service));
        own.map(|(index, _)| (MatchRule::OwnRepo, index))
    }
}

/// Whether the first key of an incident of a source is a repo.
pub(super) fn keys_are_repos(source: &str) -> bool {
    provider(source).is_some_and(|it| it.keys_are_repos)
}

/// The service of one repo, which has its name.
pub(super) fn own_service(repo: &str) -> Service {
    Service {
        name: ServiceName(repo.to_owned()),
        team: None,
        repos: vec![Glob::literal(repo)],
        environments: None,
        incident_keys: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listed_key_beats_an_equal_name_of_an_earlier_service() {
        let settings = Settings {
            services: vec![
                Service { incident_keys: vec![], ..own_service("payments") },
                Service { incident_keys: vec!["payments".into()], ..own_service("acme/web") },
            ],
            ..Settings::default()
        };
        let ownership = Ownership::new(&settings, []);
        let named = |key: &str| ownership.of_keys(std::iter::once(key)).services;
        assert_eq!(named("payments"), [1]);
        assert_eq!(named("PAYMENTS"), [0], "listed keys match exactly, names without case");
        assert_eq!(named("Web"), [1], "a repo is also called by its short name");
        assert!(named("other").is_empty());
    }

    #[test]
    fn an_issue_affects_the_services_that_have_its_repo_unless_one_lists_it() {
        let with_repos = |name: &str, repos: &str| Service { repos: vec![Glob::literal(repos)], ..own_service(name) };
        let listing = Service { incident_keys: vec!["acme/listed".into()], ..own_service("lists") };
        let services = vec![with_repos("shop", "acme/web"), with_repos("other", "acme/listed"), listing];
        let ownership = Ownership::new(&Settings { services, ..Settings::default() }, []);
        let of = |source: &str, repo: &str| {
            let Mapping { services, rule } = ownership.of_incident(source, std::iter::once(repo));
            (services, rule)
        };
        assert_eq!(of("github-issues", "acme/web"), (vec![0], MatchRule::OwnRepo));
        assert_eq!(of("github-issues", "acme/listed"), (vec![2], MatchRule::Listed));
        assert_eq!(of("pagerduty", "acme/web"), (vec![], MatchRule::Unmapped), "its keys are no repos");
    }

    #[test]
    fn an_incident_affects_every_service_that_matches_by_the_first_rule_that_has_one() {
        let listing = |name: &str, key: &str| Service { incident_keys: vec![key.into()], ..own_service(name) };
        let settings = Settings {
            services: vec![listing("web", "P1"), listing("api", "P2"), own_service("search")],
            ..Settings::default()
        };
        let ownership = Ownership::new(&settings, []);
        let of = |keys: &[&str]| ownership.of_keys(keys.iter().copied());
        assert_eq!(of(&["P2", "search", "P1"]), Mapping { services: vec![0, 1], rule: MatchRule::Listed });
        assert_eq!(of(&["search", "API"]), Mapping { services: vec![1, 2], rule: MatchRule::EqualName });
        assert_eq!(of(&["other"]), Mapping { services: vec![], rule: MatchRule::Unmapped });
    }
}
