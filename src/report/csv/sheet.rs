//! One CSV file in the making, cell by cell into a stream, how each kind of value is written in a cell, and large files
//! that every core makes rows of.
//!
//! A row that is longer or shorter than its header is an error, which no caller's data can cause.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::ops::Range;

use chrono::NaiveDate;

use crate::domain::time::Timestamp;
use crate::domain::unit::Seconds;
use crate::domain::words::printable;
use crate::facts::parallel::in_turns;
use crate::metrics::tables::Unit;
use crate::report::cells::Cells;

/// Characters with which a spreadsheet lets a formula begin. Excel and `LibreOffice` read the full-width forms like the
/// others, and leave white space before them out.
const RUN: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'];

/// Control characters that a cell between quotes can hold; a terminal would obey the others.
const KEPT: [char; 3] = ['\n', '\r', '\t'];

/// A file being written.
pub(super) struct Sheet<'w> {
    writer: csv::Writer<&'w mut dyn Write>,
    cell: String,
}

impl<'w> Sheet<'w> {
    /// A file with its header row.
    pub(super) fn new(out: &'w mut dyn Write, header: &[&str]) -> io::Result<Self> {
        let mut writer = csv::WriterBuilder::new().buffer_capacity(1 << 16).from_writer(out);
        writer.write_record(header)?;
        Ok(Self { writer, cell: String::new() })
    }

    /// Ends the file.
    pub(super) fn finish(mut self) -> io::Result<()> {
        self.writer.flush()
    }

    fn whole(&mut self, number: Option<impl itoa::Integer>) -> io::Result<()> {
        match number {
            Some(number) => self.word(itoa::Buffer::new().format(number)),
            None => self.word(""),
        }
    }

    fn shown(&mut self, value: Option<impl std::fmt::Display>) -> io::Result<()> {
        self.cell.clear();
        if let Some(value) = value {
            write!(self.cell, "{value}").map_err(io::Error::other)?;
        }
        Ok(self.writer.write_field(&self.cell)?)
    }
}

/// Writes a file with the rows of so many items, in order. Each core makes the rows of `at_once` items at a time.
pub(super) fn write_rows(
    out: &mut dyn Write,
    header: &[&str],
    items: usize,
    at_once: usize,
    rows: impl Fn(&mut Sheet<'_>, usize) -> io::Result<()> + Sync,
) -> io::Result<()> {
    let file_of = |part: Range<usize>| {
        let mut bytes = Vec::new();
        let mut sheet = Sheet::new(&mut bytes, header)?;
        part.into_iter().try_for_each(|item| rows(&mut sheet, item))?;
        sheet.finish()?;
        Ok::<_, io::Error>(bytes)
    };
    let head = file_of(0..0)?;
    out.write_all(&head)?;
    let parts: Vec<Range<usize>> =
        (0..items).step_by(at_once).map(|from| from..items.min(from.saturating_add(at_once))).collect();
    in_turns(
        &parts,
        usize::MAX,
        |part| file_of(part.clone()),
        |part| out.write_all(part.get(head.len()..).unwrap_or_default()),
    )
}

impl Cells for Sheet<'_> {
    fn word(&mut self, word: &str) -> io::Result<()> {
        Ok(self.writer.write_field(word)?)
    }

    /// A text that a spreadsheet would run is made harmless.
    fn text(&mut self, value: &str) -> io::Result<()> {
        let value = printable(value, &KEPT);
        if !value.starts_with(RUN) {
            return self.word(&value);
        }
        self.cell.clear();
        self.cell.push('\'');
        self.cell.push_str(&value);
        Ok(self.writer.write_field(&self.cell)?)
    }

    fn measure(&mut self, _: Unit, value: Option<f64>) -> io::Result<()> {
        // Adding 0 turns the negative zero into the plain one.
        self.shown(value.filter(|number| number.is_finite()).map(|number| number + 0.0))
    }

    fn count(&mut self, value: Option<impl Into<i128>>) -> io::Result<()> {
        self.whole(value.map(Into::<i128>::into))
    }

    fn seconds(&mut self, value: Option<Seconds>) -> io::Result<()> {
        self.whole(value.map(|length| length.0))
    }

    fn day(&mut self, day: NaiveDate) -> io::Result<()> {
        self.shown(Some(day))
    }

    fn instant(&mut self, value: Option<Timestamp>) -> io::Result<()> {
        self.shown(value)
    }

    fn flag(&mut self, value: Option<bool>) -> io::Result<()> {
        self.word(value.map_or("", |it| if it { "true" } else { "false" }))
    }

    fn end(&mut self) -> io::Result<()> {
        Ok(self.writer.write_record(None::<&[u8]>)?)
    }
}
