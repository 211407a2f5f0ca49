//! The changes that matter: of each metric its one value that has a band and a verdict. Intervals, counts and secondary
//! numbers are not here.

use serde::Serialize;
use serde_json::Value;

use super::groups;
use crate::metrics::tables::{Metric, Unit};

/// What a report says of one metric of one group.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Headline {
    /// The figure; null where there is none.
    pub value: Option<f64>,
    /// Its band.
    pub band: Option<String>,
    /// How it compares with the period before it.
    pub verdict: Option<String>,
}

/// A metric whose headline is another.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HeadlineChange {
    /// Kind and name of its group.
    pub group: String,
    /// The metric.
    pub metric: &'static str,
    /// Before.
    pub old: Headline,
    /// Now.
    pub new: Headline,
}

/// The key of a metric's headline value.
pub(super) fn key(metric: Metric) -> &'static str {
    match metric.descriptor().unit {
        Unit::PerDay => "per_day",
        Unit::Seconds => "p50_seconds",
        Unit::Ratio => "ratio",
    }
}

impl Headline {
    fn of(metric: Metric, group: &Value) -> Self {
        let it = &group["metrics"][metric.as_str()];
        let text = |key: &str| it[key].as_str().map(str::to_owned);
        Self { value: it[key(metric)].as_f64(), band: text("band"), verdict: text("progress").or(text("verdict")) }
    }
}

impl HeadlineChange {
    /// Whether the value itself differs, and not only its band or verdict.
    pub(super) fn is_of_value(&self) -> bool {
        self.old.value.map(f64::to_bits) != self.new.value.map(f64::to_bits)
    }

    /// How much it matters: the size of the change, 0 to 1, and as much again for another band and another verdict.
    fn weight(&self) -> f64 {
        let size = match (self.old.value, self.new.value) {
            (Some(old), Some(new)) => {
                let most = old.abs().max(new.abs());
                if most > 0.0 { (new - old).abs() / most } else { 0.0 }
            }
            (None, None) => 0.0,
            (Some(_), None) | (None, Some(_)) => 1.0,
        };
        let one_if = |differs: bool| if differs { 1.0 } else { 0.0 };
        size + one_if(self.old.band != self.new.band) + one_if(self.old.verdict != self.new.verdict)
    }
}

/// The changes of groups that both reports have: the whole first, then by weight.
pub(super) fn changes(old: &Value, new: &Value) -> Vec<HeadlineChange> {
    let mut found = Vec::new();
    for (group, now) in groups(new) {
        let Some((_, before)) = groups(old).find(|(own, _)| *own == group) else { continue };
        for metric in Metric::ALL {
            let (old, new) = (Headline::of(metric, before), Headline::of(metric, now));
            if old != new {
                found.push((
                    now["kind"] != "all",
                    HeadlineChange { group: group.clone(), metric: metric.as_str(), old, new },
                ));
            }
        }
    }
    // The sort is stable: equal weights stay in the order of groups and metrics.
    found.sort_by(|(part, one), (other_part, other)| {
        part.cmp(other_part).then_with(|| other.weight().total_cmp(&one.weight()))
    });
    found.into_iter().map(|(_, change)| change).collect()
}
