//! A made-up system with one list of deployments, paged in any of four ways.

use serde_json::{Value, json};
use url::Url;

use super::server::{Answer, System, parameter, with_nulls};
use super::world::{World, iso};

/// What all sections say.
macro_rules! rest {
    () => {
        "api_url = \"URL\"\ntoken_env = \"SHIPPER_TOKEN\"\nrows = \"/data\"\nsorted = \"newest-first\"\n\
         repo = \"/repository\"\nenvironment = \"/target/name\"\nsha = \"/commit\"\nstatus = \"/state\"\n\
         statuses = { shipped = \"success\", sunk = \"failure\" }\ncreated_at = \"/began\"\nfinished_at = \"/ended\"\n"
    };
}

pub(super) const BY_CURSOR: System = System {
    source: "shipper",
    section: concat!(
        "[[http_deployments]]\nname = \"shipper\"\npath = \"/cursor\"\npaging = \"cursor\"\nnext = \"/next\"\n",
        rest!()
    ),
    variable: "SHIPPER_TOKEN",
    authorization: "Bearer s3cretKey0123456789",
    answer,
    list_of_api: "",
    repo: str::to_owned,
};

/// The same list by the other readers.
pub(super) const OTHERS: [System; 3] = [
    System {
        section: concat!(
            "[[http_deployments]]\nname = \"shipper\"\npath = \"/offset\"\npaging = \"offset\"\n",
            rest!()
        ),
        ..BY_CURSOR
    },
    System {
        section: concat!("[[http_deployments]]\nname = \"shipper\"\npath = \"/page\"\npaging = \"page\"\n", rest!()),
        ..BY_CURSOR
    },
    System {
        section: concat!("[[http_deployments]]\nname = \"shipper\"\npath = \"/link\"\npaging = \"link\"\n", rest!()),
        ..BY_CURSOR
    },
];

const PAGE: usize = 100;

fn answer(world: &World, url: &Url, root: &str) -> Option<Answer> {
    let mut rows: Vec<(String, Value)> = Vec::new();
    for repo in &world.repos {
        rows.extend(repo.rows.iter().map(|row| {
            let state = world.state.unwrap_or(if row.succeeded { "shipped" } else { "sunk" });
            let address = format!("https://host.example/{}.git", repo.name);
            let entry = json!({"id": format!("{}-{}", &repo.name[5..], row.number), "repository": address, "state": state,
                "target": {"name": "production"}, "commit": row.sha, "began": iso(row.began), "ended": iso(row.ended)});
            (iso(row.began), entry)
        }));
    }
    rows.sort_by(|(a, _), (b, _)| b.cmp(a));
    let number = |name: &str| parameter(url, name).map_or(0, |text| text.parse::<usize>().expect("a number"));
    let first = match url.path() {
        "/cursor" => number("cursor"),
        "/offset" => number("offset"),
        "/page" => (number("page") - 1) * PAGE,
        "/link" => number("after"),
        _ => return None,
    };
    let shown = rows.iter().skip(first).take(PAGE).map(|(_, row)| row.clone()).collect();
    let (end, mut headers) = (first + PAGE, Vec::new());
    let more = end < rows.len();
    if more && url.path() == "/link" {
        headers.push(("Link".to_owned(), format!("<{root}/link?after={end}>; rel=next")));
    }
    let next = if more { json!(end) } else { Value::Null };
    Some((json!({"data": with_nulls(world, shown), "next": next, "total": rows.len()}), headers))
}
