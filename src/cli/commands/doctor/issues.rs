//! The check of `[github_issues]`: whether the token may read issues, and how many have a label that makes an incident.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::checklist::Checklist;
use crate::cli::commands::fetch::plan::issues;
use crate::cli::context::now;
use crate::cli::exit::{self, Code};
use crate::cli::output::Talk;
use crate::cli::servers::runtime;
use crate::config::Config;
use crate::sources::github::{Auth, Plan, estimate_issues};

/// Asks each repo once.
pub(super) fn check(config: &Config, plan: Plan, auth: Auth, talk: Talk, list: &mut Checklist) -> anyhow::Result<()> {
    let Some(section) = &config.github_issues else { return Ok(()) };
    let issues = issues(section);
    let asked = estimate_issues(plan, auth, issues, BTreeMap::new(), Arc::new(now), talk.warnings());
    let found = match runtime()?.block_on(asked) {
        Ok(found) => found.scopes,
        Err(error) => {
            let error = anyhow::Error::from(error);
            list.fail(exit::of(&error), &format!("github_issues: {error:#}"));
            return Ok(());
        }
    };
    let failed = found.iter().filter(|one| one.problem.is_some()).count();
    for one in &found {
        let Some(problem) = &one.problem else { continue };
        let text = format!("github_issues: {}: {problem}", one.scope);
        // What cannot be read of some is a warning of `fetch`, too.
        match (failed == found.len(), one.is_denied) {
            (true, true) => list.fail(Code::Access, &text),
            (true, false) => list.fail(Code::Source, &text),
            (false, _) => list.warn(&text),
        }
    }
    if failed < found.len() {
        let count: u64 = found.iter().map(|one| one.incidents).sum();
        let (labels, repos) = (section.labels.join("`, `"), found.len() - failed);
        list.ok(&format!("github_issues: {count} issues of {repos} repos have one of the labels `{labels}`"));
    }
    Ok(())
}
