//! Which counted deployments an incident's reference can name: by id, by revision, or by how a revision begins.
//!
//! Three joins: on the id, on the revision, and on the first letters of the revision, after which the two texts are
//! compared. Only deployments that have an id or first letters in common with some reference take part.

use std::borrow::Cow;
use std::collections::BTreeMap;

use polars::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::revisions::{Revisions, SHORT};
use super::scan::Deployments;

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
        "beginning" => lower.iter().map(|sha| beginning(sha)).collect::<Vec<&str>>(),
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
    let (mut shas, mut places): (Vec<Cow<'_, str>>, Vec<Place>) = (Vec::new(), Vec::new());
    for (place, index) in (0..).zip(counted) {
        let sha = revisions.text(*index as usize, deployments);
        if let Some(sha) = sha.filter(|sha| wanted.contains(beginning(sha))) {
            shas.push(sha);
            places.push(place);
        }
    }
    let by_sha = df![
        "sha" => shas.iter().map(|sha| &**sha).collect::<Vec<&str>>(),
        "beginning" => shas.iter().map(|sha| beginning(sha)).collect::<Vec<&str>>(),
        "place" => places,
    ]?;
    for (incident, place) in pairs(references.clone(), by_sha.clone(), "sha")? {
        named.entry(incident).or_default().sha.push(place);
    }
    let is_long = col("sha").str().len_chars().gt_eq(lit(SHORT.start as u64));
    let close = joined(references.filter(is_long), by_sha, "beginning")?;
    let (incident, place) = (close.column("incident")?.u32()?, close.column("place")?.u32()?);
    // The right side's column of the same name.
    let (reference, revision) = (close.column("sha")?.str()?, close.column("sha_right")?.str()?);
    for ((incident, place), (reference, revision)) in
        incident.iter().zip(place.iter()).zip(reference.iter().zip(revision.iter()))
    {
        let (Some(incident), Some(place), Some(reference), Some(revision)) = (incident, place, reference, revision)
        else {
            continue;
        };
        // A reference begins a revision, is one, or has in full what the deployment has in short.
        let is_short_form = SHORT.contains(&revision.len()) && reference.starts_with(revision);
        if revision.starts_with(reference) || is_short_form {
            let prefixes = &mut named.entry(incident as usize).or_default().prefixes;
            prefixes.entry(revision.to_owned()).or_default().push(place);
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
