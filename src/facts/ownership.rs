//! The services of deployments and incidents, and whether these count.
//!
//! A deployment belongs to the first configured service whose repos and environments match it. An incident affects every
//! service that (1) lists an id or name of it, exactly, or, where none does, (2) has an equal name. With no service
//! configured, every repo that has deployments is its own.

use std::collections::BTreeSet;

use polars::prelude::*;
use rustc_hash::FxHashMap;

use super::columns::Categories;
use super::error::FactsError;
use super::scan::Deployments;
use crate::domain::event::{Incident, NOT_PLANNED, Table};
use crate::domain::glob::Glob;
use crate::domain::group::{ServiceName, TeamName};
use crate::domain::priority::priority_rank;
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

/// The service of a deployment, and whether it counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placement {
    /// [`NO_SERVICE`] for none.
    service: u32,
    /// Why it does not count: `no-service` (no service has its repo), `no-environment`, `not-production`,
    /// `not-success`.
    pub left_out: Option<Reason>,
}

/// Which services an incident affects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping {
    /// In config order, each once; empty where nothing matches.
    pub services: Vec<ServiceIndex>,
    /// How they were found.
    pub rule: MatchRule,
}

/// How the services of an incident were found, or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MatchRule {
    /// They list an id or name of it.
    Listed,
    /// They have a name of it.
    EqualName,
    /// None matches.
    Unmapped,
}

impl MatchRule {
    /// The remark on an incident that counts; none if a service lists its key.
    pub fn reason(self) -> Option<Reason> {
        match self {
            Self::Listed => None,
            Self::EqualName => Some(Reason::EqualName),
            Self::Unmapped => Some(Reason::Unmapped),
        }
    }
}

impl Mapping {
    fn new(services: BTreeSet<ServiceIndex>, rule: MatchRule) -> Self {
        let rule = if services.is_empty() { MatchRule::Unmapped } else { rule };
        Self { services: services.into_iter().collect(), rule }
    }
}

const NO_SERVICE: u32 = u32::MAX;

impl Placement {
    pub(super) fn new(service: Option<ServiceIndex>, left_out: Option<Reason>) -> Self {
        Self { service: service.and_then(|service| u32::try_from(service).ok()).unwrap_or(NO_SERVICE), left_out }
    }

    /// The service whose repos and environments match it, even if the deployment does not count.
    pub fn service(self) -> Option<ServiceIndex> {
        (self.service != NO_SERVICE).then_some(self.service as usize)
    }

    /// The service, of a deployment that counts.
    pub fn counted(self) -> Option<ServiceIndex> {
        self.service().filter(|_| self.left_out.is_none())
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

    /// Places each deployment: joins its pair of repo and environment, as one number, with the owner of the pair. Patterns
    /// are tried once for each pair.
    ///
    /// # Errors
    /// Polars cannot join, which well-formed columns do not cause.
    pub fn of_deployments(&self, deployments: &Deployments) -> Result<Vec<Placement>, FactsError> {
        let frame = FactsError::reading(Table::Deployments);
        // A number for each pair: a join on two columns would take many times the memory.
        let environments = deployments.environment.names().len() as u64 + 1;
        let number = |code: Option<usize>| code.map_or(0, |code| code as u64 + 1);
        let pair = |row| number(deployments.repo.of(row)) * environments + number(deployments.environment.of(row));
        let pair_of_each =
            UInt64Chunked::from_iter_values("pair".into(), (0..deployments.len()).map(pair)).into_column();
        let pairs = pair_of_each.unique().map_err(&frame)?;
        let name = |column: &Categories, number: u64| {
            let code = number.checked_sub(1).and_then(|code| usize::try_from(code).ok());
            code.and_then(|code| column.names().get(code)).cloned()
        };
        let owner = |pair: Option<u64>| {
            let (repo, environment) = pair.map_or((0, 0), |pair| (pair / environments, pair % environments));
            let (repo, environment) = (name(&deployments.repo, repo), name(&deployments.environment, environment));
            self.of_place(&repo.unwrap_or_default(), environment.as_deref())
        };
        let owners: Vec<Result<ServiceIndex, Reason>> = pairs.u64().map_err(&frame)?.iter().map(owner).collect();
        let of_each = DataFrame::new(pair_of_each.len(), vec![pair_of_each]).map_err(&frame)?;
        let pairs = DataFrame::new(pairs.len(), vec![pairs]).map_err(&frame)?;
        let joined = of_each
            .lazy()
            .join(
                pairs.lazy().with_row_index("owner", None),
                [col("pair")],
                [col("pair")],
                JoinArgs { maintain_order: MaintainOrderJoin::Left, ..JoinArgs::new(JoinType::Left) },
            )
            .select([col("owner")])
            .collect()
            .map_err(&frame)?;
        let owner = joined.column("owner").and_then(|column| column.idx().cloned()).map_err(&frame)?;
        let place = |(row, owner): (usize, Option<IdxSize>)| match owner
            .and_then(|owner| owners.get(owner as usize))
            .copied()
            .unwrap_or(Err(Reason::NoService))
        {
            Ok(service) => {
                let succeeded = deployments.status.get(row) == Some("success");
                Placement::new(Some(service), (!succeeded).then_some(Reason::NotSuccess))
            }
            Err(reason) => Placement::new(None, Some(reason)),
        };
        Ok(owner.iter().enumerate().map(place).collect())
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

    /// The services that an incident affects.
    pub fn of_incident(&self, incident: &Incident) -> Mapping {
        let found = self.of_keys(incident.service_keys.iter().map(String::as_str));
        let repo =
            incident.service_keys.first().filter(|_| provider(&incident.source).is_some_and(|it| it.keys_are_repos));
        match repo {
            // An issue affects the services that have its repo.
            Some(repo) if found.services.is_empty() => {
                let has = |service: &Service| service.repos.iter().any(|glob| glob.matches(repo));
                let services = (0..self.services.len()).filter(|&index| has(&self.services[index]));
                Mapping::new(services.collect(), MatchRule::EqualName)
            }
            _ => found,
        }
    }

    /// The services that some keys of an incident source map to.
    pub fn of_keys<'k>(&self, keys: impl Iterator<Item = &'k str> + Clone) -> Mapping {
        let listed: BTreeSet<ServiceIndex> =
            keys.clone().filter_map(|key| self.by_key.get(key)).flatten().copied().collect();
        if !listed.is_empty() {
            return Mapping::new(listed, MatchRule::Listed);
        }
        let named = keys.filter_map(|key| self.by_name.get(&key.to_lowercase())).flatten().copied();
        Mapping::new(named.collect(), MatchRule::EqualName)
    }

    /// Why an incident does not count.
    pub fn left_out(&self, incident: &Incident) -> Option<Reason> {
        let same = |list: &[String], text: &str| list.iter().any(|item| item.to_lowercase() == text.to_lowercase());
        if incident.status.as_deref().is_some_and(|status| status.eq_ignore_ascii_case("merged")) {
            return Some(Reason::Merged);
        }
        if incident.status.as_deref() == Some(NOT_PLANNED) {
            return Some(Reason::NotPlanned);
        }
        // It is no longer known whether it was over.
        if incident.resolved_at.is_none() && incident.status.as_deref() == Some("gone") {
            return Some(Reason::Gone);
        }
        if let (Some(least), Some(number)) =
            (self.settings.min_priority, incident.priority.as_deref().and_then(priority_rank))
            && number > least
        {
            return Some(Reason::Priority);
        }
        if let Some(urgency) = &incident.urgency
            && !self.settings.urgencies.is_empty()
            && !same(&self.settings.urgencies, urgency)
        {
            return Some(Reason::Urgency);
        }
        incident.tags.iter().any(|tag| same(&self.settings.ignore_tags, tag)).then_some(Reason::Tag)
    }
}

fn own_service(repo: &str) -> Service {
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
    use crate::domain::event::Deployment;

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
        let named =
            |key: &str| ownership.of_incident(&Incident { service_keys: vec![key.into()], ..Incident::default() });
        let named = |key: &str| named(key).services;
        assert_eq!(named("payments"), [1]);
        assert_eq!(named("PAYMENTS"), [0], "listed keys match exactly, names without case");
        assert_eq!(named("Web"), [1], "a repo is also called by its short name");
        assert!(named("other").is_empty());
    }

    #[test]
    fn a_deployment_belongs_to_the_service_of_its_repo_and_environment_also_where_one_is_missing() {
        let web = Service { repos: vec![Glob::literal("acme/web")], ..own_service("web") };
        let ownership = Ownership::new(&Settings { services: vec![web], ..Settings::default() }, []);
        let deployment = |repo: &str, environment: Option<&str>| Deployment {
            repo: repo.into(),
            environment: environment.map(str::to_owned),
            status: "success".into(),
            ..Deployment::default()
        };
        let rows = [
            deployment("acme/web", Some("production")),
            deployment("acme/web", Some("staging")),
            deployment("acme/web", None),
            deployment("", Some("production")),
            deployment("", None),
            deployment("acme/web", Some("production")),
        ];
        let deployments: Deployments = rows.iter().collect();
        let owners: Vec<Option<ServiceIndex>> =
            ownership.of_deployments(&deployments).expect("joined").into_iter().map(Placement::counted).collect();
        let each: Vec<Option<ServiceIndex>> =
            rows.iter().map(|row| ownership.of_place(&row.repo, row.environment.as_deref()).ok()).collect();
        assert_eq!(owners, each);
        assert_eq!((owners[0], owners[1], owners[3], owners[5]), (Some(0), None, None, Some(0)));
        assert!(ownership.of_deployments(&Deployments::default()).expect("joined").is_empty());
    }

    #[test]
    fn an_issue_affects_the_services_that_have_its_repo_unless_one_lists_it() {
        let with_repos = |name: &str, repos: &str| Service { repos: vec![Glob::literal(repos)], ..own_service(name) };
        let listing = Service { incident_keys: vec!["acme/listed".into()], ..own_service("lists") };
        let services = vec![with_repos("shop", "acme/web"), with_repos("other", "acme/listed"), listing];
        let ownership = Ownership::new(&Settings { services, ..Settings::default() }, []);
        let of = |source: &str, repo: &str| {
            let keys = vec![repo.to_owned()];
            let incident = Incident { source: source.into(), service_keys: keys, ..Incident::default() };
            let Mapping { services, rule } = ownership.of_incident(&incident);
            (services, rule)
        };
        assert_eq!(of("github-issues", "acme/web"), (vec![0], MatchRule::EqualName));
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
