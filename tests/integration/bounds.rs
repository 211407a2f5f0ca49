//! A hostile or broken service can only cause limited memory and time.

use std::process::{Command, Stdio};

use crate::support::{Place, Run};
use crate::wire::{self, Pace, Reply};

/// Runs the program with so much address space, in MiB, and a deadline of its own.
fn within(place: &Place, mebibytes: u64, arguments: &[&str]) -> Run {
    let program = place.command(arguments);
    let limit = format!("ulimit -v {}; exec \"$0\" \"$@\"", mebibytes * 1024);
    let mut command = Command::new("sh");
    command.args(["-c", &limit]).arg(program.get_program()).args(arguments).current_dir(place.path("."));
    command.env("GITHUB_TOKEN", "t0ken").env("PAGERDUTY_TOKEN", "t0ken").env("NO_PROXY", "*");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    Run::of(command.output().expect("the program runs"))
}

/// Answers every request with this body.
fn server(body: String) -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let body = body.clone();
            std::thread::spawn(move || {
                let mut reader = std::io::BufReader::new(stream.try_clone()?);
                let mut stream = stream;
                while wire::read(&mut reader)?.is_some() {
                    let reply = Reply { status: 200, headers: Vec::new(), body: body.clone(), pace: Pace::Whole };
                    if !wire::write(&mut stream, &reply)? {
                        break;
                    }
                }
                std::io::Result::Ok(())
            });
        }
    });
    format!("http://{address}")
}

/// Enough repos for as many requests at once as there may be.
fn repos() -> String {
    let names: Vec<String> = (0..60).map(|nth| format!("\"a/repo-{nth}\"")).collect();
    format!("repos = [{}]", names.join(", "))
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_reply_of_fifteen_megabytes_costs_a_bounded_share_of_memory() {
    const LARGE: usize = 15_000_000;
    let github = format!("[github]\n{}\napi_url = \"URL\"\n", repos());
    for (name, body, config) in [
        ("zeros", format!("{{\"data\":{{\"x\":[{}0]}}}}", "0,".repeat(LARGE / 2)), github.clone()),
        ("lists", format!("{{\"data\":{{\"x\":[{}[]]}}}}", "[],".repeat(LARGE / 3)), github.clone()),
        (
            "nulls",
            format!(
                "{{\"services\":[{{\"id\":\"P\"}}],\"priorities\":[],\"incident_types\":[],\"incidents\":[{}null]}}",
                "null,".repeat(LARGE / 5)
            ),
            "[pagerduty]\napi_url = \"URL\"\n".to_owned(),
        ),
    ] {
        let place = Place::new();
        place.write("dora.toml", &config.replace("URL", &server(body)));
        let run = within(&place, 1_500, &["fetch", "--since", "2026-11-01", "--deadline", "60s"]);
        assert!([4, 5].contains(&run.code), "{name}: {} {}", run.code, run.stderr);
        assert!(run.stderr.contains("more than 500000 values"), "{name}: {}", run.stderr);
    }
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_reply_larger_than_any_is_not_read_to_its_end() {
    let place = Place::new();
    let body = format!("{{\"data\":\"{}\"}}", "x".repeat(60_000_000));
    place.write("dora.toml", &format!("[github]\n{}\napi_url = \"{}\"\n", repos(), server(body)));
    let run = within(&place, 1_000, &["fetch", "--deadline", "60s"]);
    assert_eq!(run.code, 4, "{}", run.stderr);
    assert!(run.stderr.contains("more than 16 MiB"), "{}", run.stderr);
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_hostile_import_file_costs_bounded_memory_and_ends_with_one_sentence() {
    const MANY: usize = 60_000_000;
    let place = Place::new();
    let columns: Vec<String> = (0..10_000).map(|nth| format!("field {nth}")).collect();
    let cells = ",x".repeat(columns.len());
    let head = "id,service_keys,opened_at,resolved_at";
    let row = "1,web,2026-07-01T09:00:00Z,2026-07-01T10:00:00Z";
    for (name, text, code, wanted) in [
        ("list.json", format!("[{{\"id\":[{}0]}}]", "0,".repeat(MANY / 2)), 4, "this value has more than 4 MiB"),
        ("text.json", format!("[{{\"id\":\"{}\"}}]", "x".repeat(MANY)), 4, "this value has more than 4 MiB"),
        ("deep.json", "[".repeat(MANY), 4, "this JSON array ends too early"),
        ("header.csv", "abcdefg,".repeat(MANY / 8), 4, "this line has more than 16 MiB"),
        ("columns.csv", format!("{}\n", "a,".repeat(7_000_000)), 4, "the header has 7000001 columns"),
        ("quote.csv", format!("{head}\n\"{}", "x\n".repeat(MANY / 2)), 4, "this row has more than 16 MiB"),
        ("wide.csv", format!("{head},{}\n{row}{cells}\n", columns.join(",")), 0, "9990 more unknown columns"),
    ] {
        place.write(name, &text);
        let run = within(&place, 1_000, &["import", "incidents", name]);
        assert_eq!(run.code, code, "{name}: {}", run.stderr);
        assert!(run.stderr.contains(wanted) && run.stderr.len() < 2_000, "{name}: {}", run.stderr);
    }
    for (path, wanted) in [("/dev/zero", "this line has more than 16 MiB"), ("/proc/self/mem", "cannot be read")] {
        let run = within(&place, 1_000, &["import", "incidents", path]);
        assert_eq!(run.code, 4, "{path}: {}", run.stderr);
        assert!(run.stderr.contains(wanted) && run.stderr.contains(path), "{path}: {}", run.stderr);
    }
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn an_array_of_many_rows_in_one_line_is_read_piece_by_piece() {
    let place = Place::new();
    let long = "x".repeat(900);
    let row = |nth: usize| {
        format!(
            "{{\"id\":\"{nth}\",\"service_keys\":[\"web\"],\"opened_at\":\"2026-07-01T09:00:00Z\",\
             \"resolved_at\":null,\"title\":\"t\",\"ignored\":\"{long}\"}}"
        )
    };
    let rows: Vec<String> = (0..100_000).map(row).collect();
    place.write("rows.json", &format!("[{}]", rows.join(",")));
    let run = within(&place, 900, &["import", "incidents", "rows.json"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stderr.contains("100000 rows of incidents read, 100000 of them new"), "{}", run.stderr);
}
