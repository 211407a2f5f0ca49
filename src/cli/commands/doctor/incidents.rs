//! The checks of the incident services: the key and its region, what the key can see, which services it maps to, and
//! how many incidents refer to deployments.

use std::sync::Arc;

use url::Url;

use super::checklist::Checklist;
use super::github::everything;
use crate::cli::args::Network;
use crate::cli::commands::fetch::incidents::{self, Incidents};
use crate::cli::context::{Context, now};
use crate::cli::exit::Code;
use crate::cli::output::Console;
use crate::cli::servers::runtime;
use crate::domain::event::Table;
use crate::domain::time::Timestamp;
use crate::facts::ownership::{MatchRule, Ownership};
use crate::sources::incidents::{Plan, SourceError};
use crate::sources::opsgenie::{self, Product, SHUTDOWN};
use crate::sources::pagerduty;
use crate::store::inventory::inventory;

/// What to do with services that belong to no `[[service]]`.
pub(super) const LIST_THEM: &str =
    "list their ids or names under `pagerduty`, `opsgenie` or `incidents` of a [[service]]";

/// Names of one kind that are written out.
const MOST_NAMED: usize = 8;

/// What a key sees, whichever service it is for.
pub(in crate::cli::commands) struct Seen {
    /// Id and name of services and teams.
    pub(in crate::cli::commands) names: Vec<(String, String)>,
    incidents: usize,
    flagged: usize,
    /// Services or lists that were looked for.
    scopes: usize,
    problems: Vec<(String, String)>,
    /// What beside these is not shown, and why.
    missing: Vec<String>,
}

pub(super) fn check(context: &Context, network: Network, console: Console, list: &mut Checklist) -> anyhow::Result<()> {
    let began = now();
    let config = &context.config;
    let plan = everything(network);
    for (section, found) in [
        ("pagerduty", incidents::pagerduty(config, &plan, began)),
        ("opsgenie", incidents::opsgenie(config, &plan, began)),
        ("jsm", incidents::jsm(config, &plan, began)),
    ] {
        match found {
            Ok(Some(source)) => one(section, &source, context, console, list)?,
            Ok(None) => {}
            Err(error) => list.error(section, &error),
        }
    }
    Ok(())
}

fn one(
    section: &str,
    source: &Incidents,
    context: &Context,
    console: Console,
    list: &mut Checklist,
) -> anyhow::Result<()> {
    let runtime = runtime()?;
    if let Incidents::OpsGenie(it, _) = source
        && matches!(it.product, Product::OpsGenie { .. })
    {
        let days = Timestamp::parse(&format!("{SHUTDOWN}T00:00:00Z")).map_or(0, |end| (end.0 - now().0) / 86_400_000);
        list.warn(
            section,
            &format!("OpsGenie shuts down on {SHUTDOWN} ({days} days from now) and answers no requests after that"),
            "fetch its whole history before that day, with `fetch --since` and the first day you need; [jsm] reads \
             later alerts",
        );
    }
    let (variable, api_url) = match source {
        Incidents::PagerDuty(it, variable) => (variable.clone(), it.plan.api_url.clone()),
        Incidents::OpsGenie(it, variable) => (variable.clone(), it.plan.api_url.clone()),
    };
    match runtime.block_on(look(source, None, console)) {
        Ok(seen) => {
            list.ok(section, &format!("{} accepts the key in {variable}", api_url.as_str().trim_end_matches('/')));
            report(section, &seen, context, list);
        }
        Err(error @ SourceError::Authentication { .. }) => {
            // The other region, if it is one of the two.
            let other = other_region(&api_url);
            let elsewhere = other.filter(|other| runtime.block_on(look(source, Some(other.clone()), console)).is_ok());
            if let Some(other) = elsewhere {
                let right = other.as_str().trim_end_matches('/');
                list.fail(
                    Code::Access,
                    section,
                    &format!("the key in {variable} is right and the region is wrong"),
                    &format!("set `api_url = \"{right}\"` in [{section}]"),
                );
            } else {
                list.error(section, &incidents::named(error, &variable));
            }
        }
        Err(error) => {
            list.error(section, &incidents::named(error, &variable));
        }
    }
    Ok(())
}

/// Asks a service, at another address if one is given.
pub(in crate::cli::commands) async fn look(
    source: &Incidents,
    at: Option<Url>,
    console: Console,
) -> Result<Seen, SourceError> {
    let moved = |plan: &Plan| Plan { api_url: at.clone().unwrap_or_else(|| plan.api_url.clone()), ..plan.clone() };
    match source {
        Incidents::PagerDuty(it, _) => {
            let asked = pagerduty::PagerDuty { plan: moved(&it.plan), ..it.clone() };
            let probe = pagerduty::probe(asked, Arc::new(now), console.waits()).await?;
            let is_shown = |wanted: &String| {
                probe.services.iter().any(|(id, name)| id == wanted || name.eq_ignore_ascii_case(wanted))
            };
            let hidden = it.services.iter().filter(|wanted| !is_shown(wanted));
            let why = "the key shows no such service; check its id or name and what the key may read";
            let problems = hidden.map(|service| (service.clone(), why.to_owned())).collect();
            let scopes = it.services.len();
            let pagerduty::Probe { services: names, incidents, flagged, missing } = probe;
            Ok(Seen { names, incidents, flagged, scopes, problems, missing })
        }
        Incidents::OpsGenie(it, _) => {
            let asked = opsgenie::OpsGenie { plan: moved(&it.plan), ..it.clone() };
            let opsgenie::Probe { names, incidents, flagged, problems, missing } =
                opsgenie::probe(asked, Arc::new(now), console.waits()).await?;
            Ok(Seen { names, incidents, flagged, scopes: it.product.scopes().len(), problems, missing })
        }
    }
}

/// The address of the other region, where a service has two.
pub(in crate::cli::commands) fn other_region(api_url: &Url) -> Option<Url> {
    let host = api_url.host_str()?;
    let other = match host.strip_prefix("api.eu.") {
        Some(rest) => format!("api.{rest}"),
        None => format!("api.eu.{}", host.strip_prefix("api.")?),
    };
    let known = ["api.pagerduty.com", "api.eu.pagerduty.com", "api.opsgenie.com", "api.eu.opsgenie.com"];
    known.contains(&host).then(|| Url::parse(&format!("https://{other}")).ok()).flatten()
}

fn report(section: &str, seen: &Seen, context: &Context, list: &mut Checklist) {
    for (scope, problem) in &seen.problems {
        let text = format!("{scope} cannot be read: {problem}");
        let what_to_do = "check what the key may read";
        // A part that cannot be read is a warning of `fetch` too.
        if seen.problems.len() < seen.scopes {
            list.warn(section, &text, what_to_do);
        } else {
            list.fail(Code::Access, section, &text, what_to_do);
        }
    }
    for missing in &seen.missing {
        list.warn(section, missing, "");
    }
    let places = repos(context);
    let ownership = Ownership::new(&context.config.settings, places.iter().map(String::as_str));
    let (mut mapped, mut unmapped) = (Vec::new(), Vec::new());
    for (id, name) in &seen.names {
        let found = ownership.of_keys([id.as_str(), name.as_str()].into_iter());
        let services: Vec<String> =
            found.services.iter().filter_map(|&service| ownership.name(service)).map(ToString::to_string).collect();
        let services = services.join(", ");
        match found.rule {
            MatchRule::EqualName => mapped.push(format!("{name} ({id}) → {services}, by an equal name")),
            MatchRule::Listed => mapped.push(format!("{name} ({id}) → {services}")),
            MatchRule::Unmapped => unmapped.push(format!("{name} ({id})")),
        }
    }
    let shown = format!("{} services and teams are shown to the key", seen.names.len());
    match (mapped.len(), unmapped.len()) {
        (0, 0) => list.warn(section, &shown, "check what it may read"),
        (_, 0) => list.ok(section, &format!("{shown}: {}", short(mapped))),
        (0, _) => {
            list.warn(section, &format!("{shown} and none belongs to a service: {}", short(unmapped)), LIST_THEM);
        }
        _ => {
            let found = format!("{shown}: {}; of no service: {}", short(mapped), short(unmapped));
            list.warn(section, &found, LIST_THEM);
        }
    }
    let Seen { incidents, flagged, .. } = seen;
    let text = format!(
        "of the newest {incidents} incidents of the last 30 days {flagged} say whether a deployment caused them"
    );
    if *incidents > 0 && *flagged == 0 {
        list.warn(
            section,
            &format!("{text}: failures are then linked by the time window alone"),
            &format!("set `caused_by_deploy` in [{section}], or accept failures by time"),
        );
    } else {
        list.ok(section, &text);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_of_the_two_regions_has_the_other_and_a_server_of_ones_own_has_none() {
        for (url, other) in [
            ("https://api.pagerduty.com", Some("https://api.eu.pagerduty.com/")),
            ("https://api.eu.opsgenie.com", Some("https://api.opsgenie.com/")),
            ("http://127.0.0.1:8080", None),
            ("https://api.example.com", None),
        ] {
            let url = Url::parse(url).expect("an address");
            assert_eq!(other_region(&url).as_ref().map(Url::as_str), other);
        }
    }
}
