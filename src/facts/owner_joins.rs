//! The joins of events with the services that own them.
//!
//! The rules are those of `ownership`, which are tried once for each place and each key, however many events have it.

use std::iter;

use polars::prelude::*;
use rustc_hash::FxHashMap;

use super::columns::Categories;
use super::frame_columns::Coded;
use super::incidents::Incidents;
use super::ownership::{Mapping, MatchRule, Ownership, keys_are_repos};
use super::scan::Deployments;
use crate::domain::reason::Reason;

/// The `service` of each deployment, and why it is `left_out`, in their order: joins its pair of repo and environment, as
/// one number, with the owner of the pair.
pub(super) fn of_deployments(ownership: &Ownership, deployments: &Deployments) -> PolarsResult<DataFrame> {
    // A number for each pair: a join on two columns would take many times the memory.
    let environments = deployments.environment.names().len() as u64 + 1;
    let number = |code: Option<usize>| code.map_or(0, |code| code as u64 + 1);
    let pair = |row| number(deployments.repo.of(row)) * environments + number(deployments.environment.of(row));
    let pair_of_each = UInt64Chunked::from_iter_values("pair".into(), (0..deployments.len()).map(pair));
    let pairs = pair_of_each.unique()?;
    let name = |column: &Categories, number: u64| {
        let code = number.checked_sub(1).and_then(|code| usize::try_from(code).ok());
        code.and_then(|code| column.names().get(code)).cloned()
    };
    let owner = |pair: Option<u64>| {
        let (repo, environment) = pair.map_or((0, 0), |pair| (pair / environments, pair % environments));
        let (repo, environment) = (name(&deployments.repo, repo), name(&deployments.environment, environment));
        ownership.of_place(&repo.unwrap_or_default(), environment.as_deref())
    };
    let owners: Vec<_> = pairs.iter().map(owner).collect();
    let service = owners.iter().map(|owner| u32::try_from(*owner.as_ref().ok()?).ok());
    let reason = owners.iter().map(|owner| owner.err().map(Coded::code));
    let owners = df![
        "pair" => pairs,
        "service" => service.collect::<UInt32Chunked>(),
        "left_out" => reason.collect::<Int8Chunked>(),
    ]?;
    let is_success = |row| deployments.status.get(row) == Some("success");
    let succeeded = (0..deployments.len()).map(is_success).collect::<BooleanChunked>();
    df!["pair" => pair_of_each, "succeeded" => succeeded]?
        .lazy()
        .join(
            owners.lazy(),
            [col("pair")],
            [col("pair")],
            JoinArgs { maintain_order: MaintainOrderJoin::Left, ..JoinArgs::new(JoinType::Left) },
        )
        .select([
            col("service"),
            when(col("succeeded").or(col("left_out").is_not_null()))
                .then(col("left_out"))
                .otherwise(lit(Reason::NotSuccess.code()))
                .alias("left_out"),
        ])
        .collect()
}

/// Each `incident` by its index, with every `service` that it affects and the `rule` that found it, in order of both:
/// joins its keys with the services that have them.
pub(super) fn of_incidents(ownership: &Ownership, incidents: &Incidents) -> PolarsResult<DataFrame> {
    let (keys, owners) = exploded(ownership, incidents)?;
    let found = (0_u32..).zip(&owners).filter(|(_, own)| own.rule != MatchRule::Unmapped);
    let (key, rule): (Vec<u32>, Vec<i8>) = found.map(|(code, own)| (code, own.rule.code())).unzip();
    let rules = df!["key" => key, "rule" => rule]?.lazy();
    let index = |service: usize| u32::try_from(service).unwrap_or(u32::MAX);
    let services = (0_u32..).zip(&owners).flat_map(|(code, own)| own.services.iter().map(move |it| (code, index(*it))));
    let (key, service): (Vec<u32>, Vec<u32>) = services.unzip();
    let services = df!["key" => key, "service" => service]?.lazy();

    let on = |name| [col(name)];
    let inner = || JoinArgs::new(JoinType::Inner);
    let keys = keys.lazy().join(rules, on("key"), on("key"), inner()).collect()?.lazy();
    // The first rule that finds a service counts. The services come last, because a key may have many.
    let first = keys.clone().group_by(on("incident")).agg([col("rule").min().alias("first")]);
    keys.join(first, on("incident"), on("incident"), inner())
        .filter(col("rule").eq(col("first")))
        .join(services, on("key"), on("key"), inner())
        .select([col("incident"), col("service"), col("rule")])
        .unique(None, UniqueKeepStrategy::Any)
        .sort(["incident", "service"], SortMultipleOptions::default())
        .collect()
}

/// The `key`s of each `incident`, both as indices, and the services of each key. The first key of an issue is also a
/// repo: if nothing lists or names it, a further key stands for the repo.
fn exploded(ownership: &Ownership, incidents: &Incidents) -> PolarsResult<(DataFrame, Vec<Mapping>)> {
    let names = incidents.service_keys.names();
    let mut owners: Vec<Mapping> = names.iter().map(|name| ownership.of_keys(iter::once(name.as_str()))).collect();
    let is_of_issues: Vec<bool> = incidents.sources().iter().map(|source| keys_are_repos(source)).collect();
    let is_issue = |row| incidents.source_code(row).is_some_and(|source| is_of_issues.get(source) == Some(&true));
    let mut key_of_repo: FxHashMap<u32, u32> = FxHashMap::default();
    let (mut incident, mut key) = (Vec::new(), Vec::new());
    for (row, nth) in (0..incidents.len()).zip(0_u32..) {
        let keys = || incidents.service_keys.codes(row);
        let is_unmapped = |code: &u32| owners.get(*code as usize).is_some_and(|own| own.rule == MatchRule::Unmapped);
        let repo = keys().next().filter(|code| is_issue(row) && is_unmapped(code)).map(|code| {
            *key_of_repo.entry(code).or_insert_with(|| {
                owners.push(ownership.of_repo(names.get(code as usize).map_or("", String::as_str)));
                u32::try_from(owners.len() - 1).unwrap_or(u32::MAX)
            })
        });
        for code in keys().chain(repo) {
            incident.push(nth);
            key.push(code);
        }
    }
    Ok((df!["incident" => incident, "key" => key]?, owners))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::{Deployment, Incident};
    use crate::domain::glob::Glob;
    use crate::domain::group::ServiceName;
    use crate::domain::settings::{Service, Settings};
    use crate::facts::frame_columns::{CodedColumn, NumberColumn};

    fn service(name: &str, repo: &str, keys: &[&str]) -> Service {
        Service {
            name: ServiceName(name.to_owned()),
            team: None,
            repos: vec![Glob::literal(repo)],
            environments: None,
            incident_keys: keys.iter().map(ToString::to_string).collect(),
        }
    }

    fn ownership(services: Vec<Service>) -> Ownership {
        Ownership::new(&Settings { services, ..Settings::default() }, [])
    }

    #[test]
    fn a_deployment_belongs_to_the_service_of_its_repo_and_environment_also_where_one_is_missing() {
        let ownership = ownership(vec![service("web", "acme/web", &[])]);
        let rows: Vec<Deployment> = [
            ("acme/web", Some("production"), "success"),
            ("acme/web", Some("staging"), "success"),
            ("acme/web", None, "success"),
            ("", Some("production"), "success"),
            ("", None, "failure"),
            ("acme/web", Some("production"), "failure"),
            ("acme/web", Some("production"), "success"),
        ]
        .map(|(repo, environment, status)| Deployment {
            repo: repo.into(),
            environment: environment.map(str::to_owned),
            status: status.into(),
            ..Deployment::default()
        })
        .into();
        let owned = of_deployments(&ownership, &rows.iter().collect()).expect("joined");
        let service = NumberColumn::<UInt32Type>::of(&owned, "service").expect("services");
        let left_out = CodedColumn::<Reason>::of(&owned, "left_out").expect("reasons");
        for (row, deployment) in rows.iter().enumerate() {
            let own = ownership.of_place(&deployment.repo, deployment.environment.as_deref());
            assert_eq!(service.get(row).map(|it| it as usize), own.ok(), "{row}");
            let failed = (deployment.status != "success").then_some(Reason::NotSuccess);
            assert_eq!(left_out.get(row), own.err().or(failed), "{row}");
        }
        assert_eq!(of_deployments(&ownership, &Deployments::default()).expect("joined").height(), 0);
    }

    #[test]
    fn the_services_of_many_incidents_are_those_of_each() {
        let ownership = ownership(vec![
            service("web", "acme/web", &["P1", "P2", "P1"]),
            service("api", "acme/web", &["P1"]),
            service("acme/search", "acme/search", &[]),
            service("listed", "acme/other", &["acme/search"]),
        ]);
        let rows: Vec<Incident> = [
            ("pagerduty", &["P1", "search"][..]),
            ("pagerduty", &["SEARCH", "Search", "web"]),
            ("pagerduty", &[]),
            ("pagerduty", &["acme/web"]),
            ("github-issues", &["acme/web"]),
            ("github-issues", &["ACME/Search"]),
            ("github-issues", &["acme/search", "P1"]),
            ("github-issues", &["nobody/nothing", "acme/web"]),
            ("github-issues", &[]),
            ("opsgenie", &["", "nothing"]),
        ]
        .iter()
        .enumerate()
        .map(|(nth, (source, keys))| Incident {
            source: (*source).into(),
            id: nth.to_string(),
            service_keys: keys.iter().map(ToString::to_string).collect(),
            ..Incident::default()
        })
        .collect();
        let incidents: Incidents = rows.iter().collect();
        let found = of_incidents(&ownership, &incidents).expect("joined");
        let (incident, service) =
            (NumberColumn::<UInt32Type>::of(&found, "incident"), NumberColumn::<UInt32Type>::of(&found, "service"));
        let (incident, service) = (incident.expect("incidents"), service.expect("services"));
        let rule = CodedColumn::<MatchRule>::of(&found, "rule").expect("rules");
        let joined: Vec<_> = (0..found.height())
            .map(|row| {
                (incident.get(row).expect("one") as usize, service.get(row).expect("one") as usize, rule.get(row))
            })
            .collect();
        let each: Vec<_> = incidents
            .iter()
            .enumerate()
            .flat_map(|(row, it)| {
                let own = ownership.of_incident(&it.source, it.service_keys.iter().map(String::as_str));
                own.services.into_iter().map(move |service| (row, service, Some(own.rule)))
            })
            .collect();
        assert_eq!(joined, each);
        assert_eq!(joined.len(), 10);
    }
}
