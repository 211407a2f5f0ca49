//! Builds GitHub's plan from the config, the flags, the environment and the dataset.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use chrono::Days;
use secrecy::SecretString;
use url::Url;

use super::history;
use crate::cli::args::{Common, Fetch};
use crate::cli::context::{is_installed, secret};
use crate::cli::exit::{AccessError, UsageError};
use crate::config::Config;
use crate::document::Endpoint;
use crate::domain::event::Table;
use crate::domain::glob::Glob;
use crate::domain::kind::DeploymentKind;
use crate::domain::settings::Settings;
use crate::domain::time::Timestamp;
use crate::domain::words::plain;
use crate::sources::github::{Auth, GitHubError, Github, GithubAuth, Known, PROVIDER, Plan};
use crate::store::Dataset;

/// The name under which GitHub's rows stand in the dataset.
const SOURCE: &str = PROVIDER.id;

/// The config file that is in force, as messages name it.
fn config_path(common: &Common) -> &Path {
    common.config.as_deref().unwrap_or(Path::new("dora.toml"))
}

/// Why there is nothing to fetch.
pub(super) fn nothing_to_fetch(common: &Common) -> String {
    let path = config_path(common);
    let lack = if path.exists() { "it has no section [github]" } else { "there is no such file" };
    format!(
        "{}: {lack} and no other source, so there is nothing to fetch; name the repo with `--repo owner/name`, write a \
         configuration with `dora-report init --org acme`, or add\n  [github]\n  repos = [\"acme/checkout\"]   # or: org = \
         \"acme\"\nor bring history in with `import`",
        path.display()
    )
}

/// Why issues cannot be read.
pub(super) fn no_repos_for_issues(common: &Common) -> String {
    format!(
        "{}: [github_issues] reads the issues of the repos of [github], and there is no such section; add\n  [github]\n  \
         repos = [\"acme/checkout\"]   # or: org = \"acme\"",
        config_path(common).display()
    )
}

/// Everything to read GitHub with.
pub(super) struct GitHub {
    pub(super) plan: Plan,
    pub(super) auth: Auth,
    pub(super) secret: Secret,
}

impl GitHub {
    /// From the config, the flags and the environment.
    pub(super) fn new(
        fetch: &Fetch,
        github: &Github,
        settings: &Settings,
        common: &Common,
        began: Timestamp,
    ) -> anyhow::Result<Self> {
        let (plan, auth) = (plan(fetch, github, settings, began)?, auth(github, common)?);
        Ok(Self { plan, auth, secret: Secret::of(github, common) })
    }
}

/// What a secret is called: its variable or its file.
pub(super) struct Secret(String);

impl Secret {
    fn of(github: &Github, common: &Common) -> Self {
        Self(match &github.auth {
            GithubAuth::Token { variable } => variable.clone(),
            GithubAuth::App { private_key_file, .. } => beside_config(private_key_file, common).display().to_string(),
        })
    }

    /// Says which secret it was that GitHub does not accept.
    pub(super) fn name(&self, error: anyhow::Error) -> anyhow::Error {
        match error.downcast_ref::<GitHubError>() {
            Some(GitHubError::Authentication { .. } | GitHubError::PrivateKey { .. }) => error.context(self.0.clone()),
            _ => error,
        }
    }
}

/// The section `[github]`.
pub(in crate::cli::commands) fn configured<'a>(config: &'a Config, common: &Common) -> Result<&'a Github, UsageError> {
    config.github().ok_or_else(|| UsageError(nothing_to_fetch(common)))
}

/// What to fetch.
pub(in crate::cli::commands) fn plan(
    fetch: &Fetch,
    github: &Github,
    settings: &Settings,
    began: Timestamp,
) -> anyhow::Result<Plan> {
    let since = since(fetch, settings, github.history_days, began)?;
    let api_url = Url::parse(github.api_url.as_str())
        .map_err(|cause| UsageError(format!("`api_url` in [github] is not a valid address: {cause}")))?;
    Ok(Plan {
        api_url,
        org: github.org.clone(),
        repos: github.repos.clone(),
        exclude: github.exclude.clone(),
        only: fetch.repo.clone(),
        environments: production(settings),
        only_production: github.only_production,
        kind: github.deployments_from,
        since,
        began,
        concurrency: github.concurrency as usize,
        full: fetch.full,
        waits: fetch.network.limits(fetch.max_wait),
    })
}

/// The first instant that is read.
pub(super) fn since(
    fetch: &Fetch,
    settings: &Settings,
    history_days: u32,
    began: Timestamp,
) -> Result<Timestamp, UsageError> {
    let zone = settings.zone;
    let today = zone.day_of(began);
    match fetch.since {
        Some(day) if day > today => Err(UsageError(format!("`--since {day}` lies in the future; today is {today}"))),
        Some(day) => Ok(zone.midnight(day)),
        None => Ok(zone.midnight(today.checked_sub_days(Days::new(history_days.into())).unwrap_or(today))),
    }
}

/// The environments that any service counts.
pub(super) fn production(settings: &Settings) -> Vec<Glob> {
    let own = settings.services.iter().flat_map(|service| service.environments.iter().flatten());
    settings.environments.iter().chain(own).cloned().collect()
}

/// How to sign in; the only secrets of the program are read here.
pub(in crate::cli::commands) fn auth(github: &Github, common: &Common) -> Result<Auth, AccessError> {
    match &github.auth {
        GithubAuth::Token { variable } => secret(variable).map(Auth::Token).ok_or_else(|| {
            let at_hand = token_of_gh(variable, &github.api_url);
            AccessError(format!(
                "there is no token for GitHub: the environment variable {variable} is not set or empty; {}set it to a \
                 token that may read deployments, contents and pull requests of these repos, or name another variable \
                 with `token_env` in [github]",
                at_hand.map_or_else(String::new, |it| format!(
                    "put {it} before the command, since gh is installed here, or "
                ))
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

/// The assignment that puts a token of this machine into the variable, where there is a program that gives one.
pub(in crate::cli::commands) fn token_of_gh(variable: &str, api_url: &Endpoint) -> Option<String> {
    if !is_installed("gh") {
        return None;
    }
    let host = Url::parse(api_url.as_str()).ok().and_then(|url| url.host_str().map(str::to_owned));
    let host = host.map(|host| host.strip_prefix("api.").map_or(host.clone(), str::to_owned));
    let host = host.filter(|host| host != "github.com").map_or_else(String::new, |host| format!(" --hostname {host}"));
    Some(format!("`{variable}=$(gh auth token{host})`"))
}

/// A path from the config, like that of the bands: beside the config, unless it is absolute.
fn beside_config(path: &Path, common: &Common) -> PathBuf {
    config_path(common).parent().unwrap_or(Path::new("")).join(path)
}

/// Says which secret it was that GitHub does not accept.
pub(in crate::cli::commands) fn name_secret(error: anyhow::Error, github: &Github, common: &Common) -> anyhow::Error {
    Secret::of(github, common).name(error)
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

/// What the dataset has of the repos that this run may read. A dataset with another kind of deployments is refused,
/// because both kinds would be counted.
pub(super) fn known(folder: &Path, plan: &Plan) -> anyhow::Result<Known> {
    let dataset = Dataset::open(folder)?;
    // The repos of this run alone would not reveal a renamed repo or a dataset with another kind of deployments.
    let known = dataset.known(SOURCE, &plan.reading(), &|_| true)?;
    let of_rows = known
        .iter()
        .flat_map(|(repo, history)| history.deployments.iter().map(move |one| (repo, DeploymentKind::of(&one.id))));
    let of_coverage = dataset.coverage().iter().filter_map(|entry| {
        let (kind, _) = DeploymentKind::of_reading(&entry.source)?;
        (entry.table == Table::Deployments).then_some((&entry.scope, kind))
    });
    if let Some((repo, other)) = of_rows.chain(of_coverage).find(|(_, kind)| *kind != plan.kind) {
        return Err(UsageError(format!(
            "{}: it holds {} of {repo}, and `deployments_from` in [github] asks for {}: both would be counted; read into \
             a new folder with --data, or set `deployments_from = \"{}\"` again",
            folder.display(),
            other.plural(),
            plan.kind.plural(),
            other.as_str()
        ))
        .into());
    }
    Ok(history::known(known))
}
