//! The GitHub source against replies that GitHub itself gave: `../shared/data`, where it is.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use dora_report::domain::event::{Deployment, Rows};
use dora_report::domain::glob::Glob;
use dora_report::domain::kind::DeploymentKind;
use dora_report::domain::time::Timestamp;
use dora_report::http::WaitLimits;
use dora_report::sources::github::{Auth, Event, Known, Plan, fetch};
use serde_json::{Value, json};

/// A recorded page of deployments, with what our query asks beyond what was recorded; `None` where it is absent.
fn recorded() -> Option<Value> {
    let path = crate::support::shared_data("api-recordings/github-graphql/openbic-with-statuses.json")?;
    let text = std::fs::read_to_string(path).expect("a recording");
    let mut reply: Value = serde_json::from_str(&text).expect("JSON");
    reply["data"]["repository"]["url"] = json!("https://github.com/facebook/OpenBIC");
    Some(reply)
}

/// Answers every query: deployments as recorded, no commits.
fn serve(reply: &Value) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let deployments = reply.to_string();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.expect("a connection");
            let mut reader = BufReader::new(&stream);
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") && reader.read_line(&mut head).expect("a line") > 0 {}
            let length =
                head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
            let mut body = vec![0; length.unwrap_or(0)];
            reader.read_exact(&mut body).expect("a body");
            let asked = String::from_utf8(body).expect("UTF-8");
            let nothing = r#"{"data":{"repository":{"object":null}}}"#;
            let body = if asked.contains("query Deployments") { deployments.as_str() } else { nothing };
            let length = body.len();
            let head = format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n");
            stream.write_all(format!("{head}{body}").as_bytes()).expect("a reply");
        }
    });
    url
}

#[test]
fn a_recorded_page_is_read_with_the_first_success_of_each_deployment() {
    let Some(reply) = recorded() else { return };
    let began = Timestamp::parse("2026-03-01T00:00:00Z").expect("an instant");
    let plan = Plan {
        api_url: serve(&reply).parse().expect("an address"),
        org: None,
        repos: vec![Glob::literal("facebook/OpenBIC")],
        exclude: Vec::new(),
        only: Vec::new(),
        environments: Vec::new(),
        only_production: false,
        kind: DeploymentKind::Deployments,
        since: Timestamp::parse("2026-01-01T00:00:00Z").expect("an instant"),
        began,
        concurrency: 1,
        full: false,
        waits: WaitLimits::new(Duration::ZERO),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let rows: Vec<Deployment> = runtime.block_on(async {
        let (events, mut received) = tokio::sync::mpsc::channel(4);
        let auth = Auth::Token("made-up".to_owned().into());
        let reading = tokio::spawn(fetch(plan, auth, Known::new(), Arc::new(move || began), events));
        let mut found = Vec::new();
        while let Some(event) = received.recv().await {
            if let Event::Page { rows, .. } = event {
                found.extend(rows.into_iter().filter_map(|rows| match rows {
                    Rows::Deployments(rows) => Some(rows),
                    _ => None,
                }));
            }
        }
        reading.await.expect("a run").expect("a good one");
        found.into_iter().flatten().collect()
    });
    let found: Vec<_> = rows
        .iter()
        .map(|row| (row.id.as_str(), row.status.as_str(), row.finished_at.map(Timestamp::to_rfc3339)))
        .collect();
    let at = |text: &str| Some(text.to_owned());
    assert_eq!(
        found,
        [("3839563910", "success", at("2026-02-14T00:32:36Z")), ("3881429895", "success", at("2026-02-20T00:30:59Z")),]
    );
}
