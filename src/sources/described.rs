//! Compares the fields read from a reply with the vendor's own description in `tests/vendors`. Only for tests.

use serde::de::{Deserialize, Deserializer, Error as _, Visitor, value};

const PAGERDUTY: &str = include_str!("../../tests/vendors/pagerduty.tsv");
const OPSGENIE: &str = include_str!("../../tests/vendors/opsgenie.tsv");
const JSM: &str = include_str!("../../tests/vendors/jsm.tsv");
const GITHUB: &str = include_str!("../../tests/vendors/github.tsv");
const GITLAB: &str = include_str!("../../tests/vendors/gitlab.tsv");

/// Takes the names of the fields that a struct reads, and nothing else.
struct Names<'a>(&'a mut &'static [&'static str]);

impl<'de> Deserializer<'de> for Names<'_> {
    type Error = value::Error;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Self::Error> {
        Err(value::Error::custom("no struct"))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Self::Error> {
        *self.0 = fields;
        Err(value::Error::custom("its fields are known"))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

/// Expects a description to have every field that `T` reads, at one of these places: an operation and where in its reply,
/// like `incidents[]`.
pub(super) fn reads_what_is_described<T: for<'de> Deserialize<'de>>(places: &[(&str, &str)]) {
    reads_what_is_described_but::<T>(places, &[]);
}

/// The same for a struct that several vendors share: these fields are another vendor's, and not described here.
pub(super) fn reads_what_is_described_but<T: for<'de> Deserialize<'de>>(places: &[(&str, &str)], others: &[&str]) {
    let mut names: &[&str] = &[];
    let _ = T::deserialize(Names(&mut names));
    assert!(!names.is_empty(), "{} is no struct", std::any::type_name::<T>());
    let described = |operation: &str, name: &str| {
        [PAGERDUTY, OPSGENIE, JSM, GITHUB, GITLAB].into_iter().flat_map(str::lines).any(|line| {
            let cells: Vec<&str> = line.split('\t').collect();
            let is_it = |field: &str| {
                let rest = field.strip_prefix(name);
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
            };
            matches!(cells[..], ["field" | "seen", of, field, ..] if of == operation && is_it(field))
        })
    };
    for name in names {
        let found = places.iter().any(|(operation, place)| {
            let separator = if place.is_empty() { "" } else { "." };
            described(operation, &format!("{place}{separator}{name}"))
        });
        assert_ne!(found, others.contains(name), "{}: `{name}` at {places:?}", std::any::type_name::<T>());
    }
}
