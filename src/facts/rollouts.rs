//! Merges several deployment records of one roll-out, if the settings ask for it.
//!
//! Each job of a matrix, region or package may create a deployment record of its own. With `merge_within`, counted
//! deployments of one revision in one repo and environment that finish within that time of the first of them, with no
//! other revision between, are one deployment: the first. The others are left out as `same-rollout`. For the finding
//! about roll-outs, the first record of a revision in a further environment of its service belongs to the roll-out too,
//! at any time; in a monorepo, each service has a roll-out of its own.

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

use super::columns::WithoutCase;
use super::ownership::ServiceIndex;
use super::revisions::Revisions;
use super::scan::Deployments;
use crate::domain::settings::Merge;

/// What merging needs of a counted deployment; small, because there may be millions.
#[derive(Clone, Copy)]
struct Record {
    /// Service and repo; the greatest number for none.
    place: (u32, u32),
    /// Number of the environment (the greatest for none), or the first 32 bits of the revision.
    key: u32,
    /// Where it stands among the counted deployments.
    at: u32,
}

/// A roll-out as far as it has come.
struct Rollout {
    first: usize,
    /// Environments of its further records. Empty for most roll-outs, which then allocate nothing.
    further: BTreeSet<Option<u32>>,
}

/// Takes the further records of a roll-out out of `counted`, which is in order of finish, and gives for each of them the
/// record that counts.
pub(super) fn merge(
    deployments: &Deployments,
    counted: &mut Vec<u32>,
    revisions: &Revisions,
    service: impl Fn(usize) -> Option<ServiceIndex>,
    merge: Option<Merge>,
) -> FxHashMap<usize, usize> {
    let mut first_of = FxHashMap::default();
    let Some(merge) = merge else { return first_of };
    let (repos, environments) = (WithoutCase::new(&deployments.repo), WithoutCase::new(&deployments.environment));
    let row_of = |at: u32| counted.get(at as usize).map_or(usize::MAX, |index| *index as usize);
    let is_by_revision = matches!(merge, Merge::Rollouts(_));
    let mut records: Vec<Record> = (0..)
        .zip(counted.iter())
        .filter_map(|(at, &index)| {
            let row = index as usize;
            let sha = revisions.get(row, deployments)?;
            let beginning = || u32::try_from(sha.beginning() >> u32::BITS).ok();
            let key = if is_by_revision { beginning() } else { environments.of(row) }.unwrap_or(u32::MAX);
            let service = service(row).and_then(|service| u32::try_from(service).ok());
            Some(Record { place: (service.unwrap_or(u32::MAX), repos.of(row).unwrap_or(u32::MAX)), key, at })
        })
        .collect();
    // What the records of one roll-out share: two revisions may begin alike.
    let shared = |one: &Record, other: &Record| {
        let whole = |record: &Record| is_by_revision.then(|| revisions.get(row_of(record.at), deployments)).flatten();
        (one.place, one.key).cmp(&(other.place, other.key)).then_with(|| whole(one).cmp(&whole(other)))
    };
    records.sort_unstable_by(|one, other| shared(one, other).then_with(|| one.at.cmp(&other.at)));
    let mut running: Option<Rollout> = None;
    let mut before: Option<Record> = None;
    for record in records {
        let row = row_of(record.at);
        let (Merge::Records(within) | Merge::Rollouts(within)) = merge;
        // If roll-outs are merged, most revisions have one record, whose finish and environment are never read.
        let joins = |rollout: &&mut Rollout| {
            if revisions.get(row, deployments) != revisions.get(rollout.first, deployments) {
                return false;
            }
            let [at, began] = [row, rollout.first].map(|row| deployments.finished_at(row));
            let is_close = at.zip(began).is_some_and(|(at, began)| at.0 - began.0 <= within.0 * 1_000);
            let environment = environments.of(row);
            let is_known = environments.of(rollout.first) == environment || rollout.further.contains(&environment);
            is_close || (is_by_revision && !is_known)
        };
        let is_one_place = before.replace(record).is_some_and(|before| shared(&before, &record).is_eq());
        match running.as_mut().filter(|_| is_one_place).filter(joins) {
            Some(rollout) => {
                rollout.further.insert(environments.of(row));
                first_of.insert(row, rollout.first);
            }
            None => {
                running = Some(Rollout { first: row, further: BTreeSet::new() });
            }
        }
    }
    counted.retain(|index| !first_of.contains_key(&(*index as usize)));
    first_of
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::Deployment;
    use crate::domain::time::Timestamp;
    use crate::domain::unit::Seconds;
    use crate::facts::commit_reader::CommitReader;

    /// The records that count of (environment, sha, minute of the finish).
    fn kept(merge_as: Option<Merge>, records: &[(&str, &str, i64)]) -> Vec<u32> {
        let rows: Vec<Deployment> = records
            .iter()
            .map(|&(environment, sha, minute)| Deployment {
                repo: "acme/web".into(),
                environment: Some(environment.into()),
                sha: Some(sha.into()),
                finished_at: Some(Timestamp(minute * 60_000)),
                ..Deployment::default()
            })
            .collect();
        let deployments: Deployments = rows.iter().collect();
        let revisions = Revisions::new(&deployments, &CommitReader::default()).expect("nothing is read");
        let mut counted = (0..).take(records.len()).collect();
        merge(&deployments, &mut counted, &revisions, |_| Some(0), merge_as);
        counted
    }

    #[test]
    fn records_of_one_revision_and_environment_close_to_the_first_are_one_deployment() {
        let records = [
            ("prod", "a", 0),
            ("PROD", "a", 6),
            ("prod", "a", 10),
            ("prod", "a", 11),
            ("prod", "b", 12),
            ("eu", "b", 12),
        ];
        assert_eq!(kept(Some(Merge::Records(Seconds(600))), &records), [0, 3, 4, 5]);
        assert_eq!(kept(None, &records).len(), 6);
    }

    #[test]
    fn a_return_to_the_revision_before_is_a_deployment_of_its_own() {
        let records = [("prod", "a", 0), ("prod", "b", 3), ("prod", "a", 6)];
        assert_eq!(kept(Some(Merge::Records(Seconds(600))), &records), [0, 1, 2]);
    }

    #[test]
    fn revisions_that_begin_alike_are_told_apart() {
        let [one, other] = ["1", "2"].map(|end| format!("abcdef12{}{end}", "0".repeat(31)));
        let records = [("eu", one.as_str(), 0), ("eu", other.as_str(), 1), ("us", one.as_str(), 2)];
        assert_eq!(kept(Some(Merge::Rollouts(Seconds(600))), &records), [0, 1]);
    }

    #[test]
    fn as_one_rollout_a_revision_reaches_each_environment_once_at_any_time() {
        let records = [("eu", "a", 0), ("us", "a", 90), ("eu", "b", 100), ("us", "b", 103), ("eu", "a", 200)];
        assert_eq!(kept(Some(Merge::Rollouts(Seconds(600))), &records), [0, 2, 4]);
    }
}
