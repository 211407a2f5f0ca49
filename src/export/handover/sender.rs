//! Sends what is left, one request at a time, in order of time and at the tool's pace, and notes in the ledger what the
//! tool has. The clock comes in as an argument.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;

use super::destination::{Destination, Lookup, Repeat, Verdict};
use super::error::HandoverError;
use super::history::EventKind;
use super::pace::Pace;
use super::plan::{Plan, Step, Why};
use crate::http::{Client, Clock, HttpError, Method, Reply, Request};
use crate::store::handover::{Ledger, State};

/// After so many refusals, if nothing was taken before, something other than the events is wrong.
const MOST_REFUSED: usize = 10;
/// How often an event is sent whose reply does not come through, if the tool can be asked in between.
const TRIES: u32 = 4;
/// The endpoint of the questions whether an event is there.
const LOOKUPS: &str = "lookups";
/// How long a tool has to list an event that it was sent, in requests at its limit: a request that was cut off may still
/// be under way. At 60 requests a minute, 10 s.
const SETTLES: u32 = 10;
/// Pages of a list in which an event is looked for: a million deployments.
const MOST_PAGES: usize = 1_000;

/// What became of the events.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Events that the tool has now, by kind.
    pub taken: BTreeMap<EventKind, usize>,
    /// Events of which the ledger did not know that the tool has them.
    pub found: usize,
    /// Refused for their age: name and reply.
    pub too_old: Vec<(String, String)>,
    /// Refused because the tool has the event with other values.
    pub conflicts: Vec<(String, String)>,
    /// Refused for another reason.
    pub refused: Vec<(String, String)>,
    /// Perhaps there, perhaps not; not sent again.
    pub in_doubt: Vec<String>,
    /// Not sent, because the tool lacks an event that must be there before.
    pub waiting: usize,
}

/// Sends the events of a plan to a tool.
pub struct Sender<'a> {
    destination: &'a dyn Destination,
    client: Client,
    clock: Clock,
    pace: Pace,
    /// Replaces the limits of the tool.
    interval: Option<Duration>,
    /// Whether an event is sent again that the tool may have and cannot be asked for.
    resends: bool,
}

impl<'a> Sender<'a> {
    /// A sender.
    pub(crate) fn new(
        destination: &'a dyn Destination,
        client: Client,
        clock: Clock,
        interval: Option<Duration>,
        resends: bool,
    ) -> Self {
        Self { destination, client, clock, pace: Pace::default(), interval, resends }
    }

    /// Sends what is left.
    ///
    /// # Errors
    /// The transport failed, the tool does not accept the key or refuses everything, or the ledger cannot be written.
    pub async fn run(
        &mut self,
        mut plan: Plan,
        ledger: &mut Ledger,
        mut progress: impl FnMut(usize),
    ) -> Result<Outcome, HandoverError> {
        let mut outcome = Outcome::default();
        let mut alike = std::mem::take(&mut plan.alike);
        for (nth, step) in plan.steps.iter().enumerate() {
            progress(nth);
            let lacks = |name: &String| ledger.states().get(name).is_none_or(|known| known.taken.is_none());
            if step.needs.as_ref().is_some_and(lacks) {
                outcome.waiting += 1;
                continue;
            }
            if self.is_settled(step, &alike, ledger, &mut outcome).await? {
                continue;
            }
            let verdict = self.deliver(step, &alike, ledger).await?;
            let name = step.name.clone();
            match verdict {
                Verdict::Taken => {
                    self.note(step, State::Taken, ledger)?;
                    *outcome.taken.entry(step.kind).or_default() += step.notes.len();
                    if let Some(lookup) = &step.lookup {
                        *alike.entry(lookup.alike.clone()).or_default() += 1;
                    }
                }
                Verdict::TooOld(said) => {
                    self.note(step, State::TooOld, ledger)?;
                    outcome.too_old.push((name, said));
                }
                Verdict::Conflict(said) => {
                    self.note(step, State::Conflict, ledger)?;
                    outcome.conflicts.push((name, said));
                }
                Verdict::Refused(said) => {
                    self.clear(step, ledger)?;
                    outcome.refused.push((name, said));
                }
                // Handled where the reply is read.
                Verdict::Denied(_) | Verdict::Failed(_) => {}
            }
            if outcome.taken.is_empty() && outcome.found == 0 && outcome.refused.len() >= MOST_REFUSED {
                let said = outcome.refused.last().map(|(_, said)| said.clone()).unwrap_or_default();
                return Err(HandoverError::AllRefused {
                    tool: self.destination.name(),
                    count: outcome.refused.len(),
                    said,
                });
            }
        }
        Ok(outcome)
    }

    /// Whether an event that was cut off needs no request: the tool has it, or cannot be asked.
    async fn is_settled(
        &mut self,
        step: &Step,
        alike: &BTreeMap<String, usize>,
        ledger: &mut Ledger,
        outcome: &mut Outcome,
    ) -> Result<bool, HandoverError> {
        if !matches!(step.why, Why::Unconfirmed) || step.message.repeat == Repeat::Harmless {
            return Ok(false);
        }
        match &step.lookup {
            Some(lookup) if self.has(lookup, alike).await? => {
                self.note(step, State::Taken, ledger)?;
                outcome.found += 1;
                Ok(true)
            }
            None if !self.resends => {
                outcome.in_doubt.push(step.name.clone());
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    /// Sends one event. One that must not arrive twice is noted first, and where no reply comes, the tool is asked.
    async fn deliver(
        &mut self,
        step: &Step,
        alike: &BTreeMap<String, usize>,
        ledger: &mut Ledger,
    ) -> Result<Verdict, HandoverError> {
        let doubles = step.message.repeat == Repeat::Doubles;
        for nth in 0..TRIES {
            self.keep_pace(step.message.endpoint).await;
            if !self.client.has_time().await {
                let host = step.message.url.host_str().unwrap_or("(no host)").to_owned();
                return Err(self.http(HttpError::Deadline { host }));
            }
            if doubles {
                self.note(step, State::Sending, ledger)?;
            }
            let request = self.destination.account().login.sign(step.message.request());
            let cause = match self.client.send(request).await {
                Ok(reply) => match self.destination.verdict(step.kind, &reply) {
                    Verdict::Denied(said) => {
                        self.clear(step, ledger)?;
                        return Err(self.denied(&reply, said));
                    }
                    Verdict::Taken if crate::http::text::is_page(&reply.body) => {
                        self.clear(step, ledger)?;
                        return Err(self.no_api(&reply));
                    }
                    Verdict::Failed(said) if doubles => said,
                    Verdict::Failed(said) => return Ok(Verdict::Refused(said)),
                    verdict => return Ok(verdict),
                },
                Err(
                    cause @ (HttpError::Broken { .. }
                    | HttpError::TimedOut { .. }
                    | HttpError::TooLarge { .. }
                    | HttpError::Deadline { .. }),
                ) if doubles => cause.to_string(),
                Err(cause) => {
                    // It was never sent, or the tool refused it.
                    self.clear(step, ledger)?;
                    return Err(self.http(cause));
                }
            };
            let unconfirmed = |next| HandoverError::Unconfirmed {
                tool: self.destination.name(),
                event: step.name.clone(),
                cause: cause.clone(),
                next,
            };
            let Some(lookup) = &step.lookup else {
                return Err(unconfirmed(
                    "that event is then not sent again, because the tool cannot be asked whether it has it (see --resend-unconfirmed)",
                ));
            };
            if nth + 1 == TRIES || !self.client.has_time().await {
                return Err(unconfirmed("the tool is then asked whether it has that event"));
            }
            self.client.pause(nth).await;
            if self.has(lookup, alike).await? {
                return Ok(Verdict::Taken);
            }
        }
        Ok(Verdict::Refused("no reply".into()))
    }

    /// Notes that an event which must not be sent twice did not arrive.
    fn clear(&self, step: &Step, ledger: &mut Ledger) -> Result<(), HandoverError> {
        if step.message.repeat == Repeat::Doubles {
            self.note(step, State::Refused, ledger)?;
        }
        Ok(())
    }

    /// Notes a state of all events of a step.
    fn note(&self, step: &Step, state: State, ledger: &mut Ledger) -> Result<(), HandoverError> {
        for (name, digest) in &step.notes {
            ledger.note(name, state, digest, (self.clock)())?;
        }
        Ok(())
    }

    fn denied(&self, reply: &Reply, said: String) -> HandoverError {
        let (tool, variable) = (self.destination.name(), self.destination.account().setup.variable.clone());
        HandoverError::Denied { tool, status: reply.status, said, variable }
    }

    /// Whether the tool has an event: more of its kind than those that it is known to have.
    async fn has(&mut self, lookup: &Lookup, alike: &BTreeMap<String, usize>) -> Result<bool, HandoverError> {
        let known = alike.get(&lookup.alike).copied().unwrap_or(0);
        self.client.rest(self.interval(LOOKUPS) * SETTLES).await;
        let (mut url, mut count) = (lookup.url.clone(), 0);
        for _ in 0..MOST_PAGES {
            self.keep_pace(LOOKUPS).await;
            let request = self.destination.account().login.sign(Request::new(Method::Get, &url));
            let reply = self.client.send(request).await.map_err(|cause| self.http(cause))?;
            match reply.status {
                200..=299 => {}
                404 => break,
                401 | 403 => return Err(self.denied(&reply, reply.quote(&reply.body))),
                _ => return Err(self.no_api(&reply)),
            }
            let page: Value = serde_json::from_str(&reply.body).map_err(|_| self.no_api(&reply))?;
            count += (lookup.count)(&page);
            match (lookup.next)(&url, &page) {
                Some(next) if count <= known => url = next,
                _ => break,
            }
        }
        Ok(count > known)
    }

    fn interval(&self, endpoint: &'static str) -> Duration {
        self.interval.unwrap_or_else(|| self.destination.limit(endpoint).interval)
    }

    async fn keep_pace(&mut self, endpoint: &'static str) {
        let wait = self.pace.wait(endpoint, self.interval(endpoint), (self.clock)());
        if !wait.is_zero() {
            self.client.rest(wait).await;
        }
        self.pace.asked(endpoint, (self.clock)());
    }

    fn http(&self, cause: HttpError) -> HandoverError {
        HandoverError::Http { tool: self.destination.name(), cause }
    }

    fn no_api(&self, reply: &Reply) -> HandoverError {
        let said = reply.quote(&reply.body);
        HandoverError::NoApi { tool: self.destination.name(), status: reply.status, said }
    }
}
