//! A request to a service: method, address, body and login. The client sends it.

use std::error::Error;
use std::fmt::Debug;
use std::pin::Pin;

use secrecy::SecretString;
use url::Url;

/// What a transport returns: a reply, or its own error.
pub(crate) type TransportResult = Result<reqwest::Response, Box<dyn Error + Send + Sync>>;

/// Sends a request in place of the client's own transport, and signs it.
pub(crate) trait Transport: Debug + Send + Sync {
    /// Sends path and query, below the host that it knows.
    fn send<'a>(
        &'a self,
        method: Method,
        target: &'a str,
        body: Option<&'a [u8]>,
    ) -> Pin<Box<dyn Future<Output = TransportResult> + Send + 'a>>;
}

/// How a token goes along.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Scheme<'a> {
    /// Behind this text, `Bearer ` or what a service wants in its place.
    Behind(&'static str),
    /// As the password of this user.
    PasswordOf(&'a str),
    /// Alone in a header of this name, in place of `Authorization`.
    Header(&'a str),
}

/// The usual scheme.
pub(crate) const BEARER: Scheme<'_> = Scheme::Behind("Bearer ");

/// What is done with an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

/// A body and what it is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Body<'a> {
    /// Its `Content-Type`.
    pub(crate) kind: &'static str,
    /// Itself.
    pub(crate) bytes: &'a [u8],
}

impl<'a> Body<'a> {
    /// JSON.
    pub(crate) fn json(text: &'a str) -> Self {
        Self { kind: "application/json", bytes: text.as_bytes() }
    }
}

/// One request; always the same when it is tried again.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Request<'a> {
    /// What for.
    pub(crate) method: Method,
    /// Where to.
    pub(crate) url: &'a Url,
    /// What goes along.
    pub(crate) body: Option<Body<'a>>,
    /// What sends and signs it, where that is not the client itself; [`Request::token`] is then what it signs with.
    pub(crate) transport: Option<&'a dyn Transport>,
    /// Whether the address alone grants access, like that of a webhook: it is then as secret as a token.
    pub(crate) url_is_secret: bool,
    /// Goes into `Authorization`, or where else [`Request::scheme`] says.
    pub(crate) token: Option<&'a SecretString>,
    /// How it goes along.
    pub(crate) scheme: Scheme<'a>,
    /// Further headers.
    pub(crate) headers: &'a [(&'static str, &'static str)],
    /// Headers of a login that are not secret.
    pub(crate) plain_headers: &'a [(String, String)],
    /// Headers of a login. They are as secret as the token.
    pub(crate) secret_headers: &'a [(String, SecretString)],
    /// Whether a failure of the service (status from 500, body) is handed on at once, because the same again would fail
    /// again.
    pub(crate) is_final: fn(u16, &str) -> bool,
    /// Whether it must not be sent again where it is not known if the service has it: the same request twice would make two
    /// events. Then a reply that did not come through is an error at once. A failure of the service is handed on by
    /// [`Request::is_final`].
    pub(crate) is_sent_once: bool,
    /// Which of a service's budgets it is paid from; empty where there is only one.
    pub(crate) resource: &'static str,
    /// Whether a reply (status, body) is a refusal for a rate limit although its headers do not say so.
    pub(crate) is_limited: fn(u16, &str) -> bool,
}

impl<'a> Request<'a> {
    /// A plain request without body, token or headers.
    pub(crate) fn new(method: Method, url: &'a Url) -> Self {
        Self {
            method,
            url,
            body: None,
            transport: None,
            url_is_secret: false,
            token: None,
            scheme: BEARER,
            headers: &[],
            plain_headers: &[],
            secret_headers: &[],
            is_final: |_, _| false,
            is_sent_once: false,
            resource: "",
            is_limited: |_, _| false,
        }
    }
}

/// What the program signs in with to a server that figures or events go to.
#[derive(Debug, Clone, Default)]
pub(crate) struct Login {
    /// A token, or the password of `user`.
    pub(crate) token: Option<SecretString>,
    pub(crate) user: Option<String>,
    /// What stands before the token, where that is not `Bearer `.
    pub(crate) prefix: Option<&'static str>,
    /// Further headers that are not secret, like the name of a tenant.
    pub(crate) headers: Vec<(String, String)>,
    /// Further headers whose values are secret.
    pub(crate) secret_headers: Vec<(String, SecretString)>,
}

impl Login {
    /// A request with it.
    pub(crate) fn sign<'a>(&'a self, request: Request<'a>) -> Request<'a> {
        let of_token = self.prefix.map_or(BEARER, Scheme::Behind);
        Request {
            token: self.token.as_ref(),
            scheme: self.user.as_deref().map_or(of_token, Scheme::PasswordOf),
            plain_headers: &self.headers,
            secret_headers: &self.secret_headers,
            ..request
        }
    }
}
