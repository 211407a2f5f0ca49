//! What is left to hand over: the history compared with the ledger.

use std::collections::BTreeMap;
use std::time::Duration;

use sha2::{Digest, Sha256};

use super::destination::{Amendment, Destination, Limit, Lookup, Message};
use super::history::{Deployment, Event, EventKind, named};
use super::pace;
use crate::domain::hex::hex;
use crate::store::handover::{Known, States};

/// Why an event is sent.
pub(super) enum Why {
    /// The tool does not have it.
    New,
    /// It changed since.
    Changed,
    /// Nobody knows whether the tool has it.
    Unconfirmed,
}

/// An event to be sent.
pub(super) struct Step {
    /// What messages call it.
    pub(super) name: String,
    pub(super) kind: EventKind,
    /// What the ledger calls the events in it, each with the digest of its content.
    pub(super) notes: Vec<(String, String)>,
    /// The event that the tool must have before this one, as the ledger calls it.
    pub(super) needs: Option<String>,
    pub(super) message: Message,
    pub(super) why: Why,
    /// Of one that must not be sent twice.
    pub(super) lookup: Option<Lookup>,
}

/// Events of one kind, counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// In the history.
    pub events: usize,
    /// Handed over before, as they are.
    pub before: usize,
    /// To be sent.
    pub new: usize,
    /// Handed over before, and changed since: to be sent.
    pub changed: usize,
    /// Perhaps handed over: the last request for them was cut off.
    pub unconfirmed: usize,
    /// Refused for their age before: not sent again.
    pub too_old: usize,
}

/// What the tool cannot have or say, with the number of events: by kind and words.
pub type Losses = BTreeMap<(EventKind, &'static str), usize>;

/// What is left to hand over.
#[derive(Default)]
pub struct Plan {
    pub(super) steps: Vec<Step>,
    /// Events with the same lookup that the tool has.
    pub(super) alike: BTreeMap<String, usize>,
    /// By kind.
    pub tallies: BTreeMap<EventKind, Tally>,
    /// Events that the tool cannot have.
    pub lost: Losses,
    /// Parts of events that it cannot have.
    pub unsaid: Losses,
    /// Events that changed since they were handed over, and stay as they were there.
    pub unchangeable: Losses,
    /// Per endpoint: requests and limit.
    pub(super) endpoints: BTreeMap<&'static str, (usize, Limit)>,
    /// How long the requests take at the limit.
    pub time: Duration,
    /// Deployments that go to a place together.
    batches: BTreeMap<String, Batch>,
}

/// Deployments that go to a place in one request, which replaces what is there.
#[derive(Default)]
struct Batch {
    deployments: Vec<Deployment>,
    notes: Vec<(String, String)>,
    /// Whether the tool lacks one of them.
    is_new: bool,
}

impl Plan {
    /// Compares the events, in order of time, with what the ledger says. `interval` replaces the limits.
    pub(crate) fn new(
        events: &[Event],
        destination: &dyn Destination,
        states: &States,
        interval: Option<Duration>,
    ) -> Self {
        let mut plan = Self::default();
        for event in events {
            plan.tally(event.kind()).events += 1;
            let places = destination.places(event).and_then(|places| {
                let messages = places.into_iter().map(|place| Ok((destination.message(event, &place)?, place)));
                messages.collect::<Result<Vec<_>, _>>()
            });
            match places {
                Err(loss) => *plan.lost.entry((event.kind(), loss)).or_default() += 1,
                Ok(messages) => {
                    for loss in destination.unsaid(event) {
                        *plan.unsaid.entry((event.kind(), loss)).or_default() += 1;
                    }
                    for (message, place) in messages {
                        plan.add(event, &place, message, destination, states);
                    }
                }
            }
        }
        plan.close_batches(destination);
        let limit = |endpoint| {
            let limit = destination.limit(endpoint);
            interval.map_or(limit, |interval| Limit { interval, ..limit })
        };
        for endpoint in plan.steps.iter().map(|step| step.message.endpoint) {
            plan.endpoints.entry(endpoint).or_insert_with(|| (0, limit(endpoint))).0 += 1;
        }
        plan.time = pace::total(plan.steps.iter().map(|step| {
            let endpoint = step.message.endpoint;
            (endpoint, limit(endpoint).interval)
        }));
        plan
    }

    fn tally(&mut self, kind: EventKind) -> &mut Tally {
        self.tallies.entry(kind).or_default()
    }

    fn add(&mut self, event: &Event, place: &str, message: Message, destination: &dyn Destination, states: &States) {
        let kind = event.kind();
        let name = if place.is_empty() { event.name() } else { format!("{} in {place}", event.name()) };
        let known = states.get(&name).cloned().unwrap_or_default();
        let digest = digest(&message.body);
        if let (Event::Deployment(deployment), true) = (event, destination.sends_batches()) {
            let is_there = known.taken.as_ref() == Some(&digest);
            let tally = self.tally(kind);
            *(if is_there { &mut tally.before } else { &mut tally.new }) += 1;
            let batch = self.batches.entry(place.to_owned()).or_default();
            batch.is_new |= !is_there;
            batch.deployments.push(deployment.clone());
            batch.notes.push((name, digest));
            return;
        }
        let needs = match event {
            Event::Failure(failure) => Some(named(EventKind::Deployment, &failure.deployment)),
            _ => None,
        };
        let lookup = destination.lookup(event, place);
        let notes = vec![(name.clone(), digest.clone())];
        let mut step = Step { name, kind, notes, needs, message, why: Why::New, lookup };
        match known {
            Known { taken: Some(taken), unconfirmed: None, .. } => {
                if let Some(lookup) = &step.lookup {
                    *self.alike.entry(lookup.alike.clone()).or_default() += 1;
                }
                if taken == digest || known.conflict.as_ref() == Some(&digest) {
                    self.tally(kind).before += 1;
                    return;
                }
                match destination.amendment(event, place) {
                    Ok(Amendment::Send(message)) => {
                        self.tally(kind).changed += 1;
                        step = Step { message, why: Why::Changed, ..step };
                    }
                    Ok(Amendment::Impossible(loss)) | Err(loss) => {
                        self.tally(kind).before += 1;
                        *self.unchangeable.entry((kind, loss)).or_default() += 1;
                        return;
                    }
                }
            }
            Known { unconfirmed: Some(_), .. } => {
                self.tally(kind).unconfirmed += 1;
                step.why = Why::Unconfirmed;
            }
            Known { is_too_old: true, .. } => {
                self.tally(kind).too_old += 1;
                return;
            }
            Known { conflict: Some(conflict), .. } if conflict == digest => {
                self.tally(kind).before += 1;
                return;
            }
            Known { .. } => self.tally(kind).new += 1,
        }
        self.steps.push(step);
    }

    /// Makes one request for each place that lacks a deployment.
    fn close_batches(&mut self, destination: &dyn Destination) {
        for (place, batch) in std::mem::take(&mut self.batches) {
            if let Some(message) = destination.batch(&place, &batch.deployments).filter(|_| batch.is_new) {
                self.steps.push(Step {
                    name: format!("all deployments of {place}"),
                    kind: EventKind::Deployment,
                    notes: batch.notes,
                    needs: None,
                    message,
                    why: Why::New,
                    lookup: None,
                });
            }
        }
    }

    /// How many requests there are.
    pub fn requests(&self) -> usize {
        self.steps.len()
    }

    /// How often the tool is asked: `60 requests a minute each for deployments and incidents`.
    pub fn limits(&self) -> String {
        let mut groups: Vec<(Duration, Vec<&str>)> = Vec::new();
        for (endpoint, (_, limit)) in &self.endpoints {
            match groups.iter_mut().find(|(interval, _)| *interval == limit.interval) {
                Some((_, endpoints)) => endpoints.push(endpoint),
                None => groups.push((limit.interval, vec![endpoint])),
            }
        }
        let words = |(interval, endpoints): &(Duration, Vec<&str>)| {
            let seconds = interval.as_secs_f64();
            let each = if endpoints.len() > 1 { " each" } else { "" };
            let often = if seconds > 1.0 {
                format!("one request every {seconds} s{each}")
            } else {
                format!("{:.0} requests a minute{each}", 60.0 / seconds)
            };
            format!("{often} for {}", listed(endpoints))
        };
        groups.iter().map(words).collect::<Vec<_>>().join(" and ")
    }

    /// The endpoints whose limit the tool does not document; none where there is none.
    pub fn undocumented(&self) -> Option<String> {
        let endpoints = self.endpoints.iter().filter(|(_, (_, limit))| !limit.is_documented);
        let endpoints: Vec<&str> = endpoints.map(|(endpoint, _)| *endpoint).collect();
        (!endpoints.is_empty()).then(|| listed(&endpoints))
    }
}

/// `a, b and c`.
fn listed(names: &[&str]) -> String {
    match names.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
        None => String::new(),
    }
}

/// The first half of a SHA-256, in hexadecimal.
fn digest(body: &str) -> String {
    hex(&Sha256::digest(body)[..16])
}
