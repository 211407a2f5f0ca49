//! What a service does with its repository's commits: releases, hotfixes, rollbacks, redeploys, and the attempts that
//! do not count (staging, failed, cancelled).
//!
//! Invariants: deployments of a service end in the order in which they begin, but for a few that are overtaken; a
//! hotfix starts from what is live, and what is live is never a hotfix then; a rollback goes back to the release before.

use std::io;

use crate::calendar::{END, Instant, MINUTE};
use crate::changes::Repo;
use crate::organisation::Service;
use crate::random::Random;
use crate::rows::{Commit, Table};

/// A service as it is now.
#[derive(Default)]
pub(crate) struct State {
    live: Option<Commit>,
    live_is_hotfix: bool,
    before: Option<Commit>,
    last_finished: Instant,
}

/// A deployment that succeeded in production.
pub(crate) struct Success {
    pub(crate) id: i64,
    pub(crate) sha: Commit,
    pub(crate) finished: Instant,
}

/// What one row says, besides where it happened.
struct Attempt<'a> {
    sha: Commit,
    hotfix: Option<i64>,
    environment: &'a str,
    status: &'static str,
}

/// The files that a deployment writes to.
pub(crate) struct Tables {
    pub(crate) deployments: Table,
    pub(crate) commits: Table,
    pub(crate) pull_requests: Table,
}

/// Writes one row of deployments.csv, and the commits and pull requests that lead to it.
pub(crate) fn deploy(
    service: &Service,
    state: &mut State,
    repo: &mut Repo,
    at: Instant,
    tables: &mut Tables,
    random: &mut Random,
) -> io::Result<Option<Success>> {
    repo.owe();
    let drawn = random.between(0, 1000);
    let production = service.environment;
    let redeploys = (0..40).contains(&drawn);
    let undone = state.before.filter(|_| (40..80).contains(&drawn));
    let hotfixes = (80..120).contains(&drawn) && !state.live_is_hotfix;
    let attempt = match state.live {
        Some(live) if redeploys => Attempt { sha: live, hotfix: None, environment: production, status: "success" },
        Some(live) if hotfixes => {
            let (sha, number) = repo.hotfix(live, at - random.between(1, 20 * MINUTE), &mut tables.commits)?;
            Attempt { sha, hotfix: Some(number), environment: production, status: "success" }
        }
        _ => {
            let sha = undone.map_or_else(
                || {
                    repo.advance(at, &mut tables.commits, &mut tables.pull_requests, random)?;
                    Ok::<_, io::Error>(repo.head().0)
                },
                Ok,
            )?;
            let (environment, status) = match drawn {
                120..240 => ("staging", if random.chance(850) { "success" } else { "failure" }),
                240..275 => (production, "failure"),
                275..285 => (production, random.pick(&["cancelled", "pending"])),
                _ => (production, "success"),
            };
            Attempt { sha, hotfix: None, environment, status }
        }
    };
    // The row says `main` for whatever is not deployed straight from its branch, a redeployed hotfix included.
    let created = at.max(if attempt.hotfix.is_some() { 0 } else { repo.head().1 + 1 });
    let counts = attempt.environment == production && attempt.status == "success";
    let is_overtaken = counts && attempt.hotfix.is_none() && random.chance(4);
    let mut finished = created + random.spread(20, 8 * MINUTE);
    if is_overtaken {
        finished += 20 * MINUTE;
    } else if counts {
        finished = finished.max(state.last_finished + 1);
        state.last_finished = finished;
        let is_redeploy = state.live == Some(attempt.sha);
        if !is_redeploy {
            state.before = state.live.filter(|_| undone.is_none() && !state.live_is_hotfix);
            state.live = Some(attempt.sha);
            state.live_is_hotfix = attempt.hotfix.is_some();
        }
    }
    let is_over = finished < END && attempt.status != "pending";
    let id = 100_000_001 + tables.deployments.count;
    write(&mut tables.deployments, id, &repo.name, &attempt, created, is_over.then_some(finished))?;
    Ok((counts && is_over).then_some(Success { id, sha: attempt.sha, finished }))
}

fn write(
    table: &mut Table,
    id: i64,
    repo: &str,
    attempt: &Attempt<'_>,
    created: Instant,
    finished: Option<Instant>,
) -> io::Result<()> {
    table.text("github").numbered("", id).text(repo).text(attempt.environment).joined(&[&attempt.sha.sha()]);
    match attempt.hotfix {
        Some(number) => table.numbered("hotfix/", number),
        None => table.text("main"),
    };
    let status = if finished.is_none() { "pending" } else { attempt.status };
    table.text(status).instant(Some(created)).instant(finished);
    table.numbered("https://ci.example/d/", id).end()
}
