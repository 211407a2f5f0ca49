//! Current figures through a Pushgateway, a scrape and the rules; and what the gateway holds afterwards.

use std::fmt::Write as _;

use super::installed;
use super::scene::Scene;
use super::server::{Server, free_port};
use crate::proxy::{Proxy, Step};
use crate::support::{DEPLOYMENTS, DOCTOR, Place};

const SERVERS: [&str; 3] = ["prometheus", "prometheus-pushgateway", "curl"];

#[test]
#[ignore = "slow: .ci/run runs it"]
fn pushed_figures_of_the_organisation_are_the_reports() {
    if installed(&SERVERS) {
        through_pushgateway(&Scene::organisation());
    }
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn pushed_figures_of_gov_uk_are_the_reports() {
    if installed(&SERVERS)
        && let Some(scene) = Scene::govuk()
    {
        through_pushgateway(&scene);
    }
}

fn through_pushgateway(scene: &Scene) {
    let gateway = Server::pushgateway();
    scene.configure(&format!("[pushgateway]\nurl = \"{}/\"", gateway.url));
    scene.place.done(["push", "--as-of", scene.as_of]);
    let server = scene.scraping(&gateway);
    let days = scene.table(scene.days.0, "daily.csv");
    let last = &days[days.len() - 1]["date"];
    for (record, column, scale) in [
        ("dora:deployment_frequency:rate30d", "deployments_per_day", 1.0),
        ("dora:lead_time_seconds:p50", "lead_time_p50_seconds", 1.0),
        ("dora:change_failure_rate:ratio30d", "change_failure_rate", 100.0),
        ("dora:rework_rate:ratio30d", "rework_rate", 100.0),
        ("dora:mttr_seconds:p50", "time_to_restore_p50_seconds", 1.0),
    ] {
        let mut ours: Vec<(String, String, f64)> = days
            .iter()
            .filter(|row| &row["date"] == last)
            .filter_map(|row| {
                Some((row["group_kind"].clone(), row["group"].clone(), row[column].parse::<f64>().ok()? * scale))
            })
            .collect();
        ours.sort_by(|a, b| (&a.0, &a.1).cmp(&(&b.0, &b.1)));
        let mut theirs = Vec::new();
        server.wait(record, |server| {
            theirs = server.answers(record, None);
            theirs.len() == ours.len()
        });
        theirs.sort_by(|a, b| (&a.0, &a.1).cmp(&(&b.0, &b.1)));
        for (ours, theirs) in ours.iter().zip(&theirs) {
            let close = (ours.2 - theirs.2).abs() <= 1e-9 * ours.2.abs().max(1.0);
            assert!((&ours.0, &ours.1) == (&theirs.0, &theirs.1) && close, "{record}: {ours:?}, {theirs:?}");
        }
    }
    let labels = server.query("dora:deployment_frequency:rate30d{scope=\"all\"}", None);
    let names: Vec<&String> = labels[0]["metric"].as_object().expect("labels").keys().collect();
    assert_eq!(names, ["__name__", "env", "job", "scope"]);
}

/// Services with names that an address or a label could break on.
const HOSTILE: [&str; 6] = ["acme/web", ".", "a \"b\" \\ c", "naïve 🚀?#%2F", "all", "back\\"];

fn hostile(gateway: &str, services: &[&str]) -> Place {
    let place = Place::new();
    configure(&place, gateway, services);
    place.write("d.csv", DEPLOYMENTS);
    place.done(["import", "deployments", "d.csv", "--covers", "2026-06-01..2026-08-01"]);
    place
}

fn configure(place: &Place, gateway: &str, services: &[&str]) {
    let mut config = format!("[pushgateway]\nurl = \"{gateway}\"\njob = \"our/dora\"\n");
    for (nth, service) in services.iter().enumerate() {
        let name = serde_json::Value::from(*service);
        // Each has a repo, the first the one that has deployments.
        let repo = if nth == 0 { "acme/web".to_owned() } else { format!("acme/r{nth}") };
        let _ = writeln!(config, "[[service]]\nname = {name}\nteam = {name}\nrepos = [\"{repo}\"]");
    }
    place.write("dora.toml", &config);
}

/// What the gateway exposes of ours, without the times of the pushes.
fn exposed(gateway: &Server) -> Vec<String> {
    let text = gateway.get("/metrics", &[]).expect("metrics");
    text.lines().filter(|line| line.starts_with("dora_")).map(str::to_owned).collect()
}

const PUSH: [&str; 3] = ["push", "--as-of", "2026-08-01T00:00:00Z"];

#[test]
#[ignore = "slow: .ci/run runs it"]
fn the_same_push_twice_leaves_the_same_state_and_groups_that_are_gone_are_pruned() {
    if !installed(&["prometheus-pushgateway", "curl"]) {
        return;
    }
    let gateway = Server::pushgateway();
    let place = hostile(&gateway.url, &HOSTILE);
    let run = place.done(PUSH);
    assert!(run.stderr.contains("13 groups pushed"), "all, six teams, six services: {}", run.stderr);
    let first = exposed(&gateway);
    place.done(PUSH);
    assert_eq!(first, exposed(&gateway));
    let of = |text: &str, name: &str| text.lines().filter(|line| line.starts_with(name)).count();
    assert_eq!(of(&first.join("\n"), "dora_report_as_of_timestamp_seconds{"), 13);
    assert_eq!(of(&first.join("\n"), "dora_deployments{"), 13);
    assert_eq!(of(&first.join("\n"), "dora_change_failure_ratio{"), 0, "without an incident source nobody knows");
    assert!(first.iter().any(|line| line.contains("service=\"a \\\"b\\\" \\\\ c\"")), "{first:#?}");

    // Somebody else's groups: another job, and our job in another shape.
    for path in ["job/other/scope/all", "job@base64/b3VyL2RvcmE/instance/x"] {
        let pushed = std::process::Command::new("curl")
            .args(["-sSf", "--data-binary", "dora_x 1\n", &format!("{}/metrics/{path}", gateway.url)])
            .status();
        assert!(pushed.expect("curl").success());
    }
    configure(&place, &gateway.url, &HOSTILE[..2]);
    let run = place.done([&PUSH[..], &["--prune"]].concat());
    assert!(run.stderr.contains("deleted: service a \"b\" \\ c, service all, "), "{}", run.stderr);
    gateway
        .wait("the groups are gone", |gateway| exposed(gateway).iter().filter(|it| it.contains("as_of")).count() == 5);
    assert_eq!(exposed(&gateway).iter().filter(|it| it.starts_with("dora_x")).count(), 2);
    let run = place.run(DOCTOR).checks();
    assert!(run.stdout.contains("it holds 5 groups"), "{}", run.stdout);
    // A window that was not wholly read has no figures, and those of before do not stay.
    let run = place.done(["push", "--as-of", "2026-08-20T00:00:00Z"]);
    assert!(run.stderr.contains("were not read completely"), "{}", run.stderr);
    let left = exposed(&gateway).join("\n");
    assert_eq!((of(&left, "dora_deployments{"), of(&left, "dora_report_as_of_timestamp_seconds{")), (0, 5), "{left}");
}

#[test]
fn a_group_that_is_refused_is_named_with_the_cause_and_the_others_are_pushed() {
    if !installed(&["prometheus-pushgateway", "curl"]) {
        return;
    }
    let gateway = Server::pushgateway();
    let place = hostile(&gateway.url, &HOSTILE[..1]);
    let status = std::process::Command::new("curl")
        .args(["-sSf", "--data-binary", "# TYPE dora_deployments counter\ndora_deployments 1\n"])
        .arg(format!("{}/metrics/job/other", gateway.url))
        .status();
    assert!(status.expect("curl").success());
    let run = place.run(PUSH);
    assert_eq!(run.code, 4, "{}", run.stderr);
    assert!(run.stderr.contains("another type") && run.stderr.contains("3 of 3 groups"), "{}", run.stderr);
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn an_unreachable_or_wrong_gateway_is_named_and_run_still_reports() {
    let place = hostile(&format!("http://127.0.0.1:{}", free_port()), &HOSTILE[..1]);
    let run = place.run(PUSH);
    assert_eq!(run.code, 4);
    assert!(run.stderr.contains("cannot be reached"), "{}", run.stderr);
    let proxy = Proxy::new(None, &[const { Step::Answer(404, None, "<html>not here</html>") }; 3]);
    configure(&place, &proxy.url, &HOSTILE[..1]);
    let run = place.run(PUSH);
    assert_eq!(run.code, 4);
    assert!(run.stderr.contains("`url` in [pushgateway]"), "{}", run.stderr);
    let proxy = Proxy::new(None, &[const { Step::Answer(200, None, "<html>Log in</html>") }; 3]);
    configure(&place, &proxy.url, &HOSTILE[..1]);
    let run = place.run(PUSH);
    assert_eq!(run.code, 4);
    assert!(run.stderr.contains("is not a Pushgateway: 200"), "{}", run.stderr);
    let empty = Place::new();
    empty.write("dora.toml", "[pushgateway]\nurl = \"http://127.0.0.1:9\"\n");
    empty.write("none.csv", "id,service_keys,opened_at,resolved_at\n").done(["import", "incidents", "none.csv"]);
    let run = empty.run(["push", "--prune"]);
    assert_eq!(run.code, 2, "an empty dataset would prune everything");
    assert!(run.stderr.contains("nothing was read yet"), "{}", run.stderr);
    let run = empty.run(["backfill", "remote-write"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("[remote_write]"), "{}", run.stderr);
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_replay_pushes_each_deployment_once_from_the_one_before_them() {
    if !installed(&["prometheus-pushgateway", "curl"]) {
        return;
    }
    let gateway = Server::pushgateway();
    let proxy = Proxy::new(Some(&gateway.url), &[]);
    let place = hostile(&proxy.url, &["web"]);
    let run = place.done(["push", "--as-of", "2026-08-10T00:00:00Z", "--replay", "--interval", "1s"]);
    assert!(run.stderr.contains("they all carry today's time"), "{}", run.stderr);
    let seen = proxy.seen();
    let values: Vec<&str> = seen
        .iter()
        .filter(|(method, path, _)| method == "POST" && path.ends_with("scope/service/service/web"))
        .map(|(_, _, body)| body.lines().find(|line| !line.starts_with('#')).expect("a sample"))
        .collect();
    let sample = |at: u64| format!("dora_deployment_timestamp{{env=\"production\",team=\"web\"}} {at}");
    // That of the 1st is older than 30 days: the change from it to the next is the first that counts.
    assert_eq!(values, [1_782_896_700, 1_784_106_300, 1_784_714_700].map(sample));
    assert_eq!(seen.iter().filter(|(method, ..)| method == "PUT").count(), 3, "and then what is current");
}
