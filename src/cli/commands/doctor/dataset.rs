//! The checks of the dataset: what it holds, what was read completely, what was interrupted, where incidents come from.

use std::collections::{BTreeMap, BTreeSet};

use super::checklist::Checklist;
use crate::cli::context::Context;
use crate::config::Config;
use crate::domain::event::Table;
use crate::domain::time::{Span, Zone};
use crate::sources::registry::sections_that_give;
use crate::store::inventory::{Inventory, inventory};

pub(super) fn check(context: &Context, list: &mut Checklist) {
    let folder = context.data.display();
    let held = match inventory(&context.data) {
        Ok(held) => held,
        Err(error) => return list.error("dataset", &error.into()),
    };
    let of =
        |wanted: Table| held.rows.iter().filter(|(table, _)| *table == wanted).map(|(_, rows)| rows).sum::<usize>();
    match held.format {
        None => list.warn("dataset", &format!("{folder}: nothing is there yet"), "run `fetch` or `import`"),
        Some(format) => {
            let rows = held.rows.iter().map(|(table, rows)| format!("{rows} {}", table.plural()));
            list.ok("dataset", &format!("{folder}: format {format}, {}", rows.collect::<Vec<_>>().join(", ")));
        }
    }
    if held.pending {
        list.warn(
            "dataset",
            "a command was killed while it moved files",
            "run any command that reads the dataset: it finishes the move",
        );
    }
    coverage(&held, context.config.settings.zone, list);
    if of(Table::Deployments) > 0 && !held.coverage.iter().any(|entry| entry.table == Table::Deployments) {
        list.warn(
            "coverage",
            "deployments were not read completely over any span, so there are no figures",
            "import with --covers FROM..TO",
        );
    }
    for (source, scope) in &held.interrupted {
        list.warn("interrupted", &format!("{source}: {scope} was not read to its end"), "run `fetch` again");
    }
    incidents(&context.config, &held, of(Table::Incidents), list);
}

fn coverage(held: &Inventory, zone: Zone, list: &mut Checklist) {
    let mut by_source: BTreeMap<(Table, &str), (usize, Option<Span>)> = BTreeMap::new();
    for entry in &held.coverage {
        let (scopes, whole) = by_source.entry((entry.table, entry.source.as_str())).or_default();
        *scopes += 1;
        for span in &entry.spans {
            *whole =
                Some(whole.map_or(*span, |whole| Span { from: whole.from.min(span.from), to: whole.to.max(span.to) }));
        }
    }
    for ((table, source), (scopes, whole)) in by_source {
        let Some(whole) = whole else { continue };
        let scopes = match table {
            Table::Deployments if scopes == 1 => "1 repo, ".to_owned(),
            Table::Deployments => format!("{scopes} repos, "),
            _ => String::new(),
        };
        let (from, to) = (zone.day_of(whole.from), zone.day_of(whole.to));
        list.ok("coverage", &format!("{} from {source}: {scopes}within {from}..{to}", table.plural()));
    }
}

fn incidents(config: &Config, held: &Inventory, rows: usize, list: &mut Checklist) {
    // A source that was never read does not prove that there were no incidents.
    let is_read = |spans: &[Span]| rows > 0 || !spans.is_empty();
    let covered = held.coverage.iter().filter(|entry| entry.table == Table::Incidents && is_read(&entry.spans));
    let sources: BTreeSet<&str> = covered.map(|entry| entry.source.as_str()).collect();
    if !sources.is_empty() {
        let sources = sources.into_iter().collect::<Vec<_>>().join(", ");
        list.ok("incidents", &format!("{rows} from {sources}"));
    } else if rows > 0 {
        list.warn("incidents", &format!("{rows}, complete for no span"), "import them with --covers FROM..TO");
    } else {
        let configured = config.sources.iter().any(|source| source.gives(Table::Incidents));
        let way_out = if configured {
            "run `fetch`".to_owned()
        } else {
            format!(
                "add {}, or bring them in with `import incidents FILE --covers FROM..TO`",
                sections_that_give(Table::Incidents)
            )
        };
        let found = "no source was read yet, so there is no change failure rate and no time to restore";
        list.warn("incidents", found, &way_out);
    }
}
