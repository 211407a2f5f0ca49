//! `--fail-if`: a condition on the figures of the group `all`, evaluated after the report is written.
//!
//! `METRIC[.STATISTIC] OPERATOR VALUE`, several joined by `and`: `cfr > 15%`, `lead_time.p50 > 7d`, `cfr.lower > 10%`.
//! Statistics: `p50` (the default), `p75`, `p90`, `mean` of durations; `lower` and `upper`, the ends of the 95 %
//! interval, of any. Values: a number, a percentage, or a duration with s, m, h, d or w.

use crate::metrics::tables::{GroupReport, Metric, Unit};

/// One `--fail-if`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Gate {
    text: String,
    conditions: Vec<Condition>,
}

#[derive(Debug, Clone, PartialEq)]
struct Condition {
    metric: Metric,
    statistic: Statistic,
    operator: Operator,
    value: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Statistic {
    Point,
    P75,
    P90,
    Mean,
    Lower,
    Upper,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Less,
    AtMost,
    More,
    AtLeast,
}

/// The result of a gate.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Outcome {
    /// Its condition does not hold.
    Passed,
    /// It holds.
    Tripped(String),
    /// It cannot be told.
    Unknown(String),
}

impl Gate {
    /// Reads one.
    ///
    /// # Errors
    /// What is wrong with it, with an example.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let parts = text.split(" and ").flat_map(|part| part.split("&&"));
        let conditions = parts.map(Condition::parse).collect::<Result<Vec<_>, _>>()?;
        Ok(Self { text: text.trim().to_owned(), conditions })
    }

    /// Judges the figures of a group; below `min_n` nothing is judged.
    pub(super) fn judge(&self, group: &GroupReport, min_n: u64) -> Outcome {
        let (mut said, mut unknown) = (Vec::new(), None);
        for condition in &self.conditions {
            let name = condition.name();
            match condition.read(group) {
                None => unknown = Some(format!("{}: there is no {name}", self.text)),
                Some((_, n)) if n < min_n => {
                    unknown = Some(format!("{}: {name} rests on {n}, fewer than {min_n}", self.text));
                }
                Some((value, n)) if condition.operator.holds(value, condition.value) => {
                    said.push(format!("{name} is {} (n = {n})", condition.shown(value)));
                }
                // One false condition decides the gate, even if others have no data.
                Some(_) => return Outcome::Passed,
            }
        }
        unknown.map_or_else(|| Outcome::Tripped(format!("{}: {}", self.text, said.join(", "))), Outcome::Unknown)
    }
}

impl Operator {
    fn holds(self, left: f64, right: f64) -> bool {
        match self {
            Self::Less => left < right,
            Self::AtMost => left <= right,
            Self::More => left > right,
            Self::AtLeast => left >= right,
        }
    }
}

impl Condition {
    fn parse(text: &str) -> Result<Self, String> {
        let example = "write it like `cfr > 15%` or `lead_time.p50 > 7d`";
        let operators =
            [("<=", Operator::AtMost), (">=", Operator::AtLeast), ("<", Operator::Less), (">", Operator::More)];
        let found = operators.iter().find_map(|(sign, operator)| text.split_once(sign).map(|it| (it, *operator)));
        let ((left, right), operator) = found.ok_or_else(|| format!("`{text}` has no comparison; {example}"))?;
        let (name, statistic) = match left.trim().split_once('.') {
            Some((name, statistic)) => (name, Some(statistic.trim())),
            None => (left.trim(), None),
        };
        let metric = Metric::named(name).ok_or_else(|| {
            let names: Vec<&str> = Metric::ALL.into_iter().map(Metric::as_str).collect();
            format!("`{name}` is not a metric; the metrics are {}", names.join(", "))
        })?;
        let unit = metric.descriptor().unit;
        let is_duration = unit == Unit::Seconds;
        let statistic = match statistic {
            Some("lower") => Statistic::Lower,
            Some("upper") => Statistic::Upper,
            None => Statistic::Point,
            Some("p50") if is_duration => Statistic::Point,
            Some("p75") if is_duration => Statistic::P75,
            Some("p90") if is_duration => Statistic::P90,
            Some("mean") if is_duration => Statistic::Mean,
            Some("per_day") if unit == Unit::PerDay => Statistic::Point,
            Some("ratio") if unit == Unit::Ratio => Statistic::Point,
            Some(other) => {
                return Err(format!(
                    "`{name}` has no `{other}`; durations have p50, p75, p90 and mean, all lower and upper"
                ));
            }
        };
        let value = value(right.trim(), unit).ok_or_else(|| {
            let wanted = match unit {
                Unit::PerDay => "a number of deployments a day, like 0.5",
                Unit::Ratio => "a share, like 15% or 0.15",
                Unit::Seconds => "a duration, like 90m, 7d or 3600s",
            };
            format!("`{}` is not a valid value for {name}; write {wanted}", right.trim())
        })?;
        Ok(Self { metric, statistic, operator, value })
    }

    /// The metric and, where it is not the usual one, the statistic.
    fn name(&self) -> String {
        let statistic = match self.statistic {
            Statistic::Point => return self.metric.as_str().to_owned(),
            Statistic::P75 => "p75",
            Statistic::P90 => "p90",
            Statistic::Mean => "mean",
            Statistic::Lower => "lower",
            Statistic::Upper => "upper",
        };
        format!("{}.{statistic}", self.metric.as_str())
    }

    /// The value, and how many things are in it.
    fn read(&self, group: &GroupReport) -> Option<(f64, u64)> {
        let figure = &group.figures[self.metric];
        let value = match self.statistic {
            Statistic::Point => figure.value,
            Statistic::P75 => figure.quantiles.map(|it| it.p75),
            Statistic::P90 => figure.quantiles.map(|it| it.p90),
            Statistic::Mean => figure.quantiles.map(|it| it.mean),
            Statistic::Lower => figure.ci95.map(|ends| ends.low),
            Statistic::Upper => figure.ci95.map(|ends| ends.high),
        };
        Some((value?, figure.n))
    }

    fn shown(&self, value: f64) -> String {
        crate::report::number::value(self.metric.descriptor().unit, value)
    }
}

fn value(text: &str, unit: Unit) -> Option<f64> {
    let number = |text: &str| text.trim().parse::<f64>().ok().filter(|value| value.is_finite() && *value >= 0.0);
    match unit {
        Unit::PerDay => number(text.strip_suffix("/d").or_else(|| text.strip_suffix("a day")).unwrap_or(text)),
        Unit::Ratio => match text.strip_suffix('%') {
            Some(percent) => number(percent).map(|percent| percent / 100.0).filter(|ratio| *ratio <= 1.0),
            None => number(text).filter(|ratio| *ratio <= 1.0),
        },
        Unit::Seconds => {
            let unit = text.chars().last()?;
            let seconds = match unit {
                's' => 1.0,
                'm' => 60.0,
                'h' => 3_600.0,
                'd' => 86_400.0,
                'w' => 604_800.0,
                _ => return None,
            };
            number(text.strip_suffix(unit)?).map(|count| count * seconds)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::group::GroupKind;

    #[test]
    fn the_examples_of_the_manual_parse_and_other_input_is_reported() {
        for (text, value) in
            [("cfr > 15%", 0.15), ("lead_time.p50 > 7d", 604_800.0), ("cfr.lower > 10%", 0.1), ("df<0.5", 0.5)]
        {
            let gate = Gate::parse(text).expect(text);
            assert!((gate.conditions[0].value - value).abs() < 1e-12, "{text}");
        }
        assert_eq!(Gate::parse("cfr > 15% and mttr.p90 >= 1h").expect("two").conditions.len(), 2);
        for (text, words) in [
            ("cfr", "has no comparison"),
            ("speed > 1", "is not a metric"),
            ("cfr.p90 > 1%", "has no `p90`"),
            ("cfr > 15", "15% or 0.15"),
            ("lead_time > 7", "like 90m"),
            ("lead_time > -1d", "like 90m"),
            ("df.ratio > 0", "has no `ratio`"),
            ("cfr > 150%", "15% or 0.15"),
            ("df > 0.5 a day/d", "like 0.5"),
        ] {
            let said = Gate::parse(text).expect_err(text);
            assert!(said.contains(words), "{text}: {said}");
        }
    }

    #[test]
    fn one_false_condition_decides_a_gate_even_if_others_have_no_data() {
        let analysis = crate::report::sample::full();
        let all = analysis.groups.iter().find(|group| group.group.kind == GroupKind::All).expect("the whole");
        let judge = |text: &str, least: u64| Gate::parse(text).expect(text).judge(all, least);
        for text in ["df < 0 and cfr > 0%", "cfr > 100% and df < 0", "df < 0"] {
            assert_eq!(judge(text, 0), Outcome::Passed, "{text}");
        }
        assert!(matches!(judge("df >= 0", 1_000_000), Outcome::Unknown(words) if words.contains("fewer than 1000000")));
        assert!(
            matches!(judge("df.upper >= 0", 0), Outcome::Tripped(words) if words.contains("deployment_frequency.upper is"))
        );
    }
}
