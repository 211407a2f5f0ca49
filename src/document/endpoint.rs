//! Addresses of services: http or https with a host, and neither credentials nor a query in them.
//!
//! Stricter than a browser: anything but a plain host name or IP address is refused, so that no other parser can read a
//! different host from the same text.

use std::net::Ipv6Addr;

use url::Url;

use crate::http::may_carry_a_token;

/// A checked address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    text: String,
}

impl Endpoint {
    /// Reads an address.
    ///
    /// # Errors
    /// What is wrong with it, in words that do not repeat it: it may hold a password.
    pub fn parse(text: &str) -> Result<Self, String> {
        let unreadable = || "no address; write one like https://host or https://host:8443/path".to_owned();
        if text.contains(|letter: char| letter.is_whitespace() || letter.is_control() || letter == '\\') {
            return Err("an address cannot contain spaces or backslashes".into());
        }
        let (scheme, rest) = text.split_once("://").ok_or_else(unreadable)?;
        if !["https", "http"].contains(&scheme.to_ascii_lowercase().as_str()) {
            return Err("only http and https addresses are supported".into());
        }
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        if authority.contains('@') {
            return Err("an address cannot contain credentials; put the key into an environment variable".into());
        }
        if rest.contains(['?', '#']) {
            return Err("an address ends with its path, without `?` and `#`".into());
        }
        let (host, port) = match authority.strip_prefix('[').map(|inner| inner.split_once(']')) {
            Some(Some((host, rest))) => (host, rest.strip_prefix(':').or(rest.is_empty().then_some("80"))),
            Some(None) => return Err(unreadable()),
            None => match authority.split_once(':') {
                Some((host, port)) => (host, Some(port)),
                None => (authority, Some("80")),
            },
        };
        let digits = port.is_some_and(|port| port.chars().all(|letter| letter.is_ascii_digit()));
        if !digits || !port.is_some_and(|port| port.parse::<u16>().is_ok_and(|port| port > 0)) {
            return Err("the port is a number from 1 to 65535".into());
        }
        if authority.starts_with('[') {
            host.parse::<Ipv6Addr>().map_err(|_| unreadable())?;
        } else {
            let letters = |letter: char| letter.is_ascii_alphanumeric() || "-._".contains(letter);
            if host.is_empty() {
                return Err("the host is missing; write one like https://host".into());
            }
            if !host.chars().all(letters) {
                return Err("a host has only letters, digits, `-` and `.`".into());
            }
            // Some parsers read `0177.0.0.1` as 127.0.0.1.
            let read = Url::parse(text).map_err(|_| unreadable())?;
            if !read.host_str().is_some_and(|own| own.eq_ignore_ascii_case(host)) {
                return Err(
                    "write an IPv4 address as four numbers from 0 to 255, without leading zeros, like 127.0.0.1".into(),
                );
            }
        }
        Ok(Self { text: text.to_owned() })
    }

    /// The address as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether a token may be sent there.
    pub fn may_carry_a_token(&self) -> bool {
        Url::parse(&self.text).is_ok_and(|url| may_carry_a_token(&url))
    }

    /// The same address without a slash at its end, to which a path is appended.
    pub(crate) fn into_base(mut self) -> Self {
        self.text.truncate(self.text.trim_end_matches('/').len());
        self
    }
}

#[cfg(test)]
mod tests {
    use super::Endpoint;

    #[test]
    fn a_token_travels_over_https_or_stays_on_this_machine() {
        for (text, may) in [
            ("https://api.github.com", true),
            ("HTTPS://ghes.acme.io:8443/api/v3", true),
            ("http://127.0.0.1:8080", true),
            ("http://[::1]:8080/x", true),
            ("http://localhost", true),
            ("http://pushgateway:9091", false),
            ("http://localhost.evil.com", false),
            ("http://127.0.0.1.evil.com", false),
            ("http://[2001:db8::1]", false),
        ] {
            assert_eq!(Endpoint::parse(text).expect(text).may_carry_a_token(), may, "{text}");
        }
    }

    #[test]
    fn addresses_that_parsers_read_differently_are_refused() {
        for text in [
            "",
            "api.github.com",
            "ftp://host",
            "https://",
            "https:///path",
            "https://u:p@host",
            "http://127.0.0.1\\@host",
            "http://127.0.0.1@host",
            "https://host?token=x",
            "https://host/#x",
            "https://host:0",
            "https://host:99999",
            "https://host:+80",
            "https://[::1",
            "https://[host]",
            "https://[::1]x",
            "https://ho st",
            "https://h%6fst",
            "https://:80",
            "http://0177.0.0.1",
            "https://2130706433",
            "https://0x7f.1",
        ] {
            let what = Endpoint::parse(text).expect_err(text);
            assert!(!what.contains("u:p"), "{what}");
        }
    }

    #[test]
    fn a_base_has_no_slash_at_its_end() {
        assert_eq!(
            Endpoint::parse("https://host/api/v3//").expect("an address").into_base().as_str(),
            "https://host/api/v3"
        );
    }
}
