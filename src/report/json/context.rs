//! The parts of `report.json` around the figures: period, settings, bands, coverage, findings.

use chrono::NaiveDate;
use serde::Serialize;

use super::fields::Fields;
use crate::domain::band::{Band, Bands, Limit, Thresholds};
use crate::domain::coverage::Coverage;
use crate::domain::glob::Glob;
use crate::domain::pattern::Pattern;
use crate::domain::period::Period;
use crate::domain::settings::{Merge, Settings};
use crate::domain::time::Timestamp;
use crate::metrics::tables::{Finding, InputSummary, Metric};
use crate::report::findings::{Words, words};

#[derive(Serialize)]
pub(super) struct PeriodView<'a> {
    from: NaiveDate,
    to: NaiveDate,
    label: &'a str,
}

impl<'a> PeriodView<'a> {
    pub(super) fn new(period: &'a Period) -> Self {
        Self { from: period.from, to: period.to, label: &period.label }
    }
}

#[derive(Serialize)]
pub(super) struct Filters<'a> {
    pub(super) service: Option<&'a str>,
    pub(super) team: Option<&'a str>,
}

/// What else decides which events count and which deployments fail.
#[derive(Serialize)]
pub(super) struct SettingsView<'a> {
    environments: Vec<&'a str>,
    /// Whether the configuration names them; else names such as `prod-canary` are left out.
    environments_are_set: bool,
    exclude_environments: Vec<&'a str>,
    merge_within_seconds: Option<i64>,
    attribution: &'static str,
    attribution_window_seconds: i64,
    count_rollbacks: bool,
    min_priority: Option<u32>,
    urgencies: &'a [String],
    ignore_tags: &'a [String],
    rework: ReworkView<'a>,
}

/// What people write that says rework.
#[derive(Serialize)]
struct ReworkView<'a> {
    labels: &'a [String],
    branches: Vec<&'a str>,
    titles: Vec<&'a str>,
    refs: Vec<&'a str>,
    tasks: Vec<&'a str>,
}

impl<'a> SettingsView<'a> {
    pub(super) fn new(settings: &'a Settings) -> Self {
        Self {
            environments: settings.environments.iter().map(Glob::as_str).collect(),
            environments_are_set: settings.environments_are_set,
            exclude_environments: settings.exclude_environments.iter().map(Glob::as_str).collect(),
            merge_within_seconds: settings.merge.map(|(Merge::Records(within) | Merge::Rollouts(within))| within.0),
            attribution: settings.attribution.as_str(),
            attribution_window_seconds: settings.attribution_window.0,
            count_rollbacks: settings.count_rollbacks,
            min_priority: settings.min_priority,
            urgencies: &settings.urgencies,
            ignore_tags: &settings.ignore_tags,
            rework: ReworkView {
                labels: &settings.rework.labels,
                branches: settings.rework.branches.iter().map(Glob::as_str).collect(),
                titles: settings.rework.titles.iter().map(Pattern::as_str).collect(),
                refs: settings.rework.refs.iter().map(Glob::as_str).collect(),
                tasks: settings.rework.tasks.iter().map(Glob::as_str).collect(),
            },
        }
    }
}

/// The edition, and the stated limits of each metric that an edition may have limits for.
pub(super) fn bands(bands: &Bands) -> Fields {
    let mut fields = Fields::default();
    fields.push("edition", Some(bands.edition.as_str()));
    fields.push("note", Some(bands.note.as_str()));
    for metric in Metric::ALL {
        if let Some(thresholds) = (metric.descriptor().thresholds)(bands) {
            fields.push(metric.as_str(), limits(thresholds));
        }
    }
    fields.push("min_sample", Some(bands.min_sample));
    fields.push(
        "survey",
        bands.survey.map(|survey| {
            let mut fields = Fields::default();
            fields.push("source", Some(survey.source));
            fields.push("respondents", Some(survey.respondents));
            fields
        }),
    );
    fields
}

fn limits(thresholds: &Thresholds) -> Vec<Fields> {
    let view = |(band, limit): &(Band, Limit)| {
        let mut fields = Fields::default();
        fields.push("band", Some(band.as_str()));
        fields.push("operator", Some(limit.operator()));
        fields.push("value", Some(limit.value()));
        fields
    };
    thresholds.0.iter().map(view).collect()
}

#[derive(Serialize)]
pub(super) struct CoverageView<'a> {
    table: &'static str,
    source: &'a str,
    scope: &'a str,
    from: String,
    to: String,
}

/// One entry per span that was read.
pub(super) fn coverage(all: &[Coverage]) -> Vec<CoverageView<'_>> {
    all.iter()
        .flat_map(|it| {
            it.spans.iter().map(|span| CoverageView {
                table: it.table.folder(),
                source: &it.source,
                scope: &it.scope,
                from: span.from.to_rfc3339(),
                to: span.to.to_rfc3339(),
            })
        })
        .collect()
}

#[derive(Serialize)]
pub(super) struct InputView {
    table: &'static str,
    rows: u64,
    newest_observed_at: Option<String>,
}

impl InputView {
    pub(super) fn new(input: &InputSummary) -> Self {
        Self {
            table: input.table.folder(),
            rows: input.rows,
            newest_observed_at: input.newest_observed_at.map(Timestamp::to_rfc3339),
        }
    }
}

#[derive(Serialize)]
pub(super) struct FindingView {
    id: &'static str,
    severity: &'static str,
    scope: String,
    message: String,
    advice: String,
}

impl FindingView {
    pub(super) fn new(finding: &Finding) -> Self {
        let Words { message, advice } = words(finding);
        let (id, severity) = (finding.id(), finding.severity.as_str());
        Self { id, severity, scope: finding.scope(), message, advice }
    }
}
