//! What the vendors document, read: one reply of each provider, shortened to the fields that are read and a few others.
//! Only for tests.

use serde_json::{Value, json};

use super::description::{Description, Flag, Flags};
use super::fields::{Common, row};
use crate::domain::time::Timestamp;
use crate::sources::{grafana_irm, incident_io, jira, rootly, servicenow};

fn flags() -> Flags {
    Flags { caused_by_deploy: Flag::Tag("caused-by-deploy".into()), deployment_ref: None }
}

/// Id, title, status, priority, begin, end, service keys and page of each entry of a reply.
fn read(it: &Description, reply: &Value) -> Vec<String> {
    let flags = flags();
    let root = "https://acme.example";
    let common = Common { source: "x", root, flags: &flags, observed_at: Timestamp(7) };
    let entries = it.rows.first(reply).and_then(Value::as_array).expect("a list");
    let of = |entry: &Value| {
        let found = row(entry, it, &common).expect("read").expect("an incident").row.incident;
        let end = found.resolved_at.map_or_else(|| "-".to_owned(), Timestamp::to_rfc3339);
        let text = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
        let keys = found.service_keys.join("+");
        let (title, status, priority) = (text(found.title), text(found.status), text(found.priority));
        let begin = found.opened_at.to_rfc3339();
        format!("{} | {title} | {status} | {priority} | {begin} | {end} | {keys} | {}", found.id, text(found.url))
    };
    entries.iter().map(of).collect()
}

#[test]
fn incident_io() {
    let at = |name: &str, at: Value| json!({"incident_timestamp": {"id": "01", "name": name}, "value": at});
    let incident = |id: &str, category: &str, severity: Value, times: Value| {
        json!({"id": id, "reference": "INC-101", "name": "Payment processor outage", "mode": "standard",
            "permalink": "https://app.incident.io/example/incidents/101", "created_at": "2026-05-01T09:55:00Z",
            "incident_status": {"name": "Closed", "category": category}, "severity": severity, "team_ids": ["abc123"],
            "incident_type": {"id": "type_01", "name": "Default"}, "incident_timestamp_values": times,
            "custom_field_entries": [{"custom_field": {"id": "01", "name": "Affected Team", "field_type": "single_select"},
                "values": [{"value_option": {"id": "01", "value": "Product"}}]}]})
    };
    let reply = json!({"incidents": [
        incident("inc_01", "closed", json!({"id": "sev_3", "name": "Critical", "rank": 3}), json!([
            at("Reported at", json!({"value": "2026-05-01T09:50:00Z"})),
            at("Resolved at", json!({"value": "2026-05-01T11:30:00Z"})),
            at("Closed at", json!({"value": "2026-05-01T11:31:00Z"})),
        ])),
        incident("inc_04", "learning", Value::Null, json!([
            at("Resolved at", Value::Null),
            at("Closed at", json!({"value": "2026-05-04T08:30:00Z"})),
        ])),
        incident("inc_05", "declined", Value::Null, json!([])),
        incident("inc_06", "live", Value::Null, Value::Null),
    ], "pagination_meta": {"after": "inc_06", "page_size": 25}});
    let page = "abc123 | https://app.incident.io/example/incidents/101";
    let title = "Payment processor outage";
    assert_eq!(
        read(&incident_io::description(), &reply),
        [
            format!(
                "inc_01 | {title} | closed | Critical | 2026-05-01T09:50:00Z | 2026-05-01T11:30:00Z | Product+{page}"
            ),
            format!("inc_04 | {title} | resolved | - | 2026-05-01T09:55:00Z | 2026-05-04T08:30:00Z | Product+{page}"),
            format!("inc_05 | {title} | not_planned | - | 2026-05-01T09:55:00Z | - | Product+{page}"),
            format!("inc_06 | {title} | live | - | 2026-05-01T09:55:00Z | - | Product+{page}"),
        ]
    );
}

#[test]
fn rootly() {
    let incident = |id: &str, status: &str, kind: &str, resolved: Value, copy_of: Value| {
        json!({"id": id, "type": "incidents", "attributes": {"sequential_id": 1, "title": "Oh no!", "kind": kind,
            "status": status, "url": "https://rootly.com/account/incidents/1-oh-no", "duplicate_incident_id": copy_of,
            "severity": {"data": {"id": "s", "type": "severities", "attributes": {"name": "SEV1", "slug": "sev1", "severity": "high"}}},
            "services": [{"data": {"id": "svc", "type": "services", "attributes": {"name": "Web", "slug": "web"}}}],
            "groups": null, "labels": {"platform": "osx"}, "created_at": "2025-11-26T20:55:25.008-08:00",
            "started_at": "2025-11-26T20:50:00.000-08:00", "mitigated_at": "2025-11-26T21:00:00.000-08:00",
            "resolved_at": resolved}})
    };
    let end = || json!("2025-11-26T21:10:00.000-08:00");
    let reply = json!({"data": [
        incident("1", "resolved", "normal", end(), Value::Null),
        incident("2", "mitigated", "normal", Value::Null, Value::Null),
        incident("3", "resolved", "test", end(), Value::Null),
        incident("4", "resolved", "normal", end(), json!("1")),
        incident("5", "cancelled", "normal", Value::Null, Value::Null),
    ], "links": {"next": null}, "meta": {"current_page": 1, "next_page": null, "total_count": 5, "total_pages": 1}});
    let line = |id: u8, status: &str, end: &str| {
        let page = "https://rootly.com/account/incidents/1-oh-no";
        format!("{id} | Oh no! | {status} | SEV1 | 2025-11-27T04:50:00Z | {end} | Web+svc | {page}")
    };
    let end = "2025-11-27T05:10:00Z";
    assert_eq!(
        read(&rootly::description(false), &reply),
        [
            line(1, "resolved", end),
            line(2, "mitigated", "-"),
            line(3, "not_planned", end),
            line(4, "merged", end),
            line(5, "not_planned", "-"),
        ]
    );
    let mitigated = read(&rootly::description(true), &reply);
    assert_eq!(mitigated[1], line(2, "mitigated", "2025-11-27T05:00:00Z"));
}

#[test]
fn grafana_irm() {
    let group = json!({
        "id": "I68T24C13IFW1", "integration_id": "CFRPV98RPR1U8", "route_id": "RIYGUJXCPFHXY", "alerts_count": 3,
        "state": "resolved", "created_at": "2020-05-19T12:37:01.430444Z", "alert_group_number": 42,
        "resolved_at": "2020-05-19T13:37:01.429805Z", "acknowledged_at": null, "acknowledged_by": null,
        "resolved_by": "UCGEIXI1MR1NZ", "title": "Memory above 90% threshold", "team_id": null,
        "permalinks": {"slack": "https://ghostbusters.slack.com/archives/C1H9RESGA/p135854651500008",
            "web": "https://acme.grafana.net/a/grafana-irm-app/alert-groups/I68T24C13IFW1"},
        "labels": [{"key": {"id": "severity", "name": "severity"}, "value": {"id": "critical", "name": "critical"}}],
        "silenced_at": "2020-05-19T13:37:01.429805Z", "root_alert_group_id": null,
        "dependent_alert_group_ids": ["I7XKBQYJYFW3M"], "last_alert": {"id": "AA74DN7T4JQB6"},
    });
    let mut attached = group.clone();
    (attached["id"], attached["root_alert_group_id"]) = (json!("I7XKBQYJYFW3M"), json!("I68T24C13IFW1"));
    let reply = json!({"count": 2, "next": null, "previous": null, "results": [group, attached], "page_size": 50});
    let rest = "critical | 2020-05-19T12:37:01.430Z | 2020-05-19T13:37:01.429Z | CFRPV98RPR1U8 | \
                https://acme.grafana.net/a/grafana-irm-app/alert-groups/I68T24C13IFW1";
    assert_eq!(
        read(&grafana_irm::description(), &reply),
        [
            format!("I68T24C13IFW1 | Memory above 90% threshold | resolved | {rest}"),
            format!("I7XKBQYJYFW3M | Memory above 90% threshold | merged | {rest}"),
        ]
    );
}

#[test]
fn servicenow() {
    let both = |display: &str, value: &str| json!({"display_value": display, "value": value});
    let record = |id: &str, state: &str, resolved: &str| {
        json!({"sys_id": both(id, id), "number": both("INC0000001", "INC0000001"),
            "short_description": both("Can't read email", "Can't read email"), "state": both("Any", state),
            "close_code": both("", ""), "sys_created_on": both("2026-06-30 18:00:00", "2026-07-01 01:00:00"),
            "opened_at": both("2026-06-30 17:55:00", "2026-07-01 00:55:00"), "resolved_at": both("", resolved),
            "closed_at": both("", ""), "priority": both("1 - Critical", "1"), "urgency": both("1 - High", "1"),
            "business_service": both("Email", "27d32778c0a8000b00db970eeaa60f16"), "service_offering": both("", ""),
            "cmdb_ci": both("", ""), "assignment_group": both("", "")})
    };
    let reply = json!({"result": [
        record("a1", "7", "2026-07-01 03:00:00"),
        record("a2", "2", ""),
        record("a3", "8", "2026-07-01 03:00:00"),
        record("a4", "17", "2026-07-01 03:00:00"),
    ]});
    let line = |id: &str, status: &str, end: &str| {
        let page = format!("https://acme.example/incident.do?sys_id={id}");
        let keys = "Email+27d32778c0a8000b00db970eeaa60f16";
        format!("{id} | Can't read email | {status} | 1 - Critical | 2026-07-01T00:55:00Z | {end} | {keys} | {page}")
    };
    assert_eq!(
        read(&servicenow::description("incident", None, &flags()), &reply),
        [
            line("a1", "closed", "2026-07-01T03:00:00Z"),
            line("a2", "in_progress", "-"),
            line("a3", "not_planned", "-"),
            line("a4", "17", "-"),
        ]
    );
}

#[test]
fn jira() {
    let issue = |id: &str, category: &str, resolved: Value, changed: &str, resolution: Value| {
        json!({"id": id, "key": "OPS-1", "self": "https://acme.atlassian.net/rest/api/3/issue/10002", "fields": {
            "summary": "Checkout is slow", "status": {"name": "Any", "statusCategory": {"id": 3, "key": category}},
            "created": "2026-07-01T09:00:00.000+0200", "resolutiondate": resolved, "statuscategorychangedate": changed,
            "resolution": resolution, "priority": {"id": "2", "name": "High"}, "labels": ["bugfix"],
            "components": [{"id": "10000", "name": "Checkout"}], "project": {"id": "1", "key": "OPS", "name": "Operations"}}})
    };
    let (noon, later) = ("2026-07-01T12:00:00.000+0200", "2026-07-02T12:00:00.000+0200");
    let done = || json!({"id": "1", "name": "Done"});
    let reply = json!({"issues": [
        issue("10001", "done", json!(noon), noon, done()),
        issue("10002", "indeterminate", json!(noon), later, done()),
        issue("10003", "done", json!(noon), later, done()),
        issue("10004", "done", Value::Null, later, Value::Null),
        issue("10005", "done", json!(noon), noon, json!({"name": "Duplicate"})),
        issue("10006", "new", Value::Null, noon, Value::Null),
    ], "isLast": true});
    let line = |id: &str, status: &str, end: &str| {
        let rest = "Checkout+10000+OPS+Operations | https://acme.example/browse/OPS-1";
        format!("{id} | Checkout is slow | {status} | High | 2026-07-01T07:00:00Z | {end} | {rest}")
    };
    assert_eq!(
        read(&jira::description("project = OPS", &flags()), &reply),
        [
            line("10001", "resolved", "2026-07-01T10:00:00Z"),
            line("10002", "in_progress", "-"),
            line("10003", "resolved", "2026-07-02T10:00:00Z"),
            line("10004", "resolved", "2026-07-02T10:00:00Z"),
            line("10005", "merged", "2026-07-01T10:00:00Z"),
            line("10006", "new", "-"),
        ]
    );
}
