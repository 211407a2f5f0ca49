//! Every preset of `import --from`: the one table of what other programs export.
//!
//! Names of fields are those of the vendors' public schemas and of exports as they are published; a name that varies
//! between versions is listed with its variants. The source of the rows is that under which `fetch` reads the same events,
//! so that an export and a fetch of one system do not count twice.

use super::preset::Reading::{
    AsItIs, DeploymentOfUrl, Epoch, Labelled, List, PageOfDeployments, PriorityOfLabels, PullRequestOfSubject,
    RepoOfUrl,
};
use super::preset::Then::{Clear, Fill, Set};
use super::preset::{Column, Format, Kind, Preset, Reading, Rule, Sorts};
use crate::domain::event::Table;

/// All of them, in the order in which they are described.
pub const PRESETS: &[Preset] = &[
    GITHUB_DEPLOYMENTS,
    GITHUB_DEPLOYMENT_STATUSES,
    GIT_LOG,
    PAGERDUTY_CSV,
    PAGERDUTY_JSON,
    OPSGENIE_CSV,
    JSM_CSV,
    JIRA_CSV,
    GITHUB_ISSUES_JSON,
];

/// The preset of a name.
pub fn preset(name: &str) -> Option<&'static Preset> {
    PRESETS.iter().find(|preset| preset.name == name)
}

const fn column(ours: &'static str, theirs: &'static [&'static str], reads: Reading) -> Column {
    Column { ours, theirs, reads }
}

/// States after which a deployment of GitHub is over.
const ENDS: &[&str] = &["success", "failure", "error", "cancelled"];
/// The tag by which triage says that a deployment caused an incident.
const TAGGED: Rule = Rule::Tagged("caused-by-deploy", "caused_by_deploy");
/// Statuses after which an alert of OpsGenie or Jira Service Management is over.
const OVER: &[&str] = &["closed", "resolved"];
/// Statuses of incidents and alerts that are not over, of PagerDuty, OpsGenie and Jira Service Management.
const OPEN: &[&str] = &["triggered", "acknowledged", "open", "acked", "snoozed"];

const GITHUB_STATUS: Kind = Kind {
    name: "status of a deployment",
    marks: &["id", "status", "created_at"],
    columns: &[
        column("id", &["deployment_url", "url"], DeploymentOfUrl),
        column("repo", &["deployment_url", "url"], RepoOfUrl),
        column("environment", &["environment"], AsItIs),
        column("status", &["state"], AsItIs),
        column("created_at", &["created_at"], AsItIs),
        column("url", &["deployment_url", "url"], PageOfDeployments),
    ],
    rules: &[Rule::Where { field: "state", is: ENDS, then: Fill("finished_at", "created_at") }],
};

const GITHUB_DEPLOYMENT: Kind = Kind {
    name: "deployment",
    marks: &["id", "created_at"],
    columns: &[
        column("id", &["url"], DeploymentOfUrl),
        column("repo", &["url"], RepoOfUrl),
        column("environment", &["environment"], AsItIs),
        column("sha", &["sha"], AsItIs),
        column("ref", &["ref"], AsItIs),
        column("task", &["task"], AsItIs),
        column("creator", &["creator/login"], AsItIs),
        column("created_at", &["created_at"], AsItIs),
        column("url", &["url"], PageOfDeployments),
    ],
    rules: &[Rule::StatusUntilTold("pending")],
};

const GITHUB_DEPLOYMENTS: Preset = Preset {
    name: "github-deployments",
    table: Table::Deployments,
    what: "the deployments of a repo from GitHub's REST API, with their statuses in `--statuses` files",
    steps: &[
        "gh api --paginate 'repos/OWNER/NAME/deployments?per_page=100' > deployments.json",
        "for id in $(jq -r '.[].id' deployments.json); do \\",
        "  gh api --paginate \"repos/OWNER/NAME/deployments/$id/statuses\"; done > statuses.json",
        "dora-report import --from github-deployments deployments.json --statuses statuses.json",
    ],
    source: "github",
    format: Format::Json { list: None },
    kinds: &[GITHUB_STATUS, GITHUB_DEPLOYMENT],
    sorts: None,
    times: &[],
};

const GITHUB_DEPLOYMENT_STATUSES: Preset = Preset {
    name: "github-deployment-statuses",
    what: "the statuses alone, or in any order with the deployments",
    steps: &[
        "the same two `gh api` commands as for github-deployments",
        "dora-report import --from github-deployment-statuses statuses.json deployments.json",
    ],
    ..GITHUB_DEPLOYMENTS
};

const GIT_LOG: Preset = Preset {
    name: "git-log",
    table: Table::Commits,
    what: "the commits of a clone; `--repo` names the repo, because git does not",
    steps: &[
        "git log --all --no-color --format='%H%x09%P%x09%aI%x09%cI%x09%s' > commits.tsv",
        "dora-report import --from git-log --repo OWNER/NAME commits.tsv",
    ],
    source: "",
    format: Format::Lines(&["commit", "parents", "author date", "committer date", "subject"]),
    kinds: &[Kind {
        name: "commit",
        marks: &["sha", "parents", "authored_at", "committed_at"],
        columns: &[
            column("sha", &["commit"], AsItIs),
            column("parents", &["parents"], List(&[' '])),
            column("authored_at", &["author date"], AsItIs),
            column("committed_at", &["committer date"], AsItIs),
            column("pull_request", &["subject"], PullRequestOfSubject),
        ],
        rules: &[],
    }],
    sorts: None,
    times: &[],
};

const PAGERDUTY_CSV: Preset = Preset {
    name: "pagerduty-csv",
    table: Table::Incidents,
    what: "PagerDuty's list of incidents as CSV",
    steps: &[
        "PagerDuty: Analytics > Insights or Reports > Incidents, choose the dates, Export CSV",
        "dora-report import --from pagerduty-csv incidents.csv",
        "the times of Insights have no offset: add --time-zone with the zone of the report",
    ],
    source: "pagerduty",
    format: Format::Csv,
    kinds: &[Kind {
        name: "incident",
        marks: &["id", "opened_at", "resolved_at", "service_keys"],
        columns: &[
            column("id", &["id", "incident_id", "incident_number", "number"], AsItIs),
            column("title", &["title", "description", "incident_title", "summary"], AsItIs),
            column("service_keys", &["service_id", "service_name", "service", "team_id", "team_name"], List(&[])),
            column("priority", &["priority_name", "priority"], AsItIs),
            column("urgency", &["urgency"], AsItIs),
            column("status", &["status"], AsItIs),
            column("opened_at", &["created_on", "created_at", "created"], AsItIs),
            column("acknowledged_at", &["acknowledged_on", "acknowledged_at", "first_acknowledged_at"], AsItIs),
            column("resolved_at", &["resolved_on", "resolved_at", "resolved"], AsItIs),
            column("url", &["html_url", "url"], AsItIs),
        ],
        rules: &[],
    }],
    sorts: None,
    times: &["%b %d, %Y at %I:%M %p", "%b %d, %Y, %I:%M %p"],
};

const PAGERDUTY_JSON: Preset = Preset {
    name: "pagerduty-json",
    table: Table::Incidents,
    what: "replies of PagerDuty's REST API to `/incidents`, one page after another",
    steps: &[
        "for offset in $(seq 0 100 900); do \\",
        "  curl -fsS -H \"Authorization: Token token=$PAGERDUTY_TOKEN\" \\",
        "  \"https://api.pagerduty.com/incidents?date_range=all&limit=100&offset=$offset\"; \\",
        "  done > incidents.json",
        "dora-report import --from pagerduty-json incidents.json",
    ],
    source: "pagerduty",
    format: Format::Json { list: Some("incidents") },
    kinds: &[Kind {
        name: "incident",
        marks: &["id", "opened_at", "status", "service_keys"],
        columns: &[
            column("id", &["id"], AsItIs),
            column("title", &["title", "summary"], AsItIs),
            column("service_keys", &["service/id", "service/summary"], List(&[])),
            column("service_keys", &["teams/*/id", "teams/*/summary"], List(&[])),
            column("priority", &["priority/summary", "priority/name"], AsItIs),
            column("urgency", &["urgency"], AsItIs),
            column("status", &["status"], AsItIs),
            column("opened_at", &["created_at"], AsItIs),
            column("acknowledged_at", &["acknowledgements/*/at"], AsItIs),
            column("resolved_at", &["resolved_at"], AsItIs),
            column("url", &["html_url"], AsItIs),
        ],
        rules: &[
            // A resolved incident of 2022 has no `resolved_at`.
            Rule::Where { field: "status", is: &["resolved"], then: Fill("resolved_at", "last_status_change_at") },
            Rule::Where { field: "status", is: OPEN, then: Clear("resolved_at") },
            Rule::Where { field: "resolve_reason/type", is: &["merge_resolve_reason"], then: Set("status", "merged") },
        ],
    }],
    sorts: None,
    times: &[],
};

/// The columns of a list of alerts, which Jira Service Management took over from OpsGenie.
const ALERTS: &[Kind] = &[Kind {
    name: "alert",
    marks: &["id", "title", "status", "opened_at"],
    columns: &[
        column("id", &["alert_id", "incident_id", "id", "tiny_id"], AsItIs),
        column("title", &["message", "title"], AsItIs),
        column("service_keys", &["impacted_services", "services", "service"], List(&[';', ','])),
        column("service_keys", &["teams", "team", "owner_team", "responders"], List(&[';', ','])),
        column("service_keys", &["entity", "integration_name", "integration"], List(&[])),
        column("priority", &["priority"], AsItIs),
        column("status", &["status"], AsItIs),
        column("opened_at", &["impact_start_date", "impact_start", "created_at", "created_at_date", "created"], Epoch),
        column("acknowledged_at", &["acknowledged_at", "acknowledged_at_date"], Epoch),
        column("resolved_at", &["impact_end_date", "impact_end", "closed_at", "closed_at_date", "resolved_at"], Epoch),
        column("tags", &["tags"], List(&[';', ','])),
    ],
    rules: &[
        TAGGED,
        Rule::Since("acknowledged_at", "ack_time"),
        Rule::Since("resolved_at", "close_time"),
        // An alert is last changed when it is closed, unless someone adds a note later.
        Rule::Where { field: "status", is: OVER, then: Fill("resolved_at", "updated_at") },
        Rule::Where { field: "status", is: OVER, then: Fill("resolved_at", "updated_at_date") },
        Rule::Where { field: "status", is: OVER, then: Fill("resolved_at", "updated") },
        Rule::Where { field: "status", is: OPEN, then: Clear("resolved_at") },
    ],
}];

const OPSGENIE_CSV: Preset = Preset {
    name: "opsgenie-csv",
    table: Table::Incidents,
    what: "OpsGenie's list of alerts or incidents as CSV",
    steps: &[
        "OpsGenie: Alerts or Incidents, search for what is an incident, Export as CSV",
        "dora-report import --from opsgenie-csv alerts.csv",
    ],
    source: "opsgenie",
    format: Format::Csv,
    kinds: ALERTS,
    sorts: None,
    times: &["%Y/%m/%d %H:%M:%S%.f", "%b %d, %Y %I:%M %p", "%b %d, %Y, %I:%M %p"],
};

const JSM_CSV: Preset = Preset {
    name: "jsm-csv",
    what: "the list of alerts of Jira Service Management as CSV; its incidents are issues of Jira: jira-csv",
    steps: &[
        "Jira Service Management: Operations > Alerts, search for incidents, Export as CSV",
        "dora-report import --from jsm-csv alerts.csv",
    ],
    source: "jsm",
    ..OPSGENIE_CSV
};

const JIRA_CSV: Preset = Preset {
    name: "jira-csv",
    table: Table::Incidents,
    what: "issues of Jira from the issue navigator; search for those that are incidents",
    steps: &[
        "Jira: Filters > Advanced issue search, project = OPS AND type = Incident,",
        "  Export > Export CSV (all fields)",
        "dora-report import --from jira-csv --time-zone Europe/Berlin jira.csv",
        "Jira writes times without an offset: the zone is that of your profile in Jira",
    ],
    source: "jira",
    format: Format::Csv,
    kinds: &[Kind {
        name: "issue",
        marks: &["id", "status", "opened_at", "resolved_at"],
        columns: &[
            column("id", &["issue_key", "key"], AsItIs),
            column("title", &["summary"], AsItIs),
            column("service_keys", &["custom_field_(affected_services)", "affected_services"], List(&[])),
            column("service_keys", &["components", "component", "project_name", "project_key", "project"], List(&[])),
            column("priority", &["custom_field_(severity)", "severity", "priority"], AsItIs),
            column("urgency", &["custom_field_(urgency)", "urgency"], AsItIs),
            column("status", &["status"], AsItIs),
            column("opened_at", &["created"], AsItIs),
            column("resolved_at", &["resolved", "resolution_date", "resolved_date"], AsItIs),
            column("tags", &["labels", "label"], List(&[' ', ','])),
        ],
        rules: &[TAGGED, Rule::Where { field: "resolution", is: &["duplicate"], then: Set("status", "merged") }],
    }],
    // The default of Jira, and what the date pickers of profiles offer.
    sorts: Some(Sorts { field: "issue_type", name: "issue type", has: "incident" }),
    times: &[
        "%d/%b/%y %I:%M %p",
        "%d/%b/%y %H:%M",
        "%d/%b/%Y %I:%M %p",
        "%d/%b/%Y %H:%M",
        "%b %d, %Y, %I:%M %p",
        "%b %d, %Y %I:%M %p",
    ],
};

const GITHUB_ISSUES_JSON: Preset = Preset {
    name: "github-issues-json",
    table: Table::Incidents,
    what: "issues of a repo from GitHub's REST API, each an incident from opening to closing",
    steps: &[
        "gh api --paginate --slurp 'repos/OWNER/NAME/issues?labels=incident&state=all&per_page=100' \\",
        "  > issues.json",
        "dora-report import --from github-issues-json issues.json",
    ],
    source: "github-issues",
    format: Format::Json { list: None },
    kinds: &[Kind {
        name: "issue",
        marks: &["id", "service_keys", "status", "opened_at"],
        columns: &[
            column("id", &["id"], AsItIs),
            column("title", &["title"], AsItIs),
            column("service_keys", &["repository_url"], RepoOfUrl),
            column("service_keys", &["labels/*/name"], Labelled(&["service", "team"])),
            column("priority", &["labels/*/name"], PriorityOfLabels),
            column("status", &["state"], AsItIs),
            column("opened_at", &["created_at"], AsItIs),
            column("resolved_at", &["closed_at"], AsItIs),
            column("tags", &["labels/*/name"], List(&[])),
            column("url", &["html_url"], AsItIs),
        ],
        rules: &[
            TAGGED,
            // GitHub lists pull requests among the issues.
            Rule::Skip { field: "pull_request", name: "pull request" },
            Rule::Where { field: "state_reason", is: &["duplicate"], then: Set("status", "merged") },
            // Closing an issue as not planned restores nothing.
            Rule::Where { field: "state_reason", is: &["not_planned"], then: Clear("resolved_at") },
        ],
    }],
    sorts: Some(Sorts { field: "labels/*/name", name: "label", has: "" }),
    times: &[],
};
