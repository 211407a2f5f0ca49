//! The table of keys against the readers: its examples are read, its defaults are those that hold.

use super::super::reference::{json_schema, sections};
use super::*;
use crate::document::keys::{Default as Fallback, Example, Key, Kind};

fn parse(text: &str) -> Config {
    Config::parse(text, Path::new("dora.toml"), &|_| Err(ErrorKind::NotFound.into()))
        .unwrap_or_else(|cause| panic!("{cause}\n{text}"))
}

/// Whether the JSON Schema accepts a file.
fn is_valid(text: &str) -> bool {
    let file: serde_json::Value = toml::from_str(text).expect("TOML");
    let schema = serde_json::from_str(&json_schema()).expect("JSON");
    let mut schemas = boon::Schemas::new();
    let mut compiler = boon::Compiler::new();
    compiler.add_resource("dora.schema.json", schema).expect("a resource");
    let schema = compiler.compile("dora.schema.json", &mut schemas).expect("a JSON Schema");
    schemas.validate(&file, schema).is_ok()
}

/// The section with which one is read.
fn beside(section: &str) -> &'static str {
    if section == "gitlab_incidents" { "[gitlab]\ngroups = [\"acme\"]\n" } else { "" }
}

#[test]
fn all_examples_together_are_a_config_for_the_program_and_for_editors() {
    let top = sections().filter(|section| !section.name.contains('.'));
    let whole: String = top.map(|section| section.example() + "\n").collect();
    parse(&whole);
    assert!(is_valid(&whole), "{whole}");
    assert!(is_valid(WHOLE) && is_valid(EXAMPLE));
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn examples_that_are_comments_work_in_place_of_what_they_exclude() {
    for section in sections().filter(|section| !section.name.contains('.')) {
        let takes_one_of = matches!(section.name, "github" | "gitlab" | "notify");
        let is_kept = |line: &&str| {
            let key = line.split(" = ").next().unwrap_or_default();
            let required = section.keys.iter().any(|it| it.name == key && matches!(it.default, Fallback::Required));
            line.starts_with('[') || required || (takes_one_of && ["org", "groups", "webhook_env"].contains(&key))
        };
        let example = section.example();
        let kept: Vec<&str> = example.lines().filter(is_kept).collect();
        let comments: Vec<&str> = example.lines().filter_map(|line| line.strip_prefix("# ")).collect();
        // Keys of a nested section exclude each other, those of a section belong together.
        let (nested, own): (Vec<&str>, Vec<&str>) = comments.into_iter().partition(|line| line.contains("= {"));
        let texts = nested.into_iter().map(|line| vec![line]).chain([own]);
        for lines in texts {
            let text = beside(section.name).to_owned() + &[&kept[..], &lines[..]].concat().join("\n");
            parse(&text);
            assert!(is_valid(&text), "{text}");
        }
    }
}

#[test]
fn every_default_is_the_one_that_holds_without_the_key() {
    for section in sections().filter(|section| !section.name.contains('.')) {
        let line = |key: &Key, value: &str| format!("{} = {value}\n", key.name);
        let head = section.header() + "\n";
        let needed = section.keys.iter().filter_map(|key| match (key.default, key.example) {
            (Fallback::Required, Example::Value(value)) => Some(line(key, value)),
            _ => None,
        });
        let mut least = needed.fold(beside(section.name).to_owned() + &head, |text, line| text + &line);
        match section.name {
            "github" => least.push_str("org = \"acme\"\n"),
            "gitlab" => least.push_str("groups = [\"acme\"]\n"),
            "notify" => least.push_str("webhook_env = \"URL\"\n"),
            "import" => least.push_str("table = \"deployments\"\n"),
            _ => {}
        }
        for key in section.keys {
            let Fallback::Value(value) = key.default else { continue };
            assert_eq!(parse(&(least.clone() + &line(key, value))), parse(&least), "{}.{}", section.name, key.name);
        }
    }
}

#[test]
fn the_table_names_each_key_once_and_each_nested_section_has_its_key() {
    let mut names = Vec::new();
    for section in sections() {
        for key in section.keys {
            let name = format!("{}.{}", section.name, key.name);
            let has_section = sections().any(|other| other.name == name);
            assert_eq!(matches!(key.kind, Kind::Table), has_section, "{name}");
            assert_eq!(matches!(key.example, Example::Nested), has_section, "{name}");
            assert!(key.about.ends_with('.'), "{name}: {}", key.about);
            names.push(name);
        }
        let parent = section.name.rsplit_once('.').map(|(parent, key)| (parent.to_owned(), key.to_owned()));
        assert!(parent.is_none_or(|(parent, key)| names.contains(&format!("{parent}.{key}"))), "{}", section.name);
    }
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn editors_mark_what_the_program_refuses() {
    for text in [
        "[reprt]\ntimezone = \"UTC\"\n",
        "[report]\ntimzone = \"UTC\"\n",
        "timezone = \"UTC\"\n",
        "[report]\nwindow_days = 0\n",
        "[report]\norganisation = \" \"\n",
        "[report]\nfiscal_year_start = \"4\"\n",
        "[deployments]\nenvironments = []\n",
        "[deployments]\nmerge_within = \"ten minutes\"\n",
        "[github]\norg = \"acme\"\ntoken_env = \"my token\"\n",
        "[github]\norg = \"acme\"\napi_url = \"ftp://host\"\n",
        "[pagerduty]\ncaused_by_deploy = { tag = \"x\" }\n",
        "[pagerduty]\ncaused_by_deploy = { title = \"x\", note = \"y\" }\n",
        "[opsgenie]\nread = []\n",
        "[jsm]\nsite = \"acme\"\n",
        "[[service]]\nname = \"web\"\n",
        "[service]\nname = \"web\"\nrepos = [\"acme/web\"]\n",
        "[remote_write]\nurl = \"http://127.0.0.1\"\nheader_env = { X = \"a b\" }\n",
        "[notify]\nmail = { smtp = \"localhost\", from = \"a@example\", to = [] }\n",
        "[import]\ntable = \"deployments\"\n",
        "[import.jenkins]\ntable = \"builds\"\n",
    ] {
        assert!(!is_valid(text), "{text}");
        let read = Config::parse(text, Path::new("dora.toml"), &|_| Err(ErrorKind::NotFound.into()));
        assert!(read.is_err(), "{text}");
    }
}

#[test]
fn every_key_of_the_table_is_read() {
    for section in sections().filter(|section| !section.name.contains('.')) {
        for key in section.keys {
            // No key takes a date, so its reader refuses this one.
            let head = section.header();
            let kept = |other: &&Key| other.name != key.name && is_in_a_short_file(section.name, other);
            let others = section.keys.iter().filter(kept).filter_map(|other| match other.example {
                Example::Value(value) => Some(format!("{} = {value}\n", other.name)),
                _ => None,
            });
            let beside = beside(section.name);
            let text = format!("{beside}{head}\n{}{} = 1979-05-27\n", others.collect::<String>(), key.name);
            let read = Config::parse(&text, Path::new("dora.toml"), &|_| Err(ErrorKind::NotFound.into()));
            let said = read.expect_err(&text).to_string();
            assert!(said.contains(key.name), "{text}{said}");
        }
    }
}

/// Whether the shortest file with this section has the key.
fn is_in_a_short_file(section: &str, key: &Key) -> bool {
    matches!(key.default, Fallback::Required)
        || matches!(
            (section, key.name),
            ("github", "org") | ("gitlab", "groups") | ("notify", "webhook_env") | ("import", "table")
        )
}

#[test]
fn every_key_that_a_reader_asks_for_is_in_the_table() {
    let known: Vec<&str> = sections().flat_map(|section| section.keys).map(|key| key.name).collect();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/config");
    let mut asked = 0;
    for entry in std::fs::read_dir(folder).expect("src/config") {
        let path = entry.expect("an entry").path();
        // A file of bands has keys of its own.
        if path.extension().is_none_or(|ending| ending != "rs") || path.ends_with("bands.rs") {
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("source");
        let shipped = text.split("#[cfg(test)]").next().unwrap_or_default();
        for method in ["text", "texts", "some_texts", "flag", "number"] {
            for (at, found) in shipped.match_indices(&format!(".{method}(\"")) {
                let key = shipped[at + found.len()..].split('"').next().unwrap_or_default();
                assert!(known.contains(&key), "{}: `{key}` is not in the table", path.display());
                asked += 1;
            }
        }
    }
    assert!(asked > 30, "{asked}");
}
