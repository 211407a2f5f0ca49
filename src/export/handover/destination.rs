//! What each tool says about itself: its fields, its limits, and how its replies are read.

use std::time::Duration;

use secrecy::SecretString;
use serde_json::Value;
use url::Url;

use super::history::{Deployment, Event, EventKind};
use super::setup::Setup;
use crate::http::{Body, Login, Method, Reply, Request};

/// Why a tool cannot say something, in words that follow "an incident".
pub(crate) type Loss = &'static str;

/// Whether the same request again makes a second event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// It changes nothing: the tool knows the event by an id that we choose.
    Harmless,
    /// It makes a second event.
    Doubles,
}

/// An event as one request.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    pub(crate) method: Method,
    pub(crate) url: Url,
    /// Whether the address holds the key.
    pub(crate) url_is_secret: bool,
    /// What shares a limit.
    pub(crate) endpoint: &'static str,
    /// The type of the body.
    pub(crate) kind: &'static str,
    pub(crate) body: String,
    pub(crate) repeat: Repeat,
}

impl Message {
    /// A message of JSON that the tool knows by an id.
    pub(crate) fn json(method: Method, url: Url, endpoint: &'static str, body: &Value) -> Self {
        let (kind, body) = ("application/json", body.to_string());
        Self { method, url, url_is_secret: false, endpoint, kind, body, repeat: Repeat::Harmless }
    }

    /// The same, where sending it again would make a second event.
    pub(crate) fn doubles(self) -> Self {
        Self { repeat: Repeat::Doubles, ..self }
    }

    /// The request, without its login.
    pub(crate) fn request(&self) -> Request<'_> {
        let doubles = self.repeat == Repeat::Doubles;
        Request {
            body: Some(Body { kind: self.kind, bytes: self.body.as_bytes() }),
            url_is_secret: self.url_is_secret,
            is_sent_once: doubles,
            // A failure of the service does not say whether it has the event.
            is_final: if doubles { |status, _| status >= 500 } else { |_, _| false },
            ..Request::new(self.method, &self.url)
        }
    }
}

/// How a tool is asked whether it has an event.
pub(crate) struct Lookup {
    pub(crate) url: Url,
    /// Events with the same text cannot be told apart by the reply: only their number says whether one is missing.
    pub(crate) alike: String,
    /// How many of them a page of the reply holds.
    pub(crate) count: Box<dyn Fn(&Value) -> usize>,
    /// The next page.
    pub(crate) next: fn(&Url, &Value) -> Option<Url>,
}

/// What is done about an event that changed since it was handed over.
pub(crate) enum Amendment {
    /// This is sent.
    Send(Message),
    /// Nothing, because of this.
    Impossible(Loss),
}

/// What a reply means for its event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The tool has it now, or had it before.
    Taken,
    /// It takes no event that old.
    TooOld(String),
    /// It has the event with other values.
    Conflict(String),
    /// It does not take the event.
    Refused(String),
    /// It does not accept the key.
    Denied(String),
    /// It failed.
    Failed(String),
}

/// The account of a tool that is written to.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    pub(crate) setup: Setup,
    /// How requests are signed.
    pub(crate) login: Login,
}

impl Account {
    /// One whose key is a bearer token.
    pub(crate) fn with_token(setup: Setup) -> Self {
        Self { login: Login { token: setup.key.clone(), ..Login::default() }, setup }
    }

    /// One whose keys go into headers of their own.
    pub(crate) fn with_headers<const N: usize>(setup: Setup, keys: [(&str, Option<SecretString>); N]) -> Self {
        let secret_headers = keys.into_iter().filter_map(|(name, key)| Some((name.to_owned(), key?))).collect();
        Self { login: Login { secret_headers, ..Login::default() }, setup }
    }
}

/// How often a tool may be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Limit {
    /// From one request to the next.
    pub(crate) interval: Duration,
    /// Whether the tool documents it.
    pub(crate) is_documented: bool,
}

impl Limit {
    /// A documented number of requests a minute.
    pub(crate) const fn documented(per_minute: u32) -> Self {
        Self { interval: Duration::from_micros(60_000_000 / per_minute as u64), is_documented: true }
    }

    /// A number of requests a minute that no tool minds, where none is documented.
    pub(crate) const fn careful(per_minute: u32) -> Self {
        Self { is_documented: false, ..Self::documented(per_minute) }
    }
}

/// A tool that takes the history.
pub(crate) trait Destination {
    /// The tool, as it calls itself.
    fn name(&self) -> &'static str;

    /// The account that is written to.
    fn account(&self) -> &Account;

    /// What the ledger calls it.
    fn account_name(&self) -> String {
        self.account().setup.account()
    }

    /// How often one of its endpoints may be asked.
    fn limit(&self, endpoint: &'static str) -> Limit;

    /// Whether failures are events of their own there.
    fn takes_failures(&self) -> bool {
        false
    }

    /// Looks at all events, in order of time, before one of them is asked for.
    fn prepare(&mut self, _events: &[Event]) {}

    /// Whether all deployments of a place go there in one request, which replaces what is there.
    fn sends_batches(&self) -> bool {
        false
    }

    /// That request.
    fn batch(&self, _place: &str, _deployments: &[Deployment]) -> Option<Message> {
        None
    }

    /// Where an event goes, if one account has several places for it; each is an event of its own.
    fn places(&self, _event: &Event) -> Result<Vec<String>, Loss> {
        Ok(vec![String::new()])
    }

    /// An event as a request, or why the tool cannot have it.
    fn message(&self, event: &Event, place: &str) -> Result<Message, Loss>;

    /// What the tool cannot say of an event that it takes.
    fn unsaid(&self, event: &Event) -> Vec<Loss>;

    /// What is done about an event that changed: by default it is sent again, because the tool knows it by its id.
    fn amendment(&self, event: &Event, place: &str) -> Result<Amendment, Loss> {
        self.message(event, place).map(Amendment::Send)
    }

    /// How to ask whether the tool has an event that must not be sent twice; `None`: it cannot be asked.
    fn lookup(&self, _event: &Event, _place: &str) -> Option<Lookup> {
        None
    }

    /// What a status and its text mean, where the tool differs from the others.
    fn reads(&self, _kind: EventKind, _status: u16, _body: &str, _said: &str) -> Option<Verdict> {
        None
    }

    /// What a reply means.
    fn verdict(&self, kind: EventKind, reply: &Reply) -> Verdict {
        let said = reply.quote(&reply.body);
        let with_status = || format!("{}, {said}", reply.status);
        if let Some(verdict) = self.reads(kind, reply.status, &reply.body, &said) {
            return verdict;
        }
        match reply.status {
            200..=299 => Verdict::Taken,
            401 | 403 => Verdict::Denied(said),
            500.. => Verdict::Failed(with_status()),
            _ if is_about_age(&reply.body) => Verdict::TooOld(with_status()),
            409 => Verdict::Conflict(with_status()),
            _ => Verdict::Refused(with_status()),
        }
    }
}

/// Whether a refusal is about the age of an event.
fn is_about_age(body: &str) -> bool {
    let body = body.to_ascii_lowercase();
    let words = ["too old", "older than", "too far in the past", "must be within the last", "retention", "hour old"];
    words.iter().any(|words| body.contains(words))
}
