//! The list of incidents, in windows of half a year at most, oldest first.

use super::fields::Account;
use super::{PagerDuty, map, wire};
use crate::domain::event::Incident;
use crate::domain::time::Span;
use crate::sources::incidents::api::Api;
use crate::sources::incidents::error::QueryError;
use crate::sources::incidents::walk::{Order, Page, Questions, Row, Windows};

/// The incidents of an account, or of one of its services.
pub(super) struct Incidents<'a> {
    pub(super) api: &'a Api,
    pub(super) pagerduty: &'a PagerDuty,
    pub(super) account: &'a Account,
    pub(super) service: Option<&'a str>,
}

impl Incidents<'_> {
    fn row(&self, wire: wire::Incident) -> Incident {
        map::incident(wire, &self.account.priorities, self.pagerduty.plan.began)
    }
}

impl Windows for Incidents<'_> {
    /// Half a year is 181 days at least.
    const LONGEST_MS: i64 = 180 * 86_400_000;
    const PAGE: usize = 100;
    const SAYS_MORE: bool = true;
    const DEEPEST: usize = 10_000;
    const OVERLAP_MS: i64 = 1_000;

    async fn page(&self, window: Span, offset: usize, order: Order) -> Result<Page, QueryError> {
        let (since, until) = (window.from.to_rfc3339(), window.to.to_rfc3339());
        let sort_by = match order {
            Order::OldestFirst => "created_at:asc",
            Order::NewestFirst => "created_at:desc",
        };
        let (limit, offset) = (Self::PAGE.to_string(), offset.to_string());
        let mut query = vec![
            ("since", since.as_str()),
            ("until", until.as_str()),
            ("time_zone", "UTC"),
            ("sort_by", sort_by),
            ("limit", &limit),
            ("offset", &offset),
        ];
        query.extend(self.service.map(|id| ("service_ids[]", id)));
        let page: wire::Incidents = self.api.get(&["incidents"], &query).await?;
        let row = |wire: wire::Incident| Row { made_at: wire.created_at, incident: self.row(wire) };
        Ok(Page::of(page.incidents, page.more, row))
    }
}

impl Questions for Incidents<'_> {
    async fn lookup(&self, id: &str) -> Result<Option<Incident>, QueryError> {
        let one = self.api.get::<wire::IncidentReply>(&["incidents", id], &[]).await;
        Ok(QueryError::gone_is_none(one)?.map(|one| self.row(one.incident)))
    }

    fn asks_each(&self) -> bool {
        self.account.asks_each(self.pagerduty)
    }

    fn questions(&self) -> u64 {
        self.account.questions(self.pagerduty)
    }

    fn further_questions(&self) -> u64 {
        self.account.further_log_pages(self.pagerduty)
    }

    fn reads_references(&self) -> bool {
        self.pagerduty.deployment_ref.is_some() || self.pagerduty.change_events
    }

    async fn complete(&self, incident: Incident) -> Result<Incident, QueryError> {
        self.account.complete(self.api, self.pagerduty, incident).await
    }
}
