//! A made-up GitHub on a loopback port: checks tokens, counts requests and points, answers queries from a
//! [`World`], and misbehaves where it is told to.
//!
//! It never keeps or prints a token that it was sent: the log says whether there was one and whether it was right.

use std::io::BufReader;
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread::{sleep, spawn};
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::execute::execute;
use super::fault::{Effect, Fault};
use super::graphql::{self, Weight};
use super::rest;
use super::schema::Budget;
use super::world::{World, iso};
use crate::vendors::Vendor;
use crate::wire::{self, Pace, Raw, Reply};

/// The token that is accepted; put together here, so that no file holds anything that looks like one.
pub(super) fn token() -> String {
    format!("gh{}_{}", "p", "s3cretT0ken".repeat(4))
}

/// What the `Authorization` header was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Credentials {
    Missing,
    Wrong,
    Right,
}

/// A request as it is kept, without its token.
#[derive(Debug, Clone)]
pub(super) struct Request {
    /// 1 for the first.
    pub(super) number: usize,
    pub(super) method: String,
    pub(super) path: String,
    /// Without `Authorization`.
    pub(super) headers: Vec<(String, String)>,
    pub(super) credentials: Credentials,
    /// Empty where it is no GraphQL request.
    pub(super) query: String,
    pub(super) variables: Map<String, Value>,
    pub(super) weight: Weight,
}

/// What the server holds and has seen.
pub(super) struct State {
    pub(super) world: World,
    pub(super) faults: Vec<Fault>,
    pub(super) log: Vec<Request>,
    /// Accepted tokens, and until when.
    pub(super) tokens: Vec<(String, Option<i64>)>,
    /// Points in a window; 0: no limits, as on an enterprise server.
    pub(super) limit: u64,
    /// A window's length in seconds.
    pub(super) window: i64,
    /// How long every reply takes.
    pub(super) latency: Duration,
    /// Life of the installation tokens it gives out, in seconds.
    pub(super) token_life: i64,
    /// Points spent in this window.
    pub(super) used: u64,
    /// When the window ends, in seconds since 1970.
    pub(super) reset: i64,
    /// Points spent in all windows.
    points: u64,
    served: usize,
    held: bool,
    in_flight: usize,
    peak: usize,
    stopped: bool,
}

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// The running server; it ends with this value.
pub(super) struct Server {
    port: u16,
    shared: Arc<Shared>,
}

/// The real clock: a budget comes back at an instant that the program under test can compare with its own.
#[expect(clippy::disallowed_methods, reason = "a server has a clock")]
pub(super) fn now() -> i64 {
    chrono::Utc::now().timestamp()
}

impl Server {
    /// Starts it.
    pub(super) fn start(world: World) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a loopback port");
        let port = listener.local_addr().expect("an address").port();
        let state = State {
            world,
            faults: Vec::new(),
            log: Vec::new(),
            tokens: vec![(token(), None)],
            limit: 5_000,
            window: 3_600,
            latency: Duration::ZERO,
            token_life: 3_600,
            used: 0,
            reset: now() + 3_600,
            points: 0,
            served: 0,
            held: false,
            in_flight: 0,
            peak: 0,
            stopped: false,
        };
        let shared = Arc::new(Shared { state: Mutex::new(state), changed: Condvar::new() });
        let server = Self { port, shared: Arc::clone(&shared) };
        spawn(move || {
            for stream in listener.incoming().flatten() {
                if shared.lock().stopped {
                    return;
                }
                let shared = Arc::clone(&shared);
                // A client that goes away is no failure of the server.
                spawn(move || drop(serve(stream, &shared)));
            }
        });
        server
    }

    /// Its address.
    pub(super) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Its state, to look at or to change.
    pub(super) fn state<T>(&self, with: impl FnOnce(&mut State) -> T) -> T {
        with(&mut self.shared.lock())
    }

    /// Adds a fault.
    pub(super) fn fault(&self, fault: Fault) -> &Self {
        self.state(|state| state.faults.push(fault));
        self
    }

    /// Everything that was asked so far.
    pub(super) fn log(&self) -> Vec<Request> {
        self.state(|state| state.log.clone())
    }

    /// How many requests so far.
    pub(super) fn requests(&self) -> usize {
        self.state(|state| state.log.len())
    }

    /// Points spent so far.
    pub(super) fn points(&self) -> u64 {
        self.state(|state| state.points)
    }

    /// The most requests that were in flight at once.
    pub(super) fn peak(&self) -> usize {
        self.state(|state| state.peak)
    }

    /// Waits until `number` requests have been answered.
    pub(super) fn wait_served(&self, number: usize) {
        self.wait(|state| state.served >= number);
    }

    /// Waits until a request is held back by [`Effect::Hold`].
    pub(super) fn wait_held(&self) {
        self.wait(|state| std::mem::take(&mut state.held));
    }

    fn wait(&self, mut ready: impl FnMut(&mut State) -> bool) {
        let mut state = self.shared.lock();
        while !ready(&mut state) {
            let waited = self.shared.changed.wait_timeout(state, Duration::from_secs(20));
            let (next, timeout) = waited.expect("the server's state");
            assert!(!timeout.timed_out(), "the program has asked {} times and then no more", next.log.len());
            state = next;
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.lock().stopped = true;
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

fn serve(mut stream: TcpStream, shared: &Shared) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream.try_clone()?);
    loop {
        // Unread bytes at the close make the kernel send a reset.
        if stream.peek(&mut [0])? > 0 && take_reset(shared) {
            return Ok(());
        }
        let Some(raw) = wire::read(&mut reader)? else { return Ok(()) };
        let (reply, latency) = {
            let mut state = shared.lock();
            state.in_flight += 1;
            state.peak = state.peak.max(state.in_flight);
            (state.reply(&raw), state.latency)
        };
        sleep(latency);
        let Some(reply) = reply else {
            let mut state = shared.lock();
            state.held = true;
            state.in_flight -= 1;
            shared.changed.notify_all();
            drop(state);
            // Until the client is gone.
            while wire::read(&mut reader)?.is_some() {}
            return Ok(());
        };
        shared.lock().in_flight -= 1;
        let goes_on = wire::write(&mut stream, &reply)?;
        shared.lock().served += 1;
        shared.changed.notify_all();
        if !goes_on {
            return Ok(());
        }
    }
}

/// Whether the request that is about to be read is to meet a reset; it then counts as one.
fn take_reset(shared: &Shared) -> bool {
    let mut state = shared.lock();
    let request = Request {
        number: state.log.len() + 1,
        method: "RESET".into(),
        path: String::new(),
        headers: Vec::new(),
        credentials: Credentials::Missing,
        query: String::new(),
        variables: Map::new(),
        weight: Weight::default(),
    };
    let resets = |fault: &Fault| matches!(fault.effect, Effect::Reset) && fault.applies(&request);
    let Some(index) = state.faults.iter().position(resets) else { return false };
    state.faults[index].left -= 1;
    state.log.push(request);
    true
}

impl State {
    /// The reply to a request; none where it is to be held back.
    fn reply(&mut self, raw: &Raw) -> Option<Reply> {
        let time = now();
        if time >= self.reset {
            (self.used, self.reset) = (0, time + self.window);
        }
        let (request, document) = self.request(raw, time);
        self.log.push(request.clone());
        if raw.path.contains("/app/installations/") {
            return Some(self.installation_token(raw, time));
        }
        let mut edits: Vec<usize> = Vec::new();
        let mut headers = Vec::new();
        let mut pace = Pace::Whole;
        let mut cut = false;
        for index in 0..self.faults.len() {
            if !self.faults[index].applies(&request) {
                continue;
            }
            self.faults[index].left -= 1;
            match &self.faults[index].effect {
                Effect::Reply(status, extra, body) => {
                    let reply = Reply { status: *status, headers: extra.clone(), body: body.clone(), pace };
                    return Some(reply);
                }
                Effect::Limited(kind, seconds) => {
                    (self.used, self.reset) = (self.limit, time + seconds);
                    return Some(self.limited(kind));
                }
                Effect::World(change) => change(&mut self.world),
                Effect::Edit(_) => edits.push(index),
                Effect::Headers(extra) => headers.extend(extra.iter().cloned()),
                Effect::Slow => pace = Pace::Slow,
                Effect::CutBody => pace = Pace::Cut,
                Effect::CutJson => cut = true,
                Effect::Revoke => self.tokens.clear(),
                Effect::Hold => return None,
                Effect::Reset => {}
            }
        }
        if !self.is_right(raw, time) {
            return Some(plain(401, &json!({"message": "Bad credentials", "status": "401"})));
        }
        if raw.header("user-agent").is_none() {
            return Some(plain(403, &json!({"message": "Request forbidden by administrative rules."})));
        }
        let described = raw.path.strip_prefix("/api/v3").unwrap_or(&raw.path);
        if raw.method == "GET"
            && let Some(stray) = Vendor::GitHub.lacks("GET", described)
        {
            return Some(plain(400, &json!({"message": stray})));
        }
        if raw.method == "GET"
            && let Some(answer) = rest::answer(&self.world, &raw.path)
        {
            let mut reply = match answer {
                rest::Answer::Json(status, mut value) => {
                    self.edit(&edits, &mut value);
                    plain(status, &value)
                }
                rest::Answer::Moved(to) => {
                    let mut reply = plain(301, &json!({"message": "Moved Permanently"}));
                    reply.headers.push(("location".into(), to));
                    reply
                }
            };
            reply.headers.extend(headers);
            reply.pace = pace;
            return Some(reply);
        }
        if raw.method != "POST" || !["/graphql", "/api/graphql"].contains(&raw.path.as_str()) {
            return Some(plain(404, &json!({"message": "Not Found", "status": "404"})));
        }
        let selections = match document {
            Ok(selections) => selections,
            Err(why) => return Some(plain(200, &json!({"errors": [{"message": format!("Parse error: {why}")}]}))),
        };
        let cost = request.weight.points();
        if self.limit > 0 && self.used + cost > self.limit {
            // Whoever asks for more than is left has nothing left.
            self.used = self.limit;
            return Some(self.limited("RATE_LIMITED"));
        }
        self.used += cost;
        self.points += cost;
        let budget =
            Budget { cost, nodes: request.weight.nodes, limit: self.limit, used: self.used, reset: self.reset };
        let mut value = execute(&self.world, &selections, request.weight, &budget);
        self.edit(&edits, &mut value);
        let mut reply = plain(200, &value);
        if cut {
            reply.body.truncate(reply.body.len() / 2);
        }
        reply.headers.extend(self.limit_headers());
        reply.headers.extend(headers);
        reply.pace = pace;
        Some(reply)
    }

    fn edit(&mut self, edits: &[usize], value: &mut Value) {
        for &index in edits {
            if let Effect::Edit(edit) = &mut self.faults[index].effect {
                edit(value);
            }
        }
    }

    fn request(&self, raw: &Raw, time: i64) -> (Request, Result<Vec<graphql::Selection>, String>) {
        let body: Value = serde_json::from_slice(&raw.body).unwrap_or_default();
        let query = body["query"].as_str().unwrap_or_default().to_owned();
        let variables = body["variables"].as_object().cloned().unwrap_or_default();
        let document = graphql::read(&query, &variables);
        let weight = document.as_ref().map_or_else(|_| Weight::default(), |selections| Weight::of(selections));
        let credentials = match raw.header("authorization") {
            None => Credentials::Missing,
            Some(_) if self.is_right(raw, time) => Credentials::Right,
            Some(_) => Credentials::Wrong,
        };
        let headers = raw.headers.iter().filter(|(name, _)| name != "authorization").cloned().collect();
        let (method, path) = (raw.method.clone(), raw.path.clone());
        let number = self.log.len() + 1;
        (Request { number, method, path, headers, credentials, query, variables, weight }, document)
    }

    fn is_right(&self, raw: &Raw, time: i64) -> bool {
        let sent = raw.header("authorization").unwrap_or_default();
        let sent = ["Bearer ", "bearer ", "token "].iter().find_map(|scheme| sent.strip_prefix(scheme));
        let right = |(token, until): &(String, Option<i64>)| {
            Some(token.as_str()) == sent && until.is_none_or(|until| time < until)
        };
        self.tokens.iter().any(right)
    }

    /// A token for an App that shows a JWT.
    fn installation_token(&mut self, raw: &Raw, time: i64) -> Reply {
        let parts = raw.header("authorization").unwrap_or_default().matches('.').count();
        if raw.method != "POST" || parts != 2 {
            return plain(401, &json!({"message": "A JSON web token could not be decoded"}));
        }
        // Long, as they are from 2026 on.
        let token = format!("gh{}_{}_{}", "s", self.tokens.len(), "Inst4llation".repeat(30));
        let until = time + self.token_life;
        self.tokens.push((token.clone(), Some(until)));
        plain(
            201,
            &json!({"token": token, "expires_at": iso(until), "permissions": {"deployments": "read",
            "contents": "read", "pull_requests": "read", "metadata": "read"}, "repository_selection": "all"}),
        )
    }

    fn limited(&self, kind: &str) -> Reply {
        let words = "API rate limit already exceeded for user ID 7.";
        let mut reply = plain(200, &json!({"errors": [{"type": kind, "message": words}]}));
        reply.headers.extend(self.limit_headers());
        reply
    }

    fn limit_headers(&self) -> Vec<(String, String)> {
        if self.limit == 0 {
            return Vec::new();
        }
        let left = self.limit.saturating_sub(self.used);
        let header = |name: &str, value: String| (format!("x-ratelimit-{name}"), value);
        vec![
            header("limit", self.limit.to_string()),
            header("remaining", left.to_string()),
            header("used", self.used.to_string()),
            header("reset", self.reset.to_string()),
            header("resource", "graphql".into()),
        ]
    }
}

/// A reply of JSON.
fn plain(status: u16, body: &Value) -> Reply {
    let headers = vec![("content-type".to_owned(), "application/json; charset=utf-8".to_owned())];
    Reply { status, headers, body: body.to_string(), pace: Pace::Whole }
}
