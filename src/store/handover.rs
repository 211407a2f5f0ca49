//! `<data>/handover.jsonl`: what another tool has of the history, one line for each step of each event, only ever
//! appended. A line is synced before the program goes on, so what it says has happened.
//!
//! The states of an event: `sending` (written before a request that must not be repeated), then `taken`, `refused` (it may
//! be sent again), `too-old` or `conflict` (the tool has it with other values). An event whose last line is `sending` was
//! cut off: nobody knows whether the tool has it. A last line without its end was cut off itself, and what it announces
//! has not happened; it is removed. No other line may be unreadable, because an event that is forgotten is sent twice.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::error::StoreError;
use super::{durable, lock, small};
use crate::domain::time::Timestamp;

const NAME: &str = "handover.jsonl";
/// Bytes of the file: some million events.
const MOST: u64 = 1 << 30;

/// A step of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It is about to be sent, in a request that must not be repeated.
    Sending,
    /// The tool has it.
    Taken,
    /// The tool does not have it, and it may be sent again.
    Refused,
    /// The tool refuses it for its age.
    TooOld,
    /// The tool has it with other values and does not take these.
    Conflict,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    tool: String,
    account: String,
    event: String,
    state: State,
    /// Of the content that was sent.
    digest: String,
    at: String,
}

/// What is known of one event. Contents are digests.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// The content that the tool has.
    pub taken: Option<String>,
    /// The content that may or may not have arrived.
    pub unconfirmed: Option<String>,
    /// The content that it does not take, because it has the event with other values.
    pub conflict: Option<String>,
    /// Whether it refused the event for its age.
    pub is_too_old: bool,
}

impl Known {
    fn add(&mut self, state: State, digest: String) {
        self.unconfirmed = None;
        match state {
            State::Sending => self.unconfirmed = Some(digest),
            State::Taken => self.taken = Some(digest),
            State::Conflict => self.conflict = Some(digest),
            State::TooOld => self.is_too_old = true,
            State::Refused => {}
        }
    }
}

/// What is known of the events of one account of a tool.
pub type States = BTreeMap<String, Known>;

/// The ledger of one account of a tool, held by one process at a time.
#[derive(Debug)]
pub struct Ledger {
    path: PathBuf,
    file: File,
    tool: String,
    account: String,
    states: States,
    _lock: lock::HeldLock,
}

impl Ledger {
    /// Opens the ledger of a dataset, and waits for another process that has it.
    ///
    /// # Errors
    /// The file cannot be read or written, or a line of it cannot be read.
    pub fn open(folder: &Path, tool: &str, account: &str) -> Result<Self, StoreError> {
        let lock = lock::wait(folder, "handover.lock")?;
        let path = folder.join(NAME);
        let is_new = !small::is_there(&path)?;
        let mut file = lock::own_file(&path)?;
        let text = text(&path, &mut file)?;
        let whole = whole_lines(&text);
        if whole.len() < text.len() {
            file.set_len(whole.len() as u64).map_err(StoreError::io("write", &path))?;
        }
        file.seek(SeekFrom::End(0)).map_err(StoreError::io("write", &path))?;
        if is_new {
            durable::sync_parent(&path)?;
        }
        let states = states(&path, whole, tool, account)?;
        Ok(Self { path, file, tool: tool.to_owned(), account: account.to_owned(), states, _lock: lock })
    }

    /// What the ledger of a dataset says, without holding or changing it.
    ///
    /// # Errors
    /// The file, or a line of it, cannot be read.
    pub fn read(folder: &Path, tool: &str, account: &str) -> Result<States, StoreError> {
        let path = folder.join(NAME);
        if !small::is_there(&path)? {
            return Ok(States::new());
        }
        let mut file = File::open(&path).map_err(StoreError::io("read", &path))?;
        let text = text(&path, &mut file)?;
        states(&path, whole_lines(&text), tool, account)
    }

    /// What is known of each event.
    pub fn states(&self) -> &States {
        &self.states
    }

    /// Notes a step of an event; when this returns, it is on the disk.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn note(&mut self, event: &str, state: State, digest: &str, now: Timestamp) -> Result<(), StoreError> {
        let line = Line {
            tool: self.tool.clone(),
            account: self.account.clone(),
            event: event.to_owned(),
            state,
            digest: digest.to_owned(),
            at: now.to_rfc3339(),
        };
        let mut text = serde_json::to_string(&line)
            .map_err(|cause| StoreError::Damaged { path: self.path.clone(), cause: cause.to_string() })?;
        text.push('\n');
        self.file
            .write_all(text.as_bytes())
            .and_then(|()| self.file.sync_data())
            .map_err(StoreError::io("write", &self.path))?;
        self.states.entry(line.event).or_default().add(state, line.digest);
        Ok(())
    }
}

fn text(path: &Path, file: &mut File) -> Result<String, StoreError> {
    let damaged = |cause: String| StoreError::Damaged { path: path.to_owned(), cause };
    let mut bytes = Vec::new();
    let read = file.take(MOST + 1).read_to_end(&mut bytes);
    read.map_err(StoreError::io("read", path))?;
    if bytes.len() as u64 > MOST {
        return Err(damaged(format!("it has more than {} GiB", MOST >> 30)));
    }
    // A cut may fall into the middle of a letter of the last line.
    let end = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let rest = bytes.len() - end;
    bytes.truncate(end);
    let mut text = String::from_utf8(bytes).map_err(|_| damaged("it is not text (UTF-8)".into()))?;
    text.extend(std::iter::repeat_n('?', rest));
    Ok(text)
}

/// The lines that have their end.
fn whole_lines(text: &str) -> &str {
    text.rfind('\n').and_then(|at| text.get(..=at)).unwrap_or_default()
}

fn states(path: &Path, text: &str, tool: &str, account: &str) -> Result<States, StoreError> {
    let mut states = States::new();
    for (line, number) in text.lines().zip(1..) {
        let line: Line = serde_json::from_str(line).map_err(|cause| {
            let cause = std::io::Error::new(ErrorKind::InvalidData, cause);
            StoreError::Damaged { path: path.to_owned(), cause: format!("line {number}: {cause}") }
        })?;
        if line.tool == tool && line.account == account {
            states.entry(line.event).or_default().add(line.state, line.digest);
        }
    }
    Ok(states)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const NOW: Timestamp = Timestamp(0);

    #[test]
    fn what_was_noted_is_read_back_for_its_account_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let open = |account: &str| Ledger::open(folder.path(), "dx", account).expect("opened");
        let mut ledger = open("a");
        ledger.note("deployment x:1", State::Sending, "d1", NOW).expect("noted");
        ledger.note("deployment x:1", State::Taken, "d1", NOW).expect("noted");
        ledger.note("deployment x:2", State::Sending, "d2", NOW).expect("noted");
        ledger.note("deployment x:3", State::Sending, "d3", NOW).expect("noted");
        ledger.note("deployment x:3", State::Refused, "d3", NOW).expect("noted");
        ledger.note("deployment x:4", State::TooOld, "d4", NOW).expect("noted");
        let noted = ledger.states().clone();
        drop(ledger);
        assert_eq!(open("a").states(), &noted);
        assert_eq!(Ledger::read(folder.path(), "dx", "a").expect("read"), noted);
        let known = |event: &str| noted.get(event).cloned().unwrap_or_default();
        assert_eq!(known("deployment x:1"), Known { taken: Some("d1".into()), ..Known::default() });
        assert_eq!(known("deployment x:2").unconfirmed.as_deref(), Some("d2"));
        assert_eq!(known("deployment x:3"), Known::default());
        assert!(known("deployment x:4").is_too_old);
        assert!(open("b").states().is_empty());
    }

    #[test]
    fn a_line_that_was_cut_off_is_removed_and_any_other_damage_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(NAME);
        let open = || Ledger::open(folder.path(), "dx", "a");
        open().expect("opened").note("deployment ä:1", State::Taken, "d1", NOW).expect("noted");
        let whole = fs::read(&path).expect("a file");
        for cut in 1..whole.len() {
            let torn = whole.get(..cut).expect("a part");
            fs::write(&path, [&whole[..], torn].concat()).expect("a file");
            let mut ledger = open().expect("opened");
            assert_eq!(ledger.states().len(), 1);
            ledger.note("deployment ä:2", State::Taken, "d2", NOW).expect("noted");
            assert_eq!(open_after(ledger, folder.path()), 2, "{cut}");
            fs::write(&path, &whole).expect("a file");
        }
        fs::write(&path, [&b"{}\n"[..], &whole[..]].concat()).expect("a file");
        let refused = open().expect_err("refused").to_string();
        assert!(refused.contains("line 1: "), "{refused}");
    }

    fn open_after(ledger: Ledger, folder: &Path) -> usize {
        drop(ledger);
        Ledger::open(folder, "dx", "a").expect("opened").states().len()
    }

    #[test]
    fn reading_makes_no_file() {
        let folder = tempfile::tempdir().expect("a folder");
        assert!(Ledger::read(folder.path(), "dx", "a").expect("read").is_empty());
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 0);
    }
}
