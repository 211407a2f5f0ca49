//! All charts of the page, for outputs that draw them one by one.

use super::view::Panel;
use super::{sections, trust};
use crate::domain::group::GroupKind;
use crate::metrics::tables::Analysis;
use crate::report::Provenance;
use crate::report::chart::{Chart, ChartError};

/// The charts of the page, each once.
///
/// # Errors
/// A chart could not be drawn: a defect of this program.
pub fn charts(analysis: &Analysis, provenance: &Provenance) -> Result<Vec<Chart>, ChartError> {
    let Some(all) = analysis.groups.iter().find(|it| it.group.kind == GroupKind::All) else { return Ok(Vec::new()) };
    let panels = sections(analysis, all, provenance)?.into_iter().flat_map(|section| section.panels);
    let charts = panels.chain(trust::panels(analysis, all)?).filter_map(|panel| match panel {
        Panel::Chart(chart) => Some(*chart),
        Panel::Grid(_) | Panel::Words(_) => None,
    });
    Ok(charts.collect())
}
