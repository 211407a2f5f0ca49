//! Asks the services with the tokens in the environment for repos, environments and incident services.

use std::path::Path;
use std::sync::Arc;

use crate::cli::args::{Common, Fetch, Init};
use crate::cli::commands::doctor::github::{MOST_REPOS, everything};
use crate::cli::commands::doctor::incidents::{look, other_region};
use crate::cli::commands::fetch::incidents::{self, Incidents};
use crate::cli::commands::fetch::{named, plan};
use crate::cli::context::{now, secret};
use crate::cli::exit::{AccessError, SourceError as SourceUnread, UsageError};
use crate::cli::output::Console;
use crate::cli::servers::runtime;
use crate::config::{Config, Github, quoted};
use crate::domain::settings::Settings;
use crate::http::HttpError;
use crate::sources::github::{GitHubError, ProbedRepo, owners, probe};
use crate::sources::incidents::SourceError;
use crate::sources::{opsgenie, pagerduty};

use super::source::{KINDS, Kind, Source, State};

/// What goes into the file.
#[derive(Debug, Default)]
pub(super) struct Draft {
    /// The API of GitHub, where it is not that of github.com.
    pub(super) api_url: Option<String>,
    /// The organisation that was asked for or found.
    pub(super) org: Option<String>,
    /// The repos that the command line names.
    pub(super) named: Vec<String>,
    /// What GitHub shows of the repos; `None`: it was not asked.
    pub(super) seen: Option<Vec<ProbedRepo>>,
    /// Repos of the organisation that were not looked at.
    pub(super) unasked: usize,
    /// Each incident service.
    pub(super) incidents: Vec<Source>,
}

impl Draft {
    /// The repos that are configured: those named, else those that have deployments.
    pub(super) fn repos(&self) -> Vec<&ProbedRepo> {
        let all = self.seen.iter().flatten().filter(|repo| repo.problem.is_none());
        all.filter(|repo| !self.named.is_empty() || repo.deployments > 0).collect()
    }
}

/// Asks every service whose token is in the environment.
pub(super) fn ask(init: &Init, common: &Common, console: Console) -> anyhow::Result<Draft> {
    let mut draft = github(init, common, console)?;
    for kind in KINDS {
        draft.incidents.push(incident_service(kind, init, console)?);
    }
    Ok(draft)
}

fn github(init: &Init, common: &Common, console: Console) -> anyhow::Result<Draft> {
    let section = |org: Option<&str>| named::section(org, &init.repo, init.github_url.as_deref());
    // A section needs an organisation or a repo; what the token shows does not depend on it.
    let has_name = init.org.is_some() || !init.repo.is_empty();
    let mut github = section(init.org.as_deref().or((!has_name).then_some("unknown")))?;
    let address = github.api_url.as_str().to_owned();
    let mut draft = Draft {
        api_url: Some(address).filter(|url| url != "https://api.github.com"),
        org: init.org.clone(),
        named: init.repo.iter().map(|repo| repo.as_str().to_owned()).collect(),
        ..Draft::default()
    };
    let Ok(auth) = plan::auth(&github, common) else {
        let hint = plan::token_of_gh("GITHUB_TOKEN", &github.api_url)
            .map_or_else(String::new, |it| format!(" (gh is installed here: {it})"));
        let again = if init.stdout { "" } else { ", remove the file" };
        console.info(&format!(
            "GITHUB_TOKEN is not set, so repos and environments are not looked up; to have them filled in, set \
             GITHUB_TOKEN{hint}{again} and run `init` again"
        ));
        return Ok(draft);
    };
    let fetch = everything(init.network);
    let planned = |github: &Github| plan::plan(&fetch, github, &Settings::default(), now());
    let (runtime, clock) = (runtime()?, Arc::new(now));
    if !has_name {
        let found = runtime.block_on(owners(planned(&github)?, auth.clone(), clock.clone(), console.waits()));
        let org = the_only(found.map_err(|error| refused(error, &github, common))?)?;
        github = section(Some(&org))?;
        draft.org = Some(org);
    }
    console.detail(&format!("asking {} for repos and their newest deployments", github.api_url.as_str()));
    let found = runtime.block_on(probe(planned(&github)?, auth, MOST_REPOS, clock, console.waits()));
    let found = found.and_then(|probe| Ok((probe.repos?, probe.unasked)));
    let (repos, unasked) = found.map_err(|error| refused(error, &github, common))?;
    if !repos.is_empty() && repos.iter().all(|repo| repo.problem.is_some()) {
        let first = repos.first().and_then(|repo| Some(format!("{}: {}", repo.name, repo.problem.as_deref()?)));
        return Err(AccessError(format!(
            "no repo can be read: {}; check the names and what the token in GITHUB_TOKEN may read",
            first.unwrap_or_default()
        ))
        .into());
    }
    (draft.seen, draft.unasked) = (Some(repos), unasked);
    Ok(draft)
}

/// Why GitHub cannot be asked. This command waits for no limit.
fn refused(error: GitHubError, github: &Github, common: &Common) -> anyhow::Error {
    match &error {
        GitHubError::Limit(HttpError::Limit { host, until, .. }) => {
            SourceUnread(format!("{host}: the limit of requests is used up until {until}; run `init` again then"))
                .into()
        }
        _ => plan::name_secret(error.into(), github, common),
    }
}

/// The owner, if the token shows exactly one.
fn the_only(owners: Vec<String>) -> Result<String, UsageError> {
    match <[String; 1]>::try_from(owners) {
        Ok([only]) => Ok(only),
        Err(several) => Err(UsageError(format!(
            "the token in GITHUB_TOKEN shows several organisations: {}; name one with --org, or repos with --repo",
            several.join(", ")
        ))),
    }
}

fn incident_service(kind: Kind, init: &Init, console: Console) -> anyhow::Result<Source> {
    let (url, more) = match kind {
        Kind::PagerDuty => (&init.pagerduty_url, vec![]),
        Kind::OpsGenie => (&init.opsgenie_url, vec![]),
        Kind::Jsm => (&init.jsm_url, vec![("cloud_id", &init.jsm_cloud_id), ("email", &init.jsm_email)]),
    };
    let given = [("api_url", url)].into_iter().chain(more).filter_map(|(key, value)| Some((key, value.clone()?)));
    let keys: Vec<(&'static str, String)> = given.collect();
    let source = |keys, state| Source { kind, keys, state };
    if secret(kind.variable()).is_none() {
        return Ok(source(keys, State::NotAsked));
    }
    if kind == Kind::Jsm && init.jsm_cloud_id.is_none() {
        console.warning(&format!(
            "{} is set, and its services are not looked up without --jsm-cloud-id, the id that \
             https://SITE.atlassian.net/_edge/tenant_info shows",
            kind.variable()
        ));
        return Ok(source(keys, State::NotAsked));
    }
    let text: Vec<String> = keys.iter().map(|(key, value)| format!("\n{key} = {}", quoted(value))).collect();
    let text = format!("[{}]{}", kind.section(), text.concat());
    let config = Config::parse(&text, Path::new("the flags of init"), &|_| Err(std::io::ErrorKind::NotFound.into()))?;
    let fetch: Fetch = everything(init.network);
    let found = match kind {
        Kind::PagerDuty => incidents::pagerduty(&config, &fetch, now()),
        Kind::OpsGenie => incidents::opsgenie(&config, &fetch, now()),
        Kind::Jsm => incidents::jsm(&config, &fetch, now()),
    };
    let Some(asked) = found? else { return Ok(source(keys, State::NotAsked)) };
    let runtime = runtime()?;
    let refused = match runtime.block_on(look(&asked, None, console)) {
        Ok(seen) => return Ok(source(keys, State::Shown(seen.names))),
        Err(error) => error,
    };
    let (Incidents::PagerDuty(pagerduty::PagerDuty { plan, .. }, _)
    | Incidents::OpsGenie(opsgenie::OpsGenie { plan, .. }, _)) = &asked;
    let other = other_region(&plan.api_url).filter(|_| matches!(refused, SourceError::Authentication { .. }));
    if let Some(other) = other
        && let Ok(seen) = runtime.block_on(look(&asked, Some(other.clone()), console))
    {
        let url = other.as_str().trim_end_matches('/').to_owned();
        return Ok(source(vec![("api_url", url)], State::Shown(seen.names)));
    }
    let error = incidents::named(refused, kind.variable());
    console.warning(&format!("{}: {error:#}; its section in the file is a comment", kind.title()));
    Ok(source(keys, State::Refused(format!("{error:#}"))))
}
