//! One exchange: a request, the redirects of its own host, and the body read whole.

use std::error::Error;
use std::sync::atomic::Ordering;
use std::time::Duration;

use memchr::memchr_iter;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue, LINK, LOCATION};
use reqwest::{Response, redirect};
use secrecy::ExposeSecret;
use url::{Host, Url};

use super::error::HttpError;
use super::limits::Budget;
use super::link;
use super::text::{Secrets, cause};
use super::{Client, Method, Reply, Request, Scheme, TRIES};

const LARGEST_BODY: usize = 16 << 20;
/// The most values of a reply, by the commas between them: read into memory, each takes many times its length.
const MOST_VALUES: usize = 500_000;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const REDIRECTS: u32 = 5;
pub(crate) const AGENT: &str = concat!("dora-report/", env!("CARGO_PKG_VERSION"));

/// The transport: it follows no redirects itself and has a timeout.
pub(super) fn transport(proxies: bool, timeout: Duration) -> Result<reqwest::Client, HttpError> {
    let builder = reqwest::Client::builder();
    let builder = if proxies { builder } else { builder.no_proxy() };
    let builder = builder
        .user_agent(AGENT)
        .connect_timeout(timeout.min(CONNECT_TIMEOUT))
        .timeout(timeout)
        .redirect(redirect::Policy::none())
        .retry(reqwest::retry::never());
    builder.build().map_err(|error| HttpError::Setup { cause: cause(&error) })
}

/// The host of an address, with its port where one is written.
pub(crate) fn host(url: &Url) -> String {
    let host = url.host_str().unwrap_or("(no host)");
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// Whether requests to this address are encrypted or stay on this machine.
pub(crate) fn may_carry_a_token(url: &Url) -> bool {
    let loopback = match url.host() {
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    };
    url.scheme() == "https" || (url.scheme() == "http" && loopback)
}

impl Client {
    /// Sends a request once, follows the redirects of its own host, and notes what the reply says of the budget.
    pub(super) async fn exchange(&self, request: Request<'_>, host: &str) -> Result<(Reply, Budget), HttpError> {
        let mut url = request.url.clone();
        for _ in 0..=REDIRECTS {
            let response = self.once(request, &url, host).await?;
            let status = response.status().as_u16();
            if matches!(status, 301..=303) && request.method != Method::Get {
                // Other clients would repeat such a request as GET, and the page they get is not the reply to what was
                // sent.
                return Err(HttpError::Redirects {
                    host: host.to_owned(),
                    problem: "what is sent to a page, like a login",
                });
            }
            if matches!(status, 301 | 302 | 303 | 307 | 308) {
                url = next(&url, &response)?;
                continue;
            }
            let budget = Budget::read(response.headers(), (self.clock)());
            // Signing in counts against another budget than the queries do.
            let is_own = |kind: &HeaderValue| request.resource.is_empty() || kind == request.resource;
            if budget.remaining.is_some() && response.headers().get("x-ratelimit-resource").is_none_or(is_own) {
                self.note(request.resource, budget);
            }
            let secrets = Secrets::of(&request);
            // Shown to people.
            let header = |name: &str| {
                let value = response.headers().get(name).and_then(|value| value.to_str().ok());
                value.map(|value| secrets.hide(value.to_owned()))
            };
            let (scopes, sso) = (header("x-oauth-scopes"), header("x-github-sso"));
            let token_end = header("github-authentication-token-expiration");
            let mut all_links = response.headers().get_all(LINK).iter().filter_map(|value| value.to_str().ok());
            let next_page = all_links.find_map(link::next);
            let continuation = response.headers().get("x-ms-continuationtoken");
            let continuation = continuation.and_then(|token| token.to_str().ok()).map(str::to_owned);
            let body = self.read(response, &secrets, host).await?;
            return Ok((Reply { status, body, scopes, sso, token_end, next_page, continuation, secrets }, budget));
        }
        Err(HttpError::Redirects { host: host.to_owned(), problem: "more than five times in a row" })
    }

    async fn once(&self, request: Request<'_>, url: &Url, host: &str) -> Result<Response, HttpError> {
        let method = match request.method {
            Method::Get => reqwest::Method::GET,
            Method::Post => reqwest::Method::POST,
            Method::Put => reqwest::Method::PUT,
            Method::Patch => reqwest::Method::PATCH,
            Method::Delete => reqwest::Method::DELETE,
        };
        if let Some(transport) = request.transport {
            let token = request.token.map_or("", ExposeSecret::expose_secret);
            HeaderValue::try_from(token).map_err(|_| HttpError::UnusableToken)?;
            let target = url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()));
            self.sent.fetch_add(1, Ordering::Relaxed);
            let body = request.body.map(|body| body.bytes);
            let secrets = Secrets::of(&request);
            return transport
                .send(request.method, &target, body)
                .await
                .map_err(|error| self.send_error(&*error, &secrets, host));
        }
        let mut builder = self.http_to(url).request(method, url.clone());
        for &(name, value) in request.headers {
            builder = builder.header(name, value);
        }
        for (name, value) in request.plain_headers {
            builder = builder.header(name, value);
        }
        for (name, value) in request.secret_headers {
            let mut value = HeaderValue::try_from(value.expose_secret()).map_err(|_| HttpError::UnusableToken)?;
            value.set_sensitive(true);
            builder = builder.header(name, value);
        }
        if let Some(token) = request.token {
            builder = match request.scheme {
                Scheme::Behind(scheme) => {
                    let text = format!("{scheme}{}", token.expose_secret());
                    let mut value = HeaderValue::try_from(text).map_err(|_| HttpError::UnusableToken)?;
                    value.set_sensitive(true);
                    builder.header(AUTHORIZATION, value)
                }
                Scheme::PasswordOf(user) => builder.basic_auth(user, Some(token.expose_secret())),
                Scheme::Header(name) => {
                    let mut value =
                        HeaderValue::try_from(token.expose_secret()).map_err(|_| HttpError::UnusableToken)?;
                    value.set_sensitive(true);
                    builder.header(name, value)
                }
            };
        }
        if let Some(body) = request.body {
            builder = builder.header(CONTENT_TYPE, body.kind).body(body.bytes.to_vec());
        }
        self.sent.fetch_add(1, Ordering::Relaxed);
        builder.send().await.map_err(|error| self.send_error(&error, &Secrets::of(&request), host))
    }

    /// The transport for an address. Plain http is allowed only on this machine and its local network, so it bypasses the
    /// proxy.
    fn http_to(&self, url: &Url) -> &reqwest::Client {
        if url.scheme() == "http" { &self.direct } else { &self.http }
    }

    /// The transport for an address, to be used by a transport.
    pub(crate) fn reqwest_client(&self, url: &Url) -> reqwest::Client {
        self.http_to(url).clone()
    }

    fn send_error(&self, error: &(dyn Error + 'static), secrets: &Secrets, host: &str) -> HttpError {
        match find_reqwest_error(error) {
            Some(inner) if inner.is_builder() => {
                HttpError::Address { host: host.to_owned(), cause: secrets.hide(cause(error)) }
            }
            Some(inner) if inner.is_connect() => {
                HttpError::Unreachable { host: host.to_owned(), cause: secrets.hide(cause(error)) }
            }
            _ => self.broken(error, secrets, host),
        }
    }

    fn broken(&self, error: &(dyn Error + 'static), secrets: &Secrets, host: &str) -> HttpError {
        let host = host.to_owned();
        if find_reqwest_error(error).is_some_and(reqwest::Error::is_timeout) {
            return HttpError::TimedOut { host, timeout: self.waits.timeout, tries: 1 };
        }
        HttpError::Broken { host, cause: secrets.hide(cause(error)), tries: TRIES }
    }

    async fn read(&self, mut response: Response, secrets: &Secrets, host: &str) -> Result<String, HttpError> {
        let (mut bytes, mut commas) = (Vec::new(), 0);
        let too_large = |most: String| HttpError::TooLarge { host: host.to_owned(), most };
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) => {
                    commas += memchr_iter(b',', &chunk).count();
                    if bytes.len() + chunk.len() > LARGEST_BODY {
                        return Err(too_large(format!("{} MiB", LARGEST_BODY >> 20)));
                    }
                    if commas > MOST_VALUES {
                        return Err(too_large(format!("{MOST_VALUES} values")));
                    }
                    bytes.extend_from_slice(&chunk);
                }
                Ok(None) => break,
                Err(error) => return Err(self.broken(&error, secrets, host)),
            }
        }
        Ok(String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()))
    }
}

/// The error of the transport within another's.
fn find_reqwest_error<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e reqwest::Error> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<reqwest::Error>() {
            return Some(found);
        }
        next = error.source();
    }
    None
}

/// Where a redirect leads, as far as a token may go along.
fn next(url: &Url, response: &Response) -> Result<Url, HttpError> {
    let place = response.headers().get(LOCATION).and_then(|place| place.to_str().ok());
    let Some(to) = place.and_then(|place| url.join(place).ok()) else {
        return Err(HttpError::Redirects { host: host(url), problem: "without saying where to" });
    };
    if to.origin() == url.origin() {
        return Ok(to);
    }
    let place = |url: &Url| format!("{}://{}", url.scheme(), host(url));
    Err(HttpError::Redirected { from: place(url), to: place(&to) })
}
