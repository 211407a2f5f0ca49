//! A made-up provider, only for tests. A new provider needs only a file like this one and one line in the registry.
//! The tests of this provider are in `cli/made_up.rs`.

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

pub(in crate::sources) static PROVIDER: Provider = Provider {
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
