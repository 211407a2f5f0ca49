//! A tool that takes the history, on a loopback port: it refuses every operation and field that its description lacks
//! (`tests/vendors/handover.tsv`), keeps what it is sent, and misbehaves where it is told to.

use std::io::BufReader;
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::spawn;

use serde_json::{Value, json};
use url::Url;

use super::tools::Tool;
use crate::wire::{self, Pace, Raw, Reply};

/// The key that is accepted.
pub(super) const KEY: &str = "s3cret-k3y-of-the-tool";

/// A request, without its key.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub(super) method: String,
    /// The path, with the key replaced.
    pub(super) path: String,
    pub(super) query: Vec<(String, String)>,
    pub(super) text: String,
    pub(super) body: Value,
}

/// What the tool keeps.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Kept {
    /// Where it was sent.
    pub(super) at: String,
    /// What the tool knows it by; empty where it does not.
    pub(super) id: String,
    /// Its body.
    pub(super) body: String,
}

/// When the process under test is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Moment {
    /// The request has come, and the tool has not looked at it.
    Unseen,
    /// The tool has the event, and has not replied.
    Kept,
    /// The reply is on its way.
    Replied,
}

/// What happens to one request in place of the usual.
#[derive(Debug, Clone)]
pub(super) enum Fault {
    /// This reply, and the event is not kept.
    Answer(u16, Vec<(&'static str, &'static str)>, String),
    /// The event is kept, and the connection ends in the middle of the reply.
    CutReply,
}

/// What the server holds and has seen.
pub(super) struct State {
    pub(super) seen: Vec<Seen>,
    pub(super) kept: Vec<Kept>,
    /// Requests that no description allows.
    pub(super) violations: Vec<String>,
    /// By the number of the request, from 1.
    pub(super) faults: Vec<(usize, Fault)>,
    /// Every event before this instant is refused for its age.
    pub(super) oldest: Option<&'static str>,
    /// At which request of the process, counted from its start, the test kills it, and at which moment of that request.
    kill_at: Option<(usize, Moment)>,
    since_start: usize,
    reached: bool,
    killed: bool,
}

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until the test has killed the process.
    fn wait_for_death(&self) {
        let mut state = self.lock();
        state.reached = true;
        while !state.killed {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// The running server; its thread ends with the process of the tests.
pub(super) struct Server {
    port: u16,
    shared: Arc<Shared>,
}

impl Server {
    /// Starts it.
    pub(super) fn start(tool: Tool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a loopback port");
        let port = listener.local_addr().expect("an address").port();
        let state = State {
            seen: Vec::new(),
            kept: Vec::new(),
            violations: Vec::new(),
            faults: Vec::new(),
            oldest: None,
            kill_at: None,
            since_start: 0,
            reached: false,
            killed: false,
        };
        let shared = Arc::new(Shared { state: Mutex::new(state), changed: Condvar::new() });
        let server = Self { port, shared: Arc::clone(&shared) };
        spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&shared);
                // A client that goes away is no failure of the server.
                spawn(move || drop(serve(stream, tool, &shared)));
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

    /// Counts the requests of a new process from 1, and names the one at which the test kills it.
    pub(super) fn arm(&self, kill_at: Option<(usize, Moment)>) {
        self.state(|state| {
            (state.kill_at, state.since_start, state.reached, state.killed) = (kill_at, 0, false, false);
        });
    }

    /// Whether the process has sent something.
    pub(super) fn has_begun(&self) -> bool {
        self.state(|state| state.since_start > 0)
    }

    /// Whether the instant has come to kill the process.
    pub(super) fn is_reached(&self) -> bool {
        self.state(|state| state.reached)
    }

    /// Says that the process is dead.
    pub(super) fn release(&self) {
        self.state(|state| state.killed = true);
        self.shared.changed.notify_all();
    }

    /// What it keeps, sorted; fails where a request was not in the description.
    pub(super) fn kept(&self) -> Vec<Kept> {
        self.state(|state| {
            assert!(state.violations.is_empty(), "{:#?}", state.violations);
            let mut kept = state.kept.clone();
            kept.sort();
            kept
        })
    }
}

fn serve(stream: TcpStream, tool: Tool, shared: &Shared) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    while let Some(raw) = wire::read(&mut reader)? {
        let (moment, fault) = {
            let mut state = shared.lock();
            state.since_start += 1;
            let number = state.seen.len() + 1;
            let moment = state.kill_at.filter(|(nth, _)| *nth == state.since_start).map(|(_, moment)| moment);
            let fault = state.faults.iter().find(|(nth, _)| *nth == number).map(|(_, fault)| fault.clone());
            (moment, fault)
        };
        if moment == Some(Moment::Unseen) {
            shared.wait_for_death();
            return Ok(());
        }
        let mut reply = answer(&raw, tool, &mut shared.lock(), fault.as_ref());
        if matches!(fault, Some(Fault::CutReply)) {
            reply.pace = Pace::Cut;
            reply.body = "{\"cut\": true}".into();
        }
        if moment == Some(Moment::Kept) {
            shared.wait_for_death();
            return Ok(());
        }
        let goes_on = wire::write(reader.get_mut(), &reply)?;
        if moment == Some(Moment::Replied) {
            shared.wait_for_death();
            // What the process sent since is lost with the connection.
            return Ok(());
        }
        if !goes_on {
            return Ok(());
        }
    }
    Ok(())
}

/// A reply of JSON.
pub(super) fn reply(status: u16, body: &Value) -> Reply {
    Reply { status, headers: Vec::new(), body: body.to_string(), pace: Pace::Whole }
}

fn answer(raw: &Raw, tool: Tool, state: &mut State, fault: Option<&Fault>) -> Reply {
    let url = Url::parse("http://host").and_then(|root| root.join(&raw.path)).expect("an address");
    let text = String::from_utf8_lossy(&raw.body).into_owned();
    let seen = Seen {
        method: raw.method.clone(),
        path: url.path().replace(KEY, "KEY"),
        query: url.query_pairs().into_owned().collect(),
        body: match raw.header("content-type") {
            Some(kind) if kind.starts_with("multipart/form-data; boundary=") => file(kind, &text),
            _ => serde_json::from_str(&text).unwrap_or(Value::Null),
        },
        text,
    };
    state.seen.push(seen.clone());
    if !tool.is_signed(raw, url.path()) {
        return reply(401, &json!({"error": "no such key"}));
    }
    if let Some(Fault::Answer(status, headers, body)) = fault {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        return Reply { status: *status, headers, body: body.clone(), pace: Pace::Whole };
    }
    if let Some(lack) = lacks(&seen) {
        state.violations.push(lack.clone());
        return reply(400, &json!({"error": lack}));
    }
    if let (Some(oldest), Some(at)) = (state.oldest, tool.instant(&seen))
        && at.as_str() < oldest
    {
        return reply(400, &json!({"error": "the event is older than what is accepted"}));
    }
    tool.answer(&seen, &mut state.kept)
}

/// The one file of a form, by its field.
fn file(kind: &str, text: &str) -> Value {
    let boundary = kind.split_once('=').expect("a boundary").1;
    let inside = text.strip_prefix(&format!("--{boundary}\r\n")).expect("the first boundary");
    let inside = inside.strip_suffix(&format!("\r\n--{boundary}--\r\n")).expect("the last boundary");
    let (head, content) = inside.split_once("\r\n\r\n").expect("a head");
    let name = head.split("name=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a name");
    json!({name: content})
}

/// What of a request the description lacks; nothing where all is well.
fn lacks(seen: &Seen) -> Option<String> {
    let path: Vec<&str> = seen.path.split('/').collect();
    let is_it = |operation: &str| {
        let (method, template) = operation.split_once(' ').expect("a method");
        let parts: Vec<&str> = template.split('/').collect();
        let fits = |(part, own): (&&str, &&str)| part == own || (part.starts_with('{') && !own.is_empty());
        method == seen.method && parts.len() == path.len() && parts.iter().zip(&path).all(fits)
    };
    let table = include_str!("../../../vendors/handover.tsv");
    let rows: Vec<Vec<&str>> =
        table.lines().filter(|line| !line.starts_with('#')).skip(1).map(|line| line.split('\t').collect()).collect();
    let rows: Vec<&Vec<&str>> = rows.iter().filter(|row| is_it(row[0])).collect();
    let called = format!("{} {}", seen.method, seen.path);
    if rows.is_empty() {
        return Some(format!("{called} is in no description"));
    }
    let mut found = Vec::new();
    names(&seen.body, "", &mut found);
    let unknown = found.iter().find(|name| {
        !rows.iter().any(|row| row[1] == **name || row[1].strip_suffix(".*").is_some_and(|open| name.starts_with(open)))
    });
    let missing = rows.iter().find(|row| row[2] == "required" && !found.iter().any(|name| name == row[1]));
    match (unknown, missing) {
        (Some(unknown), _) => Some(format!("{called} has no field {unknown}: {}", seen.text)),
        (_, Some(missing)) => Some(format!("{called} lacks the field {}: {}", missing[1], seen.text)),
        _ => None,
    }
}

/// The names of all fields: `a`, `a.b`, `a[].b`.
fn names(value: &Value, path: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                if !value.is_object() && !value.as_array().is_some_and(|it| it.iter().any(Value::is_object)) {
                    found.push(path.clone());
                }
                names(value, &path, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| names(item, &format!("{path}[]"), found)),
        _ => {}
    }
}
