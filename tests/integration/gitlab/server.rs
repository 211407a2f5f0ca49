//! A made-up GitLab on a loopback port: checks the token and the parameters, counts requests, answers from a [`World`],
//! and misbehaves where it is told to.

use std::io::BufReader;
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::spawn;
use std::time::Duration;

use serde_json::{Value, json};
use url::Url;

use super::{details, rest};
use crate::github::world::World;
use crate::vendors::Vendor;
use crate::wire::{self, Pace, Raw, Reply};

/// The token that is accepted; put together here, so that no file holds anything that looks like one.
pub(super) fn token() -> String {
    format!("gl{}-{}", "pat", "s3cretT0ken".repeat(2))
}

/// What goes wrong with the request of a number.
pub(super) enum Fault {
    /// This in place of an answer.
    Reply(u16, Vec<(&'static str, String)>, String),
    /// Half of the body, and then the connection ends.
    Cut,
    /// Half of the body, announced as the whole.
    CutJson,
    /// The world changes before the answer.
    World(Box<dyn Fn(&mut World) + Send>),
    /// No answer ever.
    Hold,
    /// From here on no token is right.
    Revoke,
}

/// A change of every answer, by its path.
type Edit = Box<dyn FnMut(&str, &mut Value) + Send>;

/// What the server holds and has seen.
#[derive(Default)]
pub(super) struct State {
    pub(super) world: World,
    pub(super) issues: Vec<rest::Issue>,
    pub(super) faults: Vec<(usize, Fault)>,
    /// Method and address of every request.
    pub(super) log: Vec<String>,
    pub(super) revoked: bool,
    /// Whether the token is an OAuth token.
    pub(super) is_oauth: bool,
    /// Parts of projects and groups that are refused with 403: its name and the end of an address.
    pub(super) refused: Vec<(&'static str, &'static str)>,
    /// Merge requests that one GraphQL query may ask about; 0: any number.
    pub(super) most_details: usize,
    pub(super) edit: Option<Edit>,
    held: bool,
}

/// The running server; it ends with the test's process.
pub(super) struct Server {
    port: u16,
    shared: Arc<(Mutex<State>, Condvar)>,
}

impl Server {
    pub(super) fn start(world: World) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a loopback port");
        let port = listener.local_addr().expect("an address").port();
        let shared = Arc::new((Mutex::new(State { world, ..State::default() }), Condvar::new()));
        let server = Self { port, shared: Arc::clone(&shared) };
        spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&shared);
                // A client that goes away is no failure of the server.
                spawn(move || drop(serve(stream, &shared)));
            }
        });
        server
    }

    pub(super) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.shared.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn state<T>(&self, with: impl FnOnce(&mut State) -> T) -> T {
        with(&mut self.lock())
    }

    pub(super) fn requests(&self) -> usize {
        self.state(|state| state.log.len())
    }

    pub(super) fn fault(&self, number: usize, fault: Fault) {
        self.state(|state| state.faults.push((number, fault)));
    }

    /// Waits until a request is held back.
    pub(super) fn wait_held(&self) {
        let waited = self.shared.1.wait_timeout_while(self.lock(), Duration::from_secs(30), |state| !state.held);
        let (mut state, timeout) = waited.expect("the state");
        assert!(!timeout.timed_out(), "the program has asked {} times and then no more", state.log.len());
        state.held = false;
    }
}

fn serve(mut stream: TcpStream, shared: &(Mutex<State>, Condvar)) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream.try_clone()?);
    while let Some(raw) = wire::read(&mut reader)? {
        let reply = shared.0.lock().unwrap_or_else(PoisonError::into_inner).reply(&raw);
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
    fn reply(&mut self, raw: &Raw) -> Option<Reply> {
        self.log.push(format!("{} {}", raw.method, raw.path));
        let number = self.log.len();
        let (mut pace, mut is_cut) = (Pace::Whole, false);
        while let Some(at) = self.faults.iter().position(|(when, _)| *when == number) {
            match self.faults.remove(at).1 {
                Fault::Reply(status, headers, body) => {
                    let headers = headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
                    return Some(Reply { status, headers, body, pace });
                }
                Fault::Cut => pace = Pace::Cut,
                Fault::CutJson => is_cut = true,
                Fault::World(change) => change(&mut self.world),
                Fault::Hold => {
                    self.held = true;
                    return None;
                }
                Fault::Revoke => self.revoked = true,
            }
        }
        let sent = if self.is_oauth {
            raw.header("authorization").and_then(|sent| sent.strip_prefix("Bearer "))
        } else {
            raw.header("private-token")
        };
        let answer = if self.revoked || sent != Some(token().as_str()) {
            rest::Answer::Json(401, json!({"message": "401 Unauthorized"}))
        } else if let Some(stray) = Vendor::GitLab.lacks(&raw.method, &raw.path) {
            rest::Answer::Json(400, json!({"message": stray}))
        } else if raw.path == "/api/graphql" {
            rest::Answer::Json(200, details::answer(&self.world, &raw.body, self.most_details))
        } else {
            let url = Url::parse("http://host").and_then(|root| root.join(&raw.path)).expect("an address");
            rest::answer(&self.world, &self.issues, &url, &self.refused)
        };
        let (status, mut headers, mut value) = match answer {
            rest::Answer::Json(status, value) => (status, Vec::new(), value),
            rest::Answer::Moved(to) => {
                (301, vec![("location".to_owned(), to)], json!({"message": "Moved Permanently"}))
            }
        };
        if let Some(edit) = &mut self.edit {
            edit(&raw.path, &mut value);
        }
        headers.push(("content-type".to_owned(), "application/json".to_owned()));
        let mut body = value.to_string();
        if is_cut {
            body.truncate(body.len() / 2);
        }
        Some(Reply { status, headers, body, pace })
    }
}
