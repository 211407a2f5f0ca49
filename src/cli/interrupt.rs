//! SIGINT and SIGTERM: a command that fetches or sends ends cleanly, within five seconds.
//!
//! The first signal ends every wait for a service; what was read is then written, the locks are released and the
//! command ends with the code of the signal. Work that cannot be interrupted, like computing a report, has [`GRACE`];
//! after it, or at a second signal, the process exits at once. Files are replaced atomically, so nothing that was
//! written is lost.

use std::sync::OnceLock;
use std::thread;
use std::time::Duration;

use tokio::runtime::Runtime;
use tokio::sync::Notify;

use super::context::tick;
use super::exit::{Code, Interrupted};
use super::output::Console;
use crate::platform::{self, Interrupt};

/// What a command has to end in good order.
const GRACE: Duration = Duration::from_secs(3);

static SEEN: OnceLock<Interrupted> = OnceLock::new();
static STOP: Notify = Notify::const_new();

/// Handles signals from now on. If the system accepts no handler, a signal ends the program at once, as it ends any
/// other program.
pub(super) fn listen(console: Console) {
    let handled = platform::on_interrupt(move |signal| {
        if SEEN.set(Interrupted(signal)).is_err() {
            end(signal, console);
        }
        STOP.notify_waiters();
        // The last signals come on this thread, so the time is taken on another one.
        let began = tick();
        let _ = thread::Builder::new().spawn(move || {
            thread::sleep(GRACE.saturating_sub(began.elapsed()));
            end(signal, console);
        });
    });
    if let Err(cause) = handled {
        console.detail(&format!("signals are not handled: {cause}"));
    }
}

/// Ends the process where it is.
#[expect(clippy::exit, reason = "what still runs cannot be broken off in another way")]
fn end(signal: Interrupt, console: Console) {
    let code = Code::from(signal);
    console.error(&Interrupted(signal).into());
    console.end(code);
    std::process::exit(code as i32)
}

/// Fails where the command was asked to end.
pub(super) fn check() -> Result<(), Interrupted> {
    SEEN.get().map_or(Ok(()), |interrupted| Err(*interrupted))
}

/// Waits until the command is asked to end.
pub(super) async fn received() -> Interrupted {
    loop {
        // Told of every signal from its creation on, so none is missed in between.
        let stopped = STOP.notified();
        if let Some(interrupted) = SEEN.get() {
            return *interrupted;
        }
        stopped.await;
    }
}

/// Waits for a service, or until the command is asked to end.
pub(super) fn block_on<T>(runtime: &Runtime, asked: impl Future<Output = T>) -> Result<T, Interrupted> {
    runtime.block_on(async {
        tokio::select! {
            biased;
            interrupted = received() => Err(interrupted),
            done = asked => Ok(done),
        }
    })
}
