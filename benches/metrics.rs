//! Benchmarks of the main computations: batches by commit graph, attribution, rolling windows, and everything from the
//! dataset to the figures, on a synthetic organisation of the largest usual size.

#![expect(clippy::expect_used, reason = "a bench may fail where its own data are wrong")]

use std::sync::Arc;

use criterion::{Criterion, criterion_group, criterion_main};
use dora_report::domain::coverage::{Coverage, EVERYTHING};
use dora_report::domain::event::{Commit, Deployment, Incident, Rows, Table};
use dora_report::domain::period::Period;
use dora_report::domain::settings::Settings;
use dora_report::domain::time::Timestamp;
use dora_report::facts::arrivals::Arrivals;
use dora_report::facts::commit_reader::CommitReader;
use dora_report::facts::revisions::Revisions;
use dora_report::facts::scan::Events;
use dora_report::facts::{Facts, LeadTimes};
use dora_report::metrics::filter::Filter;
use dora_report::metrics::pool::pools;
use dora_report::metrics::read_spans::{History, Unusable};
use dora_report::metrics::window::{daily, day_windows};
use dora_report::metrics::{Depth, Request, analyse};
use dora_report::store::{Dataset, Writer};

const REPOS: i64 = 31;
const DEPLOYMENTS_EACH: i64 = 1_000;
const COMMITS_EACH: i64 = 3_226;
const INCIDENTS: i64 = 1_000;
const START: i64 = 1_735_689_600_000;
const DAY: i64 = 86_400_000;
const DAYS: i64 = 400;

fn sha(repo: i64, commit: i64) -> String {
    format!(
        "{:040x}",
        u128::from(repo.unsigned_abs()) << 64 | u128::from(commit.unsigned_abs()).wrapping_mul(0x9E37_79B9_7F4A_7C15)
    )
}

fn rows() -> Vec<Rows> {
    let (mut deployments, mut commits, mut incidents) = (Vec::new(), Vec::new(), Vec::new());
    for repo in 0..REPOS {
        let name = format!("acme/service-{repo:02}");
        for commit in 0..COMMITS_EACH {
            let at = Timestamp(START + commit * DAYS * DAY / COMMITS_EACH);
            // Every fifth commit is a merge of the one before the last.
            let parents = [commit - 1, commit - 2];
            let count = if commit % 5 == 0 { 2 } else { 1 };
            commits.push(Commit {
                repo: name.clone(),
                sha: sha(repo, commit),
                parents: Some(parents.iter().take(count).filter(|at| **at >= 0).map(|at| sha(repo, *at)).collect()),
                authored_at: Timestamp(at.0 - commit % 7 * 3_600_000),
                committed_at: at,
                ..Commit::default()
            });
        }
        for deployment in 0..DEPLOYMENTS_EACH {
            let commit = deployment * COMMITS_EACH / DEPLOYMENTS_EACH;
            let at = Timestamp(START + (deployment + 1) * DAYS * DAY / (DEPLOYMENTS_EACH + 1));
            deployments.push(Deployment {
                source: "bench".into(),
                id: format!("{repo}-{deployment}"),
                repo: name.clone(),
                environment: Some("production".into()),
                sha: Some(sha(repo, commit)),
                status: "success".into(),
                created_at: at,
                finished_at: Some(Timestamp(at.0 + 300_000)),
                ..Deployment::default()
            });
        }
    }
    for incident in 0..INCIDENTS {
        let at = Timestamp(START + incident * DAYS * DAY / INCIDENTS);
        incidents.push(Incident {
            source: "bench".into(),
            id: incident.to_string(),
            service_keys: vec![format!("service-{:02}", incident % REPOS)],
            opened_at: at,
            resolved_at: Some(Timestamp(at.0 + incident % 97 * 600_000)),
            caused_by_deploy: (incident % 3 == 0).then_some(true),
            ..Incident::default()
        });
    }
    vec![Rows::Deployments(deployments), Rows::Commits(commits), Rows::Incidents(incidents)]
}

/// As many deployments as incidents, all of one service; every incident has the same reference.
fn one_service(events: i64, reference: Option<&str>) -> Vec<Rows> {
    let at = |nth: i64| Timestamp(START + nth * DAYS * DAY / events);
    let deployment = |nth: i64| Deployment {
        source: "bench".into(),
        id: nth.to_string(),
        repo: "acme/service-00".into(),
        environment: Some("production".into()),
        sha: Some(format!("release-{nth}")),
        status: "success".into(),
        created_at: at(nth),
        finished_at: Some(at(nth)),
        ..Deployment::default()
    };
    let incident = |nth: i64| Incident {
        source: "bench".into(),
        id: nth.to_string(),
        service_keys: vec!["service-00".into()],
        opened_at: at(nth),
        resolved_at: Some(Timestamp(at(nth).0 + nth % 97 * 600_000)),
        deployment_ref: reference.map(str::to_owned),
        ..Incident::default()
    };
    vec![Rows::Deployments((0..events).map(deployment).collect()), Rows::Incidents((0..events).map(incident).collect())]
}

fn organisation(rows: Vec<Rows>) -> (tempfile::TempDir, Dataset, Request) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let settings = Settings::default();
    let from = chrono::NaiveDate::from_ymd_opt(2025, 1, 1).expect("a date");
    let period = Period::range(from, from + chrono::Days::new(DAYS.unsigned_abs())).expect("a period");
    let covered: Vec<Coverage> = [Table::Deployments, Table::Incidents]
        .map(|table| Coverage {
            table,
            source: "bench".into(),
            scope: EVERYTHING.into(),
            spans: vec![settings.zone.span(period.from, period.to)],
        })
        .into();
    Writer::lock(folder.path(), "a bench", Timestamp(i64::MAX))
        .and_then(|mut writer| writer.write(rows, &covered))
        .expect("a dataset");
    let dataset = Dataset::open(folder.path()).expect("a dataset");
    let as_of = settings.zone.midnight(period.to);
    (
        folder,
        dataset,
        Request {
            settings,
            as_of,
            previous: period.previous(),
            period,
            service: None,
            team: None,
            depth: Depth::Whole,
        },
    )
}

fn metrics(criterion: &mut Criterion) {
    let (_folder, dataset, request) = organisation(rows());
    let settings = &request.settings;
    let (events, commits) = Events::read(&dataset, &settings.rework).expect("events");
    let events = Arc::new(events);
    let facts = Facts::new(&events, &commits, settings, LeadTimes::InEveryWay).expect("facts");
    let revisions = Revisions::new(&events.deployments, &commits).expect("revisions");
    let counted: Vec<u32> = facts.counted().map(|index| u32::try_from(index).expect("few")).collect();
    let history = History::of_facts(dataset.coverage(), &facts, settings);
    let pools = pools(&facts, &Filter::default());
    let days = day_windows(&request.period, settings.zone, settings.window_days, request.as_of);

    criterion.bench_function("read 31,000 deployments, 100,000 commits, 1,000 incidents", |bench| {
        bench.iter(|| Events::read(&dataset, &settings.rework));
    });
    criterion.bench_function("the commit pass: 31,000 deployments over 100,000 commits", |bench| {
        bench.iter(|| Arrivals::new(&events, &commits, &revisions, &counted, true));
    });
    criterion.bench_function("facts about 1,000 incidents, linked to 31,000 deployments", |bench| {
        bench.iter(|| facts.with_incidents_under(settings).expect("facts"));
    });
    let few: Vec<Incident> = events.incidents.iter().collect();
    let many = |key: fn(usize) -> String| {
        let row = |(nth, incident): (usize, &Incident)| Incident { service_keys: vec![key(nth)], ..incident.clone() };
        let rows: Vec<Incident> = few.iter().cycle().take(100_000).enumerate().map(row).collect();
        let incidents = rows.iter().collect();
        let events = Arc::new(Events { deployments: events.deployments.clone(), incidents, ..Events::default() });
        Facts::new(&events, &CommitReader::default(), settings, LeadTimes::Unasked).expect("facts")
    };
    let of_one_service = many(|_| "service-00".into());
    criterion.bench_function("facts about 100,000 incidents of one service", |bench| {
        bench.iter(|| of_one_service.with_incidents_under(settings).expect("facts"));
    });
    let of_many_keys = many(|nth| format!("key-{nth}"));
    criterion.bench_function("facts about 100,000 incidents with as many keys", |bench| {
        bench.iter(|| of_many_keys.with_incidents_under(settings).expect("facts"));
    });
    criterion.bench_function("400 rolling windows of 32 groups over 31,000 deployments", |bench| {
        bench.iter(|| {
            pools
                .iter()
                .map(|pool| {
                    let read_spans = history.of(pool, &facts.ownership, Unusable::default());
                    daily(pool, &facts, &read_spans, &days, settings.window_days, &settings.bands).len()
                })
                .sum::<usize>()
        });
    });
    criterion.bench_function("from the dataset to all figures", |bench| {
        bench.iter(|| analyse(&dataset, &request).map(|analysis| analysis.groups.len()));
    });
}

/// Ten times the events of one service take about ten times as long, also where every incident names every deployment:
/// nothing looks at all of the one for each of the other.
fn one_large_service(criterion: &mut Criterion) {
    let references = [
        ("without a reference", None),
        ("that name one revision", Some("release-7")),
        ("whose reference begins every revision", Some("release-")),
    ];
    for (words, reference) in references {
        for events in [10_000, 100_000] {
            let (_folder, dataset, request) = organisation(one_service(events, reference));
            criterion.bench_function(&format!("all figures of one service: {events} incidents {words}"), |bench| {
                bench.iter(|| analyse(&dataset, &request).map(|analysis| analysis.groups.len()));
            });
        }
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(10);
    targets = metrics, one_large_service
}
criterion_main!(benches);
