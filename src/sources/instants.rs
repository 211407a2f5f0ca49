//! Instants in the JSON of services: read once for all of them.

use serde::de::Error;
use serde::{Deserialize, Deserializer};

use crate::domain::time::Timestamp;

/// An instant that has to be there.
pub(super) fn instant<'de, D: Deserializer<'de>>(from: D) -> Result<Timestamp, D::Error> {
    let text = String::deserialize(from)?;
    Timestamp::parse(&text).map_err(Error::custom)
}

/// An instant that has to be there. A null or empty one becomes a zero instant, so that its row alone is skipped.
pub(super) fn instant_or_zero<'de, D: Deserializer<'de>>(from: D) -> Result<Timestamp, D::Error> {
    Ok(maybe_instant(from)?.unwrap_or(Timestamp(0)))
}

/// An instant that may be missing; an empty and a zero instant are missing.
pub(super) fn maybe_instant<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Timestamp>, D::Error> {
    let text = Option::<String>::deserialize(from)?.filter(|text| !text.is_empty());
    let at = text.map(|text| Timestamp::parse(&text).map_err(Error::custom)).transpose()?;
    Ok(at.filter(|at| !at.is_placeholder()))
}
