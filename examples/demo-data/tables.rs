//! The four import files: one function per table, each with its header row.
//!
//! Instants are RFC 3339 in UTC, lists are joined with `;`, a missing value is an empty cell, rows come in the order given.

use anyhow::Result;
use chrono::SecondsFormat;

use crate::{
    calendar::{self, Instant},
    changes::Change,
    deployments::Deployment,
    incidents::Incident,
};

/// One table's CSV text and its number of data rows.
pub(crate) struct Table {
    pub(crate) text: Vec<u8>,
    pub(crate) rows: usize,
}

/// `deployments.csv`.
pub(crate) fn deployments(deployments: &[Deployment]) -> Result<Table> {
    let header = "source,id,repo,environment,sha,ref,status,created_at,finished_at,task,creator,url,observed_at";
    let rows = deployments.iter().map(|d| {
        vec![
            "github".to_owned(),
            d.id.to_string(),
            d.repo.to_owned(),
            d.environment.to_owned(),
            d.sha.clone(),
            String::new(),
            d.status.to_owned(),
            instant(d.created),
            maybe(d.finished),
            String::new(),
            String::new(),
            format!("https://github.example/d/{}", d.id),
            instant(calendar::end()),
        ]
    });
    table(header, rows)
}

/// `commits.csv`; the changes come with their repository.
pub(crate) fn commits(changes: &[(&'static str, &Change)]) -> Result<Table> {
    let header = "repo,sha,parents,authored_at,committed_at,pull_request,observed_at";
    let rows = changes.iter().flat_map(|(repo, change)| {
        change.commits.iter().map(|c| {
            vec![
                (*repo).to_owned(),
                c.sha.clone(),
                c.parents.join(";"),
                instant(c.authored),
                instant(c.committed),
                change.pull_request.as_ref().map_or_else(String::new, |p| p.number.to_string()),
                instant(calendar::end()),
            ]
        })
    });
    table(header, rows)
}

/// `pull-requests.csv`; the changes come with their repository.
pub(crate) fn pull_requests(changes: &[(&'static str, &Change)]) -> Result<Table> {
    let header = "repo,number,title,author,labels,head_ref,opened_at,first_commit_at,first_review_at,approved_at,\
                  merged_at,merge_sha,observed_at";
    let rows = changes.iter().filter_map(|(repo, change)| Some((repo, change, change.pull_request.as_ref()?)));
    let rows = rows.map(|(repo, change, p)| {
        vec![
            (*repo).to_owned(),
            p.number.to_string(),
            p.title.clone(),
            p.author.clone(),
            p.labels.to_owned(),
            String::new(),
            instant(p.opened),
            instant(p.first_commit),
            maybe(p.reviewed),
            maybe(p.approved),
            instant(change.at),
            change.sha.clone(),
            instant(calendar::end()),
        ]
    });
    table(header, rows)
}

/// `incidents.csv`.
pub(crate) fn incidents(incidents: &[Incident]) -> Result<Table> {
    let header = "source,id,title,service_keys,priority,urgency,status,opened_at,acknowledged_at,resolved_at,\
                  caused_by_deploy,deployment_ref,tags,url,observed_at";
    let rows = incidents.iter().map(|i| {
        vec![
            "pagerduty".to_owned(),
            i.id.clone(),
            i.title.clone(),
            i.service_keys.join(";"),
            i.priority.to_owned(),
            i.urgency.to_owned(),
            i.status.to_owned(),
            instant(i.opened),
            maybe(i.acknowledged),
            maybe(i.resolved),
            i.caused_by_deploy.map_or_else(String::new, |flag| flag.to_string()),
            i.deployment_ref.clone().unwrap_or_default(),
            i.tag.to_owned(),
            format!("https://pagerduty.example/i/{}", i.id),
            instant(calendar::end()),
        ]
    });
    table(header, rows)
}

fn table(header: &str, rows: impl Iterator<Item = Vec<String>>) -> Result<Table> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(header.split(','))?;
    let mut count = 0;
    for row in rows {
        writer.write_record(row)?;
        count += 1;
    }
    Ok(Table { text: writer.into_inner()?, rows: count })
}

fn instant(at: Instant) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

fn maybe(at: Option<Instant>) -> String {
    at.map_or_else(String::new, instant)
}
