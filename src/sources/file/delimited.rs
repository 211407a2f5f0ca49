//! CSV: a header with the table's column names in any order, RFC 4180, separated by `,` `;` tab or `|`.
//!
//! The separator comes from a line `sep=`, else from the header: the one that gives the most known columns. Case and
//! white space around a name of the header do not matter.
//!
//! The export of another program has its own columns, which its preset knows, or no header at all.

use std::borrow::Cow;

use rustc_hash::FxHashSet;

use super::Options;
use super::blocks::{Blocks, LONGEST, too_long};
use super::error::{FileError, shortened};
use super::fields::{Fields, Header, plain};
use super::foreign::{Found, How, lacks};
use super::notes::OddInstants;
use super::preset::{Format, Preset, Rule};
use super::recognise;
use super::record::{Cells, Record};
use super::rows::{Collector, misspelt, needed};
use super::split::{Next, Split};
use super::text::Lines;

/// Columns of a file; an export with a column for every comment of every issue has thousands.
const MOST_COLUMNS: usize = 100_000;

/// Unknown columns that are named.
const MOST_NAMED: usize = 10;

const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// How the cells of a record become a row.
enum Columns<'a> {
    /// Which column of ours stands where, and those that the file calls otherwise.
    Ours {
        places: Vec<(&'static str, usize)>,
        names: Vec<(&'static str, Cow<'a, str>)>,
    },
    Theirs {
        how: How<'a>,
        header: Header,
    },
}

pub(super) fn read(
    blocks: &mut Blocks<'_>,
    file: &str,
    rows: &mut Collector<'_>,
    odd: &OddInstants,
) -> Result<(), FileError> {
    let options = rows.options();
    let (stated, start) = stated_delimiter(blocks.text()?);
    blocks.use_up(start)?;
    let lines = match options.preset.map(|preset| preset.format) {
        Some(Format::Lines(fields)) => Some(fields),
        _ => None,
    };
    let delimiter = match options.delimiter.or(stated) {
        Some(known) => known,
        None if lines.is_some() => b'\t',
        None => recognised(blocks.text()?, |title| is_known(title, options)),
    };
    let mut split = Split::default();
    let mut columns = options.preset.zip(lines).map(|(preset, fields)| Columns::Theirs {
        how: options.how(preset),
        header: Header::of(fields.iter().copied()),
    });
    let mut width = lines.map_or(0, <[_]>::len);
    loop {
        let (text, mut at) = (blocks.text()?, 0);
        let mut numbers = Lines::from_line(text, blocks.line());
        loop {
            let next = match lines {
                Some(fields) => split.read_line(text, at, delimiter, fields.len(), blocks.is_whole()),
                None => split.read(text, at, delimiter, blocks.is_whole()),
            };
            let Next::Record(begin, end) = next else { break };
            at = end;
            let line = numbers.at(begin);
            let shape = |problem| FileError::Shape { file: file.to_owned(), line, problem };
            let Some(columns) = &columns else {
                if split.len() > MOST_COLUMNS {
                    return Err(shape(format!(
                        "the header has {} columns; at most {MOST_COLUMNS} are read",
                        split.len()
                    )));
                }
                let titles: Vec<&str> = (0..split.len()).filter_map(|cell| split.get(text, cell)).collect();
                width = titles.len();
                columns = Some(match options.preset {
                    Some(preset) => {
                        let header = foreign_header(&titles, preset, rows).map_err(shape)?;
                        Columns::Theirs { how: options.how(preset), header }
                    }
                    None => own_header(&titles, file, delimiter, rows)?,
                });
                continue;
            };
            // Spreadsheets write rows of delimiters alone behind the last one.
            let is_blank = |cell| split.get(text, cell).is_none_or(|cell| cell.trim().is_empty());
            if lines.is_none() && (0..split.len()).all(is_blank) {
                continue;
            }
            if let Some(problem) = broken(&split, width) {
                let problem = match lines {
                    None => problem,
                    Some(fields) => format!(
                        "this line has {} of the {width} fields {}, separated by tabs{}",
                        split.len(),
                        fields.join(", "),
                        recognise::of_header(
                            &Header::of(text.get(begin..end).unwrap_or_default().split([',', ';'])),
                            options.preset
                        )
                    ),
                };
                return Err(shape(problem));
            }
            let forms = options.forms();
            match columns {
                Columns::Ours { places, names } => {
                    let cells = Cells::Csv { columns: places, record: &split, text };
                    rows.push(&Record { file, line, cells, names, forms, odd })?;
                }
                Columns::Theirs { how, header } => match how.row(Fields::Cells { header, record: &split, text }) {
                    Found::Row(mut row) => {
                        rows.sort(std::mem::take(&mut row.sorts));
                        let cells = Cells::Json(&row.object);
                        rows.push(&Record { file, line, cells, names: &row.names, forms, odd })?;
                    }
                    Found::Skipped(name) => rows.skip(name),
                    Found::Unknown => {
                        return Err(shape(format!("this row is not what `--from {}` reads", how.preset.name)));
                    }
                },
            }
        }
        if blocks.is_whole() {
            if columns.is_some() && !text.is_empty() && !text.ends_with(['\n', '\r']) {
                rows.note("the last line has no line end; if the file was cut off, its last row may be short".into());
            }
            return Ok(());
        }
        if text.len() - at > LONGEST {
            let problem = too_long("row");
            return Err(FileError::Shape { file: file.to_owned(), line: numbers.at(at), problem });
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

/// Whether a name of a header is a column that is read.
fn is_known(title: &str, options: &Options) -> bool {
    let mapped = options.map.iter().any(|(_, theirs)| theirs.eq_ignore_ascii_case(title));
    mapped
        || match options.preset {
            None => options.table.columns().iter().any(|column| column.eq_ignore_ascii_case(title)),
            Some(preset) => {
                let title = plain(title);
                let columns = preset.kinds.iter().flat_map(|kind| kind.columns);
                columns.flat_map(|column| column.theirs).any(|name| plain(name) == title)
            }
        }
}

/// The delimiter that gives the header the most known columns, and of several such the most columns.
fn recognised(text: &str, is_known: impl Fn(&str) -> bool) -> u8 {
    let header = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    let fit = |delimiter: u8| {
        let titles = header.split(char::from(delimiter)).map(|title| title.trim_matches([' ', '\t', '"']));
        let known = titles.clone().filter(|title| is_known(title)).count();
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

/// The header of an export.
///
/// # Errors
/// Says which column is missing, and whose export the file seems to be.
fn foreign_header(titles: &[&str], preset: &Preset, rows: &mut Collector<'_>) -> Result<Header, String> {
    let map = &rows.options().map;
    let header = Header::of(titles.iter().copied());
    let hint = || recognise::of_header(&header, Some(preset));
    if let Some((column, theirs)) = map.iter().find(|(_, theirs)| !header.has(theirs)) {
        return Err(format!("the header has no column `{theirs}`, which --map gives to {column}{}", hint()));
    }
    let missing = preset.kinds.iter().find_map(|kind| lacks(kind, map, |name| header.has(name)));
    if let Some(column) = missing {
        let line = || recognise::of_line(&titles.join("\t"));
        let hint = Some(hint()).filter(|hint| !hint.is_empty()).unwrap_or_else(line);
        let theirs = column.theirs.iter().map(|name| name.replace('_', " ")).collect::<Vec<_>>().join("` or `");
        let (ours, name) = (column.ours, preset.name);
        let way_out = if titles.len() == 1 {
            "the header is a single column, so the delimiter is another one: leave out `--delimiter`, or give the right one"
                .to_owned()
        } else {
            format!(
                "export all fields, with the program set to English, because it translates the header, or name the column with \
                 `--map {ours}=NAME`"
            )
        };
        return Err(format!(
            "the header has no column `{theirs}`, which `--from {name}` reads as {ours}; {way_out}{hint}"
        ));
    }
    let ids = preset.kinds.iter().flat_map(|kind| kind.columns).find(|column| column.ours == "id");
    let id = ids.and_then(|column| column.theirs.iter().find(|name| header.has(name)));
    if id.is_some_and(|name| NUMBERS.contains(name)) && !map.iter().any(|(ours, _)| *ours == "id") {
        rows.note(
            "the file has numbers of incidents in place of ids: a file with ids, or `fetch`, would store the same incidents \
             once more, so import either the one or the other"
                .into(),
        );
    }
    let used = |title: &str| is_known(title.trim(), rows.options()) || is_a_field(title, preset);
    let unused: Vec<String> =
        titles.iter().filter(|title| !used(title)).map(|title| format!("`{}`", shortened(title.trim()))).collect();
    if !unused.is_empty() {
        let more =
            if unused.len() > MOST_NAMED { format!(" and {} more", unused.len() - MOST_NAMED) } else { String::new() };
        let named = unused.get(..MOST_NAMED.min(unused.len())).unwrap_or_default().join(", ");
        rows.note(format!("these columns are not used: {named}{more}"));
    }
    Ok(header)
}

/// Fields with a number that is read as the id if there is no id.
const NUMBERS: [&str; 2] = ["incident_number", "number"];

/// Whether a rule of the preset reads a column.
fn is_a_field(title: &str, preset: &Preset) -> bool {
    let title = plain(title);
    let rules = preset.kinds.iter().flat_map(|kind| kind.rules);
    rules.flat_map(Rule::fields).any(|field| plain(field) == title)
}

fn own_header<'a>(
    titles: &[&str],
    file: &str,
    delimiter: u8,
    rows: &mut Collector<'a>,
) -> Result<Columns<'a>, FileError> {
    let (table, options) = (rows.table(), rows.options());
    let mut places: Vec<(&'static str, usize)> = Vec::new();
    let mut own_names = Vec::new();
    let bad = |column: &str, problem: String| FileError::BadColumn {
        file: file.to_owned(),
        column: shortened(column),
        problem,
    };
    let named_in_file: Vec<String> = titles.iter().map(|title| title.trim().to_lowercase()).collect();
    let names: FxHashSet<&str> = named_in_file.iter().map(String::as_str).collect();
    for (column, theirs) in &options.map {
        let wanted = theirs.to_lowercase();
        let Some(at) = named_in_file.iter().position(|title| *title == wanted) else {
            return Err(bad(theirs, format!("is not in the header, and --map gives it to `{column}`")));
        };
        places.push((column, at));
        own_names.push((*column, Cow::Borrowed(theirs.as_str())));
    }
    let mut unknown = 0;
    for (at, (title, written)) in named_in_file.iter().zip(titles.iter().copied()).enumerate() {
        let is_mapped = places.iter().any(|(_, place)| *place == at);
        match table.columns().iter().find(|name| *name == title) {
            // `--map` gives the column to another one of the file.
            Some(name) if options.map.iter().any(|(column, _)| column == name) => {
                if !is_mapped {
                    rows.note(format!("column `{name}` is ignored, because --map gives {name} to another column"));
                }
            }
            Some(name) if places.iter().any(|(standing, _)| standing == name) => {
                return Err(bad(title, "appears twice in the header".into()));
            }
            Some(name) => places.push((name, at)),
            None if is_mapped => {}
            None => {
                let is_missing = |name: &&str| !names.contains(*name) && !places.iter().any(|(own, _)| own == name);
                let missing = table.columns().iter().copied().filter(is_missing);
                if let Some(name) = misspelt(title, missing) {
                    return Err(bad(
                        written,
                        format!("is not known; did you mean `{name}`? (rename it, remove it, or use --map)"),
                    ));
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
    let has = |name: &str| places.iter().any(|(standing, _)| *standing == name);
    let is_stated = |name: &str| name == "repo" && options.repo.is_some();
    match needed(table).iter().find(|name| !has(name) && !is_stated(name)) {
        None => Ok(Columns::Ours { places, names: own_names }),
        Some(column) => Err(FileError::MissingColumn {
            file: file.to_owned(),
            column,
            table: table.folder(),
            needed: needed(table),
            header: format!(
                "{} {}, separated by {}",
                titles.len(),
                if titles.len() == 1 { "column" } else { "columns" },
                named(delimiter)
            ),
            hint: Some(recognise::of_header(&Header::of(titles.iter().copied()), None))
                .filter(|hint| !hint.is_empty())
                .unwrap_or_else(|| recognise::of_line(&titles.join("\t"))),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::Table;

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
            let is_column = |title: &str| Table::Incidents.columns().contains(&title.to_lowercase().as_str());
            assert_eq!(recognised(header, is_column), wanted, "{header}");
        }
    }

    #[test]
    fn a_first_line_that_states_the_delimiter_is_not_the_header() {
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
