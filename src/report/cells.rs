//! The interface between tables and file formats: tables write their rows cell by cell, formats implement the cells.
//!
//! A missing value is a cell too. The format makes texts harmless.

use std::io;

use chrono::NaiveDate;

use crate::domain::band::Band;
use crate::domain::time::Timestamp;
use crate::domain::unit::Seconds;
use crate::metrics::tables::Unit;

/// Takes the cells of a table from left to right, row by row.
pub(in crate::report) trait Cells {
    /// A word of our own; an empty one is a missing value.
    fn word(&mut self, word: &str) -> io::Result<()>;

    /// Text that came from outside.
    fn text(&mut self, value: &str) -> io::Result<()>;

    /// A real number in a unit; missing where it is not finite.
    fn measure(&mut self, unit: Unit, value: Option<f64>) -> io::Result<()>;

    /// A count, or another whole number.
    fn count(&mut self, value: Option<impl Into<i128>>) -> io::Result<()>;

    /// A duration in whole seconds.
    fn seconds(&mut self, value: Option<Seconds>) -> io::Result<()>;

    /// A calendar day.
    fn day(&mut self, day: NaiveDate) -> io::Result<()>;

    /// An instant.
    fn instant(&mut self, value: Option<Timestamp>) -> io::Result<()>;

    /// Yes or no.
    fn flag(&mut self, value: Option<bool>) -> io::Result<()>;

    /// Ends a row.
    fn end(&mut self) -> io::Result<()>;

    /// Text from outside that may be missing.
    fn optional(&mut self, value: Option<&str>) -> io::Result<()> {
        self.text(value.unwrap_or_default())
    }

    /// A band.
    fn band(&mut self, value: Option<Band>) -> io::Result<()> {
        self.word(value.map(Band::as_str).unwrap_or_default())
    }
}
