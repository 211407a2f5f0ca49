//! Where each deployment belongs, and which ones count: what depends neither on commits nor on incidents.

use polars::prelude::*;
use rustc_hash::FxHashMap;

use super::frame_columns::{Coded, CodedColumn, NumberColumn};
use super::owner_joins;
use super::ownership::{Ownership, ServiceIndex};
use super::references::Place;
use super::revisions::Revisions;
use super::rollouts;
use super::scan::Deployments;
use crate::domain::reason::Reason;
use crate::domain::settings::Settings;
use crate::domain::time::Timestamp;

/// The service of a deployment, and whether it counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placement {
    service: Option<u32>,
    /// Why it does not count: `no-service` (no service has its repo), `no-environment`, `not-production`,
    /// `not-success`, `same-rollout`.
    pub left_out: Option<Reason>,
}

impl Placement {
    /// The service whose repos and environments match it, even if the deployment does not count.
    pub fn service(self) -> Option<ServiceIndex> {
        self.service.map(|service| service as usize)
    }

    /// The service, of a deployment that counts.
    pub fn counted(self) -> Option<ServiceIndex> {
        self.service().filter(|_| self.left_out.is_none())
    }
}

/// The deployments in their places.
#[derive(Debug, Default)]
pub(super) struct Placed {
    /// The service of each deployment; null where none has its repo and environment.
    service: NumberColumn<UInt32Type>,
    /// Why each does not count.
    left_out: CodedColumn<Reason>,
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
        let mut owned = owner_joins::of_deployments(ownership, deployments)?;
        let mut placed = Self::from_frame(&owned)?;
        let mut counted = counted(deployments, &placed);
        let service = |index: usize| placed.of(index).counted();
        let first_of = rollouts::merge(deployments, &mut counted, revisions, service, settings.merge);
        if !first_of.is_empty() {
            let reason = |(row, reason): (usize, Option<Reason>)| {
                Some(if first_of.contains_key(&row) { Reason::SameRollout } else { reason? }.code())
            };
            let left_out: Int8Chunked = placed.left_out.iter().enumerate().map(reason).collect();
            owned.replace("left_out", left_out.into_column())?;
            placed = Self::from_frame(&owned)?;
        }
        Ok(Self { counted, first_of, ..placed })
    }

    /// Of the deployments that count, in order of finish, id, source: `service`, finish (`at`, milliseconds) and `place` in
    /// that order.
    pub(super) fn by_finish(&self, deployments: &Deployments) -> PolarsResult<DataFrame> {
        let rows = || self.counted.iter().map(|index| *index as usize);
        let service: UInt32Chunked = rows().map(|row| self.service.get(row)).collect();
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

    /// The deployments whose `service` and reason for being `left_out` are columns of a frame.
    fn from_frame(owned: &DataFrame) -> PolarsResult<Self> {
        Ok(Self {
            service: NumberColumn::of(owned, "service")?,
            left_out: CodedColumn::of(owned, "left_out")?,
            ..Self::default()
        })
    }

    /// Deployments that count, in this order, each of a service or of none.
    #[cfg(test)]
    pub(super) fn in_order(services: impl Iterator<Item = Option<ServiceIndex>>) -> Self {
        let service: UInt32Chunked =
            services.map(|service| service.and_then(|service| u32::try_from(service).ok())).collect();
        let left_out = Int8Chunked::full_null("left_out".into(), service.len());
        let owned = df!["service" => service, "left_out" => left_out].expect("a frame");
        let placed = Self::from_frame(&owned).expect("columns");
        Self { counted: (0..).take(owned.height()).collect(), ..placed }
    }

    pub(super) fn of(&self, deployment: usize) -> Placement {
        if deployment >= self.service.len() {
            return Placement { service: None, left_out: Some(Reason::NoService) };
        }
        Placement { service: self.service.get(deployment), left_out: self.left_out.get(deployment) }
    }
}

/// The deployments that count, in order of finish, id, source.
fn counted(deployments: &Deployments, placed: &Placed) -> Vec<u32> {
    let mut counted: Vec<(Timestamp, u32)> = (0..)
        .take(deployments.len())
        .filter(|index| placed.of(*index as usize).counted().is_some())
        .filter_map(|index| Some((deployments.finished_at(index as usize)?, index)))
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
