//! The envelope of a GraphQL reply: `data`, `errors`, and what the errors mean.
//!
//! GitHub answers 200 to almost everything, names an error's kind in `type` beside the message (two spellings for a
//! limit), and fills `data` as far as it came. A reply with errors is never complete, whatever its data hold.

use serde::Deserialize;
use serde_json::Value;

use super::refusal::refusal;
use crate::http::Reply;

/// A reply.
#[derive(Debug, Deserialize)]
pub(super) struct Envelope {
    #[serde(default)]
    pub(super) data: Option<Value>,
    #[serde(default)]
    pub(super) errors: Option<Vec<Problem>>,
    /// What REST and the gate before GraphQL answer.
    #[serde(default)]
    message: Option<String>,
}

/// One error of a reply.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Problem {
    #[serde(default)]
    r#type: Option<String>,
    #[serde(default)]
    message: String,
    #[serde(default)]
    path: Option<Vec<Value>>,
}

/// The combined meaning of a reply's errors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ReplyErrors {
    /// The query was too much for one request.
    Heavy(String),
    /// What was asked for is not there, or is not shown to this token: no second try helps.
    Final(String),
    /// An error that may pass with a retry.
    Passing(String),
}

const LIMITS: [&str; 3] = ["RATE_LIMITED", "RATE_LIMIT", "GRAPHQL_RATE_LIMIT"];
const LIMIT_WORDS: [&str; 4] =
    ["secondary rate limit", "api rate limit exceeded", "api rate limit already exceeded", "abuse detection mechanism"];
const HEAVY_WORDS: [&str; 4] = [
    "something went wrong while executing your query",
    "couldn't respond to your request in time",
    "timedout",
    "resource limits for this query exceeded",
];

/// Whether a reply is a refusal for a limit: by its errors' type, or by its words where there are no data.
pub(super) fn is_limited(status: u16, body: &str) -> bool {
    if !matches!(status, 200 | 403 | 429) || body.len() > 1 << 20 {
        return false;
    }
    // Most replies are data: they are parsed once, later.
    if status == 200 && !body.contains("\"errors\"") && !body.contains("\"message\"") {
        return false;
    }
    let Ok(envelope) = serde_json::from_str::<Envelope>(body) else {
        return status != 200 && has_one(body, &LIMIT_WORDS);
    };
    let by_type = |error: &Problem| error.r#type.as_deref().is_some_and(|own| LIMITS.contains(&own));
    let errors = envelope.errors.unwrap_or_default();
    let mut words = errors.iter().map(|error| error.message.as_str()).chain(envelope.message.as_deref());
    errors.iter().any(by_type)
        || (envelope.data.is_none_or(|data| data.is_null()) && words.any(|words| has_one(words, &LIMIT_WORDS)))
}

fn has_one(text: &str, words: &[&str]) -> bool {
    let text = text.to_lowercase();
    words.iter().any(|word| text.contains(word))
}

/// The message of a reply that is no GraphQL one, else the body itself, shortened.
pub(super) fn words(reply: &Reply) -> String {
    let message = serde_json::from_str::<Envelope>(&reply.body).ok().and_then(|envelope| envelope.message);
    reply.quote(message.as_deref().unwrap_or(&reply.body))
}

/// The errors that concern an alias: those on its path, and those on none.
pub(super) fn of_alias(errors: &[Problem], alias: &str) -> Vec<Problem> {
    let concerns = |error: &&Problem| {
        let top = error.path.as_ref().and_then(|path| path.first());
        top.is_none_or(|top| top == alias)
    };
    errors.iter().filter(concerns).cloned().collect()
}

/// What a reply's errors come to, in words fit to print by `quote`; `None` without any. `sso` is the reply's header
/// `X-GitHub-SSO`.
pub(super) fn meaning(errors: &[Problem], sso: Option<&str>, quote: impl Fn(&str) -> String) -> Option<ReplyErrors> {
    let first = errors.first()?;
    if let Some(heavy) = errors.iter().find(|error| has_one(&error.message, &HEAVY_WORDS)) {
        return Some(ReplyErrors::Heavy(quote(&heavy.message)));
    }
    let kind = |error: &Problem| error.r#type.clone().unwrap_or_default();
    let refused = errors.iter().filter(|error| kind(error) != "NOT_FOUND");
    if let Some((error, refusal)) = refused.into_iter().find_map(|error| Some((error, refusal(&error.message, sso)?))) {
        return Some(ReplyErrors::Final(format!("{} ({})", quote(&error.message), refusal.advice)));
    }
    let lasting =
        errors.iter().find(|error| ["NOT_FOUND", "FORBIDDEN", "INSUFFICIENT_SCOPES"].contains(&kind(error).as_str()));
    let Some(error) = lasting else { return Some(ReplyErrors::Passing(quote(&first.message))) };
    let top = error.path.as_ref().is_some_and(|path| path.len() == 1);
    let message = quote(&error.message);
    Some(ReplyErrors::Final(match kind(error).as_str() {
        "NOT_FOUND" if top => {
            format!("{message} It is gone, or this token does not see it; check the name and the token")
        }
        "FORBIDDEN" | "INSUFFICIENT_SCOPES" => {
            format!(
                "{message} (forbidden; the token needs read access to deployments, contents and pull requests, and to issues for [github_issues])"
            )
        }
        _ => message,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Option<ReplyErrors> {
        let envelope: Envelope = serde_json::from_str(body).expect("an envelope");
        meaning(&envelope.errors.unwrap_or_default(), None, str::to_owned)
    }

    #[test]
    fn both_spellings_of_a_limit_and_its_words_are_seen() {
        for (status, body) in [
            (200, r#"{"errors":[{"type":"RATE_LIMITED","message":"API rate limit exceeded for installation ID 9."}]}"#),
            (200, r#"{"data":null,"errors":[{"type":"RATE_LIMIT","code":"graphql_rate_limit","message":"x"}]}"#),
            (200, r#"{"message":"You have exceeded a secondary rate limit. Please wait a few minutes."}"#),
            (403, r#"{"message":"You have exceeded a secondary rate limit.","documentation_url":"x"}"#),
            (403, "API rate limit exceeded"),
        ] {
            assert!(is_limited(status, body), "{body}");
        }
        for (status, body) in [
            (200, r#"{"data":{"repository":{"title":"secondary rate limit \"errors\""}}}"#),
            (200, r#"{"data":{"x":"secondary rate limit"},"errors":[{"type":"NOT_FOUND","message":"y"}]}"#),
            (403, r#"{"message":"Resource not accessible by personal access token"}"#),
            (502, "secondary rate limit"),
        ] {
            assert!(!is_limited(status, body), "{body}");
        }
    }

    #[test]
    fn errors_beside_data_are_never_a_complete_reply() {
        assert_eq!(read(r#"{"data":{"repository":{}}}"#), None);
        let partial =
            r#"{"data":{"repository":{"url":"x"}},"errors":[{"message":"boom","path":["repository","deployments"]}]}"#;
        assert_eq!(read(partial), Some(ReplyErrors::Passing("boom".into())));
        let heavy = r#"{"data":null,"errors":[{"message":"Something went wrong while executing your query. This may be the result of a timeout"}]}"#;
        assert!(matches!(read(heavy), Some(ReplyErrors::Heavy(_))));
        let gone = r#"{"data":{"repository":null},"errors":[{"type":"NOT_FOUND","path":["repository"],"message":"Could not resolve to a Repository with the name 'a/b'."}]}"#;
        assert!(
            matches!(read(gone), Some(ReplyErrors::Final(words)) if words.contains("'a/b'") && words.contains("gone"))
        );
    }

    #[test]
    fn an_error_affects_the_alias_on_its_path_or_all_without_a_path() {
        let list: Vec<Problem> =
            serde_json::from_str(r#"[{"message":"x","path":["r1","deployments"]}]"#).expect("a list");
        assert_eq!((of_alias(&list, "r0").len(), of_alias(&list, "r1").len()), (0, 1));
        let pathless: Vec<Problem> = serde_json::from_str(r#"[{"message":"x"}]"#).expect("a list");
        assert_eq!(of_alias(&pathless, "r0").len(), 1);
    }
}
