//! `import --from`: the exports of other programs, from the file to the figures, without a `dora.toml`.

use dora_report::sources::file::PRESETS;
use serde_json::{Value, json};

use super::super::support::{DEPLOYMENTS, Place, Run, shared_data};
use super::reported;

const COVERS: [&str; 2] = ["--covers", "2026-06-01..2026-08-01"];

/// The samples, which are in the vendors' shapes: name of the preset, file, its text, flags that it needs.
const INCIDENTS: [(&str, &str, &str, &[&str]); 6] = [
    ("pagerduty-csv", "pagerduty.csv", include_str!("../../corpora/presets/pagerduty.csv"), &[]),
    ("pagerduty-json", "pagerduty.json", include_str!("../../corpora/presets/pagerduty.json"), &[]),
    ("opsgenie-csv", "opsgenie.csv", include_str!("../../corpora/presets/opsgenie.csv"), &[]),
    ("jsm-csv", "jsm.csv", include_str!("../../corpora/presets/jsm.csv"), &[]),
    ("jira-csv", "jira.csv", include_str!("../../corpora/presets/jira.csv"), &["--time-zone", "Europe/Berlin"]),
    ("github-issues-json", "github-issues.json", include_str!("../../corpora/presets/github-issues.json"), &[]),
];
const GIT_LOG: &str = include_str!("../../corpora/presets/git-log.tsv");

fn from(place: &Place, preset: &str, file: &str, text: &str, flags: &[&str]) -> Run {
    place.write(file, text);
    place.run([&["import", "--from", preset, file], &COVERS[..], flags].concat())
}

/// A file that is refused with an exit code and all of these words, and leaves nothing.
fn refused(preset: &str, file: &str, text: &str, flags: &[&str], code: i32, words: &[&str]) {
    let place = Place::new();
    let run = from(&place, preset, file, text, flags);
    assert_eq!(run.code, code, "{preset} {file}: {}", run.stderr);
    for word in words {
        assert!(run.stderr.contains(word), "{preset} {file}: wanted: {word}\nfound: {}", run.stderr);
    }
    assert!(!place.path("data/incidents").exists() && !place.path("data/deployments").exists());
}

/// A figure of all services in July 2026: value, n and k.
fn figure(place: &Place, metric: &str, statistic: &str) -> String {
    let text = place.read("reports/2026-07/summary.csv");
    let row = text.lines().find(|line| line.starts_with(&format!("all,all,{metric},{statistic},")));
    let cells: Vec<&str> = row.unwrap_or_else(|| panic!("no {metric} in {text}")).split(',').collect();
    [cells[4], cells[6], cells[7]].join(",")
}

#[test]
fn every_export_of_incidents_gives_the_figures_of_its_incidents() {
    for (preset, file, text, flags) in INCIDENTS {
        let place = Place::new();
        place.write("d.csv", DEPLOYMENTS).done([&["import", "deployments", "d.csv"], &COVERS[..]].concat());
        let run = from(&place, preset, file, text, flags);
        assert_eq!(run.code, 0, "{preset}: {}", run.stderr);
        let id = match preset {
            "opsgenie-csv" => "0a1b-1",
            "jsm-csv" => "0c1d-1",
            "jira-csv" => "OPS-1",
            "github-issues-json" => "9001",
            _ => "Q1A",
        };
        let row = reported(&place, "incidents", id);
        assert!(row.contains("2026-07-15T09:35:00Z") && row.contains("2026-07-15T10:35:00Z"), "{preset}: {row}");
        assert!(row.contains("acme/web"), "{preset}: the incident belongs to the service: {row}");
        // Three deployments count, one of them failed; one incident was resolved after an hour, another is open.
        assert_eq!(figure(&place, "change_failure_rate", "ratio"), "0.3333333333333333,3,1", "{preset}");
        assert_eq!(figure(&place, "time_to_restore", "p50"), "3600,1,", "{preset}");
        assert_eq!(figure(&place, "time_to_restore", "km_p50"), "3600,2,", "{preset}");
        let again = from(&place, preset, file, text, flags);
        assert!(again.stderr.contains("0 of them new"), "{preset}: {}", again.stderr);
    }
}

#[test]
fn a_git_log_gives_the_lead_time_of_the_deployments() {
    let place = Place::new();
    place.write("d.csv", DEPLOYMENTS).done([&["import", "deployments", "d.csv"], &COVERS[..]].concat());
    place.write("c.tsv", GIT_LOG).done(["import", "--from", "git-log", "--repo", "acme/web", "c.tsv"]);
    let row = reported(&place, "deployments", "2");
    assert!(row.contains(",86400,"), "a day from the first commit to the deployment: {row}");
    // 24 h and 48 h, to the first success.
    assert_eq!(figure(&place, "lead_time", "p50"), "129600,2,");
    refused("git-log", "c.tsv", GIT_LOG, &[], 4, &["c.tsv:1: column `repo`: a value is missing", "--repo OWNER/NAME"]);
    let short = GIT_LOG.replace("\tBegin", "");
    let run = place.write("c.tsv", &short).run(["import", "--from", "git-log", "--repo", "acme/web", "c.tsv"]);
    assert!(
        run.stderr.contains("c.tsv:3: this line has 4 of the 5 fields commit, parents, author date"),
        "{}",
        run.stderr
    );
}

#[test]
fn duplicates_merged_incidents_and_pull_requests_are_not_counted_but_reported() {
    for (preset, id) in [("pagerduty-json", "Q1C"), ("jira-csv", "OPS-3"), ("github-issues-json", "9004")] {
        let place = Place::new();
        let (_, file, text, flags) = INCIDENTS.into_iter().find(|(name, ..)| *name == preset).expect("a sample");
        let run = from(&place, preset, file, text, flags);
        assert_eq!(run.code, 0, "{}", run.stderr);
        assert_eq!(run.stderr.contains("1 pull request is skipped"), preset == "github-issues-json", "{}", run.stderr);
        let row = reported(&place, "incidents", id);
        assert!(row.contains("merged") && row.contains(",false,"), "{preset}: {row}");
    }
}

#[test]
fn an_issue_closed_as_not_planned_has_no_end_and_labels_name_priority_and_verdict() {
    let place = Place::new();
    let (preset, file, text, _) = INCIDENTS[5];
    from(&place, preset, file, text, &[]);
    let row = reported(&place, "incidents", "9005");
    assert!(row.contains(",closed,2026-07-17T09:40:00Z,,,"), "{row}");
    assert!(reported(&place, "incidents", "9001").contains(",P2,"), "the label P2 is a priority");
    // One page a line, as `gh api --paginate` without `--slurp` writes them.
    let pages: Vec<Value> = serde_json::from_str(text).expect("pages");
    let lines: Vec<String> = pages.iter().map(Value::to_string).collect();
    let other = Place::new();
    from(&other, preset, file, &lines.join("\n"), &[]);
    assert_eq!(reported(&other, "incidents", "9005"), row);
}

#[test]
fn a_file_of_another_program_is_refused_with_the_name_of_its_preset() {
    let sample = |preset: &str| INCIDENTS.into_iter().find(|(name, ..)| *name == preset).expect("a sample");
    for (preset, of, words) in [
        ("pagerduty-csv", "jira-csv", "it looks like the file of `--from jira-csv`"),
        ("jira-csv", "opsgenie-csv", "it looks like the file of `--from opsgenie-csv`"),
        ("opsgenie-csv", "pagerduty-csv", "it looks like the file of `--from pagerduty-csv`"),
        (
            "jira-csv",
            "pagerduty-json",
            "this is JSON, and `--from jira-csv` reads another format; it looks like the file of `--from pagerduty-json`",
        ),
        ("pagerduty-json", "github-issues-json", "it looks like the file of `--from github-issues-json`"),
        ("github-issues-json", "pagerduty-json", "it looks like the file of `--from pagerduty-json`"),
        ("github-deployments", "github-issues-json", "it looks like the file of `--from github-issues-json`"),
        (
            "github-issues-json",
            "jira-csv",
            "this is not JSON, which `--from github-issues-json` reads; it looks like the file of `--from jira-csv`",
        ),
        ("git-log", "pagerduty-csv", "it looks like the file of `--from pagerduty-csv`"),
    ] {
        let (_, file, text, _) = sample(of);
        let repo: &[&str] = if preset == "git-log" { &["--repo", "acme/web"] } else { &[] };
        refused(preset, file, text, repo, 4, &[words]);
    }
    refused("jira-csv", "c.tsv", GIT_LOG, &[], 4, &["it looks like the file of `--from git-log`"]);
    refused(
        "jira-csv",
        "d.csv",
        DEPLOYMENTS,
        &[],
        4,
        &["it has the columns of deployments: write `import deployments FILE`"],
    );
    let place = Place::new();
    let (_, file, text, _) = sample("jira-csv");
    let run = place.write(file, text).run(["import", "incidents", file]);
    assert_eq!(run.code, 4);
    assert!(run.stderr.contains("; it looks like the file of `--from jira-csv`"), "{}", run.stderr);
}

#[test]
fn a_header_or_object_without_required_fields_is_reported_with_what_to_do() {
    let jira = INCIDENTS[4].2;
    refused(
        "jira-csv",
        "j.csv",
        &jira.replace(",Resolved,", ",Solved,"),
        &["--time-zone", "UTC"],
        4,
        &["j.csv:1: the header has no column `resolved` or `resolution date`", "`--map resolved_at=NAME`"],
    );
    let object = json!({"repository_url": "https://api.github.com/repos/acme/web", "id": 1, "state": "open"});
    refused(
        "github-issues-json",
        "i.json",
        &format!("[\n{object}]"),
        &[],
        4,
        &["i.json:2: ", "it has no `created_at`"],
    );
    refused("pagerduty-json", "p.json", "{\"error\": {\"code\": 2020}}", &[], 4, &["p.json:1: ", "it has no `id`"]);
    refused("pagerduty-json", "p.json", "{\"incidents\": [\n7]}", &[], 4, &["p.json:2: invalid type: integer `7`"]);
    let page = INCIDENTS[1].2.replacen("2026-07-16T09:35:00Z", "yesterday", 1);
    let line = page.lines().position(|line| line.contains("\"id\": \"Q1B\"")).expect("the incident");
    refused(
        "pagerduty-json",
        "p.json",
        &page,
        &[],
        4,
        &[&format!("p.json:{line}: column `created_at` (`opened_at`): `yesterday`")],
    );
}

#[test]
fn times_without_an_offset_need_a_zone_and_skipped_or_repeated_hours_are_reported() {
    let (preset, file, text, _) = INCIDENTS[4];
    refused(
        preset,
        file,
        text,
        &[],
        4,
        &[
            "jira.csv:2: column `Created` (`opened_at`): `15/Jul/26 11:35 AM` is an instant without an offset; --time-zone",
        ],
    );
    let at = |time: &str| text.replace("16/Jul/26 11:35 AM", time);
    let berlin = ["--time-zone", "Europe/Berlin"];
    refused(
        preset,
        file,
        &at("29/Mar/26 2:30 AM"),
        &berlin,
        4,
        &["clocks in Europe/Berlin never showed", "check --time-zone"],
    );
    refused(preset, file, &at("16.07.2026 11:35"), &berlin, 4, &["jira.csv:4: column `Created`", "--time-format"]);
    refused(preset, file, text, &["--time-zone", "Berlin"], 2, &["`Berlin` is not an IANA time zone"]);
    let place = Place::new();
    let run = from(&place, preset, file, &at("25/Oct/25 2:30 AM"), &berlin);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let run = from(&place, preset, file, &at("26/Oct/25 2:30 AM").replace("OPS-", "X-"), &berlin);
    assert!(run.stderr.contains("1 row has a time without an offset that clocks showed twice"), "{}", run.stderr);
    assert!(run.stderr.contains("(first on line 4)"), "{}", run.stderr);
}

#[test]
fn instants_after_now_and_ends_before_beginnings_are_counted() {
    let place = Place::new();
    let (preset, file, text, flags) = INCIDENTS[4];
    let run = from(&place, preset, file, &text.replace("15/Jul/26 12:35 PM", "14/Jul/26 12:35 PM"), flags);
    assert!(run.stderr.contains("1 row has an end before its start"), "{}", run.stderr);
    let run = from(&place, preset, file, &text.replace("16/Jul/26", "16/Jul/60").replace("OPS", "X"), flags);
    assert!(run.stderr.contains("1 row has a timestamp in the future"), "{}", run.stderr);
}

#[test]
fn two_events_with_one_key_are_refused_with_both_places() {
    let place = Place::new();
    place.write("c.tsv", GIT_LOG).done(["import", "--from", "git-log", "--repo", "acme/web", "c.tsv"]);
    // The same sha in another repo is another commit: forks share history.
    place.done(["import", "--from", "git-log", "--repo", "acme/fork", "c.tsv"]);
    let twice = format!("{GIT_LOG}{}", GIT_LOG.replace("bbbbbbb2", "ddddddd4").lines().next().expect("a line"));
    let run = place.write("c.tsv", &twice).run(["import", "--from", "git-log", "--repo", "acme/web", "c.tsv"]);
    assert_eq!(run.code, 4);
    assert!(run.stderr.contains("c.tsv:4: commit `ccccccc3") && run.stderr.contains("at c.tsv:1"), "{}", run.stderr);
    let deployment = |repo: &str| {
        let url = format!("https://api.github.com/repos/{repo}/deployments/7");
        json!([{"url": url, "id": 7, "sha": "a1", "environment": "production", "created_at": "2026-07-01T10:00:00Z"},
            {"url": format!("{url}/statuses/1"), "deployment_url": url, "state": "success", "environment": "production",
                "created_at": "2026-07-01T10:05:00Z"}])
    };
    place.write("a.json", &deployment("acme/web").to_string()).write("b.json", &deployment("acme/api").to_string());
    let run = place.run(["import", "--from", "github-deployment-statuses", "a.json", "b.json"]);
    assert_eq!(run.code, 4);
    assert!(run.stderr.contains("b.json:1: id `7`") && run.stderr.contains("at a.json:1"), "{}", run.stderr);
}

#[test]
fn flags_that_do_not_fit_a_preset_are_refused_before_anything_is_read() {
    let (_, file, text, _) = INCIDENTS[4];
    let place = Place::new();
    place.write(file, text);
    for (flags, words) in [
        (
            vec!["--from", "jenkins", file],
            "--from jenkins: no such program or mapping; known are git, github-deployments",
        ),
        (vec!["commits", file, "--from", "jira-csv"], "`--from jira-csv` reads incidents, not commits"),
        (
            vec!["--from", "jira-csv", file, "--repo", "acme/web"],
            "--repo is for deployments, commits and pull-requests",
        ),
        (vec!["--from", "git-log", file, "--repo", "acme"], "`acme` is not a repo; write OWNER/NAME"),
        (vec!["--from", "jira-csv", file, "--map", "sha=Commit"], "--map sha: incidents have no such column"),
        (vec!["--from", "jira-csv", file, "--map", "nothing=Commit"], "`nothing` is not a column of deployments"),
        (vec!["--from", "jira-csv", file, "--map", "title"], "write COLUMN=THEIRS"),
        (
            vec!["--from", "jira-csv", file, "--map", "title=A", "--map", "title=B"],
            "--map gives two columns to `title`",
        ),
        (vec!["--from", "jira-csv", file, "--time-format", "%Y"], "lacks the day or the hour"),
        (vec!["--from", "jira-csv", file, "--statuses", "s.json"], "--statuses is for `--from github-deployments`"),
        (vec!["--from", "jira-csv", file, "--map-status", "Done=success"], "--map-status is for deployments"),
        (vec!["--from", "jira-csv", file, "--save-mapping", "git-log"], "is the name of a program"),
    ] {
        let run = place.run([&["import"][..], &flags].concat());
        assert_eq!(run.code, 2, "{flags:?}: {}", run.stderr);
        assert!(run.stderr.contains(words), "{flags:?}: {}", run.stderr);
    }
    place.done(["import", "incidents", file, "--from", "jira-csv", "--time-zone", "UTC"]);
}

#[test]
fn help_lists_every_preset_with_the_command_that_gives_its_file() {
    let help = Place::new().done(["import", "--help"]).stdout;
    for (preset, ..) in INCIDENTS {
        assert!(help.contains(&format!("import --from {preset}")), "{preset}: {help}");
    }
    for part in
        ["%H%x09%P%x09%aI%x09%cI%x09%s", "gh api --paginate --slurp", "--statuses statuses.json", "--save-mapping"]
    {
        assert!(help.contains(part), "{part}: {help}");
    }
}

#[test]
fn recorded_replies_of_pagerduty_are_read_as_expected() {
    let Some(folder) = shared_data("api-recordings") else { return };
    let expected = std::fs::read_to_string(folder.join("expected.json")).expect("what is expected");
    let expected: Value = serde_json::from_str(&expected).expect("JSON");
    let files = expected["pagerduty"].as_object().expect("files").iter();
    for (name, file) in files.filter(|(name, _)| folder.join("pagerduty").join(name).exists()) {
        let place = Place::new();
        let path = folder.join("pagerduty").join(name);
        place.done([&["import".as_ref(), "--from".as_ref(), "pagerduty-json".as_ref(), path.as_os_str()][..]].concat());
        place.done([
            "-q",
            "report",
            "--period",
            "2020-01-01..2026-01-01",
            "--as-of",
            "2026-01-01T00:00:00Z",
            "--format",
            "csv",
        ]);
        let text = place.read("reports/2020-01-01_2026-01-01/incidents.csv");
        let mut rows = csv::Reader::from_reader(text.as_bytes());
        let header = rows.headers().expect("a header").clone();
        let rows: Vec<csv::StringRecord> = rows.records().map(|row| row.expect("a row")).collect();
        let incidents = file["incidents"].as_object().expect("incidents");
        assert_eq!(rows.len(), incidents.len(), "{name}");
        for (id, wanted) in incidents {
            let cell = |row: &csv::StringRecord, column: &str| {
                let at = header.iter().position(|own| own == column).expect("a column");
                row.get(at).expect("a cell").to_owned()
            };
            let row = rows.iter().find(|row| cell(row, "id") == *id).expect("the incident");
            assert_eq!(Some(cell(row, "title").as_str()), wanted["title"].as_str(), "{id}");
            assert_eq!(Some(cell(row, "status").as_str()), wanted["status"].as_str(), "{id}");
            assert_eq!(Some(cell(row, "urgency").as_str()), wanted["urgency"].as_str(), "{id}");
            let restore =
                wanted["restore_seconds"].as_f64().map_or_else(String::new, |seconds| format!("{seconds:.0}"));
            assert_eq!(cell(row, "time_to_restore_seconds"), restore, "{id}");
        }
    }
}

#[test]
fn recorded_deployments_of_github_are_read_with_their_statuses() {
    let Some(folder) = shared_data("api-recordings/github-rest-hub4j") else { return };
    let [deployment, statuses] = ["statuses-created_deployment.json", "statuses-statuses.json"]
        .map(|name| folder.join(name).into_os_string().into_string().expect("a path"));
    let place = Place::new();
    let run = place.done(["import", "--from", "github-deployments", &deployment, "--statuses", &statuses]);
    assert!(run.stderr.contains("1 of them new, 1 row merged with another of the same event"), "{}", run.stderr);
    // Without its status nobody knows how the deployment ended.
    let run = Place::new().run(["import", "--from", "github-deployments", &deployment]);
    assert_eq!(run.code, 4);
    for part in ["1 row without a status", "--from github-deployment-statuses", "--map-status =success"] {
        assert!(run.stderr.contains(part), "{part}: {}", run.stderr);
    }
}

#[test]
fn mapped_labels_say_what_the_labels_of_the_preset_would() {
    let place = Place::new();
    let (preset, file, text, flags) = INCIDENTS[4];
    let text = text.replace("Labels", "Stichworte");
    place.write("d.csv", DEPLOYMENTS).done([&["import", "deployments", "d.csv"], &COVERS[..]].concat());
    let run = from(&place, preset, file, &text, &[flags, &["--map", "tags=Stichworte"]].concat());
    assert_eq!(run.code, 0, "{}", run.stderr);
    let row = reported(&place, "incidents", "OPS-1");
    assert!(row.contains(",explicit,"), "the label says that a deployment caused it: {row}");
}

#[test]
fn an_end_in_milliseconds_since_the_beginning_is_read_as_such() {
    let text = "Alert ID,Message,Status,Created At,Updated At,Close Time,Teams\n\
                a1,Slow,closed,2026-07-15T09:35:00Z,2026-07-15T12:00:00Z,2700000,web\n\
                a2,Slow,closed,2026-07-16T09:35:00Z,2026-07-18T12:00:00Z,129600000,web\n\
                a3,Slow,closed,2026-07-20T09:35:00Z,2026-07-20T12:00:00Z,1784540100000,web\n\
                a4,Slow,closed,2026-07-21T09:35:00Z,2026-07-21T12:00:00Z,1784626500,web\n";
    let place = Place::new();
    let run = from(&place, "opsgenie-csv", "alerts.csv", text, &[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    for (id, end) in [
        ("a1", "2026-07-15T10:20:00Z"),
        ("a2", "2026-07-17T21:35:00Z"),
        ("a3", "2026-07-20T09:35:00Z"),
        ("a4", "2026-07-21T09:35:00Z"),
    ] {
        let row = reported(&place, "incidents", id);
        assert!(row.contains(end), "{id}: {row}");
    }
}

#[test]
fn rows_that_are_no_incidents_are_listed_by_what_they_are() {
    let (preset, file, text, flags) = INCIDENTS[4];
    let place = Place::new();
    let run = from(&place, preset, file, text, flags);
    assert!(!run.stderr.contains("counts as an incident"), "{}", run.stderr);
    let run = from(&place, preset, file, &text.replacen(",Incident,", ",Story,", 1), flags);
    assert!(run.stderr.contains("each of the 3 rows counts as an incident"), "{}", run.stderr);
    assert!(run.stderr.contains("`Incident` on 2, `Story` on 1"), "{}", run.stderr);
    let issue = |id: u32, label: &str| {
        json!({"id": id, "repository_url": "https://api.github.com/repos/acme/web", "state": "open", "title": "t",
               "created_at": "2026-07-15T09:35:00Z", "closed_at": null, "labels": [{"name": label}]})
    };
    let of = |labels: [&str; 2]| json!([issue(1, labels[0]), issue(2, labels[1])]).to_string();
    let run = from(&Place::new(), "github-issues-json", "i.json", &of(["incident", "incident"]), &[]);
    assert!(!run.stderr.contains("counts as an incident"), "{}", run.stderr);
    let run = from(&Place::new(), "github-issues-json", "i.json", &of(["incident", "enhancement"]), &[]);
    assert!(run.stderr.contains("`enhancement` on 1, `incident` on 1"), "{}", run.stderr);
}

#[test]
fn pages_that_end_too_early_and_numbers_in_place_of_ids_are_said() {
    let (preset, file, text, _) = INCIDENTS[1];
    let at = text.rfind("\"more\": false").expect("a last page");
    let text = format!("{}\"more\": true{}", &text[..at], &text[at + 13..]);
    let run = from(&Place::new(), preset, file, &text, &[]);
    assert!(run.code == 0 && run.stderr.contains("the last page says that another one follows"), "{}", run.stderr);
    let (preset, file, text, _) = INCIDENTS[0];
    let text = text.replacen("id,incident_number", "other,incident_number", 1);
    let run = from(&Place::new(), preset, file, &text, &[]);
    assert!(run.code == 0 && run.stderr.contains("numbers of incidents in place of ids"), "{}", run.stderr);
}

#[test]
fn colours_errors_of_the_api_and_other_delimiters_are_named() {
    let coloured = GIT_LOG.replacen("ccccccc", "\u{1b}[33mccccccc", 1);
    refused("git-log", "c.tsv", &coloured, &["--repo", "acme/web"], 4, &["git log --no-color"]);
    let error = "{\"message\": \"Not Found\", \"status\": \"404\"}";
    refused("github-issues-json", "i.json", error, &[], 4, &["an error of the API, not data: `Not Found`"]);
    let words = ["the header is a single column, so the delimiter is another one"];
    refused("pagerduty-csv", "p.csv", INCIDENTS[0].2, &["--delimiter", ";"], 4, &words);
    let german = "Vorgangsschlüssel,Status,Erstellt,Erledigt\nOPS-1,Fertig,01.07.2026 10:00,\n";
    refused("jira-csv", "j.csv", german, &[], 4, &["set to English, because it translates the header"]);
}

#[test]
fn rows_of_delimiters_alone_are_skipped() {
    let place = Place::new();
    let columns = DEPLOYMENTS.lines().next().expect("a header").matches(',').count();
    let blank = ",".repeat(columns);
    let run = place.write("d.csv", &format!("{DEPLOYMENTS}{blank}\n{blank}\n")).run(["import", "deployments", "d.csv"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
}

#[test]
fn the_guide_has_every_command_and_the_sample_of_every_file() {
    let guide = include_str!("../../../docs/import.md");
    for preset in PRESETS {
        assert!(guide.contains(&format!("`{}`", preset.name)), "{}", preset.name);
        let is_command = |step: &str| {
            ["dora-report ", "gh api ", "git log ", "curl "]
                .iter()
                .any(|program| step.trim_start().starts_with(program))
        };
        for step in preset.steps.iter().filter(|step| is_command(step)) {
            assert!(guide.contains(step), "{}: {step}", preset.name);
        }
    }
    for (preset, _, sample, _) in INCIDENTS.into_iter().filter(|(preset, ..)| preset.ends_with("-csv")) {
        assert!(guide.contains(sample.trim_end()), "{preset}");
    }
    assert!(guide.contains(GIT_LOG.trim_end()), "git-log");
}
