//! Rows of one day and of one event: complete, empty, left out, unmapped, hostile.

use std::borrow::Cow;

use super::{HOSTILE, at, day};
use crate::domain::band::Band;
use crate::domain::group::{ServiceName, TeamName};
use crate::domain::reason::Reason;
use crate::domain::unit::Seconds;
use crate::metrics::tables::{
    Cause, DailyRow, DeploymentEvent, DeploymentRecord, DeploymentRecords, IncidentEvent, IncidentRecord,
    IncidentRecords, Kind, Link, ReworkRule, Rule, Stages, Start,
};

pub(super) fn full_day(date: &str) -> DailyRow {
    DailyRow {
        date: day(date),
        partial: false,
        window_complete: true,
        deployments_on_day: Some(2),
        deployments: Some(20),
        deployments_per_day: Some(20.0 / 30.0),
        lead_time_p50: Some(17_833.5),
        lead_time_p90: Some(527_479.100_000_000_1),
        lead_time_n: Some(18),
        failed_deployments: Some(1),
        change_failure_rate: Some(0.05),
        incidents_opened: Some(3),
        incidents_resolved: Some(2),
        incidents_open: Some(1),
        time_to_restore_p50: Some(74_350.0),
        time_to_restore_p90: Some(80_000.0),
        recovery_time_p50: None,
        rework_deployments: Some(2),
        rework_rate: Some(0.1),
        deployment_frequency_band: Some(Band::High),
        lead_time_band: Some(Band::High),
        change_failure_rate_band: Some(Band::High),
        time_to_restore_band: Some(Band::High),
    }
}

pub(super) fn empty_day(date: &str) -> DailyRow {
    DailyRow {
        date: day(date),
        partial: true,
        window_complete: false,
        deployments_on_day: None,
        deployments: None,
        deployments_per_day: None,
        lead_time_p50: None,
        lead_time_p90: None,
        lead_time_n: None,
        failed_deployments: None,
        change_failure_rate: None,
        incidents_opened: None,
        incidents_resolved: None,
        incidents_open: None,
        time_to_restore_p50: None,
        time_to_restore_p90: None,
        recovery_time_p50: None,
        rework_deployments: None,
        rework_rate: None,
        deployment_frequency_band: None,
        lead_time_band: None,
        change_failure_rate_band: None,
        time_to_restore_band: None,
    }
}

fn deployment(id: &'static str, finished: Option<&str>) -> DeploymentRecord<'static> {
    DeploymentRecord {
        event: DeploymentEvent {
            source: "github".into(),
            id: id.into(),
            repo: "acme/checkout".into(),
            environment: Some("production".into()),
            sha: Some("7de3687b23e58b971cba89db409f1f980ed8fdfb".into()),
            status: "success".into(),
            created_at: at("2026-07-01T09:00:00Z"),
            finished_at: finished.map(at),
            url: Some("https://github.com/acme/checkout".into()),
            ..DeploymentEvent::default()
        },
        service: Some(Cow::Owned(ServiceName("checkout".into()))),
        team: Some(Cow::Owned(TeamName("payments".into()))),
        in_period: true,
        left_out: None,
        kind: Some(Kind::Deploy),
        lead_time: Some(Seconds(7_200)),
        lead_time_reason: None,
        absurd_commits: Vec::new(),
        finishes_with_its_commit: false,
        start: Some(Start {
            at: at("2026-07-01T07:30:00.250Z"),
            sha: Some("0123456789abcdef0123456789abcdef01234567".into()),
            pull_request: Some(42),
        }),
        stages: Stages {
            coding: Some(Seconds(3_600)),
            pickup: Some(Seconds(1_200)),
            review: None,
            deploy: Some(Seconds(2_400)),
        },
        failed: Some(true),
        failed_by: vec![
            Cause::Incident { source: "pagerduty".into(), id: "PD1".into() },
            Cause::Rollback { id: "12".into() },
        ],
        failed_rules: vec![Rule::Explicit, Rule::Rollback],
        rework: Some(true),
        rework_rules: vec![ReworkRule::Fix, ReworkRule::Rollback],
    }
}

pub(super) fn deployments() -> DeploymentRecords {
    let counted = deployment("11", Some("2026-07-01T09:30:00.250Z"));
    let mut hostile = deployment("@12", None);
    hostile.event.environment = None;
    hostile.event.sha = Some("-1+1".into());
    hostile.event.status = "pending".into();
    hostile.event.url = None;
    let left_out = DeploymentRecord {
        left_out: Some(Reason::NoEnvironment),
        kind: None,
        lead_time: None,
        absurd_commits: Vec::new(),
        finishes_with_its_commit: false,
        start: None,
        stages: Stages::default(),
        failed: None,
        failed_by: Vec::new(),
        failed_rules: Vec::new(),
        rework: None,
        rework_rules: Vec::new(),
        service: Some(Cow::Owned(ServiceName(HOSTILE.into()))),
        team: None,
        ..hostile
    };
    vec![counted, left_out].into()
}

pub(super) fn incidents() -> IncidentRecords {
    let linked = IncidentRecord {
        event: IncidentEvent {
            source: "pagerduty".into(),
            id: "PD1".into(),
            title: Some("+1 \"checkout\" down,\r\nagain".into()),
            priority: Some("P2".into()),
            urgency: Some("high".into()),
            status: Some("resolved".into()),
            opened_at: at("2026-07-01T09:40:00Z"),
            acknowledged_at: Some(at("2026-07-01T09:45:00Z")),
            resolved_at: Some(at("2026-07-01T11:10:00Z")),
            url: Some("https://acme.pagerduty.com/incidents/PD1".into()),
            ..IncidentEvent::default()
        },
        services: ["checkout", "search"].map(|name| Cow::Owned(ServiceName(name.into()))).into(),
        teams: vec![Cow::Owned(TeamName("payments".into()))],
        counted: true,
        reason: None,
        is_over_without_an_end: false,
        refers_to_nothing: false,
        time_to_restore: Some(Seconds(5_400)),
        link: Some(Link {
            deployment_id: "11".into(),
            service: Some(Cow::Owned(ServiceName("checkout".into()))),
            team: Some(Cow::Owned(TeamName("payments".into()))),
            rule: Rule::Explicit,
            age: Seconds(-30),
        }),
    };
    let unmapped = IncidentRecord {
        event: IncidentEvent {
            source: "pagerduty".into(),
            id: "PD2".into(),
            opened_at: at("2026-07-03T00:00:00Z"),
            ..IncidentEvent::default()
        },
        services: Vec::new(),
        teams: Vec::new(),
        counted: true,
        reason: Some(Reason::Unmapped),
        is_over_without_an_end: false,
        refers_to_nothing: false,
        time_to_restore: None,
        link: None,
    };
    vec![linked, unmapped].into()
}
