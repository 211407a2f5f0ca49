//! Periods as a user asks for them: by name, by the fiscal year of the configuration, and in the list of reports.

use serde_json::Value;

use super::support::{DEPLOYMENTS, Place};

fn filled(config: &str) -> Place {
    let place = Place::new();
    place.write("dora.toml", config).write("d.csv", DEPLOYMENTS);
    place.done(["import", "deployments", "d.csv", "--covers", "2025-01-01..2026-10-01"]);
    place
}

/// Writes the report on a period; gives its `report.json`, in the folder of this name.
fn report(place: &Place, period: &str, label: &str) -> Value {
    let run = place.done(["report", "--as-of", "2026-10-01T00:00:00Z", "--format", "html,json", "--period", period]);
    assert!(run.stdout.starts_with(&format!("reports/{label}/index.html\n")), "{period}: {}", run.stdout);
    serde_json::from_str(&place.read(&format!("reports/{label}/report.json"))).expect("JSON")
}

#[test]
fn a_report_on_each_kind_of_period_has_a_folder_of_that_name_and_compares_with_the_one_before() {
    let place = filled("");
    for (period, label, before) in [
        ("2026-H1", "2026-H1", "2025-H2"),
        ("2026-W30", "2026-W30", "2026-W29"),
        ("last-week", "2026-W39", "2026-W38"),
        ("last-quarter", "2026-Q3", "2026-Q2"),
        ("this-year", "2026", "2025"),
        ("2026-07..2026-09", "2026-07-01_2026-09-01", "2026-04-30_2026-07-01"),
    ] {
        let report = report(&place, period, label);
        assert_eq!((&report["period"]["label"], &report["previous"]["label"]), (&label.into(), &before.into()));
        assert!(place.read("reports/index.html").contains(&format!("\"{label}/index.html\"")), "{label} is listed");
    }
}

#[test]
fn a_fiscal_quarter_has_the_figures_of_its_days_and_stays_in_the_list_when_the_configuration_changes() {
    let place = filled("[report]\nfiscal_year_start = \"04\"\n");
    let fiscal = report(&place, "FY2027-Q2", "FY2027-Q2");
    assert_eq!(fiscal["period"], serde_json::json!({"label": "FY2027-Q2", "from": "2026-07-01", "to": "2026-10-01"}));
    assert_eq!(fiscal["previous"]["label"], "FY2027-Q1");
    assert_eq!(report(&place, "last-quarter", "FY2027-Q2"), fiscal);
    place.write("dora.toml", "");
    let calendar = report(&place, "2026-Q3", "2026-Q3");
    assert_eq!(calendar["config_digest"], fiscal["config_digest"], "names of periods change no figure");
    let figures = |report: &Value| report["groups"][0]["metrics"]["deployment_frequency"]["per_day"].clone();
    assert_eq!(figures(&calendar), figures(&fiscal));
    let list = place.read("reports/index.html");
    assert!(list.contains("FY2027-Q2/index.html") && list.contains("2026-Q3/index.html"), "{list}");
    for (config, period, said) in [
        ("", "FY2027-Q2", "`FY2027-Q2` is not a valid period: set `fiscal_year_start` under [report]"),
        (
            "[report]\nfiscal_year_start = \"04\"\n",
            "2026-Q3",
            "`2026-Q3` is not a valid period: `fiscal_year_start` is \"04\", so quarters, halves and years have names like \
             FY2027-Q2; for the days of 2026-Q3 in the calendar year write 2026-07..2026-10",
        ),
    ] {
        let run = place.write("dora.toml", config).run(["report", "--period", period]);
        assert_eq!(run.code, 2);
        assert!(run.stderr.contains(said), "{}", run.stderr);
    }
}
