//! The made-up GitHub itself: it counts, orders and refuses as the real one is documented to.

use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::{Value, json};

use super::fault::{Effect, Fault};
use super::server::{Credentials, Server, token};
use super::shapes::{even, every_shape};
use super::world::{Merge, NEW_YEAR, Repo, World};

/// Asks the server as a client would; the reply's head and its JSON.
fn ask(server: &Server, token: &str, query: &str, variables: &Value) -> (String, Value) {
    let body = json!({"query": query, "variables": variables}).to_string();
    let host = server.url().replace("http://", "");
    let mut stream = TcpStream::connect(&host).expect("a connection");
    let head = format!(
        "POST /graphql HTTP/1.1\r\nHost: {host}\r\nUser-Agent: test\r\nAuthorization: Bearer {token}\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(head.as_bytes()).expect("a request");
    stream.shutdown(std::net::Shutdown::Write).expect("the end of the request");
    let mut reply = String::new();
    stream.read_to_string(&mut reply).expect("a reply");
    let (head, body) = reply.split_once("\r\n\r\n").expect("a head");
    (head.to_owned(), serde_json::from_str(body).unwrap_or_default())
}

fn data(server: &Server, query: &str, variables: &Value) -> Value {
    let (_, reply) = ask(server, &token(), query, variables);
    assert!(reply.get("errors").is_none(), "{reply}");
    reply["data"].clone()
}

#[test]
fn deployments_come_oldest_first_unless_asked_otherwise_and_statuses_newest_first() {
    let server = Server::start(World::of([every_shape("acme/web")]));
    let ask = |order: &str| {
        let query = format!(
            "{{ r: repository(owner: \"acme\", name: \"web\") {{ deployments(first: 100{order}) {{ totalCount nodes {{
               createdAt databaseId ref {{ name }} statuses(first: 2) {{ totalCount nodes {{ state createdAt }} }} }} }} }} }}"
        );
        data(&server, &query, &json!({}))["r"]["deployments"].clone()
    };
    let (oldest, newest) = (ask(""), ask(", orderBy: {field: CREATED_AT, direction: DESC}"));
    let nodes = |page: &Value| page["nodes"].as_array().expect("nodes").clone();
    let mut reversed = nodes(&newest);
    reversed.reverse();
    assert_eq!(nodes(&oldest), reversed);
    assert!(nodes(&oldest)[0]["createdAt"].as_str() < nodes(&newest)[0]["createdAt"].as_str());
    assert!(nodes(&oldest)[0]["databaseId"].as_u64() > Some(u64::from(u32::MAX / 2)));
    let retried = nodes(&oldest).into_iter().find(|node| node["statuses"]["totalCount"] == 60).expect("retried often");
    let statuses = retried["statuses"]["nodes"].as_array().expect("statuses").clone();
    assert!(statuses.len() == 2 && statuses[0]["createdAt"].as_str() > statuses[1]["createdAt"].as_str());
}

#[test]
fn pages_join_without_a_gap_even_where_newer_entries_came_between() {
    let server = Server::start(World::of([even("acme/web", 7, 1)]));
    let query = "query($after: String) { repository(owner: \"acme\", name: \"web\") {
        deployments(first: 3, after: $after, orderBy: {field: CREATED_AT, direction: DESC}) {
            nodes { id } pageInfo { hasNextPage endCursor } } } }";
    let (mut ids, mut after) = (Vec::new(), Value::Null);
    loop {
        let page = data(&server, query, &json!({"after": after}))["repository"]["deployments"].clone();
        ids.extend(page["nodes"].as_array().expect("nodes").clone());
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
        after = page["pageInfo"]["endCursor"].clone();
        server.state(|state| {
            let repo = state.world.repo_mut("acme/web");
            let head = repo.push(NEW_YEAR + 400 * 86_400);
            repo.deploy(&head, "production", NEW_YEAR + 400 * 86_400);
        });
    }
    let unique: std::collections::BTreeSet<String> = ids.iter().map(Value::to_string).collect();
    assert_eq!((ids.len(), unique.len()), (7, 7));
}

#[test]
fn history_is_walked_as_git_does_and_resumes_at_a_cursor() {
    let mut repo = Repo::new("acme/web");
    let root = repo.push(NEW_YEAR);
    let left = repo.push(NEW_YEAR + 20);
    let right = repo.commit(&[&root], NEW_YEAR + 10, NEW_YEAR + 30);
    let merge = repo.advance(&[&right], NEW_YEAR + 40, NEW_YEAR + 40);
    let squashed = repo.pull(Merge::Squash, &[NEW_YEAR + 15], NEW_YEAR + 16, NEW_YEAR + 50);
    let server = Server::start(World::of([repo]));
    let query =
        "query($oid: GitObjectID!, $after: String) { repository(owner: \"acme\", name: \"web\") { object(oid: $oid) {
        __typename ... on Commit { history(first: 3, after: $after) { nodes { oid parents(first: 2) { nodes { oid } }
        associatedPullRequests(first: 1) { nodes { number commits(first: 1) { nodes { commit { authoredDate } } } } } }
        pageInfo { endCursor } } } } } }";
    let walk = |oid: &str, after: &Value| {
        data(&server, query, &json!({"oid": oid, "after": after}))["repository"]["object"].clone()
    };
    let first = walk(&squashed, &Value::Null);
    let oids = |page: &Value| {
        let nodes = page["history"]["nodes"].as_array().expect("nodes").clone();
        nodes.iter().map(|node| node["oid"].as_str().expect("an oid").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(oids(&first), [&*squashed, &*merge, &*right]);
    assert_eq!(oids(&walk(&squashed, &first["history"]["pageInfo"]["endCursor"])), [&*left, &*root]);
    let pull = &first["history"]["nodes"][0]["associatedPullRequests"]["nodes"][0];
    assert_eq!(pull["commits"]["nodes"][0]["commit"]["authoredDate"], "2025-01-01T00:00:15Z");
    assert_eq!(first["history"]["nodes"][1]["parents"]["nodes"].as_array().map(Vec::len), Some(2));
    let gone = "0123456789abcdef0123456789abcdef01234567";
    assert!(walk(gone, &Value::Null).is_null());
}

#[test]
fn what_the_real_one_refuses_is_refused() {
    let server = Server::start(World::of([even("acme/web", 2, 1)]));
    let cases = [
        ("{ repository(owner: \"acme\", name: \"gone\") { id } }", "NOT_FOUND"),
        ("{ repository(owner: \"acme\", name: \"web\") { colour } }", "undefinedField"),
        (
            "{ repository(owner: \"acme\", name: \"web\") { deployments { nodes { id } } } }",
            "MISSING_PAGINATION_BOUNDARIES",
        ),
        (
            "{ repository(owner: \"acme\", name: \"web\") { deployments(first: 101) { totalCount } } }",
            "EXCESSIVE_PAGINATION",
        ),
        (
            "{ organization(login: \"acme\") { repositories(first: 100) { nodes { deployments(first: 100) { nodes {
            statuses(first: 100) { nodes { state } } } } } } } }",
            "MAX_NODE_LIMIT_EXCEEDED",
        ),
    ];
    for (query, kind) in cases {
        let (head, reply) = ask(&server, &token(), query, &json!({}));
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        assert_eq!(reply["errors"][0]["type"], kind, "{reply}");
    }
    let (head, _) = ask(&server, "wrong", "{ viewer { login } }", &json!({}));
    assert!(head.starts_with("HTTP/1.1 401"), "{head}");
    assert_eq!(server.log().last().map(|request| request.credentials), Some(Credentials::Wrong));
}

#[test]
fn points_are_counted_and_a_spent_budget_answers_with_200() {
    let server = Server::start(World::of([even("acme/web", 2, 1)]));
    server.state(|state| state.limit = 3);
    let query = "{ repository(owner: \"acme\", name: \"web\") { deployments(first: 100) { nodes { statuses(first: 20) {
        nodes { state } } } } } rateLimit { cost remaining nodeCount } }";
    let reply = data(&server, query, &json!({}));
    assert_eq!(reply["rateLimit"], json!({"cost": 1, "remaining": 2, "nodeCount": 2_100}));
    server.fault(Fault::at(3, Effect::Limited("RATE_LIMIT", 60)));
    ask(&server, &token(), query, &json!({}));
    for kind in ["RATE_LIMIT", "RATE_LIMITED"] {
        let (head, reply) = ask(&server, &token(), query, &json!({}));
        assert!(head.starts_with("HTTP/1.1 200") && head.contains("x-ratelimit-remaining: 0"), "{head}");
        assert_eq!(reply["errors"][0]["type"], kind);
    }
    assert_eq!((server.points(), server.requests()), (2, 4));
}
