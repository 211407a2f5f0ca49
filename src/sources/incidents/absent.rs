//! What a service writes in a list where it has nothing: null entries.

use std::fmt::Formatter;
use std::marker::PhantomData;

use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// The entries of a list that are there, and how many of its entries are null.
#[derive(Debug)]
pub(in crate::sources) struct Listed<T> {
    pub(in crate::sources) rows: Vec<T>,
    pub(in crate::sources) nulls: usize,
}

/// No list is longer, whatever was asked for: a page has 100 entries.
const LONGEST: usize = 10_000;

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Listed<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_seq(Entries(PhantomData))
    }
}

struct Entries<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Entries<T> {
    type Value = Listed<T>;

    fn expecting(&self, to: &mut Formatter<'_>) -> std::fmt::Result {
        to.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        let mut listed = Listed { rows: Vec::new(), nulls: 0 };
        while let Some(entry) = entries.next_element::<Option<T>>()? {
            match entry {
                Some(row) => listed.rows.push(row),
                None => listed.nulls += 1,
            }
            if listed.rows.len() + listed.nulls > LONGEST {
                return Err(Error::custom(format!("a list has more than {LONGEST} entries")));
            }
        }
        Ok(listed)
    }
}

/// A list without its null entries; empty where the list itself is null.
pub(in crate::sources) fn without_nulls<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    from: D,
) -> Result<Vec<T>, D::Error> {
    Ok(Option::<Listed<T>>::deserialize(from)?.map(|list| list.rows).unwrap_or_default())
}

/// The same for a list that may be absent.
pub(in crate::sources) fn maybe_without_nulls<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    from: D,
) -> Result<Option<Vec<T>>, D::Error> {
    Ok(Option::<Listed<T>>::deserialize(from)?.map(|list| list.rows))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::Timestamp;
    use crate::sources::instants::maybe_instant;

    #[derive(Deserialize)]
    struct Reply {
        rows: Listed<u32>,
        #[serde(deserialize_with = "maybe_instant")]
        at: Option<Timestamp>,
    }

    #[test]
    fn null_entries_are_counted_and_zero_instants_are_missing() {
        for (at, is_there) in [
            ("0001-01-01T00:00:00Z", false),
            ("1970-01-01T00:00:00Z", false),
            ("", false),
            ("2026-01-01T00:00:00Z", true),
        ] {
            let text = format!(r#"{{"rows": [1, null, 2, null], "at": "{at}"}}"#);
            let reply: Reply = serde_json::from_str(&text).expect("a reply");
            assert_eq!((reply.rows.rows, reply.rows.nulls, reply.at.is_some()), (vec![1, 2], 2, is_there), "{at}");
        }
    }
}
