//! A JSON object in the making: keys in a fixed order, each with a value or `null`.

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use crate::domain::unit::Interval;

/// The keys of an object in the order in which they are written.
#[derive(Debug, Clone, Default)]
pub(super) struct Fields(pub(super) Vec<(&'static str, Field)>);

/// The value of a key.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub(super) enum Field {
    /// A number; `null` if it is missing or not finite.
    Real(Option<f64>),
    /// A count.
    Count(Option<u64>),
    /// A text.
    Text(Option<String>),
    /// An interval.
    Interval(Option<Interval>),
    /// An object.
    Object(Option<Fields>),
    /// True or false.
    Flag(bool),
    /// A list of objects.
    List(Vec<Fields>),
}

impl Serialize for Fields {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (key, value) in &self.0 {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

impl Fields {
    pub(super) fn push(&mut self, key: &'static str, value: impl Into<Field>) {
        self.0.push((key, value.into()));
    }
}

/// How many of each; 0 where there is none.
pub(super) fn counts<const N: usize>(of: [(&'static str, Option<&u64>); N]) -> Fields {
    Fields(of.map(|(key, n)| (key, Some(n.copied().unwrap_or(0)).into())).into())
}

impl From<Option<f64>> for Field {
    fn from(value: Option<f64>) -> Self {
        Self::Real(value)
    }
}

impl From<Option<u64>> for Field {
    fn from(value: Option<u64>) -> Self {
        Self::Count(value)
    }
}

impl From<Option<u32>> for Field {
    fn from(value: Option<u32>) -> Self {
        Self::Count(value.map(u64::from))
    }
}

impl From<Option<String>> for Field {
    fn from(value: Option<String>) -> Self {
        Self::Text(value)
    }
}

impl From<Option<&str>> for Field {
    fn from(value: Option<&str>) -> Self {
        Self::Text(value.map(str::to_owned))
    }
}

impl From<Option<Interval>> for Field {
    fn from(value: Option<Interval>) -> Self {
        Self::Interval(value)
    }
}

impl From<Option<Fields>> for Field {
    fn from(value: Option<Fields>) -> Self {
        Self::Object(value)
    }
}

impl From<Vec<Fields>> for Field {
    fn from(value: Vec<Fields>) -> Self {
        Self::List(value)
    }
}
