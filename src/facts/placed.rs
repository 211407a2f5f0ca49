//! Where each deployment belongs, and which ones count: what depends neither on commits nor on incidents.

use rustc_hash::FxHashMap;

use super::error::FactsError;
use super::ownership::{Ownership, Placement};
use super::revisions::Revisions;
use super::rollouts;
use super::scan::Deployments;
use crate::domain::reason::Reason;
use crate::domain::settings::Settings;
use crate::domain::time::Timestamp;

/// The deployments in their places.
#[derive(Debug, Default)]
pub(super) struct Placed {
    /// Of each deployment.
    pub(super) placements: Vec<Placement>,
    /// Indices of those that count, in order of finish, id, source.
    pub(super) counted: Vec<u32>,
    /// For each further record of a roll-out, the record that counts.
    pub(super) first_of: FxHashMap<usize, usize>,
}

impl Placed {
    pub(super) fn new(
        deployments: &Deployments,
        ownership: &Ownership,
        revisions: &Revisions,
        settings: &Settings,
    ) -> Result<Self, FactsError> {
        let mut placements = ownership.of_deployments(deployments)?;
        let mut counted = counted(deployments, &placements);
        let service = |index: usize| placements.get(index).and_then(|placement| placement.counted());
        let first_of = rollouts::merge(deployments, &mut counted, revisions, service, settings.merge);
        for &merged in first_of.keys() {
            if let Some(placement) = placements.get_mut(merged) {
                placement.left_out = Some(Reason::SameRollout);
            }
        }
        Ok(Self { placements, counted, first_of })
    }

    pub(super) fn of(&self, deployment: usize) -> Placement {
        let nowhere = Placement::new(None, Some(Reason::NoService));
        self.placements.get(deployment).copied().unwrap_or(nowhere)
    }
}

/// The deployments that count, in order of finish, id, source.
fn counted(deployments: &Deployments, placements: &[Placement]) -> Vec<u32> {
    let mut counted: Vec<(Timestamp, u32)> = placements
        .iter()
        .zip(0..)
        .filter(|(placement, _)| placement.counted().is_some())
        .filter_map(|(_, index)| Some((deployments.finished_at(index as usize)?, index)))
        .collect();
    let text = |index: u32| (deployments.id.get(index as usize), deployments.source.get(index as usize));
    counted.sort_unstable_by(|(at, a), (bt, b)| at.cmp(bt).then_with(|| text(*a).cmp(&text(*b))));
    counted.into_iter().map(|(_, index)| index).collect()
}
