//! The description of a metric, in one place, so that every output can loop over the metrics: names, definition, unit,
//! better direction, statistics, bands, required data, series in Prometheus, and how two periods are compared.

use super::group_span::GroupSpan;
use super::tables::{BandReading, Better, DailyRow, Details, Figure, Metric, Statistic, SurveyShare, Unit};
use crate::domain::band::{Bands, Thresholds};
use crate::domain::survey::{Answers, Survey};

/// One metric.
#[derive(Debug)]
pub struct Descriptor {
    /// As written in the outputs.
    pub id: &'static str,
    /// Shorter names that the command line takes.
    pub aliases: &'static [&'static str],
    /// As a heading.
    pub title: &'static str,
    /// As the head of a row.
    pub short: &'static str,
    /// Inside a line of text.
    pub in_text: &'static str,
    /// The definition in a sentence.
    pub definition: &'static str,
    /// The definition with its edge cases, for the report's page.
    pub meaning: &'static str,
    /// The unit of its value.
    pub unit: Unit,
    /// Which direction is better.
    pub better: Better,
    /// The numbers that `summary.csv` lists, the headline first.
    pub statistics: &'static [Statistic],
    /// How the interval comes about.
    pub interval: &'static str,
    /// Its thresholds in a table of bands; none where no edition has any.
    pub thresholds: fn(&Bands) -> Option<&Thresholds>,
    /// Its answers in a survey; none where no distribution was published.
    pub answers: fn(&Survey) -> Option<Answers>,
    /// Its parameter in the address of DORA's Quick Check; none for a metric that the check does not ask for.
    pub quick_check: Option<&'static str>,
    /// What must have been read for a figure.
    pub needs: Needs,
    /// How two periods are compared.
    pub test: Test,
    /// What `n` counts: one of them, several.
    pub counts: (&'static str, &'static str),
    /// Of a share: what `k` of them are.
    pub part: Option<Part>,
    /// The section of the report's page that a tile of its own leads to; none where another metric's section has it.
    pub section: Option<&'static str>,
    /// The metric whose tile and section show it, if it has none of its own.
    pub beside: Option<Metric>,
    /// Its series in Prometheus; none for a metric that has no series.
    pub prometheus: Option<Prometheus>,
    /// The details of this metric for an empty figure.
    pub blank: fn() -> Details,
    /// Counts it, without band and comparison.
    pub(super) measure: fn(&GroupSpan<'_>) -> Figure,
}

/// What the events in a share are.
#[derive(Debug, Clone, Copy)]
pub struct Part {
    /// As the key of their number in `report.json`.
    pub key: &'static str,
    /// After several of them: `5 of 60 deployments failed`.
    pub are: &'static str,
    /// After a share of them.
    pub is: &'static str,
    /// Beside one of them.
    pub one: &'static str,
}

/// The series of a metric in Prometheus.
#[derive(Debug, Clone, Copy)]
pub struct Prometheus {
    /// The series that the recording rules record, over 30 days; a share is in percent.
    pub record: &'static str,
    /// What that series is, in sentences, without what follows from the unit and the bands.
    pub description: &'static str,
    /// The gauges that `push` sends of the window that ends with `as_of`, the headline first.
    pub gauges: &'static [Gauge],
}

/// A gauge of a figure of the window.
#[derive(Debug, Clone, Copy)]
pub struct Gauge {
    /// Its name.
    pub name: &'static str,
    /// What it is, in a sentence.
    pub help: &'static str,
    /// Its value in a day's row, in the unit of the metric.
    pub value: fn(&DailyRow) -> Option<f64>,
}

/// What must have been read over the whole span for a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Every repo of the group.
    Deployments,
    /// Every incident source.
    Incidents,
    /// Both, and incidents must be linked to services.
    Both,
}

/// How two periods are compared, at 95 %.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Test {
    /// Conditional binomial test of two Poisson rates.
    Rates,
    /// Newcombe's interval of the difference of two shares.
    Shares,
    /// The order-statistic intervals of two medians do not touch.
    Medians,
}

impl Descriptor {
    /// Whether a name is this metric's.
    pub fn is_called(&self, name: &str) -> bool {
        self.id.eq_ignore_ascii_case(name) || self.aliases.iter().any(|alias| alias.eq_ignore_ascii_case(name))
    }

    /// The band of a figure's value, and those of the ends of its interval where they differ.
    pub(super) fn reading(&self, bands: &Bands, figure: &Figure) -> BandReading {
        let (Some(thresholds), Some(value)) = ((self.thresholds)(bands), figure.value) else {
            return BandReading::default();
        };
        let range = figure.ci95.and_then(|ends| {
            let (worse, better) = match self.better {
                Better::Higher => (ends.low, ends.high),
                Better::Lower => (ends.high, ends.low),
            };
            thresholds.classify(worse).zip(thresholds.classify(better)).filter(|(worse, better)| worse != better)
        });
        BandReading { band: thresholds.classify(value), range }
    }

    /// The share of a survey's respondents that a figure's value surpasses, and the ends of its interval.
    pub(super) fn surpassed(&self, bands: &Bands, figure: &Figure) -> Option<SurveyShare> {
        let answers = (self.answers)(bands.survey.as_ref()?)?;
        let by = |value| answers.surpassed(value);
        let ends = figure.ci95.map(|ends| match self.better {
            Better::Higher => (by(ends.low), by(ends.high)),
            Better::Lower => (by(ends.high), by(ends.low)),
        });
        Some(SurveyShare { value: by(figure.value?), ends })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::unit::Interval;
    use crate::metrics::tables::Metric;

    #[test]
    fn the_share_of_a_survey_is_by_the_value_and_by_the_worse_and_the_better_end() {
        let survey = Bands::edition("dora-2025").expect("an edition");
        let share = |metric: Metric, value: f64, low: f64, high: f64| {
            let figure = Figure { value: Some(value), ci95: Some(Interval { low, high }), ..Figure::default() };
            let found = metric.descriptor().surpassed(&survey, &figure)?;
            let percent = |share: f64| format!("{:.1}", share * 100.0);
            let (worse, better) = found.ends?;
            Some([found.value, worse, better].map(percent))
        };
        let day = 86_400.0;
        let wanted = |shares: [&str; 3]| Some(shares.map(str::to_owned));
        assert_eq!(share(Metric::LeadTime, 2.0 * day, 0.5 * day, 8.0 * day), wanted(["43.7", "15.4", "75.6"]));
        assert_eq!(share(Metric::DeploymentFrequency, 1.0, 0.1, 2.0), wanted(["77.3", "23.9", "83.8"]));
        assert_eq!(share(Metric::ChangeFailureRate, 0.1, 0.05, 0.2), None, "the survey has no distribution for it");
    }
}
