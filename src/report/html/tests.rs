//! Properties of every page, for any contents.

use std::sync::LazyLock;

use super::sample::{HOSTILE, empty, provenance, year};
use super::{IndexEntry, IndexFigure, render, render_index};
use crate::domain::band::Bands;
use crate::domain::period::Period;
use crate::domain::time::Timestamp;
use crate::metrics::tables::{Analysis, DeploymentRecord, Metric, SurveyShare};

/// Where the page's one script begins.
const SCRIPT: &str = "<script>// Only enhances";

static SIX: LazyLock<String> = LazyLock::new(|| page(&year(6)));

fn page(analysis: &Analysis) -> String {
    render(analysis, &provenance()).expect("a page")
}

fn count(page: &str, text: &str) -> usize {
    page.matches(text).count()
}

/// The page without its style sheet and its script, which are ours.
fn body(page: &str) -> &str {
    let body = page.split_once("</style>").expect("a style sheet").1;
    body.rsplit_once(SCRIPT).map_or(body, |(before, _)| before)
}

#[test]
fn hostile_text_is_escaped_everywhere() {
    let body = body(&SIX);
    for hostile in
        ["<script", "<img", "<b>Sons", "<i>", "<unread>", "<late>", "\u{202e}", "onerror=alert(1)>", "javascript:"]
    {
        assert!(!body.contains(hostile), "{hostile}");
    }
    assert!(body.contains("&#60;script&#62;alert(1)&#60;/script&#62;"), "the name is there, escaped");
    assert_eq!(count(body, "<svg"), count(body, "</svg>"));
    assert!(body.contains(HOSTILE[5]));
}

#[test]
fn with_the_survey_of_2025_a_rate_is_more_often_and_a_duration_faster_than_a_share_of_the_respondents() {
    let mut analysis = year(1);
    analysis.settings.bands = Bands::edition("dora-2025").expect("an edition");
    for (metric, value) in [(Metric::DeploymentFrequency, 0.76), (Metric::LeadTime, 0.44)] {
        let figure = &mut analysis.groups[0].figures[metric];
        (figure.surpassed, figure.n) = (Some(SurveyShare { value, ends: None }), 40);
    }
    let page = page(&analysis);
    for words in [r#"more often than <span class="nb">76 %</span>"#, r#"faster than <span class="nb">44 %</span>"#] {
        assert!(page.contains(words), "{words}");
    }
}

#[test]
fn a_page_loads_no_external_resource() {
    for page in [&*SIX, &page(&empty())] {
        for fetched in [
            "src=\"",
            "<img",
            "url(",
            "@import",
            "<link",
            "<iframe",
            "<object",
            "<embed",
            "xlink:",
            "srcset",
            "fetch(",
            "XMLHttpRequest",
            "import(",
            "innerHTML",
            "eval(",
        ] {
            assert!(!page.contains(fetched), "{fetched}");
        }
        assert_eq!((count(page, "<script"), count(page, SCRIPT)), (1, 1), "one script, and it is ours");
        assert!(
            page.contains(
                "content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'sha256-"
            )
        );
        let links = count(page, "href=\"https://");
        let to_copy = count(page, "<code>https://dora.dev/quickcheck/?");
        assert_eq!(
            count(page, "https://") + count(page, "http://"),
            links + to_copy,
            "addresses are links to follow or to copy, nothing else"
        );
    }
}

#[test]
fn missing_values_are_printed_as_words_and_never_as_numbers() {
    for page in [&*SIX, &page(&empty())] {
        for broken in ["NaN", ">inf", " inf ", "-inf", "None<", "no value"] {
            assert!(!body(page).contains(broken), "{broken}");
        }
    }
    let page = page(&empty());
    assert!(page.contains("No figure: no repo belongs to this group"));
    assert!(page.contains("No incidents were ever read"));
    assert!(!body(&page).contains("class=\"chart\""), "no chart is drawn of nothing");
    for zero in [">0 a month<", ">0 s<", ">0 %<"] {
        assert!(!page.contains(zero), "{zero}");
    }
}

#[test]
fn headings_follow_in_order_and_there_is_one_first() {
    for page in [&*SIX, &page(&empty())] {
        assert_eq!(count(page, "<h1"), 1);
        let levels = body(page).match_indices("<h").filter_map(|(at, _)| page_level(body(page), at));
        let mut before = 1;
        for level in levels {
            assert!(level <= before + 1, "h{level} after h{before}");
            before = level;
        }
    }
}

fn page_level(text: &str, at: usize) -> Option<u32> {
    text.get(at + 2..at + 3)?.parse().ok()
}

#[test]
fn every_chart_has_a_title_a_finding_a_caption_and_its_points() {
    let charts = count(&SIX, "class=\"chart\"");
    assert_eq!(charts, 11);
    for part in ["<title id=", "<desc id=", "<figcaption>", "<figure ", "The points as a table"] {
        assert_eq!(count(&SIX, part), charts, "{part}");
    }
}

#[test]
fn every_id_is_unique_and_every_reference_has_its_target() {
    let mut ids: Vec<&str> = SIX.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all);
    for attribute in ["href=\"#", "aria-labelledby=\""] {
        for targets in SIX.split(attribute).skip(1).filter_map(|rest| rest.split('"').next()) {
            for target in targets.split(' ') {
                assert!(ids.binary_search(&target).is_ok(), "{target}");
            }
        }
    }
}

#[test]
fn every_table_has_a_caption_and_its_heads_a_scope() {
    assert_eq!(count(&SIX, "<table"), count(&SIX, "<caption"));
    assert_eq!(count(&SIX, "<th "), count(&SIX, "<th scope=\""));
    assert_eq!(count(&SIX, "<th>"), 0);
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_year_of_twenty_services_stays_light() {
    let page = page(&year(20));
    assert!(page.len() <= 300 * 1024, "{} KB", page.len() / 1024);
}

#[test]
fn the_same_analysis_gives_the_same_bytes() {
    assert_eq!(page(&year(2)), page(&year(2)));
}

#[test]
fn filters_and_a_period_that_is_not_over_are_named_at_the_head() {
    let mut analysis = year(2);
    analysis.service_filter = Some("pay-*".into());
    let page = page(&analysis);
    assert!(page.contains("only services that match “pay-*”"));
    assert!(page.contains("The period is not over"));
    assert!(page.contains("synthetic data"));
}

#[test]
fn the_index_links_each_report_and_escapes_its_label() {
    let entry = |label: &str| IndexEntry {
        label: label.into(),
        file: "index.html",
        period: Period::parse("2026-Q3", chrono::NaiveDate::MIN).expect("a period"),
        is_whole: true,
        as_of: Some(Timestamp::parse("2026-10-02T06:00:00Z").expect("an instant")),
        headline: Some("Lead <time> improved.".into()),
        figures: vec![(Metric::LeadTime, IndexFigure { value: Some(72_000.0), progress: Some("better".into()) })],
    };
    let page = render_index(&[entry("2026-Q3"), entry("<x>\"/..")]).expect("a page");
    assert!(page.contains("<a href=\"2026-Q3/index.html\">2026-Q3</a>"));
    assert!(page.contains("href=\"%3Cx%3E%22%2F../index.html\">&#60;x&#62;&#34;/..</a>"));
    assert!(page.contains("1 Jul to 30 Sep 2026"));
    assert!(page.contains("Lead &#60;time&#62; improved."));
    assert!(page.contains(">20 h</span></b> <small>better</small>"), "the figures and how they went");
    assert!(page.contains("no figure"), "a metric without one says so");
    assert!(page.contains("aria-label=\"&#60;x&#62;&#34;/..: 20 h; 2026-Q3: 20 h\""), "from report to report");
    assert!(render_index(&[]).expect("a page").contains("There is no report yet."));
}

/// The made-up year, cut to one of its months.
fn month() -> Analysis {
    let mut analysis = year(6);
    let period = Period::parse("2025-11", analysis.period.from).expect("a period");
    analysis.known = analysis.settings.zone.span(period.from, period.to);
    for group in &mut analysis.groups {
        group.daily.retain(|row| period.from <= row.date && row.date < period.to);
        group.months.retain(|month| month.from == period.from);
    }
    let of_month = |mut record: DeploymentRecord<'static>| {
        record.in_period = record.event.finished_at.is_some_and(|at| analysis.known.contains(at));
        record
    };
    let records: Vec<DeploymentRecord<'static>> =
        analysis.deployments.iter().map(DeploymentRecord::into_owned).map(of_month).collect();
    analysis.deployments = records.into();
    analysis.previous = period.previous();
    analysis.period = period;
    analysis
}

#[test]
fn a_single_month_is_drawn_day_by_day() {
    let page = page(&month());
    assert!(page.contains(">15 Nov</text>"), "weeks mark the axis");
    assert!(page.contains("compared with <span class=\"nb\">2025-10</span>"));
}
