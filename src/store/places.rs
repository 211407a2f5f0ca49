//! Where the events of a dataset belong: repos and environments of deployments, services of incidents, each with its
//! number of rows.

use std::collections::BTreeMap;

use polars::prelude::*;

use super::columns::Columns;
use super::dataset::Dataset;
use super::error::StoreError;
use crate::domain::event::Table;

/// Deployments per environment, per repo. `None` is a deployment without an environment.
pub type Environments = BTreeMap<String, BTreeMap<Option<String>, usize>>;

/// Incidents per source and the ids and names of their services, as the rows hold them.
pub type ServiceKeys = BTreeMap<(String, Vec<String>), usize>;

impl Dataset {
    /// Counts the deployments of each repo and environment.
    ///
    /// # Errors
    /// A part cannot be read.
    pub fn environments(&self) -> Result<Environments, StoreError> {
        let counted = |rows: LazyFrame| {
            rows.group_by([col("repo"), col("environment")]).agg([len().cast(DataType::Int64).alias("rows")])
        };
        let frame = self.read(Table::Deployments, &counted)?;
        let columns = Columns { frame: &frame, table: Table::Deployments };
        let (repos, environments) = (columns.texts("repo")?, columns.texts("environment")?);
        let counts = columns.integers("rows")?;
        let mut found = Environments::new();
        for ((repo, environment), rows) in repos.iter().zip(environments.iter()).zip(counts.iter()) {
            let of_repo = found.entry(repo.unwrap_or_default().to_owned()).or_default();
            let rows = rows.and_then(|rows| usize::try_from(rows).ok()).unwrap_or(0);
            *of_repo.entry(environment.map(str::to_owned)).or_default() += rows;
        }
        Ok(found)
    }

    /// Counts the incidents of each source and list of services.
    ///
    /// # Errors
    /// A part cannot be read.
    pub fn service_keys(&self) -> Result<ServiceKeys, StoreError> {
        let mut found = ServiceKeys::new();
        for part in self.parts(Table::Incidents)? {
            let frame = part.collect(&|rows| rows.select([col("source"), col("service_keys")]))?;
            let columns = Columns { frame: &frame, table: Table::Incidents };
            for (source, keys) in columns.texts("source")?.iter().zip(columns.lists("service_keys")?) {
                *found.entry((source.unwrap_or_default().to_owned(), keys.unwrap_or_default())).or_default() += 1;
            }
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::{Deployment, Incident, Rows};
    use crate::domain::time::Timestamp;
    use crate::store::Writer;

    #[test]
    fn deployments_are_counted_by_repo_and_environment_and_incidents_by_source_and_services() {
        let folder = tempfile::tempdir().expect("a folder");
        let empty = Dataset::open(folder.path()).expect("a dataset");
        assert!(empty.environments().expect("counted").is_empty() && empty.service_keys().expect("counted").is_empty());
        let at = |nth: usize| Timestamp(i64::try_from(nth).expect("few") * 40 * 86_400_000);
        let environments = [Some("production"), Some("production"), None];
        let deployments = environments.into_iter().enumerate().map(|(nth, environment)| Deployment {
            source: "file".into(),
            id: nth.to_string(),
            repo: "a/b".into(),
            environment: environment.map(str::to_owned),
            status: "success".into(),
            created_at: at(nth),
            ..Deployment::default()
        });
        let services = [vec!["P1".to_owned(), "Web".into()], vec!["P1".to_owned(), "Web".into()], vec![]];
        let incidents = services.into_iter().enumerate().map(|(nth, service_keys)| Incident {
            source: "pagerduty".into(),
            id: nth.to_string(),
            service_keys,
            opened_at: at(nth),
            ..Incident::default()
        });
        let rows = vec![Rows::Deployments(deployments.collect()), Rows::Incidents(incidents.collect())];
        Writer::lock(folder.path(), "test", Timestamp(i64::MAX)).expect("the lock").write(rows, &[]).expect("written");
        let dataset = Dataset::open(folder.path()).expect("a dataset");
        let wanted = BTreeMap::from([(None, 1), (Some("production".to_owned()), 2)]);
        assert_eq!(dataset.environments().expect("counted"), BTreeMap::from([("a/b".to_owned(), wanted)]));
        let of = |keys: &[&str]| ("pagerduty".to_owned(), keys.iter().map(ToString::to_string).collect::<Vec<_>>());
        let wanted = BTreeMap::from([(of(&["P1", "Web"]), 2), (of(&[]), 1)]);
        assert_eq!(dataset.service_keys().expect("counted"), wanted);
    }
}
