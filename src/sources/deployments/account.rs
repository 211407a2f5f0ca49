//! Connects a system with its key and plan to the registry.

use std::sync::Arc;

use tokio::sync::mpsc::{self, Sender};

use super::reading::Reading;
use super::{System, extent, probe};
use crate::http::Clock;
use crate::sources::estimate::Estimates;
use crate::sources::event::{Cost, Event, Say, say_waits};
use crate::sources::incidents::api::Api;
use crate::sources::incidents::{Known, Plan, Probe, SourceError};
use crate::sources::provider::Service;

/// A system that can be asked.
pub(super) struct Account<S> {
    pub(super) plan: Plan,
    pub(super) system: S,
}

impl<S: System> Account<S> {
    fn api(&self, clock: Clock, events: &Sender<Event>) -> Result<Api, SourceError> {
        let api = Api::new(&self.plan, self.system.user(), self.system.dialect(), clock, events)?;
        Ok(self.system.signed(api))
    }
}

impl<S: System> Service for Account<S> {
    fn plan(&self) -> &Plan {
        &self.plan
    }

    fn scopes(&self) -> Vec<String> {
        Vec::new()
    }

    fn asked(&self) -> String {
        format!("{} {} {}", self.system.digest(), self.plan.api_url, self.system.paged())
    }

    async fn fetch(self, known: Known, clock: Clock, events: Sender<Event>) -> Result<Cost, SourceError> {
        let api = self.api(clock, &events)?;
        let reading = Reading { system: &self.system, api: &api, plan: &self.plan, known: &known, events: &events };
        reading.read().await?;
        Ok(api.cost())
    }

    async fn estimate(self, known: Known, clock: Clock, say: Say) -> Result<Estimates, SourceError> {
        let (events, heard) = mpsc::channel(1);
        let drain = tokio::spawn(say_waits(heard, say));
        let api = self.api(Arc::clone(&clock), &events)?;
        let found = extent::estimates(&self.system, &api, &self.plan, &known, &clock).await;
        drain.abort();
        found
    }

    async fn probe(self, clock: Clock, say: Say) -> Result<Probe, SourceError> {
        let (events, heard) = mpsc::channel(1);
        let drain = tokio::spawn(say_waits(heard, say));
        let api = self.api(clock, &events)?;
        let found = probe::probe(&self.system, &api, &self.plan).await;
        drain.abort();
        found
    }
}
