//! CSV: a header with the table's column names in any order, RFC 4180, separated by `,` `;` tab or `|`.
//!
//! Which of them separates, a line `sep=` says, else the header: the one that gives the most known columns. Case and
//! white space around a name of the header do not matter.

use std::cell::Cell;

use rustc_hash::FxHashSet;

use super::blocks::{Blocks, LONGEST, too_long};
use super::error::{FileError, shortened};
use super::notes::Tally;
use super::record::{Cells, Record};
use super::rows::{Collector, misspelt, needed};
use super::split::{Next, Split};
use super::text::Lines;
use crate::domain::event::Table;

/// Columns of a file; an export with a column for every comment of every issue has thousands.
const MOST_COLUMNS: usize = 100_000;

/// Unknown columns that are named.
const MOST_NAMED: usize = 10;

const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

pub(super) fn read(
    blocks: &mut Blocks<'_>,
    file: &str,
    delimiter: Option<u8>,
    rows: &mut Collector<'_>,
    zero_instants: &Cell<Tally>,
) -> Result<(), FileError> {
    let (stated, start) = stated_delimiter(blocks.text()?);
    blocks.use_up(start)?;
    let delimiter = match delimiter.or(stated) {
        Some(known) => known,
        None => recognised(blocks.text()?, rows.table()),
    };
    let mut split = Split::default();
    let mut columns: Option<Vec<(&'static str, usize)>> = None;
    let mut width = 0;
    loop {
        let (text, mut at) = (blocks.text()?, 0);
        let mut lines = Lines::from_line(text, blocks.line());
        while let Next::Record(begin, end) = split.read(text, at, delimiter, blocks.is_whole()) {
            at = end;
            let line = lines.at(begin);
            let Some(columns) = &columns else {
                if split.len() > MOST_COLUMNS {
                    let problem = format!("the header has {} columns; at most {MOST_COLUMNS} are read", split.len());
                    return Err(FileError::Shape { file: file.to_owned(), line, problem });
                }
                let titles: Vec<&str> = (0..split.len()).filter_map(|cell| split.get(text, cell)).collect();
                (width, columns) = (titles.len(), Some(header(&titles, file, delimiter, rows)?));
                continue;
            };
            if let Some(problem) = broken(&split, width) {
                return Err(FileError::Shape { file: file.to_owned(), line, problem });
            }
            rows.push(&Record { file, line, cells: Cells::Csv { columns, record: &split, text }, zero_instants })?;
        }
        if blocks.is_whole() {
            if columns.is_some() && !text.is_empty() && !text.ends_with(['\n', '\r']) {
                rows.note("the last line has no line end; if the file was cut off, its last row may be short".into());
            }
            return Ok(());
        }
        if text.len() - at > LONGEST {
            let problem = too_long("row");
            return Err(FileError::Shape { file: file.to_owned(), line: lines.at(at), problem });
        }
        blocks.use_up(at)?;
        blocks.more()?;
    }
}

/// What is wrong with a record of a file whose header has `width` cells.
fn broken(record: &Split, width: usize) -> Option<String> {
    let cells = record.len();
    if cells == width {
        return record.problem().map(str::to_owned);
    }
    Some(format!(
        "this row has {cells} cells, but the header has {width}; the file is cut off, or a closing quote is missing"
    ))
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
    titles: &[&str],
    file: &str,
    delimiter: u8,
    rows: &mut Collector<'_>,
) -> Result<Vec<(&'static str, usize)>, FileError> {
    let table = rows.table();
    let mut header: Vec<(&'static str, usize)> = Vec::new();
    let bad = |column: &str, problem: String| FileError::BadColumn {
        file: file.to_owned(),
        column: shortened(column),
        problem,
    };
    let named_in_file: Vec<String> = titles.iter().map(|title| title.trim().to_lowercase()).collect();
    let names: FxHashSet<&str> = named_in_file.iter().map(String::as_str).collect();
    let mut unknown = 0;
    for (at, (title, written)) in named_in_file.iter().zip(titles.iter().copied()).enumerate() {
        match table.columns().iter().find(|name| *name == title) {
            Some(name) if header.iter().any(|(standing, _)| standing == name) => {
                return Err(bad(title, "appears twice in the header".into()));
            }
            Some(name) => header.push((name, at)),
            None => {
                let missing = table.columns().iter().copied().filter(|name| !names.contains(name));
                if let Some(name) = misspelt(title, missing) {
                    return Err(bad(written, format!("is not known; did you mean `{name}`? (rename or remove it)")));
                }
                unknown += 1;
                if unknown <= MOST_NAMED {
                    rows.note(format!("unknown column `{}` is ignored", shortened(written.trim())));
                }
            }
        }
    }
    if unknown > MOST_NAMED {
        rows.note(format!("{} more unknown columns are ignored", unknown - MOST_NAMED));
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
