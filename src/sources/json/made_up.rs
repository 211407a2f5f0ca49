//! A made-up provider, only for tests. It shows what a new provider takes: this description and one line in the
//! registry.

use super::description::{Description, Fields, Paging, Sorted, parameters, places, text};
use super::instant::Instants;
use super::keys::{CAUSED_BY_DEPLOY, DEPLOYMENT_REF, cause, reference};
use super::place::Place;
use super::settings::Settings;
use crate::document::keys::Default::Value;
use crate::document::keys::Example::Value as Example;
use crate::document::keys::{Form, Key, Kind, Section as Keys, key};
use crate::document::{ConfigError, Section};
use crate::domain::event::Table;
use crate::sources::provider::{Provider, Reader};

static PROVIDER: Provider = Provider {
    sections: &[
        Keys { name: "made_up", form: Form::Once, about: "Incidents of Made Up.", keys: KEYS },
        cause("made_up.caused_by_deploy"),
        reference("made_up.deployment_ref"),
    ],
    gives: &[Table::Incidents],
    variable: Some(("MADE_UP_TOKEN", "a token")),
    list: "incidents",
    ..Provider::new("made-up", "Made Up", read)
};

const KEYS: &[Key] = &[
    key("token_env", Kind::Variable, Value("\"MADE_UP_TOKEN\""), Example("\"MADE_UP_TOKEN\""), "The token."),
    key("api_url", Kind::Address, Value("\"https://made.up\""), Example("\"https://made.up\""), "The API."),
    CAUSED_BY_DEPLOY,
    DEPLOYMENT_REF,
];

fn read(section: &Section<'_>) -> Result<Reader, ConfigError> {
    Ok(Settings::read(section, &PROVIDER, Some("https://made.up"), |_| Ok(description()))?.reader())
}

fn description() -> Description {
    Description {
        is_configured: false,
        check: None,
        path: text("outages"),
        query: parameters(&[("since", "{from}")]),
        rows: Place::at("/outages"),
        paging: Paging::Link(None),
        size: 2,
        sorted: Sorted::OldestFirst,
        orders: None,
        instants: Instants::EpochSeconds,
        padding_ms: 0,
        longest_ms: None,
        total: None,
        one: None,
        fields: Fields { made_at: Place::at("/at"), services: places(&["/of"]), ..Fields::default() },
    }
}

mod tests {
    use std::path::Path;
    use std::sync::Arc;
    use std::time::Duration;

    use tokio::sync::mpsc;

    use super::*;
    use crate::document::Document;
    use crate::domain::event::Rows;
    use crate::domain::time::{Span, Timestamp};
    use crate::http::WaitLimits;
    use crate::http::testing::{Answer, Server};
    use crate::sources::event::Event;
    use crate::sources::incidents::{Known, Plan};

    const JULY: i64 = 1_782_864_000_000;

    fn plan(server: &Server) -> Plan {
        Plan {
            api_url: server.url.clone(),
            token: "secret".to_owned().into(),
            since: Timestamp(JULY),
            began: Timestamp(JULY + 86_400_000),
            only: Vec::new(),
            environments: Vec::new(),
            concurrency: 1,
            full: false,
            verdicts_from: Timestamp(JULY),
            waits: WaitLimits::new(Duration::from_secs(1)),
        }
    }

    #[tokio::test]
    async fn a_description_and_a_registry_line_make_a_provider() {
        let server = Server::new(|seen| {
            let row = |id: usize| format!("{{\"id\": {id}, \"at\": {}, \"of\": \"web\"}}", JULY / 1_000 + 60);
            let page = Answer::new(200, format!("{{\"outages\": [{}]}}", row(seen.number)));
            if seen.number == 0 { page.with("link", "</outages?page=2>; rel=\"next\"") } else { page }
        });
        let schema: Vec<(&str, Vec<&str>)> =
            PROVIDER.sections.iter().map(|it| (it.name, it.keys.iter().map(|key| key.name).collect())).collect();
        let document = Document::open("[made_up]\n", Path::new("dora.toml"), &schema).expect("a document");
        let section = document.top().section("made_up").expect("a section").expect("a section");
        let Reader::Account(account) = (PROVIDER.read)(&section).expect("read") else { panic!("an account") };
        let (events, mut heard) = mpsc::channel(9);
        let connection = account.connect(plan(&server));
        let cost = connection.fetch(Known::default(), Arc::new(|| Timestamp(JULY)), events).await.expect("fetched");
        assert_eq!(cost.requests, 2);
        let (mut ids, mut covered) = (Vec::new(), Vec::new());
        while let Some(event) = heard.recv().await {
            match event {
                Event::Page { rows, .. } => {
                    for rows in rows {
                        let Rows::Incidents(rows) = rows else { panic!("incidents alone") };
                        ids.extend(rows.into_iter().map(|row| (row.source, row.id, row.service_keys)));
                    }
                }
                Event::Done { covered: spans, .. } => covered.extend(spans.into_iter().flat_map(|entry| entry.spans)),
                other => panic!("{other:?}"),
            }
        }
        let row = |id: &str| ("made-up".to_owned(), id.to_owned(), vec!["web".to_owned()]);
        assert_eq!(ids, [row("0"), row("1")]);
        assert_eq!(covered, [Span { from: Timestamp(JULY), to: Timestamp(JULY + 86_400_000) }]);
        let asked: Vec<String> =
            server.seen().iter().filter_map(|it| Some(it.head.lines().next()?.to_owned())).collect();
        assert_eq!(asked, ["GET /outages?since=1782864000 HTTP/1.1", "GET /outages?page=2 HTTP/1.1"]);
        assert!(server.seen()[1].head.to_lowercase().contains("authorization: bearer secret"));
    }
}
