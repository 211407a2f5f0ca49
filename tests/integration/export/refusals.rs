//! What `export` refuses, and what it leaves in its folder.

use crate::support::Place;

fn filled() -> Place {
    let place = Place::new();
    place.write(
        "d.csv",
        "id,repo,environment,sha,status,created_at,finished_at\n\
         1,acme/web,production,aaaaaaa1,success,2026-07-01T09:00:00Z,2026-07-01T09:05:00Z\n\
         2,acme/api,production,ccccccc3,success,2026-08-01T09:00:00Z,2026-08-01T09:05:00Z\n",
    );
    place.done(["import", "deployments", "d.csv", "--covers", "2026-07-01..2026-09-01"]);
    place
}

fn names(place: &Place) -> Vec<String> {
    place.files("facts").into_iter().map(|(path, _)| path.display().to_string()).collect()
}

#[test]
fn an_export_of_everything_and_one_of_some_repos_do_not_share_a_folder() {
    let place = filled();
    place.done(["export", "facts", "facts"]);
    let refused = place.run(["export", "facts", "facts", "--repo", "acme/web"]);
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("deployments would count twice"), "{}", refused.stderr);
}

#[test]
fn an_export_into_a_dataset_folder_or_with_a_pattern_that_matches_nothing_is_refused() {
    let place = filled();
    for (arguments, said) in [
        (&["export", "facts", "data"][..], "this folder is a dataset"),
        (&["export", "facts", "facts", "--repo", "acme/wbe"], "--repo acme/wbe: no repo"),
    ] {
        let refused = place.run(arguments);
        assert!(refused.code == 2 && refused.stderr.contains(said), "{}", refused.stderr);
    }
    assert_eq!(names(&place), [""; 0], "nothing is written");
}

#[test]
fn the_printed_command_gives_the_sql_of_the_same_config_and_folder() {
    let place = filled();
    let run = place.done(["export", "facts", "facts"]);
    assert!(run.stderr.contains(": dora-report export sql --dialect duckdb --facts facts | duckdb"), "{}", run.stderr);
    place.write("my zone.toml", "[report]\ntimezone = \"Asia/Tokyo\"\n");
    let run = place.done(["export", "facts", "it's", "--config", "my zone.toml"]);
    let (_, command) = run.stderr.split_once("--period): dora-report ").expect("a command");
    let command = command.split_once(" | duckdb").expect("a pipe").0;
    let words = command.replace("'it'\\''s'", "it's").replace("'my zone.toml'", "my zone.toml");
    assert_eq!(words, "export sql --dialect duckdb --facts it's --config my zone.toml");
    let sql = place.done(["export", "sql", "--dialect", "duckdb", "--facts", "it's", "--config", "my zone.toml"]);
    assert!(sql.stdout.contains("Asia/Tokyo") && sql.stdout.contains("'it''s/deployment_facts"), "{}", sql.stdout);
}

#[test]
fn a_table_without_rows_has_a_file_with_its_columns_and_a_month_without_rows_has_none() {
    let place = filled();
    place.done(["export", "facts", "facts"]);
    assert_eq!(
        names(&place),
        [
            "coverage/part.parquet",
            "deployment_facts/month=2026-07/part.parquet",
            "deployment_facts/month=2026-08/part.parquet",
            "incident_facts/month=__HIVE_DEFAULT_PARTITION__/part.parquet",
        ]
    );
    // A config that counts less removes the month that has nothing any more.
    place.write("dora.toml", "[[service]]\nname = \"web\"\nrepos = [\"acme/web\"]\n");
    place.done(["export", "facts", "facts"]);
    assert!(!names(&place).iter().any(|name| name.contains("month=2026-08")), "{:?}", names(&place));
}

#[test]
fn the_same_dataset_gives_the_same_bytes() {
    let place = filled();
    place.done(["export", "facts", "facts"]);
    let first = place.files("facts");
    place.done(["export", "facts", "facts"]);
    assert!(first == place.files("facts"));
}
