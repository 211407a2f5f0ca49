//! The one HTTP client for everything that is read or pushed: timeouts, redirects, retries, rate limits, and messages
//! without secrets.
//!
//! A request is tried again after a broken transport or a 5xx, with growing pauses; after a refusal for a rate limit it
//! waits, up to the longest wait. Every other reply is returned with its whole body, at most 16 MiB. Reads neither
//! clock nor environment: the clock comes in, and a proxy is the one that `reqwest` finds.
//!
//! The retries are written here: a crate for them knows one kind of error and one pause. A broken transport, a refusal
//! for a limit that all requests wait out together, and the deadline of the command each have their own rule.

mod error;
mod exchange;
mod limits;
mod link;
mod request;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
pub(crate) mod text;
mod waits;

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use self::limits::{Budget, Gate};
use self::text::Secrets;
use crate::domain::time::Timestamp;

pub use self::error::HttpError;
pub(crate) use self::exchange::{AGENT, host, may_carry_a_token};
pub(crate) use self::request::{BEARER, Body, Login, Method, Request, Scheme, Transport, TransportResult};
pub use self::waits::WaitLimits;

/// Tells the time.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;
/// Says something to the user.
pub(crate) type Notify = Arc<dyn Fn(String) -> Pin<Box<dyn Future<Output = ()> + Send>> + Send + Sync>;

/// How often one request is sent before its failure counts.
const TRIES: u32 = 4;
/// How often in a row one request waits for a limit.
const LIMIT_TRIES: u32 = 10;
/// The pause before the second try; tests do not wait.
const FIRST_PAUSE: Duration = Duration::from_millis(if cfg!(test) { 1 } else { 500 });
/// The user gets a message after this time without a reply.
const SAID_AFTER: Duration = Duration::from_millis(if cfg!(test) { 50 } else { 5_000 });
/// How often a wait for a limit compares the clock: a machine that sleeps stops the monotonic clock, and the limit is over
/// when it wakes.
const NAP: Duration = Duration::from_millis(if cfg!(test) { 10 } else { 5_000 });
/// Requests in a row that ran out of time with all their tries before the host counts as one that cannot be reached:
/// where it never answered, and where it did before.
const MOST_TIMED_OUT: (u32, u32) = (2, 8);

/// A reply.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    /// As the service sent it, to be parsed. It may repeat the token: print [`Reply::said`] or [`Reply::quote`] instead.
    pub(crate) body: String,
    /// `x-oauth-scopes`: what the token may do, where the service says so.
    pub(crate) scopes: Option<String>,
    /// `x-github-sso`: what an organization's single sign-on keeps from the token, where the service says so.
    pub(crate) sso: Option<String>,
    /// `github-authentication-token-expiration`: when the token ends, where the service says so.
    pub(crate) token_end: Option<String>,
    /// The address of the next page of a list by the header `Link`, as it stands there.
    pub(crate) next_page: Option<String>,
    /// `x-ms-continuationtoken`: what the next page of a list is asked for with, where a service has such a thing.
    pub(crate) continuation: Option<String>,
    secrets: Secrets,
}

impl Reply {
    /// The body without the secrets of the request, whole.
    pub(crate) fn said(&self) -> String {
        self.secrets.hide(self.body.clone())
    }

    /// A part of the reply without the secrets of the request, on one short line.
    pub(crate) fn quote(&self, text: &str) -> String {
        self.secrets.quote(text)
    }
}

/// The remaining rate limit, as last reported.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BudgetLeft {
    /// Requests or points.
    pub left: u64,
    /// When it resets, where that is known.
    pub resets_at: Option<Timestamp>,
}

/// The client; one for a whole run, so that all its requests wait together.
pub(crate) struct Client {
    http: reqwest::Client,
    /// The same without a proxy.
    direct: reqwest::Client,
    clock: Clock,
    notify: Notify,
    waits: WaitLimits,
    /// Requests that ran out of time since the last answer.
    timed_out: AtomicU32,
    /// Whether there was any answer.
    has_answered: AtomicBool,
    /// Whether the user was told that the host does not reply.
    is_slow: AtomicBool,
    /// What the requests under way may cost together.
    floor: u64,
    gate: Gate,
    budgets: Mutex<BTreeMap<&'static str, Budget>>,
    sent: AtomicU64,
    /// How often in a row each budget was 0 right after its reset.
    exhausted_resets: Mutex<BTreeMap<&'static str, u32>>,
}

impl Client {
    /// Sets a client up. `floor` is how much of a budget the requests under way may use together.
    pub(crate) fn new(clock: Clock, notify: Notify, waits: WaitLimits, floor: u64) -> Result<Self, HttpError> {
        Ok(Self {
            http: exchange::transport(true, waits.timeout)?,
            direct: exchange::transport(false, waits.timeout)?,
            clock,
            notify,
            waits,
            timed_out: AtomicU32::new(0),
            has_answered: AtomicBool::new(false),
            is_slow: AtomicBool::new(false),
            floor,
            gate: Gate::default(),
            budgets: Mutex::default(),
            sent: AtomicU64::new(0),
            exhausted_resets: Mutex::default(),
        })
    }

    /// How many requests were sent.
    pub(crate) fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    /// What is left of a budget, as last seen.
    pub(crate) fn budget_left(&self, resource: &'static str) -> Option<BudgetLeft> {
        let Budget { remaining, reset, .. } = self.budget(resource);
        Some(BudgetLeft { left: remaining?, resets_at: reset })
    }

    fn budget(&self, resource: &'static str) -> Budget {
        let budgets = self.budgets.lock().unwrap_or_else(PoisonError::into_inner);
        budgets.get(resource).copied().unwrap_or_default()
    }

    fn note(&self, resource: &'static str, budget: Budget) {
        if budget.remaining.is_some_and(|remaining| remaining > 0) {
            self.exhausted_resets.lock().unwrap_or_else(PoisonError::into_inner).remove(resource);
        }
        self.budgets.lock().unwrap_or_else(PoisonError::into_inner).insert(resource, budget);
    }

    /// Sends a request until there is a reply worth handing on, or the deadline has passed.
    pub(crate) async fn send(&self, request: Request<'_>) -> Result<Reply, HttpError> {
        let host = exchange::host(request.url);
        let has_secret = request.token.is_some() || !request.secret_headers.is_empty() || request.url_is_secret;
        if has_secret && !exchange::may_carry_a_token(request.url) {
            return Err(HttpError::Refused { host });
        }
        let Some(deadline) = self.waits.deadline else { return self.tries(request, &host).await };
        tokio::select! {
            // In this order: a deadline that has passed sends nothing.
            biased;
            () = tokio::time::sleep_until(deadline.into()) => Err(HttpError::Deadline { host: host.clone() }),
            sent = self.tries(request, &host) => sent,
        }
    }

    async fn tries(&self, request: Request<'_>, host: &str) -> Result<Reply, HttpError> {
        let (mut failures, mut refusals, mut waited) = (0, 0, Duration::ZERO);
        loop {
            self.slow_down(host, request.resource).await?;
            let seen = self.gate.pass().await;
            let mut error = match self.said_when_slow(request, host).await {
                Ok((reply, budget)) => {
                    let by_headers = matches!(reply.status, 403 | 429) && budget.is_used_up();
                    let is_busy = reply.status == 503 && budget.retry_after.is_some();
                    let is_limited = by_headers || is_busy || reply.status == 429;
                    if is_limited || (request.is_limited)(reply.status, &reply.body) {
                        waited += self.wait(host, request.resource, budget, refusals, waited, seen).await?;
                        refusals += 1;
                        continue;
                    }
                    if reply.status < 500 || (request.is_final)(reply.status, &reply.body) {
                        return Ok(reply);
                    }
                    let (status, body) = (reply.status, reply.quote(&reply.body));
                    HttpError::Server { host: host.to_owned(), status, body, tries: TRIES }
                }
                Err(error @ (HttpError::Broken { .. } | HttpError::TimedOut { .. })) if request.is_sent_once => {
                    return Err(error.after_one_try());
                }
                Err(
                    error @ (HttpError::Unreachable { .. } | HttpError::Broken { .. } | HttpError::TimedOut { .. }),
                ) => error,
                Err(error) => return Err(error),
            };
            failures += 1;
            if let HttpError::TimedOut { tries, .. } = &mut error {
                *tries = failures;
                // Another try may take as long again.
                if failures >= TRIES || self.waits.timeout * failures >= self.waits.max_wait {
                    return Err(self.out_of_time(error));
                }
            } else if failures >= TRIES {
                return Err(error);
            }
            self.pause(failures - 1).await;
        }
    }

    /// Sends one request. If the reply is slow, notifies the user once, until the host answers again.
    async fn said_when_slow(&self, request: Request<'_>, host: &str) -> Result<(Reply, limits::Budget), HttpError> {
        let exchange = self.exchange(request, host);
        tokio::pin!(exchange);
        // A short timeout ends earlier than this message; a wait of several tries is reported nevertheless.
        let said_after = SAID_AFTER.min(self.waits.timeout / 2);
        let done = tokio::select! {
            done = &mut exchange => done,
            () = tokio::time::sleep(said_after) => {
                if !self.is_slow.swap(true, Ordering::Relaxed) {
                    let left = self.waits.timeout.saturating_sub(said_after);
                    let until = after((self.clock)(), left);
                    let timeout = self.waits.timeout.as_secs();
                    (self.notify)(format!("{host}: no answer yet; waiting until {until} at most (--timeout {timeout}s)")).await;
                }
                exchange.await
            }
        };
        if done.is_ok() {
            self.is_slow.store(false, Ordering::Relaxed);
            self.has_answered.store(true, Ordering::Relaxed);
            self.timed_out.store(0, Ordering::Relaxed);
        }
        done
    }

    /// Error for a request whose attempts all timed out. After several of them in a row, the host counts as unreachable.
    fn out_of_time(&self, error: HttpError) -> HttpError {
        let nth = self.timed_out.fetch_add(1, Ordering::Relaxed) + 1;
        let most = if self.has_answered.load(Ordering::Relaxed) { MOST_TIMED_OUT.1 } else { MOST_TIMED_OUT.0 };
        match error {
            HttpError::TimedOut { host, timeout, .. } if nth >= most => {
                let cause = format!("no complete reply within {} s for {nth} requests in a row", timeout.as_secs());
                HttpError::Unreachable { host, cause }
            }
            error => error,
        }
    }

    /// Whether the deadline has not passed.
    pub(crate) async fn has_time(&self) -> bool {
        let Some(deadline) = self.waits.deadline else { return true };
        tokio::select! {
            biased;
            () = tokio::time::sleep_until(deadline.into()) => false,
            () = std::future::ready(()) => true,
        }
    }

    /// Sleeps between two requests, at most until the deadline.
    pub(crate) async fn rest(&self, time: Duration) {
        match self.waits.deadline {
            None => tokio::time::sleep(time).await,
            Some(deadline) => {
                let _ = tokio::time::timeout_at(deadline.into(), tokio::time::sleep(time)).await;
            }
        }
    }

    /// Waits before the `nth` further try, from 0: doubling, and spread by the number of requests sent so far, so that
    /// requests that failed together do not come back together.
    pub(crate) async fn pause(&self, nth: u32) {
        let spread = u32::try_from(self.sent().wrapping_mul(37) % 64).unwrap_or(0);
        self.rest(back_off(nth) * (96 + spread) / 128).await;
    }

    /// Waits for the reset while there is still something left: what is under way needs it. An error where the budget
    /// is 0 after [`LIMIT_TRIES`] resets in a row.
    async fn slow_down(&self, host: &str, resource: &'static str) -> Result<(), HttpError> {
        let seen = self.gate.pass().await;
        let budget = self.budget(resource);
        let wait =
            budget.until_reset((self.clock)()).filter(|&wait| budget.is_low(self.floor) && wait <= self.waits.max_wait);
        let Some(wait) = wait else { return Ok(()) };
        let nth =
            self.exhausted_resets.lock().unwrap_or_else(PoisonError::into_inner).get(resource).copied().unwrap_or(0);
        if nth >= LIMIT_TRIES {
            let until = after((self.clock)(), wait);
            return Err(HttpError::Limit { host: host.to_owned(), until, max_wait: self.waits.max_wait, waits: nth });
        }
        if self.gate.hold(seen, self.sit_out(host, "its limit is almost used up", wait)).await {
            if budget.remaining == Some(0) {
                self.exhausted_resets.lock().unwrap_or_else(PoisonError::into_inner).insert(resource, nth + 1);
            }
            self.note(resource, Budget::default());
        }
        Ok(())
    }

    /// Waits for a limit that refused a request for the `nth` time after so long; how long it waited.
    async fn wait(
        &self,
        host: &str,
        resource: &'static str,
        budget: Budget,
        nth: u32,
        waited: Duration,
        seen: u64,
    ) -> Result<Duration, HttpError> {
        let now = (self.clock)();
        // If a service says 0 or a time in the past, the client still waits a little.
        let (wait, max_wait) = (budget.wait(now, nth).max(back_off(nth)), self.waits.max_wait);
        if waited.saturating_add(wait) > max_wait || nth >= LIMIT_TRIES {
            let until = after(now, wait);
            let waits = if nth >= LIMIT_TRIES { nth } else { 0 };
            return Err(HttpError::Limit { host: host.to_owned(), until, max_wait, waits });
        }
        self.gate.hold(seen, self.sit_out(host, "it takes no more requests", wait)).await;
        // What it said while it refused is over.
        self.note(resource, Budget::default());
        Ok(wait)
    }

    /// Says that a limit is waited for, and waits: so long, or until the clock shows the end of the wait.
    async fn sit_out(&self, host: &str, what: &str, wait: Duration) {
        let until = after((self.clock)(), wait);
        (self.notify)(format!("{host}: {what}; waiting {} s, until {until}", wait.as_secs())).await;
        let mut left = wait;
        while !left.is_zero() && (self.clock)() < until {
            let nap = left.min(NAP);
            tokio::time::sleep(nap).await;
            left = left.saturating_sub(nap);
        }
    }
}

/// The pause before the `nth` further try, from 0: doubling up to 64 times the first.
fn back_off(nth: u32) -> Duration {
    FIRST_PAUSE * (1 << nth.min(6))
}

/// An instant some time later, on the whole second after it.
fn after(now: Timestamp, wait: Duration) -> Timestamp {
    let wait = i64::try_from(wait.as_millis()).unwrap_or(i64::MAX / 2);
    Timestamp(now.0.saturating_add(wait).saturating_add(999).div_euclid(1_000).saturating_mul(1_000))
}
