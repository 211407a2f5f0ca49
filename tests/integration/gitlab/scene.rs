//! A folder with a `dora.toml` that points at a made-up GitLab, and what tests do there again and again.

use std::process::{Command, Stdio};
use std::sync::Arc;

use dora_report::domain::event::Table;
use dora_report::store::Dataset;
use polars::prelude::{DataFrame, IntoLazy as _, SortMultipleOptions};
use serde_json::Value;

use super::server::{Server, token};
use crate::github::scene::{Report, SINCE, report};
use crate::github::world::World;
use crate::support::{Place, Run};

/// A folder and a server.
pub(super) struct Scene {
    pub(super) place: Place,
    pub(super) server: Arc<Server>,
}

impl Scene {
    /// Reads `projects = [...]` of a world.
    pub(super) fn projects(world: World, projects: &[&str]) -> Self {
        Self::new(world, &format!("projects = {projects:?}"))
    }

    /// The keys of `[gitlab]` beside the address, and further sections.
    pub(super) fn new(world: World, keys: &str) -> Self {
        let scene = Self { place: Place::new(), server: Arc::new(Server::start(world)) };
        scene.configure(keys);
        scene
    }

    /// Another folder, with the server of a scene.
    pub(super) fn beside(other: &Self, keys: &str) -> Self {
        let scene = Self { place: Place::new(), server: Arc::clone(&other.server) };
        scene.configure(keys);
        scene
    }

    /// Writes the config anew.
    pub(super) fn configure(&self, keys: &str) {
        self.place.write("dora.toml", &format!("[gitlab]\napi_url = \"{}\"\n{keys}\n", self.server.url()));
    }

    /// The program with the token and without a proxy.
    pub(super) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.place.command(arguments);
        for name in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "https_proxy", "HTTPS_PROXY"] {
            command.env_remove(name);
        }
        command.env("GITLAB_TOKEN", token()).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub(super) fn run(&self, arguments: &[&str]) -> Run {
        Run::of(self.command(arguments).output().expect("the program runs"))
    }

    /// `fetch --since` the first day.
    pub(super) fn fetch(&self, arguments: &[&str]) -> Run {
        self.run(&[&["fetch", "--since", SINCE], arguments].concat())
    }

    /// The same, which is expected to succeed.
    pub(super) fn fetched(&self, arguments: &[&str]) -> Run {
        let run = self.fetch(arguments);
        assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
        run
    }

    /// Every table of the report on a period.
    pub(super) fn report(&self, period: &str) -> Report {
        report(&self.place, period)
    }

    /// The spans of a table of a project that are covered; none where nothing is.
    pub(super) fn covered(&self, table: &str, source: &str, project: &str) -> Vec<(String, String)> {
        let Ok(text) = std::fs::read_to_string(self.place.path("data/coverage.json")) else { return Vec::new() };
        let entries: Value = serde_json::from_str(&text).expect("JSON");
        let own = |entry: &&Value| entry["table"] == table && entry["source"] == source && entry["scope"] == project;
        let spans = entries.as_array().expect("entries").iter().filter(own);
        let spans = spans.flat_map(|entry| entry["spans"].as_array().expect("spans").clone());
        let end = |span: &Value, index: usize| span[index].as_str().expect("an instant").to_owned();
        spans.map(|span| (end(&span, 0), end(&span, 1))).collect()
    }

    /// The names of what a table is read in, whether something of it is covered or not.
    pub(super) fn scopes(&self, table: &str, source: &str) -> Vec<String> {
        let text = std::fs::read_to_string(self.place.path("data/coverage.json")).expect("coverage");
        let entries: Vec<Value> = serde_json::from_str(&text).expect("JSON");
        let own = entries.iter().filter(|entry| entry["table"] == table && entry["source"] == source);
        own.map(|entry| entry["scope"].as_str().expect("a name").to_owned()).collect()
    }

    /// The rows of a table without the instants at which they were read, in an order of their own.
    pub(super) fn rows(&self, table: Table) -> DataFrame {
        let dataset = Dataset::open(&self.place.path("data")).expect("a dataset");
        let frame = dataset.read(table, &|rows| rows).expect("rows").drop("observed_at").expect("the column");
        let keys: Vec<&str> = ["source", "repo", "id", "sha", "number", "opened_at"]
            .into_iter()
            .filter(|name| frame.column(name).is_ok())
            .collect();
        frame.clone().lazy().sort(keys, SortMultipleOptions::default()).collect().expect("sorted")
    }

    /// Expects the rows of another dataset in every table.
    pub(super) fn has_the_rows_of(&self, other: &Self, what: &str) {
        for table in Table::ALL {
            let (own, others) = (self.rows(table), other.rows(table));
            assert!(own.equals_missing(&others), "{what}: {table:?}: {own:?} and {others:?}");
        }
    }
}

/// The cells of a table without those that name the service.
pub(super) fn cells(table: &str) -> Vec<Vec<String>> {
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    let headers = reader.headers().expect("a header").clone();
    let kept = |at: usize| !["source", "url"].contains(&&headers[at]);
    let rows = reader.records().map(|row| row.expect("a row"));
    let rows = rows.map(|row| {
        row.iter().enumerate().filter(|(at, _)| kept(*at)).map(|(_, cell)| cell.to_owned()).collect::<Vec<_>>()
    });
    rows.collect()
}
