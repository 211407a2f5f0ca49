//! Replies of APIs, changed as by a hostile or broken server, and what the program must still guarantee.
//!
//! The servers of [`crate::github`] and [`crate::incidents`] answer as the real ones do; [`Changes`] then alters some of
//! the answers. Each run has a seed, which a failure names. `CHANGED_REPLIES=1000` tries as many seeds of each source.

use serde_json::{Value, json};

use crate::random::after;
use crate::support::{Place, Run};

/// How many seeds of each source are tried.
#[expect(clippy::disallowed_methods, reason = "a test's own setting")]
pub(crate) fn seeds() -> std::ops::Range<u64> {
    let given = std::env::var("CHANGED_REPLIES").ok().and_then(|text| text.parse().ok());
    0..given.unwrap_or(6)
}

/// A sequence of changes that is the same for the same seed.
pub(crate) struct Changes {
    random: u64,
    /// In how many of a hundred answers something is changed.
    share: usize,
}

impl Changes {
    pub(crate) fn new(seed: u64) -> Self {
        let mut changes = Self { random: seed, share: 0 };
        // So that some runs meet one strange answer among many good ones, and others meet nothing else.
        changes.share = 5 + changes.below(60);
        changes
    }

    fn below(&mut self, end: usize) -> usize {
        self.random = after(self.random);
        usize::try_from(self.random >> 33).expect("31 bits") % end.max(1)
    }

    /// Alters an answer in one to three places, or leaves it as it is.
    pub(crate) fn alter(&mut self, answer: &mut Value) {
        if self.below(100) >= self.share {
            return;
        }
        for _ in 0..=self.below(3) {
            let mut places = Vec::new();
            list(answer, "", &mut places);
            let place = places.swap_remove(self.below(places.len()));
            let other = places.get(self.below(places.len())).and_then(|place| answer.pointer(place)).cloned();
            if let Some(value) = answer.pointer_mut(&place) {
                self.alter_value(value, other);
            }
        }
    }

    fn alter_value(&mut self, value: &mut Value, other: Option<Value>) {
        let kind = self.below(9);
        let key = self.below(64);
        match (kind, value) {
            (0, Value::Object(fields)) => {
                if let Some(name) = fields.keys().nth(key % fields.len().max(1)).cloned() {
                    fields.remove(&name);
                }
            }
            (1, Value::Object(fields)) => {
                if let Some(name) = fields.keys().nth(key % fields.len().max(1)).cloned() {
                    let moved = fields.remove(&name).unwrap_or_default();
                    fields.insert(format!("{name}\u{202e}\u{1b}[2J"), moved);
                }
            }
            (0, Value::Array(entries)) => entries.clear(),
            (1, Value::Array(entries)) => entries.insert(0, Value::Null),
            (2, Value::Array(entries)) => entries.extend(entries.clone()),
            (3, Value::Array(entries)) => entries.reverse(),
            (4, value) => *value = other.unwrap_or_default(),
            (5, value) => *value = nested(),
            (6, value) => *value = self.number(),
            (7, Value::String(text)) if key.is_multiple_of(2) => {
                text.push_str("\u{1b}]0;owned\u{7}\u{0}\r\n\u{202e}<script>");
            }
            (7 | 8, value) => *value = self.text(),
            (_, value) => *value = Value::Null,
        }
    }

    fn number(&mut self) -> Value {
        let numbers = [
            json!(0),
            json!(-1),
            json!(i64::MIN),
            json!(i64::MAX),
            json!(u64::MAX),
            json!(1e308),
            json!(-0.5),
            json!(9_007_199_254_740_993_u64),
        ];
        numbers[self.below(numbers.len())].clone()
    }

    fn text(&mut self) -> Value {
        let texts = [
            "",
            " ",
            "\u{0}",
            "0001-01-01T00:00:00Z",
            "1970-01-01T00:00:00Z",
            "9999-12-31T23:59:59Z",
            "9998-12-31T23:59:59-12:00",
            "+262142-12-31T23:59:59Z",
            "2025-02-30T25:61:61Z",
            "2025-03-05T12:00:00Z",
            "../../../etc/passwd",
            "=1+1",
            "\u{1b}[2J\u{1b}]8;;http://host\u{7}",
            "\u{2066}\u{202e}\u{61c}",
            "{{handlebars}}<img src=x onerror=alert(1)>",
            "https://elsewhere.example/api?cursor=1",
            "null",
            "18446744073709551616",
        ];
        match self.below(texts.len() + 1) {
            nth if nth < texts.len() => texts[nth].into(),
            _ => "\u{1f600}".repeat(50_000).into(),
        }
    }
}

/// Deeper than any parser goes.
fn nested() -> Value {
    (0..300).fold(Value::Null, |inner, nth| if nth % 2 == 0 { json!([inner]) } else { json!({"nodes": inner}) })
}

/// The pointers of a value and of everything in it.
fn list(value: &Value, place: &str, places: &mut Vec<String>) {
    places.push(place.to_owned());
    match value {
        Value::Object(fields) => {
            for (name, inner) in fields {
                list(inner, &format!("{place}/{}", name.replace('~', "~0").replace('/', "~1")), places);
            }
        }
        Value::Array(entries) => {
            for (nth, inner) in entries.iter().enumerate() {
                list(inner, &format!("{place}/{nth}"), places);
            }
        }
        _ => {}
    }
}

/// What must hold after a run, whatever it was answered: it ended in good order, said little, and left a dataset that
/// reports can be made of.
pub(crate) fn ends_well(place: &Place, run: &Run, requests: usize, case: &str) {
    let said = format!("{case}: exit {} after {requests} requests\n{}{}", run.code, run.stdout, run.stderr);
    let said: String = said.chars().take(5_000).collect();
    assert!([0, 3, 4, 5].contains(&run.code), "{said}");
    assert!(!run.stderr.contains("panicked"), "{said}");
    assert!(requests <= 300, "{said}");
    assert!(run.stderr.len() + run.stdout.len() <= 64_000, "{} bytes of messages: {said}", run.stderr.len());
    for text in [&run.stdout, &run.stderr] {
        let obeyed = |it: &char| {
            (it.is_control() && *it != '\n')
                || matches!(it, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{61c}')
        };
        assert_eq!(text.chars().find(obeyed), None, "{}", said.escape_debug());
    }
    if place.path("data/format.json").exists() {
        let verified = place.run(["dataset", "verify"]);
        assert_eq!(verified.code, 0, "{said}\n{}{}", verified.stdout, verified.stderr);
    }
    let report = place.run(["report", "--as-of", "2026-02-01T00:00:00Z", "--period", "2025"]);
    assert!([0, 2].contains(&report.code), "{said}\n{}{}", report.stdout, report.stderr);
    let was_read = place.path("data/coverage.json").exists();
    assert!(report.code == 0 || !was_read, "what was read can be reported: {said}\n{}", report.stderr);
}
