//! The names of services and teams. If the plan or the key does not show them, only ids are stored.

use std::collections::BTreeMap;

use super::{Product, wire};
use crate::sources::incidents::SourceError;
use crate::sources::incidents::api::Api;
use crate::sources::incidents::error::QueryError;

const PAGE: usize = 100;
/// No list is shown further than 20,000 rows.
const MOST_PAGES: usize = 200;

/// Names by id.
#[derive(Debug, Clone, Default)]
pub(super) struct Names {
    pub(super) services: BTreeMap<String, String>,
    pub(super) teams: BTreeMap<String, String>,
    /// Which names are not shown to the key, and why.
    pub(super) missing: Vec<String>,
}

impl Names {
    pub(super) async fn read(api: &Api, product: &Product) -> Result<Self, SourceError> {
        let (mut names, service) = (Self::default(), product.dialect().service);
        match product {
            Product::OpsGenie { incidents, .. } => {
                if *incidents && let Some(services) = names.shown("services", service, services(api).await)? {
                    names.services = services;
                }
                let teams: Result<wire::Page<wire::Named>, _> = api.get(&["v2", "teams"], &[]).await;
                names.teams =
                    names.shown("teams", service, teams)?.map(|page| by_id(page.data.rows)).unwrap_or_default();
            }
            Product::Jsm { cloud_id, .. } => {
                let path = ["jsm", "ops", "api", cloud_id.as_str(), "v1", "teams"];
                let teams: Result<wire::PlatformTeams, _> = api.get(&path, &[]).await;
                let teams = names.shown("teams", service, teams)?.map(|reply| reply.platform_teams).unwrap_or_default();
                names.teams = teams.into_iter().filter_map(|team| Some((team.team_id?, team.team_name?))).collect();
            }
        }
        Ok(names)
    }

    /// What is not shown is noted; what cannot be read is an error, or rows would lose the names they had.
    fn shown<T>(
        &mut self,
        of: &str,
        service: &'static str,
        reply: Result<T, QueryError>,
    ) -> Result<Option<T>, SourceError> {
        Ok(QueryError::shown(reply, service)?
            .map_err(|reason| {
                let words =
                    format!(
                    "the names of {of} are not shown: {reason}; {of} are matched by id only; give the key read access to {of}"
                );
                self.missing.push(words);
            })
            .ok())
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

async fn services(api: &Api) -> Result<BTreeMap<String, String>, QueryError> {
    let (mut services, mut before) = (BTreeMap::new(), Vec::new());
    for page in 0..MOST_PAGES {
        let (limit, offset) = (PAGE.to_string(), (page * PAGE).to_string());
        let query = [("limit", limit.as_str()), ("offset", &offset), ("sortField", "name"), ("order", "asc")];
        let page: wire::Page<wire::Named> = api.get(&["v1", "services"], &query).await?;
        let count = page.data.rows.len() + page.data.nulls;
        let ids: Vec<String> = page.data.rows.iter().filter_map(|one| one.id.clone()).collect();
        services.extend(by_id(page.data.rows));
        // A page without new ids is a repeated page.
        if count < PAGE || (!ids.is_empty() && ids == before) {
            break;
        }
        before = ids;
    }
    Ok(services)
}

fn by_id(listed: Vec<wire::Named>) -> BTreeMap<String, String> {
    listed.into_iter().filter_map(|one| Some((one.id?, one.name?))).collect()
}
