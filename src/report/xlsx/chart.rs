//! The native charts of the workbook: they read the cells of a sheet, so that they follow what a reader changes there.

use std::io;

use rust_xlsxwriter::{Chart, ChartFormat, ChartLine, ChartType, Worksheet};

use super::failed;
use super::kind::Kind;
use crate::metrics::tables::Metric;

const WIDTH: u32 = 560;
const HEIGHT: u32 = 260;
/// Rows of the usual height that a chart covers, and one between it and the next.
pub(super) const ROWS: u32 = 14;
/// Columns of a table between the left edges of two charts side by side.
pub(super) const BESIDE: u16 = 5;

/// The cells that a chart reads: a column of values beside the first column of the sheet.
#[derive(Debug, Clone, Copy)]
pub(super) struct Source {
    pub(super) sheet: &'static str,
    pub(super) first: u32,
    pub(super) last: u32,
    pub(super) column: u16,
    pub(super) kind: Kind,
}

/// Puts the chart of a metric into a sheet.
pub(super) fn insert(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    form: ChartType,
    metric: Metric,
    source: Source,
) -> io::Result<()> {
    let mut chart = Chart::new(form);
    let Source { sheet: name, first, last, .. } = source;
    let series = chart.add_series();
    series.set_categories((name, first, 0, last, 0)).set_values((name, first, source.column, last, source.column));
    if form == ChartType::Line {
        series.set_format(ChartFormat::new().set_line(ChartLine::new().set_width(2)));
        chart.x_axis().set_date_axis(true).set_num_format("d mmm");
    }
    chart.title().set_name(metric.title());
    chart.y_axis().set_num_format(source.kind.number_format()).set_min(0);
    chart.legend().set_hidden();
    chart.set_width(WIDTH).set_height(HEIGHT).set_alt_text(metric.title());
    sheet.insert_chart(row, column, &chart).map(drop).map_err(failed)
}
