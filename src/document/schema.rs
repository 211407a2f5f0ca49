//! Which sections there are and which keys each has, and what to say about one that is not there.

/// The sections with their keys. A nested one has its parent's name and a dot before its own; `""` holds the keys before
/// the first section.
pub(crate) type Schema = [(&'static str, Vec<&'static str>)];

/// The keys of a section, if there is such a section. A `*` stands for any one name.
pub(crate) fn keys<'a>(schema: &'a Schema, section: &str) -> Option<&'a [&'static str]> {
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
pub(crate) fn sections(schema: &Schema) -> Vec<&'static str> {
    schema.iter().map(|(name, _)| *name).filter(|name| !name.is_empty() && !name.contains('.')).collect()
}

/// What to write in place of an unknown key.
pub(crate) fn key_hint(schema: &Schema, section: &str, key: &str) -> String {
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
pub(crate) fn section_hint(schema: &Schema, section: &str) -> String {
    let all = sections(schema);
    match nearest(section, &all) {
        Some(near) => format!("the nearest right one is [{near}]"),
        None => format!("the sections are {}", list(&all, "[", "]")),
    }
}

/// Names as a list, each between two marks.
pub(crate) fn list(names: &[&str], open: &str, close: &str) -> String {
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
