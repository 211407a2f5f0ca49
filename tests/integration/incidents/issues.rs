//! Issues of GitHub as incidents, asked of a server that answers a few GraphQL queries.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use super::world::{DAY, HOUR, NEW_YEAR, iso, now};
use crate::support::{Place, Run};
use crate::wire::{self, Pace, Reply};

#[derive(Clone, Default)]
struct Issue {
    number: i64,
    created: i64,
    updated: i64,
    closed: Option<i64>,
    reason: Option<&'static str>,
    labels: Vec<&'static str>,
}

struct Scene {
    place: Place,
    issues: Arc<Mutex<Vec<Issue>>>,
}

/// Without the argument a duplicate reads as not planned.
fn shown(issue: &Issue, names_duplicates: bool) -> Value {
    let reason =
        issue.reason.map(|reason| if names_duplicates || reason != "DUPLICATE" { reason } else { "NOT_PLANNED" });
    json!({
        "number": issue.number, "fullDatabaseId": format!("{}", 7_000_000_000 + issue.number), "title": "It broke",
        "url": format!("https://github.com/acme/web/issues/{}", issue.number), "createdAt": iso(issue.created),
        "updatedAt": iso(issue.updated), "closedAt": issue.closed.map(iso), "stateReason": reason,
        "labels": {"nodes": issue.labels.iter().map(|name| json!({"name": name})).collect::<Vec<_>>()},
    })
}

/// `is_old`: a server that does not know the argument which makes it name duplicates.
fn answer(issues: &[Issue], is_old: bool, body: &Value) -> Value {
    let (query, variables) = (body["query"].as_str().expect("a query"), &body["variables"]);
    if is_old && query.contains("enableDuplicate") {
        let message = "Field 'stateReason' doesn't accept argument 'enableDuplicate'";
        let extensions = json!({"code": "argumentNotAccepted", "argumentName": "enableDuplicate"});
        return json!({"errors": [{"path": ["query Issues", "repository"], "extensions": extensions, "message": message}]});
    }
    let shown = |issue: &Issue| shown(issue, query.contains("stateReason(enableDuplicate: true)"));
    // GitHub finds a repo in any spelling and under its former name, and names it as it is called now.
    let name =
        format!("{}/{}", variables["owner"].as_str().unwrap_or("acme"), variables["name"].as_str().unwrap_or("web"));
    let name = name.to_lowercase().replace("acme/old", "acme/web");
    if query.contains("query OneIssue") {
        let found = issues.iter().find(|issue| variables["number"] == issue.number);
        return match found {
            Some(issue) => json!({"data": {"repository": {"nameWithOwner": name, "issue": shown(issue)}}}),
            None => json!({"data": {"repository": {"issue": null}}, "errors": [{"type": "NOT_FOUND",
                "path": ["repository", "issue"], "message": "Could not resolve to an Issue."}]}),
        };
    }
    if query.contains("query Issues") {
        let since = variables["since"].as_str().expect("since");
        let since = chrono::DateTime::parse_from_rfc3339(since).expect("an instant").timestamp_millis();
        let labels = variables["labels"].as_array().expect("labels");
        let wanted = |issue: &&Issue| {
            issue.updated >= since && issue.labels.iter().any(|own| labels.iter().any(|label| label == own))
        };
        let mut found: Vec<&Issue> = issues.iter().filter(wanted).collect();
        found.sort_by_key(|issue| (issue.updated, issue.number));
        let after = variables["after"].as_str().and_then(|text| text.parse::<usize>().ok()).unwrap_or(0);
        let first = usize::try_from(variables["first"].as_u64().expect("first")).expect("few");
        let page: Vec<Value> = found.iter().skip(after).take(first).map(|issue| shown(issue)).collect();
        let end = after + page.len();
        return json!({"data": {"repository": {"nameWithOwner": name, "issues": {
            "pageInfo": {"hasNextPage": end < found.len(), "endCursor": end.to_string()}, "nodes": page}}}});
    }
    json!({"data": {"repository": {"nameWithOwner": name, "url": format!("https://github.com/{name}"),
        "deployments": {"pageInfo": {"hasNextPage": false, "endCursor": null}, "nodes": []}}}})
}

impl Scene {
    fn new(issues: Vec<Issue>) -> Self {
        Self::of(issues, false, "")
    }

    /// With further lines of `[github_issues]`.
    fn of(issues: Vec<Issue>, is_old: bool, config: &str) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let issues = Arc::new(Mutex::new(issues));
        let shared = Arc::clone(&issues);
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let shared = Arc::clone(&shared);
                std::thread::spawn(move || {
                    let mut reader = std::io::BufReader::new(stream.try_clone().expect("a stream"));
                    while let Ok(Some(raw)) = wire::read(&mut reader) {
                        let body: Value = serde_json::from_slice(&raw.body).expect("JSON");
                        let body = answer(&shared.lock().expect("issues"), is_old, &body).to_string();
                        let reply = Reply { status: 200, headers: Vec::new(), body, pace: Pace::Whole };
                        if !wire::write(&mut stream, &reply).unwrap_or(false) {
                            break;
                        }
                    }
                });
            }
        });
        let place = Place::new();
        place.write(
            "dora.toml",
            &format!(
                "[github]\napi_url = \"{url}\"\nrepos = [\"acme/web\"]\n[github_issues]\nlabels = [\"incident\"]\n{config}"
            ),
        );
        Self { place, issues }
    }

    fn fetched(&self) -> Run {
        self.fetched_with(&[])
    }

    fn fetched_with(&self, more: &[&str]) -> Run {
        let mut command = self.place.command([&["fetch", "--since", "2025-01-01", "--strict"], more].concat());
        for name in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] {
            command.env_remove(name);
        }
        let done = command.env("GITHUB_TOKEN", "made-up").output().expect("the program runs");
        let run = Run {
            code: done.status.code().expect("an exit code"),
            stdout: String::from_utf8(done.stdout).expect("UTF-8"),
            stderr: String::from_utf8(done.stderr).expect("UTF-8"),
        };
        assert_eq!(run.code, 0, "{}", run.stderr);
        run
    }

    /// Reads other repos from now on.
    fn repos(&self, list: &str) {
        let path = self.place.path("dora.toml");
        let text = std::fs::read_to_string(&path).expect("a config");
        let at = text.find("repos = ").expect("the key");
        let end = at + text[at..].find('\n').expect("a line");
        std::fs::write(&path, format!("{}repos = {list}{}", &text[..at], &text[end..])).expect("written");
    }

    /// The repos whose incidents are covered, and those whose incidents are not.
    fn covered(&self) -> (Vec<String>, Vec<String>) {
        let text = std::fs::read_to_string(self.place.path("data/coverage.json")).expect("the coverage");
        let entries: Vec<Value> = serde_json::from_str(&text).expect("JSON");
        let issues = entries.iter().filter(|entry| entry["source"] == "github-issues" && entry["table"] == "incidents");
        let (yes, no): (Vec<&Value>, Vec<&Value>) =
            issues.partition(|entry| entry["spans"].as_array().is_some_and(|spans| !spans.is_empty()));
        let names = |list: Vec<&Value>| list.iter().map(|it| it["scope"].as_str().unwrap_or("").to_owned()).collect();
        (names(yes), names(no))
    }

    fn column(&self, name: &str) -> Vec<String> {
        self.place.done([
            "report",
            "--format",
            "csv",
            "--compare",
            "none",
            "--period",
            "2025-03",
            "--as-of",
            "2026-01-01T00:00:00Z",
        ]);
        let files = self.place.files("reports/2025-03");
        let (_, bytes) = files.iter().find(|(path, _)| path.ends_with("incidents.csv")).expect("the table");
        let mut reader = csv::Reader::from_reader(bytes.as_slice());
        let at = reader.headers().expect("a header").iter().position(|own| own == name).expect("a column");
        reader.records().flatten().map(|row| row[at].to_owned()).collect()
    }
}

fn issue(number: i64, created: i64, closed: Option<i64>) -> Issue {
    let updated = closed.unwrap_or(created);
    Issue { number, created, updated, closed, reason: None, labels: vec!["incident"] }
}

#[test]
fn labelled_issues_are_incidents_from_opening_to_closing_and_may_open_again() {
    let march = NEW_YEAR + 60 * DAY;
    let mut all = vec![
        issue(1, march, Some(march + 2 * HOUR)),
        issue(2, march + DAY, None),
        Issue {
            labels: vec!["incident", "caused-by-deploy", "sev-2", "service: checkout"],
            ..issue(3, march + 2 * DAY, Some(march + 3 * DAY))
        },
        Issue { reason: Some("DUPLICATE"), ..issue(4, march + 3 * DAY, Some(march + 4 * DAY)) },
        Issue { labels: vec!["bug"], ..issue(5, march + 4 * DAY, None) },
    ];
    all.extend((10..240).map(|number| issue(number, NEW_YEAR + number * HOUR, Some(NEW_YEAR + number * HOUR + 1))));
    let scene = Scene::new(all);
    scene.fetched();
    assert_eq!(scene.column("status"), ["closed", "open", "closed", "merged"]);
    assert_eq!(scene.column("time_to_restore_seconds"), ["7200", "", "86400", ""]);
    assert_eq!(scene.column("priority"), ["", "", "P2", ""]);
    assert_eq!(scene.column("service")[0], "", "no deployment makes it a service");
    // Opened again, closed late, and one that lost its label.
    {
        let now = now();
        let mut issues = scene.issues.lock().expect("issues");
        issues[0].closed = None;
        issues[0].updated = now;
        issues[1].labels = vec!["bug"];
    }
    scene.fetched();
    assert_eq!(scene.column("status"), ["open", "gone", "closed", "merged"]);
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn duplicates_do_not_count_and_issues_closed_as_not_planned_count_as_the_config_says() {
    let march = NEW_YEAR + 60 * DAY;
    let issues = || {
        vec![
            Issue { reason: Some("COMPLETED"), ..issue(1, march, Some(march + HOUR)) },
            Issue { reason: Some("NOT_PLANNED"), ..issue(2, march + DAY, Some(march + DAY + HOUR)) },
            Issue { reason: Some("DUPLICATE"), ..issue(3, march + 2 * DAY, Some(march + 3 * DAY)) },
        ]
    };
    for (is_old, config, reasons) in [
        (false, "", ["unmapped", "unmapped", "merged"]),
        (false, "count_not_planned = false\n", ["unmapped", "not-planned", "merged"]),
        // A server that does not tell duplicates from them.
        (true, "count_not_planned = false\n", ["unmapped", "not-planned", "not-planned"]),
    ] {
        let scene = Scene::of(issues(), is_old, config);
        scene.fetched();
        assert_eq!(scene.column("reason"), reasons, "{is_old} {config}");
        let not_planned = (&scene.column("counted")[1], &scene.column("time_to_restore_seconds")[1]);
        assert_eq!(not_planned, (&config.is_empty().to_string(), &String::new()), "closing it restored nothing");
    }
}

#[test]
fn a_repo_that_a_run_leaves_out_is_expected_and_not_covered() {
    let scene = Scene::new(vec![issue(1, NEW_YEAR + 60 * DAY, None)]);
    let names = |list: &[&str]| list.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
    scene.fetched();
    assert_eq!(scene.covered(), (names(&["acme/web"]), names(&[])));
    scene.repos("[\"acme/web\", \"acme/api\"]");
    scene.fetched_with(&["--repo", "acme/web"]);
    assert_eq!(scene.covered(), (names(&["acme/web"]), names(&["acme/api"])), "a new repo that was not read");
    scene.fetched();
    scene.fetched_with(&["--repo", "acme/web"]);
    assert_eq!(scene.covered(), (names(&["acme/api", "acme/web"]), names(&[])), "what was read stays");
}

#[test]
fn a_repo_in_another_spelling_or_under_its_former_name_is_covered() {
    for configured in ["[\"ACME/Web\"]", "[\"acme/old\"]"] {
        let scene = Scene::new(vec![issue(1, NEW_YEAR + 60 * DAY, None)]);
        scene.repos(configured);
        for _ in 0..2 {
            scene.fetched();
            assert_eq!(scene.covered(), (vec!["acme/web".to_owned()], Vec::new()), "{configured}");
        }
    }
}
