//! One CSV file in the making, and how each kind of value is written in a cell.
//!
//! The number of columns is part of the type, so no row can be longer or shorter than its header.

use crate::domain::band::Band;
use crate::domain::time::Timestamp;
use crate::domain::unit::Seconds;

/// A file of `N` columns.
pub(super) struct Sheet<const N: usize> {
    writer: csv::Writer<Vec<u8>>,
}

impl<const N: usize> Sheet<N> {
    /// A file with its header row.
    pub(super) fn new(header: [&str; N]) -> Self {
        let mut sheet = Self { writer: csv::Writer::from_writer(Vec::new()) };
        sheet.push(&header.map(str::to_owned));
        sheet
    }

    /// Adds a row.
    #[expect(clippy::expect_used, reason = "memory takes every write, and the type fixes the number of cells")]
    pub(super) fn push(&mut self, cells: &[String; N]) {
        self.writer.write_record(cells).expect("a row of N cells into memory");
    }

    /// The whole text.
    #[expect(clippy::expect_used, reason = "memory takes every write, and cells are strings")]
    pub(super) fn finish(self) -> String {
        String::from_utf8(self.writer.into_inner().expect("a flush into memory")).expect("cells of UTF-8")
    }
}

/// Text that came from outside, made harmless for a spreadsheet.
pub(super) fn text(value: &str) -> String {
    if value.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{value}") } else { value.to_owned() }
}

/// Text from outside that may be missing.
pub(super) fn optional(value: Option<&str>) -> String {
    value.map(text).unwrap_or_default()
}

/// A real number; what is no number is missing.
pub(super) fn real(value: Option<f64>) -> String {
    // Adding 0 turns the negative zero into the plain one.
    value.filter(|number| number.is_finite()).map(|number| (number + 0.0).to_string()).unwrap_or_default()
}

/// A count.
pub(super) fn count<T: Into<u64>>(value: Option<T>) -> String {
    value.map(|number| number.into().to_string()).unwrap_or_default()
}

/// A duration in whole seconds.
pub(super) fn seconds(value: Option<Seconds>) -> String {
    value.map(|length| length.0.to_string()).unwrap_or_default()
}

/// An instant.
pub(super) fn instant(value: Option<Timestamp>) -> String {
    value.map(Timestamp::to_rfc3339).unwrap_or_default()
}

/// `true` or `false`.
pub(super) fn flag(value: Option<bool>) -> String {
    value.map(|it| it.to_string()).unwrap_or_default()
}

/// A band.
pub(super) fn band(value: Option<Band>) -> String {
    value.map(Band::as_str).unwrap_or_default().to_owned()
}
