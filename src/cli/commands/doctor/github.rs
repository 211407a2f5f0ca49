//! The checks of GitHub: the token and its scopes, the limit, the repos that are visible.

use std::sync::Arc;

use super::checklist::Checklist;
use super::{environments, issues};
use crate::cli::args::{Common, Fetch, Network};
use crate::cli::commands::fetch::plan;
use crate::cli::context::now;
use crate::cli::exit::Code;
use crate::cli::output::Console;
use crate::cli::servers::runtime;
use crate::cli::token_end;
use crate::config::Config;
use crate::domain::event::Table;
use crate::domain::time::Timestamp;
use crate::domain::unit::Seconds;
use crate::http::HttpError;
use crate::sources::github::{Auth, Budget, GitHubError, Github, GithubAuth, Probe, TokenKind, probe};

/// Repos that are looked at, a point each.
pub(in crate::cli::commands) const MOST_REPOS: usize = 200;
/// What to do where the scope `repo` is missing.
const ADD_SCOPE: &str = "add it, or use a fine-grained token";

/// What `doctor` asks of the plan of a fetch: everything configured, and no waiting.
pub(in crate::cli::commands) fn everything(network: Network) -> Fetch {
    Fetch { since: None, repo: Vec::new(), full: false, dry_run: false, max_wait: Seconds(0), network, strict: false }
}

/// Gives the repos that GitHub shows.
pub(super) fn check(
    config: &Config,
    network: Network,
    common: &Common,
    console: Console,
    list: &mut Checklist,
) -> anyhow::Result<Vec<String>> {
    if config.github().is_none() && config.sources.iter().any(|source| source.gives(Table::Deployments)) {
        return Ok(Vec::new());
    }
    if config.github().is_none() && config.sources.iter().any(|source| source.account().is_some()) {
        list.warn(
            "github",
            "there is no section [github], so deployments come from `import` alone",
            "add it with `org = \"acme\"` or `repos = [\"acme/checkout\"]` to read them from GitHub",
        );
        return Ok(Vec::new());
    }
    if config.github().is_none() {
        list.warn(
            "github",
            "there is no section [github], so there is nothing to fetch",
            "add it with `org = \"acme\"` or `repos = [\"acme/checkout\"]`, or bring history in with `import`",
        );
        return Ok(Vec::new());
    }
    let github = match plan::configured(config, common) {
        Ok(github) => github,
        Err(error) => {
            list.refuse(Code::Usage, "github", &error);
            return Ok(Vec::new());
        }
    };
    let auth = match plan::auth(github, common) {
        Ok(auth) => auth,
        Err(error) => {
            list.refuse(Code::Access, "token", &error);
            return Ok(Vec::new());
        }
    };
    let kind = TokenKind::of(&auth);
    list.ok("token", &describe(github, &auth, kind));
    let plan = plan::plan(&everything(network), github, &config.settings, now())?;
    let runtime = runtime()?;
    let of_issues = (plan.clone(), auth.clone());
    match runtime.block_on(probe(plan, auth, MOST_REPOS, Arc::new(now), console.waits())) {
        Ok(probe) => {
            list.ok("github", &format!("{} accepts the token", github.api_url.as_str()));
            token_end(probe.token_end, github, list);
            scopes(kind, probe.scopes.as_deref(), list);
            budget(probe.budget, list);
            repos(&probe, config, github, common, list);
            issues::check(config, of_issues.0, of_issues.1, console, list)?;
            let shown = probe.repos.into_iter().flatten().filter(|repo| repo.problem.is_none());
            Ok(shown.map(|repo| repo.name).collect())
        }
        Err(error) => {
            broken_off(error, github, common, list);
            Ok(Vec::new())
        }
    }
}

fn describe(github: &Github, auth: &Auth, kind: TokenKind) -> String {
    let kind = match kind {
        TokenKind::Classic => "a classic personal token",
        TokenKind::FineGrained => "a fine-grained personal token",
        TokenKind::Installation => "a token of an installation, like GITHUB_TOKEN in GitHub Actions",
        TokenKind::OAuth => "a token of an OAuth app",
        TokenKind::App | TokenKind::Unknown => "a token of unknown kind",
    };
    match (&github.auth, auth) {
        (_, Auth::App { app_id, installation_id, .. }) => {
            format!("the token of GitHub App {app_id} for installation {installation_id}")
        }
        (GithubAuth::Token { variable }, _) => format!("{variable} holds {kind}"),
        (GithubAuth::App { .. }, _) => kind.to_owned(),
    }
}

/// What ended the checks of GitHub.
fn broken_off(error: GitHubError, github: &Github, common: &Common, list: &mut Checklist) {
    if let GitHubError::Limit(HttpError::Limit { host, until, .. }) = &error {
        return list.fail(Code::Source, "limit", &format!("{host}: it is used up until {until}"), "run again then");
    }
    let error = plan::name_secret(error.into(), github, common);
    list.error("github", &error);
}

fn token_end(end: Option<Timestamp>, github: &Github, list: &mut Checklist) {
    let Some(end) = end else { return };
    match token_end::days_left(end, now()) {
        None => list.ok("token", &format!("GitHub accepts it until {end}")),
        Some(days) => {
            let (found, what_to_do) = token_end::words(end, days, github);
            list.warn("token", &found, &what_to_do);
        }
    }
}

fn scopes(kind: TokenKind, scopes: Option<&[String]>, list: &mut Checklist) {
    let Some(scopes) = scopes else {
        match kind {
            TokenKind::Classic | TokenKind::OAuth => {
                let found = "GitHub's replies name no scopes, so they cannot be checked";
                list.warn("scopes", found, "check by hand that the token has `repo`, which a fetch needs");
            }
            _ => list.ok(
                "scopes",
                "this kind of token has permissions instead of scopes: it needs read access to Deployments, Contents \
                 and Pull requests",
            ),
        }
        return;
    };
    let has = |wanted: &str| scopes.iter().any(|scope| scope == wanted);
    let named = if scopes.is_empty() { "none".to_owned() } else { scopes.join(", ") };
    if has("repo") {
        list.ok("scopes", &named);
    } else if has("repo_deployment") {
        list.warn(
            "scopes",
            &format!(
                "{named}; `repo` is missing: of private repos there are deployments and neither commits nor pull requests"
            ),
            ADD_SCOPE,
        );
    } else {
        list.warn(
            "scopes",
            &format!(
                "{named}; `repo` is missing (`repo_deployment` is enough for deployments alone): only public repos are read"
            ),
            ADD_SCOPE,
        );
    }
}

fn budget(budget: Option<Budget>, list: &mut Checklist) {
    let Some(Budget { limit, remaining, reset_at }) = budget else {
        return list.ok("limit", "this server has no rate limit");
    };
    let text = format!("{remaining} of {limit} points are left until {reset_at}");
    if remaining < limit / 10 {
        list.warn("limit", &text, "a fetch before then has to wait");
    } else {
        list.ok("limit", &text);
    }
}

fn repos(probe: &Probe, config: &Config, github: &Github, common: &Common, list: &mut Checklist) {
    let found = match &probe.repos {
        Ok(found) => found,
        Err(error) => return broken_off(error.clone(), github, common, list),
    };
    let visible = found.iter().filter(|repo| repo.problem.is_none()).count();
    let text = format!("{visible} of {} can be read", found.len());
    if visible == 0 {
        list.fail(Code::Access, "repos", &text, "check the names and what the token may read");
    } else {
        list.ok("repos", &text);
    }
    for repo in found {
        if let Some(problem) = &repo.problem {
            list.warn(&repo.name, problem, "check the name and what the token may read");
        }
    }
    if probe.unasked > 0 {
        let found = format!("{} more were not looked at; these are the first {} by name", probe.unasked, found.len());
        list.warn("repos", &found, "name fewer in `repos` of [github] to see each of them");
    }
    environments::check(found, probe.unasked == 0, &config.settings, list);
}
