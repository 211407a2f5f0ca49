//! `[pagerduty]`, `[opsgenie]`, `[jsm]` and `[github_issues]`: where incidents are read, and which fields of an
//! incident refer to deployments.
//!
//! If a rule does not match, the flag is absent, not false.

use super::document::Section;
use super::endpoint::Endpoint;
use super::error::ConfigError;
use super::{api_url, values, variable};
use crate::domain::pattern::Pattern;

/// Where on a PagerDuty incident something is read.
#[derive(Debug, Clone, PartialEq)]
pub enum PagerDutyField {
    /// In the custom field of this name.
    CustomField(String),
    /// In the title.
    Title(Pattern),
    /// In any of the notes.
    Note(Pattern),
}

/// `[pagerduty]`.
#[derive(Debug, Clone, PartialEq)]
pub struct PagerDuty {
    /// Base of the API, without a slash at its end.
    pub api_url: Endpoint,
    /// Environment variable of the token.
    pub token_env: String,
    /// Ids or names of the services to read; empty: all.
    pub services: Vec<String>,
    /// What says whether a deployment caused the incident.
    pub caused_by_deploy: PagerDutyField,
    /// What names the deployment; a pattern's first group does.
    pub deployment_ref: Option<PagerDutyField>,
    /// Whether related change events name deployments.
    pub change_events: bool,
    /// Whether log entries are read for the instants of acknowledgement.
    pub acknowledgements: bool,
}

/// What OpsGenie has to read; sorts as written here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Feed {
    /// Incidents.
    Incidents,
    /// Alerts.
    Alerts,
}

impl Feed {
    /// As written in the config.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Incidents => "incidents",
            Self::Alerts => "alerts",
        }
    }
}

/// What on an OpsGenie incident or alert says that a deployment caused it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OpsGenieFlag {
    /// This tag.
    Tag(String),
    /// The extra property of this name.
    Property(String),
}

/// `[opsgenie]`.
#[derive(Debug, Clone, PartialEq)]
pub struct OpsGenie {
    /// Base of the API, without a slash at its end.
    pub api_url: Endpoint,
    /// Environment variable of the API key.
    pub token_env: String,
    /// What to read, sorted, each once.
    pub read: Vec<Feed>,
    /// What says that a deployment caused it.
    pub caused_by_deploy: OpsGenieFlag,
    /// The property, or of an alert the detail, that names the deployment.
    pub deployment_ref: Option<String>,
}

/// `[jsm]`: alerts of Jira Service Management operations.
#[derive(Debug, Clone, PartialEq)]
pub struct Jsm {
    /// Base of the API, without a slash at its end.
    pub api_url: Endpoint,
    /// The site's id.
    pub cloud_id: String,
    /// Address of the site, under which a person finds an alert.
    pub site: Option<Endpoint>,
    /// The account of the API token; without one the token is an OAuth token.
    pub email: Option<String>,
    /// Environment variable of the token.
    pub token_env: String,
    /// What says that a deployment caused it.
    pub caused_by_deploy: OpsGenieFlag,
    /// The detail that names the deployment.
    pub deployment_ref: Option<String>,
}

/// `[github_issues]`: issues of the repos of `[github]` that are incidents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GithubIssues {
    /// An issue with any of these labels is one.
    pub labels: Vec<String>,
    /// The label that says that a deployment caused it.
    pub caused_by_deploy: String,
    /// Whether issues closed as not planned count.
    pub count_not_planned: bool,
}

pub(super) fn pagerduty(section: &Section<'_>) -> Result<PagerDuty, ConfigError> {
    let caused_by_deploy = match section.section("caused_by_deploy")? {
        Some(rule) => pagerduty_field(&rule)?,
        None => PagerDutyField::CustomField("caused_by_deploy".into()),
    };
    let deployment_ref = section.section("deployment_ref")?;
    let deployment_ref = match deployment_ref {
        Some(rule) => {
            let field = pagerduty_field(&rule)?;
            if let PagerDutyField::Title(pattern) | PagerDutyField::Note(pattern) = &field
                && pattern.regex().captures_len() < 2
            {
                return Err(rule.incomplete("needs a group that catches the deployment, like `sha ([0-9a-f]{7,40})`"));
            }
            Some(field)
        }
        None => None,
    };
    Ok(PagerDuty {
        api_url: api_url(section, "https://api.pagerduty.com")?,
        token_env: variable(section, "token_env")?.unwrap_or_else(|| "PAGERDUTY_TOKEN".into()),
        services: values(section.texts("services")?.unwrap_or_default()),
        caused_by_deploy,
        deployment_ref,
        change_events: section.flag("change_events")?.unwrap_or(false),
        acknowledgements: section.flag("acknowledgements")?.unwrap_or(false),
    })
}

fn pagerduty_field(rule: &Section<'_>) -> Result<PagerDutyField, ConfigError> {
    let field = rule.text("custom_field")?;
    let pattern = |key| rule.text(key)?.map(|text| text.read(Pattern::new)).transpose();
    match (field, pattern("title")?, pattern("note")?) {
        (Some(name), None, None) => Ok(PagerDutyField::CustomField(name.value.to_owned())),
        (None, Some(pattern), None) => Ok(PagerDutyField::Title(pattern)),
        (None, None, Some(pattern)) => Ok(PagerDutyField::Note(pattern)),
        _ => Err(rule.incomplete("needs exactly one of `custom_field`, `title` and `note`")),
    }
}

pub(super) fn opsgenie(section: &Section<'_>) -> Result<OpsGenie, ConfigError> {
    let choices = [Feed::Incidents, Feed::Alerts].map(|feed| (feed.as_str(), feed));
    let mut read = match section.some_texts("read", "write `incidents`, `alerts` or both")? {
        Some(texts) => texts.iter().map(|text| text.choose(&choices)).collect::<Result<Vec<_>, _>>()?,
        None => vec![Feed::Incidents],
    };
    read.sort_unstable();
    read.dedup();
    Ok(OpsGenie {
        api_url: api_url(section, "https://api.opsgenie.com")?,
        token_env: variable(section, "token_env")?.unwrap_or_else(|| "OPSGENIE_API_KEY".into()),
        read,
        caused_by_deploy: opsgenie_flag(section)?,
        deployment_ref: property(section)?,
    })
}

fn opsgenie_flag(section: &Section<'_>) -> Result<OpsGenieFlag, ConfigError> {
    let Some(rule) = section.section("caused_by_deploy")? else {
        return Ok(OpsGenieFlag::Tag("caused-by-deploy".into()));
    };
    match (rule.text("tag")?, rule.text("property")?) {
        (Some(tag), None) => Ok(OpsGenieFlag::Tag(tag.value.to_owned())),
        (None, Some(property)) => Ok(OpsGenieFlag::Property(property.value.to_owned())),
        _ => Err(rule.incomplete("needs exactly one of `tag` and `property`")),
    }
}

fn property(section: &Section<'_>) -> Result<Option<String>, ConfigError> {
    let Some(rule) = section.section("deployment_ref")? else { return Ok(None) };
    match rule.text("property")? {
        Some(property) => Ok(Some(property.value.to_owned())),
        None => Err(rule.incomplete("needs `property`")),
    }
}

pub(super) fn jsm(section: &Section<'_>) -> Result<Jsm, ConfigError> {
    let Some(cloud_id) = section.text("cloud_id")? else {
        return Err(section.incomplete("needs `cloud_id`, which https://SITE.atlassian.net/_edge/tenant_info shows"));
    };
    Ok(Jsm {
        api_url: api_url(section, "https://api.atlassian.com")?,
        cloud_id: cloud_id.value.to_owned(),
        site: section.text("site")?.map(|text| text.read(site)).transpose()?,
        email: section.text("email")?.map(|text| text.value.to_owned()),
        token_env: variable(section, "token_env")?.unwrap_or_else(|| "JSM_TOKEN".into()),
        caused_by_deploy: opsgenie_flag(section)?,
        deployment_ref: property(section)?,
    })
}

/// The address of a site that is written as `acme`, `acme.atlassian.net` or whole.
fn site(text: &str) -> Result<Endpoint, String> {
    let text = text.trim_end_matches('/');
    let host = text.split_once("://").map_or(text, |(_, host)| host);
    if host.contains('/') {
        return Err("the address of a site has no path; write it like `acme` or `https://acme.atlassian.net`".into());
    }
    match (text.contains("://"), text.contains('.')) {
        (true, _) => Endpoint::parse(text),
        (false, true) => Endpoint::parse(&format!("https://{text}")),
        (false, false) => Endpoint::parse(&format!("https://{text}.atlassian.net")),
    }
}

pub(super) fn github_issues(section: &Section<'_>) -> Result<GithubIssues, ConfigError> {
    let labels = section.some_texts("labels", "write the labels that make an issue an incident, like `incident`")?;
    Ok(GithubIssues {
        labels: labels.map_or_else(|| vec!["incident".to_owned()], values),
        caused_by_deploy: section.text("caused_by_deploy")?.map_or("caused-by-deploy", |text| text.value).to_owned(),
        count_not_planned: section.flag("count_not_planned")?.unwrap_or(true),
    })
}
