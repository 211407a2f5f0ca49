//! The actions of the report, and the results of the previous report's actions.

use std::io;

use rust_xlsxwriter::Worksheet;

use super::grid::Grid;
use crate::metrics::tables::{Analysis, Metric};
use crate::report::cells::Cells as _;
use crate::report::front_page::FrontPage;
use crate::report::notes::Action;

const HEAD: [&str; 8] = ["Set in", "Action", "Owner", "Due", "Metric", "Group", "Figure", "Verdict"];

/// Writes the sheet.
pub(super) fn write(sheet: &mut Worksheet, analysis: &Analysis, front_page: &FrontPage) -> io::Result<()> {
    let note = "Actions of this report, and results of the actions of the previous report.";
    let mut grid =
        Grid::new(sheet, analysis.settings.zone, &HEAD, super::MOST_ROWS).noted(note, "report.json").wrapped();
    for it in &front_page.actions {
        row(&mut grid, "this report", &it.action, it.now.as_deref(), "")?;
    }
    for it in &front_page.outcomes {
        row(&mut grid, "previous report", &it.action, it.course.as_deref(), it.verdict)?;
    }
    grid.finish("Actions")?;
    Ok(())
}

fn row(grid: &mut Grid<'_>, set_in: &str, action: &Action, figure: Option<&str>, verdict: &str) -> io::Result<()> {
    let aim = action.aim.as_ref();
    let group = aim.and_then(|aim| aim.group.as_ref());
    grid.word(set_in)?;
    grid.text(&action.what)?;
    grid.optional(action.owner.as_deref())?;
    match action.due {
        Some(day) => grid.day(day)?,
        None => grid.word("")?,
    }
    grid.word(aim.map(|aim| aim.metric).map_or("", Metric::title))?;
    grid.optional(group.map(|group| group.name.as_str()))?;
    grid.optional(figure)?;
    grid.word(verdict)?;
    grid.end()
}
