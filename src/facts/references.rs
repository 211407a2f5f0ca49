//! Which counted deployments the references of incidents can name: by id, by revision, or by how a revision begins.
//!
//! Two joins, of the different references with the deployments on the id and on the revision, and a search among the
//! sorted revisions for how one begins. Only deployments that have an id or first letters in common with some reference
//! take part.

use std::collections::BTreeMap;

use polars::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::named::{Named, Place, Places, PrefixMatches};
use super::placed::Placed;
use super::revisions::{Revisions, SHORT};
use super::scan::Deployments;
use crate::domain::sha::Sha;

/// What each reference can name.
#[derive(Debug, Default)]
pub(super) struct References<'a> {
    by_id: FxHashMap<&'a str, Places>,
    /// By the reference in lower case; so is the next.
    by_revision: FxHashMap<String, Places>,
    by_prefix: FxHashMap<String, PrefixMatches>,
    /// The revisions of `by_prefix`.
    revisions: Vec<Places>,
}

/// The first letters of a revision, by which it is found; all of a shorter one.
fn beginning(revision: &str) -> &str {
    revision.char_indices().nth(SHORT.start).map_or(revision, |(end, _)| revision.get(..end).unwrap_or(revision))
}

impl<'a> References<'a> {
    /// What some references can name; one may be asked for many times.
    pub(super) fn new(
        asked: impl Iterator<Item = &'a str>,
        deployments: &'a Deployments,
        revisions: &Revisions,
        placed: &Placed,
    ) -> PolarsResult<Self> {
        let ids: FxHashSet<&str> = asked.collect();
        if ids.is_empty() {
            return Ok(Self::default());
        }
        let lower: FxHashSet<String> = ids.iter().map(|reference| reference.to_lowercase()).collect();
        let named = with_an_id(&ids, deployments, placed);
        let by_id = joined(ids.into_iter(), &named, placed)?;
        let named = with_a_beginning(&lower, deployments, revisions, placed);
        let by_revision = joined(lower.iter().map(String::as_str), &named, placed)?;
        let by_revision = by_revision.into_iter().map(|(revision, places)| (revision.to_owned(), places)).collect();
        let (by_prefix, revisions) = by_prefix(lower, &named, placed);
        Ok(Self { by_id, by_revision, by_prefix, revisions })
    }

    /// What one of them can name.
    pub(super) fn named(&self, reference: &str) -> Named<'_> {
        let lower = reference.to_lowercase();
        Named {
            id: self.by_id.get(reference),
            revision: self.by_revision.get(&lower),
            by_prefix: self.by_prefix.get(&lower),
            revisions: &self.revisions,
        }
    }
}

/// The counted deployments with some id, also by the id of a further record of a roll-out.
fn with_an_id<'a>(ids: &FxHashSet<&str>, deployments: &'a Deployments, placed: &Placed) -> Vec<(&'a str, Place)> {
    let counted = (0..).zip(&placed.counted).map(|(place, index)| (*index as usize, place));
    let rows = counted.chain(placed.counts_as(deployments.len()));
    let id = |row: usize| deployments.id.get(row).filter(|id| ids.contains(id));
    rows.filter_map(|(row, place)| Some((id(row)?, place))).collect()
}

/// The counted deployments whose revision has its first letters in common with some reference.
fn with_a_beginning(
    references: &FxHashSet<String>,
    deployments: &Deployments,
    revisions: &Revisions,
    placed: &Placed,
) -> Vec<(String, Place)> {
    let wanted: FxHashSet<&str> = references.iter().map(|reference| beginning(reference)).collect();
    // The first digits of a sha are its first bits, so most deployments are skipped without making a text.
    let bits: FxHashSet<u64> = wanted.iter().filter_map(|text| u64::from_str_radix(text, 16).ok()).collect();
    let may_match = |sha: Sha| bits.contains(&(sha.beginning() >> (64 - 4 * SHORT.start)));
    let revision = |row: usize| {
        if deployments.sha.exact(row).is_some_and(|sha| !may_match(sha)) {
            return None;
        }
        revisions.text(row, deployments).filter(|revision| wanted.contains(beginning(revision)))
    };
    (0..).zip(&placed.counted).filter_map(|(place, row)| Some((revision(*row as usize)?.into_owned(), place))).collect()
}

/// The places of the deployments whose text is that of a reference, by reference.
fn joined<'t>(
    references: impl Iterator<Item = &'t str>,
    deployments: &[(impl AsRef<str>, Place)],
    placed: &Placed,
) -> PolarsResult<FxHashMap<&'t str, Places>> {
    let references: Vec<&str> = references.collect();
    let numbers = UInt32Chunked::from_iter_values("reference".into(), (0..).take(references.len()));
    let left = df!["text" => &references, "reference" => numbers]?;
    let (texts, rows): (Vec<&str>, Vec<Place>) =
        deployments.iter().map(|(text, place)| (text.as_ref(), *place)).unzip();
    let right = df!["text" => texts, "place" => rows]?;
    let on = || [col("text")];
    let found = left.lazy().join(right.lazy(), on(), on(), JoinArgs::new(JoinType::Inner)).collect()?;
    let mut by_reference: FxHashMap<&str, Vec<Place>> = FxHashMap::default();
    for (reference, place) in found.column("reference")?.u32()?.iter().zip(found.column("place")?.u32()?.iter()) {
        let reference = reference.and_then(|row| references.get(row as usize));
        let (Some(reference), Some(place)) = (reference, place) else { continue };
        by_reference.entry(reference).or_default().push(place);
    }
    let listed = |places| Places::new(places, |place| placed.service_at(place));
    Ok(by_reference.into_iter().map(|(reference, all)| (reference, listed(all))).collect())
}

/// The revisions that each reference begins, or that are its short form: a deployment may name its revision by the short
/// form of the one that the incident has in full.
///
/// The beginning is not a good key of a join, because all tags of a project may start alike. So a sorted list is searched.
fn by_prefix(
    references: FxHashSet<String>,
    deployments: &[(String, Place)],
    placed: &Placed,
) -> (FxHashMap<String, PrefixMatches>, Vec<Places>) {
    let mut by_text: BTreeMap<&str, Vec<Place>> = BTreeMap::new();
    for (text, place) in deployments {
        by_text.entry(text).or_default().push(*place);
    }
    let mut revisions: Vec<Places> = Vec::with_capacity(by_text.len());
    let by_text: BTreeMap<&str, usize> = by_text
        .into_iter()
        .map(|(text, all)| {
            revisions.push(Places::new(all, |place| placed.service_at(place)));
            (text, revisions.len() - 1)
        })
        .collect();
    let long_enough = references.into_iter().filter(|reference| reference.chars().count() >= SHORT.start);
    let by_prefix = long_enough.filter_map(|reference| {
        let longer = by_text.range(reference.as_str()..).take_while(|(text, _)| text.starts_with(reference.as_str()));
        let shorter = SHORT.filter_map(|length| {
            by_text.get_key_value(reference.get(..length).filter(|short| short.len() < reference.len())?)
        });
        let mut found: Option<PrefixMatches> = None;
        for (_, &revision) in longer.chain(shorter) {
            found.get_or_insert_default().add(revision, &revisions[revision]);
        }
        Some((reference, found?))
    });
    (by_prefix.collect(), revisions)
}
