//! What is sent, and in which order: every sample by time, so that even a server that takes no old samples takes a
//! history from its first to its last; in batches; and per day (UTC) a digest that tells whether it was sent before.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::NaiveDate;
use sha2::{Digest, Sha256};

use crate::domain::time::{Timestamp, Zone};
use crate::export::event_series::Series;

/// Of a day's digest, enough to tell one from the other.
const DIGEST_BYTES: usize = 12;
/// Samples in one request: some hundred KiB.
const BATCH: usize = 5_000;

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
    digests: BTreeMap<NaiveDate, String>,
}

/// Some samples of a plan, in order of time.
#[derive(Debug, Clone, Copy)]
pub struct Batch<'a> {
    series: &'a [Series],
    samples: &'a [Sample],
}

impl<'a> Plan<'a> {
    /// The samples of some series but those of the days that were taken already as they are now.
    pub fn new(series: &'a [Series], taken: &BTreeMap<NaiveDate, String>) -> Self {
        let every = series
            .iter()
            .enumerate()
            .flat_map(|(index, one)| one.samples.iter().map(move |&(at, value)| Sample { at, series: index, value }));
        let mut samples: Vec<Sample> = every.collect();
        samples.sort_by_key(|sample| (sample.at, sample.series));
        let mut digests = digests(series, &samples);
        digests.retain(|day, digest| taken.get(day) != Some(digest));
        samples.retain(|sample| digests.contains_key(&day(sample.at)));
        Self { series, samples, digests }
    }

    /// How many samples.
    pub fn len(&self) -> usize {
        self.samples.len()
    }

    /// Whether there is nothing to send.
    pub fn is_empty(&self) -> bool {
        self.samples.is_empty()
    }

    /// The instant of the oldest.
    pub fn oldest(&self) -> Option<Timestamp> {
        self.samples.first().map(|sample| sample.at)
    }

    /// Each batch with the days that are complete once it is taken.
    pub fn batches(&self) -> impl Iterator<Item = (Batch<'_>, Vec<(NaiveDate, String)>)> {
        let mut rest: Vec<(&NaiveDate, &String)> = self.digests.iter().rev().collect();
        let mut sent = 0;
        self.samples.chunks(BATCH).map(move |samples| {
            sent += samples.len();
            let next = self.samples.get(sent).map(|sample| day(sample.at));
            let mut complete = Vec::new();
            while let Some((day, digest)) = rest.pop_if(|(day, _)| next.is_none_or(|next| **day < next)) {
                complete.push((*day, digest.clone()));
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

fn day(at: Timestamp) -> NaiveDate {
    Zone::UTC.day_of(at)
}

/// Per day one name for all its samples.
fn digests(series: &[Series], samples: &[Sample]) -> BTreeMap<NaiveDate, String> {
    let names: Vec<[u8; 32]> = series
        .iter()
        .map(|one| {
            let mut name = Sha256::new_with_prefix(one.family.name());
            for (label, value) in &one.labels {
                name.update([label, "\0", value.as_str(), "\0"].concat());
            }
            name.finalize().into()
        })
        .collect();
    samples
        .chunk_by(|a, b| day(a.at) == day(b.at))
        .filter_map(|chunk| {
            let mut digest = Sha256::new();
            for sample in chunk {
                digest.update(names.get(sample.series)?);
                digest.update(sample.at.0.to_le_bytes());
                digest.update(sample.value.to_le_bytes());
            }
            Some((day(chunk.first()?.at), URL_SAFE_NO_PAD.encode(digest.finalize().get(..DIGEST_BYTES)?)))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::event_series::Family;

    const DAY: i64 = 86_400_000;

    fn series(samples: &[(i64, f64)]) -> Series {
        let samples = samples.iter().map(|&(at, value)| (Timestamp(at), value)).collect();
        Series { family: Family::LeadTime, labels: vec![("scope", "all".into())], samples }
    }

    fn sent(plan: &Plan<'_>) -> Vec<i64> {
        plan.batches().flat_map(|(batch, _)| batch.samples().map(|(_, at, _)| at.0).collect::<Vec<_>>()).collect()
    }

    #[test]
    fn samples_go_in_order_of_time_and_a_day_is_complete_with_its_last() {
        let many: Vec<(i64, f64)> = (0..12_000).map(|nth| (nth * 30_000, 1.0)).collect();
        let all = [series(&many), series(&[(5, 1.0), (DAY + 5, 1.0)])];
        let plan = Plan::new(&all, &BTreeMap::new());
        let times = sent(&plan);
        assert!(times.is_sorted() && times.len() == 12_002);
        // 2,880 samples a day and 5,000 a batch.
        let complete: Vec<usize> = plan.batches().map(|(_, days)| days.len()).collect();
        assert_eq!(complete, [1, 2, 2]);
    }

    #[test]
    fn a_day_is_sent_again_only_if_something_of_it_is_new_or_other() {
        let before = [series(&[(1, 1.0), (DAY + 1, 1.0), (2 * DAY + 1, 1.0)])];
        let plan = Plan::new(&before, &BTreeMap::new());
        let taken: BTreeMap<NaiveDate, String> = plan.batches().flat_map(|(_, days)| days).collect();
        assert_eq!(taken.len(), 3);
        assert!(Plan::new(&before, &taken).is_empty());
        let late = [series(&[(1, 1.0), (DAY + 1, 1.0), (DAY + 2, 1.0), (2 * DAY + 1, 7.0)])];
        assert_eq!(sent(&Plan::new(&late, &taken)), [DAY + 1, DAY + 2, 2 * DAY + 1]);
    }
}
