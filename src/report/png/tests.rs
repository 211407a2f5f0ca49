//! What holds for the pictures of every report.

use std::collections::BTreeSet;

use super::{Picture, files, pictures, tiles};
use crate::domain::period::Period;
use crate::metrics::tables::{Analysis, PastPeriod, Progress};
use crate::report::html;
use crate::report::html::sample::{HOSTILE, empty, provenance, year};
use crate::report::sample::{self, HOSTILE as CONTROLS};

fn of(analysis: &Analysis) -> Vec<Picture> {
    pictures(analysis, &provenance()).expect("pictures")
}

fn drawn(picture: &Picture) -> Vec<u8> {
    let mut bytes = Vec::new();
    picture.write(&mut bytes).expect("a picture");
    bytes
}

fn named<'a>(pictures: &'a [Picture], name: &str) -> &'a Picture {
    pictures.iter().find(|picture| picture.name == name).expect("a picture of this name")
}

/// A year whose every text of a user tries to break out, in periods that are named by their days.
fn hostile() -> Analysis {
    let mut analysis = year(6);
    let name = format!("{} {CONTROLS} \u{0}\u{1}\u{ffff}\u{5d0}\u{4e2d}🚀 {}", HOSTILE.join(" "), "W".repeat(300));
    analysis.settings.organisation = Some(name.clone());
    analysis.service_filter = Some(name.clone());
    analysis.team_filter = Some(name.clone());
    for group in &mut analysis.groups {
        group.group.name.clone_from(&name);
    }
    let day = analysis.period.to;
    let period = |text: &str| Period::parse(text, day).expect("a period");
    let figures = analysis.groups[0].figures.clone();
    let past = |figures| PastPeriod { period: period("2024-10-02..2025-01-01"), figures };
    analysis.groups[0].earlier = vec![past(empty().groups[0].figures.clone()), past(figures)];
    analysis.previous = Some(period("2024-10-02..2025-01-01"));
    analysis
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_picture_is_a_png_of_1600_by_900_pixels_and_the_same_on_two_runs() {
    for name in ["figure-lead-time.png", "tile-lead_time.png"] {
        let bytes = drawn(named(&of(&year(2)), name));
        assert_eq!((&bytes[..8], &bytes[12..16]), (&b"\x89PNG\r\n\x1a\n"[..], &b"IHDR"[..]));
        assert_eq!((&bytes[16..20], &bytes[20..24]), (&1600_u32.to_be_bytes()[..], &900_u32.to_be_bytes()[..]));
        assert!(bytes.len() > 20_000, "text and marks are on it: {} bytes", bytes.len());
        assert_eq!(drawn(named(&of(&year(2)), name)), bytes);
    }
}

#[test]
fn there_is_a_picture_of_each_chart_of_the_page_and_of_each_tile() {
    let analysis = year(6);
    let page = html::render(&analysis, &provenance()).expect("a page");
    let ids = page.split("<figure id=\"chart-").skip(1).filter_map(|rest| rest.split('"').next());
    let charts = ids.map(|id| format!("figure-{id}.png"));
    let expected: BTreeSet<String> = charts.chain(tiles().map(|(_, name)| name.to_owned())).collect();
    let all = of(&analysis);
    let names: BTreeSet<String> = all.iter().map(|picture| picture.name.to_owned()).collect();
    assert_eq!((names.len(), &names), (all.len(), &expected));
    assert!(names.iter().all(|name| files().any(|known| known == name)));
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn hostile_text_breaks_no_picture() {
    let all = of(&hostile());
    for picture in &all {
        for hostile in ["<script", "<img", "<b>", "\u{202e}", "\u{0}", "\u{1}", "\u{ffff}"] {
            assert!(!picture.svg.contains(hostile), "{}: {hostile:?}", picture.name);
        }
    }
    for name in ["figure-balance.png", "tile-lead_time.png"] {
        assert!(named(&all, name).svg.contains("&lt;scri"), "the name is there, escaped: {}", named(&all, name).svg);
        assert!(!drawn(named(&all, name)).is_empty());
    }
}

#[test]
fn a_report_without_figures_has_its_tiles_alone_and_they_say_why() {
    for analysis in [empty(), sample::empty()] {
        let all = of(&analysis);
        let names: Vec<&str> = all.iter().map(|picture| picture.name).collect();
        assert_eq!(names, tiles().map(|(_, name)| name).collect::<Vec<_>>());
        for picture in &all {
            assert!(picture.svg.contains(">no data</text>") && picture.svg.contains(">No figure: "), "{}", picture.svg);
        }
    }
}

#[test]
fn a_tile_has_a_column_for_each_period_and_says_what_became_of_the_figure_before() {
    let mut analysis = hostile();
    let before = analysis.groups[0].earlier[1].clone();
    for (metric, figure) in analysis.groups[0].figures.iter_mut() {
        figure.previous = Some(Box::new(before.figures[metric].clone()));
        figure.progress = Some(Progress::RecoveredTo(before.period.clone()));
    }
    let all = of(&analysis);
    let svg = &named(&all, "tile-lead_time.png").svg;
    assert!(svg.contains(">Recovered to the level of 2 Oct to 31 Dec 2024, after "), "{svg}");
    assert_eq!(svg.matches("fill=\"#87909A\"").count(), 2, "a column, and a line for the period without data");
    assert_eq!(svg.matches("fill=\"#0072B2\"").count(), 1, "the reported period has another colour");
    assert_eq!(svg.matches(">no data</text>").count(), 1);
}

#[test]
fn a_picture_says_whose_figures_it_shows_and_that_they_are_made_up() {
    let all = of(&sample::full());
    let footer =
        "Acme &amp; &lt;Sons&gt; \u{b7} teams pay* \u{b7} 2026-Q3 \u{b7} as of 2026-11-24 07:00 Europe/Berlin<";
    assert!(all.iter().all(|picture| picture.svg.contains(footer)), "{}", all[0].svg);
    assert!(all.iter().all(|picture| picture.svg.contains(">synthetic data \u{b7} dora-report<")));
}

#[test]
fn dots_of_services_carry_their_names_escaped() {
    let all = of(&year(6));
    let svg = &named(&all, "figure-balance.png").svg;
    assert!(svg.contains(">&lt;/svg&gt;&lt;img ") && svg.contains(">checkout-api</text>"), "{svg}");
}
