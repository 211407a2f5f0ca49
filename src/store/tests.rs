//! Compares writes with a model of ten lines: the latest observation of each key, in the month of its instant.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::check::verify;
use super::{Dataset, Writer};
use crate::domain::event::{Commit, Rows, Table};
use crate::domain::time::Timestamp;

/// Half a month.
const STEP: i64 = 15 * 86_400_000;
const NOW: i64 = 100;

/// Repo, sha, half month, authored instant, observed instant.
type Drawn = (u8, u8, u8, u8, u8);

fn commit((repo, sha, half, authored, observed): Drawn) -> Commit {
    Commit {
        repo: format!("acme/{repo}"),
        sha: format!("sha-{sha}"),
        parents: (authored > 0).then(|| vec!["p".to_owned(); usize::from(authored) - 1]),
        authored_at: Timestamp(i64::from(authored)),
        committed_at: Timestamp(i64::from(half) * STEP),
        pull_request: None,
        observed_at: Timestamp(i64::from(observed)),
    }
}

fn drawn() -> impl Strategy<Value = Vec<Vec<Drawn>>> {
    // Instants of observation after NOW come from a clock that was ahead.
    let row = (0..3_u8, 0..6_u8, 0..5_u8, 0..3_u8, prop_oneof![90..100_u8, 101..104_u8]);
    prop::collection::vec(prop::collection::vec(row, 0..12), 1..6)
}

fn key(commit: &Commit) -> (String, String) {
    (commit.repo.clone(), commit.sha.clone())
}

/// One batch into the model; how many rows are new and how many changed.
fn write(model: &mut BTreeMap<(String, String), Commit>, batch: &[Commit]) -> (usize, usize) {
    let mut latest: BTreeMap<(String, String), Commit> = BTreeMap::new();
    for row in batch {
        let held = latest.get(&key(row));
        if held.is_none_or(|held| row.observed_at >= held.observed_at) {
            latest.insert(key(row), row.clone());
        }
    }
    let (mut new, mut changed) = (0, 0);
    for (key, row) in latest {
        let held = model.get(&key);
        if held.is_none_or(|held| held.observed_at.0 > NOW || row.observed_at >= held.observed_at) {
            let is_same = held.is_some_and(|held| Commit { observed_at: row.observed_at, ..held.clone() } == row);
            new += usize::from(held.is_none());
            changed += usize::from(held.is_some() && !is_same);
            model.insert(key, row);
        }
    }
    (new, changed)
}

fn stored(folder: &std::path::Path) -> Vec<Commit> {
    let dataset = Dataset::open(folder).expect("a dataset");
    let frame = dataset.read(Table::Commits, &|rows| rows).expect("read");
    let mut rows = super::rows::commits(&frame).expect("rows");
    rows.sort_by_key(key);
    rows
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn the_dataset_holds_the_latest_observation_of_each_key(batches in drawn()) {
        let folder = tempfile::tempdir().expect("a folder");
        let mut model = BTreeMap::new();
        for batch in &batches {
            let rows: Vec<Commit> = batch.iter().copied().map(commit).collect();
            let wanted = write(&mut model, &rows);
            let mut writer = Writer::lock(folder.path(), "test", Timestamp(NOW)).expect("the lock");
            let changes = writer.write(vec![Rows::Commits(rows)], &[]).expect("written");
            let effect = changes.first().map(|change| change.rows).unwrap_or_default();
            prop_assert_eq!((effect.new, effect.changed), wanted);
            let by_repo = changes.first().map(|change| change.by_repo.values().map(|it| it.new + it.changed).sum());
            prop_assert_eq!(by_repo, Some(wanted.0 + wanted.1));
        }
        prop_assert_eq!(stored(folder.path()), model.into_values().collect::<Vec<_>>());
        prop_assert_eq!(verify(folder.path()).expect("verified"), vec![]);
    }
}

#[test]
fn a_write_of_what_is_there_changes_no_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let rows: Vec<Commit> = (0..40).map(|nth| commit((nth % 3, nth, nth % 5, nth % 3, 95))).collect();
    let modified = || {
        let parts = super::part::months(folder.path(), Table::Commits).expect("months");
        let time = |month: &String| {
            let path = super::part::path(folder.path(), Table::Commits, month);
            std::fs::metadata(path).and_then(|meta| meta.modified()).expect("a file")
        };
        parts.iter().map(time).collect::<Vec<_>>()
    };
    let write = |rows: &[Commit]| {
        let mut writer = Writer::lock(folder.path(), "test", Timestamp(NOW)).expect("the lock");
        writer.write(vec![Rows::Commits(rows.to_vec())], &[]).expect("written")
    };
    write(&rows);
    let before = modified();
    write(&rows);
    assert_eq!(modified(), before);
    // One row that is older than the stored one, and one of another month that is not there yet.
    let old = Commit { observed_at: Timestamp(1), authored_at: Timestamp(9), ..rows.first().expect("a row").clone() };
    assert_eq!(write(&[old]).first().map(|change| (change.rows.new, change.rows.changed)), Some((0, 0)));
    assert_eq!(modified(), before);
    write(&[commit((9, 9, 0, 1, 95))]);
    let after = modified();
    assert!(after.first() != before.first() && after.get(1..) == before.get(1..));
}
