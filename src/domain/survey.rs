//! What respondents of DORA's survey of 2025 answered: shares by answer, best answer first.
//!
//! The report of 2025 has no bands. It published how often each answer was given, so a figure can be placed among the
//! respondents: the share of them whose answer is worse. It is a survey about the respondent's main application, not
//! telemetry. Source of the shares: the published distributions of the report "State of AI-assisted Software Development
//! 2025" as a public dashboard repeats them; the order and wording of the answers: the survey's questions on dora.dev.
//! Change failure rate and rework rate have no published distribution beyond their best answers, so they have none here.

use super::limit::Limit;

/// Answers to one question, best first: the worst value that still counts as this answer, and the percentage of
/// respondents who gave it. Whoever gave none of them gave the last answer, which has no limit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Answers(&'static [(Limit, f64)]);

/// One survey.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Survey {
    /// The name of the survey, with the remark that it is not telemetry.
    pub source: &'static str,
    /// People who answered.
    pub respondents: u32,
    /// Deployments a day.
    pub deployment_frequency: Answers,
    /// Seconds.
    pub lead_time: Answers,
    /// Seconds.
    pub recovery_time: Answers,
}

const HOUR: f64 = 3_600.0;
const DAY: f64 = 86_400.0;

/// DORA's survey of 2025.
///
/// "On demand (multiple deploys per day)" and "between once per hour and once per day" overlap: here a rate of more than
/// one a day is the former, as in the editions with bands. Weeks, months and half years are those of the bands.
pub const SURVEY_2025: Survey = Survey {
    source: "DORA survey 2025 (answers of people, not telemetry)",
    respondents: 4_867,
    deployment_frequency: Answers(&[
        (Limit::Above(1.0), 16.2),
        (Limit::AtLeast(1.0), 6.5),
        (Limit::AtLeast(13.0 / 92.0), 21.9),
        (Limit::AtLeast(1.0 / 31.0), 31.5),
        (Limit::AtLeast(1.0 / 184.0), 20.3),
    ]),
    lead_time: Answers(&[
        (Limit::Below(HOUR), 9.4),
        (Limit::Below(DAY), 15.0),
        (Limit::Below(7.0 * DAY), 31.9),
        (Limit::Below(30.0 * DAY), 28.3),
        (Limit::Below(182.0 * DAY), 13.2),
    ]),
    recovery_time: Answers(&[
        (Limit::Below(HOUR), 21.3),
        (Limit::Below(DAY), 35.3),
        (Limit::Below(7.0 * DAY), 28.0),
        (Limit::Below(30.0 * DAY), 9.4),
        (Limit::Below(182.0 * DAY), 4.9),
    ]),
};

impl Answers {
    /// Which answer a value is, 0 the best and 5 the worst.
    pub fn place(self, value: f64) -> usize {
        self.0.iter().position(|(limit, _)| limit.admits(value)).unwrap_or(self.0.len())
    }

    /// The share of respondents whose answer is worse, 0 to 1.
    pub fn surpassed(self, value: f64) -> f64 {
        let better_or_equal: f64 = self.0.iter().take(self.place(value) + 1).map(|(_, percent)| percent).sum();
        // The last answer has no share of its own, because no answer is worse.
        if self.place(value) == self.0.len() { 0.0 } else { ((100.0 - better_or_equal) / 100.0).max(0.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_surpasses_respondents_with_worse_answers() {
        let near = |found: f64, percent: f64| assert!((found * 100.0 - percent).abs() < 0.05, "{found} {percent}");
        let survey = SURVEY_2025;
        for (per_day, percent) in [(2.2, 83.8), (1.0, 77.3), (0.5, 55.4), (0.1, 23.9), (0.02, 3.6), (0.001, 0.0)] {
            near(survey.deployment_frequency.surpassed(per_day), percent);
        }
        for (days, percent) in [(0.04, 90.6), (0.8, 75.6), (1.0, 43.7), (10.0, 15.4), (100.0, 2.2), (200.0, 0.0)] {
            near(survey.lead_time.surpassed(days * DAY), percent);
        }
        for (days, percent) in [(0.0, 78.7), (0.5, 43.4), (2.0, 15.4), (8.0, 6.0), (40.0, 1.1), (400.0, 0.0)] {
            near(survey.recovery_time.surpassed(days * DAY), percent);
        }
    }

    #[test]
    fn a_better_figure_never_surpasses_fewer() {
        for answers in [SURVEY_2025.lead_time, SURVEY_2025.recovery_time] {
            let shares: Vec<f64> = (0..2_000).map(|hours| answers.surpassed(f64::from(hours) * 4.0 * HOUR)).collect();
            assert!(shares.windows(2).all(|pair| pair[0] >= pair[1]));
            assert!(shares.iter().all(|share| (0.0..=1.0).contains(share)));
        }
    }
}
