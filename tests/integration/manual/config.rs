//! What is generated from the table of the config's keys: the reference in `docs/config.md` and the JSON Schema. And
//! every sample of a config that the project shows, held against both readers of it.

use std::io::ErrorKind;
use std::path::Path;

use dora_report::config::Config;
use dora_report::config::reference::{fill, json_schema};

use super::{blocks, pages, text_of};
use crate::support::Place;

const RENEW: &str = "renew it with: cargo run --example config-reference -- docs";

#[test]
fn the_documented_keys_are_those_of_the_program() {
    let page = text_of("docs/config.md");
    assert!(fill(&page).expect("markers") == page, "docs/config.md is out of date; {RENEW}");
    assert!(json_schema() == text_of("docs/dora.schema.json"), "docs/dora.schema.json is out of date; {RENEW}");
}

#[test]
fn the_program_prints_the_schema_of_its_config() {
    assert_eq!(Place::new().done(["schema"]).stdout, json_schema());
}

/// Whether a block of TOML is of another file than `dora.toml`: of bands or of notes, which the documentation shows once
/// each.
fn is_of_another_file(text: &str) -> bool {
    text.starts_with("edition = ") || text.starts_with("comment = ")
}

#[test]
fn every_config_that_the_project_shows_is_accepted_by_the_program_and_by_the_schema() {
    let mut samples: Vec<(String, String)> = Vec::new();
    for page in pages() {
        let shown = blocks(&text_of(&page)).into_iter().filter(|block| block.language == "toml");
        samples.extend(shown.map(|block| (format!("{page}:{}", block.line), block.text)));
    }
    let others = samples.iter().filter(|(_, text)| is_of_another_file(text)).count();
    assert_eq!(others, 2, "a file of bands and one of notes");
    samples.retain(|(_, text)| !is_of_another_file(text));
    for file in [
        "data/demo/dora.toml",
        "packaging/dora.toml",
        "tests/corpora/config/all.toml",
        "tests/corpora/config/demo.toml",
    ] {
        samples.push((file.into(), text_of(file)));
    }
    let manifest = text_of("packaging/kubernetes/cronjob.yaml");
    let (_, inside) = manifest.split_once("dora.toml: |\n").expect("a config in the manifest");
    let inside: Vec<&str> = inside.lines().take_while(|line| *line != "---").map(str::trim_start).collect();
    samples.push(("packaging/kubernetes/cronjob.yaml".into(), inside.join("\n")));
    let written = Place::new();
    written.done(["init", "--repo", "acme/web"]);
    samples.push(("what init writes".into(), written.read("dora.toml")));

    let mut schemas = boon::Schemas::new();
    let mut compiler = boon::Compiler::new();
    compiler.add_resource("schema", serde_json::from_str(&json_schema()).expect("JSON")).expect("a resource");
    let schema = compiler.compile("schema", &mut schemas).expect("a JSON Schema");
    for (place, text) in &samples {
        // The file that `bands` names is read by another test.
        // The incidents of these projects are read with the section of the projects.
        let is_alone = text.contains("[gitlab_incidents]") && !text.contains("[gitlab]");
        let beside = if is_alone { "[gitlab]\ngroups = [\"acme\"]\n" } else { "" };
        let read =
            Config::parse(&(beside.to_owned() + text), Path::new("dora.toml"), &|_| Err(ErrorKind::NotFound.into()));
        assert!(read.is_ok(), "{place}: {}", read.expect_err("an error"));
        let value: serde_json::Value = toml::from_str(text).expect("TOML");
        if let Err(cause) = schemas.validate(&value, schema) {
            panic!("{place}: {cause:#}");
        }
    }
    assert!(samples.len() > 20, "{}", samples.len());
}
