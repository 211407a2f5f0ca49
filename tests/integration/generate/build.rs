//! From a plan to the events, settings and periods of a case.

use chrono::{Days, NaiveDate};
use dora_report::domain::band::Bands;
use dora_report::domain::coverage::{Coverage, EVERYTHING, join};
use dora_report::domain::event::{Commit, Deployment, Incident, PullRequest, Table};
use dora_report::domain::glob::Glob;
use dora_report::domain::group::{ServiceName, TeamName};
use dora_report::domain::pattern::Pattern;
use dora_report::domain::period::Period;
use dora_report::domain::rework::ReworkRules;
use dora_report::domain::settings::{Policy, Service, Settings};
use dora_report::domain::time::{Span, Timestamp, Zone};
use dora_report::domain::unit::Seconds;
use proptest::sample::Index;

use super::Case;
use super::plan::{
    CommitPlan, DeploymentPlan, Frame, IncidentPlan, Moment, Opened, Parents, Plan, Reference, Revision, Spelling,
};
use crate::oracle::Events;

/// Zones, each with a day around which its clocks do something.
const ZONES: [(&str, &str); 6] = [
    ("UTC", "2026-01-31"),
    ("Europe/Berlin", "2026-03-29"),
    ("America/Havana", "2026-11-01"),
    ("America/Sao_Paulo", "2018-11-04"),
    ("Pacific/Apia", "2011-12-30"),
    ("Australia/Lord_Howe", "2026-04-05"),
];
const NAMES: [&str; 4] = ["acme/api", "acme/web", "acme/mono", "other/tool"];

/// Where the days of a plan lie.
struct Calendar {
    zone: Zone,
    centre: NaiveDate,
    as_of: Timestamp,
}

impl Calendar {
    fn at(&self, moment: Moment) -> Timestamp {
        match moment {
            Moment::Day(day, by) => {
                let days = Days::new(day.unsigned_abs());
                let date = if day < 0 { self.centre - days } else { self.centre + days };
                later(self.zone.midnight(date), by)
            }
            Moment::AsOf(by) => later(self.as_of, by),
        }
    }
}

pub(super) fn build(plan: &Plan) -> Case {
    let frame = &plan.frame;
    let (zone, centre) = ZONES[frame.zone];
    let mut calendar = Calendar {
        zone: Zone::parse(zone).expect("a zone"),
        centre: centre.parse().expect("a date"),
        as_of: Timestamp(0),
    };
    calendar.as_of = calendar.at(frame.as_of);
    let from = calendar.centre - Days::new(frame.days_before);
    let period = Period::range(from, from + Days::new(frame.days)).expect("some days");
    let previous = if frame.compare { period.previous() } else { None };
    let commits = commits(plan, &calendar);
    let deployments = deployments(plan, &calendar, &commits);
    let events = Events {
        incidents: incidents(plan, &calendar, &deployments),
        pull_requests: requests(plan, &commits),
        coverage: coverage(plan, &calendar),
        commits: commits
            .iter()
            .zip(&plan.commits)
            .filter(|(_, plan)| !plan.dropped)
            .map(|(commit, _)| commit.clone())
            .collect(),
        deployments,
    };
    Case { settings: settings(plan, calendar.zone), as_of: calendar.as_of, period, previous, events }
}

fn globs(texts: &[&str]) -> Vec<Glob> {
    texts.iter().map(|text| Glob::new(text).expect("a pattern")).collect()
}

fn texts(list: &[&str]) -> Vec<String> {
    list.iter().map(|&text| text.to_owned()).collect()
}

fn service(which: usize) -> Service {
    let (name, team, repos, environments, keys) = match which {
        0 => ("acme/api", Some("payments"), &["acme/api"][..], None, &["PAPI"][..]),
        1 => ("storefront", Some("payments"), &["ACME/Web"][..], None, &["PWEB", "api"][..]),
        2 => ("checkout", Some("core"), &["acme/mono"][..], Some(&["checkout-*"][..]), &["checkout"][..]),
        3 => ("mono", None, &["acme/mono", "acme/mono-old"][..], Some(&["web-production", "PRODUCTION"][..]), &[][..]),
        4 => ("everything", Some("core"), &["acme/*"][..], None, &["PAPI", "nobody"][..]),
        5 => ("tool", None, &["other/*"][..], Some(&["*prod*"][..]), &[][..]),
        6 => ("ghost", Some("ghosts"), &["none/*"][..], None, &["ghost"][..]),
        _ => ("API", None, &["acme/[aw]*"][..], Some(&["prod*", "checkout-production"][..]), &[][..]),
    };
    Service {
        name: ServiceName(name.into()),
        team: team.map(|team| TeamName(team.into())),
        repos: globs(repos),
        environments: environments.map(globs),
        incident_keys: texts(keys),
    }
}

fn settings(plan: &Plan, zone: Zone) -> Settings {
    let policy = &plan.policy;
    let Frame { window_days, services, environments, bands, .. } = &plan.frame;
    let environments: &[&str] = [&["production", "prod", "prod-*"][..], &["*prod*"], &["PRODUCTION"]][*environments];
    Settings {
        zone,
        window_days: *window_days,
        bands: Bands::edition(Bands::EDITIONS[*bands]).expect("built in"),
        environments: globs(environments),
        environments_are_set: environments.len() == 1,
        services: services.iter().map(|&which| service(which)).collect(),
        attribution: [Policy::ExplicitOrWindow, Policy::Explicit, Policy::Window][policy.attribution],
        attribution_window: Seconds(policy.window_seconds),
        count_rollbacks: policy.count_rollbacks,
        min_priority: policy.min_priority,
        urgencies: texts(&policy.urgencies),
        ignore_tags: texts(&policy.ignore_tags),
        rework: rework(&policy.rework),
        ..Settings::default()
    }
}

fn rework(said: &[usize]) -> ReworkRules {
    let mut rules = ReworkRules::default();
    for which in said {
        match which {
            0 => rules.labels = texts(&["hotfix"]),
            1 => rules.branches = globs(&["hotfix/*"]),
            2 => rules.titles = vec![Pattern::new("^Revert").expect("an expression")],
            3 => rules.refs = globs(&["hotfix-*"]),
            _ => rules.tasks = globs(&["deploy:hotfix"]),
        }
    }
    rules
}

fn later(at: Timestamp, by: i64) -> Timestamp {
    Timestamp(at.0 + by)
}

/// Rows were read long after they happened, each at its own instant.
fn observed(place: usize) -> Timestamp {
    Timestamp(4_000_000_000_000 + 10 * i64::try_from(place).expect("few"))
}

/// Two neighbours share their first seven letters, none the first twelve.
fn sha(repo: usize, place: usize) -> String {
    format!("{:07x}{:05x}{:028x}", 0x0abc_0000 + repo * 64 + place / 2, repo * 64 + place, 0)
}

/// All commits, those that are left out of the table too.
fn commits(plan: &Plan, calendar: &Calendar) -> Vec<Commit> {
    let mut made = Vec::new();
    for (repo, name) in NAMES.iter().enumerate() {
        let own = || plan.commits.iter().enumerate().filter(|(_, commit)| commit.repo == repo);
        let mut written: Vec<Timestamp> = own().map(|(_, commit)| calendar.at(commit.authored)).collect();
        written.sort();
        for (place, ((row, commit), authored_at)) in own().zip(written).enumerate() {
            made.push((
                row,
                Commit {
                    repo: (*name).into(),
                    sha: sha(repo, place),
                    parents: parents(commit, place),
                    authored_at,
                    committed_at: later(authored_at, commit.committed_after),
                    pull_request: commit.request,
                    observed_at: observed(row),
                },
            ));
        }
    }
    made.sort_by_key(|(row, _)| *row);
    made.into_iter().map(|(_, commit)| commit).collect()
}

fn parents(commit: &CommitPlan, place: usize) -> Option<Vec<String>> {
    let never = || sha(commit.repo, 63);
    let older = |index: Index| sha(commit.repo, index.index(place));
    Some(match commit.parents {
        Parents::NotRead => return None,
        Parents::NeverSeen => vec![never()],
        Parents::Root => Vec::new(),
        _ if place == 0 => Vec::new(),
        Parents::Before => vec![sha(commit.repo, place - 1)],
        Parents::Fork(index) => vec![older(index)],
        Parents::Merge(index) => vec![sha(commit.repo, place - 1), older(index)],
    })
}

fn revision(plan: &DeploymentPlan, finished: Timestamp, commits: &[Commit]) -> Option<String> {
    let own: Vec<&Commit> = commits.iter().filter(|commit| commit.repo == NAMES[plan.repo]).collect();
    match plan.revision {
        Revision::Missing => None,
        Revision::NeverSeen => Some(sha(plan.repo, 62)),
        _ if own.is_empty() => Some(sha(plan.repo, 61)),
        Revision::Any(index) => Some(index.get(&own).sha.clone()),
        Revision::Newest(by) => {
            let newest = own.iter().filter(|commit| commit.authored_at <= finished).count();
            let place = i64::try_from(newest).expect("few") - 1 + by;
            let place = usize::try_from(place).unwrap_or(0).min(own.len() - 1);
            Some(own[place].sha.clone())
        }
    }
}

fn deployments(plan: &Plan, calendar: &Calendar, commits: &[Commit]) -> Vec<Deployment> {
    let mut made = Vec::new();
    for (place, row) in plan.deployments.iter().enumerate() {
        let at = calendar.at(row.finished);
        let ended = !matches!(row.status, "pending" | "odd");
        let twin = row.twin && place > 0;
        let deployment = Deployment {
            source: if twin { "b" } else { "a" }.into(),
            id: if twin { place - 1 } else { place }.to_string(),
            repo: NAMES[row.repo].into(),
            environment: row.environment.map(str::to_owned),
            sha: revision(row, at, commits).map(|sha| match row.spelling {
                Spelling::Full => sha,
                Spelling::Upper => sha.to_uppercase(),
                Spelling::Short(length) => sha[..length].to_owned(),
            }),
            status: row.status.into(),
            created_at: later(at, -row.took),
            finished_at: ended.then_some(at),
            r#ref: Some(["hotfix-1", "refs/heads/HOTFIX-2"].get(row.said).copied().unwrap_or("main").into()),
            task: Some(if row.said == 2 { "deploy:hotfix" } else { "deploy" }.into()),
            observed_at: observed(place),
            ..Deployment::default()
        };
        if let Some(same_end) = row.earlier_observation {
            made.push(Deployment {
                environment: Some("production".into()),
                status: if same_end { "success" } else { "in_progress" }.into(),
                finished_at: same_end.then_some(later(at, 60_000)),
                observed_at: later(deployment.observed_at, -1),
                ..deployment.clone()
            });
        }
        made.push(deployment);
    }
    made
}

fn requests(plan: &Plan, commits: &[Commit]) -> Vec<PullRequest> {
    let mut made: Vec<PullRequest> = Vec::new();
    for (place, row) in plan.requests.iter().enumerate() {
        let own: Vec<&Commit> = commits.iter().filter(|commit| commit.repo == NAMES[row.repo]).collect();
        let known = made.iter().any(|other| other.repo == NAMES[row.repo] && other.number == row.number);
        if own.is_empty() || known {
            continue;
        }
        let carrying: Vec<&Commit> =
            own.iter().copied().filter(|commit| commit.pull_request == Some(row.number)).collect();
        let candidates = if row.carried && !carrying.is_empty() { &carrying } else { &own };
        let merge = row.merge.map(|index| *index.get(candidates));
        let at = merge.unwrap_or(own[0]).authored_at;
        let opened_at = later(at, -row.opened_before);
        made.push(PullRequest {
            repo: NAMES[row.repo].into(),
            number: row.number,
            opened_at,
            first_commit_at: row.first_commit_before.map(|before| later(at, -before)),
            first_review_at: row.review_after.map(|after| later(opened_at, after)),
            merged_at: row.merged.then_some(merge.unwrap_or(own[0]).committed_at),
            merge_sha: merge.map(|commit| commit.sha.clone()),
            labels: texts(if row.said == 0 { &["docs", "HotFix"] } else { &["docs"] }),
            head_ref: Some(if row.said == 1 { "hotfix/login" } else { "feature/hotfix" }.into()),
            title: (row.said > 1).then(|| if row.said == 2 { "Revert it" } else { "Do not Revert" }.into()),
            observed_at: observed(place),
            ..PullRequest::default()
        });
    }
    made
}

fn reference(row: &IncidentPlan, deployments: &[Deployment]) -> Option<String> {
    let sha_of = |deployment: &Deployment| deployment.sha.clone().unwrap_or_else(|| "0123456789".into());
    match row.reference? {
        Reference::Id(index) if !deployments.is_empty() => Some(index.get(deployments).id.clone()),
        Reference::Sha(index, length) if !deployments.is_empty() => {
            Some(sha_of(index.get(deployments)).chars().take(length).collect())
        }
        _ => Some("nothing-of-that-name".into()),
    }
}

fn incidents(plan: &Plan, calendar: &Calendar, deployments: &[Deployment]) -> Vec<Incident> {
    let mut made = Vec::new();
    for (place, row) in plan.incidents.iter().enumerate() {
        let opened_at = match row.opened {
            Opened::After(index, beyond, by) if !deployments.is_empty() => {
                let deployment = index.get(deployments);
                let limit = if beyond { plan.policy.window_seconds * 1_000 } else { 0 };
                later(deployment.finished_at.unwrap_or(deployment.created_at), limit + by)
            }
            Opened::After(_, _, by) => later(calendar.as_of, by),
            Opened::Free(moment) => calendar.at(moment),
        };
        let resolved_at = row.resolved.map(|end| match end {
            Ok(after) => later(opened_at, after),
            Err(moment) => calendar.at(moment).max(opened_at),
        });
        let acknowledged_at =
            resolved_at.filter(|_| place % 2 == 0).map(|end| Timestamp(i64::midpoint(opened_at.0, end.0)));
        let status = match (row.merged, resolved_at) {
            (true, _) => "Merged",
            (false, Some(_)) => "resolved",
            (false, None) if place % 5 == 0 => "Closed",
            (false, None) => "open",
        };
        let incident = Incident {
            source: if row.second_source { "og" } else { "pd" }.into(),
            id: format!("I{place}"),
            service_keys: texts(&row.keys),
            priority: row.priority.map(str::to_owned),
            urgency: row.urgency.map(str::to_owned),
            status: Some(status.into()),
            opened_at,
            acknowledged_at,
            resolved_at,
            caused_by_deploy: row.flag,
            deployment_ref: reference(row, deployments),
            tags: texts(&row.tags),
            observed_at: observed(place),
            ..Incident::default()
        };
        if row.earlier_observation {
            made.push(Incident {
                status: Some("triggered".into()),
                acknowledged_at: None,
                resolved_at: None,
                caused_by_deploy: None,
                service_keys: vec!["nobody".into()],
                observed_at: later(incident.observed_at, -1),
                ..incident.clone()
            });
        }
        made.push(incident);
    }
    made
}

fn coverage(plan: &Plan, calendar: &Calendar) -> Vec<Coverage> {
    let everything = || vec![calendar_span(calendar, Moment::Day(-140, 0), Moment::Day(140, 0))];
    let mut made = Vec::new();
    if plan.frame.all_deployments_read {
        made.push((Table::Deployments, "a", EVERYTHING, everything()));
    }
    if plan.frame.all_incidents_read {
        made.push((Table::Incidents, "pd", EVERYTHING, everything()));
        if plan.incidents.iter().any(|incident| incident.second_source) {
            made.push((Table::Incidents, "og", EVERYTHING, everything()));
        }
    }
    for row in &plan.coverage {
        let spans = join(row.spans.iter().map(|&(from, to)| calendar_span(calendar, from, to)).collect());
        if spans.is_empty() {
            continue;
        }
        let scopes = ["ACME/api", "acme/web", "acme/mono", "other/tool"];
        made.push(match (row.incidents, row.second_source) {
            (true, true) => (Table::Incidents, "og", EVERYTHING, spans),
            (true, false) => (Table::Incidents, "pd", EVERYTHING, spans),
            (false, second) => {
                let scope = row.scope.map_or(EVERYTHING, |repo| scopes[repo]);
                (Table::Deployments, if second { "b" } else { "a" }, scope, spans)
            }
        });
    }
    made.into_iter()
        .map(|(table, source, scope, spans)| Coverage { table, source: source.into(), scope: scope.into(), spans })
        .collect()
}

fn calendar_span(calendar: &Calendar, from: Moment, to: Moment) -> Span {
    let (a, b) = (calendar.at(from), calendar.at(to));
    Span { from: a.min(b), to: a.max(b) }
}
