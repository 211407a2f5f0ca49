//! Every command that the program prints, in the terminal and on the page, run by a shell as it is printed.

use std::path::Path;
use std::process::Command;

use dora_report::metrics::tables::{Metric, Unit};

use super::support::{COMMITS, DEPLOYMENTS, INCIDENTS, Place, Run};

const JULY: [&str; 4] = ["--period", "2026-07", "--as-of", "2026-10-01T00:00:00Z"];

/// The lines of a text that are commands.
fn in_lines(text: &str) -> Vec<String> {
    text.lines().map(str::trim).filter(|line| line.starts_with("dora-report ")).map(str::to_owned).collect()
}

/// The commands of a page, as a browser shows them.
fn on_page(page: &str) -> Vec<String> {
    let codes = page.split("<code>").skip(1).filter_map(|rest| rest.split("</code>").next());
    let shown = codes.map(|code| {
        let marks = [("&#39;", "'"), ("&#34;", "\""), ("&#60;", "<"), ("&#62;", ">"), ("&#38;", "&")];
        marks.iter().fold(code.to_owned(), |text, (written, mark)| text.replace(written, mark))
    });
    shown.filter(|code| code.starts_with("dora-report ")).collect()
}

/// What a shell makes of a command, with the program in its path.
fn shell(place: &Place, command: &str) -> Run {
    let folder = Path::new(env!("CARGO_BIN_EXE_dora-report")).parent().expect("a folder");
    let path = format!("{}:/usr/local/bin:/usr/bin:/bin", folder.display());
    let done = Command::new("sh").args(["-c", command]).current_dir(place.path("")).env("PATH", path).output();
    Run::of(done.expect("a shell"))
}

fn all_work(place: &Place, commands: &[String], wanted: usize) {
    assert_eq!(commands.len(), wanted, "{commands:#?}");
    for command in commands {
        let run = shell(place, command);
        assert_eq!(run.code, 0, "{command}: {}", run.stderr);
    }
}

/// A dataset, its config in a file and the import files, all called as the test wants them.
fn filled(config: &str, data: &str, service: &str) -> Place {
    let place = Place::new();
    let name = serde_json::Value::from(service);
    place.write(
        config,
        &format!("[[service]]\nname = {name}\nteam = \"it's core\"\nrepos = [\"acme/web\"]\nincidents = [\"web\"]\n"),
    );
    place.write("d.csv", DEPLOYMENTS).write("c.csv", COMMITS).write("i.csv", INCIDENTS);
    let (config, data) = (format!("--config={config}"), format!("--data={data}"));
    let covers = ["--covers", "2026-06-01..2026-10-01"];
    for (table, file, covers) in
        [("deployments", "d.csv", &covers[..]), ("commits", "c.csv", &[]), ("incidents", "i.csv", &covers)]
    {
        place.done([&["import", table, file, &config, &data], covers].concat());
    }
    place
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn every_command_that_the_demo_prints_works_as_printed() {
    let place = Place::new();
    let run = place.done(["demo"]);
    // The sample kept, a figure explained, the findings; and how to import.
    let terminal = in_lines(&(run.stdout + &run.stderr));
    assert_eq!(terminal[0], "dora-report demo --keep demo-data");
    all_work(&place, &terminal, 4);
    let kept = Place::new();
    let page = on_page(&place.read("reports/demo/2026-Q3/index.html"));
    // The same first, every metric, and a service.
    assert!(page.contains(&terminal[0]), "{page:#?}");
    let (first, rest): (Vec<String>, Vec<String>) = page.into_iter().partition(|it| it.contains(" demo --keep "));
    all_work(&kept, &[first, rest].concat(), 8);
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn the_demo_keeps_its_files_and_dataset_and_leaves_a_folder_that_is_not_its_own() {
    let place = Place::new();
    let run = place.done(["demo", "--keep", "it's kept"]);
    let terminal = in_lines(&run.stderr);
    assert!(terminal.iter().all(|it| !it.contains("--keep")), "it is kept already: {terminal:#?}");
    all_work(&place, &terminal, 3);
    let import = ["import", "deployments", "it's kept/deployments.csv", "--covers", "2025-09-01..2026-10-01"];
    place.done([&import[..], &["--data", "own"]].concat());
    let before = place.files("it's kept");
    place.done(["demo", "--keep", "it's kept"]);
    assert_eq!(place.files("it's kept").len(), before.len(), "once more is the same");
    place.write("it's kept/dora.toml", "# mine\n");
    let refused = place.run(["demo", "--keep", "it's kept"]);
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("it's kept/dora.toml: was not written by this version"), "{}", refused.stderr);
    assert_eq!(place.read("it's kept/dora.toml"), "# mine\n");
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn every_command_that_a_report_prints_works_as_printed_wherever_config_and_dataset_are() {
    for (config, data, service) in
        [("dora.toml", "data", "web"), ("my dora.toml", "the team's $data", "it's -web"), ("c.toml", "-d", "-web")]
    {
        let place = filled(config, data, service);
        let (config_flag, data_flag) = (format!("--config={config}"), format!("--data={data}"));
        let report = [&["report", &config_flag, &data_flag][..], &JULY].concat();
        let run = place.done(&report);
        let terminal = in_lines(&run.stderr);
        let is_default = config == "dora.toml";
        assert!(terminal.iter().all(|it| it.contains("--data") != is_default), "{terminal:#?}");
        all_work(&place, &terminal, 2);
        all_work(&place, &on_page(&place.read("reports/2026-07/index.html")), 7);
        // Of some services no command gives the whole: that of a service is left.
        let part = place.done([&report[..], &["--team", "it's*"]].concat());
        all_work(&place, &in_lines(&part.stderr), 1);
        let folder = part.stdout.lines().next().expect("a path");
        all_work(&place, &on_page(&place.read(folder)), 1);
    }
}

#[test]
fn a_redacted_report_prints_no_command_and_no_path() {
    let place = filled("secret.toml", "acme-data", "web");
    let flags = ["report", "--redact", "--config", "secret.toml", "--data", "acme-data"];
    let run = place.done([&flags[..], &JULY].concat());
    assert_eq!(in_lines(&run.stderr), Vec::<String>::new());
    let page = place.read("reports/2026-07/index.html");
    assert_eq!(on_page(&page), Vec::<String>::new());
    assert!(!page.contains("secret.toml") && !page.contains("acme-data"));
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn explain_and_gates_take_every_name_of_every_metric() {
    let place = filled("dora.toml", "data", "web");
    for metric in Metric::ALL {
        let descriptor = metric.descriptor();
        let nothing = if descriptor.unit == Unit::Seconds { "0s" } else { "0" };
        let mut gates: Vec<String> = Vec::new();
        for name in descriptor.aliases.iter().chain([&descriptor.id]) {
            let run = place.done([&["explain", &name.to_uppercase(), "--format", "json"][..], &JULY].concat());
            assert!(run.stdout.contains(&format!("\"metric\": \"{}\"", descriptor.id)), "{name}: {}", run.stdout);
            gates.extend(["--fail-if".to_owned(), format!("{name} < {nothing}")]);
        }
        let gates: Vec<&str> = gates.iter().map(String::as_str).collect();
        let format = ["report", "--format", "md"];
        place.done([&format[..], &JULY, &gates].concat());
    }
    assert!(place.run(["explain", "--help"]).stdout.contains("also frequency, df"), "the short names are in the help");
}
