//! `explain`: how one figure came about. Reads the dataset, writes nothing.

use chrono::Days;

use crate::cli::args::{Common, Explain, TextOrJson};
use crate::cli::commands::report;
use crate::cli::context::{Context, now};
use crate::cli::dataset;
use crate::cli::exit::{Code, UsageError};
use crate::cli::output::{self, data, printable};
use crate::domain::group::{Group, GroupKind};
use crate::domain::period::Period;
use crate::metrics::{Depth, Request, analyse};
use crate::report::explain;

/// Runs the command.
pub(in crate::cli) fn run(asked: &Explain, common: &Common) -> anyhow::Result<Code> {
    let context = Context::load(common)?;
    let settings = &context.config.settings;
    let mut as_of = asked.about.as_of.unwrap_or_else(now);
    let period = match asked.day {
        Some(day) => {
            let back = Days::new(u64::from(settings.window_days.saturating_sub(1)));
            let next = day.succ_opt().unwrap_or(day);
            // A day's figure is as known at its end.
            as_of = as_of.min(settings.zone.midnight(next));
            Period::range(day.checked_sub_days(back).unwrap_or(day), next).map_err(UsageError)?
        }
        None => report::period(&context, asked.about.period.as_deref(), as_of)?,
    };
    let request = Request {
        settings: settings.clone(),
        as_of,
        previous: if asked.day.is_some() { None } else { period.previous() },
        period,
        service: None,
        team: None,
        depth: Depth::Whole,
    };
    let analysis = analyse(&dataset::open(&context)?, &request)?;
    let group = match (&asked.service, &asked.team) {
        (Some(name), _) => Group { kind: GroupKind::Service, name: name.clone() },
        (None, Some(name)) => Group { kind: GroupKind::Team, name: name.clone() },
        (None, None) => Group::all(),
    };
    let Some(explanation) = explain::explain(&analysis, asked.metric, &group) else {
        let same = analysis.groups.iter().filter(|it| it.group.kind == group.kind);
        let names: Vec<&str> = same.map(|it| it.group.name.as_str()).take(20).collect();
        let there =
            if names.is_empty() { "there are none".to_owned() } else { format!("there are {}", names.join(", ")) };
        return Err(UsageError(format!("no {} is called `{}`; {there}", group.kind.as_str(), group.name)).into());
    };
    match asked.about.format {
        TextOrJson::Text => data(&printable(&explain::text(&explanation)))?,
        TextOrJson::Json => output::json(&explanation.json()?)?,
    }
    Ok(Code::Done)
}
