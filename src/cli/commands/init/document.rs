//! The text of the config file: found values as keys, everything else as comments. A pure function.

use std::collections::{BTreeMap, BTreeSet};

use super::asked::Draft;
use super::environments::{Verdict, judge};
use super::source::Source;
use super::{owners, source};
use crate::document::{comment, quoted};
use crate::domain::glob::Glob;
use crate::sources::github::ProbedRepo;

/// Lines of one list of comments; previews can be hundreds.
const MOST_LINES: usize = 40;

const HEAD: &str = r#"# The configuration of dora-report, written by `dora-report init`.
# Lines that begin with `#` are explanations, examples and defaults. `dora-report doctor` checks the file.
# No token belongs here: the file only names environment variables.

[report]
# organisation = "Acme"       # the name at the head of the page
# timezone = "Europe/Berlin"  # its midnights bound the days; the default is UTC
# fiscal_year_start = "04"    # the month in which quarters, halves and years begin; the default is "01"
# bands = "handbook"          # or dora-2024 and others, none, or a file with your own
# out = "reports"

[data]
# dir = "data"
"#;

const TAIL: &str = r#"# Which incidents count, and which of them a deployment caused.
# [incidents]
# attribution_window = "1h"   # no verdict: the last deployment this long before an incident caused it
# min_priority = "P3"         # incidents of lower priority do not count
# ignore_tags = ["drill"]

# Where `run` sends the main points of a report.
# [notify]
# webhook_env = "SLACK_WEBHOOK_URL"
"#;

/// The text of the file.
pub(super) fn render(draft: &Draft) -> String {
    let repos = draft.repos();
    let mut lines = vec![HEAD.trim_end().to_owned(), String::new()];
    lines.extend(github(draft, &repos));
    lines.push(String::new());
    lines.extend(deployments(draft, &repos));
    lines.extend([String::new(), "# Where incidents come from. Without one there is no change failure rate.".into()]);
    for source in &draft.incidents {
        lines.extend(source.lines());
        lines.push(String::new());
    }
    lines.push("# Issues as incidents, for teams that have nothing else.".into());
    lines.extend(["# [github_issues]".into(), "# labels = [\"incident\"]".into(), String::new()]);
    lines.extend(owners::lines(&repos, &draft.incidents));
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    lines.join("\n") + "\n\n" + TAIL
}

fn github(draft: &Draft, repos: &[&ProbedRepo]) -> Vec<String> {
    let mut lines =
        vec!["# Where deployments, commits and pull requests come from. The token is in GITHUB_TOKEN.".to_owned()];
    let org = draft.org.as_ref().map(|org| format!("org = {}", quoted(org)));
    let has_names = org.is_some() || !draft.named.is_empty();
    lines.push(if has_names { "[github]".into() } else { "# [github]".into() });
    lines.extend(draft.api_url.as_ref().map(|url| {
        let mark = if has_names { "" } else { "# " };
        format!("{mark}api_url = {}", quoted(url))
    }));
    let Some(seen) = &draft.seen else {
        lines.extend(
            org.or_else(|| (!has_names).then(|| "# org = \"acme\"  # every repo of the organisation, or:".into())),
        );
        if draft.named.is_empty() {
            lines.push("# repos = [\"acme/checkout\", \"acme/web-*\"]".into());
        } else {
            lines.push("repos = [".into());
            lines.extend(draft.named.iter().map(|repo| format!("  {},", quoted(repo))));
            lines.push("]".into());
        }
        return lines.into_iter().chain(defaults()).collect();
    };
    if repos.is_empty() {
        lines.extend(org);
        lines
            .push("# No repo has GitHub deployments. If yours are deployed without them, count something else:".into());
        lines.push("# deployments_from = \"workflow-runs\"  # or releases, or merged-pull-requests".into());
    } else {
        lines.extend(org.map(|org| format!("# {org}  # in place of `repos`: also repos that are made later")));
        lines.push("repos = [".into());
        lines.extend(repos.iter().map(|repo| {
            format!(
                "  {},  # {}",
                quoted(&repo.name),
                several(usize::try_from(repo.deployments).unwrap_or(usize::MAX), "deployment")
            )
        }));
        lines.push("]".into());
    }
    let (without, hidden): (Vec<_>, Vec<_>) = seen
        .iter()
        .filter(|repo| !repos.iter().any(|own| own.name == repo.name))
        .partition(|repo| repo.problem.is_none());
    if !without.is_empty() && !repos.is_empty() {
        lines.push("# Left out, because they have no deployments:".into());
        lines.extend(cut(without.iter().map(|repo| comment(&repo.name))));
    }
    if !hidden.is_empty() {
        lines.push("# Cannot be read:".into());
        let why =
            |repo: &&ProbedRepo| comment(&format!("{}: {}", repo.name, repo.problem.as_deref().unwrap_or_default()));
        lines.extend(cut(hidden.iter().map(why)));
    }
    if draft.unasked > 0 {
        lines.push(format!(
            "# {} more repos were not looked at: these are the first {} by name.",
            draft.unasked,
            seen.len()
        ));
    }
    lines.into_iter().chain(defaults()).collect()
}

fn defaults() -> [String; 2] {
    ["# exclude = [\"acme/sandbox-*\"]".into(), "# history_days = 365  # how far back the first fetch goes".into()]
}

/// `1 repo`, `2 repos`.
fn several(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// Comments, cut where there are many.
fn cut(texts: impl Iterator<Item = String>) -> Vec<String> {
    let mut lines: Vec<String> = texts.map(|text| format!("#   {text}")).collect();
    if lines.len() > MOST_LINES {
        let rest = lines.split_off(MOST_LINES).len();
        lines.push(format!("#   and {rest} more"));
    }
    lines
}

/// The environments of the configured repos that look like production, and the others as comments.
fn deployments(draft: &Draft, repos: &[&ProbedRepo]) -> Vec<String> {
    let mut seen: BTreeMap<&str, (usize, BTreeSet<&str>)> = BTreeMap::new();
    for repo in repos {
        for (environment, count) in &repo.environments {
            let (all, of) = seen.entry(environment.as_deref().unwrap_or_default()).or_default();
            *all += count;
            of.insert(&repo.name);
        }
    }
    let mut judged: Vec<(Verdict, &str, usize, usize)> =
        seen.iter().map(|(name, (count, of))| (judge(name), *name, *count, of.len())).collect();
    judged.sort_by(|one, other| (kind(&one.0), other.2, one.1).cmp(&(kind(&other.0), one.2, other.1)));
    let mut lines = vec!["# Which environments are production, for every source.".to_owned(), "[deployments]".into()];
    if !judged.is_empty() {
        lines.push("# Seen in the newest deployments of these repos:".into());
        lines.extend(cut(judged.iter().map(|(verdict, name, count, repos)| {
            let name = if name.is_empty() { "(no environment)".into() } else { comment(&quoted(name)) };
            format!("{name} {count} in {}: {}", several(*repos, "repo"), verdict.reason())
        })));
    }
    let default = "# environments = [\"production\", \"prod\", \"prod-*\"]  # the default";
    if judged.iter().any(|(verdict, ..)| matches!(verdict, Verdict::Likely(_))) {
        let names = judged.iter().filter(|(verdict, ..)| verdict.is_production());
        let names: Vec<String> = names.map(|(_, name, ..)| quoted(&Glob::escaped(name))).collect();
        lines.push(default.into());
        lines.push(format!("environments = [{}]", names.join(", ")));
    } else {
        if draft.seen.is_some() && !judged.is_empty() && !judged.iter().any(|(verdict, ..)| verdict.is_production()) {
            lines.push("# None of them looks like production, so nothing is counted: name yours here.".into());
        }
        lines.push(default.into());
    }
    lines
}

/// The order of the list of environments.
fn kind(verdict: &Verdict) -> u8 {
    match verdict {
        Verdict::Default(_) | Verdict::Likely(_) => 0,
        Verdict::Unknown => 1,
        Verdict::Not(_) => 2,
    }
}

/// In one sentence, what the file has.
pub(super) fn summary(draft: &Draft) -> String {
    let repos = draft.repos();
    let production: BTreeSet<&str> = repos
        .iter()
        .flat_map(|repo| repo.environments.keys().flatten())
        .filter(|name| judge(name).is_production())
        .map(String::as_str)
        .collect();
    let read: Vec<&Source> = draft.incidents.iter().filter(|it| it.is_read()).collect();
    let mut parts = Vec::new();
    if draft.seen.is_some() {
        let look = if production.len() == 1 { "looks" } else { "look" };
        parts.push(format!(
            "{}, {} that {look} like production",
            several(repos.len(), "repo"),
            several(production.len(), "environment")
        ));
    }
    parts.extend(read.iter().filter_map(|it| {
        let source::State::Shown(names) = &it.state else { return None };
        let (sure, doubtful) = owners::counts(&repos, it);
        Some(format!(
            "{} of {} ({sure} matched to a repo by name, {doubtful} doubtful)",
            several(names.len(), "service"),
            it.provider.label
        ))
    }));
    if parts.is_empty() { "a template".into() } else { parts.join(", ") }
}
