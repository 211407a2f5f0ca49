//! The checks of imported data, which no service lists: environments of its repos, services of its incidents, and which
//! of them count.

use std::collections::BTreeSet;

use super::checklist::Checklist;
use super::environments;
use super::incidents::{list_them, short};
use crate::cli::context::Context;
use crate::facts::ownership::Ownership;
use crate::store::inventory::inventory;
use crate::store::places::{Environments, ServiceKeys};
use crate::store::{Dataset, StoreError};

/// Repos that have a row of their own.
const MOST_REPOS: usize = 200;

/// `shown` are the repos that GitHub was asked for.
pub(super) fn check(context: &Context, shown: &[String], list: &mut Checklist) {
    // Opening the dataset would finish what a killed command left undone, and this command writes nothing.
    if inventory(&context.data).is_ok_and(|held| held.format.is_some() && !held.pending)
        && let Err(error) = look(context, shown, list)
    {
        list.error("dataset", &error.into());
    }
}

fn look(context: &Context, shown: &[String], list: &mut Checklist) -> Result<(), StoreError> {
    let dataset = Dataset::open(&context.data)?;
    let (found, keys) = (dataset.environments()?, dataset.service_keys()?);
    let ownership = Ownership::new(&context.config.settings, found.keys().map(String::as_str));
    repos(&found, shown, &ownership, list);
    services(&keys, context, &ownership, list);
    Ok(())
}

fn repos(found: &Environments, shown: &[String], ownership: &Ownership, list: &mut Checklist) {
    let shown: BTreeSet<String> = shown.iter().map(|repo| repo.to_lowercase()).collect();
    let own: Vec<_> = found.iter().filter(|(repo, _)| !shown.contains(&repo.to_lowercase())).collect();
    for (repo, environments) in own.iter().take(MOST_REPOS) {
        let owners = environments.keys().map(|it| ownership.of_place(repo, it.as_deref())).collect::<Vec<_>>();
        let text = format!("{} deployments in the dataset", environments.values().sum::<usize>());
        environments::row(repo, &text, environments, &owners, ownership, list);
    }
    if let Some(more) = own.len().checked_sub(MOST_REPOS).filter(|more| *more > 0) {
        list.ok("repos", &format!("{more} more repos of the dataset are not listed here"));
    }
}

fn services(keys: &ServiceKeys, context: &Context, ownership: &Ownership, list: &mut Checklist) {
    let (mut mapped, mut unmapped) = (Vec::new(), Vec::new());
    // What is configured was listed from the service itself.
    let sources = &context.config.settings.incident_sources;
    for ((source, keys), count) in keys.iter().filter(|((source, _), _)| !sources.contains(source)) {
        let name = if keys.is_empty() { "(no service)".to_owned() } else { keys.join(" / ") };
        let owners = ownership.of_incident(source, keys.iter().map(String::as_str)).services;
        let owners: Vec<&str> = owners.iter().filter_map(|&it| Some(ownership.name(it)?.0.as_str())).collect();
        if owners.is_empty() {
            unmapped.push(format!("{name} {count}"));
        } else {
            mapped.push(format!("{name} {count} → {}", owners.join(", ")));
        }
    }
    let check = "incident services";
    let shown = format!("{} in the dataset", mapped.len() + unmapped.len());
    match (mapped.is_empty(), unmapped.is_empty()) {
        (true, true) => {}
        (false, true) => list.ok(check, &format!("{shown}: {}", short(mapped))),
        (true, false) => {
            list.warn(check, &format!("{shown}, and none belongs to a service: {}", short(unmapped)), &list_them());
        }
        (false, false) => {
            let found = format!("{shown}: {}; of no service: {}", short(mapped), short(unmapped));
            list.warn(check, &found, &list_them());
        }
    }
}
