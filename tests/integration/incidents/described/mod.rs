//! The services that are described as data: each stand-in keeps to what its vendor documents, and every one of them goes
//! through the same list of troubles.

mod ends;
mod grafana_irm;
mod http_incidents;
mod incident_io;
mod jira;
mod rootly;
mod servicenow;
mod troubles;
mod values;

use serde_json::{Value, json};
use url::Url;

use super::scene::Scene;
use super::server::{KEY, base64_of};
use super::world::{DAY, Made, World, now};
use crate::wire::Raw;

/// Status, headers and body.
pub(crate) type Answer = (u16, Vec<(String, String)>, Value);

/// How the key has to come.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Login {
    /// Behind `Bearer`.
    Bearer,
    /// Alone in `Authorization`.
    Plain,
    /// As the password of this user.
    Password(&'static str),
    /// Alone in this header.
    Header(&'static str),
}

/// A made-up service of one kind.
pub(crate) struct StandIn {
    /// The name of its rows.
    pub(crate) source: &'static str,
    /// Its section, with `URL` for the address.
    section: &'static str,
    variable: &'static str,
    login: Login,
    /// The parameters that its vendor documents for the list.
    parameters: &'static [&'static str],
    /// Rows of a page.
    page: usize,
    /// Days of the windows in which the program asks for the list; 0: it is asked for at once.
    window_days: i64,
    /// An empty list, as JSON; `ROWS` stands for the entries.
    list: &'static str,
    /// Requests before the list.
    before: usize,
    /// The answer to a wrong key.
    refusal: (u16, &'static str),
    /// What is before the name of a custom field.
    field_prefix: &'static str,
    /// Whether an interrupted run resumes within the list.
    resumes: bool,
    /// Whether it shows single incidents.
    shows_one: bool,
    /// How an incident is shown.
    shown: fn(&Made) -> Value,
    answer: fn(&World, &Url) -> Answer,
}

/// All of them.
static ALL: [&StandIn; 9] = [
    &incident_io::STAND_IN,
    &rootly::STAND_IN,
    &grafana_irm::STAND_IN,
    &servicenow::STAND_IN,
    &jira::STAND_IN,
    &http_incidents::OFFSET,
    &http_incidents::LINK,
    &http_incidents::CURSOR,
    &http_incidents::WINDOWS,
];

impl StandIn {
    /// Checks key and parameters, and answers.
    pub(crate) fn reply(&self, raw: &Raw, url: &Url, world: &World, revoked: bool) -> Answer {
        let name = if let Login::Header(name) = self.login { name } else { "authorization" };
        let sent = raw.header(name).unwrap_or_default();
        let right = match self.login {
            Login::Bearer => format!("Bearer {KEY}"),
            Login::Plain | Login::Header(_) => KEY.to_owned(),
            Login::Password(user) => format!("Basic {}", base64_of(&format!("{user}:{KEY}"))),
        };
        if revoked || sent != right {
            return plain(self.refusal.0, serde_json::from_str(self.refusal.1).expect("JSON"));
        }
        if let Some((name, _)) = url.query_pairs().find(|(name, _)| !self.parameters.contains(&name.as_ref())) {
            return plain(400, json!({"message": format!("{name} is not documented")}));
        }
        (self.answer)(world, url)
    }

    /// A scene in which this service is the only source.
    fn scene(&'static self, world: World, more: &str) -> Scene {
        let scene = Scene::new(world, &format!("{}{more}", self.section));
        scene.server.state(|state| state.stand_in = Some(self));
        scene
    }

    /// A list of these entries and nothing more.
    fn list(&self, rows: &[Value]) -> String {
        self.list.replace("ROWS", &json!(rows).to_string())
    }

    /// The most requests that a list of so many incidents over so many days takes.
    fn most_requests(&self, incidents: usize, days: i64) -> usize {
        let windows = if self.window_days > 0 { (days + self.window_days) / self.window_days } else { 0 };
        usize::try_from(windows).expect("few") + incidents / self.page + 1 + self.before
    }
}

/// Days since an instant.
fn days_since(at: i64) -> i64 {
    (now() - at) / DAY + 1
}

fn plain(status: u16, value: Value) -> Answer {
    (status, Vec::new(), value)
}

/// A parameter of a request.
fn query(url: &Url, name: &str) -> Option<String> {
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

/// A parameter that is a number.
fn number(url: &Url, name: &str, default: usize) -> usize {
    query(url, name).and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// The incidents of a span, both ends within.
fn within(world: &World, from: i64, to: i64, oldest_first: bool) -> Vec<&Made> {
    let mut found: Vec<&Made> = world.made.iter().filter(|made| (from..=to).contains(&made.created)).collect();
    found.sort_by_key(|made| (made.created, made.id.clone()));
    if !oldest_first {
        found.reverse();
    }
    found
}

/// An instant in UTC of this form; one that cannot be read is the program's mistake.
fn instant(text: &str, form: &str) -> i64 {
    let read = chrono::NaiveDateTime::parse_from_str(text, form);
    read.unwrap_or_else(|cause| panic!("{text}: {cause}")).and_utc().timestamp_millis()
}
