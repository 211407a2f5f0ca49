//! Buildkite's pipelines and builds.

use chrono::{DateTime, Utc};
use serde_json::json;
use url::Url;

use super::server::{Answer, System, parameter, with_nulls};
use super::world::{Deployed, World, iso};

pub(super) const BUILDKITE: System = System {
    source: "buildkite",
    section: "[buildkite]\napi_url = \"URL\"\norganization = \"acme\"\npipelines = [\"deploy-*\"]\n",
    variable: "BUILDKITE_TOKEN",
    authorization: "Bearer s3cretKey0123456789",
    answer,
    list_of_api: "/pipelines/deploy-api/builds",
    repo: str::to_owned,
};

fn answer(world: &World, url: &Url, root: &str) -> Option<Answer> {
    let per_page: usize = parameter(url, "per_page").map_or(30, |text| text.parse().expect("a number"));
    let page: usize = parameter(url, "page").map_or(1, |text| text.parse().expect("a number"));
    assert!(per_page <= 100, "the API takes no more");
    let path: Vec<&str> = url.path().trim_matches('/').split('/').collect();
    let all = match path[..] {
        ["v2", "organizations", "acme", "pipelines"] => {
            let pipeline = |name: &str, repo: &str| json!({"slug": name, "name": name, "repository": format!("git@host.example:{repo}.git")});
            let own = world.repos.iter().map(|repo| pipeline(&format!("deploy-{}", &repo.name[5..]), repo.name));
            own.chain([pipeline("test-web", "acme/web")]).collect::<Vec<_>>()
        }
        ["v2", "organizations", "acme", "pipelines", slug, "builds"] => {
            let from = parameter(url, "created_from").expect("an instant");
            let to = parameter(url, "created_to").map(|to| to.parse::<DateTime<Utc>>().expect("an instant"));
            let repo = world.repos.iter().find(|repo| slug == format!("deploy-{}", &repo.name[5..]))?;
            let is_asked =
                |row: &&Deployed| iso(row.began).as_str() >= &from[..19] && to.is_none_or(|to| row.began < to);
            let rows = repo.rows.iter().rev().filter(is_asked);
            rows.map(|row| build(world, slug, row)).collect()
        }
        _ => return None,
    };
    let shown: Vec<_> = all.iter().skip((page - 1) * per_page).take(per_page).cloned().collect();
    let mut headers = Vec::new();
    if page * per_page < all.len() {
        let mut next = Url::parse(root).and_then(|root| root.join(url.path())).expect("an address");
        let others: Vec<(String, String)> =
            url.query_pairs().filter(|(name, _)| name != "page").map(|(a, b)| (a.into(), b.into())).collect();
        next.query_pairs_mut().extend_pairs(others).append_pair("page", &(page + 1).to_string());
        headers.push(("Link".to_owned(), format!("<{next}>; rel=\"next\", <{root}/last>; rel=\"last\"")));
    }
    Some((with_nulls(world, shown), headers))
}

fn build(world: &World, slug: &str, row: &Deployed) -> serde_json::Value {
    let state = world.state.unwrap_or(if row.succeeded { "passed" } else { "failed" });
    json!({
        "id": format!("{slug}-{}", row.number), "number": row.number, "state": state, "blocked": false,
        "commit": row.sha, "branch": "main", "message": "Ship it", "web_url": "https://buildkite.example/1",
        "created_at": iso(row.began), "started_at": iso(row.began), "finished_at": iso(row.ended),
        "creator": {"name": "Ann"},
    })
}
