//! Sentences that the outputs share: why there is no figure, what a verdict means.
//!
//! Each says what is missing, why, and what to do. Plain text: each output format escapes it.

use super::number;
use crate::domain::period::Period;
use crate::domain::reason::Reason;
use crate::domain::survey::Survey;
use crate::domain::time::{Span, Zone};
pub use crate::domain::words::capital;
use crate::metrics::tables::{LeadTimeReason, NoData, Progress, ReworkRule, Rule, Variant};
use crate::sources::registry::service_lists_in_words;

/// How many names are listed before the rest is only counted.
const NAMES: usize = 3;

/// Why there is no figure and what to do about it.
pub fn sentence(no_data: &NoData, zone: Zone) -> String {
    match no_data {
        NoData::NotYet => "No figure: the period begins after the instant of this report, so nothing of it is known. \
                           Choose an earlier period or a later --as-of."
            .to_owned(),
        NoData::NoRepos => "No figure: no repo belongs to this group, so there is nothing to count. Run `fetch`, \
                            name its repos in the configuration, or import its deployments."
            .to_owned(),
        NoData::DeploymentsNotRead { repos, read } => format!(
            "No figure: the deployments of {} were not read over the whole period{}. Import the rest; where \
             a file holds everything of a span, “import deployments FILE --covers FROM..TO” says so.",
            names(repos, "its repos"),
            extent(*read, zone)
        ),
        NoData::NothingCounted => {
            "No figure: deployments were read, but none has both an environment that counts and a known status. The \
                                   finding “nothing-counted” lists what was seen and the configuration that would \
                                   count it."
                .to_owned()
        }
        NoData::IncidentsUnmapped => format!(
            "No figure: incidents were read, but none of them belongs to a service, so it is unknown which deployments \
             failed. List their ids or names under a [[service]] ({}).",
            service_lists_in_words("")
        ),
        NoData::NoIncidentSource => "No figure: no incidents were ever read, and none is estimated from deployments. \
                                     Import incidents; a file without rows and “import incidents FILE \
                                     --covers FROM..TO” say that there were none."
            .to_owned(),
        NoData::IncidentsNotRead { sources, read } => format!(
            "No figure: the incidents of {} were not read over the whole period{}. Import the rest; where a \
             file holds everything of a span, “import incidents FILE --covers FROM..TO” says so.",
            names(sources, "its sources"),
            extent(*read, zone)
        ),
    }
}

/// The name of a period: its label, or its days if the label consists of dates.
pub fn period_name(period: &Period) -> String {
    if period.label.contains('_') { number::days(period.from, period.to) } else { period.label.clone() }
}

/// Whose answers an edition without bands compares with.
pub fn survey(it: &Survey) -> String {
    format!(
        "Compared with the {}, {} respondents. DORA published no distribution for the other metrics.",
        it.source,
        number::count(it.respondents.into())
    )
}

/// `a, b and 3 more`.
pub fn names(all: &[String], nobody: &str) -> String {
    let (shown, rest) = all.split_at(all.len().min(NAMES));
    match (shown, rest.len()) {
        ([], _) => nobody.to_owned(),
        ([only], 0) => only.clone(),
        ([first @ .., last], 0) => format!("{} and {last}", first.join(", ")),
        (shown, more) => format!("{} and {more} more", shown.join(", ")),
    }
}

fn extent(read: Option<Span>, zone: Zone) -> String {
    match read {
        Some(span) => {
            format!(
                " (all of it is known from {} to {})",
                number::instant(span.from, zone),
                number::instant(span.to, zone)
            )
        }
        None => " (there is no span in which all of it is known)".to_owned(),
    }
}

/// How a figure changed in view of the earlier periods: `recovered to the level of 2026-Q1`.
pub fn progress(progress: &Progress) -> String {
    let level = progress.level_of().map(period_name).unwrap_or_default();
    match progress {
        Progress::RecoveredTo(_) => format!("recovered to the level of {level}"),
        Progress::RecoveredInPart(_) => format!("recovered in part, still worse than in {level}"),
        Progress::FellBackTo(_) => format!("worse, back at the level of {level}"),
        Progress::Unchanged => "no detectable change".to_owned(),
        Progress::Better | Progress::Worse | Progress::TooFewData | Progress::NoFigureBefore => {
            progress.as_str().to_owned()
        }
    }
}

/// Why a deployment has no lead time.
pub fn lead_time_reason(reason: LeadTimeReason) -> &'static str {
    match reason {
        LeadTimeReason::FirstDeployment => "first known deployment of its repo and environment",
        LeadTimeReason::Redeploy => "same revision deployed again",
        LeadTimeReason::Rollback => "rollback to an older revision",
        LeadTimeReason::UnknownCommits => "commits not read",
        LeadTimeReason::Negative => "first commit dated after the deployment",
    }
}

/// By which rule a deployment failed.
pub fn rule(rule: Rule) -> &'static str {
    match rule {
        Rule::Explicit => "explicit (a reference or a flag)",
        Rule::Window => "window (the clock alone)",
        Rule::Rollback => "rollback (it was replaced by an older revision)",
    }
}

/// By which rule a deployment is rework.
pub fn rework_rule(rule: ReworkRule) -> &'static str {
    match rule {
        ReworkRule::Said => "marked as rework ([rework] in the configuration)",
        ReworkRule::Fix => "fix (the first deployment after an unresolved incident)",
        ReworkRule::Rollback => "rollback to an older revision",
    }
}

/// How a variant of the lead time counts.
pub fn variant(variant: Variant) -> &'static str {
    match variant {
        Variant::Deployment => "each deployment, from the first commit of its batch",
        Variant::Change => "each pull request, and each commit without one, from its first commit",
        Variant::Commit => "each commit, from its commit time",
        Variant::PullRequestOpened => "each pull request, from its opening: hides the work before it",
    }
}

/// Why an event does not count, or counts in part.
pub fn left_out(reason: Reason) -> &'static str {
    match reason {
        Reason::NotSuccess => "it did not succeed",
        Reason::NotProduction => "no production environment",
        Reason::NoEnvironment => "it names no environment",
        Reason::NoService => "its repo belongs to no service",
        Reason::Merged => "merged into another incident",
        Reason::NotPlanned => "closed as not planned",
        Reason::Priority => "below the minimum priority that counts",
        Reason::Urgency => "its urgency does not count",
        Reason::Tag => "has a tag that is ignored",
        Reason::Negative => "resolved before it was opened: no time to restore",
        Reason::Unmapped => "belongs to no service: counts in “all” alone",
        Reason::Gone => "is no longer in its source, and was open when it was last seen",
        Reason::SameRollout => "another record of a roll-out that counts once",
        Reason::OverWithoutAnEnd => "over by its status, at an unknown time: neither open nor resolved",
        Reason::EqualName => "mapped by an equal name, not by a listed key",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::Timestamp;

    #[test]
    fn a_missing_figure_says_what_is_missing_and_what_to_do() {
        let repos: Vec<String> = ["a/a", "b/b", "c/c", "d/d", "e/e"].map(String::from).into();
        let read = Some(Span { from: Timestamp(0), to: Timestamp(86_400_000) });
        let text = sentence(&NoData::DeploymentsNotRead { repos, read }, Zone::UTC);
        assert!(text.contains("a/a, b/b, c/c and 2 more"), "{text}");
        assert!(text.contains("from 1970-01-01 00:00 to 1970-01-02 00:00"), "{text}");
        assert!(text.contains("--covers FROM..TO"), "{text}");
        for no_data in [NoData::NotYet, NoData::NoRepos, NoData::NoIncidentSource] {
            let text = sentence(&no_data, Zone::UTC);
            assert!(text.starts_with("No figure: ") && text.ends_with('.'), "{text}");
        }
    }

    #[test]
    fn names_are_joined_with_commas_and_and() {
        let list = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
        assert_eq!(names(&list(&[]), "nobody"), "nobody");
        assert_eq!(names(&list(&["a"]), "nobody"), "a");
        assert_eq!(names(&list(&["a", "b", "c"]), "nobody"), "a, b and c");
    }
}
