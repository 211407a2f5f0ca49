//! Which sections there are and which keys each has, and what to say about one that is not there.

use std::sync::LazyLock;

use super::reference;

/// The sections with their keys. A nested one has its parent's name and a dot before its own; `""` holds the keys before
/// the first section.
pub(super) type Schema = [(&'static str, Vec<&'static str>)];

/// `dora.toml`, as [`mod@reference`] lists it.
pub(super) static CONFIG: LazyLock<Vec<(&'static str, Vec<&'static str>)>> = LazyLock::new(|| {
    let keys = |section: &reference::Section| section.keys.iter().map(|key| key.name).collect();
    let named = |section: &'static reference::Section| match section.any_name() {
        Some(any) => vec![(section.name, Vec::new()), (any, keys(section))],
        None => vec![(section.name, keys(section))],
    };
    reference::sections().flat_map(named).collect()
});

/// A file of bands.
pub(super) static BANDS: LazyLock<Vec<(&'static str, Vec<&'static str>)>> = LazyLock::new(|| {
    let metrics =
        ["deployment_frequency", "lead_time", "change_failure_rate", "time_to_restore", "recovery_time"].into_iter();
    let bands = metrics.map(|metric| (metric, vec!["elite", "high", "medium"]));
    [("", vec!["edition", "min_sample", "note"])].into_iter().chain(bands).collect()
});

/// The keys of a section, if there is such a section. A `*` stands for any one name.
pub(super) fn keys<'a>(schema: &'a Schema, section: &str) -> Option<&'a [&'static str]> {
    let is_one = |name: &str| {
        name == section
            || name
                .strip_suffix('*')
                .and_then(|outer| section.strip_prefix(outer))
                .is_some_and(|own| !own.contains('.'))
    };
    schema.iter().find(|(name, _)| is_one(name)).map(|(_, keys)| keys.as_slice())
}

/// The names of the sections at the top of the file.
pub(super) fn sections(schema: &Schema) -> Vec<&'static str> {
    schema.iter().map(|(name, _)| *name).filter(|name| !name.is_empty() && !name.contains('.')).collect()
}

/// What to write in place of an unknown key.
pub(super) fn key_hint(schema: &Schema, section: &str, key: &str) -> String {
    let here = keys(schema, section).unwrap_or_default();
    if let Some(near) = nearest(key, here) {
        return format!("the nearest right one is `{near}`");
    }
    if let Some((home, _)) = schema.iter().find(|(name, keys)| *name != section && keys.contains(&key)) {
        return if home.is_empty() {
            "it belongs before the first section".into()
        } else {
            format!("it belongs in [{}]", home.replace('*', "NAME"))
        };
    }
    if here.is_empty() {
        return format!("every key belongs in a section: {}", list(&sections(schema), "[", "]"));
    }
    format!("the keys there are {}", list(here, "`", "`"))
}

/// What to write in place of an unknown section.
pub(super) fn section_hint(schema: &Schema, section: &str) -> String {
    let all = sections(schema);
    match nearest(section, &all) {
        Some(near) => format!("the nearest right one is [{near}]"),
        None => format!("the sections are {}", list(&all, "[", "]")),
    }
}

/// Names as a list, each between two marks.
pub(super) fn list(names: &[&str], open: &str, close: &str) -> String {
    names.iter().map(|name| format!("{open}{name}{close}")).collect::<Vec<_>>().join(", ")
}

/// Bytes of a name that may mean another.
const LONGEST: usize = 64;

/// The most similar of some names, if one is similar enough to be a misspelling.
fn nearest<'a>(name: &str, names: &[&'a str]) -> Option<&'a str> {
    // Computing the distance takes time and memory proportional to both lengths.
    if name.len() > LONGEST {
        return None;
    }
    let name = name.to_lowercase().replace('-', "_");
    let (distance, near) = names.iter().map(|it| (strsim::damerau_levenshtein(&name, it), *it)).min()?;
    (distance <= 3 && distance * 2 <= name.chars().count()).then_some(near)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_is_the_nearest_key_else_its_section_else_all_keys() {
        for (section, key, hint) in [
            ("report", "windw_days", "the nearest right one is `window_days`"),
            ("report", "Window-Days", "the nearest right one is `window_days`"),
            ("pushgateway", "ulr", "the nearest right one is `url`"),
            ("data", "window_days", "it belongs in [report]"),
            ("", "timezone", "it belongs in [report]"),
            (
                "pushgateway",
                "grouping",
                "the keys there are `url`, `job`, `username`, `password_env`, `bearer_token_env`",
            ),
        ] {
            assert_eq!(key_hint(&CONFIG, section, key), hint, "{section}.{key}");
        }
        assert_eq!(key_hint(&BANDS, "lead_time", "edition"), "it belongs before the first section");
    }

    #[test]
    fn a_section_hint_names_a_similar_section_or_all_of_them() {
        assert_eq!(section_hint(&CONFIG, "services"), "the nearest right one is [service]");
        assert_eq!(
            section_hint(&BANDS, "x"),
            "the sections are [deployment_frequency], [lead_time], [change_failure_rate], [time_to_restore], [recovery_time]"
        );
    }
}
