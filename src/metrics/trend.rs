//! Whether a metric rises or falls over the period: Mann-Kendall and the Theil-Sen slope on non-overlapping weeks.
//!
//! Weeks are whole ones of seven days, counted back from the last whole day of the period; each has its own figure, as
//! known at its end. A week without a figure is left out, and below ten weeks nothing is said. The rolling line is not
//! used, because neighbouring windows share 29 of 30 days.

use super::pairs::{mann_kendall, theil_sen};
use super::tables::{Better, Figures, Metric, Trend, Verdict};

/// With fewer weeks there is no trend.
const FEWEST_WEEKS: usize = 10;
const SIGNIFICANT: f64 = 0.05;

/// The trend of a metric over some weeks, oldest first.
pub(super) fn trend_of(metric: Metric, weeks: &[Figures]) -> Trend {
    let value = |(week, figures): (usize, &Figures)| Some((week as f64, figures[metric].value?));
    let points: Vec<(f64, f64)> = weeks.iter().enumerate().filter_map(value).collect();
    trend(&points, metric.descriptor().better == Better::Higher)
}

fn trend(points: &[(f64, f64)], more_is_better: bool) -> Trend {
    let weeks = u32::try_from(points.len()).unwrap_or(u32::MAX);
    if points.len() < FEWEST_WEEKS {
        return Trend { weeks, slope_per_week: None, p: None, verdict: Verdict::TooFewData };
    }
    let values: Vec<f64> = points.iter().map(|(_, value)| *value).collect();
    let slope = theil_sen(points);
    let Some(test) = mann_kendall(&values) else {
        return Trend { weeks, slope_per_week: slope, p: None, verdict: Verdict::WithinNoise };
    };
    let verdict = match (test.p < SIGNIFICANT, (test.s > 0) == more_is_better) {
        (false, _) => Verdict::WithinNoise,
        (true, true) => Verdict::Better,
        (true, false) => Verdict::Worse,
    };
    Trend { weeks, slope_per_week: slope, p: Some(test.p), verdict }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_falling_series_is_better_if_less_is_better_and_nine_weeks_give_no_trend() {
        let falling: Vec<(f64, f64)> = (0..12).map(|week| (f64::from(week), 100.0 - f64::from(week))).collect();
        let found = trend(&falling, false);
        assert_eq!((found.verdict, found.slope_per_week, found.weeks), (Verdict::Better, Some(-1.0), 12));
        assert_eq!(trend(&falling, true).verdict, Verdict::Worse);
        let rising: Vec<(f64, f64)> = (0..10).map(|week| (f64::from(week), f64::from(week))).collect();
        assert_eq!(trend(&rising, true).verdict, Verdict::Better);
        assert_eq!(trend(&rising, false).verdict, Verdict::Worse);
        assert_eq!(trend(&falling[..9], false).verdict, Verdict::TooFewData);
        let still: Vec<(f64, f64)> = (0..12).map(|week| (f64::from(week), 5.0)).collect();
        assert_eq!(trend(&still, false).verdict, Verdict::WithinNoise);
    }
}
