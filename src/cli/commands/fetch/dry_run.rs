//! `fetch --dry-run`: what a run would ask of each source, at most and usually. Asks little and stores nothing.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use tokio::runtime::Runtime;

use super::accounts;
use super::job::{Asked, Checked, Results};
use super::summary::{aligned, plain};
use crate::cli::args::Fetch;
use crate::cli::context::now;
use crate::cli::exit::{self, AccessError, Code, Ended, SourceError};
use crate::cli::output::{Console, data};
use crate::domain::unit::Seconds;
use crate::sources::estimate::Estimates;
use crate::sources::github;
use crate::sources::registry::scopes_are_repos;

/// Runs it for everything that can be asked; a source that cannot be is an error of its own, like those of a fetch.
pub(super) fn run(
    checked: Checked,
    folder: &Path,
    fetch: &Fetch,
    runtime: &Runtime,
    console: Console,
) -> anyhow::Result<Code> {
    let (jobs, refused): (Vec<_>, Results) = checked.into_parts();
    let (mut found, mut ends) = (Vec::new(), Vec::new());
    let several = jobs.len() + refused.len() > 1;
    let mut say = |name: &str, error: anyhow::Error| {
        ends.push(Ended { error: Some(exit::of(&error)), ..Ended::default() });
        console.error(&if several { error.context(name.to_owned()) } else { error });
    };
    for job in jobs {
        let name = job.name();
        match ask(job, folder, runtime, console) {
            Ok(estimates) => found.push((name, estimates)),
            Err(error) => say(&name, error),
        }
    }
    for (name, result) in refused {
        if let Err(error) = result {
            say(&name, error);
        }
    }
    for (_, estimates) in &found {
        let problems = || estimates.scopes.iter().filter_map(|one| Some((one, one.problem.as_ref()?)));
        for (one, problem) in problems() {
            console.warning(&plain(&format!("{}: {problem}", one.scope)));
        }
        let denied = problems().filter(|(one, _)| one.is_denied).count();
        ends.push(Ended { error: None, scopes: estimates.scopes.len(), failed: problems().count(), denied });
    }
    if !found.is_empty() {
        data(&table(&found))?;
    }
    let code = exit::of_sources(ends.iter().copied(), fetch.strict);
    let gone = ends.iter().any(|end| end.error.is_none() && end.scopes > 0 && end.failed == end.scopes);
    match code {
        Code::Access if gone => console.error(&AccessError(super::NOT_SHOWN.into()).into()),
        Code::Source if gone => {
            console.error(&SourceError("at least one source has no estimate: every request to it failed (see the warnings above); run again later".into()).into());
        }
        _ => {}
    }
    Ok(code)
}

fn ask(job: Asked, folder: &Path, runtime: &Runtime, console: Console) -> anyhow::Result<Estimates> {
    let (clock, say) = (Arc::new(now), console.waits());
    match job {
        Asked::GitHub(it) => {
            let found = runtime.block_on(github::estimate(it.plan, it.auth, clock, say));
            found.map_err(|error| it.secret.name(error.into()))
        }
        Asked::Issues(it, issues) => {
            let known = accounts::known(folder, github::ISSUES_SOURCE)?;
            let mut open: BTreeMap<String, u64> = BTreeMap::new();
            for row in known.unsettled.iter().filter(|row| row.status.as_deref() == Some("open")) {
                let repo = row.service_keys.first().map(|repo| repo.to_lowercase()).unwrap_or_default();
                *open.entry(repo).or_default() += 1;
            }
            let found = runtime.block_on(github::estimate_issues(it.plan, it.auth, issues, open, clock, say));
            found.map_err(|error| it.secret.name(error.into()))
        }
        Asked::Account(it) => {
            let known = it.known(folder)?;
            let found = runtime.block_on(it.connection.estimate(known, clock, say));
            found.map_err(|error| accounts::named(error, &it.variable))
        }
    }
}

/// A row per scope, no numbers for one that could not be asked, and what the whole usually takes.
fn table(found: &[(Arc<str>, Estimates)]) -> String {
    let several = found.len() > 1;
    let scopes = || found.iter().flat_map(|(_, estimates)| &estimates.scopes);
    let incidents = scopes().any(|one| one.incidents > 0);
    let cells = |counts: [u64; 5]| {
        let shown = counts.into_iter().enumerate().filter(|(at, _)| *at != 2 || incidents);
        shown.map(|(_, count)| count.to_string()).collect::<Vec<_>>()
    };
    let heads = ["deployments", "commits", "incidents", "requests", "points"];
    let heads = heads.into_iter().filter(|head| *head != "incidents" || incidents);
    let noun = if found.iter().all(|(name, _)| scopes_are_repos(name)) { "repo" } else { "scope" };
    let first = if several { vec!["source", noun] } else { vec![noun] };
    let mut rows: Vec<Vec<String>> = vec![first.into_iter().chain(heads).map(str::to_owned).collect()];
    let mut total = [0; 5];
    for (name, estimates) in found {
        for one in &estimates.scopes {
            let mut row = if several { vec![name.to_string()] } else { Vec::new() };
            row.push(plain(&one.scope));
            if one.problem.is_none() {
                let counts = [one.deployments, one.commits, one.incidents, one.most.requests, one.most.points];
                for (sum, count) in total.iter_mut().zip(counts) {
                    *sum += count;
                }
                row.extend(cells(counts));
            }
            rows.push(row);
        }
        total[3] += estimates.before;
    }
    let mut last = vec!["total".to_owned()];
    if several {
        last.push(String::new());
    }
    last.extend(cells(total));
    rows.push(last);
    let usual = found.iter().map(|(_, estimates)| estimates.usual());
    let (requests, points) = usual.fold((0, 0), |sum, one| (sum.0 + one.requests, sum.1 + one.points));
    let time = found.iter().map(|(_, estimates)| estimates.time()).max().unwrap_or(Seconds(0));
    let minutes = match time.0 {
        seconds if seconds < 120 => format!("{} s", seconds.max(1)),
        seconds => format!("{} min", (seconds + 59) / 60),
    };
    let points = if points > 0 { format!(" and {points} points") } else { String::new() };
    format!(
        "{}The table shows upper bounds, without retries; usually {requests} requests{points}, in about {minutes} at the \
         pace of the requests of this estimate\n",
        aligned(&rows, if several { 2 } else { 1 })
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::estimate::{Estimate, RequestEstimate};

    fn repo() -> Estimates {
        let one = Estimate {
            scope: "a/b".into(),
            deployments: 9,
            commits: 3,
            usual: RequestEstimate { requests: 2, points: 6 },
            most: RequestEstimate { requests: 40, points: 99 },
            ..Estimate::default()
        };
        Estimates { scopes: vec![one], timed: 1, elapsed_ms: 200_000, at_once: 1, before: 1 }
    }

    #[test]
    fn an_estimate_says_what_it_takes_at_most_and_usually_and_how_long() {
        let text = table(&[("github".into(), repo())]);
        assert!(text.contains("a/b              9        3        40      99"), "{text}");
        assert!(text.contains("total            9        3        41      99"), "{text}");
        assert!(text.contains("usually 3 requests and 6 points, in about 10 min at the pace"), "{text}");
    }

    #[test]
    fn several_sources_stand_in_one_table() {
        let all = Estimate {
            scope: "*".into(),
            incidents: 7,
            most: RequestEstimate { requests: 5, points: 0 },
            ..Estimate::default()
        };
        let hidden = Estimate { scope: "x".into(), problem: Some("it is hidden".into()), ..Estimate::default() };
        let text = table(&[
            ("github".into(), repo()),
            ("pagerduty".into(), Estimates { scopes: vec![all, hidden], ..Estimates::default() }),
        ]);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "source     scope  deployments  commits  incidents  requests  points");
        assert_eq!(lines[2], "pagerduty  *                0        0          7         5       0");
        assert_eq!(lines[3], "pagerduty  x");
        assert_eq!(lines[4], "total                       9        3          7        46      99");
    }
}
