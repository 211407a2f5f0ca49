//! Checks the architecture: which module may import which, how long a file may be, and which words are forbidden.
//!
//! It reads the project's text files and runs nothing. Comments are not checked, because they may name what code must
//! not.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use dora_report::export::event_series::Family;
use dora_report::metrics::tables::Metric;
use dora_report::sources::provider::Provider;
use dora_report::sources::registry::providers;

/// The modules (rooms) with their layer: code may import only from lower layers and its own module.
const ROOMS: [(&str, u8); 12] = [
    ("domain", 0),
    ("platform", 0),
    ("http", 1),
    ("document", 2),
    ("sources", 3),
    ("store", 3),
    ("config", 4),
    ("facts", 4),
    ("metrics", 5),
    ("report", 6),
    ("export", 6),
    ("cli", 7),
];
/// Dependencies that only certain modules may use.
const CONFINED: [(&str, &[&str]); 14] = [
    ("anyhow", &["cli"]),
    ("askama", &["report"]),
    ("clap", &["cli"]),
    ("gix", &["sources"]),
    ("indicatif", &["cli"]),
    ("octocrab", &["sources"]),
    ("plotters", &["report"]),
    ("polars", &["store", "facts"]),
    ("prost", &["export"]),
    ("resvg", &["report"]),
    ("rust_xlsxwriter", &["report"]),
    ("rustix", &["platform"]),
    ("snap", &["export"]),
    ("statrs", &["metrics"]),
];
const LONGEST_FILE: usize = 600;
const MEDIAN_FILE: usize = 150;

/// A text file of the project, with its path as it is written from the root.
struct Source {
    path: String,
    text: String,
}

impl Source {
    fn ends_in(&self, ending: &str) -> bool {
        Path::new(&self.path).extension().is_some_and(|own| own == ending)
    }

    fn is_rust(&self) -> bool {
        self.ends_in("rs")
    }

    fn is_program(&self) -> bool {
        self.is_rust() && self.path.starts_with("src/")
    }

    /// The room it lies in; none for `main.rs`, `lib.rs` and everything outside `src`.
    fn room(&self) -> Option<&str> {
        let inside = self.path.strip_prefix("src/")?;
        let room = inside.split_once('/').map_or(inside.trim_end_matches(".rs"), |(room, _)| room);
        (room != "main" && room != "lib").then_some(room)
    }

    /// How many `super::` lead from it to the crate's root.
    fn depth(&self) -> usize {
        let steps = self.path.matches('/').count();
        if self.path.ends_with("/mod.rs") { steps - 1 } else { steps }
    }

    /// Its lines of code with their numbers, without comments.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let numbered = self.text.lines().enumerate().map(|(index, line)| (index + 1, line));
        numbered.filter(|(_, line)| !line.trim_start().starts_with("//"))
    }

    /// The same without the items under `#[cfg(test)]`; nothing of a `tests.rs`.
    fn shipped_code(&self) -> Vec<(usize, &str)> {
        let mut shipped = Vec::new();
        if self.path.ends_with("/tests.rs") || self.path.contains("/tests/") {
            return shipped;
        }
        let mut lines = self.code();
        while let Some((number, line)) = lines.next() {
            if line.trim() != "#[cfg(test)]" {
                shipped.push((number, line));
                continue;
            }
            let indent = line.len() - line.trim_start().len();
            let mut is_block = false;
            // The item ends with its own line (`mod tests;`) or with the brace that stands under its first letter.
            for (_, line) in lines.by_ref() {
                // Within a block, a line of a text may begin at the margin as well.
                let closes = matches!(line.trim(), "}" | "};") || (!is_block && line.ends_with([';', '}']));
                is_block |= line.ends_with('{');
                if closes && line.len() - line.trim_start().len() == indent && !line.trim_start().starts_with("#[") {
                    break;
                }
            }
        }
        shipped
    }
}

/// Every text file that belongs to the project; generated folders and a user's own data are not entered.
fn project() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    let mut folders = vec![String::new()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(root.join(&folder)).expect("a folder of the project") {
            let name = entry.expect("an entry").file_name().into_string().expect("a name of UTF-8");
            let path = if folder.is_empty() { name } else { format!("{folder}/{name}") };
            let not_ours = match folder.as_str() {
                "" => [".git", "target"].contains(&path.as_str()),
                "data" | "reports" => !path.ends_with("/demo"),
                _ => false,
            };
            if not_ours {
                continue;
            }
            if root.join(&path).is_dir() {
                folders.push(path);
            } else if let Ok(text) = fs::read_to_string(root.join(&path)) {
                found.push(Source { path, text });
            }
        }
    }
    found.sort_by(|left, right| left.path.cmp(&right.path));
    assert!(found.iter().any(|source| source.path == "src/lib.rs"), "the project is read from its root");
    found
}

fn rank(room: &str) -> Option<u8> {
    ROOMS.iter().find(|(name, _)| *name == room).map(|(_, rank)| *rank)
}

/// The first names of the paths that begin right after `from`: of `{a::B, c}` both `a` and `c`.
fn first_names(from: &str) -> Vec<&str> {
    let name =
        |text: &'_ str| text.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(text.len());
    let Some(group) = from.strip_prefix('{') else { return vec![&from[..name(from)]] };
    let mut names = Vec::new();
    let (mut depth, mut expects_name) = (1, true);
    for (at, letter) in group.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' if depth == 1 => break,
            '}' => depth -= 1,
            ',' => expects_name = depth == 1,
            _ if expects_name && depth == 1 && letter.is_alphabetic() => {
                names.push(&group[at..at + name(&group[at..])]);
                expects_name = false;
            }
            _ => {}
        }
    }
    names
}

/// Every room that a file's code names, by `crate::` or by climbing to the root with `super::`.
fn rooms_named(source: &Source) -> BTreeSet<String> {
    let code: String = source.code().flat_map(|(_, line)| [line, "\n"]).collect();
    let climb = "super::".repeat(source.depth());
    let mut rooms = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        rooms.extend(first_names(&code[at + "crate::".len()..]).into_iter().map(str::to_owned));
    }
    for (at, _) in code.match_indices(&climb) {
        let names = first_names(&code[at + climb.len()..]);
        rooms.extend(names.into_iter().filter(|name| rank(name).is_some()).map(str::to_owned));
    }
    rooms
}

/// Lines of shipped code that hold one of `words`.
fn lines_with(source: &Source, words: &[&str]) -> Vec<String> {
    let code = source.shipped_code();
    let hits = code.iter().filter(|(_, line)| words.iter().any(|word| line.contains(word)));
    hits.map(|(number, line)| format!("{}:{number}: {}", source.path, line.trim())).collect()
}

fn assert_none(broken: &[String], rule: &str) {
    assert!(broken.is_empty(), "{rule}:\n{}", broken.join("\n"));
}

/// Whether a line of code names a provider: its id as a whole text, its section or its list in a sentence, or its label.
fn names_provider(line: &str, provider: &Provider) -> bool {
    let section = provider.section();
    let named = [
        format!("\"{}\"", provider.id),
        format!("\"{section}\""),
        format!("[{section}]"),
        format!("`{section}`"),
        provider.label.to_owned(),
    ];
    named.iter().any(|name| line.contains(name))
}

#[test]
fn no_string_names_a_provider_outside_its_own_folder() {
    let mut broken = Vec::new();
    for source in project().iter().filter(|source| source.is_program() && !source.path.starts_with("src/sources/")) {
        // The keys of a [[service]] are listed with all other keys; the samples are figures of tests; and a tool whose
        // figures are computed in its way is no provider, even if one has its name.
        let is_exempt = |part: &&str| source.path.contains(part);
        if ["src/config/reference/figures.rs", "/sample/", "/emulation"].iter().any(is_exempt) {
            continue;
        }
        // GitHub is what `init`, `--repo` and the handovers start from, and its issues are read with its section.
        for provider in providers().filter(|provider| !provider.id.starts_with("github")) {
            let lines = source.shipped_code();
            let hits = lines.iter().filter(|(_, line)| names_provider(line, provider));
            broken.extend(hits.map(|(number, line)| format!("{}:{number}: {}", source.path, line.trim())));
        }
    }
    assert_none(&broken, "these name a provider; the registry gives the name");
}

#[test]
fn every_rust_file_opens_by_saying_what_it_owns() {
    let silent = project().into_iter().filter(|source| source.is_rust() && !source.text.starts_with("//!"));
    assert_none(&silent.map(|source| source.path).collect::<Vec<_>>(), "these do not start with `//!`");
}

#[test]
fn modules_import_only_from_lower_layers() {
    let mut broken = Vec::new();
    for source in project().iter().filter(|source| source.is_program()) {
        let Some(room) = source.room() else { continue };
        let Some(own) = rank(room) else {
            broken.push(format!("{}: the room `{room}` is not in this test's table", source.path));
            continue;
        };
        for named in rooms_named(source).iter().filter(|named| *named != room) {
            if rank(named).is_none_or(|other| other >= own) {
                broken.push(format!("{}: `{room}` names `{named}`", source.path));
            }
        }
    }
    assert_none(&broken, "a room knows only the rooms below it");
}

/// The module of a file of the program, as its path from the crate's root; none for `main.rs` and `lib.rs`.
fn module(source: &Source) -> Option<Vec<&str>> {
    let inside = source.path.strip_prefix("src/")?.strip_suffix(".rs")?;
    let path: Vec<&str> = inside.split('/').filter(|part| *part != "mod").collect();
    (path != ["main"] && path != ["lib"]).then_some(path)
}

/// The paths that the imports of a file's shipped code name, from the crate's root, each name of a group for itself.
fn imports(source: &Source) -> Vec<Vec<String>> {
    let own = module(source).unwrap_or_default();
    let code: String = source.shipped_code().into_iter().flat_map(|(_, line)| [line.trim(), " "]).collect();
    let mut found = Vec::new();
    for (at, _) in code.match_indices("use ") {
        let statement = code[at + 4..].split(';').next().unwrap_or_default();
        let mut open: Vec<Vec<String>> = Vec::new();
        for part in statement.split_inclusive([',', '{', '}']) {
            let base = open.last().cloned().unwrap_or_default();
            let text = part.trim_end_matches([',', '{', '}']).trim().split(" as ").next().unwrap_or_default();
            let names = text.split("::").map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned);
            let path: Vec<String> = base.into_iter().chain(names).collect();
            match part.chars().last() {
                Some('{') => open.push(path),
                Some('}') => {
                    found.push(path);
                    open.pop();
                }
                _ => found.push(path),
            }
        }
    }
    let from_root = |path: Vec<String>| {
        let climbs = path.iter().take_while(|name| *name == "super").count();
        let rest = path[climbs..].iter().cloned();
        match path.first().map(String::as_str) {
            Some("crate") => path[1..].to_vec(),
            Some("self") => own.iter().map(|name| (*name).to_owned()).chain(path[1..].iter().cloned()).collect(),
            Some("super") => {
                let above = own[..own.len().saturating_sub(climbs)].iter();
                above.map(|name| (*name).to_owned()).chain(rest).collect()
            }
            _ => Vec::new(),
        }
    };
    found.into_iter().map(from_root).filter(|path| !path.is_empty()).collect()
}

/// Pairs of files that import each other. A module and those that it declares are one family and do not count.
fn circles(sources: &[Source]) -> Vec<String> {
    let files: Vec<(Vec<&str>, &Source)> =
        sources.iter().filter(|source| source.is_program()).filter_map(|it| Some((module(it)?, it))).collect();
    let file_of = |path: &[String]| {
        let is_prefix = |module: &[&str]| module.len() <= path.len() && module.iter().zip(path).all(|(a, b)| a == b);
        let fitting = files.iter().enumerate().filter(|(_, (module, _))| is_prefix(module));
        fitting.max_by_key(|(_, (module, _))| module.len()).map(|(at, _)| at)
    };
    let mut arrows = BTreeSet::new();
    for (from, (module, source)) in files.iter().enumerate() {
        for to in imports(source).iter().filter_map(|path| file_of(path)) {
            let other = &files[to].0;
            if !module.starts_with(other) && !other.starts_with(module) {
                arrows.insert((from, to));
            }
        }
    }
    let both = arrows.iter().filter(|(from, to)| from < to && arrows.contains(&(*to, *from)));
    both.map(|(from, to)| format!("{} and {}", files[*from].1.path, files[*to].1.path)).collect()
}

#[test]
fn no_two_files_import_each_other() {
    assert_none(&circles(&project()), "move what both need to a third file");
}

#[test]
fn only_the_client_knows_who_may_see_a_token() {
    let words = ["is_loopback", "\"localhost\"", "eq_ignore_ascii_case(\"localhost\")"];
    let others = project().into_iter().filter(|source| source.is_program() && source.room() != Some("http"));
    let broken: Vec<String> = others.flat_map(|source| lines_with(&source, &words)).collect();
    assert_none(&broken, "`http` has the rule: ask it");
}

#[test]
fn only_the_platform_module_knows_the_operating_system() {
    let words = ["std::os::", "rustix", "cfg(unix", "cfg(windows", "cfg(not(", "target_os"];
    let others = project().into_iter().filter(|source| source.is_program() && source.room() != Some("platform"));
    let broken: Vec<String> = others.flat_map(|source| lines_with(&source, &words)).collect();
    assert_none(&broken, "`platform` has what differs between systems: ask it, or nothing builds on Windows");
}

#[test]
fn each_confined_dependency_stays_in_its_room_and_the_tour_says_so() {
    let project = project();
    let tour = &project.iter().find(|source| source.path == "src/lib.rs").expect("the crate's root").text;
    for (name, rooms) in CONFINED {
        let elsewhere = project
            .iter()
            .filter(|source| source.is_program() && !source.room().is_some_and(|room| rooms.contains(&room)));
        let words = [format!("{name}::"), format!("use {name};")];
        let words = [words[0].as_str(), words[1].as_str()];
        let broken: Vec<String> = elsewhere.flat_map(|source| lines_with(source, &words)).collect();
        assert_none(&broken, &format!("these name `{name}` outside {rooms:?}"));
        assert!(tour.contains(&format!("`{name}`")), "the tour in src/lib.rs does not say where `{name}` is confined");
    }
    for (room, _) in ROOMS {
        assert!(tour.contains(&format!("//! - [`{room}`]: ")), "the tour in src/lib.rs leaves `{room}` out");
    }
}

#[test]
fn no_file_exceeds_the_limit_of_lines() {
    let files: Vec<Source> = project().into_iter().filter(Source::is_rust).collect();
    let length = |source: &Source| source.text.lines().count();
    let long = files.iter().filter(|source| length(source) > LONGEST_FILE);
    let long: Vec<String> = long.map(|source| format!("{}: {} lines", source.path, length(source))).collect();
    assert_none(&long, "these are over the limit");
    let mut lengths: Vec<usize> = files.iter().filter(|source| source.is_program()).map(length).collect();
    lengths.sort_unstable();
    let median = lengths[lengths.len() / 2];
    assert!(median <= MEDIAN_FILE, "half of src is in files of {median} lines or more; split some");
}

/// Files outside `metrics` that name a metric, and why. Whatever repeats the same for each metric loops over them instead.
const NAMES_A_METRIC: [(&str, &str); 24] = [
    ("src/config/bands.rs", "each section of a file of bands has limits of its own form"),
    ("src/config/digest.rs", "the digest keeps the order of the thresholds that it has always had"),
    ("src/config/schema.rs", "the sections of a file of bands"),
    ("src/export/dashboard.rs", "scopes, teams and services are those that have a deployment frequency"),
    ("src/export/event_series.rs", "the table of the series of events"),
    ("src/export/pushgateway/gauges.rs", "the gauges of the last event of each kind"),
    ("src/export/pushgateway/replay.rs", "it repeats deployments and their lead times only"),
    ("src/export/rules.rs", "each alert has a limit and a text of its own"),
    ("src/export/sql/metrics.rs", "each metric has a query of its own"),
    ("src/report/chart/balance.rs", "it draws one metric against another"),
    ("src/report/chart/failure_rate.rs", "the chart of one metric"),
    ("src/report/chart/incidents.rs", "the chart of one metric"),
    ("src/report/chart/lead_time.rs", "the chart of one metric"),
    ("src/report/csv/daily.rs", "the columns are published"),
    ("src/report/explain/events.rs", "which events are in a figure, and what each adds"),
    ("src/report/explain/mod.rs", "the arithmetic of each figure"),
    ("src/report/html/definitions.rs", "attribution is explained after the first metric that needs it"),
    ("src/report/html/failed.rs", "what failed is one metric's"),
    ("src/report/html/stability.rs", "each metric has charts and sentences of its own"),
    ("src/report/html/throughput.rs", "each metric has charts and sentences of its own"),
    ("src/report/html/trust.rs", "why each figure is exact or a proxy"),
    ("src/report/json/metric.rs", "the details of each metric have published keys of their own"),
    ("src/report/markdown/table.rs", "the columns of the table of groups"),
    ("src/report/reading.rs", "the details that are shown beside a figure"),
];

/// The words that name a metric: its variant, its id, the thresholds of that id, the variant of its details, its series
/// and gauges in Prometheus, and the series of its events with their variants.
fn words_of_metrics() -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    for metric in Metric::ALL {
        let (id, own) = (metric.as_str(), metric.descriptor());
        let details = format!("{:?}", (own.blank)());
        let variant = details.split('(').next().unwrap_or_default();
        words.extend([format!("Metric::{metric:?}"), format!("\"{id}\""), format!("bands.{id}")]);
        words.insert(format!("Details::{variant}"));
        if let Some(series) = own.prometheus {
            words.insert(series.record.to_owned());
            words.extend(series.gauges.iter().map(|gauge| gauge.name.to_owned()));
        }
    }
    for family in Family::ALL.into_iter().filter(|family| family.is_event()) {
        words.extend([format!("Family::{family:?}"), family.name().to_owned()]);
    }
    words
}

/// Whether a line holds a word that does not go on behind it.
fn has_word(line: &str, word: &str) -> bool {
    let goes_on = |at: usize| line[at..].starts_with(|letter: char| letter.is_alphanumeric() || letter == '_');
    line.match_indices(word).any(|(at, _)| !goes_on(at + word.len()))
}

#[test]
fn only_listed_files_outside_the_metrics_module_name_a_metric() {
    let is_made_up = |source: &Source| source.path.contains("/sample");
    let words = words_of_metrics();
    let names_a_metric =
        |source: &Source| source.shipped_code().iter().any(|(_, line)| words.iter().any(|word| has_word(line, word)));
    let naming: Vec<String> = project()
        .into_iter()
        .filter(|source| source.is_program() && source.room() != Some("metrics") && !is_made_up(source))
        .filter(names_a_metric)
        .map(|source| source.path)
        .collect();
    let allowed: Vec<&str> = NAMES_A_METRIC.iter().map(|(path, _)| *path).collect();
    let new: Vec<String> = naming.iter().filter(|path| !allowed.contains(&path.as_str())).cloned().collect();
    assert_none(&new, "loop over `Metric::ALL`, or say in NAMES_A_METRIC why this file differs by metric");
    let gone: Vec<String> =
        allowed.iter().filter(|path| !naming.iter().any(|own| own == *path)).map(|path| (*path).to_owned()).collect();
    assert_none(&gone, "these name no metric any more: take them out of NAMES_A_METRIC");
}

#[test]
fn shipped_code_neither_silences_lints_nor_panics() {
    let words = ["#[allow(", "#![allow(", "todo!(", "unimplemented!(", ".unwrap()"];
    let program = project().into_iter().filter(Source::is_program);
    let broken: Vec<String> = program.flat_map(|source| lines_with(&source, &words)).collect();
    assert_none(&broken, "expect a lint with its reason, handle the error, write the code");
}

#[test]
fn only_the_command_line_reads_the_clock_or_the_environment() {
    let words = ["SystemTime::now", "Instant::now", "Utc::now", "Local::now", "env::var"];
    let below = project().into_iter().filter(|source| source.is_program() && source.room() != Some("cli"));
    let broken: Vec<String> = below.flat_map(|source| lines_with(&source, &words)).collect();
    assert_none(&broken, "hidden inputs: hand the value in from `cli`");
}

#[cfg(all(target_os = "linux", target_env = "gnu", target_pointer_width = "64"))]
#[test]
fn the_binary_has_the_settings_of_malloc() {
    let binary = std::fs::read(env!("CARGO_BIN_EXE_dora-report")).expect("the binary");
    assert!(memchr::memmem::find(&binary, b"mallopt").is_some(), "the object of `malloc.c` was not linked");
}

#[test]
fn every_test_that_a_plain_run_leaves_out_is_run_by_ci_or_named_there() {
    let sources = project();
    let ci = &sources.iter().find(|source| source.path == ".ci/run").expect("the script").text;
    assert!(ci.contains("-- --include-ignored --skip "), "the ignored tests are run");
    let mut broken = Vec::new();
    for source in sources.iter().filter(|source| source.is_rust()) {
        let mut lines = source.text.lines().enumerate();
        while let Some((number, line)) = lines.find(|(_, line)| line.trim().starts_with("#[ignore")) {
            let name = lines.find_map(|(_, line)| line.trim().strip_prefix("fn ")).unwrap_or_default();
            let is_skipped = ci.split_whitespace().any(|word| word.contains('_') && name.starts_with(word));
            let is_long = line.contains("takes minutes: ") && is_skipped;
            if line.trim() != "#[ignore = \"slow: .ci/run runs it\"]" && !is_long {
                broken.push(format!("{}:{}: {}", source.path, number + 1, line.trim()));
            }
        }
    }
    assert_none(
        &broken,
        "write the reason of a slow test as the others do; .ci/run skips those that take minutes by name",
    );
}

#[test]
fn no_file_names_a_path_of_the_developers_machine() {
    // In two halves each, so that this file does not name them either.
    let nowhere = [concat!("/wo", "rk/"), concat!("/ro", "ot/")];
    let outside_tests = concat!("../sha", "red");
    let mut broken = Vec::new();
    for source in project() {
        for (index, line) in source.text.lines().enumerate() {
            let local = nowhere.iter().any(|path| line.contains(path));
            let data = !source.path.starts_with("tests/") && line.contains(outside_tests);
            if local || data {
                broken.push(format!("{}:{}", source.path, index + 1));
            }
        }
    }
    assert_none(&broken, "these hold a path that exists nowhere else");
}

#[test]
fn links_between_the_documents_lead_somewhere() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut broken = Vec::new();
    for source in project().iter().filter(|source| source.ends_in("md")) {
        for (at, _) in source.text.match_indices("](") {
            let target = source.text[at + 2..].split(')').next().unwrap_or_default();
            let file = target.split('#').next().unwrap_or_default();
            let folder = root.join(&source.path).parent().expect("a folder").to_path_buf();
            if !file.is_empty() && !file.contains("://") && !folder.join(file).exists() {
                broken.push(format!("{}: {target}", source.path));
            }
        }
    }
    assert_none(&broken, "these links lead nowhere");
}

#[test]
fn this_test_sees_what_it_forbids() {
    let file = |path: &str, text: &str| Source { path: path.into(), text: text.into() };
    let names = |source: &Source| rooms_named(source).into_iter().collect::<Vec<_>>().join(" ");
    let grouped =
        "use crate::{\n    cli::args,\n    domain::{band, unit},\n};\nfn f() -> crate::store::X {}\n// crate::export\n";
    assert_eq!(names(&file("src/report/html.rs", grouped)), "cli domain store");
    assert_eq!(names(&file("src/report/html.rs", "use super::super::cli::Args;")), "cli");
    assert_eq!(names(&file("src/config.rs", "use super::metrics::X;")), "metrics");
    assert_eq!(names(&file("src/report/mod.rs", "use super::cli::Args;")), "cli");
    let pair = [
        file("src/x/a.rs", "use super::b::{\n    B,\n    C,\n};\n"),
        file("src/x/b.rs", "use crate::x::{a::A, other::O};\n"),
        file("src/x/c.rs", "use super::a::A;\n#[cfg(test)]\nmod tests {\n    use super::super::d::D;\n}\n"),
        file("src/x/d.rs", "use super::c::C;\n"),
        file("src/x/mod.rs", "mod a;\nuse self::a::A;\n"),
    ];
    assert_eq!(circles(&pair), ["src/x/a.rs and src/x/b.rs"]);
    let tested =
        file("src/x/y.rs", "a\n#[cfg(test)]\nmod tests {\n    b.unwrap();\n}\nc.unwrap();\n#[cfg(test)]\nmod more;\nd");
    let left: Vec<&str> = tested.shipped_code().into_iter().map(|(_, line)| line).collect();
    assert_eq!(left, ["a", "c.unwrap();", "d"]);
    assert_eq!(lines_with(&tested, &[".unwrap()"]), ["src/x/y.rs:6: c.unwrap();"]);
    let words = words_of_metrics();
    let is_named = |line: &str| words.iter().any(|word| has_word(line, word));
    for line in ["Details::Restore(it)", "Family::Deployment,", "\"dora_rework_ratio\"", "dora:mttr_seconds:p50{"] {
        assert!(is_named(line), "{line}");
    }
    for line in ["Details::None", "Family::DeploymentsRead", "Family::AsOf", "\"dora_open_incidents\""] {
        assert!(!is_named(line), "{line}");
    }
}
