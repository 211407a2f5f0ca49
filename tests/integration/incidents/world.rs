//! What a made-up incident service holds. Instants are milliseconds since 1970.

use serde_json::Value;

pub(super) const MINUTE: i64 = 60_000;
pub(super) const HOUR: i64 = 60 * MINUTE;
pub(super) const DAY: i64 = 24 * HOUR;
/// 2025-01-01T00:00:00Z.
pub(super) const NEW_YEAR: i64 = 1_735_689_600_000;

/// An instant with its milliseconds, in UTC.
pub(super) fn iso(at: i64) -> String {
    chrono::DateTime::from_timestamp_millis(at).expect("an instant").format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

/// This instant: the program, too, looks at the clock.
#[expect(clippy::disallowed_methods, reason = "a test of what is open now")]
pub(super) fn now() -> i64 {
    chrono::Utc::now().timestamp_millis()
}

/// One incident or alert.
#[derive(Debug, Clone, Default)]
pub(crate) struct Made {
    pub(super) id: String,
    pub(super) title: String,
    pub(crate) created: i64,
    pub(crate) ended: Option<i64>,
    pub(super) acknowledged: Option<i64>,
    /// PagerDuty: how many entries its log has beside these.
    pub(super) chatter: i64,
    /// Id and name.
    pub(super) service: (String, String),
    pub(super) urgency: String,
    pub(super) priority: Option<String>,
    pub(super) merged: bool,
    pub(super) tags: Vec<String>,
    /// Custom fields, extra properties, details.
    pub(super) fields: Vec<(String, Value)>,
    pub(super) notes: Vec<String>,
    pub(super) changes: Vec<Value>,
    /// OpsGenie: when the impact began.
    pub(super) impact: Option<i64>,
    /// Whether it is an alert.
    pub(super) alert: bool,
}

/// Everything, oldest first.
#[derive(Debug, Clone, Default)]
pub(crate) struct World {
    pub(crate) made: Vec<Made>,
    /// Ids and names of services.
    pub(crate) services: Vec<(String, String)>,
    /// Names of custom fields.
    pub(super) fields: Vec<String>,
    /// Names of priorities, most important first.
    pub(super) priorities: Vec<String>,
    /// Services that the key may not see.
    pub(super) forbidden: Vec<String>,
}

impl World {
    /// An incident of the service `PCHECK`, Checkout, which ends an hour later.
    pub(crate) fn incident(&mut self, created: i64) -> &mut Made {
        self.made.push(Made {
            id: format!("Q{:06}", self.made.len()),
            title: format!("Incident {}", self.made.len()),
            created,
            ended: Some(created + HOUR),
            service: ("PCHECK".into(), "Checkout".into()),
            urgency: "high".into(),
            ..Made::default()
        });
        self.made.last_mut().expect("the one just made")
    }

    /// A world with the service of [`World::incident`].
    pub(crate) fn new() -> Self {
        Self { services: vec![("PCHECK".into(), "Checkout".into())], ..Self::default() }
    }

    pub(super) fn find(&self, id: &str) -> Option<&Made> {
        self.made.iter().find(|made| made.id == id)
    }
}
