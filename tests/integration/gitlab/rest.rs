//! The REST answers of a made-up GitLab, with the rules of its lists: which filters belong to which order.

use serde_json::{Value, json};
use url::Url;

use crate::github::world::{Commit, Deployment, Pull, Repo, Seconds, World, iso};

/// An issue.
#[derive(Debug, Clone)]
pub(super) struct Issue {
    pub(super) project: String,
    pub(super) iid: u64,
    pub(super) kind: &'static str,
    pub(super) severity: &'static str,
    pub(super) labels: Vec<&'static str>,
    pub(super) opened: Seconds,
    pub(super) closed: Option<Seconds>,
}

/// What an address answers.
pub(super) enum Answer {
    Json(u16, Value),
    Moved(String),
}

fn not_found(what: &str) -> Answer {
    Answer::Json(404, json!({"message": format!("404 {what} Not Found")}))
}

/// The number of a project, which stays when it is renamed.
pub(super) fn id_of(world: &World, repo: &Repo) -> usize {
    100 + world.repos.iter().position(|own| own.name == repo.name).expect("a repo of this world")
}

/// The answer of an address with its query.
pub(super) fn answer(world: &World, issues: &[Issue], url: &Url, refused: &[(&str, &str)]) -> Answer {
    let parts: Vec<String> =
        url.path().trim_start_matches("/api/v4/").split('/').map(|part| part.replace("%2F", "/")).collect();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let query = |name: &str| url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    match &parts[..] {
        ["groups", group, "projects"] if refused.contains(&(*group, "projects")) => {
            Answer::Json(403, json!({"message": "403 Forbidden"}))
        }
        // Names of people are known by their first letter here.
        ["users", user, "projects"] if user.starts_with('~') => of_group(world, user, &query),
        ["groups", group, "projects"] if !group.starts_with('~') => of_group(world, group, &query),
        ["users" | "groups", ..] => not_found("Owner"),
        ["projects", project, rest @ ..] => {
            let by_id = world.repos.iter().find(|repo| id_of(world, repo).to_string() == *project);
            let named = world.repos.iter().find(|repo| repo.name.eq_ignore_ascii_case(project));
            let formerly = world.repos.iter().find(|repo| repo.formerly.as_deref() == Some(project));
            if let (None, None, Some(repo)) = (by_id, named, formerly) {
                return Answer::Moved(format!("/api/v4/projects/{}", id_of(world, repo)));
            }
            // What a token may not see is not there.
            let Some(repo) = by_id.or(named).filter(|repo| !repo.forbidden) else { return not_found("Project") };
            if refused.iter().any(|(name, end)| repo.name == *name && rest.last() == Some(end)) {
                return Answer::Json(403, json!({"message": "403 Forbidden"}));
            }
            match rest {
                [] => Answer::Json(200, project_of(world, repo)),
                ["deployments"] => deployments(repo, &query),
                ["merge_requests"] => merge_requests(repo, &query),
                ["repository", "commits"] => commits(repo, &query),
                ["issues"] => of_type(issues, repo, &query),
                ["issues", iid] => {
                    let one = issues.iter().find(|it| it.project == repo.name && it.iid.to_string() == *iid);
                    one.map_or_else(|| not_found("Issue"), |it| Answer::Json(200, issue_of(it)))
                }
                _ => not_found("Route"),
            }
        }
        _ => not_found("Route"),
    }
}

fn project_of(world: &World, repo: &Repo) -> Value {
    json!({
        "id": id_of(world, repo), "path_with_namespace": repo.name, "default_branch": "main",
        "web_url": format!("https://gitlab.com/{}", repo.name),
    })
}

fn of_group(world: &World, group: &str, query: &dyn Fn(&str) -> Option<String>) -> Answer {
    let below = |repo: &&Repo| {
        let rest = repo.name.strip_prefix(group).and_then(|rest| rest.strip_prefix('/'));
        let subgroups = query("include_subgroups").as_deref() == Some("true");
        rest.is_some_and(|rest| subgroups || !rest.contains('/')) && !repo.forbidden
    };
    if !world.repos.iter().any(|repo| repo.name.starts_with(&format!("{group}/"))) {
        return not_found("Group");
    }
    page(world.repos.iter().filter(below).map(|repo| project_of(world, repo)).collect(), query)
}

/// A page of a list.
fn page(rows: Vec<Value>, query: &dyn Fn(&str) -> Option<String>) -> Answer {
    let number = |name: &str, default: usize| query(name).and_then(|text| text.parse().ok()).unwrap_or(default);
    let (size, page) = (number("per_page", 20).min(100), number("page", 1));
    Answer::Json(200, rows.into_iter().skip((page - 1) * size).take(size).collect())
}

/// Instants as GitLab writes them.
fn at(seconds: Seconds) -> String {
    iso(seconds).replace('Z', ".000Z")
}

/// The instant of a filter in seconds.
fn instant(text: &str) -> f64 {
    let at = chrono::DateTime::parse_from_rfc3339(text).expect("an instant").timestamp_millis();
    f64::from(i32::try_from(at / 1_000).expect("this century"))
        + f64::from(i32::try_from(at % 1_000).expect("ms")) / 1e3
}

fn seconds(at: Seconds) -> f64 {
    f64::from(i32::try_from(at).expect("this century"))
}

/// State and end of a deployment: its job ended with the first success, else with the first failure.
fn outcome(deployment: &Deployment) -> (&'static str, Option<Seconds>) {
    let first = |wanted: &[&str]| deployment.statuses.iter().find(|(state, _)| wanted.contains(&state.as_str()));
    if let Some((_, at)) = first(&["SUCCESS"]) {
        return ("success", Some(*at));
    }
    if let Some((_, at)) = first(&["FAILURE", "ERROR"]) {
        return ("failed", Some(*at));
    }
    let state = match deployment.statuses.last().map(|(state, _)| state.as_str()) {
        Some("IN_PROGRESS") => "running",
        Some("WAITING") => "blocked",
        Some("LEVITATING") => "levitating",
        Some("INACTIVE") => "skipped",
        _ => "created",
    };
    (state, None)
}

fn updated(deployment: &Deployment) -> Seconds {
    let last = deployment.statuses.iter().rev().find(|(state, _)| state != "INACTIVE");
    outcome(deployment).1.or(last.map(|(_, at)| *at)).unwrap_or(deployment.created)
}

fn deployments(repo: &Repo, query: &dyn Fn(&str) -> Option<String>) -> Answer {
    let order = query("order_by").unwrap_or_else(|| "id".into());
    let refuse = |words: &str| Answer::Json(400, json!({"message": words}));
    let filters_change = query("updated_after").is_some() || query("updated_before").is_some();
    let filters_end = query("finished_after").is_some() || query("finished_before").is_some();
    if filters_change != (order == "updated_at") {
        return refuse("400 Bad request - `updated_at` filter and `updated_at` sorting must be paired");
    }
    if filters_end != (order == "finished_at") || (filters_end && query("status").as_deref() != Some("success")) {
        return refuse("400 Bad request - `finished_at` filter and `finished_at` sorting must be paired");
    }
    let mut found: Vec<&Deployment> = repo
        .deployments
        .iter()
        .filter(|it| query("environment").is_none_or(|name| it.environment.as_deref() == Some(name.as_str())))
        .filter(|it| query("status").is_none_or(|status| outcome(it).0 == status))
        .filter(|it| query("updated_after").is_none_or(|after| seconds(updated(it)) >= instant(&after)))
        .filter(|it| {
            let end = outcome(it).1;
            query("finished_before").is_none_or(|before| end.is_some_and(|end| seconds(end) <= instant(&before)))
        })
        .collect();
    match order.as_str() {
        // Of one instant the newest comes first, whichever way the list goes.
        "updated_at" => found.sort_by_key(|it| (updated(it), std::cmp::Reverse(it.id))),
        "finished_at" => found.sort_by_key(|it| outcome(it).1),
        _ => found.sort_by_key(|it| it.id),
    }
    if query("sort").as_deref() == Some("desc") {
        found.reverse();
    }
    page(found.into_iter().map(|it| deployment_of(repo, it)).collect(), query)
}

fn deployment_of(repo: &Repo, it: &Deployment) -> Value {
    let (status, end) = outcome(it);
    // Every third one was reported through the API, without a job.
    let job = json!({
        "id": it.id + 7, "name": "deploy", "status": status, "finished_at": end.map(at),
        "user": it.creator.as_ref().map(|name| json!({"username": name})),
        "web_url": format!("https://gitlab.com/{}/-/jobs/{}", repo.name, it.id + 7),
    });
    json!({
        "id": it.id, "iid": it.id % 10_000, "ref": it.branch, "sha": it.sha, "status": status,
        "created_at": at(it.created), "updated_at": at(updated(it)),
        "user": it.creator.as_ref().map(|name| json!({"username": name})),
        "environment": it.environment.as_ref().map(|name| json!({"id": name.len(), "name": name})),
        "deployable": if it.id.is_multiple_of(3) { Value::Null } else { job },
    })
}

fn merge_requests(repo: &Repo, query: &dyn Fn(&str) -> Option<String>) -> Answer {
    // Only merged ones are shown: what is open or closed is nothing of ours.
    let changed = |pull: &Pull| pull.changed.or(pull.merged).unwrap_or(pull.opened);
    let mut found: Vec<&Pull> = repo
        .pulls
        .values()
        .filter(|pull| pull.merged.is_some() && pull.base_repo.is_none())
        .filter(|pull| query("updated_after").is_none_or(|after| seconds(changed(pull)) >= instant(&after)))
        .collect();
    found.sort_by_key(|pull| (changed(pull), pull.number));
    let row = |pull: &Pull| {
        let (merge_commit, squash, head) = shas(repo, pull);
        let comments = pull.reviews.iter().filter(|review| review.state != "APPROVED").count();
        json!({
            "id": pull.number + 70_000, "iid": pull.number, "title": pull.title, "state": "merged",
            "author": pull.author.as_ref().map(|name| json!({"username": name})), "labels": pull.labels,
            "source_branch": pull.head, "target_branch": pull.base, "created_at": at(pull.opened),
            "updated_at": at(changed(pull)), "merged_at": pull.merged.map(at), "merge_commit_sha": merge_commit,
            "squash_commit_sha": squash, "sha": head, "user_notes_count": comments,
        })
    };
    page(found.into_iter().map(row).collect(), query)
}

/// How a merge was made: the merge commit, else the squashed commit, else nothing beside the head of its branch.
pub(super) fn shas(repo: &Repo, pull: &Pull) -> (Option<String>, Option<String>, Option<String>) {
    let tip = pull.commits.last().cloned();
    let Some(made) = pull.merge_sha.as_ref().and_then(|sha| repo.commits.get(sha)) else { return (None, None, tip) };
    if made.parents.len() > 1 {
        return (Some(made.sha.clone()), None, tip);
    }
    match base(repo, pull) {
        Some(_) => (None, None, Some(made.sha.clone())),
        None => (None, Some(made.sha.clone()), tip),
    }
}

/// Where a fast-forwarded branch began; none where it was merged otherwise.
pub(super) fn base(repo: &Repo, pull: &Pull) -> Option<String> {
    let mut at: &Commit = repo.commits.get(pull.merge_sha.as_ref()?)?;
    let mut own = 0;
    while at.parents.len() == 1 && at.pulls.contains(&pull.number) {
        own += 1;
        at = repo.commits.get(&at.parents[0])?;
    }
    (own > 1).then(|| at.sha.clone())
}

fn commits(repo: &Repo, query: &dyn Fn(&str) -> Option<String>) -> Answer {
    let head = query("ref_name").or_else(|| repo.main.clone()).unwrap_or_default();
    if !repo.commits.contains_key(&head) {
        return Answer::Json(404, json!({"message": "404 Commit Not Found"}));
    }
    let row = |commit: &Commit| {
        json!({
            "id": commit.sha, "short_id": &commit.sha[..8], "parent_ids": commit.parents, "title": "A change",
            "authored_date": at(commit.authored), "committed_date": at(commit.committed), "created_at": at(commit.committed),
        })
    };
    page(repo.log(&head).into_iter().map(row).collect(), query)
}

fn of_type(issues: &[Issue], repo: &Repo, query: &dyn Fn(&str) -> Option<String>) -> Answer {
    let changed = |it: &Issue| it.closed.unwrap_or(it.opened);
    let mut found: Vec<&Issue> = issues
        .iter()
        .filter(|it| it.project == repo.name)
        .filter(|it| query("issue_type").is_none_or(|kind| it.kind == kind))
        .filter(|it| query("labels").is_none_or(|label| it.labels.contains(&label.as_str())))
        .filter(|it| query("created_after").is_none_or(|after| seconds(it.opened) >= instant(&after)))
        .filter(|it| query("updated_after").is_none_or(|after| seconds(changed(it)) >= instant(&after)))
        .collect();
    found.sort_by_key(|it| (changed(it), it.iid));
    page(found.into_iter().map(issue_of).collect(), query)
}

fn issue_of(it: &Issue) -> Value {
    json!({
        "id": 900_000 + it.iid, "iid": it.iid, "title": format!("Incident {}", it.iid), "issue_type": it.kind,
        "state": if it.closed.is_some() { "closed" } else { "opened" }, "severity": it.severity, "labels": it.labels,
        "created_at": at(it.opened), "updated_at": at(it.closed.unwrap_or(it.opened)), "closed_at": it.closed.map(at),
        "web_url": format!("https://gitlab.com/{}/-/issues/{}", it.project, it.iid),
    })
}
