//! A table in a sheet: a note, the frozen head, typed rows, and behind the columns in seconds the same as durations.
//!
//! Rows beyond the end of a sheet are counted and the note says how many there are.

use std::io;

use chrono::NaiveDate;
use rust_xlsxwriter::{Format, Table, TableColumn, TableStyle, Worksheet};

use super::kind::{Kind, SECONDS_A_DAY, day_number, instant_number};
use super::{failed, text};
use crate::domain::time::{Timestamp, Zone};
use crate::domain::unit::Seconds;
use crate::metrics::tables::Unit;
use crate::report::cells::Cells;
use crate::report::number;

/// Letters of a column before a text is cut or wrapped.
const WIDEST: usize = 60;
/// Room for the arrow of a table's filter.
const ARROW: usize = 3;
/// The row of the head below a note.
const NOTED: u32 = 1;
const IN_SECONDS: &str = "_seconds";

/// One column.
struct Column {
    head: String,
    /// The kind of its first value, which is the format of the whole column.
    kind: Option<Kind>,
    width: usize,
    /// The column with the same as a duration.
    duration: Option<u16>,
}

impl Column {
    fn new(head: impl Into<String>) -> Self {
        let head = head.into();
        Self { width: head.chars().count() + ARROW, head, kind: None, duration: None }
    }
}

/// A table being written.
pub(super) struct Grid<'s> {
    sheet: &'s mut Worksheet,
    zone: Zone,
    columns: Vec<Column>,
    note: Option<(String, &'static str)>,
    is_wrapped: bool,
    /// The row of the head.
    top: u32,
    /// The row being written.
    row: u32,
    column: u16,
    /// The rows of the sheet.
    most_rows: u32,
    left_out: u64,
}

impl<'s> Grid<'s> {
    /// A table with the given columns at the top of a sheet.
    pub(super) fn new(sheet: &'s mut Worksheet, zone: Zone, head: &[impl AsRef<str>], most_rows: u32) -> Self {
        let columns = head.iter().map(|head| Column::new(head.as_ref())).collect();
        let mut grid = Self {
            sheet,
            zone,
            columns,
            note: None,
            is_wrapped: false,
            top: 0,
            row: 1,
            column: 0,
            most_rows,
            left_out: 0,
        };
        let in_seconds = |name: &&str| name.ends_with(IN_SECONDS);
        let names: Vec<&str> = head.iter().map(AsRef::as_ref).filter(in_seconds).collect();
        grid.add_durations(&names);
        grid
    }

    /// The table below other content.
    pub(super) fn below(mut self, row: u32) -> Self {
        self.top = row;
        self.row = row + 1;
        self
    }

    /// A sentence above the head; the file that holds all rows, should they not fit.
    pub(super) fn noted(self, note: &str, file: &'static str) -> Self {
        Self { note: Some((note.to_owned(), file)), ..self.below(NOTED) }
    }

    /// Long texts take several lines.
    pub(super) fn wrapped(self) -> Self {
        Self { is_wrapped: true, ..self }
    }

    /// Further columns whose values may be seconds.
    pub(super) fn with_durations(mut self, names: &[&str]) -> Self {
        self.add_durations(names);
        self
    }

    /// Adds a column for the duration behind all others for each of these.
    fn add_durations(&mut self, names: &[&str]) {
        for name in names {
            let Ok(place) = u16::try_from(self.columns.len()) else { return };
            let Some(column) = self.columns.iter_mut().find(|column| column.head == *name) else { continue };
            column.duration = Some(place);
            let head = name.strip_suffix(IN_SECONDS).map_or_else(|| format!("{name}_duration"), ToOwned::to_owned);
            self.columns.push(Column::new(head));
        }
    }

    /// A value as a person reads it: a duration in place of seconds.
    pub(super) fn shown(&mut self, unit: Unit, value: Option<f64>) -> io::Result<()> {
        if unit != Unit::Seconds {
            return self.measure(unit, value);
        }
        let days = value.map(|seconds| seconds / SECONDS_A_DAY);
        self.number(days.map_or(Kind::Duration, Kind::of_duration), days)
    }

    /// Writes head, note, widths and the native table; the row after it.
    pub(super) fn finish(self, name: &str) -> io::Result<u32> {
        let Self { sheet, columns, note, top, row, left_out, .. } = self;
        let last = row.saturating_sub(1);
        let Some(last_column) = columns.len().checked_sub(1).and_then(|at| u16::try_from(at).ok()) else {
            return Ok(row);
        };
        if last > top {
            let heads: Vec<TableColumn> =
                columns.iter().map(|column| TableColumn::new().set_header(&column.head)).collect();
            let table = Table::new().set_name(name).set_columns(&heads).set_style(TableStyle::Light9);
            sheet.add_table(top, 0, last, last_column, &table).map_err(failed)?;
        } else {
            let bold = Format::new().set_bold();
            for (at, column) in (0..).zip(&columns) {
                sheet.write_string_with_format(top, at, &column.head, &bold).map_err(failed)?;
            }
        }
        for (at, column) in (0..).zip(&columns) {
            sheet.set_column_width(at, column.width.min(WIDEST) as f64).map_err(failed)?;
        }
        if let Some((words, file)) = note {
            let written = u64::from(last.saturating_sub(top));
            sheet.write_string(0, 0, note_of(words, file, written, left_out)).map_err(failed)?;
        }
        // Below a page of text a frozen head would leave no room for the rows.
        if top <= NOTED {
            sheet.set_freeze_panes(top + 1, 0).map_err(failed)?;
        }
        Ok(row)
    }

    /// The place of the next cell of this row, and the next after that; none beyond the end of the sheet.
    fn place(&mut self) -> Option<(u32, u16)> {
        let at = self.column;
        self.column += 1;
        (self.row < self.most_rows).then_some((self.row, at))
    }

    /// Sets the format of a column with its first value; whether a value of this kind needs a format of its own.
    fn needs_format(&mut self, at: u16, kind: Kind) -> io::Result<bool> {
        let Some(column) = self.columns.get_mut(usize::from(at)) else { return Ok(true) };
        column.width = column.width.max(kind.width());
        if column.kind.is_none() {
            column.kind = Some(kind);
            self.sheet.set_column_format(at, &kind.format()).map_err(failed)?;
        }
        Ok(column.kind != Some(kind))
    }

    fn number(&mut self, kind: Kind, value: Option<f64>) -> io::Result<()> {
        let Some((row, at)) = self.place() else { return Ok(()) };
        self.number_at(row, at, kind, value)
    }

    fn number_at(&mut self, row: u32, at: u16, kind: Kind, value: Option<f64>) -> io::Result<()> {
        let Some(value) = value.filter(|number| number.is_finite()) else { return Ok(()) };
        // Adding 0 turns the negative zero into the plain one.
        let value = value + 0.0;
        let written = if self.needs_format(at, kind)? {
            self.sheet.write_number_with_format(row, at, value, &kind.format())
        } else {
            self.sheet.write_number(row, at, value)
        };
        written.map(drop).map_err(failed)
    }

    /// A number of seconds, and the same as a duration in the column for that.
    fn in_seconds(&mut self, value: Option<f64>) -> io::Result<()> {
        let Some((row, at)) = self.place() else { return Ok(()) };
        self.number_at(row, at, Kind::Seconds, value)?;
        let (Some(duration), Some(seconds)) = (self.columns.get(usize::from(at)).and_then(|it| it.duration), value)
        else {
            return Ok(());
        };
        let days = seconds / SECONDS_A_DAY;
        self.number_at(row, duration, Kind::of_duration(days), Some(days))
    }
}

/// The sentence above a table, with what a reader must know of its rows.
fn note_of(words: String, file: &str, written: u64, left_out: u64) -> String {
    match (written, left_out) {
        (0, 0) => words + " There is none.",
        (_, 0) => words,
        (first, rest) => format!(
            "{words} These are the first {} of {} rows; {file} has all of them.",
            number::count(first),
            number::count(first + rest)
        ),
    }
}

impl Cells for Grid<'_> {
    fn word(&mut self, word: &str) -> io::Result<()> {
        self.text(word)
    }

    fn text(&mut self, value: &str) -> io::Result<()> {
        let Some((row, at)) = self.place() else { return Ok(()) };
        if value.is_empty() {
            return Ok(());
        }
        let text = text::plain(value);
        let kind = if self.is_wrapped { Kind::Wrapped } else { Kind::Text };
        let needs_format = self.needs_format(at, kind)?;
        if let Some(column) = self.columns.get_mut(usize::from(at)) {
            column.width = column.width.max(text.chars().take(WIDEST).count() + 1);
        }
        let written = if needs_format {
            self.sheet.write_string_with_format(row, at, text, &kind.format())
        } else {
            self.sheet.write_string(row, at, text)
        };
        written.map(drop).map_err(failed)
    }

    fn measure(&mut self, unit: Unit, value: Option<f64>) -> io::Result<()> {
        if unit == Unit::Seconds { self.in_seconds(value) } else { self.number(Kind::of(unit), value) }
    }

    fn count(&mut self, value: Option<impl Into<i128>>) -> io::Result<()> {
        self.number(Kind::Count, value.map(|it| it.into() as f64))
    }

    fn seconds(&mut self, value: Option<Seconds>) -> io::Result<()> {
        self.in_seconds(value.map(Seconds::as_f64))
    }

    fn day(&mut self, day: NaiveDate) -> io::Result<()> {
        match day_number(day) {
            Some(number) => self.number(Kind::Day, Some(number)),
            None => self.text(&day.to_string()),
        }
    }

    fn instant(&mut self, value: Option<Timestamp>) -> io::Result<()> {
        match value.map(|at| (at, instant_number(self.zone.local(at)))) {
            Some((at, None)) => self.text(&at.to_rfc3339()),
            Some((_, number)) => self.number(Kind::Instant, number),
            None => self.number(Kind::Instant, None),
        }
    }

    fn flag(&mut self, value: Option<bool>) -> io::Result<()> {
        let (Some((row, at)), Some(value)) = (self.place(), value) else { return Ok(()) };
        self.needs_format(at, Kind::Flag)?;
        self.sheet.write_boolean(row, at, value).map(drop).map_err(failed)
    }

    fn end(&mut self) -> io::Result<()> {
        self.column = 0;
        if self.row < self.most_rows {
            self.row += 1;
        } else {
            self.left_out += 1;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_beyond_the_end_of_a_sheet_are_left_out_and_the_sheet_says_so() {
        let mut sheet = Worksheet::new();
        let mut grid = Grid::new(&mut sheet, Zone::UTC, &["name", "age_seconds"], 4).noted("All.", "all.csv");
        for at in 0..5_i64 {
            grid.text(&at.to_string()).and_then(|()| grid.seconds(Some(Seconds(at)))).expect("cells");
            grid.end().expect("a row");
        }
        assert_eq!((grid.row, grid.left_out), (4, 3));
        assert_eq!(grid.finish("Few").expect("a table"), 4);
        let said = note_of("All.".to_owned(), "all.csv", 2, 3);
        assert_eq!(said, "All. These are the first 2 of 5 rows; all.csv has all of them.");
        assert_eq!(note_of("All.".to_owned(), "all.csv", 0, 0), "All. There is none.");
    }

    #[test]
    fn a_column_in_seconds_has_one_with_the_same_as_a_duration() {
        let mut sheet = Worksheet::new();
        let grid = Grid::new(&mut sheet, Zone::UTC, &["value", "age_seconds", "n"], 4).with_durations(&["value"]);
        let heads: Vec<&str> = grid.columns.iter().map(|column| column.head.as_str()).collect();
        assert_eq!(heads, ["value", "age_seconds", "n", "age", "value_duration"]);
        let places: Vec<Option<u16>> = grid.columns.iter().map(|column| column.duration).collect();
        assert_eq!(places, [Some(4), Some(3), None, None, None]);
    }
}
