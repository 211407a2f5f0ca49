//! Series as OpenMetrics text, strict enough for every reader: families and series contiguous, samples in order of
//! time, seconds as plain decimals, no space in braces.
//!
//! Source: the OpenMetrics specification 1.0, section "Overall Structure"; that `promtool` refuses a space behind the
//! comma between labels was found by running it.

use std::fmt::Write as _;

use super::escape;
use super::event_series::Series;
use crate::domain::time::Timestamp;

/// The whole text, from the first family to `# EOF`.
pub fn render(series: &[Series]) -> String {
    let mut text = String::new();
    let mut family = None;
    for one in series {
        let name = one.family.name();
        if family != Some(name) {
            let _ = writeln!(text, "# HELP {name} {}\n# TYPE {name} gauge", one.family.help());
            family = Some(name);
        }
        let labels: Vec<String> =
            one.labels.iter().map(|(label, value)| format!("{label}=\"{}\"", escape(value))).collect();
        let labels = labels.join(",");
        for (at, value) in &one.samples {
            let _ = writeln!(text, "{name}{{{labels}}} {value} {}", instant(*at));
        }
    }
    text + "# EOF\n"
}

/// Seconds with milliseconds.
fn instant(Timestamp(milliseconds): Timestamp) -> String {
    let sign = if milliseconds < 0 { "-" } else { "" };
    let (whole, part) = (milliseconds.unsigned_abs() / 1_000, milliseconds.unsigned_abs() % 1_000);
    if part == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part:03}") }
}

#[cfg(test)]
mod tests {
    use super::super::event_series::Family;
    use super::*;
    use crate::domain::group::Group;

    #[test]
    fn samples_of_a_family_stand_together_with_three_escapes_and_plain_decimals() {
        let one = |family, service: &str, samples: Vec<(i64, f64)>| Series {
            family,
            group: Group::all(),
            labels: vec![("service", service.to_owned())],
            samples: samples.into_iter().map(|(at, value)| (Timestamp(at), value)).collect(),
        };
        let text = render(&[
            one(Family::LeadTime, "a\"b\\c\nd/e", vec![(1_700_000_000_000, 0.5), (1_700_000_000_123, 1e21)]),
            one(Family::LeadTime, "z", vec![(-1_500, 60.0)]),
        ]);
        assert_eq!(
            text.lines().skip(1).collect::<Vec<_>>(),
            [
                "# TYPE dora_lead_time_seconds gauge",
                "dora_lead_time_seconds{service=\"a\\\"b\\\\c\\nd/e\"} 0.5 1700000000",
                "dora_lead_time_seconds{service=\"a\\\"b\\\\c\\nd/e\"} 1000000000000000000000 1700000000.123",
                "dora_lead_time_seconds{service=\"z\"} 60 -1.500",
                "# EOF",
            ]
        );
        assert_eq!(render(&[]), "# EOF\n");
    }
}
