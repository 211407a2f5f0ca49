//! The report as pictures for slides: each chart of the page and the tile of each metric, 1600 x 900 pixels.
//!
//! A report without any figure has its tiles alone, which say why. A picture is kept as SVG until it is written, so
//! that only a few of them are in memory as pixels. The same analysis gives the same bytes.

mod figure;
mod frame;
mod raster;
mod sheet;
mod tile;

#[cfg(test)]
mod tests;

use std::io::{self, Write};
use std::sync::LazyLock;

use self::frame::Frame;
use super::chart::ChartError;
use super::{Provenance, html};
use crate::domain::group::GroupKind;
use crate::metrics::tables::{Analysis, Metric};

/// The charts that a page can have, by their ids without `chart-`.
const CHARTS: [&str; 11] = [
    "balance",
    "calendar",
    "failure-rate",
    "failures-by-month",
    "frequency",
    "incidents",
    "lead-time",
    "lead-time-distribution",
    "stages",
    "survival",
    "trust",
];

static CHART_FILES: LazyLock<Vec<String>> =
    LazyLock::new(|| CHARTS.iter().map(|name| format!("figure-{name}.png")).collect());

/// Of each metric, in the order of the outputs.
static TILE_FILES: LazyLock<Vec<String>> =
    LazyLock::new(|| Metric::ALL.into_iter().map(|metric| format!("tile-{}.png", metric.as_str())).collect());

/// A picture that is not drawn yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// The name of its file.
    pub name: &'static str,
    svg: String,
}

/// A picture could not be drawn.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name}: the picture could not be drawn: {cause}; this is a defect of dora-report, please report it")]
pub struct PictureError {
    name: &'static str,
    cause: String,
}

impl Picture {
    /// Draws it and writes it as PNG.
    ///
    /// # Errors
    /// It could not be drawn, which is a defect of this program, or it could not be written.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let bytes =
            raster::png(&self.svg).map_err(|cause| io::Error::other(PictureError { name: self.name, cause }))?;
        out.write_all(&bytes)
    }
}

/// The names of the pictures of charts, of any report; a report has one of them only where it has figures.
pub fn chart_files() -> impl Iterator<Item = &'static str> {
    CHART_FILES.iter().map(String::as_str)
}

/// The names of all pictures, of any report.
pub fn files() -> impl Iterator<Item = &'static str> {
    chart_files().chain(tiles().map(|(_, name)| name))
}

/// The metrics that have a tile, with the name of its picture.
fn tiles() -> impl Iterator<Item = (Metric, &'static str)> {
    let all = Metric::ALL.into_iter().zip(TILE_FILES.iter().map(String::as_str));
    all.filter(|(metric, _)| metric.descriptor().section.is_some())
}

/// The pictures of a report.
///
/// # Errors
/// A chart could not be drawn: a defect of this program.
pub fn pictures(analysis: &Analysis, provenance: &Provenance) -> Result<Vec<Picture>, ChartError> {
    let frame = Frame::of(analysis, provenance);
    let mut pictures = Vec::new();
    let charts = if analysis.has_figures() { html::charts(analysis, provenance)? } else { Vec::new() };
    for chart in charts {
        let name = chart.id.strip_prefix("chart-").and_then(|id| CHARTS.iter().position(|name| *name == id));
        let Some(name) = name.and_then(|place| chart_files().nth(place)) else {
            return Err(ChartError { cause: format!("the picture of {} has no name", chart.id) });
        };
        pictures.push(Picture { name, svg: figure::figure(&chart, &frame) });
    }
    if let Some(all) = analysis.groups.iter().find(|it| it.group.kind == GroupKind::All) {
        let tiles = tiles().map(|(metric, name)| Picture { name, svg: tile::tile(analysis, all, metric, &frame) });
        pictures.extend(tiles);
    }
    Ok(pictures)
}
