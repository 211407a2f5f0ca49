//! The one table of metrics: which file describes which metric. A metric is its own file and a line here.

use super::descriptor::Descriptor;
use super::tables::Metric;
use super::{change_failure_rate, deployment_frequency, lead_time, recovery_time, rework_rate, time_to_restore};

impl Metric {
    /// What every output shows of it: names, definition, unit.
    pub fn descriptor(self) -> &'static Descriptor {
        match self {
            Self::DeploymentFrequency => &deployment_frequency::DESCRIPTOR,
            Self::LeadTime => &lead_time::DESCRIPTOR,
            Self::ChangeFailureRate => &change_failure_rate::DESCRIPTOR,
            Self::TimeToRestore => &time_to_restore::DESCRIPTOR,
            Self::RecoveryTime => &recovery_time::DESCRIPTOR,
            Self::ReworkRate => &rework_rate::DESCRIPTOR,
        }
    }

    /// As written in the outputs.
    pub fn as_str(self) -> &'static str {
        self.descriptor().id
    }

    /// As a heading.
    pub fn title(self) -> &'static str {
        self.descriptor().title
    }

    /// The metric of an id or an alias, whatever its case.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|metric| metric.descriptor().is_called(name))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::metrics::tables::Statistic;

    #[test]
    fn every_name_means_one_metric() {
        let mut seen = BTreeSet::new();
        for metric in Metric::ALL {
            let descriptor = metric.descriptor();
            for name in descriptor.aliases.iter().chain([&descriptor.id]) {
                assert!(seen.insert(name.to_lowercase()), "{name}");
                assert_eq!(Metric::named(&name.to_uppercase()), Some(metric));
            }
        }
        assert_eq!(Metric::named("speed"), None);
    }

    #[test]
    fn the_first_statistic_is_the_headline_and_no_other_is() {
        for metric in Metric::ALL {
            let all = metric.descriptor().statistics;
            let headlines: Vec<bool> = all.iter().copied().map(Statistic::is_headline).collect();
            assert!(headlines[0] && !headlines[1..].contains(&true), "{}", metric.as_str());
        }
    }
}
