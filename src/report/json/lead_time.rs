//! Lead time in `report.json`: the headline, its stages, other ways to count it, and deployments without one.

use serde::Serialize;

use super::metric::{DurationsBefore, DurationsView, Judgement, count_of, known};
use crate::domain::time::Zone;
use crate::metrics::tables::{Durations, Figure, LeadTime, LeadTimeReason, StageFigures, Variant, Verdict};

#[derive(Serialize)]
pub(super) struct LeadTimeView {
    #[serde(flatten)]
    durations: DurationsView,
    stages: Option<StagesView>,
    variants: Option<VariantsView>,
    reasons: Option<ReasonsView>,
    #[serde(flatten)]
    judgement: Judgement<DurationsBefore>,
}

impl LeadTimeView {
    pub(super) fn new(
        figure: &Figure<LeadTime>,
        previous: Option<&Figure<LeadTime>>,
        verdict: Option<Verdict>,
        zone: Zone,
    ) -> Self {
        let now = figure.as_ref().ok();
        let before = known(previous).map(|it| DurationsBefore::new(it.durations));
        let band = now.map(|it| it.band).unwrap_or_default();
        let ci95 = now.and_then(|it| it.durations).and_then(|it| it.ci95);
        Self {
            durations: DurationsView::new(now.map(|it| count_of(it.durations)), now.and_then(|it| it.durations)),
            stages: now.map(|it| StagesView::new(&it.stages)),
            variants: now.map(VariantsView::new),
            reasons: now.map(ReasonsView::new),
            judgement: Judgement::new(figure, ci95, band, before, verdict, zone),
        }
    }
}

#[derive(Serialize)]
struct StageView {
    p50_seconds: f64,
    mean_seconds: f64,
    n: u64,
}

#[derive(Serialize)]
struct StagesView {
    coding: Option<StageView>,
    pickup: Option<StageView>,
    review: Option<StageView>,
    deploy: Option<StageView>,
}

impl StagesView {
    fn new(stages: &StageFigures) -> Self {
        let view = |stage: Option<Durations>| {
            stage.map(|it| StageView { p50_seconds: it.p50, mean_seconds: it.mean, n: it.n })
        };
        Self {
            coding: view(stages.coding),
            pickup: view(stages.pickup),
            review: view(stages.review),
            deploy: view(stages.deploy),
        }
    }
}

#[derive(Serialize)]
struct VariantView {
    p50_seconds: Option<f64>,
    n: u64,
    negative: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct VariantsView {
    deployment: Option<VariantView>,
    change: Option<VariantView>,
    commit: Option<VariantView>,
    pull_request_opened: Option<VariantView>,
}

impl VariantsView {
    fn new(lead_time: &LeadTime) -> Self {
        let view = |variant: Variant| {
            let figure = lead_time.variants.iter().find(|it| it.variant == variant)?;
            Some(VariantView { p50_seconds: figure.p50, n: figure.n, negative: figure.negative })
        };
        Self {
            deployment: view(Variant::Deployment),
            change: view(Variant::Change),
            commit: view(Variant::Commit),
            pull_request_opened: view(Variant::PullRequestOpened),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct ReasonsView {
    first_deployment: u64,
    redeploy: u64,
    rollback: u64,
    unknown_commits: u64,
    negative: u64,
}

impl ReasonsView {
    fn new(lead_time: &LeadTime) -> Self {
        let count = |reason| lead_time.reasons.get(&reason).copied().unwrap_or(0);
        Self {
            first_deployment: count(LeadTimeReason::FirstDeployment),
            redeploy: count(LeadTimeReason::Redeploy),
            rollback: count(LeadTimeReason::Rollback),
            unknown_commits: count(LeadTimeReason::UnknownCommits),
            negative: count(LeadTimeReason::Negative),
        }
    }
}
