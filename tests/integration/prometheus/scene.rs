//! Two histories that are read and reported in UTC: the bundled organisation, and three GOV.UK services.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::server::Server;
use crate::support::Place;

/// A dataset, a report over some days, and what they are called.
pub(super) struct Scene {
    pub(super) place: Place,
    /// First day and first day after of the days that are compared.
    pub(super) days: (&'static str, &'static str),
    pub(super) as_of: &'static str,
    config: String,
}

/// A row of a table by column.
pub(super) type Row = BTreeMap<String, String>;

impl Scene {
    /// The bundled organisation over a quarter.
    pub(super) fn organisation() -> Self {
        let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/demo");
        let tables = ["deployments", "commits", "pull-requests", "incidents"];
        let tables = tables.map(|table| (table, data.join(format!("{table}.csv"))));
        Self::new(&data, &tables, "2025-09-01..2026-10-01", ("2026-07-01", "2026-10-01"), "2026-10-01T00:00:00Z")
    }

    /// Three GOV.UK services over 82 days; `None` where that history is not there, which is said.
    pub(super) fn govuk() -> Option<Self> {
        let data = crate::support::shared_data("govuk")?;
        let tables = ["deployments", "commits"].map(|table| (table, data.join(format!("{table}.csv"))));
        let days = ("2026-06-01", "2026-08-22");
        Some(Self::new(&data, &tables, "2025-07-01..2026-08-22", days, "2026-08-22T00:00:00Z"))
    }

    fn new(
        data: &Path,
        tables: &[(&str, PathBuf)],
        covers: &str,
        days: (&'static str, &'static str),
        as_of: &'static str,
    ) -> Self {
        let config = std::fs::read_to_string(data.join("dora.toml")).expect("a config");
        let utc: Vec<&str> = config.lines().filter(|line| !line.starts_with("timezone")).collect();
        let scene = Self { place: Place::new(), days, as_of, config: utc.join("\n") };
        scene.configure("");
        for (table, file) in tables {
            let covers = ["--covers", covers];
            let covers = if ["deployments", "incidents"].contains(table) { &covers[..] } else { &[] };
            scene.place.done([&["import", table, file.to_str().expect("a plain path")], covers].concat());
        }
        scene
    }

    /// Adds sections to the config, in place of those added before.
    pub(super) fn configure(&self, sections: &str) {
        self.place.write("dora.toml", &format!("{}\n{sections}\n", self.config));
    }

    /// A Prometheus that scrapes a gateway and records by the rules for it, each second.
    pub(super) fn scraping(&self, gateway: &Server) -> Server {
        let rules = self.place.done(["rules", "--for", "pushgateway"]).stdout;
        self.place.write("rules.yml", &rules.replace("interval: 1m", "interval: 1s"));
        let config = format!(
            "rule_files: [rules.yml]\nscrape_configs:\n- {{job_name: pushed, honor_labels: true, scrape_interval: 1s, \
             static_configs: [{{targets: [\"{}\"]}}]}}\n",
            gateway.url.replace("http://", "")
        );
        Server::prometheus(&self.place, "tsdb", &config)
    }

    /// The rows of a table of a report over a period.
    pub(super) fn table(&self, from: &str, name: &str) -> Vec<Row> {
        let to = self.days.1;
        let flags = ["--compare", "none", "--format", "csv", "--as-of", self.as_of];
        self.place.done([&["report", "--period", &format!("{from}..{to}")], &flags[..]].concat());
        let folder = [format!("reports/{from}_{to}"), "reports/2026-Q3".to_owned()];
        let path = folder.iter().map(|folder| format!("{folder}/{name}")).find(|path| self.place.path(path).exists());
        let text = self.place.read(&path.expect("a report"));
        let mut rows = csv::Reader::from_reader(text.as_bytes());
        let head = rows.headers().expect("a header").clone();
        let row = |row: csv::StringRecord| head.iter().map(str::to_owned).zip(row.iter().map(str::to_owned)).collect();
        rows.records().map(|record| row(record.expect("a row"))).collect()
    }
}
