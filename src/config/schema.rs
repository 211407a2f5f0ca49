//! Which sections there are and which keys each has, and what to say about one that is not there.

/// One section: its name, with a dot before a nested one's own; `""` holds the keys before the first section.
pub(super) type Schema = [(&'static str, &'static [&'static str])];

/// `dora.toml`.
pub(super) const CONFIG: &Schema = &[
    ("report", &["organisation", "logo", "timezone", "window_days", "fiscal_year_start", "bands", "out"]),
    ("data", &["dir"]),
    (
        "github",
        &[
            "api_url",
            "token_env",
            "app_id",
            "installation_id",
            "private_key_file",
            "org",
            "repos",
            "exclude",
            "deployments_from",
            "only_production",
            "history_days",
            "concurrency",
        ],
    ),
    ("deployments", &["environments", "exclude_environments", "merge_within"]),
    (
        "pagerduty",
        &[
            "api_url",
            "token_env",
            "services",
            "caused_by_deploy",
            "deployment_ref",
            "change_events",
            "acknowledgements",
        ],
    ),
    ("pagerduty.caused_by_deploy", &["custom_field", "title", "note"]),
    ("pagerduty.deployment_ref", &["custom_field", "title", "note"]),
    ("opsgenie", &["api_url", "token_env", "read", "caused_by_deploy", "deployment_ref"]),
    ("opsgenie.caused_by_deploy", &["tag", "property"]),
    ("opsgenie.deployment_ref", &["property"]),
    ("jsm", &["api_url", "cloud_id", "site", "email", "token_env", "caused_by_deploy", "deployment_ref"]),
    ("jsm.caused_by_deploy", &["tag", "property"]),
    ("jsm.deployment_ref", &["property"]),
    ("github_issues", &["labels", "caused_by_deploy", "count_not_planned"]),
    (
        "incidents",
        &[
            "attribution",
            "attribution_window",
            "count_rollbacks",
            "min_priority",
            "urgencies",
            "ignore_tags",
            "verdict_days",
        ],
    ),
    ("rework", &["labels", "branches", "titles", "refs", "tasks"]),
    ("service", &["name", "team", "repos", "environments", "pagerduty", "opsgenie", "incidents"]),
    ("pushgateway", &["url", "job", "username", "password_env", "bearer_token_env"]),
    ("remote_write", &["url", "bearer_token_env", "username", "password_env", "headers", "header_env"]),
    ("notify", &["webhook_env", "webhook_kind", "mail"]),
    ("notify.mail", &["smtp", "from", "to", "username", "password_env"]),
    ("import", &[]),
    ("import.*", &["table", "from", "source", "repo", "delimiter", "time_zone", "time_format", "map", "map_status"]),
];

/// A file of bands.
pub(super) const BANDS: &Schema = &[
    ("", &["edition", "min_sample", "note"]),
    ("deployment_frequency", &["elite", "high", "medium"]),
    ("lead_time", &["elite", "high", "medium"]),
    ("change_failure_rate", &["elite", "high", "medium"]),
    ("time_to_restore", &["elite", "high", "medium"]),
    ("recovery_time", &["elite", "high", "medium"]),
];

/// The keys of a section, if there is such a section. A `*` stands for any one name.
pub(super) fn keys(schema: &Schema, section: &str) -> Option<&'static [&'static str]> {
    let is_one = |name: &str| {
        name == section
            || name
                .strip_suffix('*')
                .and_then(|outer| section.strip_prefix(outer))
                .is_some_and(|own| !own.contains('.'))
    };
    schema.iter().find(|(name, _)| is_one(name)).map(|(_, keys)| *keys)
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
        return format!("every key stands in a section: {}", list(&sections(schema), "[", "]"));
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

/// The nearest of some names, where one is near enough to be what was meant.
fn nearest<'a>(name: &str, names: &[&'a str]) -> Option<&'a str> {
    // The distance takes time and memory by the length of both.
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
            assert_eq!(key_hint(CONFIG, section, key), hint, "{section}.{key}");
        }
        assert_eq!(key_hint(BANDS, "lead_time", "edition"), "it belongs before the first section");
    }

    #[test]
    fn a_section_hint_names_a_near_section_or_all_of_them() {
        assert_eq!(section_hint(CONFIG, "services"), "the nearest right one is [service]");
        assert_eq!(
            section_hint(BANDS, "x"),
            "the sections are [deployment_frequency], [lead_time], [change_failure_rate], [time_to_restore], [recovery_time]"
        );
    }
}
