//! Checks the definitions on small realistic histories, through the command line. Each test has a kind of data that
//! other tools count wrongly, and the value counted by hand.

mod changes;
mod counting;
mod failures;
mod recognition;
mod rework;

use serde_json::Value;

use super::support::Place;

/// A dataset of imported files, and its reports.
struct History {
    place: Place,
}

impl History {
    fn new(config: &str) -> Self {
        let place = Place::new();
        place.write("dora.toml", config);
        Self { place }
    }

    /// Imports rows; deployments and incidents cover the year 2026 to October.
    fn with(self, table: &str, header: &str, rows: &[&str]) -> Self {
        let text = [&[header], rows].concat().join("\n") + "\n";
        self.place.write("rows.csv", &text);
        let covers: &[&str] = match table {
            "deployments" | "incidents" => &["--covers", "2026-01-01..2026-10-01"],
            _ => &[],
        };
        self.place.done([&["-q", "import", table, "rows.csv"], covers].concat());
        self
    }

    fn deployments(self, rows: &[&str]) -> Self {
        let rows: Vec<String> = rows.iter().map(|row| finished(row)).collect();
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        self.with("deployments", "id,repo,environment,sha,status,created_at,finished_at", &rows)
    }

    fn commits(self, rows: &[&str]) -> Self {
        let rows: Vec<String> = rows
            .iter()
            .map(|row| {
                let authored = row.rsplit(',').next().expect("an instant");
                format!("acme/web,{row},{}", authored.replace("0001-01-01", "2026-07-01").replace("1970-", "2026-"))
            })
            .collect();
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        self.with("commits", "repo,sha,parents,authored_at,committed_at", &rows)
    }

    fn incidents(self, rows: &[&str]) -> Self {
        self.with(
            "incidents",
            "id,service_keys,opened_at,resolved_at,status,caused_by_deploy,deployment_ref,priority",
            rows,
        )
    }

    /// Reports July 2026 as JSON, with all files.
    fn july(&self) -> Value {
        let run = self.place.run([
            "-q",
            "report",
            "--period",
            "2026-07",
            "--as-of",
            "2026-10-01T00:00:00Z",
            "--compare",
            "none",
        ]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        serde_json::from_str(&self.place.read("reports/2026-07/report.json")).expect("JSON")
    }

    /// What `explain` says of a metric of July, as JSON.
    fn explained(&self, metric: &str, of: &[&str]) -> Value {
        let frame = ["--format", "json", "--period", "2026-07", "--as-of", "2026-10-01T00:00:00Z"];
        let run = self.place.run([&["explain", metric], of, &frame].concat());
        serde_json::from_str(&run.stdout).unwrap_or_else(|cause| panic!("{cause}: {}", run.stderr))
    }

    /// Column and row of a table of the report of July: of each row its id and that cell.
    fn column(&self, file: &str, column: &str) -> Vec<(String, String)> {
        let text = self.place.read(&format!("reports/2026-07/{file}"));
        let mut lines = csv::Reader::from_reader(text.as_bytes());
        let header = lines.headers().expect("a header").clone();
        let at = |name: &str| header.iter().position(|it| it == name).expect("a column");
        let (id, cell) = (at("id"), at(column));
        lines.records().map(|row| row.expect("a row")).map(|row| (row[id].to_owned(), row[cell].to_owned())).collect()
    }

    fn cell(&self, file: &str, id: &str, column: &str) -> String {
        let found = self.column(file, column).into_iter().find(|(own, _)| own == id);
        found.unwrap_or_else(|| panic!("{id} is not in {file}")).1
    }
}

/// `id,repo,environment,sha,finished` as a successful deployment that took no time.
fn finished(row: &str) -> String {
    let (rest, at) = row.rsplit_once(',').expect("an instant");
    format!("{rest},success,{at},{at}")
}

/// One figure of a group, by path; group 0 is `all`.
fn figure<'a>(report: &'a Value, group: &str, path: &str) -> &'a Value {
    let groups = report["groups"].as_array().expect("groups");
    let of = groups.iter().find(|it| it["name"] == group).unwrap_or_else(|| panic!("no group {group}"));
    path.split('.').fold(&of["metrics"], |value, key| &value[key])
}

/// Message and advice of a finding.
fn finding(report: &Value, id: &str) -> Option<String> {
    let all = report["findings"].as_array().expect("findings");
    let text = |it: &Value, key: &str| it[key].as_str().expect("text").to_owned();
    all.iter().find(|it| it["id"] == id).map(|it| text(it, "message") + " " + &text(it, "advice"))
}
