//! Oracle: the events of a period with what was made of them, as known at its end.

use std::borrow::Cow;

use dora_report::domain::event::{Deployment, Incident};
use dora_report::domain::group::{Group, ServiceName, TeamName};
use dora_report::domain::period::Period;
use dora_report::domain::reason::Reason;
use dora_report::domain::time::{Span, Timestamp};
use dora_report::domain::unit::Seconds;
use dora_report::metrics::tables::{DeploymentRecord, IncidentEvent, IncidentRecord, Link, Rule};

use super::World;
use super::incidents::{is_merged, is_over};

/// A deployment and every reason that keeps it from counting.
pub(crate) struct ExpectedDeployment {
    pub(crate) event: Deployment,
    pub(crate) record: DeploymentRecord<'static>,
    pub(crate) causes: Vec<Reason>,
    /// Services whose repos match, whatever the environment.
    pub(crate) of_repo: Vec<ServiceName>,
}

impl World {
    /// From the start of the period's first window to its known end.
    fn recorded(&self, period: &Period) -> Span {
        self.known(self.window_start(period.from), period.to)
    }

    pub(crate) fn deployment_records(&self, period: &Period) -> Vec<ExpectedDeployment> {
        let span = self.recorded(period);
        let from = self.midnight(period.from);
        let mut records: Vec<(Timestamp, ExpectedDeployment)> = Vec::new();
        for row in &self.events.deployments {
            let mut event = row.clone();
            if event.finished_at.is_some_and(|finished| finished >= span.to) {
                event.finished_at = None;
                "pending".clone_into(&mut event.status);
            }
            let at = event.finished_at.unwrap_or(event.created_at);
            if span.contains(at) {
                records.push((at, self.deployment_record(event, at >= from, span.to)));
            }
        }
        records.sort_by(|(a, left), (b, right)| {
            let (left, right) = (&left.event, &right.event);
            (a, &left.source, &left.id).cmp(&(b, &right.source, &right.id))
        });
        records.into_iter().map(|(_, record)| record).collect()
    }

    fn deployment_record(&self, event: Deployment, in_period: bool, end: Timestamp) -> ExpectedDeployment {
        let (service, of_repo) = (self.service_of(&event), self.of_repo(&event.repo));
        let mut causes = Vec::new();
        if event.status != "success" {
            causes.push(Reason::NotSuccess);
        }
        if of_repo.is_empty() {
            causes.push(Reason::NoService);
        }
        if event.environment.is_none() {
            causes.push(Reason::NoEnvironment);
        } else if service.is_none() && !of_repo.is_empty() {
            causes.push(Reason::NotProduction);
        }
        let same = |other: &Deployment| (&other.source, &other.id) == (&event.source, &event.id);
        let place = self.changes.iter().position(|change| same(&change.event)).filter(|_| causes.is_empty());
        let mut record = DeploymentRecord {
            team: service.as_ref().and_then(|service| self.team_of(service)).map(Cow::Owned),
            service: service.map(Cow::Owned),
            in_period,
            left_out: causes.first().copied(),
            ..DeploymentRecord::default()
        };
        if let Some(place) = place {
            let change = &self.changes[place];
            let failures: Vec<_> = self.failures(end).into_iter().filter(|failure| failure.place == place).collect();
            record.kind = Some(change.lead.kind);
            record.lead_time = change.lead.time.ok();
            record.lead_time_reason = change.lead.time.err();
            record.stages = change.lead.stages;
            record.failed_rules =
                Rule::ALL.into_iter().filter(|rule| failures.iter().any(|failure| failure.rule == *rule)).collect();
            record.failed_by = failures.into_iter().map(|failure| failure.by).collect();
            let instant = Span { from: change.finished, to: Timestamp(change.finished.0 + 1) };
            let can_tell = self.missing_incidents(&Group::all(), instant).is_empty() && !self.incidents_are_unmapped();
            record.rework_rules = self.rework_rules(place, end);
            let told = |nothing: bool| if nothing { can_tell.then_some(false) } else { Some(true) };
            record.failed = told(record.failed_by.is_empty());
            record.rework = told(record.rework_rules.is_empty());
        }
        ExpectedDeployment { event, record, causes, of_repo }
    }

    pub(crate) fn incident_records(&self, period: &Period) -> Vec<IncidentRecord<'_>> {
        let span = self.recorded(period);
        let mut rows: Vec<&Incident> = self.events.incidents.iter().collect();
        rows.sort_by(|a, b| (a.opened_at, &a.source, &a.id).cmp(&(b.opened_at, &b.source, &b.id)));
        rows.retain(|row| row.opened_at < span.to && row.resolved_at.is_none_or(|resolved| resolved >= span.from));
        rows.into_iter().map(|row| self.incident_record(row, span.to)).collect()
    }

    fn incident_record<'a>(&'a self, row: &'a Incident, end: Timestamp) -> IncidentRecord<'a> {
        let mut event = IncidentEvent::from(row);
        for instant in [&mut event.resolved_at, &mut event.acknowledged_at] {
            if instant.is_some_and(|at| at >= end) {
                *instant = None;
                if !is_merged(row) {
                    event.status = Some("open".into());
                }
            }
        }
        let services = self.mapped(row);
        let mut teams: Vec<TeamName> = Vec::new();
        for team in services.iter().filter_map(|service| self.team_of(service)) {
            if !teams.contains(&team) {
                teams.push(team);
            }
        }
        let left_out = self.left_out(row);
        let link = self.link(row, end).map(|(place, rule)| {
            let change = &self.changes[place];
            let age = Seconds((row.opened_at.0 - change.finished.0).div_euclid(1_000));
            Link {
                deployment_id: Cow::Borrowed(&change.event.id),
                service: Some(Cow::Borrowed(&change.service)),
                team: self.team_of(&change.service).map(Cow::Owned),
                rule,
                age,
            }
        });
        IncidentRecord {
            teams: teams.into_iter().map(Cow::Owned).collect(),
            counted: left_out.is_none(),
            reason: left_out.or_else(|| self.remark(row)),
            is_over_without_an_end: is_over(row),
            refers_to_nothing: false,
            time_to_restore: event.resolved_at.map(|resolved| resolved.since(event.opened_at)),
            services: services.into_iter().map(Cow::Owned).collect(),
            link,
            event,
        }
    }
}
