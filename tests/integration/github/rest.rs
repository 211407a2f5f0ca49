//! The REST answers of a made-up GitHub: the workflow runs of a repo, with the cap of 1,000 on every search.

use serde_json::{Value, json};

use super::world::{Repo, WorkflowRun, World, iso};

/// What an address answers.
pub(super) enum Answer {
    Json(u16, Value),
    Moved(String),
}

/// The answer of an address with its query; none where it is nothing of ours.
pub(super) fn answer(world: &World, path: &str) -> Option<Answer> {
    let url = url::Url::parse("http://host").and_then(|root| root.join(path)).ok()?;
    let path = url.path().strip_prefix("/api/v3").unwrap_or(url.path());
    let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    let (owner, name, rest) = match &parts[..] {
        ["repos", owner, name] => (owner, name, None),
        ["repos", owner, name, "actions", rest @ ..] => (owner, name, Some(rest)),
        _ => return None,
    };
    let Some(repo) = world.repo(owner, name) else {
        return Some(Answer::Json(404, json!({"message": "Not Found", "status": "404"})));
    };
    if repo.forbidden {
        return Some(Answer::Json(403, json!({"message": "Resource not accessible by personal access token"})));
    }
    if !repo.name.eq_ignore_ascii_case(&format!("{owner}/{name}")) {
        let to = url.path().replace(&format!("{owner}/{name}"), &repo.name);
        return Some(Answer::Moved(format!("{to}?{}", url.query().unwrap_or_default())));
    }
    let query = |name: &str| url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    let Some(rest) = rest else {
        let url = format!("https://github.com/{}", repo.name);
        return Some(Answer::Json(200, json!({"full_name": repo.name, "html_url": url})));
    };
    match rest {
        ["runs"] => Some(Answer::Json(200, list(repo, &query, None))),
        ["workflows", id, "runs"] => Some(Answer::Json(200, list(repo, &query, id.parse().ok()))),
        ["runs", id, "attempts", number] => {
            let run = repo.runs.iter().find(|run| run.id.to_string() == *id)?;
            Some(Answer::Json(200, shown(repo, run, number.parse().ok()?)))
        }
        ["runs", id, "attempts", number, "jobs"] => {
            let run = repo.runs.iter().find(|run| run.id.to_string() == *id)?;
            Some(jobs(run, number.parse().ok()?))
        }
        _ => None,
    }
}

/// The jobs of a try: one that was skipped, one that ended a minute before the last, and the last.
fn jobs(run: &WorkflowRun, number: usize) -> Answer {
    if run.jobless {
        return Answer::Json(404, json!({"message": "Not Found", "status": "404"}));
    }
    let (conclusion, at) = &run.tries[number - 1];
    let job = |id: i64, at: Option<i64>| json!({"id": id, "completed_at": at.map(iso)});
    let last = conclusion.as_ref().map(|_| *at);
    let jobs = json!([job(1, Some(run.created)), null, job(2, last.map(|at| at - 60)), job(3, last)]);
    Answer::Json(200, json!({"total_count": 4, "jobs": jobs}))
}

fn list(repo: &Repo, query: &dyn Fn(&str) -> Option<String>, workflow: Option<u64>) -> Value {
    let created = query("created");
    let wanted = |run: &&WorkflowRun| {
        let at = iso(run.created);
        let in_span = created.as_deref().is_none_or(|span| match (span.split_once(".."), span.strip_prefix('<')) {
            (Some((from, to)), _) => (from..=to).contains(&at.as_str()),
            (None, Some(before)) => at.as_str() < before,
            (None, None) if span.starts_with(">=") => at.as_str() >= &span[2..],
            _ => panic!("a search for `{span}`"),
        });
        let conclusion = run.tries.last().and_then(|(conclusion, _)| conclusion.clone());
        let of_workflow = workflow.is_none_or(|id| id == workflow_id(run));
        in_span && of_workflow && query("status").is_none_or(|status| conclusion.as_deref() == Some(status.as_str()))
    };
    let mut found: Vec<&WorkflowRun> = repo.runs.iter().filter(wanted).collect();
    found.sort_by_key(|run| std::cmp::Reverse((run.created, run.id)));
    let number = |name: &str, default: usize| query(name).and_then(|text| text.parse().ok()).unwrap_or(default);
    let (size, page) = (number("per_page", 30), number("page", 1));
    let total = found.len();
    // No search shows more, however many there are.
    let shown_runs = found.iter().take(1_000).skip((page - 1) * size).take(size);
    let runs: Vec<Value> = shown_runs.map(|run| shown(repo, run, run.tries.len())).collect();
    json!({"total_count": total, "workflow_runs": runs})
}

/// A number that goes with a workflow's name.
fn workflow_id(run: &WorkflowRun) -> u64 {
    run.workflow.iter().flat_map(|name| name.bytes()).fold(7, |sum, byte| sum * 31 % 1_000_003 + u64::from(byte))
}

fn shown(repo: &Repo, run: &WorkflowRun, number: usize) -> Value {
    let (conclusion, at) = &run.tries[number - 1];
    let started = if number > 1 { run.tries[number - 2].1 } else { run.created };
    let changed = run.touched.filter(|_| number == run.tries.len()).unwrap_or(*at);
    json!({
        "id": run.id, "workflow_id": workflow_id(run), "name": run.workflow, "path": ".github/workflows/some.yml@main", "head_branch": "main",
        "head_sha": run.sha, "event": run.event, "run_attempt": number, "created_at": iso(run.created),
        "status": if conclusion.is_some() { "completed" } else { "in_progress" }, "conclusion": conclusion,
        "run_started_at": iso(started), "updated_at": iso(changed), "html_url": format!("https://github.com/{}/actions/runs/{}", repo.name, run.id),
        "actor": {"login": "grace"}, "repository": {"full_name": repo.name},
    })
}
