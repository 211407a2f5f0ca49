//! Which services a report is restricted to, by `--service` and `--team`.

use std::collections::BTreeSet;

use crate::domain::glob::Glob;
use crate::facts::ownership::{Ownership, ServiceIndex};

/// Which services a report is restricted to.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// By name of service.
    pub service: Option<Glob>,
    /// By name of team.
    pub team: Option<Glob>,
}

impl Filter {
    /// Whether everything is in.
    pub fn is_open(&self) -> bool {
        self.service.is_none() && self.team.is_none()
    }

    /// The services that pass.
    pub fn services(&self, ownership: &Ownership) -> BTreeSet<ServiceIndex> {
        let passes = |index: &ServiceIndex| {
            let service = &ownership.services[*index];
            let team = service.team.as_ref().map_or("", |team| team.0.as_str());
            self.service.as_ref().is_none_or(|glob| glob.matches(&service.name.0))
                && self.team.as_ref().is_none_or(|glob| service.team.is_some() && glob.matches(team))
        };
        (0..ownership.services.len()).filter(passes).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::group::{ServiceName, TeamName};
    use crate::domain::settings::{Service, Settings};

    #[test]
    fn a_service_passes_by_its_own_name_and_team_and_without_a_team_by_no_pattern_of_teams() {
        let service = |name: &str, team: Option<&str>| Service {
            name: ServiceName(name.into()),
            team: team.map(|team| TeamName(team.into())),
            repos: Vec::new(),
            environments: None,
            incident_keys: Vec::new(),
        };
        let services = vec![service("web", Some("shop")), service("api", Some("core")), service("db", None)];
        let ownership = Ownership::new(&Settings { services, ..Settings::default() }, []);
        let passing = |name: Option<&str>, team: Option<&str>| {
            let glob = |text: &str| Glob::new(text).expect("a pattern");
            let filter = Filter { service: name.map(glob), team: team.map(glob) };
            filter.services(&ownership).into_iter().collect::<Vec<_>>()
        };
        assert_eq!(passing(None, None), [0, 1, 2]);
        assert_eq!(passing(None, Some("shop")), [0]);
        assert_eq!(passing(None, Some("*")), [0, 1]);
        assert_eq!(passing(Some("*b"), None), [0, 2]);
        assert_eq!(passing(Some("*b"), Some("shop")), [0]);
        assert!(passing(Some("api"), Some("shop")).is_empty());
    }
}
