//! Services that only the configuration describes: one for each kind of pagination, with other logins and other forms of
//! instants.

use dora_report::config::Config;
use serde_json::{Value, json};
use url::Url;

use super::{Answer, Login, StandIn, number, plain, query, within};
use crate::incidents::scene::Scene;
use crate::incidents::world::{DAY, Made, NEW_YEAR, World, iso};

const OFFSET_SECTION: &str = r#"[[http_incidents]]
name = "desk-offset"
api_url = "URL"
token_env = "HELPDESK_TOKEN"
auth = "header"
auth_header = "X-Api-Key"
path = "/incidents"
query = { limit = "{size}" }
rows = "/incidents"
paging = "offset"
next = "/more"
page_size = 100
sorted = "newest-first"
one = "/incidents/{id}"
over = ["resolved"]
opened_at = "/started_at"
priority = "/severity/name"
tags = "/labels"
services = ["/service/name", "/service/id"]
url = "{root}/incidents/{/id}"
"#;

/// All incidents, the newest first, whatever is asked for.
pub(super) static OFFSET: StandIn = StandIn {
    source: "desk-offset",
    section: OFFSET_SECTION,
    variable: "HELPDESK_TOKEN",
    login: Login::Header("x-api-key"),
    parameters: &["limit", "offset"],
    page: 100,
    window_days: 0,
    list: "{\"more\": false, \"incidents\": ROWS}",
    before: 0,
    refusal: (401, "{\"message\": \"Unauthorized\"}"),
    field_prefix: "/",
    resumes: false,
    shows_one: true,
    shown,
    answer: |world, url| {
        one(world, url).unwrap_or_else(|| {
            let (limit, offset) = (number(url, "limit", 10), number(url, "offset", 0));
            let found = within(world, i64::MIN, i64::MAX, false);
            let rows: Vec<Value> = found.iter().skip(offset).take(limit).map(|made| shown(made)).collect();
            plain(200, json!({"more": offset + limit < found.len(), "incidents": rows}))
        })
    },
};

const LINK_SECTION: &str = r#"[[http_incidents]]
name = "desk-link"
api_url = "URL/desk"
token_env = "HELPDESK_TOKEN"
auth = "basic"
username = "dora"
path = "incidents"
query = { since = "{from}" }
times = "epoch-milliseconds"
paging = "link"
next = "/links/next"
rows = "/data"
sorted = "oldest-first"
one = "incidents/{id}"
one_row = "/data"
over = ["resolved"]
created_at = "/created"
opened_at = "/began"
resolved_at = "/ended"
priority = "/severity/name"
tags = "/labels"
services = ["/service/name", "/service/id"]
"#;

/// Instants in seconds since 1970, and relative links.
pub(super) static LINK: StandIn = StandIn {
    source: "desk-link",
    section: LINK_SECTION,
    variable: "HELPDESK_TOKEN",
    login: Login::Password("dora"),
    parameters: &["since", "page"],
    page: 80,
    window_days: 0,
    list: "{\"data\": ROWS, \"links\": {}}",
    before: 0,
    refusal: (401, "{\"message\": \"Unauthorized\"}"),
    field_prefix: "/",
    resumes: true,
    shows_one: true,
    shown: in_seconds,
    answer: |world, url| {
        if let Some((status, headers, found)) = one(world, url) {
            let made = found["id"].as_str().and_then(|id| world.find(id));
            return (status, headers, json!({"data": made.map(in_seconds)}));
        }
        let from = query(url, "since").and_then(|text| text.parse().ok()).expect("milliseconds");
        let page = number(url, "page", 0);
        let found = within(world, from, i64::MAX, true);
        let rows: Vec<Value> = found.iter().skip(page * 80).take(80).map(|made| in_seconds(made)).collect();
        let next = ((page + 1) * 80 < found.len()).then(|| format!("?since={from}&page={}", page + 1));
        plain(200, json!({"data": rows, "links": {"next": next}}))
    },
};

const CURSOR_SECTION: &str = r#"[[http_incidents]]
name = "desk-cursor"
api_url = "URL"
token_env = "HELPDESK_TOKEN"
path = "/incidents"
rows = "/incidents"
paging = "cursor"
page_parameter = "token"
next = "/meta/token"
over = ["resolved"]
opened_at = "/started_at"
priority = "/severity/name"
tags = "/labels"
services = ["/service/name", "/service/id"]
"#;

/// In no order, and no incident by itself.
pub(super) static CURSOR: StandIn = StandIn {
    source: "desk-cursor",
    section: CURSOR_SECTION,
    variable: "HELPDESK_TOKEN",
    login: Login::Bearer,
    parameters: &["token"],
    page: 70,
    window_days: 0,
    list: "{\"incidents\": ROWS, \"meta\": null}",
    before: 0,
    refusal: (401, "{\"message\": \"Unauthorized\"}"),
    field_prefix: "/",
    resumes: false,
    shows_one: false,
    shown,
    answer: |world, url| {
        if url.path() != "/incidents" {
            return plain(404, json!({"message": "not found"}));
        }
        let mut found = within(world, i64::MIN, i64::MAX, true);
        found.sort_by_key(|made| made.id.chars().rev().collect::<String>());
        let offset = query(url, "token").map_or(Some(0), |token| token.strip_prefix("t")?.parse().ok());
        let Some(offset) = offset else { return plain(400, json!({"message": "no such token"})) };
        let rows: Vec<Value> = found.iter().skip(offset).take(70).map(|made| shown(made)).collect();
        let next = (offset + 70 < found.len()).then(|| format!("t{}", offset + 70));
        plain(200, json!({"incidents": rows, "meta": {"token": next}}))
    },
};

const WINDOWS_SECTION: &str = r#"[[http_incidents]]
name = "desk-windows"
api_url = "URL"
token_env = "HELPDESK_TOKEN"
auth = "plain"
path = "/incidents"
query = { from = "{from}", to = "{to}", per_page = "{size}" }
rows = "/incidents"
paging = "windows"
next = "/more"
sorted = "oldest-first"
one = "/incidents/{id}"
over = ["resolved"]
opened_at = "/started_at"
priority = "/severity/name"
tags = "/labels"
services = ["/service/name", "/service/id"]
"#;

/// Both ends of a span.
pub(super) static WINDOWS: StandIn = StandIn {
    source: "desk-windows",
    section: WINDOWS_SECTION,
    variable: "HELPDESK_TOKEN",
    login: Login::Plain,
    parameters: &["from", "to", "per_page", "page"],
    page: 99,
    window_days: 179,
    list: "{\"incidents\": ROWS}",
    before: 0,
    refusal: (401, "{\"message\": \"Unauthorized\"}"),
    field_prefix: "/",
    resumes: true,
    shows_one: true,
    shown,
    answer: |world, url| {
        one(world, url).unwrap_or_else(|| {
            let at = |name: &str| {
                let text = query(url, name).expect("both ends are asked for");
                chrono::DateTime::parse_from_rfc3339(&text).expect("an instant").timestamp_millis()
            };
            let (size, page) = (number(url, "per_page", 10), number(url, "page", 1));
            let found = within(world, at("from"), at("to"), true);
            let rows: Vec<Value> = found.iter().skip((page - 1) * size).take(size).map(|made| shown(made)).collect();
            plain(200, json!({"incidents": rows, "more": page * size < found.len()}))
        })
    },
};

/// Forty a page, whatever is asked for, and nothing about the end.
static SHORT_PAGES: StandIn = StandIn {
    source: "desk-pages",
    parameters: &["per_page", "page"],
    answer: |world, url| {
        let page = number(url, "page", 1);
        let found = within(world, i64::MIN, i64::MAX, true);
        let rows: Vec<Value> = found.iter().skip((page - 1) * 40).take(40).map(|made| shown(made)).collect();
        plain(200, json!({"incidents": rows}))
    },
    ..CURSOR
};

/// The answer to a question for one incident.
fn one(world: &World, url: &Url) -> Option<Answer> {
    let (_, id) = url.path().split_once("/incidents/")?;
    let found = world.find(id);
    Some(found.map_or_else(|| plain(404, json!({"message": "not found"})), |made| plain(200, shown(made))))
}

fn shown(made: &Made) -> Value {
    let mut shown = json!({
        "id": made.id, "title": made.title, "status": if made.ended.is_some() { "resolved" } else { "open" },
        "created_at": iso(made.created), "started_at": iso(made.impact.unwrap_or(made.created)),
        "resolved_at": made.ended.map(iso), "severity": made.priority.as_ref().map(|name| json!({"name": name})),
        "labels": made.tags, "service": {"id": made.service.0, "name": made.service.1},
    });
    for (name, value) in &made.fields {
        shown[name] = value.clone();
    }
    shown
}

fn in_seconds(made: &Made) -> Value {
    let mut shown = shown(made);
    shown["created"] = (made.created / 1_000).into();
    shown["began"] = (made.impact.unwrap_or(made.created) / 1_000).to_string().into();
    shown["ended"] = made.ended.map(|at| at / 1_000).into();
    shown
}

#[test]
fn several_services_of_one_kind_are_sources_of_their_own() {
    let mut world = World::new();
    world.incident(NEW_YEAR + 59 * DAY);
    let scene = Scene::new(world, &[CURSOR_SECTION, &CURSOR_SECTION.replace("desk-cursor", "desk-two")].concat());
    scene.server.state(|state| state.stand_in = Some(&CURSOR));
    let run = scene.fetched(&["--strict"]);
    assert!(
        run.stderr.contains("desk-cursor: 1 requests") && run.stderr.contains("desk-two: 1 requests"),
        "{}",
        run.stderr
    );
    let sources: Vec<String> = scene.column("2025-03", "source").into_iter().map(|(_, source)| source).collect();
    assert_eq!(sources, ["desk-cursor", "desk-two"]);
    assert_eq!((scene.covered("desk-cursor", "*").len(), scene.covered("desk-two", "*").len()), (1, 1));
    // One of them is out of order: the other one's figures stand.
    scene.server.fault(3, crate::incidents::server::Fault::Reply(400, Vec::new(), "{}".into()));
    let run = scene.fetch(&["--full"]);
    assert_eq!(run.code, 4, "{}", run.stderr);
}

#[test]
fn an_incident_that_is_no_longer_listed_is_kept_where_it_cannot_be_asked_for() {
    let mut world = World::new();
    world.incident(NEW_YEAR + 59 * DAY).ended = None;
    let scene = Scene::new(world, CURSOR_SECTION);
    scene.server.state(|state| state.stand_in = Some(&CURSOR));
    scene.fetched(&["--strict"]);
    scene.server.state(|state| state.world.made[0].ended = Some(NEW_YEAR + 60 * DAY));
    scene.fetched(&["--strict"]);
    assert_eq!(scene.column("2025-03", "resolved_at")[0].1, "2025-03-02T00:00:00Z", "every run reads everything");
    scene.server.state(|state| state.world.made.clear());
    scene.fetched(&["--strict"]);
    assert_eq!(scene.column("2025-03", "status")[0].1, "resolved");
}

#[test]
fn a_section_says_what_it_lacks() {
    let least = CURSOR_SECTION.replace("URL", "https://desk.example");
    let read = |text: &str| {
        let read =
            Config::parse(text, std::path::Path::new("dora.toml"), &|_| Err(std::io::ErrorKind::NotFound.into()));
        read.map(|_| ()).map_err(|error| error.to_string())
    };
    assert_eq!(read(&least), Ok(()));
    for (from, to, wanted) in [
        ("name = \"desk-cursor\"\n", "", "needs `name`"),
        ("desk-cursor", "github", "`github` is the name of another source"),
        ("desk-cursor", "pagerduty", "`pagerduty` is the name of another source"),
        ("desk-cursor", "a b", "letters, digits, `-` and `_`"),
        ("https://desk.example", "http://desk.example", "a key would travel unencrypted"),
        ("token_env = \"HELPDESK_TOKEN\"\n", "", "needs `token_env`"),
        ("next = \"/meta/token\"\n", "", "needs `next`"),
        ("\"cursor\"", "\"pages\"", "cannot be `pages`"),
        ("\"cursor\"", "\"windows\"", "needs `{from}` and `{to}`"),
        ("rows = \"/incidents\"", "rows = \"incidents\"", "`incidents` is not a JSON pointer"),
        ("path = \"/incidents\"\n", "path = \"/x\"\nauth = \"basic\"\n", "needs `username`"),
        ("path = \"/incidents\"\n", "path = \"/x\"\none = \"/x\"\n", "must contain `{id}`"),
        ("\"/incidents\"\nrows", "\"/incidents?state=all\"\nrows", "contains `?` or `#`, which a path cannot have"),
        ("path = \"/incidents\"\n", "path = \"/x\"\none = \"/x?id={id}\"\n", "write the path alone"),
        ("path = \"/incidents\"\n", "path = \"/x\"\nheaders = { \"a b\" = \"c\" }\n", "not the name of a header"),
        ("path = \"/incidents\"\n", "path = \"/x\"\nheaders = { x-api-key = \"c\" }\n", "looks like a secret"),
        (
            "path = \"/incidents\"\n",
            "path = \"/x\"\ncaused_by_deploy = { custom_field = \"x\" }\n",
            "not a JSON pointer",
        ),
    ] {
        assert!(least.contains(from), "{from}");
        let said = read(&least.replacen(from, to, 1)).expect_err(wanted);
        assert!(said.contains(wanted), "{wanted}: {said}");
    }
    let twice = read(&(least.clone() + &least)).expect_err("one name");
    assert!(twice.contains("`desk-cursor` is the name of another source"), "{twice}");
}

#[test]
fn places_that_are_wrong_are_an_error_and_never_zero_incidents() {
    for (from, to, wanted) in [
        ("rows = \"/incidents\"", "rows = \"/incidentz\"", "there is no list at /incidentz"),
        ("paging = \"cursor\"", "paging = \"cursor\"\ncreated_at = \"/made\"", "no incident has anything at /made"),
        ("paging = \"cursor\"", "paging = \"cursor\"\nid = \"/key\"", "an incident has no id at /key"),
        ("paging = \"cursor\"", "paging = \"cursor\"\ncreated_at = \"/title\"", "/title is not an RFC 3339 instant"),
        ("/incidents\"\nrows", "/incident\"\nrows", "404"),
        ("/incidents\"\nrows", "/incident\"\nrows", "/incident; check `api_url`"),
    ] {
        let mut world = World::new();
        world.incident(NEW_YEAR + 59 * DAY);
        assert!(CURSOR_SECTION.contains(from), "{from}");
        let scene = Scene::new(world, &CURSOR_SECTION.replacen(from, to, 1));
        scene.server.state(|state| state.stand_in = Some(&CURSOR));
        let run = scene.fetch(&[]);
        assert!([3, 4].contains(&run.code) && run.stderr.contains(wanted), "{wanted}: {}", run.stderr);
        assert!(scene.covered("desk-cursor", "*").is_empty(), "{wanted}");
    }
}

#[test]
fn a_link_to_another_host_does_not_get_the_key() {
    let mut world = World::new();
    world.incident(NEW_YEAR + 59 * DAY);
    let elsewhere = crate::incidents::server::Server::start(World::new());
    let scene = Scene::new(world, LINK_SECTION);
    scene.server.state(|state| state.stand_in = Some(&LINK));
    let page = json!({"data": [], "links": {"next": format!("{}/desk/incidents?page=1", elsewhere.url())}});
    scene.server.fault(1, crate::incidents::server::Fault::Reply(200, Vec::new(), page.to_string()));
    let run = scene.fetch(&[]);
    assert_eq!(run.code, 4, "{}", run.stderr);
    assert!(run.stderr.contains("the next page is on"), "{}", run.stderr);
    assert_eq!(elsewhere.requests(), 0);
}

#[test]
fn shorter_pages_than_asked_for_are_not_the_end_of_a_list() {
    let section = CURSOR_SECTION
        .replace("desk-cursor", "desk-pages")
        .replace("paging = \"cursor\"\npage_parameter = \"token\"\nnext = \"/meta/token\"\n", "paging = \"page\"\n");
    assert!(section.contains("paging = \"page\"\nover"), "{section}");
    for (count, requests) in [(0, 1), (30, 2), (80, 3), (130, 5)] {
        let mut world = World::new();
        for nth in 0..count {
            world.incident(NEW_YEAR + nth * DAY);
        }
        let scene = Scene::new(world, &section);
        scene.server.state(|state| state.stand_in = Some(&SHORT_PAGES));
        let run = scene.fetched(&["--strict"]);
        assert_eq!(scene.server.requests(), requests, "{count}: {}", run.stderr);
        let rows = scene.incidents("2025-01-30..2026-01-01").len();
        assert_eq!(rows, usize::try_from(count).expect("few"), "{count}");
    }
}
