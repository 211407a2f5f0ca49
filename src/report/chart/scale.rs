//! From values to pixels: linear and logarithmic scales, their ticks, and the days of a period.
//!
//! A logarithmic scale of durations has its ticks exactly at the lengths that people think in.

use chrono::{Datelike, Months, NaiveDate};

use crate::report::number;

/// One mark of an axis.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tick {
    pub(super) value: f64,
    pub(super) label: String,
}

/// Lengths with a name, in seconds; a month is 30 days.
const LENGTHS: [(f64, &str); 9] = [
    (1.0, "1 s"),
    (10.0, "10 s"),
    (60.0, "1 min"),
    (600.0, "10 min"),
    (3_600.0, "1 h"),
    (86_400.0, "1 d"),
    (604_800.0, "1 w"),
    (2_592_000.0, "1 mo"),
    (31_536_000.0, "1 y"),
];

/// A scale from values to pixels; `from` is the pixel of `min`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Scale {
    min: f64,
    max: f64,
    from: f64,
    to: f64,
    log: bool,
}

impl Scale {
    /// From 0 to `max`.
    pub(super) fn linear(max: f64, from: f64, to: f64) -> Self {
        Self { min: 0.0, max: if max > 0.0 { max } else { 1.0 }, from, to, log: false }
    }

    /// A logarithmic scale of durations that holds all of `values` and at least two ticks; none without values.
    pub(super) fn durations(values: impl Iterator<Item = f64>, from: f64, to: f64) -> Option<Self> {
        let (mut low, mut high) = (f64::INFINITY, 0.0_f64);
        for value in values.filter(|value| value.is_finite()) {
            // Durations below a second are drawn on the lowest line, because their logarithm goes to minus infinity.
            low = low.min(value.max(1.0));
            high = high.max(value.max(1.0));
        }
        if low > high {
            return None;
        }
        let (mut min, mut max) = ((low / 1.5).max(1.0), high * 1.5);
        let inside = |min: f64, max: f64| LENGTHS.iter().filter(|(at, _)| min <= *at && *at <= max).count();
        if inside(min, max) < 2 {
            min = LENGTHS.iter().map(|(at, _)| *at).filter(|at| *at <= min).fold(1.0, f64::max);
            max =
                LENGTHS.iter().map(|(at, _)| *at).filter(|at| *at >= max).fold(f64::INFINITY, f64::min).min(max * 12.0);
        }
        // A named length close by makes a better end than a number.
        let named = |close: &dyn Fn(f64) -> bool| LENGTHS.iter().map(|(at, _)| *at).find(|at| close(*at));
        min = named(&|at| at < min && at * 3.0 >= min).unwrap_or(min);
        max = named(&|at| at > max && at <= max * 3.0).unwrap_or(max);
        Some(Self { min, max, from, to, log: true })
    }

    /// A logarithmic scale that just holds `values`, but never less than a factor of four; none without values.
    pub(super) fn tight(values: impl Iterator<Item = f64> + Clone, from: f64, to: f64) -> Option<Self> {
        let low = values.clone().map(|value| value.max(1.0)).reduce(f64::min)?;
        let high = values.map(|value| value.max(1.0)).reduce(f64::max)?;
        let slack = (4.0 / (high / low)).max(1.0).sqrt();
        Some(Self { min: low / slack, max: high * slack, from, to, log: true })
    }

    /// The pixel of a value; what lies outside sits on the edge.
    pub(super) fn at(self, value: f64) -> f64 {
        let value = value.clamp(self.min, self.max);
        let part = if self.log {
            (value / self.min).ln() / (self.max / self.min).ln()
        } else {
            (value - self.min) / (self.max - self.min)
        };
        self.from + part * (self.to - self.from)
    }

    /// Whether a value lies on the scale.
    pub(super) fn holds(self, value: f64) -> bool {
        self.min <= value && value <= self.max
    }

    /// Its ends.
    pub(super) fn ends(self) -> (f64, f64) {
        (self.min, self.max)
    }

    /// The named lengths on a scale of durations.
    pub(super) fn lengths(self) -> Vec<Tick> {
        LENGTHS
            .iter()
            .filter(|(at, _)| self.holds(*at))
            .map(|&(value, label)| Tick { value, label: label.to_owned() })
            .collect()
    }
}

/// A round number at or above `max`, and the round steps up to it: at most six.
pub(super) fn round_steps(max: f64) -> (f64, Vec<f64>) {
    let max = if max > 0.0 && max.is_finite() { max } else { 1.0 };
    let rough = max / 5.0;
    let power = 10.0_f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 2.5, 5.0, 10.0].iter().map(|part| part * power).find(|step| *step >= rough).unwrap_or(max);
    let steps = (max / step - 1e-9).ceil().max(1.0);
    let values = (0..=6).map(f64::from).take_while(|at| *at <= steps).map(|at| at * step).collect();
    (steps * step, values)
}

/// Round steps as ticks.
pub(super) fn ticks(steps: &[f64], label: impl Fn(f64) -> String) -> Vec<Tick> {
    steps.iter().map(|&value| Tick { value, label: label(value) }).collect()
}

/// The days `[from, to)` along a horizontal axis.
#[derive(Debug, Clone, Copy)]
pub(super) struct Days {
    from: NaiveDate,
    to: NaiveDate,
    left: f64,
    right: f64,
}

impl Days {
    pub(super) fn new(from: NaiveDate, to: NaiveDate, left: f64, right: f64) -> Self {
        Self { from, to, left, right }
    }

    fn length(self) -> f64 {
        ((self.to - self.from).num_days() as f64).max(1.0)
    }

    /// The pixel of a day's beginning and of a part of the day after it.
    pub(super) fn at(self, day: NaiveDate, part: f64) -> f64 {
        let days = (day - self.from).num_days() as f64 + part;
        self.left + (days / self.length()).clamp(0.0, 1.0) * (self.right - self.left)
    }

    /// Marks at the beginnings of months, or of weeks where there are too few months; a label may have two lines.
    pub(super) fn ticks(self) -> Vec<(NaiveDate, String)> {
        let (to, length) = (self.to, self.length());
        if length <= 62.0 {
            let step = if length <= 10.0 { 1 } else { 7 };
            return self
                .from
                .iter_days()
                .step_by(step)
                .take_while(|day| *day < to)
                .map(|day| (day, day.format("%-d %b").to_string()))
                .collect();
        }
        let step = [1, 2, 3, 6, 12].into_iter().find(|step| length / (30.4 * f64::from(*step)) <= 13.0).unwrap_or(12);
        let mut marks = Vec::new();
        let mut month = self.from.with_day(1).filter(|first| *first == self.from).or_else(|| next_month(self.from));
        while let Some(day) = month.filter(|day| *day < to) {
            if day.month0() % step == 0 {
                let year = marks.is_empty() || day.month0() == 0;
                marks.push((day, day.format(if year { "%b\n%Y" } else { "%b" }).to_string()));
            }
            month = next_month(day);
        }
        marks
    }
}

fn next_month(day: NaiveDate) -> Option<NaiveDate> {
    day.with_day(1)?.checked_add_months(Months::new(1))
}

/// Ticks in percent.
pub(super) fn percents(steps: &[f64]) -> Vec<Tick> {
    ticks(steps, number::percent)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    #[test]
    fn a_scale_of_durations_has_its_ticks_at_an_hour_a_day_a_week_and_a_month() {
        let scale = Scale::durations([4_000.0, 40.0 * 86_400.0].into_iter(), 200.0, 0.0).expect("values");
        let labels: Vec<_> = scale.lengths().into_iter().map(|tick| (tick.value, tick.label)).collect();
        let expected = [(3_600.0, "1 h"), (86_400.0, "1 d"), (604_800.0, "1 w"), (2_592_000.0, "1 mo")];
        assert_eq!(labels, expected.map(|(value, label)| (value, label.to_owned())));
        assert!(scale.at(3_600.0) > scale.at(86_400.0), "longer is higher");
    }

    #[test]
    fn a_scale_has_two_ticks_even_where_all_durations_are_alike() {
        for value in [0.0, 30.0, 3_600.0, 40_000.0, 86_400.0 * 3.0, 86_400.0 * 3_000.0] {
            let scale = Scale::durations([value].into_iter(), 0.0, 1.0).expect("a value");
            assert!(scale.at(value).is_finite() && !scale.lengths().is_empty(), "{value}");
        }
        assert_eq!(Scale::durations([f64::NAN].into_iter(), 0.0, 1.0), None);
    }

    #[test]
    fn steps_are_round_and_reach_the_largest_value() {
        assert_eq!(round_steps(2.3), (2.5, vec![0.0, 0.5, 1.0, 1.5, 2.0, 2.5]));
        assert_eq!(round_steps(0.0).1.len(), 6);
        let (top, steps) = round_steps(0.37);
        assert!(top >= 0.37 && steps.len() <= 7, "{steps:?}");
    }

    #[test]
    fn a_quarter_is_marked_by_its_months_and_a_month_by_its_weeks() {
        let labels = |from, to| {
            Days::new(day(from), day(to), 0.0, 100.0).ticks().into_iter().map(|(_, label)| label).collect::<Vec<_>>()
        };
        assert_eq!(labels("2026-07-01", "2026-10-01"), ["Jul\n2026", "Aug", "Sep"]);
        assert_eq!(labels("2026-02-01", "2026-03-01"), ["1 Feb", "8 Feb", "15 Feb", "22 Feb"]);
        assert_eq!(labels("2025-12-10", "2026-03-10"), ["Jan\n2026", "Feb", "Mar"]);
    }
}
