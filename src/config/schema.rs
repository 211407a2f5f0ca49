//! Which sections and keys `dora.toml` and a file of bands have.

use std::sync::LazyLock;

use super::reference;
use crate::document::keys::Section;

/// `dora.toml`, as [`mod@reference`] lists it.
pub(crate) static CONFIG: LazyLock<Vec<(&'static str, Vec<&'static str>)>> = LazyLock::new(|| {
    let keys = |section: &Section| section.keys.iter().map(|key| key.name).collect();
    let named = |section: &'static Section| match section.any_name() {
        Some(any) => vec![(section.name, Vec::new()), (any, keys(section))],
        None => vec![(section.name, keys(section))],
    };
    reference::sections().flat_map(named).collect()
});

/// A file of bands.
pub(crate) static BANDS: LazyLock<Vec<(&'static str, Vec<&'static str>)>> = LazyLock::new(|| {
    let metrics =
        ["deployment_frequency", "lead_time", "change_failure_rate", "time_to_restore", "recovery_time"].into_iter();
    let bands = metrics.map(|metric| (metric, vec!["elite", "high", "medium"]));
    [("", vec!["edition", "min_sample", "note"])].into_iter().chain(bands).collect()
});

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::schema::{key_hint, section_hint};

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
