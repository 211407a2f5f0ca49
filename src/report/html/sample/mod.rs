//! A made-up year for tests of the renderers: deterministic, with names that try to break out of the page.
//!
//! The figures are counted by plain loops from the made-up events, so that they agree with each other; they are
//! not a second implementation of the metrics.
#![expect(clippy::cast_possible_truncation, reason = "made-up instants are small")]

mod figures;

use std::borrow::Cow;

use chrono::NaiveDate;

use crate::domain::coverage::Coverage;
use crate::domain::event::Table;
use crate::domain::group::{Group, GroupKind, ServiceName, TeamName};
use crate::domain::period::Period;
use crate::domain::reason::Reason;
use crate::domain::settings::Settings;
use crate::domain::time::{Span, Timestamp, Zone};
use crate::domain::unit::Seconds;
use crate::metrics::tables::*;
use crate::report::{Commands, Provenance};

/// Names that a page must survive.
pub(crate) const HOSTILE: [&str; 6] = [
    "<script>alert(1)</script>",
    "</svg><img src=x onerror=alert(1)>",
    "quo\"te's & ampersands",
    "right-to-left \u{202e}mark",
    "{{ template }} {% if %} 🚀",
    "checkout-api",
];

const DAY: i64 = 86_400;

/// Numbers that look random and are always the same.
struct Random(u64);

impl Random {
    fn roll(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Log-normal with a median, from twelve uniform rolls.
    fn length(&mut self, median: f64, spread: f64) -> f64 {
        let normal: f64 = (0..12).map(|_| self.roll()).sum::<f64>() - 6.0;
        median * (normal * spread).exp()
    }
}

pub(crate) fn provenance() -> Provenance {
    Provenance {
        tool_version: "0.1.0".into(),
        config_digest: "9f86d081884c7d65".repeat(4),
        synthetic: true,
        commands: Some(Commands::default()),
        ..Provenance::default()
    }
}

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

/// A dataset in which nothing was ever read.
pub(crate) fn empty() -> Analysis {
    let settings = Settings::default();
    let period = Period::parse("2025-Q3", day("2026-01-10")).expect("a period");
    let known = settings.zone.span(period.from, period.to);
    let figures = Figures::new(|metric| {
        let missing = || match metric {
            Metric::TimeToRestore | Metric::RecoveryTime => Figure::missing(NoData::NoIncidentSource),
            _ => Figure::missing(NoData::NoRepos),
        };
        Figure { previous: Some(Box::new(missing())), ..missing() }
    });
    Analysis {
        settings,
        as_of: Timestamp::parse("2026-01-10T06:00:00Z").expect("an instant"),
        previous: period.previous(),
        period,
        known,
        service_filter: None,
        team_filter: None,
        groups: vec![GroupReport {
            earlier: Vec::new(),
            sensitivity: Vec::new(),
            recent: Vec::new(),
            emulations: Vec::new(),
            group: Group::all(),
            team: None,
            services: 0,
            figures,
            daily: Vec::new(),
            months: Vec::new(),
            survival: Vec::new(),
        }],
        deployments: DeploymentRecords::default(),
        incidents: IncidentRecords::default(),
        coverage: Vec::new(),
        history: Vec::new(),
        alternatives: Vec::new(),
        findings: Vec::new(),
        inputs: Table::ALL.map(|table| InputSummary { table, rows: 0, newest_observed_at: None }).into(),
    }
}

/// A year of so many services in three teams.
pub(crate) fn year(services: usize) -> Analysis {
    let zone = Zone::parse("Europe/Berlin").expect("a zone");
    let settings = Settings {
        organisation: Some("Example & <b>Sons</b>".into()),
        zone,
        ignore_tags: vec!["drill".into()],
        ..Settings::default()
    };
    let period = Period::parse("2025", day("2026-01-10")).expect("a period");
    let as_of = Timestamp::parse("2025-12-31T15:00:00Z").expect("an instant");
    let known = Span { from: zone.midnight(period.from), to: as_of };
    let first = Timestamp(known.from.0 - 29 * DAY * 1_000);
    let mut dice = Random(7);
    let (mut deployments, mut incidents) = (Vec::new(), Vec::new());
    let names: Vec<(String, String)> = (0..services)
        .map(|at| {
            let name = HOSTILE.get(at).map_or_else(|| format!("service-{at:02}"), |name| (*name).to_owned());
            let team = ["Payments", "Platform <i>&", "Web"][at % 3].to_owned();
            (name, team)
        })
        .collect();
    for (at, (name, team)) in names.iter().enumerate() {
        events(&mut dice, at, (name, team), (first, as_of), &mut deployments, &mut incidents);
    }
    deployments.sort_by_key(|record: &DeploymentRecord<'_>| (record.event.finished_at, record.event.id.clone()));
    incidents.sort_by_key(|record: &IncidentRecord<'_>| (record.event.opened_at, record.event.id.clone()));
    for record in &mut deployments {
        record.in_period = record.event.finished_at.is_some_and(|at| known.contains(at));
    }
    let mut analysis = Analysis {
        as_of,
        previous: period.previous(),
        period,
        known,
        groups: Vec::new(),
        inputs: inputs(&deployments, &incidents, as_of),
        deployments: deployments.into(),
        incidents: incidents.into(),
        coverage: coverage(first, as_of),
        history: coverage(first, as_of)
            .into_iter()
            .map(|read| HistoryRecord { table: read.table, name: read.scope, spans: read.spans })
            .collect(),
        alternatives: Vec::new(),
        findings: vec![Finding {
            severity: Severity::Warning,
            scope: Group { kind: GroupKind::Service, name: HOSTILE[0].into() },
            what: Observation::OpenIncidents { n: 4 },
        }],
        service_filter: None,
        team_filter: None,
        settings,
    };
    let mut groups = vec![(Group::all(), None, services)];
    let mut teams: Vec<&String> = names.iter().map(|(_, team)| team).collect();
    teams.sort();
    teams.dedup();
    for team in teams {
        let pooled = names.iter().filter(|(_, other)| other == team).count();
        groups.push((Group { kind: GroupKind::Team, name: team.clone() }, None, pooled));
    }
    let mut sorted = names.clone();
    sorted.sort();
    for (name, team) in sorted {
        groups.push((Group { kind: GroupKind::Service, name }, Some(TeamName(team)), 1));
    }
    analysis.groups =
        groups.into_iter().map(|(group, team, services)| figures::report(&analysis, group, team, services)).collect();
    // One service was never read: its figures are missing, not zero.
    if let Some(last) = analysis.groups.last_mut() {
        let gap = NoData::DeploymentsNotRead { repos: vec!["acme/<unread>".into()], read: None };
        for metric in [Metric::DeploymentFrequency, Metric::LeadTime, Metric::ChangeFailureRate] {
            let figure = &mut last.figures[metric];
            *figure =
                Figure { previous: figure.previous.take(), verdict: figure.verdict, ..Figure::missing(gap.clone()) };
        }
        last.daily.clear();
    }
    analysis
}

fn events(
    dice: &mut Random,
    at: usize,
    (name, team): (&str, &str),
    (first, last): (Timestamp, Timestamp),
    deployments: &mut Vec<DeploymentRecord<'static>>,
    incidents: &mut Vec<IncidentRecord<'static>>,
) {
    let gap = [0.9, 4.0, 1.6, 11.0, 2.7, 0.6][at % 6] * DAY as f64;
    let (mut now, mut count) = (first.0 as f64 / 1_000.0, 0);
    loop {
        now += gap * -(1.0 - dice.roll()).ln();
        count += 1;
        let finished = Timestamp((now * 1_000.0) as i64);
        if finished >= last {
            return;
        }
        let id = format!("{}", 100_000 * (at + 1) + count);
        let failed = dice.roll() < 0.07;
        let left_out = (dice.roll() < 0.05).then_some(Reason::NotSuccess);
        let length = dice.length(19.0 * 3_600.0, 1.1);
        let stage = |share: f64| Some(Seconds((length * share) as i64));
        let counts = left_out.is_none();
        let lead = (counts && count > 1).then_some(Seconds(length as i64));
        let rule = if dice.roll() < 0.6 { Rule::Explicit } else { Rule::Window };
        let mut record = DeploymentRecord {
            event: DeploymentEvent {
                source: "github".into(),
                id: id.clone().into(),
                repo: format!("acme/{name}").into(),
                environment: Some("production".into()),
                status: if counts { "success" } else { "failure" }.into(),
                created_at: finished,
                finished_at: Some(finished),
                url: Some(match count % 9 {
                    0 => "javascript:alert(1)".into(),
                    _ => format!("https://github.com/acme/service-{at:02}/deployments/{id}").into(),
                }),
                ..DeploymentEvent::default()
            },
            service: Some(Cow::Owned(ServiceName(name.into()))),
            team: Some(Cow::Owned(TeamName(team.into()))),
            in_period: false,
            left_out,
            kind: counts.then_some(Kind::Deploy),
            lead_time: lead,
            lead_time_reason: (counts && count == 1).then_some(LeadTimeReason::FirstDeployment),
            absurd_commits: Vec::new(),
            finishes_with_its_commit: false,
            start: lead.map(|lead| Start {
                at: Timestamp(finished.0 - lead.0 * 1_000),
                sha: Some(format!("{count:040x}")),
                pull_request: i64::try_from(count).ok(),
            }),
            stages: Stages { coding: stage(0.5), pickup: stage(0.2), review: stage(0.25), deploy: stage(0.05) },
            failed: counts.then_some(failed),
            failed_by: Vec::new(),
            failed_rules: Vec::new(),
            rework: counts.then_some(count % 13 == 0),
            rework_rules: if counts && count % 13 == 0 { vec![ReworkRule::Fix] } else { Vec::new() },
        };
        if failed && counts {
            let incident = format!("Q{id}");
            record.failed_by.push(Cause::Incident { source: "pagerduty".into(), id: incident.clone() });
            record.failed_rules.push(rule);
            let opened = Timestamp(finished.0 + (dice.roll() * 3_000_000.0) as i64);
            let restore = Seconds(dice.length(5_400.0, 1.4) as i64);
            let resolved = Timestamp(opened.0 + restore.0 * 1_000);
            let open = resolved >= last || count % 31 == 0;
            incidents.push(IncidentRecord {
                event: IncidentEvent {
                    source: "pagerduty".into(),
                    id: incident.into(),
                    title: Some(
                        format!("{} fails {}", HOSTILE[count % 6], "x".repeat(if count % 40 == 0 { 500 } else { 1 }))
                            .into(),
                    ),
                    opened_at: opened,
                    resolved_at: (!open).then_some(resolved),
                    url: Some("https://example.pagerduty.com/incidents/Q1?a=1&b=\"".into()),
                    ..IncidentEvent::default()
                },
                services: vec![Cow::Owned(ServiceName(name.into()))],
                teams: vec![Cow::Owned(TeamName(team.into()))],
                counted: true,
                reason: None,
                is_over_without_an_end: false,
                refers_to_nothing: false,
                time_to_restore: (!open).then_some(restore),
                link: Some(Link {
                    deployment_id: id.into(),
                    service: Some(Cow::Owned(ServiceName(name.into()))),
                    team: Some(Cow::Owned(TeamName(team.into()))),
                    rule,
                    age: opened.since(finished),
                }),
            });
        }
        deployments.push(record);
    }
}

fn inputs(
    deployments: &[DeploymentRecord<'_>],
    incidents: &[IncidentRecord<'_>],
    as_of: Timestamp,
) -> Vec<InputSummary> {
    let rows = [deployments.len(), deployments.len() * 4, deployments.len() * 2, incidents.len()];
    Table::ALL
        .into_iter()
        .zip(rows)
        .map(|(table, rows)| InputSummary { table, rows: rows as u64, newest_observed_at: Some(as_of) })
        .collect()
}

fn coverage(first: Timestamp, as_of: Timestamp) -> Vec<Coverage> {
    let whole = vec![Span { from: first, to: as_of }];
    let late = vec![Span { from: Timestamp(first.0 + 60 * DAY * 1_000), to: as_of }];
    let of = |table, source: &str, scope: &str, spans: &Vec<Span>| Coverage {
        table,
        source: source.into(),
        scope: scope.into(),
        spans: spans.clone(),
    };
    vec![
        of(Table::Deployments, "github", "acme/web", &whole),
        of(Table::Deployments, "github", "acme/<late>", &late),
        of(Table::Incidents, "pagerduty", "*", &whole),
    ]
}
