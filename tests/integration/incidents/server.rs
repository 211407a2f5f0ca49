//! A made-up incident service on a loopback port: checks the key, counts questions, and misbehaves where it is told to.

use std::io::BufReader;
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::spawn;
use std::time::Duration;

use serde_json::{Value, json};
use url::Url;

use super::described::StandIn;
use super::world::{World, now};
use super::{jsm, opsgenie, pagerduty};
use crate::vendors::Vendor;
use crate::wire::{self, Pace, Raw, Reply};

/// The key that is accepted.
pub(crate) const KEY: &str = "s3cretKey0123456789";

/// What goes wrong with the request of a number.
pub(crate) enum Fault {
    /// This in place of an answer.
    Reply(u16, Vec<(&'static str, String)>, String),
    /// Half of the body.
    Cut,
    /// The world changes before the answer.
    World(Box<dyn Fn(&mut World) + Send>),
    /// No answer ever.
    Hold,
    /// From here on no key is right.
    Revoke,
}

/// A change of an answer.
type Edit = Box<dyn FnMut(&mut Value) + Send>;

/// What the service holds and has seen.
#[derive(Default)]
pub(crate) struct State {
    pub(crate) world: World,
    pub(super) faults: Vec<(usize, Fault)>,
    /// Addresses that were asked, with their queries.
    pub(crate) log: Vec<String>,
    pub(crate) revoked: bool,
    /// The right key, where it is not [`KEY`].
    pub(super) key: Option<&'static str>,
    /// Addresses that begin so are refused with this status and body.
    pub(super) refused: Vec<(&'static str, u16, Value)>,
    /// Whether the key is an OAuth token.
    pub(super) is_oauth: bool,
    /// Changes each answer.
    pub(super) edit: Option<Edit>,
    /// Which service answers, where its own address does not tell.
    pub(super) stand_in: Option<&'static StandIn>,
    held: bool,
}

/// The service; it ends with the test's process.
pub(crate) struct Server {
    state: Arc<(Mutex<State>, Condvar)>,
    port: u16,
}

impl Server {
    pub(crate) fn start(world: World) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let state = Arc::new((Mutex::new(State { world, ..State::default() }), Condvar::new()));
        let shared = Arc::clone(&state);
        spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&shared);
                // A client that leaves is the test's own business.
                spawn(move || drop(serve(stream, &shared)));
            }
        });
        Self { state, port }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub(crate) fn state<T>(&self, look: impl FnOnce(&mut State) -> T) -> T {
        look(&mut self.state.0.lock().expect("the state"))
    }

    /// How often it was asked for addresses that begin so.
    pub(super) fn asked(&self, path: &str) -> usize {
        self.state(|state| state.log.iter().filter(|asked| asked.starts_with(path)).count())
    }

    pub(crate) fn requests(&self) -> usize {
        self.state(|state| state.log.len())
    }

    pub(crate) fn fault(&self, number: usize, fault: Fault) {
        self.state(|state| state.faults.push((number, fault)));
    }

    /// Waits until a request is held back.
    pub(crate) fn held(&self) {
        let (mutex, changed) = &*self.state;
        let state = mutex.lock().expect("the state");
        let (mut state, timeout) =
            changed.wait_timeout_while(state, Duration::from_secs(30), |state| !state.held).expect("the state");
        assert!(!timeout.timed_out(), "the program has asked {} times and then no more", state.log.len());
        state.held = false;
    }
}

fn serve(mut stream: TcpStream, shared: &(Mutex<State>, Condvar)) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream.try_clone()?);
    while let Some(raw) = wire::read(&mut reader)? {
        let reply = shared.0.lock().expect("the state").reply(&raw);
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
        self.log.push(raw.path.clone());
        let number = self.log.len();
        let mut pace = Pace::Whole;
        while let Some(at) = self.faults.iter().position(|(when, _)| *when == number) {
            match self.faults.remove(at).1 {
                Fault::Reply(status, headers, body) => {
                    let headers = headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
                    return Some(Reply { status, headers, body, pace });
                }
                Fault::Cut => pace = Pace::Cut,
                Fault::World(change) => change(&mut self.world),
                Fault::Hold => {
                    self.held = true;
                    return None;
                }
                Fault::Revoke => self.revoked = true,
            }
        }
        let url = Url::parse("http://host").and_then(|root| root.join(&raw.path)).expect("an address");
        if let Some(it) = self.stand_in {
            let (status, mut headers, mut value) = it.reply(raw, &url, &self.world, self.revoked);
            if let Some(edit) = &mut self.edit {
                edit(&mut value);
            }
            headers.push(("content-type".to_owned(), "application/json".to_owned()));
            return Some(Reply { status, headers, body: value.to_string(), pace });
        }
        let basic = base64_of(&format!("ops@acme.io:{KEY}"));
        let sent = raw.header("authorization").unwrap_or_default();
        let key = self.key.unwrap_or(KEY);
        let right = match url.path() {
            _ if self.is_oauth => format!("Bearer {key}"),
            path if path.starts_with("/jsm") => format!("Basic {basic}"),
            path if path.starts_with("/v1") || path.starts_with("/v2") => format!("GenieKey {KEY}"),
            _ => format!("Token token={key}"),
        };
        let vendor = match url.path() {
            path if path.starts_with("/jsm") => Vendor::Jsm,
            path if path.starts_with("/v") => Vendor::OpsGenie,
            _ => Vendor::PagerDuty,
        };
        if let Some(stray) = vendor.lacks(&raw.method, &raw.path) {
            return Some(json_reply(400, &json!({"message": stray}), pace));
        }
        let (status, mut value) = if self.revoked || sent != right {
            (401, json!({"message": "Could not authenticate", "error": {"message": "Unauthorized", "code": 2006}}))
        } else if let Some((_, status, body)) = self.refused.iter().find(|(path, ..)| raw.path.starts_with(path)) {
            (*status, body.clone())
        } else if url.path().starts_with("/jsm") {
            jsm::answer(&self.world, &url)
        } else if url.path().starts_with("/v") {
            opsgenie::answer(&self.world, &url)
        } else {
            pagerduty::answer(&self.world, &url, now())
        };
        if let Some(edit) = &mut self.edit {
            edit(&mut value);
        }
        Some(json_reply(status, &value, pace))
    }
}

fn json_reply(status: u16, value: &Value, pace: Pace) -> Reply {
    let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
    Reply { status, headers, body: value.to_string(), pace }
}

/// The one encoding that a basic authorization needs.
pub(super) fn base64_of(text: &str) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut encoded = String::new();
    for chunk in text.as_bytes().chunks(3) {
        let byte = |at: usize| u32::from(chunk.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for at in 0..4 {
            let letter = char::from(LETTERS[(bits >> (18 - 6 * at) & 63) as usize]);
            encoded.push(if at <= chunk.len() { letter } else { '=' });
        }
    }
    encoded
}
