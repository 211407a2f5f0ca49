//! The picture of a chart: its drawing, the names of what the drawing numbers, and how to read it.

use super::frame::{BOTTOM, Frame, INSIDE, MARGIN, TOP};
use super::sheet::{Anchor, Area, LINE_HEIGHT, Style, cut, wrapped};
use crate::report::chart::Chart;
use crate::report::chart::palette::{INK, MUTED};

const KEY: Style = Style { size: 22.0, is_bold: false, colour: INK, anchor: Anchor::Start };
const CAPTION: Style = Style { colour: MUTED, ..KEY };
/// Width of the longest name in the key.
const LONGEST: f64 = INSIDE / 2.0;
/// Between the drawing and each text below it.
const GAP: f64 = 10.0;

/// The SVG of a chart.
pub(super) fn figure(chart: &Chart, frame: &Frame) -> String {
    let mut sheet = frame.sheet(&chart.title);
    let mut bottom = BOTTOM;
    let below = [(chart.caption.clone(), CAPTION, 3), (key(chart), KEY, 5)];
    for (text, style, most) in below {
        let lines = wrapped(&text, style, INSIDE, most);
        let height = lines.len() as f64 * style.size * LINE_HEIGHT;
        sheet.lines(&lines, (MARGIN, bottom - height + style.size), style);
        bottom -= if lines.is_empty() { 0.0 } else { height + GAP };
    }
    sheet.drawing(&chart.drawing, Area { left: MARGIN, top: TOP, width: INSIDE, height: bottom - TOP });
    sheet.finish()
}

/// What the numbers in a drawing stand for; on the page the table of points says it.
fn key(chart: &Chart) -> String {
    if chart.id != "chart-calendar" {
        return String::new();
    }
    // A note with its number, its day and its text.
    let rows = chart.points.rows.iter().map(|row| row.iter().take(3).map(String::as_str).collect::<Vec<_>>());
    let rows = rows.map(|row| cut(&row.join(", "), KEY, LONGEST).replace(char::is_whitespace, "\u{a0}"));
    rows.collect::<Vec<_>>().join(" \u{b7} ")
}
