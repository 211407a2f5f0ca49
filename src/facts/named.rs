//! What a reference names among the counted deployments of some services, or of all, as far as is known at an instant.
//!
//! Many incidents may have one reference, and one reference may begin thousands of revisions. So lists are shared, and
//! only two entries of a list are read: its first deployment, and the latest before an incident.

use rustc_hash::FxHashMap;

use super::ownership::ServiceIndex;

/// Place of a deployment in the order of finish, id, source.
pub(super) type Place = u32;

/// The places of the deployments that have one id, or one revision.
#[derive(Debug)]
pub(super) struct Places {
    all: Vec<Place>,
    by_service: Vec<(ServiceIndex, Place)>,
}

impl Places {
    pub(super) fn new(mut all: Vec<Place>, service_at: impl Fn(Place) -> Option<ServiceIndex>) -> Self {
        all.sort_unstable();
        all.dedup();
        let mut by_service: Vec<_> = all.iter().filter_map(|&place| Some((service_at(place)?, place))).collect();
        by_service.sort_unstable();
        Self { all, by_service }
    }

    /// The first place of each service.
    pub(super) fn firsts(&self) -> impl Iterator<Item = (ServiceIndex, Place)> {
        self.by_service.chunk_by(|(one, _), (next, _)| one == next).filter_map(|places| places.first().copied())
    }

    fn first(&self, scope: Scope<'_>) -> Option<Place> {
        let first = |&service: &ServiceIndex| {
            let at = self.by_service.partition_point(|entry| *entry < (service, 0));
            self.by_service.get(at).filter(|(of, _)| *of == service).map(|(_, place)| *place)
        };
        match scope {
            Scope::All => self.all.first().copied(),
            Scope::Services(services) => services.iter().filter_map(first).min(),
        }
    }

    fn latest_before(&self, end: Place, scope: Scope<'_>) -> Option<Place> {
        let latest = |&service: &ServiceIndex| {
            let before = self.by_service.partition_point(|entry| *entry < (service, end));
            self.by_service.get(before.checked_sub(1)?).filter(|(of, _)| *of == service).map(|(_, place)| *place)
        };
        match scope {
            Scope::All => self.all.get(self.all.partition_point(|place| *place < end).checked_sub(1)?).copied(),
            Scope::Services(services) => services.iter().filter_map(latest).max(),
        }
    }
}

/// Whose deployments a reference may name.
#[derive(Debug, Clone, Copy)]
pub(super) enum Scope<'a> {
    Services(&'a [ServiceIndex]),
    All,
}

/// Of several revisions the two that were deployed first, each with the place of its first deployment: a reference that
/// begins both is not unique any more, and no third one changes that.
#[derive(Debug, Default, Clone, Copy)]
struct FirstTwo([Option<(Place, usize)>; 2]);

impl FirstTwo {
    fn add(&mut self, place: Place, revision: usize) {
        let mut all: Vec<(Place, usize)> = self.0.into_iter().flatten().chain([(place, revision)]).collect();
        all.sort_unstable();
        // The same revision again, deployed later.
        if all.len() > 1 && all[0].1 == all[1].1 {
            all.remove(1);
        }
        self.0 = [all.first().copied(), all.get(1).copied()];
    }

    fn extend(&mut self, other: Self) {
        other.0.into_iter().flatten().for_each(|(place, revision)| self.add(place, revision));
    }
}

/// The revisions that one reference begins.
#[derive(Debug, Default)]
pub(super) struct PrefixMatches {
    all: FirstTwo,
    by_service: FxHashMap<ServiceIndex, FirstTwo>,
}

impl PrefixMatches {
    /// Adds a revision.
    pub(super) fn add(&mut self, revision: usize, places: &Places) {
        if let Some(first) = places.first(Scope::All) {
            self.all.add(first, revision);
        }
        for (service, first) in places.firsts() {
            self.by_service.entry(service).or_default().add(first, revision);
        }
    }

    fn first_two(&self, scope: Scope<'_>) -> FirstTwo {
        match scope {
            Scope::All => self.all,
            Scope::Services(services) => {
                let mut found = FirstTwo::default();
                services.iter().filter_map(|service| self.by_service.get(service)).for_each(|it| found.extend(*it));
                found
            }
        }
    }
}

/// What one reference can name: deployments by id, by revision, or by how a revision begins.
#[derive(Debug, Clone, Copy)]
pub(super) struct Named<'a> {
    pub(super) id: Option<&'a Places>,
    pub(super) revision: Option<&'a Places>,
    pub(super) by_prefix: Option<&'a PrefixMatches>,
    /// The revisions of `by_prefix`.
    pub(super) revisions: &'a [Places],
}

impl<'a> Named<'a> {
    pub(super) fn is_empty(self) -> bool {
        self.id.is_none() && self.revision.is_none() && self.by_prefix.is_none()
    }

    /// What it can name among some deployments.
    pub(super) fn in_scope(self, scope: Scope<'a>) -> NamedInScope<'a> {
        let first = |places: Option<&'a Places>| places.and_then(|places| Some((places.first(scope)?, places)));
        let by_prefix = self.by_prefix.map(|by_prefix| by_prefix.first_two(scope)).unwrap_or_default();
        let revision = |(first, revision): (Place, usize)| Some((first, self.revisions.get(revision)?));
        NamedInScope {
            scope,
            id: first(self.id),
            revision: first(self.revision),
            by_prefix: by_prefix.0.map(|it| it.and_then(revision)),
        }
    }
}

/// What one reference can name among some deployments: lists that are not empty, each with its first place.
#[derive(Debug)]
pub(super) struct NamedInScope<'a> {
    scope: Scope<'a>,
    id: Option<(Place, &'a Places)>,
    revision: Option<(Place, &'a Places)>,
    by_prefix: [Option<(Place, &'a Places)>; 2],
}

impl<'a> NamedInScope<'a> {
    /// The deployments at whose finish the answer can change: the first with the id, with the revision, and with the
    /// first and second revision that the reference begins.
    pub(super) fn turns(&self) -> impl Iterator<Item = Place> {
        [self.id, self.revision].into_iter().chain(self.by_prefix).flatten().map(|(first, _)| first)
    }

    /// The deployment that it names as far as is known: the latest before `end`, the first place after an incident, else
    /// the first of all.
    pub(super) fn deployment(&self, is_known: impl Fn(Place) -> bool, end: Place) -> Option<Place> {
        let known = |named: Option<(Place, &'a Places)>| named.filter(|(first, _)| is_known(*first));
        let [only, other] = self.by_prefix;
        let unique = known(only).filter(|_| known(other).is_none());
        let (first, places) = known(self.id).or_else(|| known(self.revision)).or(unique)?;
        places.latest_before(end, self.scope).or(Some(first))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_and_latest_of_a_list_are_those_of_the_services_asked_for() {
        let places = Places::new(vec![7, 1, 4, 9, 4], |place| Some(usize::from(place > 4)));
        let found = |scope| (places.first(scope), places.latest_before(4, scope), places.latest_before(9, scope));
        assert_eq!(found(Scope::All), (Some(1), Some(1), Some(7)));
        assert_eq!(found(Scope::Services(&[0])), (Some(1), Some(1), Some(4)));
        assert_eq!(found(Scope::Services(&[1])), (Some(7), None, Some(7)));
        assert_eq!(found(Scope::Services(&[1, 0])), (Some(1), Some(1), Some(7)));
        assert_eq!(found(Scope::Services(&[2])), (None, None, None));
        assert_eq!(places.firsts().collect::<Vec<_>>(), [(0, 1), (1, 7)]);
    }

    #[test]
    fn of_many_revisions_the_two_that_were_deployed_first_are_kept() {
        let mut two = FirstTwo::default();
        for (place, revision) in [(9, 0), (8, 1), (8, 1), (7, 0), (5, 2), (6, 0), (4, 3), (3, 2)] {
            two.add(place, revision);
        }
        assert_eq!(two.0, [Some((3, 2)), Some((4, 3))]);
        two.extend(FirstTwo([Some((1, 3)), Some((2, 0))]));
        assert_eq!(two.0, [Some((1, 3)), Some((2, 0))]);
    }
}
