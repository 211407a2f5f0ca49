//! `[notify]`: who gets the main points of a report after it is written. Names of environment variables and addresses,
//! never a secret: the address of a webhook is one, because whoever knows it may post.

use lettre::Address;
use lettre::message::Mailbox;

use crate::document::{ConfigError, Endpoint, Section, Text, WebhookKind, variable};

/// The port for mail that is handed in by programs, where none is written.
const SUBMISSION: u16 = 587;

/// `[notify]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Notifications {
    /// A channel that is posted to.
    pub webhook: Option<Webhook>,
    /// A mail with the report attached.
    pub mail: Option<Mail>,
}

/// A webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    /// Environment variable of its address.
    pub variable: String,
    /// The form that it takes; without one its host decides.
    pub kind: Option<WebhookKind>,
}

/// A mail.
#[derive(Debug, Clone, PartialEq)]
pub struct Mail {
    /// The server that takes it.
    pub server: MailServer,
    /// Who it comes from.
    pub from: Mailbox,
    /// Who gets it; at least one.
    pub to: Vec<Mailbox>,
    /// User, and environment variable of the password.
    pub login: Option<(String, String)>,
}

/// A server that takes mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailServer {
    /// Its name or IP address, without brackets.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Whether it is this machine: then nothing is encrypted.
    pub is_local: bool,
}

pub(super) fn read(section: &Section<'_>) -> Result<Notifications, ConfigError> {
    let kind = section.text("webhook_kind")?;
    let webhook = variable(section, "webhook_env")?;
    let mail = section.section("mail")?.map(|section| mail(&section)).transpose()?;
    if webhook.is_none() && kind.is_some() {
        return Err(
            section.incomplete("has a `webhook_kind`, and needs `webhook_env`, the variable of the webhook's address")
        );
    }
    if webhook.is_none() && mail.is_none() {
        let what = "needs `webhook_env = \"SLACK_WEBHOOK_URL\"`, or `mail = { smtp = \"smtp.example:587\", from = \
                    \"dora@example\", to = [\"eng@example\"] }`";
        return Err(section.incomplete(what));
    }
    let kinds = [WebhookKind::Slack, WebhookKind::Teams].map(|kind| (kind.as_str(), kind));
    let kind = kind.map(|text| text.choose(&kinds)).transpose()?;
    Ok(Notifications { webhook: webhook.map(|variable| Webhook { variable, kind }), mail })
}

fn mail(section: &Section<'_>) -> Result<Mail, ConfigError> {
    let needs = |key: &str, example: &str| section.incomplete(&format!("needs `{key}`, like `{key} = {example}`"));
    let server = section.text("smtp")?.ok_or_else(|| needs("smtp", "\"smtp.example:587\""))?.read(server)?;
    let from = mailbox(&section.text("from")?.ok_or_else(|| needs("from", "\"dora@example\""))?)?;
    let to = section.some_texts("to", "name at least one address")?;
    let to = to.ok_or_else(|| needs("to", "[\"eng@example\"]"))?.iter().map(mailbox).collect::<Result<_, _>>()?;
    let login = match (section.text("username")?, variable(section, "password_env")?) {
        (user, Some(password)) => {
            Some((user.map_or_else(|| from.email.to_string(), |text| text.value.to_owned()), password))
        }
        (None, None) => None,
        (Some(_), None) => {
            return Err(section.incomplete("has a `username`, and needs `password_env`, the variable of its password"));
        }
    };
    Ok(Mail { server, from, to, login })
}

/// A host with its port, or without one.
fn server(text: &str) -> Result<MailServer, String> {
    let no_server = || "not a mail server; write its host and port, like smtp.example:587".to_owned();
    if text.contains('/') {
        return Err(no_server());
    }
    // The endpoint parser checks the host; the scheme is only a placeholder.
    let endpoint = Endpoint::parse(&format!("http://{text}")).map_err(|_| no_server())?;
    let is_port = |port: &str| !port.is_empty() && port.bytes().all(|digit| digit.is_ascii_digit());
    let (host, port) = match text.rsplit_once(':').filter(|(_, port)| is_port(port) && !text.ends_with(']')) {
        Some((host, port)) => (host, port.parse().map_err(|_| no_server())?),
        None => (text, SUBMISSION),
    };
    let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
    Ok(MailServer { host, port, is_local: endpoint.may_carry_a_token() })
}

fn mailbox(text: &Text<'_>) -> Result<Mailbox, ConfigError> {
    let bad = "not a mail address; write one like eng@example.com or DORA <dora@example.com>";
    if text.value.chars().any(char::is_control) {
        return Err(text.unusable(bad));
    }
    let alone = text.value.parse::<Address>().map(Mailbox::from);
    alone.or_else(|_| text.value.parse()).map_err(|_| text.unusable(bad))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_a_host_with_a_port_or_the_one_for_submission() {
        for (text, host, port, is_local) in [
            ("smtp.example:587", "smtp.example", 587, false),
            ("smtp.example", "smtp.example", 587, false),
            ("smtp.example:465", "smtp.example", 465, false),
            ("smtp.example:80", "smtp.example", 80, false),
            ("127.0.0.1:2525", "127.0.0.1", 2525, true),
            ("localhost:25", "localhost", 25, true),
            ("[::1]:25", "::1", 25, true),
            ("[::1]", "::1", 587, true),
            ("localhost.evil.example", "localhost.evil.example", 587, false),
        ] {
            assert_eq!(server(text), Ok(MailServer { host: host.into(), port, is_local }), "{text}");
        }
        for text in ["", "smtp://host", "host/x", "u:p@host", "host:0", "host:x", "ho st", "host:70000"] {
            let what = server(text).expect_err(text);
            assert!(what.contains("smtp.example:587") && !what.contains("u:p"), "{what}");
        }
    }
}
