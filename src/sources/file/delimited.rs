//! CSV: a header with the table's column names in any order, RFC 4180, separated by `,` `;` tab or `|`.
//!
//! Which of them separates, a line `sep=` says, else the header: the one that gives the most known columns. Case and
//! white space around a name of the header do not matter.

use std::cell::Cell;

use super::error::FileError;
use super::notes::Tally;
use super::record::{Cells, Record};
use super::rows::{Collector, misspelt, needed};
use super::text::Lines;
use crate::domain::event::Table;

const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

pub(super) fn read(
    text: &str,
    file: &str,
    delimiter: Option<u8>,
    rows: &mut Collector<'_>,
    zero_instants: &Cell<Tally>,
) -> Result<(), FileError> {
    let (stated, start) = stated_delimiter(text);
    let body = text.get(start..).unwrap_or_default();
    let delimiter = delimiter.or(stated).unwrap_or_else(|| recognised(body, rows.table()));
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).from_reader(body.as_bytes());
    let mut lines = Lines::of(text);
    let titles = reader.headers().map_err(|cause| broken(file, &cause, start, text))?.clone();
    if titles.is_empty() {
        return Ok(());
    }
    let header = header(&titles, file, delimiter, rows)?;
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record).map_err(|cause| broken(file, &cause, start, text))? {
        let offset = |position: &csv::Position| usize::try_from(position.byte()).unwrap_or(usize::MAX);
        let at = record.position().map_or(0, offset);
        let line = lines.of_record(start + at);
        if let Some(problem) = misquoted(body.get(at..offset(reader.position())).unwrap_or_default(), delimiter) {
            return Err(FileError::Shape { file: file.to_owned(), line, problem: problem.into() });
        }
        rows.push(&Record { file, line, cells: Cells::Csv(&header, &record), zero_instants })?;
    }
    if !text.ends_with(['\n', '\r']) {
        rows.note("the last line has no line end; if the file was cut off, its last row may be short".into());
    }
    Ok(())
}

/// What a first line `sep=;` says, as Excel reads and writes it, and where the line after it begins.
fn stated_delimiter(text: &str) -> (Option<u8>, usize) {
    let line = text.split_inclusive(['\n', '\r']).next().unwrap_or_default();
    let stated = line.trim_end_matches(['\n', '\r']).trim_matches('"');
    match stated.get(..4).map(str::to_ascii_lowercase).as_deref().zip(stated.as_bytes().get(4..)) {
        Some(("sep=", [delimiter])) => (Some(*delimiter), line.len()),
        _ => (None, 0),
    }
}

/// The delimiter that gives the header the most known columns, and of several such the most columns.
fn recognised(text: &str, table: Table) -> u8 {
    let header = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default().to_lowercase();
    let fit = |delimiter: u8| {
        let titles = header.split(char::from(delimiter)).map(|title| title.trim_matches([' ', '\t', '"']));
        let known = titles.clone().filter(|title| table.columns().contains(title)).count();
        (known, titles.count())
    };
    // The first of equals.
    DELIMITERS.into_iter().rev().max_by_key(|delimiter| fit(*delimiter)).unwrap_or(b',')
}

/// What is wrong with the quotes of a record. The reader takes whatever follows a closing quote, so that one quote too
/// many would make one row of two.
fn misquoted(record: &str, delimiter: u8) -> Option<&'static str> {
    let mut bytes = record.trim_matches(['\r', '\n']).bytes().peekable();
    while bytes.peek().is_some() {
        let (mut is_first, mut spaces) = (true, 0);
        loop {
            match bytes.next() {
                None => return None,
                Some(byte) if byte == delimiter => break,
                Some(b' ') if is_first => spaces += 1,
                Some(b'"') if is_first && spaces > 0 => {
                    return Some("a quote follows a space; remove the space before it");
                }
                Some(b'"') if is_first => {
                    is_first = false;
                    // To the quote that is not doubled.
                    while let Some(byte) = bytes.next() {
                        if byte == b'"' && bytes.next_if_eq(&b'"').is_none() {
                            break;
                        }
                    }
                    while bytes.next_if_eq(&b' ').is_some() {}
                    if bytes.peek().is_some_and(|byte| *byte != delimiter) {
                        return Some(
                            "text follows a closing quote; a quote is missing, or one within a cell is not doubled",
                        );
                    }
                }
                Some(_) => is_first = false,
            }
        }
    }
    None
}

/// A delimiter as a sentence names it.
fn named(delimiter: u8) -> String {
    match delimiter {
        b',' => "a comma".into(),
        b';' => "a semicolon".into(),
        b'\t' => "a tab".into(),
        other => format!("`{}`", char::from(other)),
    }
}

fn header(
    titles: &csv::StringRecord,
    file: &str,
    delimiter: u8,
    rows: &mut Collector<'_>,
) -> Result<Vec<(&'static str, usize)>, FileError> {
    let table = rows.table();
    let mut header: Vec<(&'static str, usize)> = Vec::new();
    let bad = |column: &str, problem: String| FileError::BadColumn {
        file: file.to_owned(),
        column: column.escape_debug().to_string(),
        problem,
    };
    let named_in_file: Vec<String> = titles.iter().map(|title| title.trim().to_lowercase()).collect();
    for (at, (title, written)) in named_in_file.iter().zip(titles).enumerate() {
        match table.columns().iter().find(|name| *name == title) {
            Some(name) if header.iter().any(|(standing, _)| standing == name) => {
                return Err(bad(title, "appears twice in the header".into()));
            }
            Some(name) => header.push((name, at)),
            None => {
                let missing = table.columns().iter().copied().filter(|name| !named_in_file.iter().any(|it| it == name));
                if let Some(name) = misspelt(title, missing) {
                    return Err(bad(written, format!("is not known; did you mean `{name}`? (rename or remove it)")));
                }
                rows.note(format!("unknown column `{}` is ignored", written.trim().escape_debug()));
            }
        }
    }
    match needed(table).iter().find(|name| !header.iter().any(|(standing, _)| standing == *name)) {
        None => Ok(header),
        Some(column) => Err(FileError::MissingColumn {
            file: file.to_owned(),
            column,
            table: table.folder(),
            needed: needed(table).join(", "),
            header: format!(
                "{} {}, separated by {}",
                titles.len(),
                if titles.len() == 1 { "column" } else { "columns" },
                named(delimiter)
            ),
        }),
    }
}

fn broken(file: &str, cause: &csv::Error, start: usize, text: &str) -> FileError {
    let at = cause.position().map_or(0, csv::Position::byte);
    let line = Lines::of(text).of_record(start + usize::try_from(at).unwrap_or(usize::MAX));
    let problem = match cause.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => format!(
            "this row has {len} cells, but the header has {expected_len}; the file is cut off, or a closing quote is missing"
        ),
        _ => cause.to_string(),
    };
    FileError::Shape { file: file.to_owned(), line, problem }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delimiter_is_the_one_that_gives_known_columns() {
        for (header, wanted) in [
            ("id,service_keys,opened_at", b','),
            ("ID; Service_Keys ;note, or remark", b';'),
            ("\"id\"\t\"opened_at\"", b'\t'),
            ("\r\n id | opened_at", b'|'),
            ("nothing known", b','),
            ("Key;Summary;Created", b';'),
            ("id", b','),
        ] {
            assert_eq!(recognised(header, Table::Incidents), wanted, "{header}");
        }
    }

    #[test]
    fn quotes_that_are_not_closed_where_a_cell_ends_are_named() {
        for (record, wanted) in [
            ("a,b,c\r\n", None),
            ("\"a\",\"b \"\"x\"\" c\",5\" disk\n", None),
            ("\"a\nb\" ,\"\",", None),
            ("1,\"main,2\n3,\"main\",x", Some("text follows a closing quote")),
            ("1, \"main\"", Some("a quote follows a space")),
        ] {
            let found = misquoted(record, b',');
            assert_eq!(found.is_some(), wanted.is_some(), "{record}");
            assert!(found.is_none_or(|found| found.starts_with(wanted.unwrap_or_default())), "{record}");
        }
    }

    #[test]
    fn a_first_line_that_states_the_delimiter_is_no_header() {
        for (text, wanted) in [
            ("sep=;\r\nid", (Some(b';'), 6)),
            ("\"SEP=|\"\nid", (Some(b'|'), 8)),
            ("sep=\t\nid", (Some(b'\t'), 6)),
            ("sep=;;\nid", (None, 0)),
            ("id,sep=;", (None, 0)),
            ("", (None, 0)),
        ] {
            assert_eq!(stated_delimiter(text), wanted, "{text:?}");
        }
    }
}
