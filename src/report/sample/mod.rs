//! A small analysis made by hand, with every kind of hole and hostile names, for the tests of the renderers.

mod figures;
mod rows;

use chrono::NaiveDate;

pub(crate) use self::figures::{figures, quiet, unread};
use self::rows::{deployments, empty_day, full_day, incidents};
use super::{Commands, Provenance};
use crate::domain::band::Bands;
use crate::domain::coverage::{Coverage, EVERYTHING};
use crate::domain::event::Table;
use crate::domain::group::{Group, GroupKind, TeamName};
use crate::domain::period::Period;
use crate::domain::settings::{Policy, Settings};
use crate::domain::time::{Span, Timestamp, Zone};
use crate::domain::unit::Seconds;
use crate::metrics::descriptor::Needs;
use crate::metrics::tables::{
    Analysis, DeploymentRecords, Figure, Figures, Finding, GroupReport, IncidentRecords, InputSummary, Metric,
    MonthlyFailures, NoData, Observation, Progress, Severity, SurvivalStep, Verdict,
};

/// The name of a service that tries everything.
pub(crate) const HOSTILE: &str = "=cmd|' /C calc'!A0,\"<b>@here</b>\"\n`x`";

pub(crate) fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).expect("an instant")
}

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

pub(crate) fn provenance() -> Provenance {
    Provenance {
        tool_version: "0.1.0".into(),
        config_digest: "ab".repeat(32),
        synthetic: false,
        commands: Some(Commands::default()),
        ..Provenance::default()
    }
}

/// The report of a group with the given figures, compared with others.
pub(crate) fn group(kind: GroupKind, name: &str, mut figures: Figures, previous: Option<&Figures>) -> GroupReport {
    for (metric, figure) in figures.iter_mut().filter(|_| previous.is_some()) {
        figure.previous = previous.map(|previous| Box::new(previous[metric].clone()));
        figure.verdict = Some(match metric {
            Metric::DeploymentFrequency => Verdict::WithinNoise,
            Metric::LeadTime => Verdict::Better,
            Metric::TimeToRestore => Verdict::Worse,
            _ => Verdict::TooFewData,
        });
        figure.progress = figure.verdict.map(|verdict| match verdict {
            Verdict::Better => Progress::Better,
            Verdict::Worse => Progress::Worse,
            Verdict::WithinNoise => Progress::Unchanged,
            Verdict::TooFewData => Progress::TooFewData,
        });
    }
    GroupReport {
        earlier: Vec::new(),
        sensitivity: Vec::new(),
        recent: Vec::new(),
        emulations: Vec::new(),
        group: Group { kind, name: name.into() },
        team: (kind == GroupKind::Service && name == "checkout").then(|| TeamName("payments".into())),
        services: if kind == GroupKind::All { 2 } else { 1 },
        figures,
        daily: vec![full_day("2026-07-01"), empty_day("2026-07-02")],
        months: Vec::new(),
        survival: Vec::new(),
    }
}

/// Two services, a team, a period before, one group of which nothing is known, and hostile names.
pub(crate) fn full() -> Analysis {
    let today = day("2026-11-24");
    let period = Period::parse("2026-Q3", today).expect("a period");
    let zone = Zone::parse("Europe/Berlin").expect("a zone");
    let mut all = group(GroupKind::All, "all", figures(), Some(&figures()));
    all.months = vec![
        MonthlyFailures { from: day("2026-07-01"), figure: figures()[Metric::ChangeFailureRate].clone() },
        MonthlyFailures { from: day("2026-08-01"), figure: unread()[Metric::ChangeFailureRate].clone() },
    ];
    all.sensitivity = vec![crate::metrics::tables::Sensitivity {
        policy: Policy::ExplicitOrWindow,
        window: Seconds::HOUR,
        count_rollbacks: false,
        failed: 5,
        deployments: 60,
        ratio: Some(5.0 / 60.0),
        recovery_p50: Some(74_350.0),
        recovery_n: 3,
    }];
    all.survival =
        vec![SurvivalStep { seconds: 0.0, unresolved: 1.0 }, SurvivalStep { seconds: 5_400.0, unresolved: 0.5 }];
    Analysis {
        settings: Settings { organisation: Some("Acme & <Sons>".into()), zone, ..Settings::default() },
        as_of: at("2026-11-24T06:00:00Z"),
        known: zone.span(period.from, period.to),
        previous: period.previous(),
        period,
        service_filter: None,
        team_filter: Some("pay*".into()),
        groups: vec![
            all,
            group(GroupKind::Team, "payments", figures(), Some(&quiet())),
            group(GroupKind::Service, HOSTILE, unread(), Some(&figures())),
            group(GroupKind::Service, "checkout", figures(), Some(&unread())),
        ],
        deployments: deployments(),
        incidents: incidents(),
        coverage: vec![
            Coverage {
                table: Table::Deployments,
                source: "github".into(),
                scope: "acme/checkout".into(),
                spans: vec![
                    Span { from: at("2026-01-01T00:00:00Z"), to: at("2026-03-01T00:00:00Z") },
                    Span { from: at("2026-04-01T00:00:00Z"), to: at("2026-11-24T06:00:00Z") },
                ],
            },
            Coverage {
                table: Table::Incidents,
                source: "pagerduty".into(),
                scope: EVERYTHING.into(),
                spans: vec![Span { from: at("2026-01-01T00:00:00Z"), to: at("2026-11-24T06:00:00Z") }],
            },
        ],
        history: Vec::new(),
        alternatives: Vec::new(),
        findings: vec![
            Finding {
                severity: Severity::Warning,
                scope: Group { kind: GroupKind::Service, name: HOSTILE.into() },
                what: Observation::UnmappedRepos {
                    repos: ["https://evil.example", "www.evil.example", "acme/web#12 | @all"].map(Into::into).into(),
                },
            },
            Finding { severity: Severity::Info, scope: Group::all(), what: Observation::OpenIncidents { n: 2 } },
        ],
        inputs: vec![
            InputSummary { table: Table::Deployments, rows: 2, newest_observed_at: Some(at("2026-11-24T05:00:00Z")) },
            InputSummary { table: Table::PullRequests, rows: 0, newest_observed_at: None },
        ],
    }
}

/// The same without any incident source.
pub(crate) fn without_incidents() -> Analysis {
    let mut analysis = full();
    analysis.incidents = IncidentRecords::default();
    analysis.coverage.retain(|it| it.table != Table::Incidents);
    for report in &mut analysis.groups {
        for (metric, figure) in report.figures.iter_mut() {
            if metric.descriptor().needs != Needs::Deployments {
                let without = || Figure::missing(NoData::NoIncidentSource);
                let previous = figure.previous.take().map(|_| Box::new(without()));
                *figure = Figure { previous, verdict: figure.verdict, ..without() };
            }
        }
    }
    analysis
}

/// An empty dataset, nothing to compare with, no bands.
pub(crate) fn empty() -> Analysis {
    let nothing = Figures::new(|metric| {
        Figure::missing(match metric {
            Metric::TimeToRestore => NoData::NoIncidentSource,
            Metric::RecoveryTime => NoData::NotYet,
            _ => NoData::NoRepos,
        })
    });
    let mut all = group(GroupKind::All, "all", nothing, None);
    all.services = 0;
    all.daily.clear();
    let bands = Bands::edition("none").expect("built in");
    Analysis {
        settings: Settings { bands, ..Settings::default() },
        previous: None,
        team_filter: None,
        groups: vec![all],
        deployments: DeploymentRecords::default(),
        incidents: IncidentRecords::default(),
        coverage: Vec::new(),
        history: Vec::new(),
        alternatives: Vec::new(),
        findings: Vec::new(),
        inputs: Vec::new(),
        ..full()
    }
}
