//! The appendix: other starts and other tools' definitions, the events used or left out, the commands that explain each
//! figure.
//!
//! Beyond [`MOST`] rows, or [`HEAVIEST`] bytes of them, the CSV files hold the rest and the page says so: it must
//! stay light enough to mail.

use super::cell::{Cell, Grid, Link, short, text};
use super::{emulations, sensitivity};
use crate::domain::group::Group;
use crate::domain::time::Zone;
use crate::metrics::tables::{Analysis, DeploymentRecord, GroupReport, IncidentRecord, LeadTimeDetails, Metric};
use crate::report::{Commands, number, words};

/// Rows of both tables together.
const MOST: usize = 1_000;
/// Bytes of both tables together, markup counted as [`MARKUP`] a cell.
const HEAVIEST: usize = 40 * 1_024;
const MARKUP: usize = 6;

/// The same data counted in other ways.
pub(super) fn other_ways(analysis: &Analysis, all: &GroupReport) -> Vec<Grid> {
    let variants = all.figures.iter().find_map(|(_, figure)| figure.lead_time()).map(variants);
    variants.into_iter().chain(sensitivity::grid(&analysis.settings, all)).chain(emulations::grid(all)).collect()
}

fn variants(found: &LeadTimeDetails) -> Grid {
    let rows = found.variants.iter().map(|it| {
        vec![
            text(it.variant.as_str()),
            text(words::variant(it.variant)),
            text(it.p50.map_or_else(|| "no data".to_owned(), number::duration)),
            text(number::count(it.n)),
            text(number::count(it.negative)),
        ]
    });
    Grid {
        id: "variants",
        caption: "The lead time with other starting points and units of counting. The first row is the definition of this report."
            .to_owned(),
        head: vec!["Variant", "What is counted", "Median", "n", "Negative, left out"],
        rows: rows.collect(),
        events: false,
    }
}

/// The command that explains each figure of the whole; none where no command gives it.
pub(super) fn commands(analysis: &Analysis, commands: Option<&Commands>) -> Vec<String> {
    let of = |metric| commands?.explain(analysis, metric, &Group::all());
    Metric::ALL.into_iter().filter_map(of).collect()
}

/// Both tables of events, newest events last.
pub(super) fn tables(analysis: &Analysis) -> Vec<Grid> {
    let zone = analysis.settings.zone;
    let end = analysis.known.to;
    // Incidents come first, with up to half of the room: there are fewer of them, and they are more informative.
    let (incidents, weight) = newest(analysis.incidents.iter(), MOST / 2, HEAVIEST / 2, |record| {
        incident(&record, zone, end.since(record.event.opened_at).as_f64())
    });
    let rest = MOST - incidents.len();
    let (deployments, _) =
        newest(analysis.deployments.iter(), rest, HEAVIEST - weight, |record| deployment(&record, zone));
    vec![
        Grid {
            id: "deployments",
            caption: caption("Deployments", deployments.len(), analysis.deployments.len(), "deployments.csv"),
            head: vec!["Finished", "Deployment", "Service", "Environment", "Used", "Lead time", "Failed"],
            rows: deployments,
            events: true,
        },
        Grid {
            id: "incidents",
            caption: caption("Incidents", incidents.len(), analysis.incidents.len(), "incidents.csv"),
            head: vec!["Opened", "Incident", "Service", "Used", "Time to restore", "Attributed to"],
            rows: incidents,
            events: true,
        },
    ]
}

/// The newest rows that fit, oldest first, and their weight in bytes.
fn newest<T>(
    all: impl DoubleEndedIterator<Item = T>,
    most: usize,
    heaviest: usize,
    row: impl Fn(T) -> Vec<Cell>,
) -> (Vec<Vec<Cell>>, usize) {
    let (mut rows, mut weight) = (Vec::new(), 0);
    for record in all.rev().take(most) {
        let cells = row(record);
        let links = cells.iter().flatten();
        let texts: usize = links.map(|link| link.text.len() + link.href.as_ref().map_or(0, |url| url.len() + 16)).sum();
        let more = texts + cells.len() * MARKUP;
        if weight + more > heaviest {
            break;
        }
        weight += more;
        rows.push(cells);
    }
    rows.reverse();
    (rows, weight)
}

fn caption(what: &str, shown: usize, all: usize, file: &str) -> String {
    if shown < all {
        let all = number::count(all as u64);
        format!("{what}: the newest {} of {all}; all of them are in {file}.", number::count(shown as u64))
    } else {
        format!("{what}: all {} that the figures and rolling windows could use.", number::count(all as u64))
    }
}

fn deployment(record: &DeploymentRecord<'_>, zone: Zone) -> Vec<Cell> {
    let event = &record.event;
    let used = match (record.left_out, record.kind) {
        (Some(reason), _) => format!("no: {}", words::left_out(reason)),
        (None, Some(kind)) => kind.as_str().to_owned(),
        (None, None) => "yes".to_owned(),
    };
    let lead_time = match (record.lead_time, record.lead_time_reason) {
        (Some(seconds), _) => number::duration(seconds.as_f64()),
        (None, Some(reason)) => format!("none: {}", words::lead_time_reason(reason)),
        (None, None) => String::new(),
    };
    let failed = match record.failed {
        Some(true) => {
            let by: Vec<String> = record.failed_by.iter().map(ToString::to_string).collect();
            short(&format!("yes: {}", by.join(", ")))
        }
        Some(false) => "no".to_owned(),
        None if record.left_out.is_none() => "not known".to_owned(),
        None => String::new(),
    };
    vec![
        text(number::instant(event.finished_at.unwrap_or(event.created_at), zone)),
        vec![Link::to(short(&event.id), event.url.as_deref())],
        text(record.service.as_ref().map_or_else(|| short(&event.repo), |name| short(&name.0))),
        text(event.environment.as_deref().map(short).unwrap_or_default()),
        text(used),
        text(lead_time),
        text(failed),
    ]
}

fn incident(record: &IncidentRecord<'_>, zone: Zone, age: f64) -> Vec<Cell> {
    let event = &record.event;
    let used = match (record.counted, record.reason) {
        (true, None) => "yes".to_owned(),
        (true, Some(reason)) => format!("yes: {}", words::left_out(reason)),
        (false, reason) => format!("no: {}", reason.map_or("it does not count", words::left_out)),
    };
    let restored = match record.time_to_restore {
        Some(seconds) => number::duration(seconds.as_f64()),
        None if event.resolved_at.is_some() => "resolved before it was opened".to_owned(),
        None if record.is_over_without_an_end => "over at an unknown time".to_owned(),
        None => format!("open, \u{2265} {}", number::duration(age)),
    };
    let link = record.link.as_ref().map_or_else(String::new, |link| {
        format!(
            "{} by {}, after {}",
            short(&link.deployment_id),
            link.rule.as_str(),
            number::duration(link.age.as_f64())
        )
    });
    let title = event.title.as_ref().map_or_else(String::new, |title| format!(": {title}"));
    vec![
        text(number::instant(event.opened_at, zone)),
        vec![Link::to(short(&format!("{}{title}", event.id)), event.url.as_deref())],
        text(short(&record.services.iter().map(|name| name.0.as_str()).collect::<Vec<_>>().join(", "))),
        text(used),
        text(restored),
        text(link),
    ]
}
