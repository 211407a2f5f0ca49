//! `report`: from the dataset to the files of one report.

use std::io;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::cli::advice;
use crate::cli::args::{Common, Compare, DEFAULT_DAYS, Format, OnNoData, Report, ReportOnly};
use crate::cli::closing;
use crate::cli::content::Content;
use crate::cli::context::{Context, now};
use crate::cli::dataset;
use crate::cli::disk;
use crate::cli::exit::{Code, UsageError};
use crate::cli::extras;
use crate::cli::gate::Outcome;
use crate::cli::log::LogEvent;
use crate::cli::notify::{self, Draft};
use crate::cli::output::Console;
use crate::cli::previous_actions;
use crate::cli::publish::{self, Publication};
use crate::domain::glob::Glob;
use crate::domain::group::GroupKind;
use crate::domain::period::Period;
use crate::domain::time::Timestamp;
use crate::metrics::tables::{Analysis, NoData};
use crate::metrics::{Depth, MetricsError, Request, analyse};
use crate::report::csv as sheets;
use crate::report::redact::redact;
use crate::report::{Commands, Provenance, confluence, html, json, markdown, png, xlsx};
use crate::store::Dataset;

/// Runs the command.
pub(in crate::cli) fn run(flags: &ReportOnly, common: &Common, console: Console) -> anyhow::Result<Code> {
    let context = Context::load(common)?;
    let to = flags.notify.then(|| notify::section(&context)).transpose()?;
    let made = make(&context, &flags.report, to.is_some(), console)?;
    let sent = match (to, &made.draft) {
        (Some(to), Some(draft)) => notify::send(to, draft, flags.network.limits(notify::MOST_WAIT), console),
        _ => Code::Done,
    };
    // The process ends now: freeing millions of texts one by one would only take time.
    std::mem::forget(made.analysis);
    Ok(if made.code == Code::Done { sent } else { made.code })
}

/// A report that is written.
pub(super) struct WrittenReport {
    /// What its figures and gates mean for the exit code.
    pub(super) code: Code,
    /// The message about it, where one was wanted.
    pub(super) draft: Option<Draft>,
    /// What it shows.
    pub(super) analysis: Option<Analysis>,
}

/// Computes and writes what the flags ask for; with `notifies` also the message about it.
pub(super) fn make(
    context: &Context,
    report: &Report,
    notifies: bool,
    console: Console,
) -> anyhow::Result<WrittenReport> {
    let dataset = dataset::open(context)?;
    disk::check(&context.out, "--out")?;
    let as_of = report.as_of.unwrap_or_else(now);
    let period = period(context, report.period.as_deref(), as_of)?;
    let filters = [&report.service, &report.team].map(|glob| glob.as_ref().map(Glob::as_str));
    let depth = if report.redact || notifies {
        // Its folder has other names; a message says more than the tables.
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
        console.warning("--redact leaves the notes and the logo out: the program cannot check what they reveal");
    }
    let provenance = Provenance {
        tool_version: env!("CARGO_PKG_VERSION").to_owned(),
        config_digest: context.config.digest(),
        synthetic: false,
        previous_actions: if report.redact {
            Vec::new()
        } else {
            previous_actions::actions(&context.out, &request.period, filters, console)
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
    let lost = previous_actions::standing(&context.out, &request.period, filters);
    let kept = provenance.notes.actions.len();
    if kept < lost {
        console.warning(&format!(
            "the report that is replaced had {lost} actions and the new report has {kept}, so the next report cannot show the \
             results of the others; give --notes with all of them to keep them"
        ));
    }
    let mut analysis = analyse(&dataset, &request).map_err(|cause| match cause {
        // Its message lists the services by name.
        MetricsError::NothingLeft { .. } if report.redact => anyhow::Error::new(UsageError(
            "no service passes --service and --team; without --redact this message lists the services".to_owned(),
        )),
        cause => cause.into(),
    })?;
    for action in provenance.notes.actions.iter().filter(|_| filters == [None, None]) {
        let group = action.aim.as_ref().and_then(|aim| aim.group.as_ref());
        if let Some(group) = group.filter(|group| !analysis.groups.iter().any(|report| report.group == **group)) {
            console.warning(&format!(
                "the action “{}” names the {} `{}`, which does not exist; check --notes",
                action.what,
                group.kind.as_str(),
                group.name
            ));
        }
    }
    if report.redact {
        analysis = redact(analysis);
    }
    let place = publish_all(&analysis, &provenance, &report.format, &context.out, console)?;
    let has_page = report.format.contains(&Format::Html);
    let draft = notifies.then(|| notify::draft(&analysis, &provenance, &place, has_page));
    closing::next(&analysis, &provenance, console);
    if let Some(advice) = advice::on_missing(&analysis, &dataset.import_zones()?, report.period.as_deref()) {
        console.info(&advice);
    }
    let partial = analysis.groups.iter().any(|group| {
        let not_read = |missing: &NoData| {
            matches!(missing, NoData::NoRepos | NoData::DeploymentsNotRead { .. } | NoData::IncidentsNotRead { .. })
        };
        group.figures.iter().filter_map(|(_, figure)| figure.missing.as_ref()).any(not_read)
    });
    let code = gates(report, &analysis, console);
    let code = if code == Code::Done && report.strict && partial { Code::Partial } else { code };
    Ok(WrittenReport { code, draft, analysis: Some(analysis) })
}

/// The period that a text names, else the last complete days.
pub(super) fn period(context: &Context, text: Option<&str>, as_of: Timestamp) -> Result<Period, UsageError> {
    let settings = &context.config.settings;
    let today = settings.zone.day_of(as_of);
    match text {
        Some(text) => Period::parse_in(settings.calendar, text, today).map_err(UsageError),
        None => Ok(Period::last_complete_days(today, DEFAULT_DAYS)),
    }
}

/// Judges the gates on the figures of the whole.
fn gates(report: &Report, analysis: &Analysis, console: Console) -> Code {
    let Some(all) = analysis.groups.iter().find(|group| group.group.kind == GroupKind::All) else { return Code::Done };
    let mut code = Code::Done;
    let say = |words: &str| console.warning_as(LogEvent::Gate, words, Value::Null);
    for gate in &report.fail_if {
        match (gate.judge(all, report.min_n), report.on_no_data) {
            (Outcome::Passed, _) | (Outcome::Unknown(_), OnNoData::Pass) => {}
            (Outcome::Tripped(words), _) => {
                say(&format!("gate tripped: {words}"));
                code = Code::Gate;
            }
            (Outcome::Unknown(words), OnNoData::Warn) => say(&format!("gate not evaluated: {words}")),
            (Outcome::Unknown(words), OnNoData::Fail) => {
                say(&format!("gate tripped because data are missing: {words}"));
                code = Code::Gate;
            }
        }
    }
    code
}

/// The default comparison, for commands without the flag.
pub(in crate::cli) const DEFAULT_COMPARISON: Compare = Compare::Previous;

/// Computes one report, writes its files, and says where they are and what they say.
pub(in crate::cli) fn write(
    dataset: &Dataset,
    request: &Request,
    provenance: &Provenance,
    formats: &[Format],
    out: &Path,
    console: Console,
) -> anyhow::Result<Analysis> {
    let analysis = analyse(dataset, request)?;
    publish_all(&analysis, provenance, formats, out, console)?;
    Ok(analysis)
}

/// Writes the files of one report; gives the page, or the folder where there is none.
fn publish_all(
    analysis: &Analysis,
    provenance: &Provenance,
    formats: &[Format],
    out: &Path,
    console: Console,
) -> anyhow::Result<PathBuf> {
    let table =
        |table: fn(&Analysis, &mut dyn io::Write) -> io::Result<()>| Content::stream(move |out| table(analysis, out));
    let render = |format| -> anyhow::Result<publish::Files<'_>> {
        Ok(match format {
            Format::Html => vec![("index.html", Content::Text(html::render(analysis, provenance)?))],
            Format::Json => vec![("report.json", Content::stream(|out| json::write(analysis, provenance, out)))],
            Format::Csv => vec![
                ("summary.csv", table(sheets::summary)),
                ("daily.csv", table(sheets::daily)),
                ("deployments.csv", table(sheets::deployments)),
                ("incidents.csv", table(sheets::incidents)),
                ("findings.csv", table(sheets::findings)),
            ],
            Format::Md => vec![("summary.md", Content::Text(markdown::render(analysis, provenance)))],
            Format::Xlsx => vec![("report.xlsx", Content::Bytes(xlsx::render(analysis, provenance)?))],
            Format::Confluence => vec![("confluence.xml", Content::Text(confluence::render(analysis, provenance)))],
            Format::Png => {
                let pictures = png::pictures(analysis, provenance)?.into_iter();
                pictures.map(|picture| (picture.name, Content::Picture(picture))).collect()
            }
        })
    };
    let published = publish::report(out, &Publication { analysis, formats, render: &render })?;
    let place =
        if formats.contains(&Format::Html) { published.folder.join("index.html") } else { published.folder.clone() };
    closing::figures(analysis, provenance, &published.folder, formats, console)?;
    if !published.dropped.is_empty() {
        console.info(&format!(
            "{}: removed {} of the report before: made of other data, another --as-of, another configuration or other notes; add \
             the formats to --format to write them again",
            published.folder.display(),
            published.dropped.join(", ")
        ));
    }
    Ok(place)
}
