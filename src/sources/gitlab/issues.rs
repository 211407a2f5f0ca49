//! Converts issues to incidents, and decides which issues are incidents.

use super::INCIDENTS_SOURCE;
use super::wire;
use crate::domain::event::Incident;
use crate::domain::priority::priority_number;
use crate::domain::time::Timestamp;
use crate::sources::incidents::flags;
use crate::sources::labels::after_one_of;

/// The status of an incident that is open.
const OPEN: &str = "open";
/// What GitLab calls an issue that is an incident.
pub(super) const INCIDENT: &str = "incident";

/// Which issues are incidents.
#[derive(Debug, Clone)]
pub(super) struct Rules {
    /// An issue with one of these labels is an incident, whatever its type.
    pub(super) labels: Vec<String>,
    /// This label says that a deployment caused it.
    pub(super) caused_by_deploy: String,
}

impl Rules {
    /// The filters of the lists that together show every incident.
    pub(super) fn filters(&self) -> impl Iterator<Item = (&'static str, &str)> {
        std::iter::once(("issue_type", INCIDENT)).chain(self.labels.iter().map(|label| ("labels", &label[..])))
    }

    /// Whether an issue is an incident.
    pub(super) fn hold(&self, issue: &wire::Issue) -> bool {
        let is_labelled = || {
            let mut own = issue.labels.iter();
            own.any(|own| self.labels.iter().any(|label| label.eq_ignore_ascii_case(own)))
        };
        issue.kind.as_deref() == Some(INCIDENT) || is_labelled()
    }

    /// An issue of a project as a row.
    pub(super) fn row(&self, project: &str, issue: wire::Issue, observed_at: Timestamp) -> Incident {
        let labels = issue.labels;
        // A scoped label has two colons.
        let plain: Vec<String> = labels.iter().map(|label| label.replace("::", ":")).collect();
        let named = plain.iter().filter_map(|label| after_one_of(label, &["service", "team"]));
        let keys = std::iter::once(project.to_owned()).chain(named.map(str::to_owned)).collect();
        // GitLab closes an issue that is moved to another project, and opens a new one there.
        let is_moved = issue.moved_to_id.is_some();
        let is_duplicate = is_moved || issue.links.and_then(|links| links.closed_as_duplicate_of).is_some();
        let (status, resolved_at) = match (issue.state.as_deref(), issue.closed_at) {
            (Some("closed"), end) if is_duplicate => ("merged", end),
            (Some("closed"), end) => ("closed", end),
            _ => (OPEN, None),
        };
        let severity = issue.severity.map(|text| text.to_lowercase()).filter(|text| text != "unknown");
        let of_label = || plain.iter().find_map(|label| priority_number(label)).map(|number| format!("P{number}"));
        let caused = labels.iter().any(|label| label.eq_ignore_ascii_case(&self.caused_by_deploy));
        let mut row = Incident {
            source: INCIDENTS_SOURCE.into(),
            id: issue.id.to_string(),
            title: issue.title,
            service_keys: keys,
            priority: severity.or_else(of_label),
            urgency: None,
            status: Some(status.into()),
            opened_at: issue.created_at,
            acknowledged_at: None,
            resolved_at,
            caused_by_deploy: None,
            deployment_ref: None,
            tags: labels,
            url: issue.web_url,
            observed_at,
        };
        flags::verdict(&mut row, caused.then_some(true), "label");
        row
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn rules() -> Rules {
        Rules { labels: vec!["outage".into()], caused_by_deploy: "caused-by-deploy".into() }
    }

    fn issue(changes: &Value) -> wire::Issue {
        let mut issue = json!({
            "id": 9, "iid": 3, "title": "Down", "state": "closed", "issue_type": "incident", "severity": "CRITICAL",
            "labels": ["service::checkout", "team: payments", "priority::2"], "created_at": "2026-01-01T00:00:00Z",
            "updated_at": "2026-01-03T00:00:00Z", "closed_at": "2026-01-02T00:00:00Z",
        });
        let fields = issue.as_object_mut().expect("an object");
        fields.extend(changes.as_object().expect("an object").clone());
        serde_json::from_value(issue).expect("an issue")
    }

    #[test]
    fn an_issue_is_an_incident_by_its_type_or_by_a_label() {
        for (changes, wanted) in [
            (json!({}), true),
            (json!({"issue_type": "issue"}), false),
            (json!({"issue_type": "issue", "labels": ["Outage"]}), true),
            (json!({"issue_type": null, "labels": null}), false),
        ] {
            assert_eq!(rules().hold(&issue(&changes)), wanted, "{changes}");
        }
    }

    #[test]
    fn state_severity_and_labels_make_the_row() {
        let row = |changes: Value| rules().row("acme/web", issue(&changes), Timestamp(9));
        let closed = row(json!({}));
        assert_eq!(closed.service_keys, ["acme/web", "checkout", "payments"]);
        assert_eq!((closed.status.as_deref(), closed.priority.as_deref()), (Some("closed"), Some("critical")));
        assert_eq!((closed.resolved_at.is_some(), closed.caused_by_deploy), (true, None));
        assert_eq!(row(json!({"severity": "UNKNOWN"})).priority.as_deref(), Some("P2"));
        // A reopened issue keeps the instant of its last closing.
        let open = row(json!({"state": "opened", "labels": ["caused-by-deploy"]}));
        assert_eq!((open.status.as_deref(), open.resolved_at, open.caused_by_deploy), (Some(OPEN), None, Some(true)));
        for other in [json!({"_links": {"closed_as_duplicate_of": "https://gitlab.com/x"}}), json!({"moved_to_id": 7})]
        {
            assert_eq!(row(other.clone()).status.as_deref(), Some("merged"), "{other}");
        }
    }
}
