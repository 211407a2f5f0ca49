//! Deployments of any system that lists them as JSON over HTTP: the configuration describes the API.
//!
//! A section is a source with its own name and one list. The rows name their repo, or the section names one repo for
//! all rows. The list is read to its end; a list that is sorted newest first is read until its rows are older than the
//! span.

mod keys;

use serde_json::{Value, json};
use url::Url;

use self::keys::SECTIONS;
use super::deployments::{Named, Page, Row, System, settings};
use super::http_incidents::{Login, choice, instants, login, map, name, paging, path, place};
use super::incidents::api::{Api, Dialect};
use super::incidents::error::QueryError;
use super::json::description::{Counts, Paging, Sorted};
use super::json::instant::{self, Instants};
use super::json::list::{self, fill, segments};
use super::json::place::Place;
use super::json::reader::{Reader, Shown, lacks_next};
use super::provider::{self, Provider};
use super::repo_address::repo_of;
use crate::document::{ConfigError, Section};
use crate::domain::event::Table;
use crate::domain::kind::DeploymentKind;
use crate::domain::status::{is_known_status, plain_status};
use crate::domain::time::Timestamp;

/// These systems in the registry.
pub(super) static PROVIDER: Provider = Provider {
    sections: SECTIONS,
    gives: &[Table::Deployments],
    variable: None,
    ..Provider::new("http-deployments", "HTTP deployments", read)
};

/// The values of a section.
#[derive(Debug, Clone)]
struct Described {
    name: String,
    login: Login,
    path: String,
    query: Vec<(String, String)>,
    instants: Instants,
    rows: Place,
    total: Option<Place>,
    paging: Paging,
    size: usize,
    sorted: Sorted,
    kind: DeploymentKind,
    /// Whose revisions they are, where the rows do not say it.
    repo_name: Option<String>,
    environment_name: Option<String>,
    /// What the system calls a state, and what it is.
    statuses: Vec<(String, String)>,
    fields: Fields,
}

/// Where the fields of a row stand.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Fields {
    id: Place,
    repo: Option<Place>,
    environment: Option<Place>,
    sha: Place,
    r#ref: Option<Place>,
    status: Option<Place>,
    created_at: Place,
    finished_at: Place,
    creator: Option<Place>,
    url: Option<Place>,
}

fn read(section: &Section<'_>) -> Result<provider::Reader, ConfigError> {
    let text = |key| Ok::<_, ConfigError>(section.text(key)?.map(|text| text.value.to_owned()));
    let Some(path) = path(section, "path")? else {
        return Err(section.incomplete("needs `path`, the path of the list of deployments"));
    };
    let or = |key, usual| Ok::<_, ConfigError>(place(section, key)?.unwrap_or(Place::at(usual)));
    let (repo_name, environment_name) = (text("repo_name")?, text("environment_name")?);
    let fields = Fields {
        id: or("id", "/id")?,
        repo: unless(section, "repo", "/repo", repo_name.as_ref())?,
        environment: unless(section, "environment", "/environment", environment_name.as_ref())?,
        sha: or("sha", "/sha")?,
        r#ref: place(section, "ref")?,
        status: place(section, "status")?,
        created_at: or("created_at", "/created_at")?,
        finished_at: or("finished_at", "/finished_at")?,
        creator: place(section, "creator")?,
        url: place(section, "url")?,
    };
    let paging = paging(section)?;
    if matches!(paging, Paging::Windows { .. }) {
        return Err(section.unusable(
            "paging",
            "deployments cannot be read by `windows`; write `offset`, `page`, `cursor` or `link`",
        ));
    }
    let sorted = match choice(section, "sorted", super::http_incidents::keys::SORTED)? {
        Some("newest-first") => Sorted::NewestFirst,
        Some("oldest-first") => Sorted::OldestFirst,
        _ => Sorted::Unknown,
    };
    let mut statuses = Vec::new();
    for (theirs, ours) in map(section, "statuses")? {
        let ours = plain_status(&ours);
        if !is_known_status(&ours) {
            let words = format!("`{ours}` is not a status; write `success`, `failure`, `cancelled` or `in_progress`");
            return Err(section.unusable("statuses", &words));
        }
        statuses.push((theirs, ours));
    }
    let system = Described {
        name: name(section)?,
        login: login(section)?,
        path,
        query: map(section, "query")?.into_iter().collect(),
        instants: instants(section)?,
        rows: or("rows", "")?,
        total: place(section, "total")?,
        paging,
        size: section.number("page_size", 1, 1_000)?.unwrap_or(100) as usize,
        sorted,
        kind: if section.flag("proxy")?.unwrap_or(false) {
            DeploymentKind::Builds
        } else {
            DeploymentKind::Deployments
        },
        repo_name,
        environment_name,
        statuses,
        fields,
    };
    settings(section, &PROVIDER, None, system)
}

/// The place of a field, unless the section has one text for all rows.
fn unless(
    section: &Section<'_>,
    key: &str,
    usual: &'static str,
    for_all: Option<&String>,
) -> Result<Option<Place>, ConfigError> {
    match (place(section, key)?, for_all) {
        (Some(_), Some(_)) => Err(section.incomplete(&format!("has both `{key}` and `{key}_name`; keep one of them"))),
        (None, Some(_)) => Ok(None),
        (found, None) => Ok(Some(found.unwrap_or(Place::at(usual)))),
    }
}

impl Described {
    fn address(&self, api: &Api, from: Timestamp, reader: &Reader) -> Url {
        let (from, size) = (self.instants.floor(from), self.size.to_string());
        let values = [("{from}", from.as_str()), ("{size}", &size)];
        let mut query: Vec<(String, String)> =
            self.query.iter().map(|(name, value)| (name.clone(), fill(value, &values))).collect();
        query.extend(reader.parameter().map(|(name, value)| (name.to_owned(), value)));
        let query: Vec<(&str, &str)> = query.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        api.address(&segments(&self.path), &query)
    }

    /// Reads an entry; `None` if it has no creation time.
    fn row(&self, entry: &Value) -> Result<Option<Row>, String> {
        let fields = &self.fields;
        let at = |place: &Place| {
            let found = place.first(entry).map(|found| instant::read(found, false)).transpose();
            found.map(Option::flatten).map_err(|cause| format!("{} is {cause}", place.as_str()))
        };
        let Some(created_at) = at(&fields.created_at)? else { return Ok(None) };
        let id = fields.id.text(entry);
        let id = id.ok_or_else(|| format!("a deployment has no id at {}", fields.id.as_str()))?;
        let finished_at = at(&fields.finished_at)?;
        let maybe = |place: &Option<Place>| place.as_ref().and_then(|place| place.text(entry));
        let status = match &fields.status {
            // Without a place of the status, a row with an end has succeeded.
            None if finished_at.is_some() => "success".to_owned(),
            None => "in_progress".to_owned(),
            Some(place) => {
                let theirs = place.text(entry).unwrap_or_default();
                let known = self.statuses.iter().find(|(own, _)| own.eq_ignore_ascii_case(&theirs));
                known.map_or_else(|| plain_status(&theirs), |(_, ours)| ours.clone())
            }
        };
        Ok(Some(Row {
            id,
            repo: maybe(&fields.repo).map(|repo| repo_of(&repo).unwrap_or(repo)),
            environment: maybe(&fields.environment).or_else(|| self.environment_name.clone()),
            sha: fields.sha.text(entry),
            r#ref: maybe(&fields.r#ref),
            status,
            created_at,
            finished_at,
            creator: maybe(&fields.creator),
            url: maybe(&fields.url),
        }))
    }

    fn strange(&self, cause: &str) -> QueryError {
        list::strange(&self.name, cause)
    }
}

impl System for Described {
    const LISTS: &'static str = "lists";
    type Place = ();

    fn source(&self) -> &str {
        &self.name
    }

    fn page_rows(&self) -> u64 {
        // If the service counts rows, each page begins with the last row of the page before.
        let overlap = usize::from(matches!(self.paging, Paging::Offset { counts: Counts::Rows, .. }) && self.size > 1);
        (self.size - overlap) as u64
    }

    fn kind(&self) -> DeploymentKind {
        self.kind
    }

    fn dialect(&self) -> Dialect {
        Dialect {
            service: PROVIDER.label,
            scheme: self.login.scheme,
            or_scheme: None,
            headers: &[("accept", "application/json")],
            scope: |_| "",
        }
    }

    fn user(&self) -> Option<String> {
        self.login.user.clone()
    }

    fn signed(&self, api: Api) -> Api {
        api.with_headers(self.login.headers.clone(), self.login.header.clone())
    }

    fn digest(&self) -> Value {
        let fields = format!("{:?}", self.fields);
        let own = [&self.repo_name, &self.environment_name];
        let headers = &self.login.headers;
        let kind = self.kind.as_str();
        json!([self.name, self.path, self.query, headers, self.rows.as_str(), fields, own, self.statuses, kind])
    }

    fn paged(&self) -> String {
        format!("{:?} {} {:?} {:?}", self.paging, self.size, self.sorted, self.instants)
    }

    async fn lists(&self, _: &Api) -> Result<Vec<Named<()>>, QueryError> {
        Ok(vec![Named { name: self.name.clone(), repo: self.repo_name.clone(), place: () }])
    }

    async fn page(&self, api: &Api, _: &Named<()>, from: Timestamp, next: Option<&str>) -> Result<Page, QueryError> {
        let reader = Reader::of(&self.paging, self.size);
        let mut reader = match next {
            Some(next) => reader.going_on(next),
            None => reader,
        };
        let url = reader.address().cloned().unwrap_or_else(|| self.address(api, from, &reader));
        let (reply, link): (Value, Option<Url>) = api.get_page(&url).await?;
        let entries = list::entries(&reply, &self.rows).map_err(|cause| self.strange(&cause))?;
        let lacks = ("deployment", "start time");
        let rows = list::rows(entries, &self.fields.created_at, lacks, |entry| self.row(entry));
        let rows = rows.map_err(|cause| self.strange(&cause))?;
        // What succeeded without an end is in no figure, so that a wrong place would be a history without deployments.
        let mut done = rows.iter().filter(|row| row.status == "success").peekable();
        if done.peek().is_some() && done.all(|row| row.finished_at.is_none()) {
            let ended_at = self.fields.finished_at.as_str();
            let words = format!("no deployment that succeeded has an instant at {ended_at}, the place of its end");
            return Err(self.strange(&words));
        }
        let [first, last] = [rows.first(), rows.last()].map(|row| row.map(|row| row.created_at));
        if self.sorted.is_contradicted(first, last) {
            return Err(self.strange("the list is not sorted as `sorted` says"));
        }
        let skipped = entries.len() - rows.len();
        // A skipped entry does not show whether rows have moved.
        let is_row = |entry: &Value| matches!(self.row(entry), Ok(Some(_)));
        let overlaps = reader.overlaps() && entries.first().is_none_or(is_row);
        let total = self.total.as_ref().and_then(|place| place.text(&reply)?.parse().ok());
        let shown = Shown { reply: &reply, entries: entries.len(), link, url: &url };
        // One more day, because the list may be sorted by another instant of its rows.
        let is_before = self.sorted == Sorted::NewestFirst
            && rows.last().is_some_and(|oldest| oldest.created_at.0 < from.0.saturating_sub(86_400_000));
        // Ignore the total if only a part of the list is read.
        let total = total.filter(|_| !is_before);
        let may_lack = (next.is_none() || matches!(self.paging, Paging::Link(None))) && !is_before;
        let lacks = may_lack && entries.len() >= self.size && shown.lacks_next(&self.paging);
        let may_go_on = lacks.then(|| self.strange(&lacks_next(entries.len(), self.size)));
        let more = reader.turn(&shown, |from, named| api.next_page(from, named))?;
        let next = if more && !is_before { reader.position() } else { None };
        Ok(Page { rows, next, skipped, overlaps, total, may_go_on, ..Page::default() })
    }
}
