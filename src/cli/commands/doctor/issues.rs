//! The check of `[github_issues]`: whether the token may read issues, and how many have a label that makes an incident.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::checklist::Checklist;
use crate::cli::context::now;
use crate::cli::exit::Code;
use crate::cli::output::Console;
use crate::cli::servers::runtime;
use crate::config::{Config, Source};
use crate::sources::github::{Auth, Plan, estimate_issues};

/// Asks each repo once.
pub(super) fn check(
    config: &Config,
    plan: Plan,
    auth: Auth,
    console: Console,
    list: &mut Checklist,
) -> anyhow::Result<()> {
    let Some(issues) = config.sources.iter().find_map(Source::issues) else { return Ok(()) };
    let asked = estimate_issues(plan, auth, issues.clone(), BTreeMap::new(), Arc::new(now), console.waits());
    let found = match runtime()?.block_on(asked) {
        Ok(found) => found.scopes,
        Err(error) => {
            list.error("github_issues", &error.into());
            return Ok(());
        }
    };
    let failed = found.iter().filter(|one| one.problem.is_some()).count();
    for one in &found {
        let Some(problem) = &one.problem else { continue };
        let text = format!("{}: {problem}", one.scope);
        let todo = "check what the token may read: it needs the permission to read issues";
        // What cannot be read of some is a warning of `fetch`, too.
        match (failed == found.len(), one.is_denied) {
            (true, true) => list.fail(Code::Access, "github_issues", &text, todo),
            (true, false) => list.fail(Code::Source, "github_issues", &text, "run again later"),
            (false, _) => list.warn("github_issues", &text, todo),
        }
    }
    if failed < found.len() {
        let count: u64 = found.iter().map(|one| one.incidents).sum();
        let (labels, repos) = (issues.labels.join("`, `"), found.len() - failed);
        list.ok("github_issues", &format!("{count} issues of {repos} repos have one of the labels `{labels}`"));
    }
    Ok(())
}
