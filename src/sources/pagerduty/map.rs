//! Converts PagerDuty's records to rows.
//!
//! A resolved incident without `resolved_at` (older records) was resolved when its status last changed. One that was
//! merged into another is a duplicate. A priority without a rank in its name is prefixed with its position in the
//! account's order, so that `min_priority` can be applied.

use super::wire;
use crate::domain::event::Incident;
use crate::domain::priority::priority_rank;
use crate::domain::time::Timestamp;

/// A row; `priorities` are the account's names, most important first.
pub(super) fn incident(wire: wire::Incident, priorities: &[String], observed_at: Timestamp) -> Incident {
    let is_resolved = wire.status == "resolved";
    let is_merged =
        wire.resolve_reason.as_ref().and_then(|reason| reason.r#type.as_deref()) == Some("merge_resolve_reason");
    let acknowledged = wire.acknowledgements.iter().flatten().filter_map(|one| one.at).min();
    let mut service_keys: Vec<String> = Vec::new();
    for one in wire.service.iter().chain(wire.teams.iter().flatten()) {
        let name = one.summary.as_ref().or(one.name.as_ref());
        for key in [Some(&one.id), name].into_iter().flatten().filter(|key| !key.is_empty()) {
            if !service_keys.contains(key) {
                service_keys.push(key.clone());
            }
        }
    }
    Incident {
        source: super::SOURCE.into(),
        id: wire.id,
        title: wire.title.or(wire.summary),
        service_keys,
        priority: wire.priority.and_then(|one| one.summary.or(one.name)).map(|name| numbered(name, priorities)),
        urgency: wire.urgency,
        status: Some(if is_merged { "merged".into() } else { wire.status }),
        opened_at: wire.created_at,
        acknowledged_at: acknowledged,
        resolved_at: if is_resolved { wire.resolved_at.or(wire.last_status_change_at) } else { None },
        caused_by_deploy: None,
        deployment_ref: None,
        tags: Vec::new(),
        url: wire.html_url,
        observed_at,
    }
}

/// A priority's name, behind its place in the account's order where it tells no rank of its own.
fn numbered(name: String, priorities: &[String]) -> String {
    match priorities.iter().position(|own| *own == name) {
        Some(place) if priority_rank(&name).is_none() => format!("P{} {name}", place + 1),
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(value: serde_json::Value) -> Incident {
        let priorities = ["Critical", "SEV2", "Nuisance"].map(str::to_owned);
        incident(serde_json::from_value(value).expect("an incident"), &priorities, Timestamp(9))
    }

    #[test]
    fn a_resolved_incident_of_old_ends_when_its_status_last_changed_and_an_open_one_does_not() {
        let at = "2026-01-01T00:10:00Z";
        let one = |status: &str| {
            read(
                json!({"id": "Q1", "status": status, "created_at": "2026-01-01T02:00:00.000000+02:00", "last_status_change_at": at}),
            )
        };
        assert_eq!(one("resolved").resolved_at.map(Timestamp::to_rfc3339).as_deref(), Some(at));
        assert_eq!(one("resolved").opened_at.to_rfc3339(), "2026-01-01T00:00:00Z");
        assert_eq!((one("acknowledged").resolved_at, one("triggered").resolved_at), (None, None));
    }

    #[test]
    fn a_name_without_a_number_takes_its_place_in_the_order_of_the_account() {
        let of = |name: &str| {
            read(json!({"id": "Q1", "status": "triggered", "created_at": "2026-01-01T00:00:00Z",
                "priority": {"id": "P", "summary": name}}))
            .priority
        };
        assert_eq!(of("Nuisance").as_deref(), Some("P3 Nuisance"));
        assert_eq!(of("SEV2").as_deref(), Some("SEV2"));
        assert_eq!(of("Critical").as_deref(), Some("Critical"), "the word has a rank of its own");
        assert_eq!(of("Unheard of").as_deref(), Some("Unheard of"));
    }

    #[test]
    fn a_merged_incident_is_marked_and_keys_come_once() {
        let row = read(json!({"id": "Q1", "status": "resolved", "created_at": "2026-01-01T00:00:00Z",
            "service": {"id": "PABC", "summary": "Checkout"}, "teams": [{"id": "PT", "summary": "Checkout"}],
            "resolve_reason": {"type": "merge_resolve_reason", "incident": {"id": "Q2"}}}));
        assert_eq!(row.status.as_deref(), Some("merged"));
        assert_eq!(row.service_keys, ["PABC", "Checkout", "PT"]);
    }
}
