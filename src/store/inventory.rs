//! Counts what a dataset holds without changing it, even if a killed writer left unfinished work.

use std::fs::File;
use std::path::Path;

use polars::prelude::*;

use super::error::StoreError;
use super::format;
use super::{coverage, cursors, durable, lock, part};
use crate::domain::coverage::Coverage;
use crate::domain::event::Table;

/// What there is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inventory {
    /// Its format; `None` where nothing was ever written.
    pub format: Option<u32>,
    /// Rows of each table, in the order of [`Table::ALL`].
    pub rows: Vec<(Table, usize)>,
    /// What was read completely; sorted.
    pub coverage: Vec<Coverage>,
    /// Source and scope of readings that were interrupted; sorted.
    pub interrupted: Vec<(String, String)>,
    /// Whether a killed writer left files to be moved.
    pub pending: bool,
}

/// Counts what a folder holds; one that does not exist holds nothing.
///
/// # Errors
/// Its format is newer than this program, or a file of it cannot be read.
pub fn inventory(folder: &Path) -> Result<Inventory, StoreError> {
    let format = format::check(folder)?;
    let _reading = lock::read(folder)?;
    let mut rows = Vec::with_capacity(Table::ALL.len());
    for table in Table::ALL {
        let mut count = 0;
        for month in part::months(folder, table)? {
            let path = part::path(folder, table, &month);
            part::check(&path, table)?;
            let file = File::open(&path).map_err(StoreError::io("open", &path))?;
            let broken = |cause: PolarsError| StoreError::Part { path: path.clone(), cause: cause.to_string() };
            count += ParquetReader::new(file).num_rows().map_err(broken)?;
        }
        rows.push((table, count));
    }
    Ok(Inventory {
        format,
        rows,
        coverage: coverage::read(folder)?,
        interrupted: cursors::read(folder)?
            .into_keys()
            .filter(|(source, _)| !source.ends_with(cursors::ASKED))
            .collect(),
        pending: durable::is_pending(folder),
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::domain::event::{Deployment, Rows};
    use crate::domain::time::Timestamp;
    use crate::store::Writer;

    #[test]
    fn rows_are_counted_over_all_months_and_an_absent_folder_holds_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let absent = folder.path().join("absent");
        let empty = inventory(&absent).expect("counted");
        assert_eq!((empty.format, empty.rows.iter().map(|(_, rows)| rows).sum::<usize>()), (None, 0));
        assert!(!absent.exists(), "counting makes nothing");
        let rows = (0..5).map(|nth| Deployment {
            source: "github".into(),
            id: nth.to_string(),
            repo: "a/b".into(),
            status: "success".into(),
            created_at: Timestamp(nth * 40 * 86_400_000),
            ..Deployment::default()
        });
        let mut writer = Writer::lock(folder.path(), "test", Timestamp(i64::MAX)).expect("the lock");
        writer.write(vec![Rows::Deployments(rows.collect())], &[]).expect("written");
        writer.set_cursors("github", &BTreeMap::from([("a/b".into(), Some("x".into()))])).expect("written");
        let counted = inventory(folder.path()).expect("counted");
        assert_eq!(counted.rows.first(), Some(&(Table::Deployments, 5)));
        assert_eq!(counted.interrupted, [("github".to_owned(), "a/b".to_owned())]);
        assert!(counted.format.is_some() && !counted.pending);
    }
}
