//! Writes the bundled sample, thirteen months of a made-up organisation: `cargo run --example demo-data -- DIR`.
//!
//! The same bytes on every run and machine: a fixed seed, no clock. `organisation` holds the knobs; `changes`,
//! `deployments` and `incidents` build on each other in that order; `tables` and `papers` write them down.

mod calendar;
mod changes;
mod deployments;
mod incidents;
mod organisation;
mod papers;
mod random;
mod tables;
mod text;

use std::{fs, path::PathBuf};

use anyhow::{Context, Result};

use crate::{
    changes::Change,
    deployments::Deployment,
    organisation::{REPOS, SERVICES},
    random::Random,
};

const SEED: u64 = 20_250_901;

fn main() -> Result<()> {
    let folder = std::env::args_os().nth(1).map(PathBuf::from);
    let folder = folder.context("say where to write: cargo run --example demo-data -- DIR")?;

    let mut streams = 0..;
    let mut random = || Random::new(SEED, streams.next().unwrap_or_default());

    let history: Vec<(&'static str, Vec<Change>)> =
        REPOS.iter().map(|repo| (repo.name, changes::of_repo(repo, &mut random()))).collect();
    let of = |repo: &str| history.iter().find(|(name, _)| *name == repo).map_or(&[][..], |(_, changes)| changes);

    let mut deployments: Vec<Deployment> = Vec::new();
    for repo in &REPOS {
        deployments.extend(deployments::rehearsals(repo, of(repo.name), &mut random()));
    }
    for service in &SERVICES {
        deployments.extend(deployments::of_service(service, of(service.repo), &mut random()));
    }
    deployments.sort_by_key(|d| (d.created, d.repo, d.environment));
    for (id, deployment) in (1001..).zip(&mut deployments) {
        deployment.id = id;
    }

    let mut incidents = incidents::others(&deployments, &mut random());
    for service in &SERVICES {
        let own: Vec<&Deployment> =
            deployments.iter().filter(|d| d.repo == service.repo && d.environment == service.environment).collect();
        incidents.extend(incidents::after_deployments(service, &own, &mut random()));
    }
    incidents.sort_by(|a, b| (a.opened, &a.id).cmp(&(b.opened, &b.id)));

    let changes: Vec<(&'static str, &Change)> =
        history.iter().flat_map(|(repo, changes)| changes.iter().map(move |change| (*repo, change))).collect();
    // The commits that a fetch would read: those reachable from something deployed.
    let deployed: Vec<(&'static str, &Change)> = history
        .iter()
        .flat_map(|(repo, changes)| {
            let newest = changes.iter().rposition(|c| deployments.iter().any(|d| d.sha == c.sha));
            changes.iter().take(newest.map_or(0, |index| index + 1)).map(move |change| (*repo, change))
        })
        .collect();
    let deployments = tables::deployments(&deployments)?;
    let commits = tables::commits(&deployed)?;
    let pull_requests = tables::pull_requests(&changes)?;
    let incidents = tables::incidents(&incidents)?;

    fs::create_dir_all(&folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    let readme = papers::readme(&deployments, &commits, &pull_requests, &incidents);
    for (name, text) in [
        ("deployments.csv", deployments.text),
        ("commits.csv", commits.text),
        ("pull-requests.csv", pull_requests.text),
        ("incidents.csv", incidents.text),
        ("dora.toml", papers::config().into_bytes()),
        // Written by hand, not made from the events.
        ("notes.toml", include_bytes!("../../data/demo/notes.toml").to_vec()),
        ("notes-2026-Q2.toml", include_bytes!("../../data/demo/notes-2026-Q2.toml").to_vec()),
        ("README.md", readme.into_bytes()),
    ] {
        let path = folder.join(name);
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}
