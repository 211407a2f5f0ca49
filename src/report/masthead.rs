//! The lines above the figures of a document: what it is, which days and groups it is about, and how it was made.
//!
//! Plain text; each format escapes it.

use super::Provenance;
use super::number;
use super::words::period_name;
use crate::metrics::tables::Analysis;

/// What a document on made-up data says.
pub(super) const SYNTHETIC: &str = "Synthetic data: this report contains no real deployments or incidents.";

/// `Acme: DORA metrics 2026-Q3`.
pub(super) fn title(analysis: &Analysis) -> String {
    let organisation = analysis.settings.organisation.as_ref().map(|name| format!("{name}: ")).unwrap_or_default();
    format!("{organisation}DORA metrics {}", period_name(&analysis.period))
}

/// The days, what they are compared with, and the filters in force.
pub(super) fn scope(analysis: &Analysis) -> String {
    let period = &analysis.period;
    let compared = analysis.previous.as_ref().map(|it| format!(", compared with {}", period_name(it)));
    let mut said = format!("{}{}.", number::days(period.from, period.to), compared.unwrap_or_default());
    if analysis.known.to < analysis.settings.zone.midnight(period.to) {
        said.push_str(" The period is not over: the figures cover only the part so far.");
    }
    for (what, pattern) in [("services", &analysis.service_filter), ("teams", &analysis.team_filter)] {
        if let Some(pattern) = pattern {
            said = format!("{said} Only {what} whose name matches {pattern}.");
        }
    }
    said
}

/// The instant, the settings and the program that the figures depend on.
pub(super) fn made(analysis: &Analysis, provenance: &Provenance) -> String {
    let settings = &analysis.settings;
    let digest: String = provenance.config_digest.chars().take(12).collect();
    format!(
        "As of {}, time zone {}, rolling window {} days, bands: {}, dora-report {}, config {digest}.",
        analysis.as_of, settings.zone, settings.window_days, settings.bands.edition, provenance.tool_version
    )
}

#[cfg(test)]
mod tests {
    use super::{made, scope, title};
    use crate::report::sample;

    #[test]
    fn a_document_says_what_it_is_about_and_how_it_was_made() {
        let analysis = sample::full();
        assert_eq!(title(&analysis), "Acme & <Sons>: DORA metrics 2026-Q3");
        let said = "1 Jul to 30 Sep 2026, compared with 2026-Q2. Only teams whose name matches pay*.";
        assert_eq!(scope(&analysis), said);
        let said = made(&analysis, &sample::provenance());
        assert!(said.starts_with("As of 2026-11-24T06:00:00Z, time zone Europe/Berlin"), "{said}");
        assert!(said.ends_with("config abababababab."), "{said}");
        let mut cut = sample::full();
        cut.known.to = sample::at("2026-09-15T12:00:00Z");
        assert!(scope(&cut).contains("The period is not over"));
    }
}
