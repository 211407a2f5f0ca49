//! The answers of a made-up Jira Cloud: JQL with instants in the time zone of the account, seven hours ahead of UTC, a token
//! for the next page, and instants with an offset without a colon.

use serde_json::{Value, json};
use url::Url;

use super::{Answer, Login, StandIn, instant, number, plain, query, within};
use crate::incidents::world::{DAY, HOUR, Made, NEW_YEAR, World};

pub(super) static STAND_IN: StandIn = StandIn {
    source: "jira",
    section: "[jira]\napi_url = \"URL\"\nemail = \"ops@acme.io\"\njql = \"project = OPS\"\n",
    variable: "JIRA_TOKEN",
    login: Login::Password("ops@acme.io"),
    parameters: &["jql", "fields", "expand", "maxResults", "nextPageToken"],
    page: 50,
    window_days: 0,
    list: "{\"issues\": ROWS, \"isLast\": true}",
    before: 1,
    refusal: (401, "\"Client must be authenticated to access this resource.\""),
    field_prefix: "",
    resumes: true,
    shows_one: true,
    shown,
    answer,
};

const AHEAD: i64 = 7 * HOUR;

fn answer(world: &World, url: &Url) -> Answer {
    let parts: Vec<&str> = url.path().trim_matches('/').split('/').collect();
    assert!(parts.contains(&"myself") || query(url, "expand").as_deref() == Some("changelog"), "{url}");
    match parts[..] {
        ["rest", "api", "3", "search", "jql"] => {
            let jql = query(url, "jql").expect("a query");
            assert!(jql.starts_with("(project = OPS) AND created >= \""), "{jql}");
            let bound = |sign: &str| {
                let (_, rest) = jql.split_once(&format!("created {sign} \"")).expect("a bound");
                instant(rest.split('"').next().expect("an end"), "%Y-%m-%d %H:%M") - AHEAD
            };
            let oldest_first = jql.contains("ORDER BY created ASC");
            let found = within(world, bound(">="), bound("<="), oldest_first);
            let size = number(url, "maxResults", 50).min(100);
            let offset =
                query(url, "nextPageToken").map_or(Some(0), |token| token.strip_prefix("after-")?.parse().ok());
            let Some(offset) = offset else { return plain(400, json!({"errorMessages": ["The token is not valid."]})) };
            let rows: Vec<Value> = found.iter().skip(offset).take(size).map(|made| shown(made)).collect();
            let mut page = json!({"issues": rows, "isLast": true});
            if offset + size < found.len() {
                page["isLast"] = false.into();
                page["nextPageToken"] = format!("after-{}", offset + size).into();
            }
            plain(200, page)
        }
        ["rest", "api", "3", "myself"] => plain(200, json!({"accountId": "5b10", "emailAddress": "ops@acme.io"})),
        ["rest", "api", "3", "issue", id] => match world.find(id) {
            Some(made) => plain(200, shown(made)),
            None => {
                plain(404, json!({"errorMessages": ["Issue does not exist or you do not have permission to see it."]}))
            }
        },
        _ => plain(404, json!({"errorMessages": ["null for uri"]})),
    }
}

fn shown(made: &Made) -> Value {
    let at = |at: i64| {
        let local = chrono::DateTime::from_timestamp_millis(at + AHEAD).expect("an instant");
        local.format("%Y-%m-%dT%H:%M:%S%.3f+0700").to_string()
    };
    let category = match (made.ended, made.acknowledged) {
        (Some(_), _) => "done",
        (None, Some(_)) => "indeterminate",
        (None, None) => "new",
    };
    let mut fields = json!({
        "summary": made.title, "status": {"name": "Anything", "statusCategory": {"key": category}},
        "created": at(made.created), "resolutiondate": made.impact.or(made.ended).map(at),
        "statuscategorychangedate": at(made.ended.unwrap_or(made.created)),
        "resolution": made.merged.then(|| json!({"name": "Duplicate"})),
        "priority": made.priority.as_ref().map(|name| json!({"id": "2", "name": name})), "labels": made.tags,
        "components": [null, {"id": made.service.0, "name": made.service.1}], "project": {"key": "OPS", "name": "Operations"},
    });
    for (name, value) in &made.fields {
        fields[name] = json!({"value": value});
    }
    let log = json!({"startAt": 0, "maxResults": 40, "total": made.chatter.max(0) + 1, "histories": made.changes});
    json!({"id": made.id, "key": format!("OPS-{}", made.id), "fields": fields, "changelog": log})
}

/// An entry of the changelog: the status has changed.
fn moved(at: i64) -> Value {
    let at = chrono::DateTime::from_timestamp_millis(at).expect("an instant").format("%Y-%m-%dT%H:%M:%S%.3f+0000");
    json!({"id": "1", "created": at.to_string(), "items": [null, {"field": "status", "from": "3", "to": "6"}]})
}

#[test]
fn a_reopened_issue_ends_at_its_last_end_and_a_cut_changelog_is_counted() {
    let (mut world, end) = (World::new(), NEW_YEAR + 61 * DAY);
    // Jira sends two dates of an issue; the world has one end, which is the later date.
    for (chatter, changes) in [(0, vec![moved(end)]), (60, vec![Value::Null, moved(end)]), (60, vec![])] {
        let made = world.incident(NEW_YEAR + 59 * DAY);
        (made.ended, made.impact) = (Some(end), Some(NEW_YEAR + 60 * DAY));
        (made.chatter, made.changes) = (chatter, changes);
    }
    let scene = STAND_IN.scene(world, "");
    let run = scene.fetched(&["--strict"]);
    assert!(run.stderr.contains("the newest part of the history of 1 incident."), "{}", run.stderr);
    let ends = scene.column("2025-03", "resolved_at");
    assert!(ends.len() == 3 && ends.iter().all(|(_, at)| at == "2025-03-03T00:00:00Z"), "{ends:?}");
}

#[test]
fn a_token_that_jira_ignores_is_refused_although_jira_sends_an_empty_list() {
    let mut world = World::new();
    world.incident(NEW_YEAR);
    let scene = STAND_IN.scene(world, "");
    // As to a stranger: what needs an account is refused, and the search shows nothing.
    scene.server.state(|state| state.stand_in = Some(&STRANGER));
    let run = scene.fetch(&[]);
    assert_eq!(run.code, 3, "{}", run.stderr);
    assert!(run.stderr.contains("JIRA_TOKEN"), "{}", run.stderr);
    assert!(scene.covered("jira", "*").is_empty(), "an empty list of a stranger is no proof");
}

static STRANGER: StandIn = StandIn {
    answer: |_, url| match url.path() {
        "/rest/api/3/myself" => plain(401, json!("Client must be authenticated to access this resource.")),
        _ => plain(200, json!({"issues": [], "isLast": true})),
    },
    ..STAND_IN
};
