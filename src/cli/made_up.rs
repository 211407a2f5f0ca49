//! A new provider needs one file and one line in the registry. To show this, these tests run every command with a
//! made-up provider that no command's code mentions.

use std::fs;
use std::path::Path;

use super::*;
use crate::config::reference;
use crate::domain::event::Table;
use crate::domain::time::Timestamp;
use crate::http::testing::{Answer, Server};
use crate::store::Dataset;

/// 2026-07-01.
const JULY: i64 = 1_782_864_000;

/// A service with two outages of `web`, on two pages.
fn outages() -> Server {
    Server::new(|seen| {
        let row = |id: usize| format!("{{\"id\": {id}, \"at\": {}, \"of\": \"web\"}}", JULY + 60);
        let is_second = seen.head.starts_with("GET /outages?page=2 ");
        let page = Answer::new(200, format!("{{\"outages\": [{}]}}", row(usize::from(is_second))));
        if is_second { page } else { page.with("link", "</outages?page=2>; rel=\"next\"") }
    })
}

/// Runs a command with this configuration.
fn run(folder: &Path, arguments: &[&str]) -> Code {
    let path = |name: &str| folder.join(name).display().to_string();
    let common = ["--config".to_owned(), path("dora.toml"), "--data".to_owned(), path("data"), "--quiet".to_owned()];
    let all = ["dora-report"].iter().chain(arguments).map(|it| (*it).to_owned()).chain(common);
    let cli = args::parse(all.map(OsString::from).collect::<Vec<_>>()).expect("arguments");
    command(&cli, Console::new(&cli.common))
}

#[test]
fn one_file_and_one_line_in_the_registry_make_a_provider() {
    let server = outages();
    let folder = tempfile::tempdir().expect("a folder");
    // The key comes from a variable that cargo always sets, because a test cannot set one.
    let config = format!(
        "[made_up]\napi_url = \"{}\"\ntoken_env = \"CARGO_PKG_NAME\"\n\n[[service]]\nname = \"shop\"\nrepos = \
         [\"acme/web\"]\nincidents = [\"web\"]\n",
        server.url
    );
    fs::write(folder.path().join("dora.toml"), config).expect("written");

    assert_eq!(run(folder.path(), &["doctor"]), Code::Done);
    assert_eq!(run(folder.path(), &["fetch", "--since", "2026-07-01", "--dry-run"]), Code::Done);
    assert!(!folder.path().join("data").exists());
    assert_eq!(run(folder.path(), &["fetch", "--since", "2026-07-01"]), Code::Done);

    let dataset = Dataset::open(&folder.path().join("data")).expect("opened");
    let covered = dataset.coverage().iter().filter(|entry| entry.table == Table::Incidents);
    assert_eq!(covered.map(|entry| entry.source.as_str()).collect::<Vec<_>>(), ["made-up"]);
    let incidents = dataset.undecided_incidents("made-up", Timestamp(0)).expect("read");
    let ids: Vec<_> = incidents.iter().map(|row| (row.source.as_str(), row.id.as_str(), &row.service_keys)).collect();
    let keys = vec!["web".to_owned()];
    assert_eq!(ids, [("made-up", "0", &keys), ("made-up", "1", &keys)]);
    assert!(server.seen().iter().all(|it| it.head.to_lowercase().contains("authorization: bearer dora-report")));

    let out = folder.path().join("out").display().to_string();
    assert_eq!(run(folder.path(), &["report", "--out", &out]), Code::Done);
    let documented = reference::markdown("made_up").expect("documented");
    assert!(documented.contains("MADE_UP_TOKEN"), "{documented}");
    assert!(reference::json_schema().contains("\"made_up\""));
}
