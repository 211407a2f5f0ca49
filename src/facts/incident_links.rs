//! The attributions of every incident, as columns, and what another policy would need to attribute it.

use super::flat_lists::FlatLists;
use super::validity::Validity;
use super::words::Rule;

/// One stretch of time in which an incident is attributed to one deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attribution {
    /// Index of the deployment.
    pub deployment: usize,
    /// By which rule.
    pub rule: Rule,
    /// At which window ends.
    pub validity: Validity,
}

/// The links of incidents to deployments, by the index of the incident.
#[derive(Debug, Default)]
pub struct IncidentLinks {
    /// Oldest first, without overlap.
    attributions: FlatLists<Attribution>,
    refers_to_nothing: Vec<bool>,
    /// [`NONE`] for none: four bytes an incident, where an `Option` takes sixteen.
    latest: Vec<u32>,
    /// Oldest first.
    named: FlatLists<Attribution>,
}

/// Stands for "no deployment".
const NONE: u32 = u32::MAX;

impl IncidentLinks {
    pub(super) fn with_room_for(incidents: usize) -> Self {
        let mut all = Self {
            refers_to_nothing: Vec::with_capacity(incidents),
            latest: Vec::with_capacity(incidents),
            ..Self::default()
        };
        all.attributions.reserve(incidents, 0);
        all.named.reserve(incidents, 0);
        all
    }

    /// The attributions of an incident, oldest first.
    pub(super) fn attributions(&self, incident: usize) -> &[Attribution] {
        self.attributions.get(incident)
    }

    /// Whether an incident refers to a deployment that is no counted one.
    pub(super) fn refers_to_nothing(&self, incident: usize) -> bool {
        self.refers_to_nothing.get(incident) == Some(&true)
    }

    /// The affected services' latest deployment at or before the opening, even if the policy in force ignores it.
    pub(super) fn latest(&self, incident: usize) -> Option<usize> {
        self.latest.get(incident).filter(|index| **index != NONE).map(|index| *index as usize)
    }

    /// The deployments that the reference of an incident names, oldest first, even if the policy in force ignores them.
    pub(super) fn named(&self, incident: usize) -> &[Attribution] {
        self.named.get(incident)
    }

    /// Adds the next incident.
    pub(super) fn add(
        &mut self,
        attributions: Vec<Attribution>,
        refers_to_nothing: bool,
        (latest, named): (Option<usize>, Vec<Attribution>),
    ) {
        self.attributions.extend(attributions);
        self.attributions.close();
        self.refers_to_nothing.push(refers_to_nothing);
        self.latest.push(latest.and_then(|index| u32::try_from(index).ok()).unwrap_or(NONE));
        self.named.extend(named);
        self.named.close();
    }
}
