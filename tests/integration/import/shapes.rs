//! The shapes in which programs write tables: delimiters, encodings, line ends, arrays, headers.

use crate::support::{DEPLOYMENTS, INCIDENTS, Place};

/// Whether a file gives the same dataset as the plain one.
fn is_read_as(table: &str, plain: &str, bytes: &[u8], flags: &[&str]) {
    let (wanted, found) = (Place::new(), Place::new());
    wanted.write("file.csv", plain).done(["import", table, "file.csv"]);
    std::fs::write(found.path("file.csv"), bytes).expect("a file");
    found.done([&["import", table, "file.csv"], flags].concat());
    let shown = String::from_utf8_lossy(bytes).into_owned();
    assert_eq!(found.files("data"), wanted.files("data"), "{}", shown.get(..80).unwrap_or(&shown));
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn every_delimiter_encoding_and_line_end_gives_the_same_dataset() {
    for delimiter in [";", "\t", "|"] {
        let text = DEPLOYMENTS.replace(',', delimiter);
        is_read_as("deployments", DEPLOYMENTS, text.as_bytes(), &[]);
        is_read_as("deployments", DEPLOYMENTS, format!("sep={delimiter}\r\n{text}").as_bytes(), &[]);
    }
    let crlf = DEPLOYMENTS.replace('\n', "\r\n");
    let mac = DEPLOYMENTS.replace('\n', "\r");
    for text in [&crlf, &mac, &format!("\u{FEFF}{crlf}"), &format!("\n\n{DEPLOYMENTS}")] {
        is_read_as("deployments", DEPLOYMENTS, text.as_bytes(), &[]);
    }
    let utf16: Vec<u8> = format!("\u{FEFF}{crlf}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    is_read_as("deployments", DEPLOYMENTS, &utf16, &[]);
    let utf16: Vec<u8> = format!("\u{FEFF}{crlf}").encode_utf16().flat_map(u16::to_be_bytes).collect();
    is_read_as("deployments", DEPLOYMENTS, &utf16, &[]);
    is_read_as("deployments", DEPLOYMENTS, DEPLOYMENTS.replace(',', "#").as_bytes(), &["--delimiter", "#"]);
    is_read_as("deployments", DEPLOYMENTS, DEPLOYMENTS.replace(',', "\t").as_bytes(), &["--delimiter", "tab"]);
}

#[test]
fn lists_in_a_file_of_semicolons_stay_lists_and_headers_ignore_case_and_spaces() {
    let plain = INCIDENTS.lines().next().expect("a header");
    assert!(plain.contains("service_keys"), "{plain}");
    let plain = "id,service_keys,opened_at,resolved_at,observed_at\n\
                 1,web;api,2026-07-01T10:00:00Z,2026-07-01T11:00:00Z,2026-10-01T00:00:00Z\n";
    let written = "\" ID \";Service_Keys;OPENED_AT; resolved_at;Observed_At\n\
                   1;\" web ;api\";2026-07-01T10:00:00Z;2026-07-01T11:00:00Z;2026-10-01T00:00:00Z\n";
    is_read_as("incidents", plain, written.as_bytes(), &[]);
    let json = "[{\n  \"ID\": 1, \" Service_Keys\": [\" web \", \"api\", \"\"],\n  \"opened_at\": \" 2026-07-01T10:00:00Z \",\n  \
                \"Resolved_At\": \"2026-07-01T11:00:00Z\", \"observed_at\": \"2026-10-01T00:00:00Z\"}]\n[]";
    is_read_as("incidents", plain, json.as_bytes(), &[]);
}

#[test]
fn the_line_of_a_bad_row_is_exact_whatever_ends_the_lines_before_it() {
    let good = |id: u32| format!("{id},web,2026-07-01T10:00:00Z,2026-07-01T10:05:00Z,note");
    let head = "id,service_keys,opened_at,resolved_at,title";
    let bad = good(9).replace("2026-07-01T10:05:00Z", "yesterday");
    for end in ["\n", "\r\n", "\r"] {
        let lines = [head, &good(1), "", &good(2).replace("note", "\"two\nlines\""), &good(3), &bad];
        let place = Place::new();
        let run = place.write("f.csv", &lines.join(end)).run(["import", "incidents", "f.csv"]);
        assert_eq!(run.code, 4);
        assert!(run.stderr.contains("f.csv:7: column `resolved_at`: `yesterday`"), "{end:?}: {}", run.stderr);
    }
    let good = |id: u32| format!("{id},acme/web,production,a1,success,2026-07-01T10:00:00Z,2026-07-01T10:05:00Z,note");
    let head = "id,repo,environment,sha,status,created_at,finished_at,creator";
    let place = Place::new();
    let short = [head, &good(1), "2,acme/web"].join("\r\n");
    let run = place.write("f.csv", &short).run(["import", "deployments", "f.csv"]);
    assert!(run.stderr.contains("f.csv:3: this row has 2 cells, but the header has 8"), "{}", run.stderr);
    let mut latin: Vec<u8> = [head, &good(1), &good(2)].join("\r\n").into_bytes();
    latin.extend_from_slice(
        b"\r\n4,acme/web,production,a1,success,2026-07-01T10:00:00Z,2026-07-01T10:05:00Z,J\xFCrgen\r\n",
    );
    std::fs::write(place.path("f.csv"), latin).expect("a file");
    let run = place.run(["import", "deployments", "f.csv"]);
    assert!(run.stderr.contains("f.csv:4: this line is not UTF-8. UTF-8 and UTF-16 are read"), "{}", run.stderr);
    let pretty = "[\r\n  {\r\n    \"id\": 1\r\n  }\r\n]";
    let run = place.write("f.json", pretty).run(["import", "deployments", "f.json"]);
    assert!(run.stderr.contains("f.json:2: column `repo`: a value is missing"), "{}", run.stderr);
}

#[test]
fn a_header_that_no_delimiter_makes_fit_is_shown_as_it_was_read() {
    let place = Place::new();
    let run = place.write("f.csv", "id#service_keys#opened_at#resolved_at\n").run(["import", "incidents", "f.csv"]);
    assert_eq!(run.code, 4);
    assert!(
        run.stderr.contains(
            "f.csv: column `id` is missing from the header, which was read as 1 column, separated by a comma; incidents \
             needs id, service_keys, opened_at, resolved_at. `--delimiter` sets another separator"
        ),
        "{}",
        run.stderr
    );
    for bad in ["", "ab", "\"", "é"] {
        let run = place.run(["import", "incidents", "f.csv", "--delimiter", bad]);
        assert_eq!(run.code, 2, "{bad}");
    }
}

#[test]
fn what_gh_api_prints_is_read_with_its_statuses_and_refused_without() {
    let url = |id: u32| format!("https://api.github.com/repos/acme/web/deployments/{id}");
    let deployment = |id: u32| {
        format!(
            "{{\"url\": \"{}\", \"id\": {id}, \"sha\": \"a{id}\", \"ref\": \"main\", \"task\": \"deploy\", \"environment\": \
             \"production\", \"created_at\": \"2026-07-0{id}T10:00:00Z\", \"creator\": {{\"login\": \"ann\"}}, \"payload\": {{}}}}",
            url(id)
        )
    };
    let status = |id: u32, state: &str, minute: u32| {
        format!(
            "{{\"url\": \"{0}/statuses/{minute}\", \"deployment_url\": \"{0}\", \"state\": \"{state}\", \"environment\": \
             \"production\", \"created_at\": \"2026-07-0{id}T10:{minute}:00Z\"}}",
            url(id)
        )
    };
    let place = Place::new();
    // Two pages, as `--paginate` prints them, and the statuses of one deployment after the other.
    place.write("d.json", &format!("[{},{}][{}]", deployment(1), deployment(2), deployment(3)));
    place.write(
        "s.json",
        &format!("[{},{}]\n[{}]\n[]\n", status(1, "inactive", 50), status(1, "success", 20), status(2, "failure", 30)),
    );
    let run = place.run(["import", "--from", "github-deployments", "d.json"]);
    assert_eq!(run.code, 4, "{}", run.stderr);
    for part in ["3 rows without a status", "--from github-deployment-statuses"] {
        assert!(run.stderr.contains(part), "{part}: {}", run.stderr);
    }
    let covers = ["--covers", "2026-07-01..2026-08-01"];
    let with_statuses = ["import", "--from", "github-deployments", "d.json", "--statuses", "s.json"];
    place.done([&with_statuses[..], &covers].concat());
    let explained = |place: &Place, id: u32| super::reported(place, "deployments", &id.to_string());
    let succeeded = explained(&place, 1);
    assert!(succeeded.contains("2026-07-01T10:20:00Z"), "{succeeded}");
    assert!(explained(&place, 2).contains("failure") && explained(&place, 3).contains("pending"));
    let other = Place::new();
    other.write("d.json", &place.read("d.json")).write("s.json", &place.read("s.json"));
    let both = ["import", "--from", "github-deployment-statuses", "s.json", "d.json"];
    other.done([&both[..], &covers].concat());
    assert_eq!(explained(&other, 1), succeeded);
    let alone = Place::new();
    alone.write("s.json", &place.read("s.json"));
    alone.done([&["import", "--from", "github-deployment-statuses", "s.json"][..], &covers].concat());
    assert!(explained(&alone, 1).contains("2026-07-01T10:20:00Z"));
    let run = alone.write("x.json", "{\"id\": 1}").run(["import", "--from", "github-deployments", "x.json"]);
    assert_eq!(run.code, 4);
    assert!(
        run.stderr.contains("x.json:1: this is not what `--from github-deployments` reads (status of a deployment or deployment): it has no `url`"),
        "{}",
        run.stderr
    );
    let run = alone.write("x.csv", "id\n1\n").run(["import", "--from", "github-deployments", "x.csv"]);
    assert!(run.stderr.contains("x.csv:1: this is not JSON"), "{}", run.stderr);
}

#[test]
fn statuses_that_belong_to_no_deployment_never_make_a_false_zero() {
    let url = |id: u32| format!("https://api.github.com/repos/acme/web/deployments/{id}");
    let deployment = |id: u32, environment: &str| {
        format!(
            "{{\"url\": \"{}\", \"id\": {id}, \"sha\": \"a{id}\", \"environment\": \"{environment}\", \"created_at\": \
             \"2026-07-0{id}T10:00:00Z\"}}",
            url(id)
        )
    };
    let status = |id: u32, state: &str, environment: &str, minute: u32| {
        format!(
            "{{\"url\": \"{0}/statuses/{minute}\", \"deployment_url\": \"{0}\", \"state\": {state}, \"environment\": \
             \"{environment}\", \"created_at\": \"2026-07-01T10:{minute}:00Z\"}}",
            url(id)
        )
    };
    let place = Place::new();
    place.write("d.json", &format!("[{},{}]", deployment(1, "production"), deployment(2, "production")));
    let refuses = |statuses: &str, said: &str| {
        place.write("s.json", statuses);
        for arguments in [
            ["import", "--from", "github-deployments", "d.json", "--statuses", "s.json"],
            ["import", "--from", "github-deployment-statuses", "d.json", "s.json", "-q"],
        ] {
            let run = place.run(arguments);
            assert_eq!(run.code, 4, "{statuses}: {}", run.stderr);
            assert!(run.stderr.contains(said), "{statuses}: {}", run.stderr);
            assert!(!place.path("data/deployments").exists());
        }
    };
    refuses("[]", "2 rows without a status");
    refuses(&format!("[{}]", status(8, "\"success\"", "production", 20)), "2 rows without a status");
    refuses(&format!("[{}]", status(1, "null", "production", 20)), "1 row without a status");
    let run = place.run(["import", "--from", "github-deployments", "-", "--statuses", "-"]);
    assert_eq!(run.code, 2, "{}", run.stderr);
    // One is known, and it was moved from staging to production between two statuses.
    let moved = [status(1, "\"in_progress\"", "staging", 10), status(1, "\"success\"", "production", 20)];
    place.write("s.json", &format!("[{}]", moved.join(",")));
    let run = place.done(["import", "--from", "github-deployments", "d.json", "--statuses", "s.json"]);
    assert!(run.stderr.contains("no status in these files for 1 deployment, which do not count"), "{}", run.stderr);
    assert!(super::reported(&place, "deployments", "1").contains("2026-07-01T10:20:00Z"));
    let alone = Place::new();
    alone.write("s.json", &format!("[{}]", moved.join(",")));
    let run = alone.done(["import", "--from", "github-deployment-statuses", "s.json"]);
    assert!(run.stderr.contains("statuses without their deployments for 1 deployment"), "{}", run.stderr);
    assert!(super::reported(&alone, "deployments", "1").contains("production"));
}

#[test]
fn a_status_written_long_after_does_not_widen_what_the_file_covers() {
    let place = Place::new();
    let row = |status: &str, at: &str| format!("1,acme/web,production,a1,{status},{at},\n");
    let head = "id,repo,environment,sha,status,created_at,finished_at\n";
    let rows = [
        row("success", "2026-01-10T10:00:00Z").replace(",\n", ",2026-01-10T10:00:00Z\n"),
        row("inactive", "2026-02-20T10:00:00Z"),
    ];
    place.write("d.csv", &format!("{head}{}", rows.concat())).done(["import", "deployments", "d.csv"]);
    let covered = place.read("data/coverage.json");
    assert!(covered.contains("2026-01-11") && !covered.contains("2026-02"), "{covered}");
}

#[test]
fn quotes_and_keys_that_would_make_one_row_of_two_are_refused() {
    let head = "id,repo,environment,sha,ref,status,created_at,finished_at\n";
    let row = |id: u32, name: &str| {
        format!("{id},acme/web,production,a{id},{name},success,2026-07-0{id}T10:00:00Z,2026-07-0{id}T10:05:00Z\n")
    };
    for (rows, said) in [
        (row(2, "\"main") + &row(3, "\"main\""), "f.csv:2: text follows a closing quote"),
        (row(2, "\"main") + &row(3, "main\""), "f.csv:2: column `ref`: `main,success"),
        (row(2, " \"main\""), "f.csv:2: a quote follows a space"),
    ] {
        let place = Place::new();
        let run = place.write("f.csv", &format!("{head}{rows}")).run(["import", "deployments", "f.csv"]);
        assert_eq!(run.code, 4, "{rows}: {}", run.stderr);
        assert!(run.stderr.contains(said), "{said}: {}", run.stderr);
    }
    let place = Place::new();
    let twice = "\n{\"id\": 1, \"status\": \"failure\", \"status\": \"success\"}";
    let run = place.write("f.json", twice).run(["import", "deployments", "f.json"]);
    assert!(run.stderr.contains("f.json:2: the key `status` appears twice"), "{}", run.stderr);
}
