//! Names that match nothing never give a false 0: the figure is missing, and the finding says what would count.

use serde_json::{Value, json};

use super::{History, figure, finding};

#[test]
fn deployments_to_unknown_environments_give_a_missing_figure_and_not_zero() {
    let history = History::new("").deployments(&[
        "1,acme/web,live,a1,2026-07-01T10:00:00Z",
        "2,acme/web,live,a2,2026-07-08T10:00:00Z",
        "3,acme/web,beta,a2,2026-07-08T11:00:00Z",
    ]);
    let report = history.july();
    let of = |path: &str| figure(&report, "all", path).clone();
    assert_eq!((of("deployment_frequency.per_day"), of("deployment_frequency.band")), (Value::Null, Value::Null));
    assert_eq!(of("deployment_frequency.no_data.code"), json!("nothing-counted"));
    let text = finding(&report, "nothing-counted").expect("raised");
    assert!(text.contains("live (2), beta (1)") && text.contains("environments = [\"live\"]"), "{text}");
    let mut found = report["findings"].as_array().expect("findings").iter();
    assert!(
        found.any(|it| it["id"] == "nothing-counted" && it["scope"] == "all"),
        "of everything, since no service counts"
    );
    let daily = history.place.read("reports/2026-07/daily.csv");
    assert!(daily.contains("2026-07-31,all,all,false,,,,"), "{daily}");
}

#[test]
fn deployments_without_an_environment_count_after_the_advice_is_followed() {
    let rows = ["1,acme/web,,a1,2026-07-01T10:00:00Z", "2,acme/web,,a2,2026-07-08T10:00:00Z"];
    let history = History::new("[deployments]\nenvironments = [\"*\", \"none\"]\n").deployments(&rows);
    let report = history.july();
    let text = finding(&report, "nothing-counted").expect("raised");
    assert!(text.contains("Environments: no environment (2)"), "{text}");
    assert!(text.contains("--map environment=COLUMN") && !text.contains("environments = "), "{text}");

    let rows = std::fs::read_to_string(history.place.path("rows.csv")).expect("the imported file");
    let rows = rows.replace('\n', ",production\n").replacen(",production", ",stage", 1);
    history.place.write("rows.csv", &rows);
    history.place.done(["-q", "import", "deployments", "rows.csv", "--map", "environment=stage"]);
    let report = history.july();
    assert_eq!(figure(&report, "all", "deployment_frequency.deployments"), &json!(2));
    assert_eq!(finding(&report, "nothing-counted"), None);
}

#[test]
fn a_service_that_is_not_recognised_has_no_figures_and_leaves_the_others_theirs() {
    let report = History::new("")
        .deployments(&[
            "1,acme/web,production,a1,2026-07-01T10:00:00Z",
            "2,acme/site,github-pages,b1,2026-07-01T10:00:00Z",
        ])
        .july();
    assert_eq!(figure(&report, "all", "deployment_frequency.deployments"), &json!(1));
    assert_eq!(figure(&report, "acme/web", "deployment_frequency.deployments"), &json!(1));
    assert_eq!(figure(&report, "acme/site", "deployment_frequency.per_day"), &Value::Null);
    assert!(finding(&report, "nothing-counted").expect("raised").contains("github-pages (1)"));
}

#[test]
fn the_finding_about_a_configured_service_lists_the_deployments_of_its_own_repos() {
    let config =
        "[[service]]\nname = \"web\"\nrepos = [\"acme/web\"]\n[[service]]\nname = \"site\"\nrepos = [\"acme/pages\"]\n";
    let report = History::new(config)
        .deployments(&[
            "1,acme/web,production,a1,2026-07-01T10:00:00Z",
            "2,acme/pages,github-pages,b1,2026-07-01T10:00:00Z",
        ])
        .july();
    let text = finding(&report, "nothing-counted").expect("raised");
    assert!(text.contains("github-pages (1)") && !text.contains("production (1)"), "{text}");
}

#[test]
fn a_quiet_month_of_a_service_that_is_recognised_is_a_true_zero() {
    let report = History::new("")
        .deployments(&["1,acme/web,production,a1,2026-03-01T10:00:00Z", "2,acme/web,staging,a2,2026-07-01T10:00:00Z"])
        .july();
    assert_eq!(figure(&report, "all", "deployment_frequency.deployments"), &json!(0));
    assert_eq!(figure(&report, "all", "deployment_frequency.band"), &json!("low"));
}

#[test]
fn if_no_incident_belongs_to_a_service_the_failure_rate_is_missing_and_not_zero() {
    let history = History::new("")
        .deployments(&["1,acme/web,production,a1,2026-07-01T10:00:00Z"])
        .incidents(&["I,Billing,2026-07-01T10:30:00Z,2026-07-01T11:00:00Z,resolved,,,"]);
    let report = history.july();
    assert_eq!(figure(&report, "all", "change_failure_rate.ratio"), &Value::Null);
    assert_eq!(figure(&report, "all", "change_failure_rate.no_data.code"), &json!("incidents-unmapped"));
    assert_eq!(figure(&report, "all", "time_to_restore.n"), &json!(1), "an unmapped incident counts in all");
    assert_eq!(figure(&report, "acme/web", "time_to_restore.n"), &Value::Null);
    assert_eq!(history.cell("deployments.csv", "1", "failed"), "");
    let text = finding(&report, "unmapped-incidents").expect("raised");
    assert!(text.contains("Billing (1)") && text.contains("incidents = [\"Billing\"]"), "{text}");
}

#[test]
fn fewer_than_half_that_count_are_listed_with_what_was_seen() {
    let report = History::new("")
        .deployments(&[
            "1,acme/web,production,a1,2026-07-01T10:00:00Z",
            "2,acme/web,staging,a1,2026-07-01T09:00:00Z",
            "3,acme/web,qa,a1,2026-07-01T08:00:00Z",
        ])
        .july();
    let text = finding(&report, "nothing-counted").expect("raised");
    assert!(text.starts_with("1 of 3 deployments") && text.contains("staging (1)"), "{text}");
    let half = History::new("")
        .deployments(&["1,acme/web,production,a1,2026-07-01T10:00:00Z", "2,acme/web,staging,a1,2026-07-01T09:00:00Z"])
        .july();
    assert_eq!(finding(&half, "nothing-counted"), None, "half is not less than half");
}
