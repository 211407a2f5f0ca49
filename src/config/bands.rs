//! `bands = "…"`: a built-in edition, or a TOML file of thresholds beside the config.
//!
//! ```toml
//! edition = "acme-2026"                # printed wherever a band is
//! note = "Agreed in January."          # optional
//! min_sample = 12                      # optional: with fewer events the page prints "too few to place" for the band
//!
//! [deployment_frequency]
//! elite = "> 1 per 1d"                 # deployments per span
//! high = ">= 1 per 31d"
//!
//! [lead_time]
//! elite = "< 1h"
//!
//! [change_failure_rate]
//! elite = "< 5%"
//!
//! [time_to_restore]                    # likewise [recovery_time]
//! medium = "<= 7d"
//! ```
//!
//! A band may be left out, and a metric without any has no bands; `low` is what is worse than every stated band.
//! Each stated band must admit more than the one above it.

use std::io::{self, ErrorKind};
use std::path::Path;

use super::schema;
use crate::document::{ConfigError, Document, Section, Text};
use crate::domain::band::{Band, Bands, Limit, MIN_SAMPLE, Thresholds};
use crate::domain::time::parse_duration;
use crate::domain::unit::Seconds;
use crate::domain::words::within_a_message;

/// The bands that `named` asks for; a file is looked for in `folder`.
pub(super) fn read(
    named: &Text<'_>,
    folder: &Path,
    read: &dyn Fn(&Path) -> io::Result<String>,
) -> Result<Bands, ConfigError> {
    if let Some(bands) = Bands::edition(named.value) {
        return Ok(bands);
    }
    let path = folder.join(named.value);
    let file = within_a_message(&path.display().to_string());
    match read(&path) {
        Ok(text) => parse(&text, &path),
        Err(cause) if cause.kind() == ErrorKind::NotFound => Err(ConfigError::UnknownBands {
            at: named.at.clone(),
            found: within_a_message(named.value),
            editions: crate::document::schema::list(&Bands::EDITIONS, "", ""),
            file,
        }),
        Err(cause) => Err(ConfigError::UnreadableBands { at: named.at.clone(), file, cause: cause.to_string() }),
    }
}

fn parse(text: &str, path: &Path) -> Result<Bands, ConfigError> {
    let document = Document::open(text, path, &schema::BANDS)?;
    let top = document.top();
    let edition = top.text("edition")?.ok_or_else(|| {
        top.unusable(
            "edition",
            "missing; name the edition, like `edition = \"acme-2026\"`: it is printed with the bands",
        )
    })?;
    if Bands::EDITIONS.contains(&edition.value) {
        return Err(edition.unusable(format!("`{}` is a built-in edition; choose a name of your own", edition.value)));
    }
    let note = top.text("note")?.map_or_else(String::new, |note| note.value.to_owned());
    Ok(Bands {
        edition: edition.value.to_owned(),
        note,
        deployment_frequency: thresholds(&top, "deployment_frequency", frequency)?,
        lead_time: thresholds(&top, "lead_time", duration)?,
        change_failure_rate: thresholds(&top, "change_failure_rate", percentage)?,
        time_to_restore: thresholds(&top, "time_to_restore", duration)?,
        recovery_time: thresholds(&top, "recovery_time", duration)?,
        min_sample: top.number("min_sample", 1, 1_000_000)?.map_or(MIN_SAMPLE, u64::from),
        survey: None,
    })
}

fn thresholds(
    top: &Section<'_>,
    metric: &str,
    reader: fn(&str) -> Result<Limit, String>,
) -> Result<Thresholds, ConfigError> {
    let Some(section) = top.section(metric)? else { return Ok(Thresholds::default()) };
    let mut stated = Vec::new();
    let mut better: Option<(Limit, &'static str, usize)> = None;
    for band in [Band::Elite, Band::High, Band::Medium] {
        let Some(text) = section.text(band.as_str())? else { continue };
        let limit = text.read(reader)?;
        if let Some((above, name, line)) = better
            && !is_worse(limit, above)
        {
            return Err(ConfigError::BandsOutOfOrder { at: text.at, key: text.key, better: name, line });
        }
        better = Some((limit, band.as_str(), text.at.line));
        stated.push((band, limit));
    }
    Ok(Thresholds(stated))
}

/// Whether a limit admits more than a better band's: more seconds or failures, fewer deployments.
fn is_worse(limit: Limit, better: Limit) -> bool {
    match limit {
        Limit::Above(_) | Limit::AtLeast(_) => limit.value() < better.value(),
        Limit::Below(_) | Limit::AtMost(_) => limit.value() > better.value(),
    }
}

fn frequency(text: &str) -> Result<Limit, String> {
    let unreadable = || format!("`{text}` is not a valid threshold; write one like `> 1 per 1d` or `>= 1 per 31d`");
    let (or_equal, rest) = comparison(text, '>').ok_or_else(unreadable)?;
    let (count, span) = rest.split_once(" per ").ok_or_else(unreadable)?;
    let count: u32 = count.trim().parse().map_err(|_| unreadable())?;
    let span = parse_duration(span.trim())?;
    if count == 0 || span.0 == 0 {
        return Err(unreadable());
    }
    let per_day = f64::from(count) * Seconds::DAY.as_f64() / span.as_f64();
    Ok(if or_equal { Limit::AtLeast(per_day) } else { Limit::Above(per_day) })
}

fn duration(text: &str) -> Result<Limit, String> {
    let unreadable = || format!("`{text}` is not a valid threshold; write one like `< 1h` or `<= 7d`");
    let (or_equal, rest) = comparison(text, '<').ok_or_else(unreadable)?;
    let seconds = parse_duration(rest)?;
    if seconds.0 == 0 {
        return Err(unreadable());
    }
    Ok(upper(or_equal, seconds.as_f64()))
}

fn percentage(text: &str) -> Result<Limit, String> {
    let unreadable = || format!("`{text}` is not a valid threshold; write a percentage like `< 5%` or `<= 15%`");
    let (or_equal, rest) = comparison(text, '<').ok_or_else(unreadable)?;
    let digits = rest.strip_suffix('%').ok_or_else(unreadable)?.trim_end();
    if !digits.chars().all(|letter| letter.is_ascii_digit() || letter == '.') {
        return Err(unreadable());
    }
    let percent: f64 = digits.parse().map_err(|_| unreadable())?;
    if !(0.0..=100.0).contains(&percent) {
        return Err(unreadable());
    }
    Ok(upper(or_equal, percent / 100.0))
}

fn upper(or_equal: bool, value: f64) -> Limit {
    if or_equal { Limit::AtMost(value) } else { Limit::Below(value) }
}

/// Takes `sign` or `sign=` off the front; says whether the limit itself is inside.
fn comparison(text: &str, sign: char) -> Option<(bool, &str)> {
    let rest = text.trim().strip_prefix(sign)?;
    let or_equal = rest.starts_with('=');
    Some((or_equal, rest.strip_prefix('=').unwrap_or(rest).trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HANDBOOK: &str = r#"
edition = "acme-2026"
note = "The handbook's."
[deployment_frequency]
elite = "> 1 per 1d"
high = ">= 1 per 31d"
medium = ">=1 per 184d"
[lead_time]
elite = "< 1h"
high = "< 7d"
medium = "< 30d"
[change_failure_rate]
elite = "< 5%"
high = "<10 %"
medium = "<= 15%"
[time_to_restore]
elite = "< 60m"
high = "< 24h"
medium = "<= 1w"
"#;

    #[test]
    fn the_handbook_written_as_a_file_has_the_very_thresholds_of_the_built_in_one() {
        let bands = parse(HANDBOOK, Path::new("bands.toml")).expect("bands");
        let expected = Bands { edition: "acme-2026".into(), note: "The handbook's.".into(), ..Bands::handbook() };
        assert_eq!(bands, expected);
    }

    #[test]
    fn a_band_may_be_left_out_and_a_metric_without_bands_has_none() {
        let bands = parse("edition = 'x'\n[lead_time]\nmedium = '<= 7d'\n", Path::new("bands.toml")).expect("bands");
        assert_eq!(bands.lead_time, Thresholds(vec![(Band::Medium, Limit::AtMost(604_800.0))]));
        assert_eq!(bands.lead_time.classify(1.0), Some(Band::Medium));
        assert_eq!(bands.time_to_restore.classify(1.0), None);
        let recovery = parse("edition = 'x'\n[recovery_time]\nelite = '< 1h'\n", Path::new("bands.toml"));
        assert_eq!(recovery.expect("bands").recovery_time.classify(1.0), Some(Band::Elite));
        assert_eq!(bands.note, "");
    }

    #[test]
    fn each_mistake_in_a_file_of_bands_is_named_with_its_line() {
        for (text, message) in [
            (
                "note = 'x'",
                "b.toml:1: `edition`: missing; name the edition, like `edition = \"acme-2026\"`: it is printed with the bands",
            ),
            (
                "edition = 'handbook'",
                "b.toml:1: `edition`: `handbook` is a built-in edition; choose a name of your own",
            ),
            ("edition = 'x'\n[lead_tme]", "b.toml:2: unknown section [lead_tme]; the nearest right one is [lead_time]"),
            (
                "edition = 'x'\n[lead_time]\nlow = '> 1d'",
                "b.toml:3: unknown key `low` in [lead_time]; the keys there are `elite`, `high`, `medium`",
            ),
            (
                "edition = 'x'\n[lead_time]\nelite = '> 1h'",
                "b.toml:3: `elite` in [lead_time]: `> 1h` is not a valid threshold; write one like `< 1h` or `<= 7d`",
            ),
            (
                "edition = 'x'\n[lead_time]\nelite = '< 0h'",
                "b.toml:3: `elite` in [lead_time]: `< 0h` is not a valid threshold; write one like `< 1h` or `<= 7d`",
            ),
            (
                "edition = 'x'\n[lead_time]\nelite = '< 1 hour'",
                "b.toml:3: `elite` in [lead_time]: `1 hour` is not a valid duration; write a whole number and s, m, h, d or w, like `1h`",
            ),
            (
                "edition = 'x'\n[deployment_frequency]\nelite = '> 1'",
                "b.toml:3: `elite` in [deployment_frequency]: `> 1` is not a valid threshold; write one like `> 1 per 1d` or `>= 1 per 31d`",
            ),
            (
                "edition = 'x'\n[change_failure_rate]\nelite = '< 0.05'",
                "b.toml:3: `elite` in [change_failure_rate]: `< 0.05` is not a valid threshold; write a percentage like `< 5%` or `<= 15%`",
            ),
            (
                "edition = 'x'\n[change_failure_rate]\nelite = '< 101%'",
                "b.toml:3: `elite` in [change_failure_rate]: `< 101%` is not a valid threshold; write a percentage like `< 5%` or `<= 15%`",
            ),
            (
                "edition = 'x'\n[lead_time]\nmedium = '< 1h'\nelite = '< 1d'",
                "b.toml:3: `medium` in [lead_time] must be worse than `elite` (line 4): elite is the best band, then high, then medium",
            ),
            (
                "edition = 'x'\n[deployment_frequency]\nelite = '>= 1 per 7d'\nhigh = '> 1 per 1d'",
                "b.toml:4: `high` in [deployment_frequency] must be worse than `elite` (line 3): elite is the best band, then high, then medium",
            ),
        ] {
            assert_eq!(parse(text, Path::new("b.toml")).expect_err(text).to_string(), message);
        }
    }
}
