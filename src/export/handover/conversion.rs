//! Values as several tools write them.

use serde_json::{Map, Value};

use super::destination::Loss;
use crate::domain::time::Timestamp;

/// What a tool cannot say of an incident that is over at an unknown time.
pub(super) const NO_END: Loss = "that it is over, because its end is not known";

/// The losses that occur.
pub(super) fn those(losses: &[(bool, Loss)]) -> Vec<Loss> {
    losses.iter().filter(|(occurs, _)| *occurs).map(|(_, loss)| *loss).collect()
}

/// Why a deployment without a commit is not handed over.
pub(super) const NO_COMMIT: &str = "without a commit, which the tool requires";

/// An object of the fields that have a value.
pub(super) fn object<'f>(fields: impl IntoIterator<Item = (&'f str, Value)>) -> Value {
    let given = fields.into_iter().filter(|(_, value)| !value.is_null());
    Value::Object(given.map(|(name, value)| (name.to_owned(), value)).collect::<Map<_, _>>())
}

/// An instant as ISO 8601.
pub(super) fn iso(at: Timestamp) -> Value {
    Value::String(at.to_rfc3339())
}

/// A text, cut after so many characters.
pub(super) fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

/// A commit of at least seven characters, which is what tools take.
pub(super) fn commit(sha: Option<&str>) -> Option<&str> {
    sha.filter(|sha| (7..=40).contains(&sha.len()))
}
