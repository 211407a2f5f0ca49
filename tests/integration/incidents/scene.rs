//! A folder with a `dora.toml` that points at a made-up service, and what tests do there again and again.

use std::process::{Command, Stdio};

use dora_report::sources::registry::providers;
use serde_json::Value;

use super::server::{KEY, Server};
use super::world::World;
use crate::support::{Place, Run};

/// The first day of every history here.
pub(super) const SINCE: &str = "2025-01-01";

pub(super) struct Scene {
    pub(super) place: Place,
    pub(super) server: Server,
}

impl Scene {
    /// With these sections; `URL` in them is the service's address.
    pub(super) fn new(world: World, sections: &str) -> Self {
        let scene = Self { place: Place::new(), server: Server::start(world) };
        scene.configure(sections);
        scene
    }

    pub(super) fn pagerduty(world: World, more: &str) -> Self {
        Self::new(world, &format!("[pagerduty]\napi_url = \"URL\"\n{more}"))
    }

    pub(super) fn opsgenie(world: World, more: &str) -> Self {
        Self::new(world, &format!("[opsgenie]\napi_url = \"URL\"\n{more}"))
    }

    pub(super) fn configure(&self, sections: &str) {
        self.place.write("dora.toml", &sections.replace("URL", &self.server.url()));
    }

    pub(super) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.place.command(arguments);
        for name in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "https_proxy", "HTTPS_PROXY"] {
            command.env_remove(name);
        }
        for (name, _) in providers().filter_map(|provider| provider.variable) {
            command.env(name, KEY);
        }
        command.env("HELPDESK_TOKEN", KEY);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub(super) fn run(&self, arguments: &[&str]) -> Run {
        Run::of(self.command(arguments).output().expect("the program runs"))
    }

    pub(super) fn fetch(&self, arguments: &[&str]) -> Run {
        self.run(&[&["fetch", "--since", SINCE], arguments].concat())
    }

    /// The same, which is expected to succeed.
    pub(super) fn fetched(&self, arguments: &[&str]) -> Run {
        let run = self.fetch(arguments);
        assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
        run
    }

    /// The rows of `incidents.csv` of a period, as known a year later, by id.
    pub(super) fn incidents(&self, period: &str) -> Vec<Vec<(String, String)>> {
        let flags =
            ["report", "--as-of", "2026-11-01T00:00:00Z", "--format", "csv", "--compare", "none", "--period", period];
        self.place.done(flags);
        let files = self.place.files(&format!("reports/{}", period.replace("..", "_")));
        let (_, bytes) = files.iter().find(|(path, _)| path.ends_with("incidents.csv")).expect("the table");
        let mut reader = csv::Reader::from_reader(bytes.as_slice());
        let heads = reader.headers().expect("a header").clone();
        let row = |row: csv::StringRecord| heads.iter().map(str::to_owned).zip(row.iter().map(str::to_owned)).collect();
        reader.records().map(|record| row(record.expect("a row"))).collect()
    }

    /// Id and one column.
    pub(super) fn column(&self, period: &str, name: &str) -> Vec<(String, String)> {
        let cell = |row: &[(String, String)], name: &str| {
            row.iter().find(|(own, _)| own == name).expect("a column of this name").1.clone()
        };
        self.incidents(period).iter().map(|row| (cell(row, "id"), cell(row, name))).collect()
    }

    /// The spans of a scope of a source that are covered; none where nothing is.
    pub(super) fn covered(&self, source: &str, scope: &str) -> Vec<(String, String)> {
        let Ok(text) = std::fs::read_to_string(self.place.path("data/coverage.json")) else { return Vec::new() };
        let entries: Value = serde_json::from_str(&text).expect("JSON");
        let own =
            |entry: &&Value| entry["table"] == "incidents" && entry["source"] == source && entry["scope"] == scope;
        let spans = entries.as_array().expect("entries").iter().filter(own);
        let spans = spans.flat_map(|entry| entry["spans"].as_array().expect("spans").clone());
        spans
            .map(|span| (span[0].as_str().expect("an instant").into(), span[1].as_str().expect("an instant").into()))
            .collect()
    }
}
