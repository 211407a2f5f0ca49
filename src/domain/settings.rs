//! What the figures depend on besides the events: services, what production is, attribution, filters, bands, zone.
//!
//! Already validated: the code that builds it has reported every mistake to the user.

use super::band::Bands;
use super::calendar::Calendar;
use super::glob::Glob;
use super::group::{ServiceName, TeamName};
use super::rework::ReworkRules;
use super::time::Zone;
use super::unit::Seconds;

/// A configured service: the unit of every figure.
#[derive(Debug, Clone, PartialEq)]
pub struct Service {
    /// Its name.
    pub name: ServiceName,
    /// The team it belongs to; a service without one has no team row.
    pub team: Option<TeamName>,
    /// Its repos.
    pub repos: Vec<Glob>,
    /// Its production environments; `None` takes [`Settings::environments`].
    pub environments: Option<Vec<Glob>>,
    /// Ids and names by which incident sources know it, matched exactly.
    pub incident_keys: Vec<String>,
}

/// Which rules may attribute an incident to a deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policy {
    /// References and flags alone.
    Explicit,
    /// The clock alone; flags and references are ignored.
    Window,
    /// References and flags, and the clock where there is no flag.
    ExplicitOrWindow,
}

impl Policy {
    /// As written in the config.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Explicit => "explicit",
            Self::Window => "window",
            Self::ExplicitOrWindow => "explicit-or-window",
        }
    }
}

/// Which deployment records are one deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Merge {
    /// Those of one revision and environment that finish within this time of the first.
    Records(Seconds),
    /// Those, and the first of the revision in each further environment.
    Rollouts(Seconds),
}

/// Everything that the figures depend on besides the events.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Name of the organisation, for the page's head.
    pub organisation: Option<String>,
    /// The time zone whose midnights bound the days.
    pub zone: Zone,
    /// In which month quarters, halves and years begin; it names periods and changes no figure.
    pub calendar: Calendar,
    /// Length of the rolling window in calendar days.
    pub window_days: u32,
    /// The thresholds in force.
    pub bands: Bands,
    /// What production is, for services that do not say so themselves.
    pub environments: Vec<Glob>,
    /// Whether the configuration says so; the default leaves out names such as `prod-canary`.
    pub environments_are_set: bool,
    /// Environments that are never production, even if a service names them.
    pub exclude_environments: Vec<Glob>,
    /// Which records count as one deployment; `None`: each is its own.
    pub merge: Option<Merge>,
    /// In config order; empty: every repo that has deployments is its own service.
    pub services: Vec<Service>,
    /// The attribution policy.
    pub attribution: Policy,
    /// Longest age of a link by the clock, both ends included.
    pub attribution_window: Seconds,
    /// Whether a rollback fails the deployment it replaced.
    pub count_rollbacks: bool,
    /// Least important priority that counts, by its number (1 is the most important).
    pub min_priority: Option<u32>,
    /// Urgencies that count; empty: all.
    pub urgencies: Vec<String>,
    /// Tags whose incidents do not count.
    pub ignore_tags: Vec<String>,
    /// The marks on a deployment or its pull requests that make it rework.
    pub rework: ReworkRules,
    /// The incident services that are read.
    pub incident_sources: Vec<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            organisation: None,
            zone: Zone::UTC,
            calendar: Calendar::default(),
            window_days: 30,
            bands: Bands::handbook(),
            environments: ["production", "prod", "prod-*"].iter().filter_map(|text| Glob::new(text).ok()).collect(),
            environments_are_set: false,
            exclude_environments: Vec::new(),
            merge: None,
            services: Vec::new(),
            attribution: Policy::ExplicitOrWindow,
            attribution_window: Seconds::HOUR,
            count_rollbacks: false,
            min_priority: None,
            urgencies: Vec::new(),
            ignore_tags: Vec::new(),
            rework: ReworkRules::default(),
            incident_sources: Vec::new(),
        }
    }
}

/// By default, an environment is not production if a part of its name, between separators, means a stage before or
/// beside production.
const NOT_PRODUCTION: [&str; 12] =
    ["canary", "shadow", "staging", "stage", "stg", "preprod", "test", "qa", "uat", "dev", "sandbox", "preview"];

impl Settings {
    /// The exceptions from the environments, as the end of a sentence that lists them; `quote` formats a pattern.
    pub fn left_out(&self, quote: impl Fn(&str) -> String) -> String {
        let mut out = Vec::new();
        if !self.environments_are_set {
            out.push("names that contain a part like canary, staging or test".to_owned());
        }
        out.extend(self.exclude_environments.iter().map(|glob| quote(glob.as_str())));
        if out.is_empty() { String::new() } else { format!(", except {}", out.join(" and ")) }
    }

    /// Whether an environment is production for a service, or for a repo without one.
    pub fn is_production(&self, service: Option<&Service>, environment: &str) -> bool {
        let any = |globs: &[Glob]| globs.iter().any(|glob| glob.matches(environment));
        if any(&self.exclude_environments) {
            return false;
        }
        if let Some(own) = service.and_then(|service| service.environments.as_deref()) {
            return any(own);
        }
        let name = environment.to_lowercase();
        let mut parts = name.split(|letter: char| !letter.is_alphanumeric());
        any(&self.environments) && (self.environments_are_set || !parts.any(|part| NOT_PRODUCTION.contains(&part)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn default_production_leaves_out_what_comes_before_it_and_what_the_config_excludes() {
        let mut settings = Settings::default();
        for (name, wanted) in [
            ("Production", true),
            ("prod-eu", true),
            ("prod-contest", true),
            ("prod-canary", false),
            ("prod-eu-Staging", false),
            ("prod-test_1", false),
            ("live", false),
        ] {
            assert_eq!(settings.is_production(None, name), wanted, "{name}");
        }
        settings.exclude_environments = vec![Glob::literal("prod-eu")];
        assert!(!settings.is_production(None, "PROD-EU"));
        settings.environments_are_set = true;
        assert!(settings.is_production(None, "prod-canary"), "an explicit list counts exactly what it says");
    }
}
