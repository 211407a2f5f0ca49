//! A small analysis made by hand, with every kind of hole and hostile names, for the tests of the renderers.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::Provenance;
use crate::domain::band::Band;
use crate::domain::coverage::{Coverage, EVERYTHING};
use crate::domain::event::{Deployment, Incident, Table};
use crate::domain::group::{Group, GroupKind, ServiceName, TeamName};
use crate::domain::settings::Settings;
use crate::domain::time::{Period, Span, Timestamp, Zone};
use crate::domain::unit::{Interval, Seconds};
use crate::metrics::tables::{
    Analysis, BandReading, ChangeFailure, DailyRow, DeploymentRecord, Durations, Finding, Frequency, GroupReport,
    IncidentRecord, InputSummary, Kind, LeadTime, LeadTimeReason, Link, MonthlyFailures, NoData, PeriodFigures,
    Restore, Rule, Severity, StageFigures, Stages, SurvivalStep, Variant, VariantFigure, Verdict, Verdicts,
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
    Provenance { tool_version: "0.1.0".into(), config_digest: "ab".repeat(32), synthetic: false }
}

fn durations(n: u64, p50: f64) -> Durations {
    let ci95 = (n >= 6).then_some(Interval { low: p50 / 2.0, high: p50 * 3.0 });
    Durations { n, p50, p75: p50 * 2.0, p90: p50 * 4.0, mean: p50 * 1.5, ci95 }
}

fn reading(band: Band, range: Option<(Band, Band)>) -> BandReading {
    BandReading { band: Some(band), range }
}

fn lead_time() -> LeadTime {
    LeadTime {
        durations: Some(durations(55, 17_833.5)),
        band: reading(Band::High, None),
        stages: StageFigures {
            coding: Some(durations(40, 3_600.0)),
            pickup: Some(durations(40, 1_800.0)),
            review: None,
            deploy: Some(durations(40, 600.25)),
        },
        variants: vec![
            VariantFigure { variant: Variant::Deployment, p50: Some(17_833.5), n: 55, negative: 1 },
            VariantFigure { variant: Variant::Change, p50: Some(20_000.0), n: 120, negative: 0 },
            VariantFigure { variant: Variant::Commit, p50: Some(9_000.0), n: 300, negative: 2 },
            VariantFigure { variant: Variant::PullRequestOpened, p50: None, n: 0, negative: 0 },
        ],
        reasons: BTreeMap::from([(LeadTimeReason::FirstDeployment, 2), (LeadTimeReason::Redeploy, 3)]),
    }
}

/// Figures without a hole.
pub(crate) fn figures() -> PeriodFigures {
    PeriodFigures {
        frequency: Ok(Frequency {
            deployments: 60,
            days: 92,
            per_day: 60.0 / 92.0,
            days_with_deployments: 41,
            median_days_between: Some(1.0),
            ci95: Interval { low: 0.4977, high: 0.8395 },
            band: reading(Band::High, None),
        }),
        lead_time: Ok(lead_time()),
        change_failure: Ok(ChangeFailure {
            deployments: 60,
            failed: 5,
            ratio: Some(5.0 / 60.0),
            ci95: Some(Interval { low: 0.0361, high: 0.1807 }),
            by_rule: BTreeMap::from([(Rule::Explicit, 3), (Rule::Window, 2)]),
            band: reading(Band::High, Some((Band::Low, Band::Elite))),
        }),
        restore: Ok(Restore {
            opened: 9,
            durations: Some(durations(7, 5_400.0)),
            open: 2,
            km_p50: Some(6_000.0),
            km_beyond: None,
            band: reading(Band::High, None),
        }),
        recovery: Ok(Restore {
            opened: 3,
            durations: Some(durations(3, 74_350.0)),
            open: 2,
            km_p50: None,
            km_beyond: Some(90_000.0),
            band: BandReading::default(),
        }),
    }
}

/// Nothing happened, and that is known.
pub(crate) fn quiet() -> PeriodFigures {
    PeriodFigures {
        frequency: Ok(Frequency {
            deployments: 0,
            days: 92,
            per_day: 0.0,
            days_with_deployments: 0,
            median_days_between: None,
            ci95: Interval { low: 0.0, high: 0.0401 },
            band: reading(Band::Low, Some((Band::Low, Band::High))),
        }),
        lead_time: Ok(LeadTime {
            durations: None,
            band: BandReading::default(),
            stages: StageFigures::default(),
            variants: Vec::new(),
            reasons: BTreeMap::new(),
        }),
        change_failure: Ok(ChangeFailure {
            deployments: 0,
            failed: 0,
            ratio: None,
            ci95: None,
            by_rule: BTreeMap::new(),
            band: BandReading::default(),
        }),
        restore: Err(NoData::NoIncidentSource),
        recovery: Err(NoData::NoIncidentSource),
    }
}

/// Nothing is known.
pub(crate) fn unread() -> PeriodFigures {
    let deployments = NoData::DeploymentsNotRead {
        repos: vec!["acme/web".into(), "acme/<script>|@all".into()],
        read: Some(Span { from: at("2026-08-01T00:00:00Z"), to: at("2026-09-01T00:00:00Z") }),
    };
    let incidents = NoData::IncidentsNotRead { sources: vec!["pagerduty".into()], read: None };
    PeriodFigures {
        frequency: Err(deployments.clone()),
        lead_time: Err(deployments.clone()),
        change_failure: Err(deployments),
        restore: Err(incidents.clone()),
        recovery: Err(incidents),
    }
}

fn full_day(date: &str) -> DailyRow {
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
        deployment_frequency_band: Some(Band::High),
        lead_time_band: Some(Band::High),
        change_failure_rate_band: Some(Band::High),
        time_to_restore_band: Some(Band::High),
    }
}

fn empty_day(date: &str) -> DailyRow {
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
        deployment_frequency_band: None,
        lead_time_band: None,
        change_failure_rate_band: None,
        time_to_restore_band: None,
    }
}

/// The report of a group with the given figures.
pub(crate) fn group(kind: GroupKind, name: &str, figures: PeriodFigures, previous: Option<PeriodFigures>) -> GroupReport {
    let compared = previous.is_some();
    let verdict = |verdict| compared.then_some(verdict);
    GroupReport {
        group: Group { kind, name: name.into() },
        team: (kind == GroupKind::Service && name == "checkout").then(|| TeamName("payments".into())),
        services: if kind == GroupKind::All { 2 } else { 1 },
        figures,
        previous,
        verdicts: Verdicts {
            frequency: verdict(Verdict::WithinNoise),
            lead_time: verdict(Verdict::Better),
            change_failure: verdict(Verdict::TooFewData),
            restore: verdict(Verdict::Worse),
            recovery: verdict(Verdict::TooFewData),
        },
        daily: vec![full_day("2026-07-01"), empty_day("2026-07-02")],
        months: Vec::new(),
        survival: Vec::new(),
    }
}

fn deployment(id: &str, finished: Option<&str>) -> DeploymentRecord {
    DeploymentRecord {
        event: Deployment {
            source: "github".into(),
            id: id.into(),
            repo: "acme/checkout".into(),
            environment: Some("production".into()),
            sha: Some("7de3687b23e58b971cba89db409f1f980ed8fdfb".into()),
            status: "success".into(),
            created_at: at("2026-07-01T09:00:00Z"),
            finished_at: finished.map(at),
            url: Some("https://github.com/acme/checkout".into()),
            ..Deployment::default()
        },
        service: Some(ServiceName("checkout".into())),
        team: Some(TeamName("payments".into())),
        in_period: true,
        left_out: None,
        kind: Some(Kind::Deploy),
        lead_time: Some(Seconds(7_200)),
        lead_time_reason: None,
        stages: Stages { coding: Some(Seconds(3_600)), pickup: Some(Seconds(1_200)), review: None, deploy: Some(Seconds(2_400)) },
        failed: Some(true),
        failed_by: vec!["PD1".into(), "rollback:12".into()],
        failed_rules: vec![Rule::Explicit, Rule::Rollback],
    }
}

fn deployments() -> Vec<DeploymentRecord> {
    let counted = deployment("11", Some("2026-07-01T09:30:00.250Z"));
    let mut hostile = deployment("@12", None);
    hostile.event.environment = None;
    hostile.event.sha = Some("-1+1".into());
    hostile.event.status = "pending".into();
    hostile.event.url = None;
    let left_out = DeploymentRecord {
        left_out: Some("no-environment"),
        kind: None,
        lead_time: None,
        stages: Stages::default(),
        failed: None,
        failed_by: Vec::new(),
        failed_rules: Vec::new(),
        service: Some(ServiceName(HOSTILE.into())),
        team: None,
        ..hostile
    };
    vec![counted, left_out]
}

fn incidents() -> Vec<IncidentRecord> {
    let linked = IncidentRecord {
        event: Incident {
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
            ..Incident::default()
        },
        service: Some(ServiceName("checkout".into())),
        team: Some(TeamName("payments".into())),
        counted: true,
        reason: None,
        time_to_restore: Some(Seconds(5_400)),
        link: Some(Link { deployment_id: "11".into(), rule: Rule::Explicit, age: Seconds(-30) }),
    };
    let unmapped = IncidentRecord {
        event: Incident { source: "pagerduty".into(), id: "PD2".into(), opened_at: at("2026-07-03T00:00:00Z"), ..Incident::default() },
        service: None,
        team: None,
        counted: true,
        reason: Some("unmapped"),
        time_to_restore: None,
        link: None,
    };
    vec![linked, unmapped]
}

/// Two services, a team, a period before, one group of which nothing is known, and hostile names.
pub(crate) fn full() -> Analysis {
    let today = day("2026-11-24");
    let period = Period::parse("2026-Q3", today).expect("a period");
    let zone = Zone::parse("Europe/Berlin").expect("a zone");
    let mut all = group(GroupKind::All, "all", figures(), Some(figures()));
    all.months = vec![
        MonthlyFailures { from: day("2026-07-01"), figure: figures().change_failure },
        MonthlyFailures { from: day("2026-08-01"), figure: unread().change_failure },
    ];
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
            group(GroupKind::Team, "payments", figures(), Some(quiet())),
            group(GroupKind::Service, HOSTILE, unread(), Some(figures())),
            group(GroupKind::Service, "checkout", figures(), Some(unread())),
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
        findings: vec![
            Finding {
                id: "small-sample",
                severity: Severity::Warning,
                scope: format!("service {HOSTILE}"),
                message: "3 incidents; see https://evil.example and www.evil.example, #12.".into(),
                advice: "Read the interval, not the figure.".into(),
            },
            Finding {
                id: "open-incidents",
                severity: Severity::Info,
                scope: "all".into(),
                message: "2 incidents are open.".into(),
                advice: "=Close them | or say why not.".into(),
            },
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
    analysis.incidents.clear();
    analysis.coverage.retain(|it| it.table != Table::Incidents);
    for report in &mut analysis.groups {
        for figures in [Some(&mut report.figures), report.previous.as_mut()].into_iter().flatten() {
            figures.change_failure = Err(NoData::NoIncidentSource);
            figures.restore = Err(NoData::NoIncidentSource);
            figures.recovery = Err(NoData::NoIncidentSource);
        }
    }
    analysis
}

/// An empty dataset, nothing to compare with, no bands.
pub(crate) fn empty() -> Analysis {
    let nothing = || PeriodFigures {
        frequency: Err(NoData::NoRepos),
        lead_time: Err(NoData::NoRepos),
        change_failure: Err(NoData::NoRepos),
        restore: Err(NoData::NoIncidentSource),
        recovery: Err(NoData::NotYet),
    };
    let mut all = group(GroupKind::All, "all", nothing(), None);
    all.services = 0;
    all.daily.clear();
    let bands = crate::domain::band::Bands::edition("none").expect("built in");
    Analysis {
        settings: Settings { bands, ..Settings::default() },
        previous: None,
        team_filter: None,
        groups: vec![all],
        deployments: Vec::new(),
        incidents: Vec::new(),
        coverage: Vec::new(),
        findings: Vec::new(),
        inputs: Vec::new(),
        ..full()
    }
}
