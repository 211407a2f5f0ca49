//! The checks of GitHub: the token and its scopes, the limit, the repos that are visible.

use std::sync::Arc;

use super::checklist::Checklist;
use super::{environments, issues};
use crate::cli::args::{Common, Fetch, Network};
use crate::cli::commands::fetch::plan;
use crate::cli::context::now;
use crate::cli::exit::{self, Code};
use crate::cli::output::Talk;
use crate::cli::servers::runtime;
use crate::config::{Config, Github, GithubAuth};
use crate::domain::unit::Seconds;
use crate::http::HttpError;
use crate::sources::github::{Auth, Budget, GitHubError, Probe, TokenKind, probe};

/// Repos that are looked at, a point each.
const MOST_REPOS: usize = 200;
/// What `doctor` asks of the plan of a fetch: everything configured, and no waiting.
pub(super) fn everything(network: Network) -> Fetch {
    Fetch { since: None, repo: Vec::new(), full: false, dry_run: false, max_wait: Seconds(0), network, strict: false }
}

pub(super) fn check(
    config: &Config,
    network: Network,
    common: &Common,
    talk: Talk,
    list: &mut Checklist,
) -> anyhow::Result<()> {
    if config.github.is_none() && (config.pagerduty.is_some() || config.opsgenie.is_some() || config.jsm.is_some()) {
        list.warn("github: there is no section [github], so deployments come from `import` alone");
        return Ok(());
    }
    if config.github.is_none() {
        list.warn(
            "github: there is no section [github], so there is nothing to fetch; add it with `org = \"acme\"` or \
             `repos = [\"acme/checkout\"]`, or bring history in with `import`",
        );
        return Ok(());
    }
    let github = match plan::configured(config, common) {
        Ok(github) => github,
        Err(error) => {
            list.fail(Code::Usage, &format!("github: {error}"));
            return Ok(());
        }
    };
    let auth = match plan::auth(github, common) {
        Ok(auth) => auth,
        Err(error) => {
            list.fail(Code::Access, &format!("token: {error}"));
            return Ok(());
        }
    };
    let kind = TokenKind::of(&auth);
    list.ok(&format!("token: {}", describe(github, &auth, kind)));
    let plan = plan::plan(&everything(network), github, &config.settings, now())?;
    let runtime = runtime()?;
    let of_issues = (plan.clone(), auth.clone());
    match runtime.block_on(probe(plan, auth, MOST_REPOS, Arc::new(now), talk.warnings())) {
        Ok(probe) => {
            list.ok(&format!("github: {} accepts the token", github.api_url.as_str()));
            scopes(kind, probe.scopes.as_deref(), list);
            budget(probe.budget, list);
            repos(&probe, config, github, common, list);
            issues::check(config, of_issues.0, of_issues.1, talk, list)?;
        }
        Err(error) => broken_off(error, github, common, list),
    }
    Ok(())
}

fn describe(github: &Github, auth: &Auth, kind: TokenKind) -> String {
    let kind = match kind {
        TokenKind::Classic => "a classic personal token",
        TokenKind::FineGrained => "a fine-grained personal token",
        TokenKind::Installation => "a token of an installation, like GITHUB_TOKEN in GitHub Actions",
        TokenKind::OAuth => "a token of an OAuth app",
        TokenKind::App | TokenKind::Unknown => "a token of no known kind",
    };
    match (&github.auth, auth) {
        (_, Auth::App { app_id, installation_id, .. }) => {
            format!("that of GitHub App {app_id} for its installation {installation_id}")
        }
        (GithubAuth::Token { variable }, _) => format!("{variable} holds {kind}"),
        (GithubAuth::App { .. }, _) => kind.to_owned(),
    }
}

/// What ended the checks of GitHub.
fn broken_off(error: GitHubError, github: &Github, common: &Common, list: &mut Checklist) {
    if let GitHubError::Limit(HttpError::Limit { host, until, .. }) = &error {
        return list.fail(Code::Source, &format!("limit: {host}: it is used up until {until}; run again then"));
    }
    let error = plan::name_secret(error.into(), github, common);
    list.fail(exit::of(&error), &format!("github: {error:#}"));
}

fn scopes(kind: TokenKind, scopes: Option<&[String]>, list: &mut Checklist) {
    let Some(scopes) = scopes else {
        match kind {
            TokenKind::Classic | TokenKind::OAuth => {
                list.warn("scopes: the replies name none, so they cannot be checked; `repo` is what a fetch needs");
            }
            _ => list.ok(
                "scopes: this token has none but permissions: Deployments, Contents and Pull requests are needed, each \
                 to read",
            ),
        }
        return;
    };
    let has = |wanted: &str| scopes.iter().any(|scope| scope == wanted);
    let named = if scopes.is_empty() { "none".to_owned() } else { scopes.join(", ") };
    if has("repo") {
        list.ok(&format!("scopes: {named}"));
    } else if has("repo_deployment") {
        list.warn(&format!(
            "scopes: {named}; `repo` is missing: of private repos there are deployments and neither commits nor pull \
             requests; add it, or use a fine-grained token"
        ));
    } else {
        list.warn(&format!(
            "scopes: {named}; `repo` is missing (`repo_deployment` is enough for deployments alone): only public repos \
             are read; add it, or use a fine-grained token"
        ));
    }
}

fn budget(budget: Option<Budget>, list: &mut Checklist) {
    let Some(Budget { limit, remaining, reset_at }) = budget else {
        return list.ok("limit: this server has none");
    };
    let text = format!("limit: {remaining} of {limit} points are left until {reset_at}");
    if remaining < limit / 10 {
        list.warn(&format!("{text}; a fetch before that may have to wait"));
    } else {
        list.ok(&text);
    }
}

fn repos(probe: &Probe, config: &Config, github: &Github, common: &Common, list: &mut Checklist) {
    let found = match &probe.repos {
        Ok(found) => found,
        Err(error) => return broken_off(error.clone(), github, common, list),
    };
    let visible = found.iter().filter(|repo| repo.problem.is_none()).count();
    let text = format!("repos: {visible} of {} can be read", found.len());
    if visible == 0 {
        list.fail(Code::Access, &format!("{text}; check the names and what the token may read"));
    } else {
        list.ok(&text);
    }
    for repo in found {
        if let Some(problem) = &repo.problem {
            list.warn(&format!("{}: {problem}", repo.name));
        }
    }
    if probe.unasked > 0 {
        list.warn(&format!(
            "repos: {} more were not looked at; these are the first {} by name",
            probe.unasked,
            found.len()
        ));
    }
    environments::check(found, probe.unasked == 0, &config.settings, list);
}
