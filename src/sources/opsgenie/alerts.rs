//! Alerts of OpsGenie and of Jira Service Management. The former end after their report's `closeTime`, a duration, the
//! latter at their `closeTime`, an instant; without either, a closed alert ended when it last changed. Details are
//! asked for only where a rule needs them.

use super::incidents::{flag, order_word};
use super::names::{Names, add};
use super::{Flag, OpsGenie, Product, wire};
use crate::domain::event::Incident;
use crate::domain::time::{Span, Timestamp};
use crate::sources::incidents::api::Api;
use crate::sources::incidents::error::QueryError;
use crate::sources::incidents::walk::{Order, Page, Questions, Row, Windows};

/// The list of alerts.
pub(super) struct Alerts<'a> {
    pub(super) api: &'a Api,
    pub(super) opsgenie: &'a OpsGenie,
    pub(super) names: &'a Names,
}

impl Alerts<'_> {
    /// Where alerts are, and what a page's size is called there.
    fn place(&self) -> (Vec<&str>, &'static str) {
        match &self.opsgenie.product {
            Product::OpsGenie { .. } => (vec!["v2", "alerts"], "limit"),
            Product::Jsm { cloud_id, .. } => (vec!["jsm", "ops", "api", cloud_id, "v1", "alerts"], "size"),
        }
    }

    fn needs_details(&self) -> bool {
        matches!(self.opsgenie.caused_by_deploy, Flag::Property(_)) || self.opsgenie.deployment_ref.is_some()
    }

    fn row(&self, wire: wire::Alert) -> Incident {
        let after = |duration: Option<i64>| {
            duration.filter(|it| *it >= 0).map(|it| Timestamp(wire.created_at.0.saturating_add(it)))
        };
        let report = wire.report.as_ref();
        let is_over = matches!(wire.status.as_str(), "closed" | "resolved");
        let closed = wire.close_time.or_else(|| after(report.and_then(|report| report.close_time)));
        let closed = closed.or(wire.updated_at).filter(|_| is_over);
        let acknowledged = wire.ack_time.or_else(|| after(report.and_then(|report| report.ack_time)));
        let mut keys = Vec::new();
        Names::extend(&mut keys, wire.owner_team_id.as_deref(), &self.names.teams);
        let teams = wire.responders.iter().flatten().filter(|one| one.r#type.as_deref() == Some("team"));
        for team in teams {
            Names::extend(&mut keys, team.id.as_deref(), &self.names.teams);
        }
        add(&mut keys, wire.entity.as_deref());
        let integration = wire.integration.as_ref();
        add(&mut keys, integration.and_then(|it| it.id.as_deref()));
        add(&mut keys, integration.and_then(|it| it.name.as_deref()));
        add(&mut keys, wire.integration_name.as_deref());
        let url = match &self.opsgenie.product {
            Product::OpsGenie { .. } => Some(format!("https://app.opsgenie.com/alert/detail/{}", wire.id)),
            Product::Jsm { site, .. } => site.as_ref().map(|site| format!("{site}/jira/ops/alerts/{}", wire.id)),
        };
        let mut row = Incident {
            source: self.opsgenie.product.source().into(),
            url,
            id: wire.id,
            title: wire.message,
            service_keys: keys,
            priority: wire.priority,
            urgency: None,
            status: Some(wire.status),
            opened_at: wire.created_at,
            acknowledged_at: acknowledged,
            resolved_at: closed,
            caused_by_deploy: None,
            deployment_ref: None,
            tags: wire.tags.unwrap_or_default(),
            observed_at: self.opsgenie.plan.began,
        };
        let details = wire.details.unwrap_or_default();
        flag(&mut row, self.opsgenie, |name| details.get(name).cloned());
        row
    }
}

impl Windows for Alerts<'_> {
    const LONGEST_MS: i64 = 365 * 86_400_000;
    const PAGE: usize = 100;
    const SAYS_MORE: bool = false;
    const DEEPEST: usize = 20_000;
    const OVERLAP_MS: i64 = 0;

    async fn page(&self, window: Span, offset: usize, order: Order) -> Result<Page, QueryError> {
        let filter = format!("createdAt>={} AND createdAt<={}", window.from.0, window.to.0);
        let (size, offset) = (Self::PAGE.to_string(), offset.to_string());
        let (path, called) = self.place();
        let query = [
            ("query", filter.as_str()),
            (called, &size),
            ("offset", &offset),
            ("sort", "createdAt"),
            ("order", order_word(order)),
        ];
        let page: wire::Page<wire::Alert> = self.api.get(&path, &query).await?;
        let row = |wire: wire::Alert| Row { made_at: wire.created_at, incident: self.row(wire) };
        let more = page.has_more();
        Ok(Page::of(page.data, more, row))
    }
}

impl Questions for Alerts<'_> {
    async fn lookup(&self, id: &str) -> Result<Option<Incident>, QueryError> {
        let (mut path, _) = self.place();
        path.push(id);
        let one = self.api.get::<wire::Unwrapped<wire::Alert>>(&path, &[]).await;
        Ok(QueryError::gone_is_none(one)?.map(|one| self.row(one.into_inner())))
    }

    fn asks_each(&self) -> bool {
        self.needs_details()
    }

    fn questions(&self) -> u64 {
        self.needs_details().into()
    }

    fn reads_references(&self) -> bool {
        self.opsgenie.deployment_ref.is_some()
    }

    async fn complete(&self, incident: Incident) -> Result<Incident, QueryError> {
        if !self.needs_details() {
            return Ok(incident);
        }
        // One that vanished meanwhile stays as the page showed it.
        Ok(self.lookup(&incident.id).await?.unwrap_or(incident))
    }
}
