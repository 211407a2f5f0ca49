//! The first page in words.

use super::front_page;
use crate::domain::band::Bands;
use crate::domain::group::{Group, GroupKind};
use crate::domain::period::Period;
use crate::domain::unit::Interval;
use crate::metrics::tables::{Analysis, Finding, Metric, Observation, PastPeriod, Progress, Rule, Severity};
use crate::report::Provenance;
use crate::report::notes::{Action, Aim};
use crate::report::sample::{empty, figures, full, provenance, without_incidents};

fn period(label: &str) -> Period {
    Period::parse(label, chrono::NaiveDate::MIN).expect("a period")
}

/// The sample with the progress of each metric as given.
fn with(progress: impl Fn(Metric) -> Progress) -> Analysis {
    let mut analysis = full();
    for (metric, figure) in analysis.groups[0].figures.iter_mut() {
        figure.progress = Some(progress(metric));
    }
    analysis
}

fn headline(analysis: &Analysis) -> String {
    front_page(analysis, &provenance()).headline
}

fn titles(analysis: &Analysis) -> Vec<String> {
    front_page(analysis, &provenance()).points.into_iter().map(|point| point.title).collect()
}

#[test]
fn the_headline_says_what_got_worse_first_and_joins_metrics_that_went_the_same_way() {
    let analysis = with(|metric| match metric {
        Metric::DeploymentFrequency | Metric::LeadTime => Progress::RecoveredTo(period("2026-Q1")),
        Metric::ChangeFailureRate => Progress::Worse,
        Metric::TimeToRestore => Progress::Unchanged,
        _ => Progress::TooFewData,
    });
    assert_eq!(
        headline(&analysis),
        "Change failure rate got worse; deployment frequency and lead time recovered to the level of 2026-Q1; time to \
         restore shows no detectable change; there are too few data to judge rework rate."
    );
}

#[test]
fn a_recovery_is_never_called_better_or_an_improvement() {
    for progress in [Progress::RecoveredTo(period("2026-Q1")), Progress::RecoveredInPart(period("2026-Q1"))] {
        let analysis = with(|_| progress.clone());
        let all = front_page(&analysis, &provenance());
        let said = all.points.iter().map(|it| format!("{} {}", it.title, it.text)).collect::<Vec<_>>().join(" ");
        for word in ["better", "improved"] {
            assert!(!all.headline.contains(word) && !said.contains(word), "{}\n{said}", all.headline);
        }
        assert!(all.headline.contains("2026-Q1"), "{}", all.headline);
    }
    assert!(headline(&with(|_| Progress::Better)).contains("improved"));
    assert!(
        headline(&with(|_| Progress::FellBackTo(period("2026-Q1"))))
            .contains("got worse, back to the level of 2026-Q1")
    );
}

#[test]
fn a_missing_figure_is_named_with_its_reason_before_anything_else() {
    let analysis = without_incidents();
    assert!(headline(&analysis).contains("there is no figure for change failure rate"), "{}", headline(&analysis));
    let first = &front_page(&analysis, &provenance()).points[0];
    assert!(first.is_alert && first.title.starts_with("No figure for change failure rate"), "{first:?}");
    assert!(first.text.starts_with("No incidents were ever read"), "{first:?}");
    let nothing = front_page(&empty(), &provenance());
    assert_eq!(nothing.headline, "There is no figure for 2026-Q3.");
    assert_eq!(nothing.trust, "No: nothing was read for this period");
}

#[test]
fn without_a_comparison_the_headline_gives_the_values() {
    let mut analysis = full();
    analysis.previous = None;
    for (_, figure) in analysis.groups[0].figures.iter_mut() {
        (figure.previous, figure.verdict, figure.progress) = (None, None, None);
    }
    let said = headline(&analysis);
    assert!(said.starts_with("Deployment frequency ") && said.contains(", lead time "), "{said}");
    assert!(!said.contains("detectable") && !said.contains("improved"), "{said}");
}

#[test]
fn an_action_is_judged_against_its_own_period_whatever_the_report_is_compared_with() {
    let mut analysis = full();
    let mut before = figures();
    before[Metric::LeadTime].ci95 = Some(Interval { low: 1.0, high: 2.0 });
    before[Metric::LeadTime].value = Some(1.5);
    for report in &mut analysis.groups {
        report.earlier = vec![PastPeriod { period: period("2026-Q2"), figures: before.clone() }];
        report.figures[Metric::LeadTime].progress = Some(Progress::Better);
    }
    let aim = Some(Aim { metric: Metric::LeadTime, group: None });
    let previous_actions = vec![Action { what: "x".into(), owner: None, due: None, aim }];
    let outcome = &front_page(&analysis, &Provenance { previous_actions, ..provenance() }).outcomes[0];
    assert_eq!(outcome.verdict, "worse", "the period compared with is another");
}

#[test]
fn if_the_previous_period_has_no_figures_the_headline_says_so_and_gives_the_values() {
    let said = headline(&with(|_| Progress::NoFigureBefore));
    assert!(
        said.starts_with("Deployment frequency ") && said.ends_with("2026-Q2 has no figures to compare with."),
        "{said}"
    );
    assert!(!said.contains("too few"), "{said}");
}

#[test]
fn two_compared_rates_use_the_same_unit() {
    let mut analysis = with(|_| Progress::Worse);
    let figure = &mut analysis.groups[0].figures[Metric::DeploymentFrequency];
    figure.value = Some(0.65);
    figure.previous.as_mut().expect("a figure before").value = Some(1.3);
    let points = front_page(&analysis, &provenance()).points;
    let text = points.iter().find(|it| it.title.contains("got worse")).map(|it| it.text.clone()).expect("the point");
    assert!(text.contains("requency 0.7 a day (") && text.contains("was 1.3 a day ("), "{text}");
}

#[test]
fn at_most_six_points_are_shown_sorted_by_importance() {
    let mut analysis = with(|metric| match metric {
        Metric::DeploymentFrequency => Progress::Worse,
        Metric::LeadTime => Progress::Better,
        Metric::ChangeFailureRate => Progress::Unchanged,
        _ => Progress::TooFewData,
    });
    let service = |name: &str| Group { kind: GroupKind::Service, name: name.into() };
    let finding = |scope, what| Finding { severity: Severity::Warning, scope, what };
    analysis.findings = vec![
        finding(service("web"), Observation::Sustained { ratios: vec![0.2, 0.15, 0.15], faults: [].into() }),
        finding(service("api"), Observation::Sustained { ratios: vec![0.3, 0.2, 0.2], faults: [].into() }),
        finding(Group::all(), Observation::CommitsAsDeployments { with_commit: 9, n: 10 }),
        Finding {
            severity: Severity::Error,
            ..finding(
                Group::all(),
                Observation::FewCounted { counted: 1, n: 9, environments: [].into(), statuses: [].into() },
            )
        },
    ];
    let titles = titles(&analysis);
    assert_eq!(titles.len(), 6, "{titles:#?}");
    let place =
        |words: &str| titles.iter().position(|it| it.contains(words)).unwrap_or_else(|| panic!("{words}: {titles:#?}"));
    let wrong = place("Nothing counted (all).");
    assert!(wrong < place("got worse"), "{titles:#?}");
    assert!(place("got worse") < place("2 services had a change failure rate above 10 %"), "{titles:#?}");
    assert!(
        place("2 services had a change failure rate above 10 %")
            < place("9 of 10 deployments are likely commits or merges."),
        "{titles:#?}"
    );
}

#[test]
fn unconfirmed_failures_are_shown_as_presumed_with_the_rate_without_them() {
    let analysis = full();
    let points = front_page(&analysis, &provenance()).points;
    let point = points.iter().find(|it| it.title.starts_with("5 of 60 deployments failed")).expect("the point");
    assert!(point.text.contains("checkout 5 of 60"), "{}", point.text);
    let by_clock = analysis.groups[0].figures[Metric::ChangeFailureRate].failures().expect("failures")[&Rule::Window];
    assert!(point.is_alert && by_clock > 0);
    let presumed = format!("{by_clock} of the 5 are only presumed: an incident began within 1 h after the deployment.");
    assert!(point.text.contains(&presumed), "{}", point.text);
}

#[test]
fn the_trust_line_answers_yes_partly_or_no_and_lists_weak_points_first() {
    let trust = front_page(&full(), &provenance()).trust;
    assert!(["Yes: ", "Partly: ", "No: "].iter().any(|answer| trust.starts_with(answer)), "{trust}");
}

#[test]
fn an_action_shows_its_figure_now_and_in_the_next_report_then_and_now() {
    let mut analysis = full();
    let action = |metric, group: Option<&str>| Action {
        what: "Smaller batches".into(),
        owner: None,
        due: None,
        aim: Some(Aim { metric, group: group.map(|name| Group { kind: GroupKind::Service, name: name.into() }) }),
    };
    let mut before = figures();
    before[Metric::LeadTime].value = Some(200_000.0);
    before[Metric::LeadTime].ci95 = Some(Interval { low: 190_000.0, high: 210_000.0 });
    for report in &mut analysis.groups {
        report.earlier = vec![PastPeriod { period: period("2026-Q2"), figures: before.clone() }];
    }
    let mut provenance: Provenance = provenance();
    provenance.notes.actions = vec![action(Metric::LeadTime, Some("checkout")), action(Metric::LeadTime, Some("gone"))];
    provenance.previous_actions =
        vec![action(Metric::LeadTime, None), Action { aim: None, ..action(Metric::LeadTime, None) }];
    let it = front_page(&analysis, &provenance);
    let now = it.actions[0].now.clone().expect("a figure");
    assert!(now.starts_with("checkout: lead time "), "{now}");
    assert_eq!(it.actions[1].now.as_deref(), Some("gone: lead time not in this report"));
    let course = it.outcomes[0].course.clone().expect("a course");
    assert!(course.starts_with("lead time 2.3 d \u{2192} "), "{course}");
    assert_eq!((it.outcomes[0].before, it.outcomes[0].verdict), (Some(200_000.0), "better"));
    assert_eq!((&it.outcomes[1].course, it.outcomes[1].verdict), (&None, ""));
}

#[test]
fn the_headline_does_not_depend_on_the_edition_of_the_bands() {
    let mut analysis = full();
    let handbook = headline(&analysis);
    analysis.settings.bands = Bands::edition("none").expect("built in");
    assert_eq!(headline(&analysis), handbook);
}
