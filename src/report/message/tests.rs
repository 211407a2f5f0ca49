//! The message in each of its forms.

use serde_json::Value;

use super::super::sample;
use super::Message;
use crate::domain::group::{Group, GroupKind};
use crate::metrics::tables::{Analysis, Fault, Finding, Observation, Severity};

const PLACE: &str = "reports/2026-Q3.team-pay/index.html";

fn message(analysis: &Analysis) -> Message {
    Message::new(analysis, &sample::provenance(), PLACE)
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

/// Every text of a card, one after the other.
fn card(message: &Message) -> Vec<String> {
    let card = json(&message.teams());
    let body = card["attachments"][0]["content"]["body"].as_array().expect("a body").clone();
    let runs = body.iter().flat_map(|block| block["inlines"].as_array().expect("runs").clone());
    runs.map(|run| run["text"].as_str().expect("a text").to_owned()).collect()
}

/// Five hundred services with very long names, each with a failure rate that stays high and a finding that is an error.
fn crowded(name: &str) -> Analysis {
    let mut analysis = sample::full();
    analysis.settings.organisation = Some(name.to_owned());
    analysis.service_filter = Some(name.to_owned());
    for nth in 0..500 {
        let scope = Group { kind: GroupKind::Service, name: format!("{nth}{name}") };
        analysis.groups.push(sample::group(GroupKind::Service, &scope.name, sample::unread(), None));
        let sustained = Observation::Sustained { ratios: vec![0.2, 0.3, 0.4], faults: [(Fault::Other, 3)].into() };
        analysis.findings.push(Finding { severity: Severity::Warning, scope: scope.clone(), what: sustained });
        let what = Observation::UnmappedRepos { repos: [name.to_owned()].into() };
        analysis.findings.push(Finding { severity: Severity::Error, scope, what });
    }
    analysis
}

#[test]
fn a_message_says_whose_figures_better_or_worse_the_points_each_metric_and_where_the_report_is() {
    let message = message(&sample::full());
    insta::assert_snapshot!(message.mail("The report is attached."));
    let slack = json(&message.slack());
    insta::assert_snapshot!(slack["text"].as_str().expect("a text"));
}

#[test]
fn slack_shows_the_same_in_blocks_as_in_its_text() {
    let slack = json(&message(&sample::full()).slack());
    let blocks = slack["blocks"].as_array().expect("blocks");
    let sections: Vec<&str> = blocks.iter().map(|block| block["text"]["text"].as_str().expect("a text")).collect();
    assert_eq!(slack["text"], sections.join("\n\n"));
    for block in blocks {
        assert_eq!((&block["type"], &block["text"]["type"]), (&"section".into(), &"mrkdwn".into()));
        assert_eq!(block["text"]["verbatim"], true);
    }
}

#[test]
fn teams_shows_a_card_of_runs_without_markup() {
    let message = message(&sample::full());
    let card_of = json(&message.teams());
    assert_eq!(card_of["type"], "message");
    assert_eq!(card_of["attachments"][0]["contentType"], "application/vnd.microsoft.card.adaptive");
    assert_eq!(card_of["attachments"][0]["content"]["type"], "AdaptiveCard");
    let texts = card(&message);
    assert_eq!(texts.first().map(String::as_str), Some("Acme & <Sons>: DORA metrics 2026-Q3"));
    assert_eq!(texts.last().map(String::as_str), Some("Report: reports/2026-Q3.team-pay/index.html"));
    assert!(texts.contains(&message.headline), "{texts:#?}");
}

#[test]
fn a_hostile_name_is_text_in_every_form() {
    let name = "<!channel> @here [x](https://evil.example) *b*\r\nBcc: x@y\u{202e}\u{7}";
    let mut analysis = sample::full();
    analysis.settings.organisation = Some(name.into());
    let message = message(&analysis);
    let slack = json(&message.slack());
    let text = slack["text"].as_str().expect("a text");
    for bad in ["<!", "@here", "](http", "https://", "\u{202e}", "\u{7}", "\r"] {
        assert!(!text.contains(bad), "{bad:?}: {text}");
    }
    assert!(text.starts_with("*&lt;!channel&gt; @\u{200b}here "), "{text}");
    for text in [message.subject().to_owned(), message.mail(""), card(&message).concat()] {
        assert!(text.starts_with("<!channel> @here [x](https://evil.example) *b* Bcc: x@y : DORA"), "{text}");
        assert!(!text.contains(['\r', '\u{202e}', '\u{7}']), "{text}");
    }
}

#[test]
fn five_hundred_services_with_very_long_names_stay_within_the_limits_of_slack_and_teams() {
    for letter in ["<", "\"", "\\", "@", "*", "ü", "𝄞", "x"] {
        let message = message(&crowded(&letter.repeat(5_000)));
        let text = message.slack();
        assert!(text.chars().count() < 13_000, "{letter}: {} letters", text.chars().count());
        let slack = json(&text);
        let blocks = slack["blocks"].as_array().expect("blocks");
        assert!(blocks.len() <= 50);
        for block in blocks {
            let text = block["text"]["text"].as_str().expect("a text");
            assert!((1..=3_000).contains(&text.chars().count()), "{letter}: {} letters", text.chars().count());
            assert!(!text.contains("&l…") && !text.contains("&…"), "cut within an escape: {text}");
        }
        assert!(message.teams().len() < 28_000, "{letter}: {} bytes", message.teams().len());
        assert!(slack["text"].as_str().expect("a text").ends_with(PLACE), "the place is never cut off");
        assert!(text.contains("more main point"), "{letter}: what is left out is said: {text}");
        assert!(message.mail("").len() < 200_000);
    }
}

#[test]
fn missing_figures_are_printed_as_no_data_and_never_as_zero() {
    for analysis in [sample::empty(), sample::without_incidents()] {
        let message = message(&analysis);
        let missing: Vec<&(String, String)> = message.figures.iter().filter(|(_, words)| words == "no data").collect();
        assert!(!missing.is_empty());
        assert!(message.figures.iter().all(|(_, words)| !words.starts_with("0 ")), "{:?}", message.figures);
    }
    assert!(message(&sample::empty()).figures.iter().all(|(_, words)| words == "no data"));
}

#[test]
fn a_redacted_report_gives_a_redacted_message() {
    let message = message(&crate::report::redact::redact(crowded("secret-service")));
    for text in [message.slack(), message.teams(), message.mail("")] {
        assert!(!text.contains("secret-service") && !text.contains("Acme"), "{text}");
    }
}
