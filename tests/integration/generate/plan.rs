//! What is drawn: small numbers and choices, without instants of their own.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select, subsequence};

pub(super) const HOUR: i64 = 3_600_000;
pub(super) const REPOS: usize = 4;
pub(super) const SERVICES: usize = 8;

/// An instant: milliseconds from the midnight of a day counted from the middle of the period, or from `as_of`.
#[derive(Debug, Clone, Copy)]
pub(super) enum Moment {
    Day(i64, i64),
    AsOf(i64),
}

#[derive(Debug, Clone)]
pub(super) struct Plan {
    pub(super) frame: Frame,
    pub(super) policy: PolicyPlan,
    pub(super) deployments: Vec<DeploymentPlan>,
    pub(super) commits: Vec<CommitPlan>,
    pub(super) requests: Vec<RequestPlan>,
    pub(super) incidents: Vec<IncidentPlan>,
    pub(super) coverage: Vec<CoveragePlan>,
}

#[derive(Debug, Clone)]
pub(super) struct Frame {
    pub(super) zone: usize,
    pub(super) window_days: u32,
    pub(super) days_before: u64,
    pub(super) days: u64,
    pub(super) as_of: Moment,
    pub(super) compare: bool,
    pub(super) services: Vec<usize>,
    pub(super) environments: usize,
    pub(super) bands: usize,
    pub(super) all_deployments_read: bool,
    pub(super) all_incidents_read: bool,
}

#[derive(Debug, Clone)]
pub(super) struct PolicyPlan {
    pub(super) attribution: usize,
    pub(super) window_seconds: i64,
    pub(super) count_rollbacks: bool,
    pub(super) min_priority: Option<u32>,
    pub(super) urgencies: Vec<&'static str>,
    pub(super) ignore_tags: Vec<&'static str>,
    /// Which of labels, branches, titles, refs and tasks say rework.
    pub(super) rework: Vec<usize>,
}

/// Which revision is deployed.
#[derive(Debug, Clone, Copy)]
pub(super) enum Revision {
    /// The newest commit of the time, or so many later.
    Newest(i64),
    Any(Index),
    NeverSeen,
    Missing,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Spelling {
    Full,
    Upper,
    Short(usize),
}

#[derive(Debug, Clone)]
pub(super) struct DeploymentPlan {
    pub(super) repo: usize,
    pub(super) environment: Option<&'static str>,
    pub(super) revision: Revision,
    /// How its sha is written: in full, in upper case, or its first characters.
    pub(super) spelling: Spelling,
    pub(super) status: &'static str,
    pub(super) finished: Moment,
    pub(super) took: i64,
    pub(super) twin: bool,
    pub(super) earlier_observation: Option<bool>,
    /// How it is written that it is rework: in its ref (whole or bare), in its task, or not at all.
    pub(super) said: usize,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Parents {
    Root,
    Before,
    Fork(Index),
    Merge(Index),
    NeverSeen,
    NotRead,
}

#[derive(Debug, Clone)]
pub(super) struct CommitPlan {
    pub(super) repo: usize,
    pub(super) parents: Parents,
    pub(super) authored: Moment,
    pub(super) committed_after: i64,
    pub(super) request: Option<i64>,
    pub(super) dropped: bool,
}

#[derive(Debug, Clone)]
pub(super) struct RequestPlan {
    pub(super) repo: usize,
    pub(super) number: i64,
    pub(super) merge: Option<Index>,
    /// Merged by a commit that carries its number, where there is one.
    pub(super) carried: bool,
    /// Milliseconds before the instant at which the merge commit was written.
    pub(super) first_commit_before: Option<i64>,
    pub(super) opened_before: i64,
    pub(super) review_after: Option<i64>,
    pub(super) merged: bool,
    /// How it is written that it is rework: by label, branch or title, or not at all.
    pub(super) said: usize,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Opened {
    /// Milliseconds after a deployment; with `true`, that much beyond the attribution window.
    After(Index, bool, i64),
    Free(Moment),
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Reference {
    Id(Index),
    Sha(Index, usize),
    Garbage,
}

#[derive(Debug, Clone)]
pub(super) struct IncidentPlan {
    pub(super) second_source: bool,
    pub(super) keys: Vec<&'static str>,
    pub(super) priority: Option<&'static str>,
    pub(super) urgency: Option<&'static str>,
    pub(super) merged: bool,
    pub(super) opened: Opened,
    pub(super) resolved: Option<Result<i64, Moment>>,
    pub(super) flag: Option<bool>,
    pub(super) reference: Option<Reference>,
    pub(super) tags: Vec<&'static str>,
    pub(super) earlier_observation: bool,
}

#[derive(Debug, Clone)]
pub(super) struct CoveragePlan {
    pub(super) incidents: bool,
    pub(super) second_source: bool,
    pub(super) scope: Option<usize>,
    pub(super) spans: Vec<(Moment, Moment)>,
}

pub(super) fn plan() -> impl Strategy<Value = Plan> {
    (
        frame(),
        policy(),
        prop_oneof![1 => vec(deployment(), 0..=4), 5 => vec(deployment(), 10..=25)],
        prop_oneof![1 => vec(commit(), 0..=8), 6 => vec(commit(), 15..=40)],
        vec(request(), 0..=12),
        prop_oneof![1 => vec(incident(), 0..=2), 3 => vec(incident(), 6..=15)],
        vec(coverage(), 0..=4),
    )
        .prop_map(|(frame, policy, deployments, commits, requests, incidents, coverage)| Plan {
            frame,
            policy,
            deployments,
            commits,
            requests,
            incidents,
            coverage,
        })
}

fn moment() -> impl Strategy<Value = Moment> {
    let day = -38_i64..32;
    prop_oneof![
        5 => (day.clone(), 0_i64..24, select(vec![0, 1, 999, 1_000, 1_234_567])).prop_map(|(day, hour, rest)| Moment::Day(day, hour * HOUR + rest)),
        1 => (day.clone(), 0..24 * HOUR).prop_map(|(day, at)| Moment::Day(day, at)),
        2 => (day, -1_i64..=1).prop_map(|(day, at)| Moment::Day(day, at)),
        2 => (select(vec![-20_i64, -8, -1, 0, 1, 5]), select(vec![0, 9 * HOUR, 9 * HOUR + 1])).prop_map(|(day, at)| Moment::Day(day, at)),
        1 => (-1_i64..=1).prop_map(Moment::AsOf),
    ]
}

fn as_of() -> impl Strategy<Value = Moment> {
    prop_oneof![
        5 => Just(Moment::Day(70, 0)),
        2 => (-12_i64..40, -1_i64..=1).prop_map(|(day, at)| Moment::Day(day, at)),
        2 => (-30_i64..40, 0..24 * HOUR).prop_map(|(day, at)| Moment::Day(day, at)),
    ]
}

fn frame() -> impl Strategy<Value = Frame> {
    // Three of these take the first repo, where most of the history is.
    let one = select(vec![0_usize, 4, 7]);
    let others = subsequence((0..SERVICES).collect::<Vec<_>>(), 0..=3);
    let services = (prop::bool::weighted(0.8), one, others).prop_flat_map(|(some, one, mut others)| {
        others.retain(|&other| other != one);
        others.push(one);
        Just(if some { others } else { Vec::new() }).prop_shuffle()
    });
    let length = (prop_oneof![2_u32..=40, Just(7), Just(30)], 0_u64..=30, 2_u64..=60);
    (
        0_usize..6,
        length,
        as_of(),
        any::<bool>(),
        services,
        0_usize..3,
        0_usize..7,
        prop::bool::weighted(0.7),
        prop::bool::weighted(0.7),
    )
        .prop_map(
            |(
                zone,
                (window_days, days_before, days),
                as_of,
                compare,
                services,
                environments,
                bands,
                deployments,
                incidents,
            )| Frame {
                zone,
                // One day is a window too, but not where a day may be empty.
                window_days: if window_days == 2 && zone != 4 { 1 } else { window_days },
                days_before,
                days,
                as_of,
                compare,
                services,
                environments,
                bands,
                all_deployments_read: deployments,
                all_incidents_read: incidents,
            },
        )
}

fn policy() -> impl Strategy<Value = PolicyPlan> {
    (
        0_usize..3,
        select(vec![3_600, 3_600, 60, 0, 86_400]),
        any::<bool>(),
        option::weighted(0.2, 1_u32..4),
        prop_oneof![3 => Just(vec![]), 1 => Just(vec!["high"]), 1 => Just(vec!["HIGH", "medium"])],
        prop_oneof![3 => Just(vec![]), 1 => Just(vec!["drill"]), 1 => Just(vec!["Drill", "noise"])],
        subsequence((0..5).collect::<Vec<_>>(), 0..=3),
    )
        .prop_map(
            |(attribution, window_seconds, count_rollbacks, min_priority, urgencies, ignore_tags, rework)| PolicyPlan {
                attribution,
                window_seconds,
                count_rollbacks,
                min_priority,
                urgencies,
                ignore_tags,
                rework,
            },
        )
}

/// Most events belong to the first repo, so that its history is long enough to mean something.
fn repo() -> impl Strategy<Value = usize> {
    prop_oneof![8 => Just(0), 3 => 1..REPOS]
}

fn deployment() -> impl Strategy<Value = DeploymentPlan> {
    let environment = prop_oneof![
        16 => Just(Some("production")),
        1 => Just(Some("Production")),
        1 => Just(Some("prod-eu/west")),
        1 => Just(Some("staging")),
        1 => Just(Some("prod-canary")),
        1 => Just(Some("checkout-production")),
        1 => Just(Some("web-production")),
        1 => Just(None),
    ];
    let revision = prop_oneof![
        16 => select(vec![-2_i64, -1, 0, 0, 0, 0, 1, 1]).prop_map(Revision::Newest),
        2 => any::<Index>().prop_map(Revision::Any),
        1 => Just(Revision::NeverSeen),
        1 => Just(Revision::Missing),
    ];
    let status = prop_oneof![24 => Just("success"), 1 => Just("failure"), 1 => Just("cancelled"), 1 => Just("pending"), 1 => Just("odd")];
    let spelling = prop_oneof![
        12 => Just(Spelling::Full),
        1 => Just(Spelling::Upper),
        2 => select(vec![6, 7, 12, 39]).prop_map(Spelling::Short),
    ];
    let took = select(vec![0, 1, 60_000, HOUR, 30 * HOUR]);
    (
        repo(),
        environment,
        (revision, spelling),
        status,
        moment(),
        took,
        prop::bool::weighted(0.2),
        (option::weighted(0.2, any::<bool>()), 0_usize..12),
    )
        .prop_map(
            |(repo, environment, (revision, spelling), status, finished, took, twin, (earlier_observation, said))| {
                DeploymentPlan {
                    repo,
                    environment,
                    revision,
                    spelling,
                    status,
                    finished,
                    took,
                    twin,
                    earlier_observation,
                    said,
                }
            },
        )
}

fn commit() -> impl Strategy<Value = CommitPlan> {
    let parents = prop_oneof![
        100 => Just(Parents::Before),
        8 => any::<Index>().prop_map(Parents::Fork),
        16 => any::<Index>().prop_map(Parents::Merge),
        1 => Just(Parents::Root),
        1 => Just(Parents::NeverSeen),
        1 => Just(Parents::NotRead),
    ];
    let after = select(vec![0, 0, 60_000, 5 * HOUR, 50 * HOUR, -HOUR]);
    (repo(), parents, moment(), after, option::weighted(0.6, 1_i64..=10), prop::bool::weighted(0.01)).prop_map(
        |(repo, parents, authored, committed_after, request, dropped)| CommitPlan {
            repo,
            parents,
            authored,
            committed_after,
            request,
            dropped,
        },
    )
}

fn request() -> impl Strategy<Value = RequestPlan> {
    let before = || select(vec![0, 0, 1, 999, 1_000, HOUR, 26 * HOUR, 200 * HOUR, -HOUR]);
    (
        repo(),
        1_i64..=10,
        option::weighted(0.9, any::<Index>()),
        option::weighted(0.8, before()),
        before(),
        option::weighted(0.6, before()),
        (prop::bool::weighted(0.9), any::<bool>(), 0_usize..8),
    )
        .prop_map(
            |(repo, number, merge, first_commit_before, opened_before, review_after, (merged, carried, said))| {
                RequestPlan {
                    repo,
                    number,
                    merge,
                    carried,
                    first_commit_before,
                    opened_before,
                    review_after,
                    merged,
                    said,
                }
            },
        )
}

fn incident() -> impl Strategy<Value = IncidentPlan> {
    let keys = ["PAPI", "PAPI", "api", "API", "acme/API", "Everything", "PWEB", "checkout", "tool", "mono", "nobody"];
    let keys = vec(select(keys.to_vec()), 0..4);
    let opened = prop_oneof![
        2 => (any::<Index>(), any::<bool>(), -1_i64..=1).prop_map(|(deployment, end, by)| Opened::After(deployment, end, by)),
        4 => (any::<Index>(), Just(false), 0..2 * HOUR).prop_map(|(deployment, end, by)| Opened::After(deployment, end, by)),
        2 => moment().prop_map(Opened::Free),
    ];
    let resolved = prop_oneof![
        2 => select(vec![0, 999, 1_000, HOUR, HOUR, 5 * HOUR, 100 * HOUR, 900 * HOUR]).prop_map(Ok),
        1 => moment().prop_map(Err),
    ];
    let reference = prop_oneof![
        2 => any::<Index>().prop_map(Reference::Id),
        4 => (any::<Index>(), select(vec![6_usize, 7, 8, 12, 40])).prop_map(|(deployment, length)| Reference::Sha(deployment, length)),
        1 => Just(Reference::Garbage),
    ];
    let labels = (
        option::of(select(vec!["P1", "P2", "p3", "SEV4", "urgent", "low", "none"])),
        option::of(select(vec!["high", "High", "medium", "low"])),
        vec(select(vec!["drill", "DRILL", "noise", "real"]), 0..2),
    );
    (
        prop::bool::weighted(0.3),
        keys,
        labels,
        prop::bool::weighted(0.06),
        opened,
        option::weighted(0.8, resolved),
        option::weighted(0.5, any::<bool>()),
        option::weighted(0.4, reference),
        any::<bool>(),
    )
        .prop_map(
            |(
                second_source,
                keys,
                (priority, urgency, tags),
                merged,
                opened,
                resolved,
                flag,
                reference,
                earlier_observation,
            )| IncidentPlan {
                second_source,
                keys,
                priority,
                urgency,
                merged,
                opened,
                resolved,
                flag,
                reference,
                tags,
                earlier_observation,
            },
        )
}

fn coverage() -> impl Strategy<Value = CoveragePlan> {
    let span = prop_oneof![2 => Just((Moment::Day(-140, 0), Moment::Day(140, 0))), 3 => (moment(), moment()), 2 => (Just(Moment::Day(-140, 0)), moment()), 1 => (moment(), Just(Moment::Day(140, 0)))];
    (prop::bool::weighted(0.3), prop::bool::weighted(0.4), option::of(0..REPOS), vec(span, 1..=3))
        .prop_map(|(incidents, second_source, scope, spans)| CoveragePlan { incidents, second_source, scope, spans })
}
