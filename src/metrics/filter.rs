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
