//! A folder with a `dora.toml` that points at a made-up GitHub, and what tests do there again and again.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::Value;

use super::server::{Server, token};
use super::tables::Files;
use super::world::World;
use crate::support::{Place, Run};

/// The first day of every history here.
pub(crate) const SINCE: &str = "2025-01-01";
/// Shows everything of [`super::shapes::every_shape`].
pub(crate) const MARCH: &str = "2025-03";

/// A folder and a server.
pub(crate) struct Scene {
    pub(crate) place: Place,
    pub(super) server: Server,
}

impl Scene {
    /// Reads `repos = [...]` of a world.
    pub(crate) fn repos(world: World, repos: &[&str]) -> Self {
        Self::new(world, &format!("repos = {repos:?}"))
    }

    /// The keys of `[github]` beside the address.
    pub(crate) fn new(world: World, keys: &str) -> Self {
        let scene = Self { place: Place::new(), server: Server::start(world) };
        scene.configure(&scene.server.url(), keys);
        scene
    }

    /// Writes the config anew.
    pub(super) fn configure(&self, url: &str, keys: &str) {
        self.place.write("dora.toml", &format!("[github]\napi_url = \"{url}\"\n{keys}\n"));
    }

    /// The program with the token and without a proxy.
    pub(super) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.place.command(arguments);
        for name in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "https_proxy", "HTTPS_PROXY", "GH_TOKEN"] {
            command.env_remove(name);
        }
        command.env("GITHUB_TOKEN", token()).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs the program as it is set up.
    pub(super) fn run(&self, arguments: &[&str]) -> Run {
        Run::of(self.command(arguments).output().expect("the program runs"))
    }

    /// `fetch --since` the first day.
    pub(super) fn fetch(&self, arguments: &[&str]) -> Run {
        self.run(&[&["fetch", "--since", SINCE], arguments].concat())
    }

    /// The same, which is expected to succeed.
    pub(crate) fn fetched(&self, arguments: &[&str]) -> Run {
        let run = self.fetch(arguments);
        assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
        run
    }

    /// Every table of the report on a period.
    pub(crate) fn report(&self, period: &str) -> Report {
        report(&self.place, period)
    }

    /// The spans of a repo's deployments that are covered; none where nothing is.
    pub(super) fn covered(&self, repo: &str) -> Vec<(String, String)> {
        self.covered_as("github", repo)
    }

    /// The same under another name of the reading.
    pub(super) fn covered_as(&self, reading: &str, repo: &str) -> Vec<(String, String)> {
        let Ok(text) = std::fs::read_to_string(self.place.path("data/coverage.json")) else { return Vec::new() };
        let entries: Value = serde_json::from_str(&text).expect("JSON");
        let mut spans = Vec::new();
        for entry in entries.as_array().expect("entries") {
            if entry["table"] == "deployments" && entry["source"] == reading && entry["scope"] == repo {
                for span in entry["spans"].as_array().expect("spans") {
                    let end = |index: usize| span[index].as_str().expect("an instant").to_owned();
                    spans.push((end(0), end(1)));
                }
            }
        }
        spans
    }

    /// Expects the same tables as those of a dataset into which the server's world was imported.
    pub(super) fn is_as_imported(&self, period: &str) {
        let files = self.server.state(|state| Files::of(&state.world));
        let other = Place::new();
        other.write("dora.toml", "").write("d.csv", &files.deployments);
        other.write("c.csv", &files.commits).write("p.csv", &files.pulls);
        let known = ["--map-status", "levitating=waiting"];
        other.done([&["import", "deployments", "d.csv", "--covers", "2025-01-01..2026-02-01"][..], &known].concat());
        other.done(["import", "commits", "c.csv"]);
        other.done(["import", "pull-requests", "p.csv"]);
        self.report(period).is_the_same_as(&report(&other, period));
    }
}

/// The tables and the figures of a report.
pub(crate) struct Report {
    tables: Vec<(PathBuf, String)>,
    /// `report.json` without what differs between two runs: when they began, and the port in their config.
    pub(crate) figures: Value,
}

/// Computes the report of a folder on a period, as known at the first instant of February 2026.
pub(crate) fn report(place: &Place, period: &str) -> Report {
    let flags = ["report", "--as-of", "2026-02-01T00:00:00Z", "--format", "json,csv", "--period", period];
    place.done([&flags[..], &["--compare", "none"]].concat());
    let mut tables = Vec::new();
    let mut figures = Value::Null;
    for (path, bytes) in place.files(&format!("reports/{}", period.replace("..", "_"))) {
        let text = String::from_utf8(bytes).expect("UTF-8");
        if path.extension().is_some_and(|ending| ending == "json") {
            figures = serde_json::from_str(&text).expect("JSON");
            figures
                .as_object_mut()
                .expect("an object")
                .retain(|key, _| !["inputs", "config_digest"].contains(&key.as_str()));
            for entry in figures["coverage"].as_array_mut().expect("the coverage") {
                // The instant at which the run began.
                entry["to"].take();
            }
        } else if path.extension().is_some_and(|ending| ending == "csv") {
            tables.push((path, text));
        }
    }
    assert!(tables.len() >= 5 && figures.is_object(), "the report is there");
    Report { tables, figures }
}

impl Report {
    /// A table by its name, without its ending.
    pub(crate) fn table(&self, name: &str) -> &str {
        let found = self.tables.iter().find(|(path, _)| path.file_stem().is_some_and(|stem| stem == name));
        found.map_or_else(|| panic!("no table {name}"), |(_, text)| text.as_str())
    }

    /// A column of `deployments.csv`, by id.
    pub(crate) fn deployments(&self, column: &str) -> Vec<(String, String)> {
        let mut reader = csv::Reader::from_reader(self.table("deployments").as_bytes());
        let headers = reader.headers().expect("a header").clone();
        let at = |name: &str| headers.iter().position(|own| own == name).expect("a column of this name");
        let (id, wanted) = (at("id"), at(column));
        let rows = reader.records().map(|row| row.expect("a row"));
        let mut rows: Vec<(String, String)> = rows.map(|row| (row[id].to_owned(), row[wanted].to_owned())).collect();
        rows.sort();
        rows
    }

    /// A metric of a group.
    pub(crate) fn metric(&self, group: &str, metric: &str) -> &Value {
        let groups = self.figures["groups"].as_array().expect("groups");
        &groups.iter().find(|entry| entry["name"] == group).expect("the group")["metrics"][metric]
    }

    /// Expects equal tables; an import says nothing of links, and refuses a state that is not known, which a fetch keeps.
    pub(crate) fn is_the_same_as(&self, other: &Self) {
        for ((path, own), (_, others)) in self.tables.iter().zip(&other.tables) {
            let (own, others) = (without_links(own).replace("levitating", "waiting"), without_links(others));
            let difference = own.lines().zip(others.lines()).find(|(own, others)| own != others);
            assert_eq!(difference, None, "{}, here and in the other", path.display());
            assert_eq!(own.lines().count(), others.lines().count(), "{}", path.display());
        }
        assert_eq!(self.tables.len(), other.tables.len());
    }

    /// Expects the same bytes in every table, and the same figures.
    pub(crate) fn is_identical_to(&self, other: &Self) {
        for ((path, own), (_, others)) in self.tables.iter().zip(&other.tables) {
            assert_eq!(own, others, "{}", path.display());
        }
        assert_eq!(self.figures, other.figures);
    }
}

/// A table with the cells of its column `url` emptied.
fn without_links(table: &str) -> String {
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    let headers = reader.headers().expect("a header").clone();
    let Some(at) = headers.iter().position(|name| name == "url") else { return table.to_owned() };
    let rows = reader.records().map(|row| row.expect("a row"));
    let rows = rows.map(|row| {
        let cells = row.iter().enumerate().map(|(index, cell)| if index == at { "" } else { cell });
        cells.collect::<Vec<_>>().join("\t")
    });
    rows.collect::<Vec<_>>().join("\n")
}
