//! Tests of the charts with the synthetic year of the page's tests.

use crate::metrics::tables::{Analysis, DailyRow};
use crate::report::html::sample::year;

use super::sparkline::Spread;
use super::{failure_rate, failures_by_month, frequency, incidents, lead_time, segments, sparkline};

fn daily(analysis: &Analysis) -> &[DailyRow] {
    &analysis.groups[0].daily
}

#[test]
fn a_rolling_line_is_cut_where_days_have_no_value() {
    let analysis = year(2);
    let chart = frequency::chart(daily(&analysis), &analysis.period, 30).expect("drawn").expect("values");
    let lines = chart.drawing.body.matches("stroke=\"#0072B2\" stroke-width=\"4\" points=").count();
    assert_eq!(lines, 3, "before the gap, after it, and the key of the label");
    assert!(chart.points.rows.iter().any(|row| row[1] == "no data"), "the table says so, too");
    assert!(chart.caption.contains("leave a gap"));
}

#[test]
fn a_chart_without_any_value_is_none() {
    let analysis = year(2);
    let mut rows = daily(&analysis).to_vec();
    for row in &mut rows {
        row.deployments_per_day = None;
        row.change_failure_rate = None;
        row.lead_time_p50 = None;
    }
    let (period, bands) = (&analysis.period, &analysis.settings.bands);
    assert_eq!(frequency::chart(&rows, period, 30), Ok(None));
    assert_eq!(failure_rate::chart(&rows, period, 30, bands), Ok(None));
    assert_eq!(lead_time::chart(&rows, period, 30, bands), Ok(None));
    assert_eq!(failures_by_month::chart(&[]), Ok(None));
    assert_eq!(sparkline::draw_line(&rows, Spread::FromZero, |row| row.deployments_per_day), Ok(None));
}

#[test]
fn the_last_day_is_a_ring_where_it_is_not_over() {
    let mut analysis = year(2);
    let rings = |analysis: &Analysis| {
        let chart = frequency::chart(daily(analysis), &analysis.period, 30).expect("drawn").expect("values");
        (chart.drawing.body.matches("<circle").count(), chart.caption.contains("not over"))
    };
    assert_eq!(rings(&analysis), (1, true));
    for row in &mut analysis.groups[0].daily {
        row.partial = false;
    }
    assert_eq!(rings(&analysis), (0, false));
}

#[test]
fn an_open_incident_is_a_ring_with_the_age_it_has_reached() {
    let mut analysis = year(2);
    analysis.incidents = analysis.incidents.renamed(|record| {
        record.event.resolved_at = None;
        record.time_to_restore = None;
    });
    let opened = analysis.incidents.iter().filter(|it| analysis.known.contains(it.event.opened_at)).count();
    let chart = incidents::chart(&analysis, &[]).expect("drawn").expect("incidents");
    let rings = chart.drawing.body.matches("fill=\"none\" stroke=\"#D55E00\" stroke-width=\"3\"").count();
    assert_eq!(rings, opened + 1, "one each, and the key of the label");
    assert!(chart.drawing.body.contains("\u{2265} "), "the label says at least how long");
    assert!(chart.desc.contains("still open, the oldest for at least"), "{}", chart.desc);
}

#[test]
fn zones_of_the_bands_are_named_in_the_drawing_and_their_edition_in_the_caption() {
    let analysis = year(2);
    let (period, bands) = (&analysis.period, &analysis.settings.bands);
    let chart = failure_rate::chart(daily(&analysis), period, 30, bands).expect("drawn").expect("values");
    assert!(chart.drawing.body.contains(">elite</text>") && chart.caption.contains("“handbook”"));
    let none = crate::domain::band::Bands::edition("none").expect("built in");
    let chart = failure_rate::chart(daily(&analysis), period, 30, &none).expect("drawn").expect("values");
    assert!(!chart.drawing.body.contains(">elite<") && !chart.caption.contains("edition"));
}

#[test]
fn a_table_of_points_has_a_row_a_week_and_the_last_day() {
    let analysis = year(2);
    let chart = frequency::chart(daily(&analysis), &analysis.period, 30).expect("drawn").expect("values");
    assert_eq!(chart.points.rows.len(), 53);
    assert_eq!(chart.points.rows[52][0], "31 Dec 2025");
}

#[test]
fn a_gap_splits_a_line_and_nothing_is_drawn_for_it() {
    let series = [(0.0, None), (1.0, Some(1.0)), (2.0, Some(f64::NAN)), (3.0, Some(2.0)), (4.0, Some(3.0))];
    assert_eq!(segments(series.into_iter()), [vec![(1.0, 1.0)], vec![(3.0, 2.0), (4.0, 3.0)]]);
    assert!(segments([(0.0, None)].into_iter()).is_empty());
}
