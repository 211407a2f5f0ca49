//! A ping: one GET request to a monitor of schedules, which alerts if no ping comes.
//!
//! The form is that of healthchecks.io (<https://healthchecks.io/docs/signaling_failures/>) and of Better Stack: the
//! address itself is a success, and with `/` and an exit code after its path a failure. Whoever knows the address can send
//! pings, so messages name its host alone.

use secrecy::{ExposeSecret as _, SecretString};
use thiserror::Error;
use url::Url;

use crate::http::text::shorten;
use crate::http::{Client, HttpError, Method, Request, may_carry_a_token};

/// An address that takes pings.
pub(crate) struct Ping {
    url: Url,
}

/// Why a ping was not taken. No message holds the address.
#[derive(Debug, Error)]
pub enum PingError {
    /// The transport failed.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// The monitor does not take it.
    #[error("it answered {status}, {said}; check the address")]
    Refused {
        /// The status.
        status: u16,
        /// In the monitor's words.
        said: String,
    },
}

impl Ping {
    /// An address that a flag or a variable holds.
    ///
    /// # Errors
    /// What is wrong with it, in words that do not repeat it.
    pub(crate) fn new(text: &SecretString) -> Result<Self, &'static str> {
        let url = Url::parse(text.expose_secret().trim()).ok();
        let url = url.filter(|url| url.has_host() && ["http", "https"].contains(&url.scheme()));
        let url =
            url.ok_or("this is not an address of a monitor; write the whole address, like https://hc-ping.com/…")?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err("the address has a user or password before its host; write an address without them");
        }
        if !may_carry_a_token(&url) {
            return Err(
                "the address would travel unencrypted over plain http; write https (plain http is for loopback \
                        addresses alone)",
            );
        }
        Ok(Self { url })
    }

    /// The host.
    pub(crate) fn host(&self) -> &str {
        self.url.host_str().unwrap_or("(no host)")
    }

    /// The address that stands for an exit code.
    fn address(&self, exit_code: u8) -> Url {
        let mut url = self.url.clone();
        if exit_code != 0
            && let Ok(mut path) = url.path_segments_mut()
        {
            path.pop_if_empty().push(&exit_code.to_string());
        }
        url
    }

    /// Says how a run ended.
    ///
    /// # Errors
    /// The transport failed, or what answers does not take the ping.
    pub(crate) async fn send(&self, client: &Client, exit_code: u8) -> Result<(), PingError> {
        let url = self.address(exit_code);
        let reply = client.send(Request { url_is_secret: true, ..Request::new(Method::Get, &url) }).await?;
        match reply.status {
            200..300 => Ok(()),
            status => Err(PingError::Refused { status, said: shorten(&reply.said()) }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ping(text: &str) -> Result<Ping, &'static str> {
        Ping::new(&SecretString::from(text))
    }

    #[test]
    fn a_failure_appends_its_exit_code_to_the_path_and_leaves_the_query_alone() {
        for (address, code, asked) in [
            ("https://hc-ping.com/u-u-i-d", 0, "https://hc-ping.com/u-u-i-d"),
            ("https://hc-ping.com/u-u-i-d", 3, "https://hc-ping.com/u-u-i-d/3"),
            ("https://hc-ping.com/u-u-i-d/", 10, "https://hc-ping.com/u-u-i-d/10"),
            ("https://watch.example/api/push/x?run=daily", 5, "https://watch.example/api/push/x/5?run=daily"),
        ] {
            assert_eq!(ping(address).expect("an address").address(code).as_str(), asked);
        }
    }

    #[test]
    fn an_address_that_cannot_be_used_is_refused() {
        for text in ["hush", "ftp://host/hush", "http://watch.example/hush", "https://hush:hush@watch.example/x"] {
            assert!(ping(text).is_err_and(|cause| !cause.contains("hush")), "{text}");
        }
        assert!(ping("http://127.0.0.1:8000/x").is_ok());
    }
}
