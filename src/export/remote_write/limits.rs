//! What a Prometheus says about itself: its version, how old a sample it takes, how long it keeps one, and what it has.
//!
//! Other servers that accept remote writes do not answer these queries; then the limits are unknown. Source: the
//! Prometheus documentation, "HTTP API", sections "Config", "Flags" and "Build Information".

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::Value;
use url::Url;

use super::{Receiver, key};
use crate::domain::group::{Group, GroupKind};
use crate::domain::time::Timestamp;
use crate::export::event_series::{Family, JOB, WINDOW_DAYS};
use crate::http::{Method, Request};

/// What a server says about itself; `None`: it does not.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Limits {
    /// Its version.
    pub version: Option<String>,
    /// How far behind its newest sample a sample may be. Where nothing is configured, zero: then an hour.
    pub window: Option<Duration>,
    /// How long it keeps a sample.
    pub retention: Option<Duration>,
}

/// What Prometheus keeps if neither a time nor a size is configured.
const DEFAULT_RETENTION: &str = "15d";

impl Receiver {
    /// Asks for what the server says about itself.
    pub async fn limits(&self) -> Limits {
        let Some(root) = root(&self.url) else { return Limits::default() };
        let version = self.read(&root, "buildinfo").await;
        let config = self.read(&root, "config").await;
        let flags = self.read(&root, "flags").await;
        let text = |value: &Option<Value>, pointer: &str| {
            value.as_ref().and_then(|value| value.pointer(pointer)?.as_str().map(str::to_owned))
        };
        Limits {
            version: text(&version, "/data/version"),
            window: text(&config, "/data/yaml").map(|yaml| window(&yaml)),
            retention: flags.as_ref().and_then(retention),
        }
    }

    /// The groups of which it has every day of the window before an instant, as parts name them: what is sent from there
    /// on makes whole windows. Where it cannot be asked, none.
    pub async fn has_before(&self, at: Timestamp) -> BTreeSet<String> {
        let expression = format!(
            "count_over_time({}{{job=\"{JOB}\",of=\"deployments\"}}[{WINDOW_DAYS}d]) >= {}",
            Family::DeploymentsRead.name(),
            WINDOW_DAYS - 1
        );
        let Some(root) = root(&self.url) else { return BTreeSet::new() };
        let Ok(mut url) = Url::parse(&format!("{root}/api/v1/query")) else { return BTreeSet::new() };
        let time = format!("{}.{:03}", at.0.div_euclid(1_000), at.0.rem_euclid(1_000));
        url.query_pairs_mut().extend_pairs([("query", &expression), ("time", &time)]);
        let reply = self.get(&url).await.unwrap_or_default();
        let series = reply.pointer("/data/result").and_then(Value::as_array).cloned().unwrap_or_default();
        let group = |one: &Value| {
            let label = |name: &str| one.get("metric")?.get(name)?.as_str();
            let kind = GroupKind::parse(label("scope")?)?;
            Some(match kind {
                GroupKind::All => key(&Group::all()),
                _ => key(&Group { kind, name: label(kind.as_str())?.to_owned() }),
            })
        };
        series.iter().filter_map(group).collect()
    }

    async fn read(&self, root: &str, what: &str) -> Option<Value> {
        self.get(&Url::parse(&format!("{root}/api/v1/status/{what}")).ok()?).await
    }

    async fn get(&self, url: &Url) -> Option<Value> {
        let request = self.login.sign(Request::new(Method::Get, url));
        let reply = self.client.send(request).await.ok()?;
        serde_json::from_str(&reply.body).ok()
    }
}

/// The root of a Prometheus, from the address that takes writes.
fn root(url: &Url) -> Option<String> {
    url.as_str().trim_end_matches('/').strip_suffix("/api/v1/write").map(str::to_owned)
}

fn window(yaml: &str) -> Duration {
    let said = yaml.lines().find_map(|line| line.trim().strip_prefix("out_of_order_time_window:"));
    said.and_then(|text| duration(text.trim())).unwrap_or_default()
}

fn retention(flags: &Value) -> Option<Duration> {
    let flag = |name: &str| flags.get("data")?.get(name)?.as_str();
    let time = duration(flag("storage.tsdb.retention.time")?)?;
    let by_size = flag("storage.tsdb.retention.size").is_some_and(|size| !size.starts_with('0'));
    match (time.is_zero(), by_size) {
        (true, true) => None,
        (true, false) => duration(DEFAULT_RETENTION),
        (false, _) => Some(time),
    }
}

/// A duration as Prometheus writes it, like `1y`, `15d` or `1h30m`.
fn duration(text: &str) -> Option<Duration> {
    let mut total = 0u64;
    let mut rest = text.trim_matches(['"', '\'']);
    while !rest.is_empty() {
        let unit = rest.find(|letter: char| !letter.is_ascii_digit())?;
        let number: u64 = rest.get(..unit)?.parse().ok()?;
        rest = rest.get(unit..)?;
        let end = rest.find(|letter: char| letter.is_ascii_digit()).unwrap_or(rest.len());
        let milliseconds = match rest.get(..end)? {
            "ms" => 1,
            "s" => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            "w" => 7 * 86_400_000,
            "y" => 365 * 86_400_000,
            _ => return None,
        };
        rest = rest.get(end..)?;
        total = total.checked_add(number.checked_mul(milliseconds)?)?;
    }
    Some(Duration::from_millis(total))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: u64 = 86_400;

    #[test]
    fn durations_are_read_as_prometheus_writes_them() {
        for (text, seconds) in
            [("0s", 0), ("15d", 15 * DAY), ("1h30m", 5_400), ("1y1w", 372 * DAY), ("400d", 400 * DAY)]
        {
            assert_eq!(duration(text), Some(Duration::from_secs(seconds)), "{text}");
        }
        assert_eq!((duration("ten days"), duration("5"), duration("3x")), (None, None, None));
    }

    #[test]
    fn what_is_not_configured_has_the_servers_default() {
        let flags = |time: &str, size: &str| serde_json::json!({"data": {"storage.tsdb.retention.time": time, "storage.tsdb.retention.size": size}});
        let days = |n: u64| Some(Duration::from_secs(n * DAY));
        assert_eq!(retention(&flags("0s", "0B")), days(15));
        assert_eq!(retention(&flags("1y", "0B")), days(365));
        assert_eq!(retention(&flags("0s", "10GB")), None, "with only a size limit, the time is unknown");
        assert_eq!(
            window("global:\n  x: 1\nstorage:\n  tsdb:\n    out_of_order_time_window: 400d\n"),
            days(400).unwrap_or_default()
        );
        assert_eq!(window("global: {}\n"), Duration::ZERO);
    }

    #[test]
    fn only_the_usual_address_has_a_root_to_ask() {
        let of = |text: &str| root(&Url::parse(text).expect("an address"));
        assert_eq!(of("http://p:9090/prom/api/v1/write").as_deref(), Some("http://p:9090/prom"));
        assert_eq!(of("https://mimir/api/v1/push"), None);
    }
}
