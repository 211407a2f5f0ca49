//! What services and teams are called. Where the plan or the key does not show them, ids alone stay.

use std::collections::BTreeMap;

use super::{Product, wire};
use crate::sources::incidents::SourceError;
use crate::sources::incidents::absent::without_nulls;
use crate::sources::incidents::api::Api;
use crate::sources::incidents::error::QueryError;

const PAGE: usize = 100;

/// Names by id.
#[derive(Debug, Clone, Default)]
pub(super) struct Names {
    pub(super) services: BTreeMap<String, String>,
    pub(super) teams: BTreeMap<String, String>,
}

impl Names {
    pub(super) async fn read(api: &Api, product: &Product) -> Result<Self, SourceError> {
        match product {
            Product::OpsGenie { incidents, .. } => {
                let services = if *incidents { services(api).await? } else { BTreeMap::new() };
                Ok(Self { services, teams: by_id(api.get(&["v2", "teams"], &[]).await)? })
            }
            Product::Jsm { cloud_id, .. } => {
                let path = ["jsm", "ops", "api", cloud_id.as_str(), "v1", "teams"];
                let reply: Result<JsmTeams, _> = api.get(&path, &[]).await;
                let teams = or_none(reply)?.map(|reply| reply.teams).unwrap_or_default();
                let named = teams.into_iter().filter_map(|team| Some((team.id?, team.name?)));
                Ok(Self { services: BTreeMap::new(), teams: named.collect() })
            }
        }
    }

    /// An id and what it is called, behind those that are there already.
    pub(super) fn extend(keys: &mut Vec<String>, id: Option<&str>, names: &BTreeMap<String, String>) {
        let id = id.filter(|id| !id.is_empty());
        let name = id.and_then(|id| names.get(id)).map(String::as_str);
        add(keys, id);
        add(keys, name);
    }
}

/// Adds a key that is not there yet.
pub(super) fn add(keys: &mut Vec<String>, key: Option<&str>) {
    if let Some(key) = key.filter(|key| !key.is_empty() && !keys.iter().any(|own| own == key)) {
        keys.push(key.to_owned());
    }
}

#[derive(serde::Deserialize)]
struct JsmTeams {
    #[serde(default, alias = "platformTeams", alias = "values", deserialize_with = "without_nulls")]
    teams: Vec<JsmTeam>,
}

#[derive(serde::Deserialize)]
struct JsmTeam {
    #[serde(default, alias = "teamId")]
    id: Option<String>,
    #[serde(default, alias = "teamName")]
    name: Option<String>,
}

async fn services(api: &Api) -> Result<BTreeMap<String, String>, SourceError> {
    let mut services = BTreeMap::new();
    for page in 0.. {
        let (limit, offset) = (PAGE.to_string(), (page * PAGE).to_string());
        let query = [("limit", limit.as_str()), ("offset", &offset), ("sort", "name"), ("order", "asc")];
        let reply: Result<wire::Page<wire::Named>, _> = api.get(&["v1", "services"], &query).await;
        let count = reply.as_ref().map_or(0, |page| page.data.rows.len() + page.data.nulls);
        services.extend(by_id(reply)?);
        if count < PAGE {
            break;
        }
    }
    Ok(services)
}

fn by_id(reply: Result<wire::Page<wire::Named>, QueryError>) -> Result<BTreeMap<String, String>, SourceError> {
    let listed = or_none(reply)?.map(|page| page.data.rows).unwrap_or_default();
    Ok(listed.into_iter().filter_map(|one| Some((one.id?, one.name?))).collect())
}

/// What is not shown is nothing; what cannot be read is an error, or rows would lose the names they had.
fn or_none<T>(reply: Result<T, QueryError>) -> Result<Option<T>, SourceError> {
    match reply {
        Ok(reply) => Ok(Some(reply)),
        Err(QueryError::Denied(_) | QueryError::Gone(_)) => Ok(None),
        Err(error) => error.reason().and_then(|(cause, _)| Err(SourceError::Failed { service: "OpsGenie", cause })),
    }
}
