//! Reads a described service, estimates the requests, and checks what the key can read.

use std::sync::Arc;

use tokio::sync::mpsc::{self, Sender};

use super::described::Described;
use super::list::Listing;
use crate::domain::coverage::EVERYTHING;
use crate::domain::time::{Span, Timestamp};
use crate::http::Clock;
use crate::sources::estimate::Estimates;
use crate::sources::event::{Cost, Event, Say, say_waits};
use crate::sources::incidents::error::QueryError;
use crate::sources::incidents::walk::List as _;
use crate::sources::incidents::{Known, Plan, Probe, Reading, SourceError, estimated, extent};
use crate::sources::provider::Service;

/// The number of incidents of the last month that `doctor` reads.
const MOST_LOOKED_AT: usize = 25;
const MONTH_MS: i64 = 30 * 86_400_000;

impl Service for Described {
    fn plan(&self) -> &Plan {
        &self.plan
    }

    fn scopes(&self) -> Vec<String> {
        vec![EVERYTHING.to_owned()]
    }

    fn asked(&self) -> String {
        // Paged otherwise, the same list may show more.
        let it = &self.description;
        let paged = format!("{:?} {} {:?} {:?}", it.paging, it.size, it.sorted, it.instants);
        format!("{} {} {paged}", self.asked, self.plan.api_url)
    }

    async fn fetch(self, known: Known, clock: Clock, events: Sender<Event>) -> Result<Cost, SourceError> {
        let api = self.api(clock, &events)?;
        let reading = Reading { source: &self.source, plan: &self.plan, known: &known, events: &events };
        let list = Listing { api: &api, it: &self };
        list.check().await.map_err(|error| error.of(self.dialect.service))?;
        reading.scope(EVERYTHING, &list, || api.budget_left(), |_| true).await?;
        Ok(api.cost())
    }

    async fn estimate(self, known: Known, clock: Clock, say: Say) -> Result<Estimates, SourceError> {
        let (events, heard) = mpsc::channel(1);
        let drain = tokio::spawn(say_waits(heard, say));
        let began = clock();
        let api = self.api(Arc::clone(&clock), &events)?;
        let list = Listing { api: &api, it: &self };
        list.check().await.map_err(|error| error.of(self.dialect.service))?;
        let before = api.cost().requests;
        let found = extent(&list, EVERYTHING, &self.plan, &known).await;
        let scopes = vec![estimated(found, EVERYTHING.to_owned())?];
        drain.abort();
        let elapsed_ms = clock().0.saturating_sub(began.0);
        Ok(Estimates { scopes, before, timed: api.cost().requests, elapsed_ms, at_once: self.plan.concurrency })
    }

    async fn probe(self, clock: Clock, say: Say) -> Result<Probe, SourceError> {
        let (events, heard) = mpsc::channel(1);
        let drain = tokio::spawn(say_waits(heard, say));
        let api = self.api(clock, &events)?;
        let list = Listing { api: &api, it: &self };
        list.check().await.map_err(|error| error.of(self.dialect.service))?;
        let to = self.plan.began;
        let newest = list.newest(Span { from: Timestamp(to.0 - MONTH_MS), to });
        let mut probe = Probe { scopes: 1, names_are_of_incidents: true, ..Probe::default() };
        match newest.await {
            Ok(rows) => {
                for row in rows.into_iter().take(MOST_LOOKED_AT).map(|row| row.incident) {
                    probe.incidents += 1;
                    probe.flagged += usize::from(row.caused_by_deploy.is_some() || row.deployment_ref.is_some());
                    // The service has no list of its services and teams: those of its incidents are shown.
                    for key in row.service_keys {
                        if !probe.names.iter().any(|(_, name)| *name == key) {
                            probe.names.push((key.clone(), key));
                        }
                    }
                }
            }
            Err(QueryError::Run(error)) => return Err(error),
            Err(error) => probe.problems.push((EVERYTHING.to_owned(), error.reason()?.0)),
        }
        drain.abort();
        Ok(probe)
    }
}
