//! What can go wrong on the way, and when: each fault applies to the requests it is told to, so many times.

use serde_json::Value;

use super::server::Request;
use super::world::World;

/// What happens.
pub(super) enum Effect {
    /// This status, these headers and this body, in place of an answer.
    Reply(u16, Vec<(String, String)>, String),
    /// The budget is spent, with this error type, and comes back in so many seconds.
    Limited(&'static str, i64),
    /// The answer is changed: partial data, for example.
    Edit(Box<dyn FnMut(&mut Value) + Send>),
    /// The world changes before the answer.
    World(Box<dyn Fn(&mut World) + Send>),
    /// Further headers.
    Headers(Vec<(String, String)>),
    /// The body comes in pieces.
    Slow,
    /// Half of the announced body, and then the connection ends.
    CutBody,
    /// Half of the JSON, announced as the whole.
    CutJson,
    /// The connection is reset before the request is read.
    Reset,
    /// No answer ever.
    Hold,
    /// From here on no token is right.
    Revoke,
}

/// A fault.
pub(super) struct Fault {
    when: Box<dyn Fn(&Request) -> bool + Send>,
    pub(super) left: usize,
    pub(super) effect: Effect,
}

impl Fault {
    /// At the request of this number.
    pub(super) fn at(number: usize, effect: Effect) -> Self {
        Self::when(1, move |request| request.number == number, effect)
    }

    /// The first `times` times that `when` holds.
    pub(super) fn when(times: usize, when: impl Fn(&Request) -> bool + Send + 'static, effect: Effect) -> Self {
        Self { when: Box::new(when), left: times, effect }
    }

    /// Whether it applies to a request.
    pub(super) fn applies(&self, request: &Request) -> bool {
        self.left > 0 && (self.when)(request)
    }
}

/// A page of HTML, as a proxy in front sends it.
pub(super) fn gateway(status: u16) -> Effect {
    let html = format!("<html><head><title>{status}</title></head><body><h1>{status} Bad Gateway</h1></body></html>");
    Effect::Reply(status, vec![("content-type".into(), "text/html".into())], html)
}

/// The timeout of a heavy query.
pub(super) fn too_heavy() -> Effect {
    let words = "{\"data\":null,\"errors\":[{\"message\":\"Something went wrong while executing your query. This may be \
                 the result of a timeout, or it could be a GitHub bug.\"}]}";
    Effect::Reply(502, vec![("content-type".into(), "application/json".into())], words.into())
}

/// A secondary limit, with `retry-after` in seconds or without.
pub(super) fn secondary(status: u16, retry_after: Option<u32>) -> Effect {
    let mut headers = vec![("content-type".to_owned(), "application/json".to_owned())];
    headers.extend(retry_after.map(|seconds| ("retry-after".to_owned(), seconds.to_string())));
    let words =
        "{\"message\":\"You have exceeded a secondary rate limit. Please wait a few minutes before you try again.\"}";
    Effect::Reply(status, headers, words.into())
}
