//! Running the binary, and reading what it wrote.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

/// A dataset of its own, and a config.
pub(super) struct Run {
    home: TempDir,
    config: PathBuf,
}

impl Run {
    pub(super) fn new(config: &str) -> Self {
        let home = crate::support::temporary_folder();
        let file = home.path().join("dora.toml");
        fs::write(&file, config).expect("a config");
        Self { home, config: file }
    }

    /// Runs a command with the config and the dataset; it must end well.
    fn call(&self, args: &[&str]) {
        let done = Command::new(env!("CARGO_BIN_EXE_dora-report"))
            .args(args)
            .arg("--config")
            .arg(&self.config)
            .arg("--data")
            .arg(self.home.path().join("data"))
            .current_dir(self.home.path())
            .output()
            .expect("the binary runs");
        assert!(done.status.success(), "{args:?}: {}\n{}", done.status, String::from_utf8_lossy(&done.stderr));
    }

    pub(super) fn import(&self, table: &str, file: &Path, covers: Option<&str>) {
        let mut args = vec!["import", table, file.to_str().expect("a plain path")];
        if let Some(covers) = covers {
            args.extend(["--covers", covers]);
        }
        self.call(&args);
    }

    /// Writes the report of a period and gives its folder; `label` is the period's name.
    pub(super) fn report(&self, period: &str, label: &str, as_of: &str) -> Report {
        let out = self.home.path().join("out");
        let path = out.to_str().expect("a plain path");
        // Only these are compared, and the page takes most of the time.
        self.call(&["report", "--period", period, "--as-of", as_of, "--out", path, "--format", "json,csv"]);
        Report(out.join(label))
    }

    /// The same dataset under another config.
    pub(super) fn configure(&self, config: &str) {
        fs::write(&self.config, config).expect("a config");
    }
}

/// The folder of one written report.
pub(super) struct Report(PathBuf);

impl Report {
    pub(super) fn table(&self, file: &str) -> Vec<Row> {
        table(&self.0.join(file))
    }

    /// The metrics of one group in `report.json`.
    pub(super) fn metrics(&self, kind: &str, name: &str) -> Value {
        let report = json(&self.0.join("report.json"));
        let groups = report["groups"].as_array().expect("groups");
        let group = groups.iter().find(|group| group["kind"] == kind && group["name"] == name);
        group.unwrap_or_else(|| panic!("no group {kind} {name}"))["metrics"].clone()
    }
}

/// One row of a CSV file by column.
pub(super) type Row = BTreeMap<String, String>;

pub(super) fn table(path: &Path) -> Vec<Row> {
    let mut reader = csv::Reader::from_path(path).unwrap_or_else(|cause| panic!("{}: {cause}", path.display()));
    reader.deserialize().map(|row| row.expect("a row")).collect()
}

pub(super) fn json(path: &Path) -> Value {
    let text = fs::read_to_string(path).unwrap_or_else(|cause| panic!("{}: {cause}", path.display()));
    serde_json::from_str(&text).expect("JSON")
}

/// A list of differences that fails a test all at once.
#[derive(Default)]
pub(super) struct Differences(Vec<String>);

impl Differences {
    pub(super) fn text(&mut self, what: &str, got: &str, wanted: &str) {
        if got != wanted {
            self.0.push(format!("{what}: got `{got}`, expected `{wanted}`"));
        }
    }

    /// Cells that are both empty, or numbers equal to a millionth or a billionth of themselves.
    pub(super) fn number(&mut self, what: &str, got: &str, wanted: &str) {
        let (got, wanted) = (got.parse::<f64>().ok(), wanted.parse::<f64>().ok());
        self.numbers(what, got, wanted);
    }

    pub(super) fn value(&mut self, what: &str, got: &Value, wanted: &Value) {
        assert!(wanted.is_number() || wanted.is_null(), "{what}: the expected file holds {wanted}");
        self.numbers(what, got.as_f64(), wanted.as_f64());
    }

    fn numbers(&mut self, what: &str, got: Option<f64>, wanted: Option<f64>) {
        let same = match (got, wanted) {
            // The expected files round to six decimals.
            (Some(got), Some(wanted)) => (got - wanted).abs() <= 1e-6 + 1e-9 * wanted.abs(),
            (None, None) => true,
            _ => false,
        };
        if !same {
            self.0.push(format!("{what}: got {got:?}, expected {wanted:?}"));
        }
    }

    pub(super) fn none(self) {
        let shown = self.0.iter().take(40).cloned().collect::<Vec<_>>().join("\n");
        assert!(self.0.is_empty(), "{} differences, the first:\n{shown}", self.0.len());
    }
}
