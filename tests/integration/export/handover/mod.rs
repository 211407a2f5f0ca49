//! `export linearb` and the like, each against a stand-in of the tool that keeps what it was sent.

mod apart;
mod killed;
mod plans;
mod refusals;
mod stand_in;
mod tools;

use std::fmt::Write as _;
use std::process::{Child, Stdio};

use self::stand_in::{KEY, Server};
use self::tools::Tool;
use crate::support::{Place, Run};

/// The clock of every run: after all events.
const NOW: &str = "2026-10-01T00:00:00Z";
const COVERS: [&str; 2] = ["--covers", "2026-01-01..2026-10-01"];

const CONFIG: &str = "\
[[service]]
name = \"web\"
repos = [\"acme/web\"]
incidents = [\"web\"]

[[service]]
name = \"api\"
repos = [\"acme/api\"]
incidents = [\"api\"]
";

/// A sha of 40 digits.
fn sha(nth: usize) -> String {
    format!("{nth:08x}").repeat(5)
}

/// A dataset of so many deployments, an incident after every fifth of them.
fn dataset(deployments: usize) -> Place {
    let place = Place::new();
    place.write("dora.toml", CONFIG);
    let mut rows = "id,repo,environment,sha,status,created_at,finished_at,url\n".to_owned();
    let mut incidents =
        "id,title,service_keys,priority,status,opened_at,resolved_at,caused_by_deploy,deployment_ref,url\n".to_owned();
    for nth in 0..deployments {
        let (day, hour) = (nth / 12 + 1, nth % 12 * 2);
        let at = |minute: usize| format!("2026-03-{day:02}T{hour:02}:{minute:02}:00Z");
        let repo = if nth % 3 == 2 { "acme/api" } else { "acme/web" };
        let _ =
            writeln!(rows, "{nth},{repo},production,{},success,{},{},https://ci.example/{nth}", sha(nth), at(0), at(5));
        if nth % 5 == 4 {
            let service = if nth % 3 == 2 { "api" } else { "web" };
            let _ = writeln!(
                incidents,
                "I{nth},Slow {nth},{service},P2,resolved,{},{},true,{},https://incidents.example/I{nth}",
                at(15),
                at(45),
                sha(nth)
            );
        }
    }
    place.write("d.csv", &rows).write("i.csv", &incidents);
    place.done(["import", "deployments", "d.csv", "-q"].iter().chain(&COVERS));
    place.done(["import", "incidents", "i.csv", "-q"].iter().chain(&COVERS));
    place
}

/// The program, handing the history over to a server as fast as it can.
fn start(place: &Place, tool: Tool, server: &Server, more: &[&str]) -> Child {
    let url = server.url();
    let usual = ["--url", &url, "--per-minute", "600000"];
    let arguments =
        ["export"].into_iter().chain(tool.arguments().iter().copied()).chain(usual).chain(more.iter().copied());
    let mut command = place.command(arguments);
    for variable in tool.variables() {
        command.env(variable, KEY);
    }
    command.env("DORA_REPORT_TEST_CLOCK", NOW);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts")
}

/// The same, to its end. The key is in no message.
fn run(place: &Place, tool: Tool, server: &Server, more: &[&str]) -> Run {
    let run = Run::of(start(place, tool, server, more).wait_with_output().expect("the program ends"));
    let said = format!("{}{}", run.stdout, run.stderr);
    assert!(!said.contains(KEY), "{said}");
    run
}

/// The same, where all should be well.
fn done(place: &Place, tool: Tool, server: &Server, more: &[&str]) -> Run {
    let run = run(place, tool, server, more);
    assert_eq!(run.code, 0, "{tool:?}: {}{}", run.stdout, run.stderr);
    run
}
