//! Asks the services with the tokens in the environment for repos, environments and incident services.

use std::path::Path;
use std::sync::Arc;

use crate::cli::args::{Common, Fetch, Init};
use crate::cli::commands::doctor::github::{MOST_REPOS, everything};
use crate::cli::commands::doctor::incidents::look;
use crate::cli::commands::fetch::accounts::{connected, named as named_error};
use crate::cli::commands::fetch::{named, plan};
use crate::cli::context::{now, secret};
use crate::cli::exit::{AccessError, SourceError as SourceUnread, UsageError};
use crate::cli::output::Console;
use crate::cli::servers::runtime;
use crate::config::Config;
use crate::document::quoted;
use crate::domain::settings::Settings;
use crate::http::HttpError;
use crate::sources::github::{GitHubError, Github, ProbedRepo, owners, probe};
use crate::sources::provider::{InitKey, Provider};

use super::source::{Source, State, asked};

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
    for provider in asked() {
        draft.incidents.push(incident_service(provider, init, console)?);
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

fn incident_service(provider: &'static Provider, init: &Init, console: Console) -> anyhow::Result<Source> {
    let keys = init.providers.of(provider);
    let source = |keys, state| Source { provider, keys, state };
    let (variable, _) = provider.variable.unwrap_or_default();
    if secret(variable).is_none() {
        return Ok(source(keys, State::NotAsked));
    }
    let lacks = |flag: &&InitKey| flag.needed.is_some() && !keys.iter().any(|(key, _)| *key == flag.key);
    if let Some(InitKey { flag, needed: Some((what, place)), .. }) = provider.init.iter().find(lacks) {
        console.warning(&format!(
            "{variable} is set, and its services are not looked up without --{flag}, the {what} that {place} shows"
        ));
        return Ok(source(keys, State::NotAsked));
    }
    let text: Vec<String> = keys.iter().map(|(key, value)| format!("\n{key} = {}", quoted(value))).collect();
    let text = format!("[{}]{}", provider.section(), text.concat());
    let config = Config::parse(&text, Path::new("the flags of init"), &|_| Err(std::io::ErrorKind::NotFound.into()))?;
    let fetch: Fetch = everything(init.network);
    let Some((configured, found)) =
        config.sources.first().and_then(|it| Some((it, connected(&config, it, &fetch, now(), None)?)))
    else {
        return Ok(source(keys, State::NotAsked));
    };
    match look(&config, configured, found?, &fetch, console)? {
        Ok((seen, None)) => Ok(source(keys, State::Shown(seen.names))),
        Ok((seen, Some(other))) => Ok(source(vec![("api_url", other.to_owned())], State::Shown(seen.names))),
        Err(refused) => {
            let error = named_error(refused, variable);
            console.warning(&format!("{}: {error:#}; its section in the file is a comment", provider.label));
            Ok(source(keys, State::Refused(format!("{error:#}"))))
        }
    }
}
