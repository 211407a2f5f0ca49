//! A webhook: one POST of JSON. Its address is a secret, so messages name its host alone.

use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use super::NotifyError;
use crate::http::text::{is_page, shorten};
use crate::http::{Body, Client, Method, Request, may_carry_a_token};

/// A webhook, ready to be posted to.
pub(crate) struct Webhook {
    url: Url,
    /// The environment variable that holds its address, for messages.
    variable: String,
    client: Client,
}

/// The address that a variable holds.
///
/// # Errors
/// What is wrong with it, in words that do not repeat it.
pub(crate) fn address(variable: &str, value: &SecretString) -> Result<Url, String> {
    let url = Url::parse(value.expose_secret()).ok().filter(|url| url.has_host() && url.scheme().starts_with("http"));
    let Some(url) = url else {
        return Err(format!(
            "the environment variable {variable} does not hold the address of a webhook; put the whole address there, \
             like https://hooks.slack.com/services/…"
        ));
    };
    if !url.username().is_empty() || url.password().is_some() {
        return Err(format!(
            "the address in the environment variable {variable} has a user or password before its host; put an address \
             without them there"
        ));
    }
    if !may_carry_a_token(&url) {
        return Err(format!(
            "the address in the environment variable {variable} would travel unencrypted over plain http; write https \
             (plain http is for loopback addresses alone)"
        ));
    }
    Ok(url)
}

impl Webhook {
    /// A webhook at an address that a variable holds.
    pub(crate) fn new(url: Url, variable: String, client: Client) -> Self {
        Self { url, variable, client }
    }

    /// The host.
    pub(crate) fn host(&self) -> &str {
        self.url.host_str().unwrap_or("(no host)")
    }

    /// Posts a JSON document.
    ///
    /// # Errors
    /// The transport failed, or what answers does not take the message.
    pub(crate) async fn post(&self, json: &str) -> Result<(), NotifyError> {
        let body = Some(Body::json(json));
        let request = Request { body, url_is_secret: true, ..Request::new(Method::Post, &self.url) };
        let reply = self.client.send(request).await?;
        let (status, said) = (reply.status, reply.said());
        // Connectors of Office answer 200 also where Teams did not take the card, and say so in the body.
        if (200..300).contains(&status) && !is_page(&said) && !said.contains("delivery failed") {
            return Ok(());
        }
        let cause = format!("{}{}", shorten(&said), self.way_out(status, &said));
        Err(NotifyError::Refused { host: self.host().to_owned(), status, cause })
    }

    fn way_out(&self, status: u16, said: &str) -> String {
        let variable = &self.variable;
        match status {
            200..300 if is_page(said) => {
                format!("; the address leads to a web page: put the address of a webhook into {variable}")
            }
            401 | 403 | 404 | 410 => {
                format!(
                    "; the webhook was removed, or its address is not complete: put its whole address into {variable}"
                )
            }
            400 | 405 | 415 | 422 => {
                "; if it takes the other form, set `webhook_kind = \"slack\"` or \"teams\" in [notify]".into()
            }
            _ => String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_cannot_be_used_is_refused_without_repeating_it() {
        for (text, words) in [
            ("hush", "does not hold the address"),
            ("ftp://host/hush", "does not hold the address"),
            ("https:///", "does not hold the address"),
            ("http://chat.example/hush", "unencrypted"),
            ("https://hush:hush@chat.example/x", "a user or password"),
        ] {
            let what = address("HOOK", &SecretString::from(text)).expect_err(text);
            assert!(what.contains(words) && what.contains("HOOK") && !what.contains("hush"), "{text}: {what}");
        }
        for text in ["https://hooks.slack.com/services/T0/B0/x", "http://127.0.0.1:8065/hooks/x"] {
            assert_eq!(address("HOOK", &SecretString::from(text)).expect("an address").as_str(), text);
        }
    }
}
