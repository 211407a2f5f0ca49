//! `fetch --repo acme/web` without a section `[github]`: only the command line names the repos.

use crate::cli::args::Fetch;
use crate::cli::context::{Context, variable};
use crate::cli::exit::UsageError;
use crate::config::github_of;
use crate::document::Endpoint;
use crate::domain::event::Table;
use crate::domain::glob::Glob;
use crate::sources::github::Github;

/// Where nothing says which repos there are, those that the command line names are read from GitHub.
pub(super) fn apply(context: &mut Context, fetch: &Fetch) -> anyhow::Result<()> {
    let gives_repos = context.config.sources.iter().any(|source| source.gives(Table::Deployments));
    if context.config.github().is_none() && !gives_repos && !fetch.repo.is_empty() {
        context.config.set_github(section(None, &fetch.repo, None)?);
    }
    Ok(())
}

/// A section `[github]` of these repos, or of an organisation. `GITHUB_API_URL` names another server than github.com, as it
/// does for the jobs of GitHub Actions.
pub(in crate::cli::commands) fn section(
    org: Option<&str>,
    repos: &[Glob],
    api_url: Option<&str>,
) -> anyhow::Result<Github> {
    for repo in repos {
        let text = repo.as_str();
        if !repo.is_literal() {
            return Err(UsageError(format!(
                "`--repo {text}` is a pattern, and no `org` or `repos` under [github] says which repos it chooses from; name \
                 the repo as owner/name, or add [github] with `org = \"acme\"` to the configuration"
            ))
            .into());
        }
        if text.split('/').filter(|part| !part.is_empty()).count() != 2 || text.matches('/').count() != 1 {
            return Err(UsageError(format!("`--repo {text}` is not a repo; write it as owner/name")).into());
        }
    }
    let from_environment = || variable("GITHUB_API_URL").map(|url| ("the environment variable GITHUB_API_URL", url));
    let given = api_url.map(|url| ("`--github-url`", url.to_owned())).or_else(from_environment);
    if let Some((name, url)) = &given {
        let endpoint = Endpoint::parse(url).map_err(|what| UsageError(format!("{name}: {what}")))?;
        if !endpoint.may_carry_a_token() {
            return Err(UsageError(format!("{name}: a token would travel unencrypted; write https")).into());
        }
    }
    let repos: Vec<String> = repos.iter().map(|repo| repo.as_str().to_owned()).collect();
    let github = github_of(org, &repos, given.as_ref().map(|(_, url)| url.as_str()));
    Ok(github?)
}
