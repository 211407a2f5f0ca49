//! The checks of what counts: which environments of which repos are production of which service.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::checklist::Checklist;
use super::names;
use crate::domain::glob::Glob;
use crate::domain::kind::DeploymentKind;
use crate::domain::reason::Reason;
use crate::domain::settings::Settings;
use crate::facts::ownership::{Ownership, ServiceIndex};
use crate::sources::github::ProbedRepo;

/// The service that owns the deployments to an environment, or the reason why they do not count.
pub(super) type Owner = Result<ServiceIndex, Reason>;

/// Environments of one repo that are named; previews can be hundreds.
const MOST_NAMED: usize = 8;

/// `all` says whether these are all the repos there are.
pub(super) fn check(repos: &[ProbedRepo], all: bool, settings: &Settings, list: &mut Checklist) {
    let seen: Vec<&ProbedRepo> = repos.iter().filter(|repo| repo.problem.is_none()).collect();
    let with_places = seen.iter().filter(|repo| !repo.environments.is_empty());
    let ownership = Ownership::new(settings, with_places.map(|repo| repo.name.as_str()));
    let mut has_deployments = vec![false; ownership.services.len()];
    for repo in &seen {
        let place = |environment: &Option<String>| ownership.of_place(&repo.name, environment.as_deref());
        let owners: Vec<Owner> = repo.environments.keys().map(place).collect();
        for &service in owners.iter().flatten() {
            if let Some(has) = has_deployments.get_mut(service) {
                *has = true;
            }
        }
        one(repo, &owners, &ownership, list);
    }
    if all {
        services(&seen, &has_deployments, settings, list);
    }
}

/// One repo; `owners` has the service of each of its environments.
fn one(repo: &ProbedRepo, owners: &[Owner], ownership: &Ownership, list: &mut Checklist) {
    if repo.deployments == 0 {
        return list.warn(
            &repo.name,
            &format!("no {}", repo.kind.plural()),
            "leave it out with `exclude` in [github], or bring deployments in with `import`",
        );
    }
    let newest: usize = repo.environments.values().sum();
    let kind = repo.kind.plural();
    let text = if repo.kind == DeploymentKind::Deployments {
        format!("the newest {newest} of {} {kind}", repo.deployments)
    } else {
        format!("the newest {newest} {kind}, which are read as deployments")
    };
    row(&repo.name, &text, &repo.environments, owners, ownership, list);
}

/// The row of one repo: a text, then its environments with their services.
pub(super) fn row(
    repo: &str,
    text: &str,
    environments: &BTreeMap<Option<String>, usize>,
    owners: &[Owner],
    ownership: &Ownership,
    list: &mut Checklist,
) {
    let each = environments.iter().zip(owners).map(|((environment, count), owner)| {
        let name = environment.as_deref().unwrap_or("(no environment)");
        let service = owner.ok().and_then(|service| ownership.name(service));
        let means = service.map_or("does not count".to_owned(), |service| format!("service {}", service.0));
        (service.is_none(), Reverse(*count), format!("{name} {count} ({means})"))
    });
    // Those that count first, then the busiest.
    let mut named: Vec<_> = each.collect();
    named.sort();
    let mut shown: Vec<String> = named.into_iter().map(|(_, _, text)| text).collect();
    if shown.len() > MOST_NAMED {
        let rest = shown.split_off(MOST_NAMED).len();
        shown.push(format!("{rest} more environments"));
    }
    let text = format!("{text}: {}", shown.join(", "));
    if owners.iter().any(Result::is_ok) {
        list.ok(repo, &text);
    } else if owners.contains(&Err(Reason::NoService)) {
        list.warn(repo, &text, "no service has this repo: add it to `repos` of a [[service]]");
    } else if environments.keys().all(Option::is_none) {
        list.warn(
            repo,
            &text,
            "no pattern matches a missing environment: give these deployments one, for example with `import --map \
             environment=COLUMN`",
        );
    } else {
        list.warn(
            repo,
            &text,
            "no environment counts as production: name one in `environments` of [deployments] or of its [[service]]",
        );
    }
}

/// The configured services without any deployment.
fn services(seen: &[&ProbedRepo], has_deployments: &[bool], settings: &Settings, list: &mut Checklist) {
    for (service, has) in settings.services.iter().zip(has_deployments) {
        let mut own = seen.iter().filter(|repo| any(&service.repos, &repo.name)).peekable();
        if own.peek().is_none() {
            list.warn(
                &format!("service {}", service.name.0),
                &format!("no repo that can be read matches {}", names(&service.repos)),
                "check its `repos` and those of [github]",
            );
        } else if !has && own.any(|repo| repo.deployments > 0) {
            let environments = service.environments.as_deref().unwrap_or(&settings.environments);
            list.warn(
                &format!("service {}", service.name.0),
                &format!("none of the newest deployments belongs to this service in {}", names(environments)),
                "check its `environments`, and whether an earlier [[service]] takes them",
            );
        }
    }
}

fn any(globs: &[Glob], name: &str) -> bool {
    globs.iter().any(|glob| glob.matches(name))
}
