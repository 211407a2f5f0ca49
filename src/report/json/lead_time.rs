//! What only a lead time has in `report.json`: its stages, other ways to count it, and deployments without one.

use super::fields::{Fields, counts};
use crate::metrics::tables::{Durations, LeadTimeDetails, LeadTimeReason, Variant};

/// Adds the three objects; `null` where nothing is known.
pub(super) fn details(fields: &mut Fields, known: Option<&LeadTimeDetails>) {
    fields.push("stages", known.map(stages));
    fields.push("variants", known.map(variants));
    fields.push("reasons", known.map(reasons));
}

fn stages(known: &LeadTimeDetails) -> Fields {
    let view = |stage: Option<Durations>| {
        stage.map(|it| {
            let mut fields = Fields::default();
            fields.push("p50_seconds", Some(it.p50));
            fields.push("mean_seconds", Some(it.mean));
            fields.push("n", Some(it.n));
            fields
        })
    };
    let mut fields = Fields::default();
    fields.push("coding", view(known.stages.coding));
    fields.push("pickup", view(known.stages.pickup));
    fields.push("review", view(known.stages.review));
    fields.push("deploy", view(known.stages.deploy));
    fields
}

fn variants(known: &LeadTimeDetails) -> Fields {
    let mut fields = Fields::default();
    for variant in [Variant::Deployment, Variant::Change, Variant::Commit, Variant::PullRequestOpened] {
        let figure = known.variants.iter().find(|it| it.variant == variant).map(|it| {
            let mut fields = Fields::default();
            fields.push("p50_seconds", it.p50);
            fields.push("n", Some(it.n));
            fields.push("negative", Some(it.negative));
            fields
        });
        fields.push(variant.as_str(), figure);
    }
    fields
}

fn reasons(known: &LeadTimeDetails) -> Fields {
    counts(
        [
            LeadTimeReason::FirstDeployment,
            LeadTimeReason::Redeploy,
            LeadTimeReason::Rollback,
            LeadTimeReason::UnknownCommits,
            LeadTimeReason::Negative,
        ]
        .map(|reason| (reason.as_str(), known.reasons.get(&reason))),
    )
}
