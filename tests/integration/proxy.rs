//! A server between the program and a real one, or in its place: it passes on, refuses, or keeps silent as it is told.

use std::io::{BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::spawn;
use std::time::Duration;

use crate::wire::{self, Pace, Raw, Reply};

/// What is done with one request.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    /// Passed on, the answer passed back; without a server behind, 204.
    Pass,
    /// Passed on, and nothing comes back.
    PassAndHold,
    /// Nothing comes back.
    Hold,
    /// This status, `Retry-After` and body.
    Answer(u16, Option<&'static str>, &'static str),
}

#[derive(Default)]
struct State {
    steps: Vec<Step>,
    seen: Vec<Raw>,
    held: bool,
}

/// The server; it ends with the test's process.
pub(crate) struct Proxy {
    state: Arc<(Mutex<State>, Condvar)>,
    pub(crate) url: String,
}

impl Proxy {
    /// In front of a server, or of none. After the steps everything passes.
    pub(crate) fn new(behind: Option<&str>, steps: &[Step]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let steps = steps.iter().rev().cloned().collect();
        let state = Arc::new((Mutex::new(State { steps, ..State::default() }), Condvar::new()));
        let (shared, behind) = (Arc::clone(&state), behind.map(|url| url.replace("http://", "")));
        spawn(move || {
            for stream in listener.incoming().flatten() {
                let (shared, behind) = (Arc::clone(&shared), behind.clone());
                // A client that leaves is the test's own business.
                spawn(move || drop(serve(stream, &shared, behind.as_deref())));
            }
        });
        Self { state, url }
    }

    /// How many requests came.
    pub(crate) fn requests(&self) -> usize {
        self.state.0.lock().expect("the state").seen.len()
    }

    /// What a header of the last request was.
    pub(crate) fn last_header(&self, name: &str) -> Option<String> {
        let state = self.state.0.lock().expect("the state");
        state.seen.last().and_then(|raw| raw.header(name)).map(str::to_owned)
    }

    /// Method, path and body of every request.
    pub(crate) fn seen(&self) -> Vec<(String, String, String)> {
        let state = self.state.0.lock().expect("the state");
        let text = |raw: &Raw| String::from_utf8_lossy(&raw.body).into_owned();
        state.seen.iter().map(|raw| (raw.method.clone(), raw.path.clone(), text(raw))).collect()
    }

    /// The body of every request.
    pub(crate) fn bodies(&self) -> Vec<Vec<u8>> {
        self.state.0.lock().expect("the state").seen.iter().map(|raw| raw.body.clone()).collect()
    }

    /// Waits until a request gets no answer.
    pub(crate) fn held(&self) {
        let (mutex, changed) = &*self.state;
        let state = mutex.lock().expect("the state");
        let waited = changed.wait_timeout_while(state, Duration::from_mins(1), |state| !state.held);
        let (mut state, timeout) = waited.expect("the state");
        assert!(!timeout.timed_out(), "{} requests came and none was held", state.seen.len());
        state.held = false;
    }
}

fn serve(mut stream: TcpStream, shared: &(Mutex<State>, Condvar), behind: Option<&str>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    while let Some(raw) = wire::read(&mut reader)? {
        let passed = |raw: &Raw| behind.map_or_else(|| Ok(b"HTTP/1.1 204 X\r\n\r\n".to_vec()), |host| pass(raw, host));
        let step = {
            let mut state = shared.0.lock().expect("the state");
            state.steps.pop().unwrap_or(Step::Pass)
        };
        let (answer, silent) = match step {
            Step::Pass => (passed(&raw)?, false),
            Step::PassAndHold => (passed(&raw)?, true),
            Step::Hold => (Vec::new(), true),
            Step::Answer(status, wait, body) => {
                let headers = wait.map(|wait| ("retry-after".to_owned(), wait.to_owned())).into_iter().collect();
                let reply = Reply { status, headers, body: body.into(), pace: Pace::Whole };
                shared.0.lock().expect("the state").seen.push(raw);
                if !wire::write(&mut stream, &reply)? {
                    return Ok(());
                }
                continue;
            }
        };
        {
            let mut state = shared.0.lock().expect("the state");
            state.seen.push(raw);
            state.held |= silent;
        }
        shared.1.notify_all();
        if silent {
            while wire::read(&mut reader)?.is_some() {}
        }
        // The answer of the server behind ends its connection, and so this one.
        return if silent { Ok(()) } else { stream.write_all(&answer) };
    }
    Ok(())
}

/// The whole answer of the server behind, as bytes.
fn pass(raw: &Raw, host: &str) -> std::io::Result<Vec<u8>> {
    let mut behind = TcpStream::connect(host)?;
    write!(behind, "{} {} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n", raw.method, raw.path)?;
    for (name, value) in raw.headers.iter().filter(|(name, _)| !["host", "connection"].contains(&name.as_str())) {
        write!(behind, "{name}: {value}\r\n")?;
    }
    behind.write_all(b"\r\n")?;
    behind.write_all(&raw.body)?;
    let mut answer = Vec::new();
    behind.read_to_end(&mut answer)?;
    Ok(answer)
}
