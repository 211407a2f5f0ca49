//! Which counted deployments an incident's reference can name (by id, by revision, or by how a revision begins), and which of
//! them it names as far as is known at an instant.
//!
//! Two joins, on the id and on the revision, and a search among the sorted revisions for how one begins. Only deployments
//! that have an id or first letters in common with some reference take part.

use std::borrow::Cow;
use std::collections::BTreeMap;

use polars::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::revisions::{Revisions, SHORT};
use super::scan::Deployments;
use crate::domain::sha::Sha;
use crate::domain::time::Timestamp;

/// Place of a deployment in the order of finish, id, source.
pub(super) type Place = u32;

/// The counted deployments that a reference can name, by their places, each list in order.
#[derive(Debug, Default)]
pub(super) struct Named {
    pub(super) id: Vec<Place>,
    pub(super) sha: Vec<Place>,
    /// One list for each revision that begins with the reference, or that is the short form of it.
    pub(super) prefixes: BTreeMap<String, Vec<Place>>,
}

impl Named {
    pub(super) fn is_empty(&self) -> bool {
        self.id.is_empty() && self.sha.is_empty() && self.prefixes.is_empty()
    }
}

/// (finished, index) of deployments, in order of finish, id, source.
type Finished = Vec<(Timestamp, usize)>;

/// What a reference can name among the deployments of some services, or of all.
#[derive(Debug)]
pub(super) struct Scope {
    id: Finished,
    sha: Finished,
    /// The first to finish first.
    prefixes: Vec<Finished>,
}

impl Scope {
    /// Those of the counted deployments that are `own`; `finished` gives the finish and the index of a place.
    pub(super) fn new(
        named: &Named,
        is_own: impl Fn(Place) -> bool,
        finished: impl Fn(Place) -> Option<(Timestamp, usize)>,
    ) -> Self {
        let own = |list: &Vec<Place>| -> Finished {
            list.iter().copied().filter(|place| is_own(*place)).filter_map(&finished).collect()
        };
        let mut prefixes: Vec<Finished> = named.prefixes.values().map(own).filter(|list| !list.is_empty()).collect();
        prefixes.sort_unstable_by_key(|list| list.first().map(|(at, _)| *at));
        Self { id: own(&named.id), sha: own(&named.sha), prefixes }
    }

    /// When what it names can change: as the first deployment of the id, of the sha, or of the first or second sha with
    /// that prefix finishes.
    pub(super) fn turns(&self) -> impl Iterator<Item = Timestamp> {
        let lists = [&self.id, &self.sha].into_iter().chain(self.prefixes.iter().take(2));
        lists.filter_map(|list| list.first()).map(|(at, _)| *at)
    }

    /// What it names as far as is known after an instant.
    pub(super) fn known_at(&self, at: Timestamp) -> &[(Timestamp, usize)] {
        let is_known = |list: &Finished| list.first().is_some_and(|(first, _)| *first <= at);
        if is_known(&self.id) {
            return &self.id;
        }
        if is_known(&self.sha) {
            return &self.sha;
        }
        match self.prefixes.as_slice() {
            [only, others @ ..] if is_known(only) && !others.first().is_some_and(is_known) => only,
            _ => &[],
        }
    }
}

/// The first letters of a revision, on which it is joined; all of a shorter one.
fn beginning(revision: &str) -> &str {
    revision.char_indices().nth(SHORT.start).map_or(revision, |(end, _)| revision.get(..end).unwrap_or(revision))
}

/// What each reference can name, by index of its incident. `counted` are indices of the deployments that count, by place;
/// the ids of `counts_as` name a counted deployment too, by its place.
pub(super) fn named(
    asked: &[(u32, &str)],
    deployments: &Deployments,
    revisions: &Revisions,
    counted: &[u32],
    counts_as: &[(usize, Place)],
) -> PolarsResult<FxHashMap<usize, Named>> {
    let mut named: FxHashMap<usize, Named> =
        asked.iter().map(|(incident, _)| (*incident as usize, Named::default())).collect();
    if asked.is_empty() {
        return Ok(named);
    }
    let lower: Vec<String> = asked.iter().map(|(_, reference)| reference.to_lowercase()).collect();
    let references = df![
        "incident" => asked.iter().map(|(incident, _)| *incident).collect::<Vec<u32>>(),
        "id" => asked.iter().map(|(_, reference)| *reference).collect::<Vec<&str>>(),
        "sha" => lower.iter().map(String::as_str).collect::<Vec<&str>>(),
    ]?
    .lazy();

    let wanted: FxHashSet<&str> = asked.iter().map(|(_, reference)| *reference).collect();
    let (mut ids, mut places): (Vec<&str>, Vec<Place>) = (Vec::new(), Vec::new());
    let counted_ids = (0..).zip(counted).map(|(place, index)| (*index as usize, place));
    for (row, place) in counted_ids.chain(counts_as.iter().copied()) {
        if let Some(id) = deployments.id.get(row).filter(|id| wanted.contains(id)) {
            ids.push(id);
            places.push(place);
        }
    }
    let by_id = df!["id" => ids, "place" => places]?;
    for (incident, place) in pairs(references.clone(), by_id, "id")? {
        named.entry(incident).or_default().id.push(place);
    }

    let wanted: FxHashSet<&str> = lower.iter().map(|sha| beginning(sha)).collect();
    // The first digits of a sha are its first bits, so most deployments are skipped without making a text.
    let bits: FxHashSet<u64> = wanted.iter().filter_map(|text| u64::from_str_radix(text, 16).ok()).collect();
    let may_match = |sha: Sha| bits.contains(&(sha.beginning() >> (64 - 4 * SHORT.start)));
    let (mut shas, mut places): (Vec<Cow<'_, str>>, Vec<Place>) = (Vec::new(), Vec::new());
    for (place, index) in (0..).zip(counted) {
        if deployments.sha.exact(*index as usize).is_some_and(|sha| !may_match(sha)) {
            continue;
        }
        let sha = revisions.text(*index as usize, deployments);
        if let Some(sha) = sha.filter(|sha| wanted.contains(beginning(sha))) {
            shas.push(sha);
            places.push(place);
        }
    }
    let by_sha = df!["sha" => shas.iter().map(|sha| &**sha).collect::<Vec<&str>>(), "place" => places.clone()]?;
    for (incident, place) in pairs(references, by_sha, "sha")? {
        named.entry(incident).or_default().sha.push(place);
    }
    // A prefix of a revision is not a good join key, because all tags of a project may start alike. So a sorted list is
    // searched.
    let mut by_text: BTreeMap<&str, Vec<Place>> = BTreeMap::new();
    for (sha, place) in shas.iter().zip(places) {
        by_text.entry(sha).or_default().push(place);
    }
    for ((incident, _), reference) in asked.iter().zip(&lower) {
        if reference.chars().count() < SHORT.start {
            continue;
        }
        let prefixes = &mut named.entry(*incident as usize).or_default().prefixes;
        let longer = by_text.range(reference.as_str()..).take_while(|(sha, _)| sha.starts_with(reference.as_str()));
        // A deployment may name its revision by the short form of the one that the incident has in full.
        let shorter = SHORT.filter_map(|length| {
            by_text.get_key_value(reference.get(..length).filter(|short| short.len() < reference.len())?)
        });
        for (sha, places) in longer.chain(shorter) {
            prefixes.entry((*sha).to_owned()).or_default().extend(places);
        }
    }
    for named in named.values_mut() {
        [&mut named.id, &mut named.sha].into_iter().chain(named.prefixes.values_mut()).for_each(|list| {
            list.sort_unstable();
            list.dedup();
        });
    }
    Ok(named)
}

fn joined(left: LazyFrame, right: DataFrame, on: &str) -> PolarsResult<DataFrame> {
    left.join(right.lazy(), [col(on)], [col(on)], JoinArgs::new(JoinType::Inner)).collect()
}

/// The incidents and places that have one text in common.
fn pairs(left: LazyFrame, right: DataFrame, on: &str) -> PolarsResult<Vec<(usize, Place)>> {
    let found = joined(left, right, on)?;
    let (incident, place) = (found.column("incident")?.u32()?, found.column("place")?.u32()?);
    Ok(incident.iter().zip(place.iter()).filter_map(|(incident, place)| Some((incident? as usize, place?))).collect())
}
