//! From the config, the flags, the environment and the dataset to what the source asks for.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use chrono::Days;
use secrecy::SecretString;
use url::Url;

use super::SOURCE;
use crate::cli::args::{Common, Fetch};
use crate::cli::context::secret;
use crate::cli::exit::{AccessError, UsageError};
use crate::config::{Config, DeploymentSource, Github, GithubAuth};
use crate::domain::glob::Glob;
use crate::domain::settings::Settings;
use crate::domain::time::Timestamp;
use crate::domain::words::plain;
use crate::sources::github::{Auth, GitHubError, Known, KnownDeployment, KnownRepo, Plan};
use crate::store::known::{RepoHistory, StoredDeployment};
use crate::store::{Dataset, StoreError};

/// The config file that is in force, as messages name it.
fn config_path(common: &Common) -> &Path {
    common.config.as_deref().unwrap_or(Path::new("dora.toml"))
}

/// The section `[github]`, if this version can do what it asks for.
pub(in crate::cli::commands) fn configured<'a>(config: &'a Config, common: &Common) -> Result<&'a Github, UsageError> {
    let path = config_path(common);
    let Some(github) = &config.github else {
        let lack = if path.exists() { "it has no section [github]" } else { "there is no such file" };
        return Err(UsageError(format!(
            "{}: {lack}, so there is nothing to fetch; add\n  [github]\n  repos = [\"acme/checkout\"]   # or: org = \
             \"acme\"\nor bring history in with `import`",
            path.display()
        )));
    };
    if github.deployments_from != DeploymentSource::Deployments {
        return Err(UsageError(format!(
            "{}: `deployments_from = \"{}\"` in [github] is not there yet; leave it out to read deployments, or bring \
             history in with `import`",
            path.display(),
            github.deployments_from.as_str()
        )));
    }
    if github.only_production {
        return Err(UsageError(format!(
            "{}: `only_production = true` in [github] is not there yet; leave it out: every environment is read, and \
             only production counts",
            path.display()
        )));
    }
    Ok(github)
}

/// What to fetch.
pub(in crate::cli::commands) fn plan(
    fetch: &Fetch,
    github: &Github,
    settings: &Settings,
    began: Timestamp,
) -> anyhow::Result<Plan> {
    let zone = settings.zone;
    let today = zone.day_of(began);
    let since = match fetch.since {
        Some(day) if day > today => {
            return Err(UsageError(format!("`--since {day}` lies in the future; today is {today}")).into());
        }
        Some(day) => day,
        None => today.checked_sub_days(Days::new(github.history_days.into())).unwrap_or(today),
    };
    let api_url = Url::parse(github.api_url.as_str())
        .map_err(|cause| UsageError(format!("`api_url` in [github] is no address: {cause}")))?;
    Ok(Plan {
        api_url,
        org: github.org.clone(),
        repos: github.repos.clone(),
        exclude: github.exclude.clone(),
        only: fetch.repo.clone(),
        environments: production(settings),
        since: zone.midnight(since),
        began,
        concurrency: github.concurrency as usize,
        full: fetch.full,
        max_wait: Duration::from_secs(u64::try_from(fetch.max_wait.0).context("a wait is not negative")?),
    })
}

/// The environments that any service counts.
fn production(settings: &Settings) -> Vec<Glob> {
    let own = settings.services.iter().flat_map(|service| service.environments.iter().flatten());
    settings.environments.iter().chain(own).cloned().collect()
}

/// How to sign in; the only secrets of the program are read here.
pub(in crate::cli::commands) fn auth(github: &Github, common: &Common) -> Result<Auth, AccessError> {
    match &github.auth {
        GithubAuth::Token { variable } => secret(variable).map(Auth::Token).ok_or_else(|| {
            AccessError(format!(
                "there is no token for GitHub: the environment variable {variable} is not set or empty; set it to a \
                 token that may read deployments, contents and pull requests of these repos, or name another variable \
                 with `token_env` in [github]"
            ))
        }),
        GithubAuth::App { app_id, installation_id, private_key_file } => {
            let path = beside_config(private_key_file, common);
            let key = std::fs::read_to_string(&path).map_err(|cause| {
                let words = plain(&cause.to_string());
                AccessError(format!(
                    "{}: the private key of the GitHub App cannot be read: {words}; check `private_key_file` in \
                     [github]",
                    path.display()
                ))
            })?;
            Ok(Auth::App {
                app_id: u64::from(*app_id),
                installation_id: u64::from(*installation_id),
                private_key: SecretString::from(key),
            })
        }
    }
}

/// A path from the config, like that of the bands: beside the config, unless it is absolute.
fn beside_config(path: &Path, common: &Common) -> PathBuf {
    config_path(common).parent().unwrap_or(Path::new("")).join(path)
}

/// Says which secret it was that GitHub does not accept.
pub(in crate::cli::commands) fn name_secret(error: anyhow::Error, github: &Github, common: &Common) -> anyhow::Error {
    match error.downcast_ref::<GitHubError>() {
        Some(GitHubError::Authentication { .. } | GitHubError::PrivateKey { .. }) => {
            let name = match &github.auth {
                GithubAuth::Token { variable } => variable.clone(),
                GithubAuth::App { private_key_file, .. } => {
                    beside_config(private_key_file, common).display().to_string()
                }
            };
            error.context(name)
        }
        _ => error,
    }
}

/// How many repos a run reads, where that is known before GitHub is asked.
pub(super) fn repos(plan: &Plan) -> Option<usize> {
    let wanted = |name: &str| {
        let only = plan.only.is_empty() || plan.only.iter().any(|glob| glob.matches(name));
        only && !plan.exclude.iter().any(|glob| glob.matches(name))
    };
    let all_named = !plan.repos.is_empty() && plan.repos.iter().all(Glob::is_literal);
    let names: BTreeSet<String> = plan.repos.iter().map(|glob| glob.as_str().to_lowercase()).collect();
    all_named.then(|| names.iter().filter(|name| wanted(name)).count())
}

/// What the dataset has of the repos that this run may read; nothing where all is to be read again.
pub(super) fn known(folder: &Path, plan: &Plan) -> Result<Known, StoreError> {
    if plan.full {
        return Ok(Known::new());
    }
    let wanted = |repo: &str| plan.only.is_empty() || plan.only.iter().any(|glob| glob.matches(repo));
    let known = Dataset::open(folder)?.known(SOURCE, &wanted)?;
    Ok(known.into_iter().map(|(repo, history)| (repo, known_repo(history))).collect())
}

fn known_repo(history: RepoHistory) -> KnownRepo {
    KnownRepo {
        deployments: history.deployments.into_iter().map(known_deployment).collect(),
        commits: history.commits,
        cursor: history.cursor,
        covered_to: history.covered.map(|span| span.to),
        covered_from: history.covered.map(|span| span.from),
    }
}

fn known_deployment(stored: StoredDeployment) -> KnownDeployment {
    KnownDeployment {
        id: stored.id,
        created_at: stored.created_at,
        sha: stored.sha,
        environment: stored.environment,
        terminal: stored.ended,
        succeeded: stored.succeeded,
    }
}
