//! The Markdown summary as a whole.

use super::super::sample;
use super::render;
use crate::domain::group::{Group, GroupKind};
use crate::metrics::tables::{Finding, Observation, Severity};

#[test]
fn the_summary_shows_figures_and_says_what_is_not_known() {
    insta::assert_snapshot!(render(&sample::full(), &sample::provenance()));
}

#[test]
fn without_data_the_summary_says_so() {
    let synthetic = crate::report::Provenance { synthetic: true, ..sample::provenance() };
    insta::assert_snapshot!(render(&sample::empty(), &synthetic));
}

#[test]
fn a_period_that_is_not_over_says_so() {
    let mut analysis = sample::full();
    analysis.as_of = sample::at("2026-09-15T12:00:00Z");
    analysis.known.to = analysis.as_of;
    assert!(render(&analysis, &sample::provenance()).contains("The period is not over"));
}

#[test]
fn notes_and_freezes_of_the_period_are_listed_by_day() {
    let file = "
        [[freeze]]\nfrom = 2026-09-14\nto = 2026-09-21\n
        [[freeze]]\nfrom = 2026-06-01\nto = 2026-07-02\ntext = 'Trade fair'\n
        [[note]]\ndate = 2026-08-03\ntext = \"New *cluster*.\\u001b[31m\"\n
        [[note]]\ndate = 2026-10-01\ntext = 'later'\n";
    let provenance = crate::report::Provenance { notes: toml::from_str(file).expect("notes"), ..sample::provenance() };
    let text = render(&sample::full(), &provenance);
    let wanted = "## Notes\n\n- **1 Jun to 1 Jul 2026** freeze: Trade fair\n- **3 Aug 2026** New \\*cluster\\*. \\[31m\n\
                  - **14 to 20 Sep 2026** freeze\n\n## Findings";
    assert!(text.contains(wanted), "{text}");
    assert!(!render(&sample::full(), &sample::provenance()).contains("## Notes"));
}

#[test]
fn every_row_of_a_table_has_the_cells_of_its_head() {
    let text = render(&sample::full(), &sample::provenance());
    let bars = |line: &str| line.matches('|').count() - line.matches("\\|").count();
    let tables: Vec<Vec<&str>> = text
        .split("\n\n")
        .map(|block| block.lines().filter(|line| line.starts_with('|')).collect())
        .filter(|table: &Vec<&str>| !table.is_empty())
        .collect();
    assert_eq!(tables.len(), 2);
    for table in tables {
        assert!(table.iter().all(|line| bars(line) == bars(table[0])), "{table:#?}");
    }
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn the_summary_stays_below_a_mebibyte_and_says_what_it_dropped() {
    let mut analysis = sample::full();
    let name = "<".repeat(990);
    for index in 0..3_000 {
        let report = sample::group(GroupKind::Service, &format!("{index:04}{name}"), sample::unread(), None);
        analysis.groups.push(report);
        analysis.findings.push(Finding {
            severity: Severity::Info,
            scope: Group { kind: GroupKind::Service, name: name.clone() },
            what: Observation::UnmappedRepos { repos: [name.clone()].into() },
        });
    }
    let text = render(&analysis, &sample::provenance());
    assert!(text.len() < 1 << 20, "{} bytes", text.len());
    assert!(text.len() > 900_000, "{} bytes", text.len());
    let rows =
        text.lines().filter(|line| line.starts_with("| 0") || line.starts_with("| 1") || line.starts_with("| 2"));
    let dropped = format!("{} more rows did not fit here; all are in summary.csv.", 3_000 - rows.count());
    assert!(text.contains(&dropped), "{dropped}");
}
