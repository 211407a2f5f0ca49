//! Where each deployment belongs, and which ones count: what depends neither on commits nor on incidents.

use polars::prelude::*;
use rustc_hash::FxHashMap;

use super::frame_columns::{CodedColumn, NumberColumn};
use super::named::Place;
use super::owner_joins;
use super::ownership::{Ownership, ServiceIndex};
use super::revisions::Revisions;
use super::rollouts;
use super::scan::Deployments;
use crate::domain::reason::Reason;
use crate::domain::settings::Settings;
use crate::domain::time::Timestamp;

/// The service of a deployment, and whether it counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placement {
    /// [`NO_SERVICE`] for none: eight bytes a deployment instead of twelve.
    service: u32,
    /// Why it does not count: `no-service` (no service has its repo), `no-environment`, `not-production`,
    /// `not-success`, `same-rollout`.
    pub left_out: Option<Reason>,
}

const NO_SERVICE: u32 = u32::MAX;

impl Placement {
    /// The service whose repos and environments match it, even if the deployment does not count.
    pub fn service(self) -> Option<ServiceIndex> {
        (self.service != NO_SERVICE).then_some(self.service as usize)
    }

    /// The service, of a deployment that counts.
    pub fn counted(self) -> Option<ServiceIndex> {
        self.service().filter(|_| self.left_out.is_none())
    }
}

/// The deployments in their places.
#[derive(Debug, Default)]
pub(super) struct Placed {
    /// Of each deployment. The metrics look each up many times, and a column of a frame takes longer.
    placements: Vec<Placement>,
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
    ) -> PolarsResult<Self> {
        let owned = owner_joins::of_deployments(ownership, deployments)?;
        let left_out = CodedColumn::of(&owned, "left_out")?;
        let service = NumberColumn::<UInt32Type>::of(&owned, "service")?;
        let placement =
            |(service, left_out): (Option<u32>, _)| Placement { service: service.unwrap_or(NO_SERVICE), left_out };
        let mut placements: Vec<Placement> = service.iter().zip(left_out.iter()).map(placement).collect();
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

    /// Of the deployments that count, in order of finish, id, source: `service`, finish (`at`, milliseconds) and `place` in
    /// that order.
    pub(super) fn by_finish(&self, deployments: &Deployments) -> PolarsResult<DataFrame> {
        let rows = || self.counted.iter().map(|index| *index as usize);
        let service = |row: usize| self.of(row).service().and_then(|service| u32::try_from(service).ok());
        let service: UInt32Chunked = rows().map(service).collect();
        let at: Int64Chunked = rows().map(|row| deployments.finished_at(row).map(|at| at.0)).collect();
        let place = UInt32Chunked::from_iter_values("place".into(), (0..).take(self.counted.len()));
        df!["service" => service, "at" => at, "place" => place]
    }

    /// The service of the deployment in a place of that order.
    pub(super) fn service_at(&self, place: Place) -> Option<ServiceIndex> {
        self.of(*self.counted.get(place as usize)? as usize).service()
    }

    /// For each further record of a roll-out: its index, and the place of the one that counts. `deployments` is how many
    /// there are.
    pub(super) fn counts_as(&self, deployments: usize) -> Vec<(usize, Place)> {
        if self.first_of.is_empty() {
            return Vec::new();
        }
        let mut place_of: Vec<Place> = vec![Place::MAX; deployments];
        for (index, place) in self.counted.iter().zip(0..) {
            if let Some(of) = place_of.get_mut(*index as usize) {
                *of = place;
            }
        }
        let place = |counted: usize| place_of.get(counted).copied().filter(|place| *place != Place::MAX);
        self.first_of.iter().filter_map(|(record, counted)| Some((*record, place(*counted)?))).collect()
    }

    /// Deployments that count, in this order, each of a service or of none.
    #[cfg(test)]
    pub(super) fn in_order(services: impl Iterator<Item = Option<ServiceIndex>>) -> Self {
        let service = |service: ServiceIndex| u32::try_from(service).expect("few");
        let placement =
            |of: Option<ServiceIndex>| Placement { service: of.map_or(NO_SERVICE, service), left_out: None };
        let placements: Vec<Placement> = services.map(placement).collect();
        Self { counted: (0..).take(placements.len()).collect(), placements, ..Self::default() }
    }

    pub(super) fn of(&self, deployment: usize) -> Placement {
        let nowhere = Placement { service: NO_SERVICE, left_out: Some(Reason::NoService) };
        self.placements.get(deployment).copied().unwrap_or(nowhere)
    }
}

/// The deployments that count, in order of finish, id, source.
fn counted(deployments: &Deployments, placements: &[Placement]) -> Vec<u32> {
    let mut counted: Vec<(Timestamp, u32)> = (0..)
        .zip(placements)
        .filter(|(_, placement)| placement.counted().is_some())
        .filter_map(|(index, _)| Some((deployments.finished_at(index as usize)?, index)))
        .collect();
    let text = |index: u32| (deployments.id.get(index as usize), deployments.source.get(index as usize));
    counted.sort_unstable_by(|(at, a), (bt, b)| at.cmp(bt).then_with(|| text(*a).cmp(&text(*b))));
    counted.into_iter().map(|(_, index)| index).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::Deployment;
    use crate::domain::settings::Merge;
    use crate::domain::unit::Seconds;
    use crate::facts::commit_reader::CommitReader;

    #[test]
    fn a_further_record_of_a_rollout_keeps_its_service_and_does_not_count() {
        let row = |id: &str, status: &str, second: i64| Deployment {
            id: id.into(),
            repo: "acme/web".into(),
            environment: Some("production".into()),
            sha: Some("a".repeat(40)),
            status: status.into(),
            finished_at: Some(Timestamp(second * 1_000)),
            ..Deployment::default()
        };
        let rows = [row("2", "success", 20), row("failed", "failure", 15), row("1", "success", 10)];
        let deployments: Deployments = rows.iter().collect();
        let settings = Settings { merge: Some(Merge::Records(Seconds(60))), ..Settings::default() };
        let ownership = Ownership::new(&settings, ["acme/web"]);
        let revisions = Revisions::new(&deployments, &CommitReader::default()).expect("nothing is read");
        let placed = Placed::new(&deployments, &ownership, &revisions, &settings).expect("joined");
        let found: Vec<_> = (0..4).map(|row| (placed.of(row).service(), placed.of(row).left_out)).collect();
        let left_out = |service, reason| (service, Some(reason));
        assert_eq!(
            found,
            [
                left_out(Some(0), Reason::SameRollout),
                left_out(Some(0), Reason::NotSuccess),
                (Some(0), None),
                left_out(None, Reason::NoService)
            ]
        );
        assert_eq!((&placed.counted[..], placed.counts_as(3)), (&[2][..], vec![(0, 0)]));
    }
}
