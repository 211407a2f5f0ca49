//! What every picture has: a title above, and below whose figures they are, of which period, as of when.

use super::sheet::{Anchor, Area, HEIGHT, Sheet, Style, WIDTH, cut, wide_as, wrapped};
use crate::metrics::tables::Analysis;
use crate::report::chart::palette::{INK, MUTED, RULE};
use crate::report::words::period_name;
use crate::report::{Provenance, number};

/// Space on the left and the right.
pub(super) const MARGIN: f64 = 60.0;
/// Where the space between the title and the line below begins.
pub(super) const TOP: f64 = 125.0;
/// Where it ends.
pub(super) const BOTTOM: f64 = 798.0;
/// Width of what the margins leave.
pub(super) const INSIDE: f64 = WIDTH as f64 - 2.0 * MARGIN;

const TITLE: Style = Style { size: 46.0, is_bold: true, colour: INK, anchor: Anchor::Start };
/// A title that does not fit in this size takes a second line.
const SMALLEST_TITLE: f64 = 36.0;
const FOOTER: Style = Style { size: 24.0, is_bold: false, colour: MUTED, anchor: Anchor::Start };
const SEPARATOR: &str = " \u{b7} ";

/// The line below, in its two parts.
pub(super) struct Frame {
    whose: String,
    by: &'static str,
}

impl Frame {
    /// That of all pictures of a report.
    pub(super) fn of(analysis: &Analysis, provenance: &Provenance) -> Self {
        let settings = &analysis.settings;
        let by = if provenance.synthetic { "synthetic data \u{b7} dora-report" } else { "dora-report" };
        let as_of = format!("as of {} {}", number::instant(analysis.as_of, settings.zone), settings.zone.name());
        let when = [period_name(&analysis.period), as_of].join(SEPARATOR);
        let names: Vec<(&str, &String)> =
            [("", &settings.organisation), ("services ", &analysis.service_filter), ("teams ", &analysis.team_filter)]
                .into_iter()
                .filter_map(|(what, name)| Some((what, name.as_ref()?)))
                .collect();
        // Names of a user share what the rest leaves, so that the instant is always there.
        let fixed = names.iter().fold(format!("{by}{SEPARATOR}{when}"), |text, (what, _)| text + SEPARATOR + what);
        let widths: Vec<f64> = names.iter().map(|(_, name)| wide_as(name, FOOTER)).collect();
        let share = share(&widths, INSIDE - wide_as(&fixed, FOOTER) - FOOTER.size);
        let names = names.into_iter().map(|(what, name)| format!("{what}{}", cut(name, FOOTER, share)));
        Self { whose: names.chain([when]).collect::<Vec<_>>().join(SEPARATOR), by }
    }

    /// A sheet with the title and the line below.
    pub(super) fn sheet(&self, title: &str) -> Sheet {
        let mut sheet = Sheet::new();
        let shrunk = 0.999 * TITLE.size * INSIDE / wide_as(title, TITLE).max(INSIDE);
        let style = Style { size: shrunk.max(SMALLEST_TITLE), ..TITLE };
        let lines = wrapped(title, style, INSIDE, 2);
        sheet.lines(&lines, (MARGIN, if lines.len() > 1 { 58.0 } else { 90.0 }), style);
        let bottom = f64::from(HEIGHT) - 40.0;
        sheet.rect(Area { left: MARGIN, top: bottom - 42.0, width: INSIDE, height: 2.0 }, RULE);
        let by = Style { anchor: Anchor::End, ..FOOTER };
        sheet.text(self.by, (MARGIN + INSIDE, bottom), by);
        sheet.text(&self.whose, (MARGIN, bottom), FOOTER);
        sheet
    }
}

/// The width to which texts must be cut so that all of them fit beside each other: the shorter ones leave their rest to
/// the longer ones.
fn share(widths: &[f64], room: f64) -> f64 {
    let mut sorted = widths.to_vec();
    sorted.sort_by(f64::total_cmp);
    let mut left = room;
    for (at, width) in sorted.iter().enumerate() {
        let share = left / (sorted.len() - at) as f64;
        if *width > share {
            return share;
        }
        left -= width;
    }
    f64::INFINITY
}

#[cfg(test)]
mod tests {
    use super::share;

    #[test]
    fn only_the_longest_texts_are_cut() {
        assert!((share(&[90.0, 10.0, 50.0], 100.0) - 45.0).abs() < 1e-9);
        assert!((share(&[90.0, 90.0], 100.0) - 50.0).abs() < 1e-9);
        assert!(share(&[90.0, 10.0], 100.0).is_infinite() && share(&[], 100.0).is_infinite());
    }
}
