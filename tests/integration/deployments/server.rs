//! A made-up system on a loopback port: checks the key, counts requests, and misbehaves where it is told to.

use std::io::BufReader;
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::spawn;
use std::time::Duration;

use serde_json::{Value, json};
use url::Url;

use super::world::World;
use crate::wire::{self, Pace, Raw, Reply};

/// The key that is accepted.
pub(super) const KEY: &str = "s3cretKey0123456789";

/// What goes wrong with the request of a number, from 1.
#[derive(Debug, Clone)]
pub(super) enum Fault {
    /// This status in place of an answer, with these headers.
    Status(u16, Vec<(&'static str, &'static str)>),
    /// Half of the body.
    Cut,
    /// No answer ever.
    Hold,
    /// From here on no key is right.
    Revoke,
}

/// What an answer is: body and headers.
pub(super) type Answer = (Value, Vec<(String, String)>);

/// A system: how it answers, and how it is configured.
#[derive(Clone, Copy)]
pub(super) struct System {
    /// The name under which its rows stand.
    pub(super) source: &'static str,
    /// Its section; `URL` is its address.
    pub(super) section: &'static str,
    pub(super) variable: &'static str,
    /// `Authorization` of a right request.
    pub(super) authorization: &'static str,
    /// Answers an address; none where there is nothing.
    pub(super) answer: fn(&World, &Url, &str) -> Option<Answer>,
    /// The address of the list of `acme/api`, or of what only it has, as it begins.
    pub(super) list_of_api: &'static str,
    /// The repo of `acme/web` in its rows.
    pub(super) repo: fn(&str) -> String,
}

struct State {
    world: World,
    faults: Vec<(usize, Fault)>,
    log: Vec<String>,
    revoked: bool,
    /// Addresses that begin so are refused.
    denied: Option<&'static str>,
    held: bool,
}

/// The server; it ends with the test's process.
pub(super) struct Server {
    state: Arc<(Mutex<State>, Condvar)>,
    port: u16,
}

impl Server {
    pub(super) fn start(system: System, world: World) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let state = State { world, faults: Vec::new(), log: Vec::new(), revoked: false, denied: None, held: false };
        let state = Arc::new((Mutex::new(state), Condvar::new()));
        let shared = Arc::clone(&state);
        spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&shared);
                // A client that leaves is the test's own business.
                spawn(move || drop(serve(stream, system, port, &shared)));
            }
        });
        Self { state, port }
    }

    pub(super) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    fn state<T>(&self, look: impl FnOnce(&mut State) -> T) -> T {
        look(&mut self.state.0.lock().expect("the state"))
    }

    pub(super) fn world(&self, change: impl FnOnce(&mut World)) {
        self.state(|state| change(&mut state.world));
    }

    pub(super) fn fault(&self, number: usize, fault: Fault) {
        self.state(|state| state.faults.push((number, fault)));
    }

    pub(super) fn deny(&self, path: Option<&'static str>) {
        self.state(|state| state.denied = path);
    }

    /// Forgets what was asked, and that the key was revoked.
    pub(super) fn begin(&self) {
        self.state(|state| {
            state.log.clear();
            state.faults.clear();
            state.revoked = false;
        });
    }

    pub(super) fn requests(&self) -> usize {
        self.state(|state| state.log.len())
    }

    /// Waits until a request is held back.
    pub(super) fn held(&self) {
        let (mutex, changed) = &*self.state;
        let state = mutex.lock().expect("the state");
        let (mut state, timeout) =
            changed.wait_timeout_while(state, Duration::from_mins(1), |state| !state.held).expect("the state");
        assert!(!timeout.timed_out(), "the program has asked {:?} and then no more", state.log);
        state.held = false;
    }
}

fn serve(mut stream: TcpStream, system: System, port: u16, shared: &(Mutex<State>, Condvar)) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream.try_clone()?);
    while let Some(raw) = wire::read(&mut reader)? {
        let reply = shared.0.lock().expect("the state").reply(&raw, system, port);
        let Some(reply) = reply else {
            shared.1.notify_all();
            while wire::read(&mut reader)?.is_some() {}
            return Ok(());
        };
        if !wire::write(&mut stream, &reply)? {
            break;
        }
    }
    Ok(())
}

impl State {
    fn reply(&mut self, raw: &Raw, system: System, port: u16) -> Option<Reply> {
        self.log.push(raw.path.clone());
        let number = self.log.len();
        let mut pace = Pace::Whole;
        while let Some(at) = self.faults.iter().position(|(when, _)| *when == number) {
            match self.faults.remove(at).1 {
                Fault::Status(status, headers) => {
                    let headers = headers.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
                    return Some(Reply { status, headers, body: "{\"message\": \"no\"}".into(), pace });
                }
                Fault::Cut => pace = Pace::Cut,
                Fault::Hold => {
                    self.held = true;
                    return None;
                }
                Fault::Revoke => self.revoked = true,
            }
        }
        let refused = |status: u16| Reply {
            status,
            headers: Vec::new(),
            body: json!({"message": "not for you"}).to_string(),
            pace: Pace::Whole,
        };
        if self.revoked || raw.header("authorization") != Some(system.authorization) {
            return Some(refused(401));
        }
        if self.denied.is_some_and(|denied| raw.path.contains(denied)) {
            return Some(refused(403));
        }
        let root = format!("http://127.0.0.1:{port}");
        let url = Url::parse(&root).and_then(|root| root.join(&raw.path)).expect("an address");
        let answer = (system.answer)(&self.world, &url, &root);
        if let Some(deleted) = self.world.deleted_after_a_page.take() {
            self.world.repos[0].rows.retain(|row| row.number != deleted);
        }
        Some(match answer {
            Some((body, headers)) => Reply { status: 200, headers, body: body.to_string(), pace },
            None => refused(404),
        })
    }
}

/// The value of a parameter.
pub(super) fn parameter(url: &Url, name: &str) -> Option<String> {
    url.query_pairs().find(|(own, _)| own == name).map(|(_, value)| value.into_owned())
}

/// The rows of a list, with a null among them where the world wants one.
pub(super) fn with_nulls(world: &World, mut rows: Vec<Value>) -> Value {
    if world.has_nulls {
        rows.insert(rows.len() / 2, Value::Null);
    }
    Value::Array(rows)
}
