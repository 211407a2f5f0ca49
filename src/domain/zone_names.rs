//! Suggests an IANA time zone for a name that is not one: an abbreviation, an offset, a city, a typo.

use chrono_tz::TZ_VARIANTS;

/// Common abbreviations that are no names of zones, with a place where each holds.
const ABBREVIATIONS: [(&str, &str); 19] = [
    ("PST", "America/Los_Angeles"),
    ("PDT", "America/Los_Angeles"),
    ("PT", "America/Los_Angeles"),
    ("MDT", "America/Denver"),
    ("MT", "America/Denver"),
    ("CST", "America/Chicago"),
    ("CDT", "America/Chicago"),
    ("CT", "America/Chicago"),
    ("EDT", "America/New_York"),
    ("ET", "America/New_York"),
    ("BST", "Europe/London"),
    ("CEST", "Europe/Berlin"),
    ("EEST", "Europe/Helsinki"),
    ("WEST", "Europe/Lisbon"),
    ("IST", "Asia/Kolkata"),
    ("JST", "Asia/Tokyo"),
    ("SGT", "Asia/Singapore"),
    ("AEST", "Australia/Sydney"),
    ("AEDT", "Australia/Sydney"),
];

/// What to write in place of a text that is no IANA name, as the end of a sentence.
pub(super) fn likely_zone(text: &str) -> Option<String> {
    let text = text.trim();
    if let Some((_, zone)) = ABBREVIATIONS.iter().find(|(short, _)| short.eq_ignore_ascii_case(text)) {
        return Some(format!("instead of this abbreviation, write a time zone like `{zone}`"));
    }
    if let Some(hours) = offset(text) {
        // The signs of the Etc zones run the other way: Etc/GMT-2 is two hours ahead of UTC.
        let zone = match hours {
            0 => "UTC".to_owned(),
            hours => format!("Etc/GMT{}{}", if hours > 0 { '-' } else { '+' }, hours.abs()),
        };
        return Some(format!(
            "write `{zone}` for this fixed offset, or a time zone like `Europe/Berlin` to include summer time"
        ));
    }
    nearest(&text.to_lowercase().replace([' ', '-'], "_")).map(|zone| format!("did you mean `{zone}`?"))
}

/// The whole hours of `GMT+2`, `UTC-05:00`, `+0200` or `+2`.
fn offset(text: &str) -> Option<i32> {
    let upper = text.to_uppercase();
    let signed = upper.trim_start_matches("UTC").trim_start_matches("GMT").trim();
    let (sign, digits) = match signed.as_bytes().first()? {
        b'+' => (1, signed.get(1..)?),
        b'-' => (-1, signed.get(1..)?),
        _ => return None,
    };
    let digits = digits.replace(':', "");
    let hours = match digits.len() {
        1 | 2 => digits.as_str(),
        3 | 4 => digits.strip_suffix("00")?,
        _ => return None,
    };
    hours.parse().ok().filter(|hours| *hours <= 14).map(|hours: i32| sign * hours)
}

/// The zone whose name, or whose city, is at most two slips away.
fn nearest(lower: &str) -> Option<&'static str> {
    // The distance takes time and memory by the length of both.
    if lower.len() > 64 {
        return None;
    }
    TZ_VARIANTS
        .iter()
        .map(|zone| {
            let name = zone.name();
            let city = name.rsplit('/').next().unwrap_or(name);
            let slips = |name: &str| strsim::damerau_levenshtein(lower, &name.to_lowercase());
            let slips = slips(name).min(slips(city));
            // Of equally near names `Europe/Berlin` before an alias such as `Eire`.
            (slips, !name.contains('/'), name)
        })
        .min()
        .filter(|(slips, ..)| *slips <= 2 && slips * 3 <= lower.len())
        .map(|(.., name)| name)
}

#[cfg(test)]
mod tests {
    use super::likely_zone;

    #[test]
    fn abbreviations_offsets_cities_and_typos_suggest_a_zone() {
        for (text, wanted) in [
            ("PST", Some("`America/Los_Angeles`")),
            ("cest", Some("`Europe/Berlin`")),
            ("GMT+2", Some("`Etc/GMT-2`")),
            ("UTC-05:00", Some("`Etc/GMT+5`")),
            ("+0000", Some("`UTC`")),
            ("Berlin", Some("`Europe/Berlin`")),
            ("new york", Some("`America/New_York`")),
            ("Europe/Berln", Some("`Europe/Berlin`")),
            ("Middle-Earth", None),
            ("+05:30", None),
            ("", None),
        ] {
            let said = likely_zone(text);
            assert_eq!(said.is_some(), wanted.is_some(), "{text}: {said:?}");
            assert!(said.is_none_or(|said| said.contains(wanted.unwrap_or_default())), "{text}");
        }
        for zone in super::ABBREVIATIONS {
            assert!(zone.1.parse::<chrono_tz::Tz>().is_ok(), "{zone:?}");
        }
    }
}
