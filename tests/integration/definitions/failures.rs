//! Incidents and failures: every affected service, the cause in another one, ends that are missing, filters.

use serde_json::{Value, json};

use super::{History, figure, finding};

const TWO: &str = "\
[[service]]\nname = \"checkout\"\nteam = \"shop\"\nrepos = [\"acme/checkout\"]\nincidents = [\"Checkout\"]\n
[[service]]\nname = \"platform\"\nteam = \"core\"\nrepos = [\"acme/platform\"]\nincidents = [\"Platform\"]\n";

fn two() -> History {
    History::new(TWO).deployments(&[
        "plat-1,acme/platform,production,bbbbbbb1,2026-07-01T09:00:00Z",
        "chk-1,acme/checkout,production,aaaaaaa1,2026-07-01T09:15:00Z",
    ])
}

#[test]
fn a_cause_in_another_service_fails_that_service_and_its_recovery_time_is_there() {
    let history = two().incidents(&["I,Checkout,2026-07-01T09:30:00Z,2026-07-01T10:00:00Z,resolved,true,plat-1,"]);
    let report = history.july();
    assert_eq!(history.cell("deployments.csv", "chk-1", "failed"), "false");
    assert_eq!(history.cell("deployments.csv", "plat-1", "failed"), "true");
    let of = |group: &str, path: &str| figure(&report, group, path).clone();
    assert_eq!(of("platform", "recovery_time.p50_seconds"), json!(1800.0));
    assert_eq!(of("checkout", "recovery_time.p50_seconds"), Value::Null);
    assert_eq!(of("checkout", "time_to_restore.p50_seconds"), json!(1800.0));
    assert_eq!((of("platform", "time_to_restore.n"), of("all", "recovery_time.n")), (json!(0), json!(1)));
    let explained = history.explained("recovery_time", &["--service", "platform"]);
    assert_eq!(explained["events"][0]["id"], "I", "{explained}");
}

#[test]
fn an_incident_that_names_several_services_counts_for_each_and_once_in_all() {
    let history = two().incidents(&["I,Checkout;Platform,2026-07-01T09:30:00Z,2026-07-01T10:00:00Z,resolved,,,"]);
    let report = history.july();
    for group in ["all", "shop", "core", "checkout", "platform"] {
        assert_eq!(figure(&report, group, "time_to_restore.opened"), &json!(1), "{group}");
    }
    assert_eq!(history.cell("incidents.csv", "I", "service"), "checkout;platform");
    assert_eq!(history.cell("incidents.csv", "I", "team"), "shop;core");
    assert_eq!(history.cell("deployments.csv", "chk-1", "failed"), "true", "the latest of both services");
    assert_eq!(history.cell("deployments.csv", "plat-1", "failed"), "false");
    assert_eq!(figure(&report, "all", "change_failure_rate.failed"), &json!(1));
}

#[test]
fn an_unmapped_incident_fails_the_deployment_it_references_and_a_dangling_reference_is_reported() {
    let history = two().incidents(&[
        "I,Elsewhere,2026-07-01T09:30:00Z,2026-07-01T10:00:00Z,resolved,,BBBBBBB1,",
        "J,Elsewhere,2026-07-02T09:30:00Z,2026-07-02T10:00:00Z,resolved,,v1.2.3-unheard,",
        "K,Checkout,2026-07-01T09:45:00Z,2026-07-01T10:00:00Z,resolved,,v1.2.3-unheard,",
        "L,Checkout,2026-07-03T09:45:00Z,2026-07-03T10:00:00Z,resolved,,v1.2.3-unheard,",
    ]);
    let report = history.july();
    assert_eq!(history.cell("deployments.csv", "plat-1", "failed_by"), "I");
    let text = finding(&report, "reference-names-nothing").expect("raised");
    assert!(text.contains("3 incidents have") && text.contains("1 of them are linked only"), "{text}");
}

#[test]
fn the_end_of_the_period_is_not_part_of_it() {
    let history = History::new("").deployments(&["1,acme/web,production,a,2026-07-01T08:00:00Z"]).incidents(&[
        "1,web,2026-07-31T23:00:00Z,2026-08-01T00:00:00Z,resolved,,,",
        "2,web,2026-08-01T00:00:00Z,2026-08-01T01:00:00Z,resolved,,,",
        "3,web,2026-07-30T10:00:00Z,,acknowledged,,,",
        "4,web,2026-07-01T00:00:00Z,2026-07-31T23:59:59Z,resolved,,,",
    ]);
    let report = history.july();
    let of = |path: &str| figure(&report, "all", &format!("time_to_restore.{path}")).clone();
    assert_eq!((of("opened"), of("n"), of("open")), (json!(3), json!(1), json!(2)));
    assert_eq!(history.cell("incidents.csv", "1", "resolved_at"), "", "not known yet at the end of July");
    assert_eq!(history.cell("incidents.csv", "1", "status"), "open");
    assert_eq!(history.cell("incidents.csv", "3", "status"), "acknowledged", "as its source says");
    assert_eq!(finding(&report, "rework-by-rule"), None, "no deployment is rework");
    assert!(!history.place.read("reports/2026-07/incidents.csv").contains(",2,"), "it was opened in August");
}

#[test]
fn an_incident_over_by_its_status_without_an_end_is_neither_open_nor_resolved() {
    let history = History::new("").deployments(&["1,acme/web,production,a,2026-07-01T08:00:00Z"]).incidents(&[
        "1,web,2026-07-04T10:00:00Z,,Closed,,,",
        "2,web,2026-07-05T10:00:00Z,,Done,,,",
        "3,web,2026-07-05T10:00:00Z,, resolved ,,,",
        "4,web,2026-07-06T10:00:00Z,2026-07-06T11:00:00Z,resolved,,,",
        "5,web,2026-07-30T10:00:00Z,,triggered,,,",
    ]);
    let report = history.july();
    let of = |path: &str| figure(&report, "all", path).clone();
    assert_eq!(
        (of("time_to_restore.opened"), of("time_to_restore.open"), of("time_to_restore.n")),
        (json!(5), json!(1), json!(1))
    );
    assert_eq!(history.cell("incidents.csv", "2", "reason"), "over-without-an-end");
    let text = finding(&report, "over-without-an-end").expect("raised");
    assert!(text.contains("3 incidents are over") && text.contains("1, 2, 3"), "{text}");
    assert!(finding(&report, "open-incidents").expect("raised").starts_with("1 incident is"));
}

#[test]
fn zero_length_incidents_are_reported_with_the_median_without_them() {
    let report = History::new("")
        .deployments(&["1,acme/web,production,a,2026-07-01T08:00:00Z"])
        .incidents(&[
            "1,web,2026-07-04T10:00:00Z,2026-07-04T10:00:00Z,resolved,,,",
            "2,web,2026-07-05T10:00:00Z,2026-07-05T10:00:00Z,resolved,,,",
            "3,web,2026-07-06T10:00:00Z,2026-07-06T12:00:00Z,resolved,,,",
        ])
        .july();
    let text = finding(&report, "zero-length-incidents").expect("raised");
    assert!(text.contains("2 incidents") && text.contains("0.0 h with them and 2.0 h without"), "{text}");
}

#[test]
fn priorities_are_ranked_by_number_or_word_and_filtered_incidents_are_reported() {
    let config = "[incidents]\nmin_priority = \"SEV2\"\n";
    let history = History::new(config).deployments(&["1,acme/web,production,a,2026-07-01T08:00:00Z"]).incidents(&[
        "1,web,2026-07-01T08:30:00Z,2026-07-01T09:00:00Z,resolved,,,P3 - Low",
        "2,web,2026-07-02T08:30:00Z,2026-07-02T09:30:00Z,resolved,,,Major",
        "3,web,2026-07-03T08:30:00Z,2026-07-03T09:30:00Z,resolved,,,sev-2: minor",
        "4,web,2026-07-04T08:30:00Z,2026-07-04T09:30:00Z,resolved,,,trivial",
        "5,web,2026-07-05T08:30:00Z,2026-07-05T09:30:00Z,resolved,,,Wichtig",
        "6,web,2026-06-20T08:30:00Z,2026-06-20T09:30:00Z,resolved,,,Wichtig",
    ]);
    let report = history.july();
    let counted = history.column("incidents.csv", "counted");
    let left_out: Vec<&str> = counted.iter().filter(|(_, it)| it == "false").map(|(id, _)| id.as_str()).collect();
    assert_eq!(left_out, ["1", "4"]);
    let text = finding(&report, "filtered-incidents").expect("raised");
    assert!(text.contains("2 incidents") && text.contains("100.0 % (1 of 1) in place of 0.0 % (0 of 1)"), "{text}");
    let text = finding(&report, "unknown-priorities").expect("raised");
    assert!(text.contains("Wichtig (1)"), "{text}");
}

#[test]
fn incidents_left_out_by_urgency_are_reported_with_the_rate_that_has_them() {
    let history = History::new("[incidents]\nurgencies = [\"high\"]\n")
        .deployments(&["1,acme/web,production,a,2026-07-01T08:00:00Z"])
        .with(
            "incidents",
            "id,service_keys,opened_at,resolved_at,urgency",
            &[
                "1,web,2026-07-01T08:30:00Z,2026-07-01T09:00:00Z,low",
                "2,web,2026-07-09T08:30:00Z,2026-07-09T09:00:00Z,high",
            ],
        );
    let text = finding(&history.july(), "filtered-incidents").expect("raised");
    assert!(text.contains("1 incident") && text.contains("100.0 % (1 of 1) in place of 0.0 % (0 of 1)"), "{text}");
    assert!(text.contains("urgencies"), "{text}");
}

#[test]
fn a_deployment_at_the_instant_at_which_the_reading_of_incidents_ends_is_not_known_to_be_good() {
    let history = History::new("")
        .deployments(&["1,acme/web,production,a,2026-07-14T23:59:59Z", "2,acme/web,production,b,2026-07-15T00:00:00Z"]);
    let place = &history.place;
    place.write("rows.csv", "id,service_keys,opened_at,resolved_at\n1,web,2026-07-01T08:30:00Z,2026-07-01T09:00:00Z\n");
    place.done(["import", "incidents", "rows.csv", "--covers", "2026-07-01..2026-07-15"]);
    let report = history.july();
    assert!(finding(&report, "incomplete-coverage").is_some(), "the rest of the month was not read");
    let failed: Vec<String> = history.column("deployments.csv", "failed").into_iter().map(|(_, cell)| cell).collect();
    assert_eq!(failed, ["false", ""]);
}
