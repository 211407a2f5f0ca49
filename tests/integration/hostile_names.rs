//! Unusual names: each is shown safely or left out with a message, and the rest continues.

use std::fmt::Write as _;
use std::process::Stdio;

use crate::proxy::Proxy;
use crate::support::{DEPLOYMENTS, Place, Run};

/// A dataset of `acme/web` and one repo for each of these names.
fn place(names: &[&str], config: &str) -> Place {
    let place = Place::new();
    let mut rows = DEPLOYMENTS.to_owned();
    for (nth, name) in names.iter().enumerate() {
        let _ = writeln!(
            rows,
            "x{nth},{name},production,ddddddd{nth},success,2026-07-02T09:00:00Z,2026-07-02T09:05:00Z,2026-10-01T00:00:00Z"
        );
    }
    place.write("dora.toml", config).write("d.csv", &rows);
    place.done(["import", "deployments", "d.csv", "--covers", "2026-06-01..2026-10-01"]);
    place
}

fn run(place: &Place, arguments: &[&str]) -> Run {
    let command = &mut place.command(arguments);
    Run::of(command.env("NO_PROXY", "*").stdin(Stdio::null()).output().expect("the program runs"))
}

#[test]
fn a_name_that_no_server_takes_is_left_out_by_name_and_the_other_groups_are_sent() {
    let long = "a/".to_owned() + &"x".repeat(100_000);
    let teams = format!("[[service]]\nname = \"short\"\nteam = \"{}\"\nrepos = [\"acme/other\"]\n", "t".repeat(3_000));
    for (names, more, left_out) in [
        (vec![long.as_str()], String::new(), &["the service `a/xxx"][..]),
        (vec!["acme/other"], teams, &["the team `ttt", "the service `short`"]),
    ] {
        let gateway = Proxy::new(None, &[]);
        let config = format!("[pushgateway]\nurl = \"{0}\"\n[remote_write]\nurl = \"{0}\"\n{more}", gateway.url);
        let web = if more.is_empty() { "" } else { "[[service]]\nname = \"acme/web\"\nrepos = [\"acme/web\"]\n" };
        let place = place(&names, &(config + web));
        for command in [&["push"][..], &["backfill", "remote-write"], &["backfill", "openmetrics", "x.om"]] {
            let run = run(&place, command);
            assert_eq!(run.code, 0, "{command:?}: {}", run.stderr);
            for words in left_out {
                assert!(
                    run.stderr.contains(words) && run.stderr.contains("is left out"),
                    "{command:?}: {}",
                    run.stderr
                );
            }
            assert!(run.stderr.len() < 3_000, "the name is shortened");
        }
        let seen = gateway.seen();
        assert!(seen.iter().any(|(_, path, _)| path.ends_with("service@base64/YWNtZS93ZWI")), "{}", seen.len());
        assert!(seen.iter().all(|(_, path, _)| path.len() < 3_000));
        assert!(place.read("x.om").contains("service=\"acme/web\""));
    }
}

#[test]
fn no_table_and_no_label_holds_a_control_character_that_a_terminal_would_obey() {
    let place = place(&["\u{1b}[31macme/red", "acme/nul\0x", "acme/c1\u{9b}31m", "＝1", "acme/\u{61c}rtl"], "");
    place.done(["report", "--period", "2026-07", "--as-of", "2026-10-01T00:00:00Z"]);
    let obeyed = |text: &str, kept: &str| text.chars().find(|it| it.is_control() && !kept.contains(*it));
    for (path, bytes) in place.files("reports/2026-07") {
        let text = String::from_utf8(bytes).expect("UTF-8");
        assert_eq!(obeyed(&text, "\n\r"), None, "{}", path.display());
        if path.extension().is_some_and(|it| it == "csv") && !path.ends_with("findings.csv") {
            assert!(!text.contains(",＝1") && !text.contains('\u{61c}'), "{}", path.display());
        }
    }
    assert!(place.read("reports/2026-07/deployments.csv").contains(",'＝1,"));
    let run = run(&place, &["backfill", "openmetrics", "-"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_eq!(obeyed(&run.stdout, "\n"), None);
    // Names that differ in such a character alone stay two series.
    assert!(run.stdout.contains("service=\"\\\\u{1b}[31macme/red\""), "{}", &run.stdout[..2_000]);
    assert!(run.stdout.contains("service=\"acme/nul\\\\u{0}x\""));
}

#[test]
fn rules_are_yaml_whatever_the_job_and_the_edition_of_the_bands_are_called() {
    let place = Place::new();
    for hostile in ["a\\u001bb", "\\u0000", "x\\u0085y", "a\\u2028b", "\\ufeff", "\\u007f", "c\\u0009d", "e\\u009f"] {
        place.write("own.toml", &format!("edition = \"own {hostile}\"\n[lead_time]\nhigh = \"< 1d\"\n"));
        place.write(
            "dora.toml",
            &format!("[report]\nbands = \"own.toml\"\n[pushgateway]\nurl = \"http://x\"\njob = \"job {hostile}\"\n"),
        );
        for input in ["events", "pushgateway"] {
            let rules = place.done(["rules", "--for", input]).stdout;
            // What YAML 1.2 calls printable, without the line breaks of YAML 1.1.
            let is_yaml = |it: char| matches!(it, '\n' | ' '..='~' | '\u{a0}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}');
            assert_eq!(rules.chars().find(|it| !is_yaml(*it) || "\u{2028}\u{2029}".contains(*it)), None, "{hostile}");
            assert!(rules.contains("bands: own "), "{rules}");
            if input == "pushgateway" && hostile == "a\\u001bb" {
                assert!(rules.contains("job=\"job a\\u001bb\""), "{rules}");
            }
        }
    }
}
