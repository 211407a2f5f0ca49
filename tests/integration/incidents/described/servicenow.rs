//! The answers of a made-up ServiceNow, after its Table API: an encoded query, a `Link` header, display values beside
//! values in UTC. Access rules hide some records, so that pages are short. It reads the instants of a query in the time
//! zone of the account, eight hours behind UTC.

use serde_json::{Value, json};
use url::Url;

use super::{Answer, Login, StandIn, instant, number, plain, query, within};
use crate::incidents::world::{HOUR, Made, World};

pub(super) static STAND_IN: StandIn = StandIn {
    source: "servicenow",
    section: "[servicenow]\napi_url = \"URL\"\nusername = \"dora\"\n",
    variable: "SERVICENOW_TOKEN",
    login: Login::Password("dora"),
    parameters: &[
        "sysparm_query",
        "sysparm_fields",
        "sysparm_limit",
        "sysparm_offset",
        "sysparm_display_value",
        "sysparm_exclude_reference_link",
    ],
    page: 500,
    window_days: 0,
    list: "{\"result\": ROWS}",
    before: 0,
    refusal: (401, "{\"error\": {\"message\": \"User Not Authenticated\"}, \"status\": \"failure\"}"),
    field_prefix: "",
    resumes: true,
    shows_one: true,
    shown,
    answer,
};

const BEHIND: i64 = 8 * HOUR;

fn answer(world: &World, url: &Url) -> Answer {
    assert_eq!(query(url, "sysparm_display_value").as_deref(), Some("all"));
    let parts: Vec<&str> = url.path().trim_matches('/').split('/').collect();
    match parts[..] {
        ["api", "now", "table", "incident"] => {
            let encoded = query(url, "sysparm_query").expect("a query");
            let bound = |sign: &str| {
                let mut parts = encoded.split('^');
                let text = parts.find_map(|part| part.strip_prefix("sys_created_on")?.strip_prefix(sign));
                instant(text.expect("a bound"), "%Y-%m-%d %H:%M:%S") + BEHIND
            };
            let oldest_first = encoded.contains("^ORDERBYsys_created_on");
            let found = within(world, bound(">="), bound("<="), oldest_first);
            let (limit, offset) = (number(url, "sysparm_limit", 10_000), number(url, "sysparm_offset", 0));
            let page = found.iter().skip(offset).take(limit).filter(|made| !made.alert);
            let rows: Vec<Value> = page.map(|made| shown(made)).collect();
            let mut headers = vec![("x-total-count".to_owned(), found.len().to_string())];
            if offset + limit < found.len() {
                // The whole query again, as the service writes it.
                let mut pairs = url::form_urlencoded::Serializer::new(String::new());
                let kept = url.query_pairs().filter(|(name, _)| name != "sysparm_offset");
                pairs.extend_pairs(kept).append_pair("sysparm_offset", &(offset + limit).to_string());
                let next = format!("{}?{}", url.path(), pairs.finish());
                headers.push(("link".to_owned(), format!("<{}>;rel=\"first\",<{next}>;rel=\"next\"", url.path())));
            }
            (200, headers, json!({"result": rows}))
        }
        ["api", "now", "table", "incident", id] => match world.find(id) {
            Some(made) => plain(200, json!({"result": shown(made)})),
            None => plain(404, json!({"error": {"message": "No Record found", "detail": ""}, "status": "failure"})),
        },
        _ => plain(404, json!({"error": {"message": "Invalid table", "detail": ""}, "status": "failure"})),
    }
}

fn shown(made: &Made) -> Value {
    let at = |at: Option<i64>| {
        let text =
            |at: i64| chrono::DateTime::from_timestamp_millis(at).expect("an instant").format("%Y-%m-%d %H:%M:%S");
        // The display value is in the account's time zone.
        json!({"display_value": at.map_or_else(String::new, |at| text(at - BEHIND).to_string()),
            "value": at.map_or_else(String::new, |at| text(at).to_string())})
    };
    let both = |display: &str, value: &str| json!({"display_value": display, "value": value});
    let (state, name) = match (made.ended, made.acknowledged) {
        (Some(_), _) => ("6", "Resolved"),
        (None, Some(_)) => ("2", "In Progress"),
        (None, None) => ("1", "New"),
    };
    let mut record = json!({
        "sys_id": both(&made.id, &made.id), "number": both("INC0010001", "INC0010001"),
        "short_description": both(&made.title, &made.title), "state": both(name, state),
        "close_code": both("", if made.merged { "Duplicate" } else { "" }),
        "sys_created_on": at(Some(made.created)), "opened_at": at(Some(made.impact.unwrap_or(made.created))),
        "resolved_at": at(made.ended), "closed_at": at(None),
        "priority": both(made.priority.as_deref().unwrap_or_default(), "2"), "urgency": both("", ""),
        "business_service": both(&made.service.1, &made.service.0), "service_offering": both("", ""),
        "cmdb_ci": both("", ""), "assignment_group": both("", ""),
    });
    for (name, value) in &made.fields {
        record[name] = json!({"display_value": value, "value": value});
    }
    record
}

#[test]
fn a_page_that_access_rules_shorten_is_not_the_last_one() {
    let mut world = World::new();
    for nth in 0..1_600 {
        // The whole second page is hidden, and some of the others.
        let is_hidden = (500..1_000).contains(&nth) || nth % 3 == 0;
        world.incident(crate::incidents::world::NEW_YEAR + nth * 5 * HOUR).alert = is_hidden;
    }
    let shown = world.made.iter().filter(|made| !made.alert).count();
    let scene = STAND_IN.scene(world, "");
    scene.fetched(&["--strict"]);
    assert_eq!((scene.incidents("2025-01-30..2026-01-01").len(), scene.server.requests()), (shown, 4));
}

/// Behind something that takes the header `Link` out.
static WITHOUT_LINKS: StandIn = StandIn {
    answer: |world, url| {
        let (status, _, value) = answer(world, url);
        (status, Vec::new(), value)
    },
    ..STAND_IN
};

#[test]
fn a_list_without_links_is_read_to_its_end() {
    for (count, requests) in [(499, 1), (500, 2), (1_200, 3)] {
        let mut world = World::new();
        for nth in 0..count {
            world.incident(crate::incidents::world::NEW_YEAR + nth * 5 * HOUR);
        }
        let scene = STAND_IN.scene(world, "");
        scene.server.state(|state| state.stand_in = Some(&WITHOUT_LINKS));
        scene.fetched(&["--strict"]);
        let rows = i64::try_from(scene.incidents("2025-01-30..2026-01-01").len()).expect("few");
        assert_eq!((rows, scene.server.requests()), (count, requests));
    }
}
