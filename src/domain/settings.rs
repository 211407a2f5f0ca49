//! What the figures depend on besides the events: services, what production is, attribution, filters, bands, zone.
//!
//! Already validated: whoever builds one of these has told the user about every mistake in it.

use super::band::Bands;
use super::glob::Glob;
use super::group::{ServiceName, TeamName};
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

/// Everything that the figures depend on besides the events.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Name of the organisation, for the page's head.
    pub organisation: Option<String>,
    /// Whose midnights bound the days.
    pub zone: Zone,
    /// Length of the rolling window in calendar days.
    pub window_days: u32,
    /// The thresholds in force.
    pub bands: Bands,
    /// What production is, for services that do not say so themselves.
    pub environments: Vec<Glob>,
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
    /// The incident services that are read.
    pub incident_sources: Vec<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            organisation: None,
            zone: Zone::UTC,
            window_days: 30,
            bands: Bands::handbook(),
            environments: ["production", "prod", "prod-*"].iter().filter_map(|text| Glob::new(text).ok()).collect(),
            services: Vec::new(),
            attribution: Policy::ExplicitOrWindow,
            attribution_window: Seconds::HOUR,
            count_rollbacks: false,
            min_priority: None,
            urgencies: Vec::new(),
            ignore_tags: Vec::new(),
            incident_sources: Vec::new(),
        }
    }
}

/// The number of a priority: `P3` and `SEV3` read as 3, a name without a number as none.
pub fn priority_number(text: &str) -> Option<u32> {
    let from = text.find(|letter: char| letter.is_ascii_digit())?;
    let digits: String = text[from..].chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::priority_number;

    #[test]
    fn a_priority_is_read_by_its_number() {
        for (text, number) in
            [("P3", Some(3)), ("SEV2", Some(2)), ("Sev-1 (major)", Some(1)), ("urgent", None), ("", None)]
        {
            assert_eq!(priority_number(text), number, "{text}");
        }
    }
}
