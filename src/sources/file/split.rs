//! One record of CSV text after another, as spans of the text: RFC 4180 with any delimiter and line end.
//!
//! Nearly every record of an export has no quote, and is split by two searches that look at many bytes at a time; that
//! is several times as fast as a state machine that copies each cell. Records with quotes are read byte by byte, as the
//! crate `csv` reads them. Problems that the crate silently accepts, and quotes that merge two rows, are reported.

use std::ops::Range;

use memchr::{memchr, memchr_iter, memchr2, memchr3};

/// Where a cell lies.
#[derive(Debug, Clone, Copy)]
struct Span {
    start: usize,
    end: usize,
    /// Whether it lies in the unescaped texts and not in the file's.
    is_unescaped: bool,
}

/// The cells of one record, and what is wrong with its quotes.
#[derive(Debug, Default)]
pub(super) struct Split {
    spans: Vec<Span>,
    /// The texts of cells that are not in the file as they are meant.
    unescaped: String,
    problem: Option<&'static str>,
}

/// What lies at a place of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// A record, from its first byte to the one after its line end.
    Record(usize, usize),
    /// A record that may go on behind the text, from its first byte.
    Incomplete(usize),
    /// Line ends and nothing else.
    Nothing,
}

const AFTER_A_SPACE: &str = "a quote follows a space; remove the space before it";
const AFTER_A_QUOTE: &str = "text follows a closing quote; a quote is missing, or one within a cell is not doubled";

impl Split {
    /// How many cells the record has.
    pub(super) fn len(&self) -> usize {
        self.spans.len()
    }

    /// A cell of the record, which was read from this text.
    pub(super) fn get<'a>(&'a self, text: &'a str, cell: usize) -> Option<&'a str> {
        let span = self.spans.get(cell)?;
        (if span.is_unescaped { &self.unescaped } else { text }).get(span.start..span.end)
    }

    /// What is wrong with its quotes. One extra quote would merge two rows.
    pub(super) fn problem(&self) -> Option<&'static str> {
        self.problem
    }

    /// Reads the record that begins at `from` or after the line ends there; `is_whole` where no text follows.
    pub(super) fn read(&mut self, text: &str, from: usize, delimiter: u8, is_whole: bool) -> Next {
        let Some((start, rest)) = self.begin(text, from) else { return Next::Nothing };
        match memchr3(b'\n', b'\r', b'"', rest) {
            Some(at) if rest.get(at) == Some(&b'"') => self.read_quoted(text, start, delimiter, is_whole),
            None if !is_whole => Next::Incomplete(start),
            found => self.read_cells(text, start..start + found.unwrap_or(rest.len()), delimiter, usize::MAX),
        }
    }

    /// Reads a line of at most `most` cells, the last of which is the rest of the line. Quotes have no meaning in it.
    pub(super) fn read_line(&mut self, text: &str, from: usize, delimiter: u8, most: usize, is_whole: bool) -> Next {
        let Some((start, rest)) = self.begin(text, from) else { return Next::Nothing };
        match memchr2(b'\n', b'\r', rest) {
            None if !is_whole => Next::Incomplete(start),
            found => self.read_cells(text, start..start + found.unwrap_or(rest.len()), delimiter, most),
        }
    }

    /// Forgets the record before: where the next one begins, after the line ends at `from`, and the text from there on.
    /// None at the end of the text.
    fn begin<'t>(&mut self, text: &'t str, from: usize) -> Option<(usize, &'t [u8])> {
        self.spans.clear();
        self.unescaped.clear();
        self.problem = None;
        let rest = text.as_bytes().get(from..)?;
        let ends = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let rest = rest.get(ends..).filter(|rest| !rest.is_empty())?;
        Some((from + ends, rest))
    }

    /// Takes a line without quotes apart into at most `most` cells.
    fn read_cells(&mut self, text: &str, line: Range<usize>, delimiter: u8, most: usize) -> Next {
        let (bytes, start) = (text.as_bytes(), line.start);
        let mut cell = start;
        for at in memchr_iter(delimiter, bytes.get(line.clone()).unwrap_or_default()).take(most.saturating_sub(1)) {
            self.add(cell, start + at);
            cell = start + at + 1;
        }
        self.add(cell, line.end);
        Next::Record(start, after_line_end(bytes, line.end))
    }

    fn add(&mut self, start: usize, end: usize) {
        self.spans.push(Span { start, end, is_unescaped: false });
    }

    fn read_quoted(&mut self, text: &str, start: usize, delimiter: u8, is_whole: bool) -> Next {
        let bytes = text.as_bytes();
        let mut at = start;
        loop {
            let cell = bytes.get(at..).unwrap_or_default();
            let end = if cell.first() == Some(&b'"') {
                self.quoted_cell(text, at, delimiter, is_whole)
            } else {
                let spaces = cell.iter().take_while(|byte| **byte == b' ' && delimiter != b' ').count();
                if spaces > 0 && cell.get(spaces) == Some(&b'"') {
                    self.problem = self.problem.or(Some(AFTER_A_SPACE));
                }
                let end = end_of_cell(bytes, at, delimiter);
                self.add(at, end);
                Some(end)
            };
            match end {
                Some(end) if bytes.get(end) == Some(&delimiter) => at = end + 1,
                Some(end) if end < bytes.len() || is_whole => return Next::Record(start, after_line_end(bytes, end)),
                _ => return Next::Incomplete(start),
            }
        }
    }

    /// Reads the cell that begins with the quote at `from`; none where the text ends before the cell.
    fn quoted_cell(&mut self, text: &str, from: usize, delimiter: u8, is_whole: bool) -> Option<usize> {
        let bytes = text.as_bytes();
        let (kept, mut piece, mut at) = (self.unescaped.len(), from + 1, from + 1);
        let close = loop {
            match memchr(b'"', bytes.get(at..).unwrap_or_default()).map(|found| at + found) {
                None if !is_whole => return None,
                None => break bytes.len(),
                // A doubled quote is one.
                Some(quote) if bytes.get(quote + 1) == Some(&b'"') => {
                    self.unescaped.push_str(text.get(piece..=quote).unwrap_or_default());
                    (piece, at) = (quote + 2, quote + 2);
                }
                Some(quote) => break quote,
            }
        };
        let end = if close < bytes.len() { end_of_cell(bytes, close + 1, delimiter) } else { close };
        let tail = text.get(close + 1..end).unwrap_or_default();
        if kept == self.unescaped.len() && tail.is_empty() {
            self.add(piece, close);
        } else {
            self.unescaped.push_str(text.get(piece..close).unwrap_or_default());
            self.unescaped.push_str(tail);
            self.spans.push(Span { start: kept, end: self.unescaped.len(), is_unescaped: true });
        }
        if tail.bytes().any(|byte| byte != b' ') {
            self.problem = self.problem.or(Some(AFTER_A_QUOTE));
        }
        Some(end)
    }
}

/// The place of the delimiter or line end that ends a cell without quotes.
fn end_of_cell(bytes: &[u8], from: usize, delimiter: u8) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    from + memchr3(delimiter, b'\n', b'\r', rest).unwrap_or(rest.len())
}

fn after_line_end(bytes: &[u8], at: usize) -> usize {
    match (bytes.get(at), bytes.get(at + 1)) {
        (Some(b'\r'), Some(b'\n')) => at + 2,
        (Some(_), _) => at + 1,
        (None, _) => at,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The records of a text, and the first problem of each.
    fn records(text: &str, delimiter: u8) -> Vec<(Vec<String>, Option<&'static str>)> {
        let (mut split, mut at, mut found) = (Split::default(), 0, Vec::new());
        while let Next::Record(_, end) = split.read(text, at, delimiter, true) {
            let cells = (0..split.len()).filter_map(|cell| split.get(text, cell).map(str::to_owned)).collect();
            found.push((cells, split.problem()));
            at = end;
        }
        found
    }

    #[test]
    fn quotes_that_are_not_closed_where_a_cell_ends_are_named() {
        for (record, wanted) in [
            ("a,b,c\r\n", None),
            ("\"a\",\"b \"\"x\"\" c\",5\" disk\n", None),
            ("\"a\nb\" ,\"\",", None),
            ("1,\"main,2\n3,\"main\",x", Some(AFTER_A_QUOTE)),
            ("1, \"main\"", Some(AFTER_A_SPACE)),
        ] {
            let found = records(record, b',');
            assert_eq!((found.len(), found[0].1), (1, wanted), "{record}");
        }
    }

    #[test]
    fn a_record_that_may_go_on_behind_the_text_is_not_read_yet() {
        let mut split = Split::default();
        for text in ["a,b", "\na,\"b", "\na,\"b\n,", "a,\"b\"", "\"a\"\"", "\"a\","] {
            let start = usize::from(text.starts_with('\n'));
            assert_eq!(split.read(text, 0, b',', false), Next::Incomplete(start), "{text}");
            assert!(matches!(split.read(text, 0, b',', true), Next::Record(..)), "{text}");
        }
        assert_eq!(split.read("\r\n", 0, b',', false), Next::Nothing);
    }

    proptest! {
        #[test]
        fn records_are_those_of_the_crate_csv(text in "[ab \",;\n\r\u{fc}]{0,24}") {
            let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
            let wanted: Vec<Vec<String>> =
                reader.records().map(|record| record.expect("text").iter().map(str::to_owned).collect()).collect();
            let found: Vec<Vec<String>> = records(&text, b',').into_iter().map(|(cells, _)| cells).collect();
            prop_assert_eq!(found, wanted);
        }
    }
}
