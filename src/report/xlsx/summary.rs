//! The first sheet: headline, main points, trust, comment, and one row per metric of the whole.

use std::io;

use rust_xlsxwriter::{Format, FormatAlign, Worksheet};

use super::grid::Grid;
use super::{failed, text};
use crate::metrics::tables::{Analysis, Figure, GroupReport, Metric, Unit, Verdict};
use crate::report::cells::Cells as _;
use crate::report::front_page::FrontPage;
use crate::report::{Provenance, masthead, reading, words};

const HEAD: [&str; 14] = [
    "Metric",
    "Value",
    "Unit",
    "n",
    "k",
    "95 % interval, low",
    "95 % interval, high",
    "Band",
    "Previous",
    "Verdict",
    "Progress",
    "Value in seconds",
    "Previous in seconds",
    "Note",
];
/// The columns over which a sentence runs, and the letters that fit beside each other there.
const LAST_COLUMN: u16 = 9;
const LETTERS_A_LINE: usize = 150;
/// Points of a line of text.
const LINE: f64 = 15.0;

/// Writes the sheet.
pub(super) fn write(
    sheet: &mut Worksheet,
    analysis: &Analysis,
    provenance: &Provenance,
    front_page: &FrontPage,
    all: Option<&GroupReport>,
) -> io::Result<()> {
    let plain = || Format::new().set_quote_prefix().set_text_wrap().set_align(FormatAlign::Top);
    let mut lines =
        vec![(masthead::title(analysis), plain().set_bold().set_font_size(14)), (masthead::scope(analysis), plain())];
    if provenance.synthetic {
        lines.push((masthead::SYNTHETIC.to_owned(), plain().set_bold()));
    }
    lines.push((front_page.headline.clone(), plain().set_bold()));
    lines.extend(front_page.points.iter().map(|point| (format!("\u{2022} {} {}", point.title, point.text), plain())));
    lines.push((format!("Can these numbers be trusted? {}.", front_page.trust), plain()));
    lines.extend(front_page.comment.as_ref().map(|comment| (format!("Comment: {comment}"), plain().set_italic())));
    lines.push((masthead::made(analysis, provenance), plain()));
    let mut row = 0;
    for (words, format) in lines {
        let words = text::plain(&words);
        let height = words.lines().map(|line| line.chars().count().div_ceil(LETTERS_A_LINE).max(1)).sum::<usize>();
        sheet.merge_range(row, 0, row, LAST_COLUMN, &words, &format).map_err(failed)?;
        sheet.set_row_height(row, LINE.mul_add(height as f64, 5.0)).map_err(failed)?;
        row += 1;
    }
    let mut grid = Grid::new(sheet, analysis.settings.zone, &HEAD, super::MOST_ROWS).below(row + 1);
    for (metric, figure) in all.into_iter().flat_map(|all| all.figures.iter()) {
        metric_row(&mut grid, analysis, metric, figure)?;
    }
    grid.finish("Summary")?;
    Ok(())
}

fn metric_row(grid: &mut Grid<'_>, analysis: &Analysis, metric: Metric, figure: &Figure) -> io::Result<()> {
    let unit = metric.descriptor().unit;
    let before = figure.previous.as_deref();
    grid.word(metric.title())?;
    value(grid, unit, figure)?;
    grid.word(match unit {
        Unit::PerDay => "deployments a day",
        Unit::Seconds => "median, hours:minutes:seconds or days",
        Unit::Ratio => "share of deployments",
    })?;
    grid.count(figure.known().map(|it| it.n))?;
    grid.count(figure.k)?;
    grid.shown(unit, figure.ci95.map(|ends| ends.low))?;
    grid.shown(unit, figure.ci95.map(|ends| ends.high))?;
    grid.band(figure.band.band)?;
    match before {
        Some(before) => value(grid, unit, before)?,
        None => grid.word("")?,
    }
    grid.word(figure.verdict.map(Verdict::as_str).unwrap_or_default())?;
    grid.word(&figure.progress.as_ref().map(words::progress).unwrap_or_default())?;
    let in_seconds = |value: Option<f64>| value.filter(|_| unit == Unit::Seconds);
    grid.measure(Unit::Seconds, in_seconds(figure.value))?;
    grid.measure(Unit::Seconds, in_seconds(before.and_then(|it| it.value)))?;
    let note = match reading::of(metric, figure, &analysis.settings) {
        Err(why) => why,
        Ok(_) => reading::open_too(figure).trim_start_matches(", ").to_owned(),
    };
    grid.text(&note)?;
    grid.end()
}

/// A value, or the word for why there is none.
fn value(grid: &mut Grid<'_>, unit: Unit, figure: &Figure) -> io::Result<()> {
    match (figure.value, &figure.missing) {
        (Some(value), _) => grid.shown(unit, Some(value)),
        (None, Some(_)) => grid.word("no data"),
        (None, None) => grid.word("none"),
    }
}
