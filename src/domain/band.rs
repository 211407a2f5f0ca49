//! Bands: a table of thresholds has an edition, and a figure without data has no band.
//!
//! Each band states its worst value still inside; the next band begins right there, so there is neither gap nor
//! overlap; what is worse than every stated band is `low`. The published tables are medians of clusters or ranges
//! with holes between them; where a cut-off is ours, the edition's `note` says so.
//! Source of the values: DORA's reports of the year named, pages as quoted in each note.

use serde::Serialize;

pub use super::limit::Limit;
use super::survey::{SURVEY_2025, Survey};

/// A named level of performance, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Band {
    /// The best.
    Elite,
    /// The second.
    High,
    /// The third.
    Medium,
    /// Everything worse.
    Low,
}

impl Band {
    /// As written in the outputs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Elite => "elite",
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
        }
    }
}

/// The stated bands of one metric, best first; without any the metric has no bands.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Thresholds(pub Vec<(Band, Limit)>);

impl Thresholds {
    /// The band of a value.
    pub fn classify(&self, value: f64) -> Option<Band> {
        if self.0.is_empty() {
            return None;
        }
        Some(self.0.iter().find(|(_, limit)| limit.admits(value)).map_or(Band::Low, |(band, _)| *band))
    }
}

/// A table of thresholds and the edition it comes from.
#[derive(Debug, Clone, PartialEq)]
pub struct Bands {
    /// Its name, printed wherever a band is.
    pub edition: String,
    /// Where the values come from and which cut-offs are ours.
    pub note: String,
    /// Deployments a day.
    pub deployment_frequency: Thresholds,
    /// Median lead time in seconds.
    pub lead_time: Thresholds,
    /// Change failure rate as a ratio.
    pub change_failure_rate: Thresholds,
    /// Median time to restore in seconds.
    pub time_to_restore: Thresholds,
    /// Median failed deployment recovery time in seconds: what DORA asks for since 2023, in place of the time to restore.
    pub recovery_time: Thresholds,
    /// Events below which a figure is too uncertain for a band in print.
    pub min_sample: u64,
    /// The answers that the edition published in place of bands.
    pub survey: Option<Survey>,
}

/// The smallest sample for a band in print, unless an edition asks for another.
pub const MIN_SAMPLE: u64 = 12;

const HOUR: f64 = 3_600.0;
const DAY: f64 = 86_400.0;
/// More than one a day: "on demand, multiple deploys per day".
const DAILY: Limit = Limit::Above(1.0);
// A quarter has up to 92 days, a month 31 and a half year 184: whoever deploys each week, month or half year keeps the
// band in the longest of them.
const WEEKLY: Limit = Limit::AtLeast(13.0 / 92.0);
const MONTHLY: Limit = Limit::AtLeast(1.0 / 31.0);
const HALF_YEARLY: Limit = Limit::AtLeast(1.0 / 184.0);

/// Three limits as elite, high and medium.
fn four(elite: Limit, high: Limit, medium: Limit) -> Thresholds {
    Thresholds(vec![(Band::Elite, elite), (Band::High, high), (Band::Medium, medium)])
}

/// Two limits as high and medium, for an edition without elite.
fn three(high: Limit, medium: Limit) -> Thresholds {
    Thresholds(vec![(Band::High, high), (Band::Medium, medium)])
}

impl Bands {
    /// The names that [`Bands::edition`] knows.
    pub const EDITIONS: [&str; 8] =
        ["handbook", "dora-2019", "dora-2021", "dora-2022", "dora-2023", "dora-2024", "dora-2025", "none"];

    /// The default: the thresholds of common handbooks.
    pub fn handbook() -> Self {
        Self {
            edition: "handbook".into(),
            note: "Thresholds in common use, not those of one DORA report.".into(),
            deployment_frequency: four(DAILY, MONTHLY, HALF_YEARLY),
            lead_time: four(Limit::Below(HOUR), Limit::Below(7.0 * DAY), Limit::Below(30.0 * DAY)),
            change_failure_rate: four(Limit::Below(0.05), Limit::Below(0.10), Limit::AtMost(0.15)),
            time_to_restore: four(Limit::Below(HOUR), Limit::Below(DAY), Limit::AtMost(7.0 * DAY)),
            recovery_time: Thresholds::default(),
            min_sample: MIN_SAMPLE,
            survey: None,
        }
    }

    /// A built-in edition by name.
    pub fn edition(name: &str) -> Option<Self> {
        let restore = four(Limit::Below(HOUR), Limit::Below(DAY), Limit::Below(7.0 * DAY));
        let (note, deployment_frequency, lead_time, change_failure_rate, recovery) = match name {
            "handbook" => return Some(Self::handbook()),
            "none" | "dora-2025" => (
                if name == "none" { "No bands." } else { NOTE_2025 },
                Thresholds::default(),
                Thresholds::default(),
                Thresholds::default(),
                Thresholds::default(),
            ),
            "dora-2019" => (
                "Accelerate State of DevOps 2019, p. 18. Elite, high and medium share one change failure range \
                 (0-15 %), high and medium one time to restore (under a day). Ours: a hole between two published \
                 ranges falls to the worse band; time to restore from a day to a week is medium.",
                four(DAILY, WEEKLY, MONTHLY),
                four(Limit::Below(DAY), Limit::Below(7.0 * DAY), Limit::Below(30.0 * DAY)),
                Thresholds(vec![(Band::Elite, Limit::AtMost(0.15))]),
                restore,
            ),
            "dora-2021" => (
                "Accelerate State of DevOps 2021, p. 9. High, medium and low share one change failure range \
                 (16-30 %). Ours: a hole between two published ranges falls to the worse band (lead time from an \
                 hour to a day is high, from a week to a month medium; daily to weekly deployment is high); a change \
                 failure rate above 30 % is low; time to restore above a week is low.",
                four(DAILY, MONTHLY, HALF_YEARLY),
                four(Limit::Below(HOUR), Limit::Below(7.0 * DAY), Limit::Below(182.0 * DAY)),
                Thresholds(vec![(Band::Elite, Limit::AtMost(0.15)), (Band::High, Limit::AtMost(0.30))]),
                restore,
            ),
            "dora-2022" => (
                "Accelerate State of DevOps 2022, three clusters without elite. Ours: a hole between two published \
                 ranges falls to the worse band.",
                three(DAILY, MONTHLY),
                three(Limit::Below(7.0 * DAY), Limit::Below(30.0 * DAY)),
                three(Limit::AtMost(0.15), Limit::AtMost(0.30)),
                three(Limit::Below(DAY), Limit::Below(7.0 * DAY)),
            ),
            "dora-2023" => (
                "Accelerate State of DevOps 2023. Change failure rates are cluster medians (5, 10, 15 and 64 %): \
                 taking each as the upper end of its band is ours, as are the cut-offs where medium and low share a \
                 range.",
                four(DAILY, WEEKLY, MONTHLY),
                four(Limit::Below(DAY), Limit::Below(7.0 * DAY), Limit::Below(30.0 * DAY)),
                four(Limit::AtMost(0.05), Limit::AtMost(0.10), Limit::AtMost(0.15)),
                restore,
            ),
            "dora-2024" => (
                "Accelerate State of DevOps 2024. Change fail rates are cluster medians (elite 5, high 20, medium 10, \
                 low 40 %): the published high fails more often than medium, so the cut-offs here are ours: the \
                 medians sorted (5, 10, 20 %), each the upper end of a band, so that a lower rate is never worse. \
                 High and medium share a recovery time under a day; medium up to a week is ours.",
                four(DAILY, WEEKLY, MONTHLY),
                four(Limit::Below(DAY), Limit::Below(7.0 * DAY), Limit::Below(30.0 * DAY)),
                four(Limit::AtMost(0.05), Limit::AtMost(0.10), Limit::AtMost(0.20)),
                restore,
            ),
            _ => return None,
        };
        let empty = Thresholds::default();
        let (time_to_restore, recovery_time) =
            if matches!(name, "dora-2023" | "dora-2024") { (empty, recovery) } else { (recovery, empty) };
        Some(Self {
            edition: name.into(),
            note: note.into(),
            deployment_frequency,
            lead_time,
            change_failure_rate,
            time_to_restore,
            recovery_time,
            min_sample: MIN_SAMPLE,
            survey: (name == "dora-2025").then_some(SURVEY_2025),
        })
    }
}

const NOTE_2025: &str = "DORA 2025 has no bands. A figure is compared with the answers of 4,867 respondents of its survey \
                         (a survey, not telemetry): the share of them whose answer is worse. No distribution was published \
                         for change failure rate and rework rate. Ours: a rate above one a day reads as “on demand \
                         (multiple deploys per day)”.";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handbook_edges_fall_on_the_side_the_table_says() {
        let bands = Bands::handbook();
        for (value, band) in [
            (1.0001, Band::Elite),
            (1.0, Band::High),
            (3.0 / 93.0, Band::High),
            (2.9 / 93.0, Band::Medium),
            (1.0 / 184.0, Band::Medium),
            (0.0, Band::Low),
        ] {
            assert_eq!(bands.deployment_frequency.classify(value), Some(band), "{value} a day");
        }
        for (value, band) in [
            (0.0, Band::Elite),
            (0.05, Band::High),
            (0.10, Band::Medium),
            (3.0 / 20.0, Band::Medium),
            (0.1501, Band::Low),
        ] {
            assert_eq!(bands.change_failure_rate.classify(value), Some(band), "{value}");
        }
        for (value, band) in
            [(HOUR - 1.0, Band::Elite), (HOUR, Band::High), (7.0 * DAY, Band::Medium), (7.0 * DAY + 1.0, Band::Low)]
        {
            assert_eq!(bands.time_to_restore.classify(value), Some(band), "{value} s");
        }
        assert_eq!(bands.lead_time.classify(7.0 * DAY), Some(Band::Medium));
    }

    #[test]
    fn in_every_edition_a_better_value_never_has_a_worse_band() {
        for name in Bands::EDITIONS {
            let bands = Bands::edition(name).expect("built in");
            assert_eq!(bands.edition, name);
            let durations = [&bands.lead_time, &bands.time_to_restore, &bands.recovery_time];
            for thresholds in durations.into_iter().chain([&bands.change_failure_rate]) {
                assert!(thresholds.0.windows(2).all(|pair| pair[0].1.value() < pair[1].1.value()), "{name}");
            }
            assert!(
                bands.deployment_frequency.0.windows(2).all(|pair| pair[0].1.value() > pair[1].1.value()),
                "{name}"
            );
        }
    }

    #[test]
    fn from_2023_on_the_recovery_time_has_the_bands_and_before_the_time_to_restore() {
        for name in Bands::EDITIONS {
            let bands = Bands::edition(name).expect("built in");
            let has = (!bands.time_to_restore.0.is_empty(), !bands.recovery_time.0.is_empty());
            let wanted = match name {
                "none" | "dora-2025" => (false, false),
                "dora-2023" | "dora-2024" => (false, true),
                _ => (true, false),
            };
            assert_eq!(has, wanted, "{name}");
        }
    }

    #[test]
    fn without_bands_nothing_is_classified() {
        assert_eq!(Bands::edition("none").expect("built in").lead_time.classify(1.0), None);
    }
}
