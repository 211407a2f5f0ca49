//! Properties of the figures over random organisations: they equal the oracle's, whatever the order of reading.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use dora_report::domain::coverage::Coverage;
use dora_report::domain::event::Rows;
use dora_report::domain::settings::Settings;
use dora_report::domain::time::Timestamp;
use dora_report::facts::scan::Events as FactEvents;
use dora_report::facts::{Facts, LeadTimes};
use dora_report::metrics::Depth;
use dora_report::metrics::tables::{Analysis, LeadTimeReason, Metric, ReworkRule, Rule};
use dora_report::report::csv;
use dora_report::store::Dataset;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::adapter;
use crate::compare::differences;
use crate::generate::{Case, case, shuffled};
use crate::oracle::{Events, World};
use crate::support::temporary_folder;

fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, max_shrink_time: 60_000, ..ProptestConfig::default() }
}

fn rows(events: &Events) -> Vec<Rows> {
    vec![
        Rows::Deployments(events.deployments.clone()),
        Rows::Commits(events.commits.clone()),
        Rows::PullRequests(events.pull_requests.clone()),
        Rows::Incidents(events.incidents.clone()),
    ]
}

fn analysed(dir: &Path, case: &Case) -> Analysis {
    adapter::figures(dir, &case.settings, case.as_of, &case.period, case.previous.as_ref())
}

/// Every file of a dataset that readers see, with its bytes.
fn files(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut todo = vec![dir.to_path_buf()];
    while let Some(folder) = todo.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                todo.push(path);
            } else if !path.to_string_lossy().contains("lock") {
                let name = path.strip_prefix(dir).expect("inside").to_string_lossy().into_owned();
                found.insert(name, fs::read(path).expect("its bytes"));
            }
        }
    }
    found
}

/// One of `parts` shares of a list.
fn share<T: Clone>(list: &[T], part: usize, parts: usize) -> Vec<T> {
    list.iter().skip(part).step_by(parts).cloned().collect()
}

/// Coverage cut into one entry for each span.
fn spans(coverage: &[Coverage]) -> Vec<Coverage> {
    let single = |row: &Coverage| {
        row.spans.iter().map(|&span| Coverage { spans: vec![span], ..row.clone() }).collect::<Vec<_>>()
    };
    coverage.iter().flat_map(single).collect()
}

#[test]
fn the_random_organisations_reach_every_reason_and_every_rule() {
    let mut runner = TestRunner::deterministic();
    let mut seen: BTreeSet<String> = BTreeSet::new();
    for _ in 0..150 {
        let case = case().new_tree(&mut runner).expect("a case").current();
        let world = World::new(case.settings.clone(), case.as_of, &case.events);
        for expected in world.deployment_records(&case.period) {
            seen.extend(expected.causes.iter().map(|cause| cause.as_str().to_owned()));
            seen.extend(expected.record.lead_time_reason.map(|reason| reason.as_str().to_owned()));
            seen.extend(expected.record.failed_rules.iter().map(|rule| format!("failed {}", rule.as_str())));
            seen.extend(expected.record.rework_rules.iter().map(|rule| format!("rework {}", rule.as_str())));
            let stages = expected.record.stages;
            let parts = [
                ("coding", stages.coding),
                ("pickup", stages.pickup),
                ("review", stages.review),
                ("deploy", stages.deploy),
            ];
            seen.extend(parts.iter().filter(|(_, length)| length.is_some()).map(|(name, _)| (*name).to_owned()));
        }
        for record in world.incident_records(&case.period) {
            seen.extend(record.reason.map(|reason| reason.as_str().to_owned()));
            seen.extend(record.link.filter(|link| link.age.0 < 0).map(|_| "names a later deployment".to_owned()));
        }
    }
    let reasons = [
        LeadTimeReason::FirstDeployment,
        LeadTimeReason::Redeploy,
        LeadTimeReason::Rollback,
        LeadTimeReason::UnknownCommits,
        LeadTimeReason::Negative,
    ];
    let mut wanted: Vec<String> = reasons.iter().map(|reason| reason.as_str().to_owned()).collect();
    wanted.extend(Rule::ALL.iter().map(|rule| format!("failed {}", rule.as_str())));
    wanted.extend(ReworkRule::ALL.iter().map(|rule| format!("rework {}", rule.as_str())));
    wanted.extend(["not-success", "not-production", "no-environment", "no-service"].map(str::to_owned));
    wanted.extend(
        ["merged", "priority", "urgency", "tag", "unmapped", "over-without-an-end", "names a later deployment"]
            .map(str::to_owned),
    );
    wanted.extend(["coding", "pickup", "review", "deploy"].map(str::to_owned));
    wanted.retain(|name| !seen.contains(name));
    assert!(wanted.is_empty(), "never reached: {wanted:?}");
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn every_figure_and_every_record_equals_a_plain_loop_over_the_events(case in case()) {
        let dir = temporary_folder();
        let data = dir.path().join("data");
        adapter::write(&data, rows(&case.events), &case.events.coverage);
        let world = World::new(case.settings.clone(), case.as_of, &case.events);
        let found = differences(&analysed(&data, &case), &world);
        prop_assert!(found.is_empty(), "{} differences:\n{}", found.len(), found.join("\n"));
    }
}

/// The CSV files of a report.
fn tables(analysis: &Analysis) -> Vec<String> {
    let write = |table: fn(&Analysis, &mut dyn Write) -> io::Result<()>| {
        let mut bytes = Vec::new();
        table(analysis, &mut bytes).expect("memory takes every write");
        String::from_utf8(bytes).expect("UTF-8")
    };
    [csv::summary, csv::daily, csv::deployments, csv::incidents, csv::findings].map(write).into()
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn the_csv_files_are_the_same_whether_or_not_the_page_is_wanted(case in case()) {
        let dir = temporary_folder();
        let data = dir.path().join("data");
        adapter::write(&data, rows(&case.events), &case.events.coverage);
        let periods = (&case.period, case.previous.as_ref());
        let at = |depth| tables(&adapter::figures_at(depth, &data, &case.settings, case.as_of, periods));
        prop_assert_eq!(at(Depth::Tables), at(Depth::Whole));
    }
}

/// What a group's failure rate and recovery time rest on.
type Rested = (u64, u64, Option<f64>, u64);

proptest! {
    // Each case is analysed once for every way.
    #![proptest_config(ProptestConfig { cases: 16, ..config() })]

    #[test]
    #[ignore = "slow: .ci/run runs it"]
    fn every_other_attribution_gives_what_a_report_with_those_settings_gives(case in case()) {
        let dir = temporary_folder();
        let data = dir.path().join("data");
        adapter::write(&data, rows(&case.events), &case.events.coverage);
        let analysis = analysed(&data, &case);
        let ways = analysis.groups.iter().map(|group| group.sensitivity.len()).max().unwrap_or(0);
        prop_assert!(ways == 0 || ways == 24, "{ways}");
        for way in 0..ways {
            let mut other = case.clone();
            let Some(asked) = analysis.groups.iter().find_map(|group| group.sensitivity.get(way)) else { continue };
            other.settings.attribution = asked.policy;
            other.settings.attribution_window = asked.window;
            other.settings.count_rollbacks = asked.count_rollbacks;
            let found = analysed(&data, &other);
            for (group, other) in analysis.groups.iter().zip(&found.groups) {
                let (failures, recovery) =
                    (&other.figures[Metric::ChangeFailureRate], &other.figures[Metric::RecoveryTime]);
                // Whether incidents are linked at all depends on the policy too.
                let (Some(cell), None) = (group.sensitivity.get(way), &failures.missing) else { continue };
                let ours: Rested = (cell.failed, cell.deployments, cell.recovery_p50, cell.recovery_n);
                let theirs: Rested = (failures.k.unwrap_or(0), failures.n, recovery.value, recovery.n);
                prop_assert_eq!(ours, theirs, "{:?} {:?}", group.group, cell);
                prop_assert_eq!(cell.ratio, failures.value);
            }
        }
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    #[ignore = "slow: .ci/run runs it"]
    fn the_order_and_the_number_of_reads_change_no_figure_and_no_byte(case in case(), seed in any::<u64>(), parts in 1_usize..4) {
        let dir = temporary_folder();
        let (once, often) = (dir.path().join("once"), dir.path().join("often"));
        adapter::write(&once, rows(&case.events), &case.events.coverage);
        let mixed = Events {
            deployments: shuffled(&case.events.deployments, seed),
            commits: shuffled(&case.events.commits, seed),
            pull_requests: shuffled(&case.events.pull_requests, seed),
            incidents: shuffled(&case.events.incidents, seed),
            coverage: shuffled(&spans(&case.events.coverage), seed),
        };
        for part in (0..parts).chain(0..parts) {
            let events = Events {
                deployments: share(&mixed.deployments, part, parts),
                commits: share(&mixed.commits, part, parts),
                pull_requests: share(&mixed.pull_requests, part, parts),
                incidents: share(&mixed.incidents, part, parts),
                coverage: Vec::new(),
            };
            adapter::write(&often, rows(&events), &share(&mixed.coverage, part, parts));
        }
        let (left, right) = (files(&once), files(&often));
        prop_assert_eq!(left.keys().collect::<Vec<_>>(), right.keys().collect::<Vec<_>>());
        for (name, bytes) in &left {
            prop_assert!(right[name] == *bytes, "{name} differs");
        }
        prop_assert_eq!(format!("{:?}", analysed(&once, &case)), format!("{:?}", analysed(&often, &case)));
    }
}

fn facts(dataset: &Dataset, settings: &Settings, commits_at_once: u64) -> Facts {
    let (events, commits) = FactEvents::read_in_shards(dataset, &settings.rework, commits_at_once).expect("events");
    Facts::new(&Arc::new(events), &commits, settings, LeadTimes::InEveryWay).expect("facts")
}

/// What the facts say of every deployment.
fn told(facts: &Facts) -> Vec<String> {
    let one = |index: usize| {
        let mut variants = Vec::new();
        facts.each_variant(index, |span| variants.push(span));
        let batch = (facts.kind(index), facts.lead_time(index), facts.start(index), facts.stages(index), variants);
        let commits = (facts.merged(index), facts.previous(index), facts.finishes_with_its_commit(index));
        let links = (facts.failures(index), facts.rework(index), facts.placement(index));
        format!("{batch:?} {commits:?} {links:?} {:?}", facts.absurd_commits(index).collect::<Vec<_>>())
    };
    (0..facts.deployments().len()).map(one).collect()
}

/// Commits as some repos have them: names of 64 digits, repos in capitals, and dates that mean "none".
fn unusual(mut events: Events) -> Events {
    // Half of the names, the same everywhere.
    let longer = |sha: &mut String| {
        if sha.len() == 40 && sha.bytes().map(u32::from).sum::<u32>() % 2 == 0 {
            *sha = format!("{sha}{}", &sha[..24]);
        }
    };
    for (nth, commit) in events.commits.iter_mut().enumerate() {
        longer(&mut commit.sha);
        commit.parents.iter_mut().flatten().for_each(longer);
        if nth % 3 == 0 {
            commit.repo = commit.repo.to_uppercase();
        }
        if nth % 7 == 0 {
            commit.authored_at = Timestamp(0);
        }
    }
    for deployment in &mut events.deployments {
        deployment.sha.iter_mut().for_each(longer);
    }
    for request in &mut events.pull_requests {
        request.merge_sha.iter_mut().for_each(longer);
    }
    events
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn how_many_commits_are_in_memory_at_once_changes_nothing(case in case(), at_once in 0_u64..40, as_it_is in any::<bool>()) {
        let dir = temporary_folder();
        let events = if as_it_is { case.events.clone() } else { unusual(case.events.clone()) };
        adapter::write(dir.path(), rows(&events), &events.coverage);
        let dataset = Dataset::open(dir.path()).expect("a dataset");
        let all = told(&facts(&dataset, &case.settings, u64::MAX));
        for (some, all) in told(&facts(&dataset, &case.settings, at_once)).iter().zip(&all) {
            prop_assert_eq!(some, all);
        }
    }

    #[test]
    fn facts_with_other_filters_of_incidents_are_those_of_a_report_with_these_filters(case in case()) {
        let dir = temporary_folder();
        adapter::write(dir.path(), rows(&case.events), &case.events.coverage);
        let dataset = Dataset::open(dir.path()).expect("a dataset");
        let open = Settings { min_priority: None, urgencies: Vec::new(), ignore_tags: Vec::new(), ..case.settings.clone() };
        let shared = facts(&dataset, &case.settings, u64::MAX).with_incidents_under(&open).expect("facts");
        let own = facts(&dataset, &open, u64::MAX);
        for (shared, own) in told(&shared).iter().zip(&told(&own)) {
            prop_assert_eq!(shared, own);
        }
        prop_assert_eq!(format!("{:?}", shared.incidents), format!("{:?}", own.incidents));
    }
}
