//! The change failure rate and the recovery time under other attributions, a row per policy and a column per window.

use super::cell::{Grid, text};
use crate::domain::settings::Settings;
use crate::metrics::tables::{GroupReport, Sensitivity};
use crate::report::number;

/// The table; `None` where failures cannot be told.
pub(super) fn grid(settings: &Settings, group: &GroupReport) -> Option<Grid> {
    let same_row = |a: &Sensitivity, b: &Sensitivity| (a.policy, a.count_rollbacks) == (b.policy, b.count_rollbacks);
    let mut rows: Vec<Vec<&Sensitivity>> = Vec::new();
    for cell in &group.sensitivity {
        match rows.iter_mut().find(|row| row.first().is_some_and(|first| same_row(first, cell))) {
            Some(row) => row.push(cell),
            None => rows.push(vec![cell]),
        }
    }
    let rows: Vec<_> = rows
        .into_iter()
        .filter_map(|row| {
            let first = row.first()?;
            let rollbacks = if first.count_rollbacks { "count as failures" } else { "do not count" };
            let mut cells = vec![text(first.policy.as_str()), text(rollbacks)];
            cells.extend(row.iter().map(|cell| text(shown(cell))));
            Some(cells)
        })
        .collect();
    let rollbacks =
        if settings.count_rollbacks { "counts rollbacks as failures" } else { "does not count rollbacks as failures" };
    (!rows.is_empty()).then(|| Grid {
        id: "sensitivity",
        caption: format!(
            "Sensitivity to the attribution: change failure rate and median recovery time under each policy and each \
             attribution window. This report uses the policy “{}” and a window of {}, and {rollbacks}.",
            settings.attribution.as_str(),
            number::duration(settings.attribution_window.as_f64())
        ),
        head: vec!["Policy", "Rollbacks", "15 min", "1 h", "4 h", "24 h"],
        rows,
        events: false,
    })
}

fn shown(cell: &Sensitivity) -> String {
    let rate = cell.ratio.map_or_else(|| "no data".to_owned(), number::percent);
    let recovery = cell.recovery_p50.map_or_else(|| "none".to_owned(), number::duration);
    format!("{rate}; {recovery} (n = {})", number::count(cell.recovery_n))
}
