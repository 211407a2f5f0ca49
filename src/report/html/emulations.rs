//! The same data as other tools count them.

use super::cell::{Grid, text};
use crate::metrics::tables::{EmulatedValue, GroupReport};
use crate::report::number;

/// The table; `None` where nothing was emulated.
pub(super) fn grid(group: &GroupReport) -> Option<Grid> {
    let rows: Vec<_> = group
        .emulations
        .iter()
        .map(|it| {
            vec![
                text(it.tool.as_str()),
                text(it.metric.title()),
                text(it.value.map_or_else(|| "no data".to_owned(), shown)),
                text(number::count(it.n)),
                text(it.formula),
            ]
        })
        .collect();
    (!rows.is_empty()).then(|| Grid {
        id: "emulations",
        caption: "The same events as other tools count them, so that moving from one to another breaks no trend. Each is \
                  an emulation of its published formula over the deployments, pull requests and incidents of this report; \
                  an empty sample is no data, even where the tool prints 0."
            .to_owned(),
        head: vec!["Tool", "Metric", "Value", "n", "Formula"],
        rows,
        events: false,
    })
}

fn shown(value: EmulatedValue) -> String {
    match value {
        EmulatedValue::PerDay(value) => number::rate(value),
        EmulatedValue::DaysPerWeek(value) => format!("{} days a week", number::decimal(value)),
        EmulatedValue::Seconds(value) => number::duration(value),
        EmulatedValue::Ratio(value) => number::percent(value),
    }
}
