//! Composes a mail: headers, text and the attached report. The same input gives the same bytes.

use std::time::{Duration, SystemTime};

use lettre::Message;
use lettre::message::header::{ContentTransferEncoding, ContentType};
use lettre::message::{Attachment as Attached, Body, MultiPart, SinglePart};
use sha2::{Digest, Sha256};

use crate::config::Mail;
use crate::domain::hex::hex;
use crate::domain::time::Timestamp;

/// What a mail says.
#[derive(Debug, Clone)]
pub(crate) struct MailText {
    pub(crate) subject: String,
    pub(crate) text: String,
    /// The page of the report.
    pub(crate) page: Option<Attachment>,
    pub(crate) date: Timestamp,
}

/// An HTML file that goes along.
#[derive(Debug, Clone)]
pub(crate) struct Attachment {
    pub(crate) name: String,
    pub(crate) html: Vec<u8>,
}

/// Longest subject, in characters.
const SUBJECT: usize = 200;

/// The mail, ready to be sent; or why it cannot be composed.
pub(super) fn compose(mail: &Mail, letter: MailText) -> Result<Message, String> {
    let mark = mark(mail, &letter);
    let subject: String = letter.subject.chars().take(SUBJECT).collect();
    let mut builder = Message::builder()
        .from(mail.from.clone())
        .subject(subject)
        .date(SystemTime::UNIX_EPOCH + Duration::from_millis(u64::try_from(letter.date.0).unwrap_or(0)))
        .message_id(Some(format!("<{mark}@{}>", mail.from.email.domain())));
    for to in &mail.to {
        builder = builder.to(to.clone());
    }
    let text = SinglePart::plain(letter.text);
    let mail = match letter.page {
        None => builder.singlepart(text),
        Some(page) => {
            // Base64: a line of the page may be longer than mail allows, and not every server takes eight bits.
            let html = Body::new_with_encoding(page.html, ContentTransferEncoding::Base64)
                .map_err(|_| "the page cannot be encoded".to_owned())?;
            let page = Attached::new(page.name).body(html, ContentType::TEXT_HTML);
            builder.multipart(MultiPart::mixed().boundary(mark).singlepart(text).singlepart(page))
        }
    };
    mail.map_err(|cause| cause.to_string())
}

/// A unique name for a mail: the digest of its contents and date.
fn mark(mail: &Mail, letter: &MailText) -> String {
    let mut digest = Sha256::new();
    let to = mail.to.iter().map(ToString::to_string);
    let texts = [mail.from.to_string(), letter.subject.clone(), letter.text.clone(), letter.date.to_string()];
    for text in to.chain(texts) {
        digest.update((text.len() as u64).to_be_bytes());
        digest.update(text);
    }
    digest.update(letter.page.as_ref().map_or(&[][..], |page| &page.html));
    hex(&digest.finalize()[..20])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::MailServer;

    fn mail() -> Mail {
        let address = |text: &str| text.parse().expect("a mail address");
        Mail {
            server: MailServer { host: "localhost".into(), port: 25, is_local: true },
            from: address("DORA <dora@acme.example>"),
            to: vec![address("eng@acme.example"), address("ops@acme.example")],
            login: None,
        }
    }

    fn letter(subject: &str, page: Option<Attachment>) -> MailText {
        MailText { subject: subject.into(), text: "ü\n.\nend\n".into(), page, date: Timestamp(1_790_000_000_000) }
    }

    fn bytes(letter: MailText) -> String {
        String::from_utf8(compose(&mail(), letter).expect("a mail").formatted()).expect("ASCII")
    }

    #[test]
    fn the_same_letter_gives_the_same_bytes_and_another_one_another_id() {
        let page = || Some(Attachment { name: "dora-report-2026-Q3.html".into(), html: "<p>ü</p>".into() });
        let text = bytes(letter("DORA metrics 2026-Q3", page()));
        assert_eq!(text, bytes(letter("DORA metrics 2026-Q3", page())));
        assert!(text.is_ascii());
        for part in [
            "From: DORA <dora@acme.example>\r\n",
            "To: eng@acme.example, ops@acme.example\r\n",
            "Subject: DORA metrics 2026-Q3\r\n",
            "Date: Mon, 21 Sep 2026 14:13:20 +0000\r\n",
            "filename=\"dora-report-2026-Q3.html\"",
            "Content-Type: text/html; charset=utf-8\r\n",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
        let id = |text: &str| text.lines().find(|line| line.starts_with("Message-ID")).map(str::to_owned);
        assert!(id(&text).is_some_and(|id| id.ends_with("@acme.example>")));
        assert_ne!(id(&text), id(&bytes(letter("DORA metrics 2026-Q2", page()))));
    }

    #[test]
    fn a_hostile_subject_adds_no_header() {
        let text = bytes(letter("a\r\nBcc: evil@example.org\r\n\r\nbody", None));
        assert!(!text.lines().any(|line| line.starts_with("Bcc") || line == "body"), "{text}");
    }
}
