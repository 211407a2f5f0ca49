//! The rules as `promtool` reads them, and the cases that ship with them.

use std::path::Path;
use std::process::Command;

use super::installed;
use crate::support::Place;

/// Each rule's name and expression.
pub(super) fn records(rules: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    let mut inside = false;
    for line in rules.lines() {
        if let Some(name) = line.trim().strip_prefix("- record: ") {
            found.push((name.to_owned(), String::new()));
        }
        let is_text = line.starts_with("          ");
        inside = line.trim() == "expr: |-" || (inside && is_text);
        if let Some((_, text)) = found.last_mut().filter(|_| inside && is_text) {
            *text += line;
        }
        if line.contains("- alert:") {
            break;
        }
    }
    found
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn promtool_accepts_the_rules_of_every_edition() {
    if !installed(&["promtool"]) {
        return;
    }
    for edition in ["handbook", "dora-2019", "dora-2024", "none"] {
        let place = Place::new();
        place.write(
            "dora.toml",
            &format!(
                "[report]\nbands = \"{edition}\"\n[pushgateway]\nurl = \"http://x\"\njob = \"our: 'job' #\\\"1\"\n"
            ),
        );
        for input in ["events", "pushgateway"] {
            let rules = place.run(["rules", "--for", input]);
            assert_eq!(rules.code, 0, "{}", rules.stderr);
            place.write("rules.yml", &rules.stdout);
            let checked = Command::new("promtool").arg("check").arg("rules").arg(place.path("rules.yml")).output();
            let checked = checked.expect("promtool");
            let said = String::from_utf8_lossy(&checked.stderr).into_owned();
            assert!(checked.status.success(), "{edition}, {input}: {said}\n{}", rules.stdout);
        }
    }
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn the_shipped_cases_pass_and_show_each_wrong_recipe_beside_the_right_answer() {
    if !installed(&["promtool"]) {
        return;
    }
    let place = Place::new();
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/prometheus/tests");
    let mut cases = Vec::new();
    for entry in std::fs::read_dir(shipped).expect("the cases") {
        let entry = entry.expect("an entry");
        let name = entry.file_name().into_string().expect("a name");
        place.write(&name, &std::fs::read_to_string(entry.path()).expect("a case"));
        cases.extend(name.ends_with(".test.yml").then_some(name));
    }
    for input in ["events", "pushgateway"] {
        place.write(&format!("{input}.yml"), &place.done(["rules", "--for", input]).stdout);
    }
    assert_eq!(cases.len(), 4);
    let recipes = place.read("wrong-recipes.test.yml");
    assert!((1..=5).all(|row| recipes.contains(&format!("name: row {row}"))));
    let running: Vec<_> = cases
        .iter()
        .map(|case| {
            let mut promtool = Command::new("promtool");
            // These cases allocate much and live short: with fewer collections they take half the time.
            promtool.args(["test", "rules"]).arg(place.path(case)).env("GOGC", "800");
            // Each writes a log of some 100 MB where temporary files are; this folder is in memory where there is room.
            promtool.env("TMPDIR", place.path(""));
            promtool.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
            (case, promtool.spawn().expect("promtool"))
        })
        .collect();
    for (case, child) in running {
        let done = child.wait_with_output().expect("promtool");
        let said = [done.stdout, done.stderr].concat();
        assert!(done.status.success(), "{case}: {}", String::from_utf8_lossy(&said));
    }
}
