//! OpsGenie's incidents. The impact began and ended when it is said to have; where that is not said, when the incident
//! was made, and last changed once it is resolved or closed.

use super::names::Names;
use super::{Flag, OPSGENIE, OpsGenie, wire};
use crate::domain::event::Incident;
use crate::domain::time::Span;
use crate::sources::incidents::api::Api;
use crate::sources::incidents::error::QueryError;
use crate::sources::incidents::flags;
use crate::sources::incidents::walk::{Order, Page, Questions, Row, Windows};

/// The list of incidents.
pub(super) struct Incidents<'a> {
    pub(super) api: &'a Api,
    pub(super) opsgenie: &'a OpsGenie,
    pub(super) names: &'a Names,
}

impl Incidents<'_> {
    fn row(&self, wire: wire::Incident) -> Incident {
        let is_over = matches!(wire.status.as_str(), "resolved" | "closed");
        let mut keys = Vec::new();
        for id in wire.impacted_services.iter().flatten() {
            Names::extend(&mut keys, Some(id), &self.names.services);
        }
        Names::extend(&mut keys, wire.owner_team.as_deref(), &self.names.teams);
        let mut row = Incident {
            source: OPSGENIE.into(),
            id: wire.id,
            title: wire.message,
            service_keys: keys,
            priority: wire.priority,
            urgency: None,
            status: Some(wire.status),
            opened_at: wire.impact_start_date.unwrap_or(wire.created_at),
            acknowledged_at: None,
            resolved_at: if is_over { wire.impact_end_date.or(wire.updated_at) } else { None },
            caused_by_deploy: None,
            deployment_ref: None,
            tags: wire.tags.unwrap_or_default(),
            url: wire.links.and_then(|links| links.web),
            observed_at: self.opsgenie.plan.began,
        };
        let properties = wire.extra_properties.unwrap_or_default();
        flag(&mut row, self.opsgenie, |name| properties.get(name).cloned());
        row
    }
}

/// Sets verdict and deployment reference from the tags of the row and from properties.
pub(super) fn flag(row: &mut Incident, opsgenie: &OpsGenie, property: impl Fn(&str) -> Option<serde_json::Value>) {
    match &opsgenie.caused_by_deploy {
        Flag::Tag(tag) => {
            let found = row.tags.iter().any(|own| own.eq_ignore_ascii_case(tag));
            flags::verdict(row, found.then_some(true), "tag");
        }
        Flag::Property(name) => {
            flags::verdict(row, property(name).as_ref().and_then(flags::yes_or_no), "property");
        }
    }
    if let Some(name) = &opsgenie.deployment_ref {
        flags::reference(row, property(name).as_ref().and_then(flags::text), "property");
    }
}

/// What the order of a list is called.
pub(super) fn order_word(order: Order) -> &'static str {
    match order {
        Order::OldestFirst => "asc",
        Order::NewestFirst => "desc",
    }
}

impl Windows for Incidents<'_> {
    const LONGEST_MS: i64 = 365 * 86_400_000;
    const PAGE: usize = 100;
    const SAYS_MORE: bool = false;
    const DEEPEST: usize = 20_000;
    const OVERLAP_MS: i64 = 0;

    async fn page(&self, window: Span, offset: usize, order: Order) -> Result<Page, QueryError> {
        let filter = format!("createdAt>={} AND createdAt<={}", window.from.0, window.to.0);
        let (limit, offset) = (Self::PAGE.to_string(), offset.to_string());
        let query = [
            ("query", filter.as_str()),
            ("limit", &limit),
            ("offset", &offset),
            ("sort", "createdAt"),
            ("order", order_word(order)),
        ];
        let page: wire::Page<wire::Incident> = self.api.get(&["v1", "incidents"], &query).await?;
        let row = |wire: wire::Incident| Row { made_at: wire.created_at, incident: self.row(wire) };
        let more = page.has_more();
        Ok(Page::of(page.data, more, row))
    }
}

impl Questions for Incidents<'_> {
    async fn lookup(&self, id: &str) -> Result<Option<Incident>, QueryError> {
        let one = self.api.get::<wire::Unwrapped<wire::Incident>>(&["v1", "incidents", id], &[]).await;
        Ok(QueryError::gone_is_none(one)?.map(|one| self.row(one.into_inner())))
    }

    fn asks_each(&self) -> bool {
        false
    }

    fn questions(&self) -> u64 {
        0
    }

    fn reads_references(&self) -> bool {
        self.opsgenie.deployment_ref.is_some()
    }

    async fn complete(&self, incident: Incident) -> Result<Incident, QueryError> {
        Ok(incident)
    }
}
