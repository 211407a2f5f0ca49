//! What is sent, and in which order: all samples by time, so that an empty server accepts the history even if it
//! refuses old samples; in batches; with a digest per group and month (UTC) that tells whether it was sent before.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::Datelike as _;
use sha2::{Digest, Sha256};

use crate::domain::group::Group;
use crate::domain::time::Timestamp;
use crate::export::event_series::Series;
use crate::export::label;

/// Samples in one request: some hundred KiB.
const BATCH: usize = 5_000;
/// Bytes of a digest: enough to distinguish two of them.
const DIGEST_BYTES: usize = 9;

/// A group's samples of a month: `service/checkout` and `2026-07`.
pub(super) type Part = (String, String);

/// The digest of what there is of each part.
pub type Parts = BTreeMap<Part, String>;

/// One sample to send.
#[derive(Debug, Clone, Copy)]
struct Sample {
    at: Timestamp,
    series: usize,
    value: f64,
}

/// What is to be sent.
#[derive(Debug)]
pub struct Plan<'a> {
    series: &'a [Series],
    samples: Vec<Sample>,
    parts: Parts,
}

/// Some samples of a plan, in order of time.
#[derive(Debug, Clone, Copy)]
pub struct Batch<'a> {
    series: &'a [Series],
    samples: &'a [Sample],
}

impl<'a> Plan<'a> {
    /// The samples of some series, without the parts that were already accepted unchanged.
    pub fn new(series: &'a [Series], taken: &Parts) -> Self {
        let keys: Vec<String> = series.iter().map(|one| key(&one.group)).collect();
        let mut parts = digests(series, &keys);
        parts.retain(|part, digest| taken.get(part) != Some(digest));
        let mut samples = Vec::new();
        for (index, (one, group)) in series.iter().zip(&keys).enumerate() {
            for (month, chunk) in months(one) {
                if parts.contains_key(&(group.clone(), month)) {
                    samples.extend(chunk.iter().map(|&(at, value)| Sample { at, series: index, value }));
                }
            }
        }
        samples.sort_by_key(|sample| (sample.at, sample.series));
        Self { series, samples, parts }
    }

    /// All of it.
    pub fn whole(&self) -> Batch<'_> {
        Batch { series: self.series, samples: &self.samples }
    }

    /// Each batch with the parts that are complete once it is taken.
    pub fn batches(&self) -> impl Iterator<Item = (Batch<'_>, Vec<(Part, String)>)> {
        let mut left: Vec<(&Part, &String)> = self.parts.iter().collect();
        left.sort_by(|a, b| b.0.1.cmp(&a.0.1));
        let mut sent = 0;
        self.samples.chunks(BATCH).map(move |samples| {
            sent += samples.len();
            let next = self.samples.get(sent).map(|sample| sample.at.utc_month());
            let mut complete = Vec::new();
            while let Some((part, digest)) = left.pop_if(|(part, _)| next.as_ref().is_none_or(|next| part.1 < *next)) {
                complete.push((part.clone(), digest.clone()));
            }
            (Batch { series: self.series, samples }, complete)
        })
    }
}

impl<'a> Batch<'a> {
    /// How many samples.
    pub fn len(&self) -> usize {
        self.samples.len()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.samples.is_empty()
    }

    /// The instant of its oldest sample.
    pub fn oldest(&self) -> Option<Timestamp> {
        self.samples.first().map(|sample| sample.at)
    }

    /// Its two halves, the earlier first.
    pub(super) fn halves(self) -> (Self, Self) {
        let (early, late) = self.samples.split_at(self.samples.len() / 2);
        (Self { samples: early, ..self }, Self { samples: late, ..self })
    }

    pub(super) fn samples(self) -> impl Iterator<Item = (&'a Series, Timestamp, f64)> {
        self.samples.iter().filter_map(move |it| Some((self.series.get(it.series)?, it.at, it.value)))
    }
}

/// A group's name among the parts.
pub fn key(group: &Group) -> String {
    format!("{}/{}", group.kind.as_str(), label(&group.name))
}

/// The samples of a series by month (UTC).
fn months(series: &Series) -> impl Iterator<Item = (String, &[(Timestamp, f64)])> {
    let month = |at: Timestamp| (at.utc().year(), at.utc().month());
    let chunks = series.samples.chunk_by(move |a, b| month(a.0) == month(b.0));
    chunks.filter_map(|chunk| Some((chunk.first()?.0.utc_month(), chunk)))
}

/// One digest per part for all its samples, independent of the order of the series.
fn digests(series: &[Series], keys: &[String]) -> Parts {
    let mut parts: BTreeMap<Part, Sha256> = BTreeMap::new();
    for (one, group) in series.iter().zip(keys) {
        for (month, chunk) in months(one) {
            let digest = parts.entry((group.clone(), month)).or_default();
            digest.update(one.family.name());
            for (label, value) in &one.labels {
                digest.update([label, "\0", value.as_str(), "\0"].concat());
            }
            for (at, value) in chunk {
                digest.update(at.0.to_le_bytes());
                digest.update(value.to_le_bytes());
            }
        }
    }
    let text = |digest: Sha256| URL_SAFE_NO_PAD.encode(digest.finalize().get(..DIGEST_BYTES).unwrap_or_default());
    parts.into_iter().map(|(part, digest)| (part, text(digest))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::event_series::Family;

    const DAY: i64 = 86_400_000;

    fn series(name: &str, samples: &[(i64, f64)]) -> Series {
        let samples = samples.iter().map(|&(at, value)| (Timestamp(at), value)).collect();
        let group = Group { name: name.to_owned(), ..Group::all() };
        Series { family: Family::LeadTime, group, labels: vec![("scope", name.to_owned())], samples }
    }

    fn sent(plan: &Plan<'_>) -> Vec<i64> {
        plan.batches().flat_map(|(batch, _)| batch.samples().map(|(_, at, _)| at.0).collect::<Vec<_>>()).collect()
    }

    #[test]
    fn samples_go_in_order_of_time_and_a_month_is_complete_with_its_last() {
        // From 1970-01-01 on, 200 a day; 6,200 in January, 5,600 in February.
        let many: Vec<(i64, f64)> = (0..12_000).map(|nth| (nth * DAY / 200, 1.0)).collect();
        let all = [series("a", &many), series("b", &[(5, 1.0), (31 * DAY + 5, 1.0)])];
        let plan = Plan::new(&all, &Parts::new());
        let times = sent(&plan);
        assert!(times.is_sorted() && times.len() == 12_002);
        let complete: Vec<Vec<String>> = plan
            .batches()
            .map(|(_, parts)| parts.into_iter().map(|(part, _)| part.0 + " " + &part.1).collect())
            .collect();
        let sorted = complete.into_iter().map(|mut parts| {
            parts.sort();
            parts.join(", ")
        });
        let expected = ["", "all/a 1970-01, all/b 1970-01", "all/a 1970-02, all/a 1970-03, all/b 1970-02"];
        assert_eq!(sorted.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_part_is_sent_again_only_if_something_of_it_is_new_or_other() {
        let before = [series("a", &[(1, 1.0), (40 * DAY, 1.0)]), series("b", &[(2, 1.0)])];
        let plan = Plan::new(&before, &Parts::new());
        let taken: Parts = plan.batches().flat_map(|(_, parts)| parts).collect();
        assert_eq!(taken.len(), 3);
        assert!(Plan::new(&before, &taken).whole().is_empty());
        let late = [series("a", &[(1, 1.0), (40 * DAY, 1.0), (41 * DAY, 1.0)]), series("b", &[(2, 7.0)])];
        assert_eq!(sent(&Plan::new(&late, &taken)), [2, 40 * DAY, 41 * DAY]);
        let one_more = [series("a", &[(1, 1.0), (40 * DAY, 1.0)]), series("b", &[(2, 1.0)]), series("c", &[(3, 1.0)])];
        assert_eq!(sent(&Plan::new(&one_more, &taken)), [3], "a new group sends itself alone");
    }
}
