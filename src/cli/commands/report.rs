//! `report`: from the dataset to the files of one report.

use std::path::Path;

use crate::cli::advice;
use crate::cli::args::{Common, Compare, DEFAULT_DAYS, Format, OnNoData, Report};
use crate::cli::carried;
use crate::cli::closing;
use crate::cli::content::Content;
use crate::cli::context::{Context, now};
use crate::cli::dataset;
use crate::cli::exit::{Code, UsageError};
use crate::cli::extras;
use crate::cli::gate::Outcome;
use crate::cli::output::Talk;
use crate::cli::publish::{self, Publication};
use crate::domain::glob::Glob;
use crate::domain::group::GroupKind;
use crate::domain::period::Period;
use crate::domain::time::Timestamp;
use crate::metrics::tables::{Analysis, NoData};
use crate::metrics::{Depth, Request, analyse};
use crate::report::csv as sheets;
use crate::report::redact::redact;
use crate::report::{Commands, Provenance, html, json, markdown};
use crate::store::Dataset;

/// Runs the command.
pub(in crate::cli) fn run(report: &Report, common: &Common, talk: Talk) -> anyhow::Result<Code> {
    make(&Context::load(common)?, report, talk)
}

/// Computes and writes what the flags ask for.
pub(super) fn make(context: &Context, report: &Report, talk: Talk) -> anyhow::Result<Code> {
    let dataset = dataset::open(context)?;
    let as_of = report.as_of.unwrap_or_else(now);
    let period = period(context, report.period.as_deref(), as_of)?;
    let filters = [&report.service, &report.team].map(|glob| glob.as_ref().map(Glob::as_str));
    let depth = if report.redact {
        // Its folder has other names.
        Depth::Whole
    } else {
        publish::depth(&context.out, &period.label, filters, &report.format)
    };
    let request = Request {
        settings: context.config.settings.clone(),
        as_of,
        previous: report.compare.with(&period),
        period,
        service: report.service.clone(),
        team: report.team.clone(),
        depth,
    };
    if report.redact && (report.notes.is_some() || context.config.logo.is_some()) {
        talk.warning("--redact leaves the notes and the logo out: nobody can tell what they give away");
    }
    let provenance = Provenance {
        tool_version: env!("CARGO_PKG_VERSION").to_owned(),
        config_digest: context.config.digest(),
        synthetic: false,
        carried: if report.redact {
            Vec::new()
        } else {
            carried::actions(&context.out, &request.period, filters, talk)
        },
        notes: report.notes.as_deref().filter(|_| !report.redact).map(extras::notes).transpose()?.unwrap_or_default(),
        logo: context
            .config
            .logo
            .as_deref()
            .filter(|_| !report.redact)
            .map(|path| extras::logo(&context.beside_config(path)))
            .transpose()?,
        // Whoever a redacted report is for has no dataset, and paths are names too.
        commands: (!report.redact).then(|| Commands { flags: context.flags.clone(), first: None }),
    };
    let mut analysis = analyse(&dataset, &request)?;
    if report.redact {
        analysis = redact(analysis);
    }
    publish_all(&analysis, &provenance, &report.format, &context.out, talk)?;
    closing::next(&analysis, &provenance, talk);
    if let Some(advice) = advice::on_missing(&analysis, &dataset.import_zones()?, report.period.as_deref()) {
        talk.info(&advice);
    }
    let partial = analysis.groups.iter().any(|group| {
        let not_read = |missing: &NoData| {
            matches!(missing, NoData::NoRepos | NoData::DeploymentsNotRead { .. } | NoData::IncidentsNotRead { .. })
        };
        group.figures.iter().filter_map(|(_, figure)| figure.missing.as_ref()).any(not_read)
    });
    let code = gates(report, &analysis, talk);
    Ok(if code == Code::Done && report.strict && partial { Code::Partial } else { code })
}

/// The period that a text names, else the last complete days.
pub(super) fn period(context: &Context, text: Option<&str>, as_of: Timestamp) -> Result<Period, UsageError> {
    let today = context.config.settings.zone.day_of(as_of);
    match text {
        Some(text) => Period::parse(text, today).map_err(UsageError),
        None => Ok(Period::last_complete_days(today, DEFAULT_DAYS)),
    }
}

/// Judges the gates on the figures of the whole.
fn gates(report: &Report, analysis: &Analysis, talk: Talk) -> Code {
    let Some(all) = analysis.groups.iter().find(|group| group.group.kind == GroupKind::All) else { return Code::Done };
    let mut code = Code::Done;
    for gate in &report.fail_if {
        match (gate.judge(all, report.min_n), report.on_no_data) {
            (Outcome::Passed, _) | (Outcome::Unknown(_), OnNoData::Pass) => {}
            (Outcome::Tripped(words), _) => {
                talk.warning(&format!("gate tripped: {words}"));
                code = Code::Gate;
            }
            (Outcome::Unknown(words), OnNoData::Warn) => talk.warning(&format!("gate not judged: {words}")),
            (Outcome::Unknown(words), OnNoData::Fail) => {
                talk.warning(&format!("gate tripped for want of data: {words}"));
                code = Code::Gate;
            }
        }
    }
    code
}

/// The default comparison, for commands without the flag.
pub(in crate::cli) const DEFAULT_COMPARISON: Compare = Compare::Previous;

/// All formats, for commands without the flag.
pub(in crate::cli) const ALL_FORMATS: [Format; 4] = [Format::Html, Format::Json, Format::Csv, Format::Md];

/// Computes one report, writes its files, and says where they are and what they say.
pub(in crate::cli) fn write(
    dataset: &Dataset,
    request: &Request,
    provenance: &Provenance,
    formats: &[Format],
    out: &Path,
    talk: Talk,
) -> anyhow::Result<Analysis> {
    let analysis = analyse(dataset, request)?;
    publish_all(&analysis, provenance, formats, out, talk)?;
    Ok(analysis)
}

/// Writes the files of one report.
fn publish_all(
    analysis: &Analysis,
    provenance: &Provenance,
    formats: &[Format],
    out: &Path,
    talk: Talk,
) -> anyhow::Result<()> {
    let render = |format| -> anyhow::Result<publish::Files<'_>> {
        Ok(match format {
            Format::Html => vec![("index.html", Content::Text(html::render(analysis, provenance)?))],
            Format::Json => vec![("report.json", Content::Text(json::render(analysis, provenance)?))],
            Format::Csv => vec![
                ("summary.csv", Content::Table(analysis, sheets::summary)),
                ("daily.csv", Content::Table(analysis, sheets::daily)),
                ("deployments.csv", Content::Table(analysis, sheets::deployments)),
                ("incidents.csv", Content::Table(analysis, sheets::incidents)),
                ("findings.csv", Content::Table(analysis, sheets::findings)),
            ],
            Format::Md => vec![("summary.md", Content::Text(markdown::render(analysis, provenance)))],
        })
    };
    let published = publish::report(out, &Publication { analysis, formats, render: &render })?;
    closing::figures(analysis, provenance, &published.folder, formats, talk)?;
    if !published.dropped.is_empty() {
        talk.info(&format!(
            "{}: removed {} of the report before: made of other data, another --as-of or another configuration; add \
             the formats to --format to write them again",
            published.folder.display(),
            published.dropped.join(", ")
        ));
    }
    Ok(())
}
