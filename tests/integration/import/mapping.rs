//! `--map`, `--save-mapping` and `[import.NAME]`: the files of a program that no preset knows.

use super::super::support::Place;
use super::reported;

const BUILDS: &str = "\
Build;Commit;Stage;Result;Start;End;Node
b-1;aaaaaaa1;production;passed;01.07.2026 11:00;01.07.2026 11:05;n1
b-2;bbbbbbb2;production;rolled back;15.07.2026 11:00;15.07.2026 11:05;n2
";

const MAP: [&str; 22] = [
    "--map",
    "id=Build",
    "--map",
    "sha=commit",
    "--map",
    "environment=Stage",
    "--map",
    "status=Result",
    "--map",
    "created_at=Start",
    "--map",
    "finished_at=End",
    "--map-status",
    "passed=success",
    "--map-status",
    "rolled back=failure",
    "--repo",
    "acme/web",
    "--time-zone",
    "Europe/Berlin",
    "--time-format",
    "%d.%m.%Y %H:%M",
];

fn import<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&["import", "deployments", "b.csv"], &MAP[..], more].concat()
}

#[test]
fn any_csv_is_read_with_the_names_of_its_columns_and_the_form_of_its_instants() {
    let place = Place::new();
    let run = place.write("b.csv", BUILDS).done(import(&["--covers", "2026-07-01..2026-08-01"]));
    assert!(run.stderr.contains("unknown column `Node` is ignored"), "{}", run.stderr);
    let row = reported(&place, "deployments", "b-1");
    assert!(row.contains("acme/web,production") && row.contains("2026-07-01T09:05:00Z"), "{row}");
    assert!(reported(&place, "deployments", "b-2").contains("failure"));
}

#[test]
fn an_error_names_the_column_as_the_file_calls_it() {
    let place = Place::new();
    let run = place.write("b.csv", &BUILDS.replace("15.07.2026 11:00", "soon")).run(import(&[]));
    assert_eq!(run.code, 4);
    assert!(
        run.stderr.contains("b.csv:3: column `Start` (`created_at`): `soon` is not of the form `%d.%m.%Y %H:%M`"),
        "{}",
        run.stderr
    );
    let run = place.write("b.csv", &BUILDS.replace("Start", "Begin")).run(import(&[]));
    assert!(
        run.stderr.contains("b.csv: column `Start` is not in the header, and --map gives it to `created_at`"),
        "{}",
        run.stderr
    );
    let run = place.write("b.csv", BUILDS).run(["import", "deployments", "b.csv"]);
    assert!(run.stderr.contains("`--map id=NAME` reads a column with another name"), "{}", run.stderr);
    let object =
        "{\"Build\": \"j-1\", \"sha\": \"a1\", \"repo\": \"acme/web\", \"status\": \"success\", \"at\": \"soon\"}";
    let json = ["import", "deployments", "b.json", "--map", "id=build", "--map", "created_at=at"];
    let run = place.write("b.json", object).run(json);
    assert!(run.stderr.contains("b.json:1: column `at` (`created_at`): `soon` is not"), "{}", run.stderr);
    let place = Place::new();
    place.write("b.json", &object.replace("success", "failure").replace("soon", "2026-07-01T10:00:00Z"));
    let run = place.done([&json[..], &["--map", "task=Job"]].concat());
    assert!(run.stderr.contains("no object has the key `Job`, which --map gives to `task`"), "{}", run.stderr);
}

#[test]
fn a_saved_mapping_reads_the_next_file_and_leaves_every_byte_of_the_config() {
    let place = Place::new();
    let config =
        "# ours\n[report]\ntimezone = \"Europe/Berlin\" # of the office\n\n[import.other]\ntable = \"commits\"";
    place.write("dora.toml", config).write("b.csv", BUILDS);
    let run = place.done(import(&["--save-mapping", "jenkins"]));
    assert!(run.stderr.contains("saved as [import.jenkins]"), "{}", run.stderr);
    let saved = place.read("dora.toml");
    assert!(saved.starts_with(&format!("{config}\n\n[import.jenkins]\ntable = \"deployments\"\n")), "{saved}");
    assert!(saved.contains("map_status = { \"passed\" = \"success\", \"rolled_back\" = \"failure\" }"), "{saved}");
    let again = place.write("b.csv", &BUILDS.replace("b-", "c-")).done(["import", "--from", "jenkins", "b.csv"]);
    assert!(again.stderr.contains("2 rows of deployments read, 2 of them new"), "{}", again.stderr);
    let run = place.done(import(&["--save-mapping", "jenkins"]));
    assert!(run.stderr.contains("has the mapping [import.jenkins] already"), "{}", run.stderr);
    // A flag beside `--from` goes before the saved one.
    let run = place.run(["import", "--from", "jenkins", "b.csv", "--time-format", "%s"]);
    assert!(run.stderr.contains("is not of the form `%s`"), "{}", run.stderr);
    let run = place.run(import(&["--save-mapping", "jenkins", "--source", "ci"]));
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("dora.toml has another mapping of that name"), "{}", run.stderr);
    assert_eq!(place.read("dora.toml"), saved);
}

#[test]
fn a_mapping_is_saved_once_the_files_are_imported_and_makes_the_config_where_there_is_none() {
    let place = Place::new();
    place.write("b.csv", &BUILDS.replace("passed", "great"));
    assert_eq!(place.run(import(&["--save-mapping", "jenkins"])).code, 4);
    assert!(!place.path("dora.toml").exists(), "a mapping that does not fit is not kept");
    place.write("b.csv", BUILDS).done(import(&["--save-mapping", "jenkins"]));
    assert!(place.read("dora.toml").starts_with("[import.jenkins]\n"));
    place.done(["import", "--from", "jenkins", "b.csv"]);
    // A mapping over a preset keeps the preset.
    let (text, zone) = (include_str!("../../corpora/presets/jira.csv"), ["--time-zone", "UTC"]);
    let flags = ["import", "--from", "jira-csv", "j.csv", "--map", "priority=Status", "--save-mapping", "ops"];
    place.write("j.csv", text).done([&flags[..], &zone].concat());
    assert!(place.read("dora.toml").contains("\n[import.ops]\nfrom = \"jira-csv\"\ntime_zone = \"UTC\"\n"));
    place.done(["import", "--from", "ops", "j.csv"]);
    assert!(reported(&place, "incidents", "OPS-1").contains(",Done,"));
}

#[test]
fn a_config_that_cannot_take_the_section_is_left_as_it_is_and_the_section_is_shown() {
    let place = Place::new();
    place.write("dora.toml", "import = {}\n").write("b.csv", BUILDS);
    let run = place.run(import(&["--save-mapping", "jenkins"]));
    assert_eq!(run.code, 2);
    for part in ["dora.toml: the mapping cannot be saved", "The files are imported", "[import.jenkins]"] {
        assert!(run.stderr.contains(part), "{part}: {}", run.stderr);
    }
    assert_eq!(place.read("dora.toml"), "import = {}\n");
}

#[test]
fn mistakes_in_a_saved_mapping_are_named_with_their_line() {
    for (text, words) in [
        (
            "[import.x]\ntabel = \"commits\"\n",
            "dora.toml:2: unknown key `tabel` in [import.x]; the nearest right one is `table`",
        ),
        ("[import.x]\n", "dora.toml:1: [import.x]"),
        ("[import.x]\ntable = \"things\"\n", "dora.toml:2: `table` in [import.x]: not a table"),
        ("[import.x]\ntable = \"commits\"\nfrom = \"git-log\"\n", "`table` and `from` are both set"),
        (
            "[import.x]\ntable = \"commits\"\nmap = { shaa = \"Commit\" }\n",
            "dora.toml:3: `shaa` in [import.x.map]: `shaa` is not a column",
        ),
        ("[import.x]\ntable = \"commits\"\ntime_zone = \"Mars\"\n", "dora.toml:3: `time_zone` in [import.x]"),
        ("[import.x]\ntable = \"deployments\"\nmap_status = { ok = \"good\" }\n", "`good` is not a known status"),
        ("[import]\nx = 1\n", "`x` in [import] must be a section"),
        ("[import.\"a b\"]\ntable = \"commits\"\n", "not a valid name"),
    ] {
        let place = Place::new();
        let run = place.write("dora.toml", text).run(["report"]);
        assert_eq!(run.code, 2, "{text}: {}", run.stderr);
        assert!(run.stderr.contains(words), "{text}: wanted {words}: {}", run.stderr);
    }
    let place = Place::new();
    place.write("dora.toml", "[import.x]\nfrom = \"jenkins\"\n").write("b.csv", BUILDS);
    let run = place.run(["import", "--from", "x", "b.csv"]);
    assert_eq!(run.code, 2);
    assert!(
        run.stderr.contains("`from` of a mapping is `jenkins`, which is not one of github-deployments"),
        "{}",
        run.stderr
    );
}
