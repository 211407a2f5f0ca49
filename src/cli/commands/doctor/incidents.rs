//! The checks of the incident services: the key and its region, what the key can see, which services it maps to, and
//! how many incidents refer to deployments.

use std::sync::Arc;

use super::checklist::Checklist;
use super::github::everything;
use crate::cli::args::{Fetch, Network};
use crate::cli::commands::fetch::accounts::{Connected, connected, named};
use crate::cli::context::{Context, now};
use crate::cli::exit::Code;
use crate::cli::output::Console;
use crate::cli::servers::runtime;
use crate::config::{Config, Source};
use crate::domain::event::Table;
use crate::facts::ownership::{MatchRule, Ownership};
use crate::sources::incidents::{Probe, SourceError};
use crate::sources::registry::service_lists_in_words;
use crate::store::inventory::inventory;

/// What to do with services that belong to no `[[service]]`.
pub(super) fn list_them() -> String {
    format!("list their ids or names under {} of a [[service]]", service_lists_in_words("`"))
}

/// Names of one kind that are written out.
const MOST_NAMED: usize = 8;

pub(super) fn check(context: &Context, network: Network, console: Console, list: &mut Checklist) -> anyhow::Result<()> {
    let began = now();
    let config = &context.config;
    let plan = everything(network);
    for source in &config.sources {
        // A section that can occur several times is shown with its name.
        let own = source.account().and_then(|account| account.source());
        let check = own.map_or_else(
            || source.provider.section().to_owned(),
            |name| format!("{} {name}", source.provider.section()),
        );
        let (section, check) = (source.provider.section(), check.as_str());
        let (Some(account), Some(found)) = (source.account(), connected(config, source, &plan, began, None)) else {
            continue;
        };
        match found {
            Ok(it) => {
                if let Some((text, way_out)) = account.warning(began) {
                    list.warn(check, &text, way_out);
                }
                let (variable, address) = (it.variable.clone(), it.address());
                match look(config, source, it, &plan, console)? {
                    Ok((seen, None)) => {
                        list.ok(check, &format!("{address} accepts the key in {variable}"));
                        problems(check, &seen, list);
                        if source.gives(Table::Incidents) {
                            report(section, check, &seen, context, list);
                        } else if !seen.lists.is_empty() {
                            let (shown, count) = (&seen.lists, seen.lists.len());
                            let text = format!("fetch reads {count} {}: {}", seen.called, short(shown.clone()));
                            list.ok(check, &text);
                        }
                    }
                    Ok((_, Some(right))) => list.fail(
                        Code::Access,
                        check,
                        &format!("the key in {variable} is right and the region is wrong"),
                        &format!("set `api_url = \"{right}\"` in [{section}]"),
                    ),
                    Err(error) => list.error(check, &named(error, &variable)),
                }
            }
            Err(error) => list.error(check, &error),
        }
    }
    Ok(())
}

/// Asks an account; where the key is refused, in the other region as well, if there is one. Gives what was seen, and
/// the address of the other region where that one showed it.
pub(in crate::cli::commands) fn look(
    config: &Config,
    source: &Source,
    own: Connected,
    fetch: &Fetch,
    console: Console,
) -> anyhow::Result<Result<(Probe, Option<&'static str>), SourceError>> {
    let runtime = runtime()?;
    let ask = |it: Connected| runtime.block_on(it.connection.probe(Arc::new(now), console.waits()));
    let (began, other) = (own.connection.plan().began, source.provider.other_region(&own.address()));
    let refused = match ask(own) {
        Ok(seen) => return Ok(Ok((seen, None))),
        Err(error @ SourceError::Authentication { .. }) => error,
        Err(error) => return Ok(Err(error)),
    };
    let elsewhere = other.and_then(|other| Some((other, connected(config, source, fetch, began, Some(other))?)));
    let Some((other, it)) = elsewhere else { return Ok(Err(refused)) };
    Ok(ask(it?).map(|seen| (seen, Some(other))).map_err(|_| refused))
}

/// What cannot be read.
fn problems(check: &str, seen: &Probe, list: &mut Checklist) {
    for (scope, problem) in &seen.problems {
        let text = format!("{scope} cannot be read: {problem}");
        let what_to_do = "check the permissions of the key";
        // A part that cannot be read is a warning of `fetch` too.
        if seen.problems.len() < seen.scopes {
            list.warn(check, &text, what_to_do);
        } else {
            list.fail(Code::Access, check, &text, what_to_do);
        }
    }
    for missing in &seen.missing {
        list.warn(check, missing, "");
    }
}

/// The services that the key shows, and how many incidents refer to deployments.
fn report(section: &str, check: &str, seen: &Probe, context: &Context, list: &mut Checklist) {
    let places = repos(context);
    let ownership = Ownership::new(&context.config.settings, places.iter().map(String::as_str));
    let (mut mapped, mut unmapped) = (Vec::new(), Vec::new());
    for (id, name) in &seen.names {
        let found = ownership.of_keys([id.as_str(), name.as_str()].into_iter());
        let services: Vec<String> =
            found.services.iter().filter_map(|&service| ownership.name(service)).map(ToString::to_string).collect();
        let services = services.join(", ");
        match found.rule {
            MatchRule::EqualName | MatchRule::OwnRepo => {
                mapped.push(format!("{name} ({id}) → {services}, by an equal name"));
            }
            MatchRule::Listed => mapped.push(format!("{name} ({id}) → {services}")),
            MatchRule::Unmapped => unmapped.push(format!("{name} ({id})")),
        }
    }
    let whose = if seen.names_are_of_incidents { "named by the newest incidents" } else { "shown to the key" };
    let shown = format!("{} services and teams are {whose}", seen.names.len());
    match (mapped.len(), unmapped.len()) {
        (0, 0) if seen.names_are_of_incidents && seen.incidents == 0 => {}
        (0, 0) if seen.names_are_of_incidents => list.warn(check, &shown, "name the service in each incident"),
        (0, 0) => list.warn(check, &shown, "check the permissions of the key"),
        (_, 0) => list.ok(check, &format!("{shown}: {}", short(mapped))),
        (0, _) => {
            list.warn(check, &format!("{shown} and none belongs to a service: {}", short(unmapped)), &list_them());
        }
        _ => {
            let found = format!("{shown}: {}; of no service: {}", short(mapped), short(unmapped));
            list.warn(check, &found, &list_them());
        }
    }
    let Probe { incidents, flagged, .. } = seen;
    let text = format!(
        "of the newest {incidents} incidents of the last 30 days {flagged} say whether a deployment caused them"
    );
    if *incidents > 0 && *flagged == 0 {
        list.warn(
            check,
            &format!("{text}: failures are then linked by the time window alone"),
            &format!("set `caused_by_deploy` in [{section}], or accept failures by time"),
        );
    } else {
        list.ok(check, &text);
    }
}

/// A list of names, cut where it is long.
pub(super) fn short(mut names: Vec<String>) -> String {
    if names.len() > MOST_NAMED {
        let rest = names.split_off(MOST_NAMED).len();
        names.push(format!("{rest} more"));
    }
    names.join(", ")
}

/// The repos that the dataset knows, each of which is a service where none is configured.
fn repos(context: &Context) -> Vec<String> {
    let Ok(held) = inventory(&context.data) else { return Vec::new() };
    let of_repos = held.coverage.into_iter().filter(|entry| entry.table == Table::Deployments);
    of_repos.map(|entry| entry.scope).collect()
}
