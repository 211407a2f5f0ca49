//! Killed at any instant and started again, a tool ends with what it has after a run that was never killed: no event
//! twice, none missing.

use std::thread::sleep;
use std::time::Duration;

use super::stand_in::{Moment, Server};
use super::tools::Tool;
use super::{dataset, done, run, start};
use crate::random::uniform;
use crate::support::say;

/// How many kills came when.
#[derive(Debug, Default)]
struct Kills {
    unseen: usize,
    kept: usize,
    replied: usize,
    /// At an instant of the clock, some requests after the first.
    by_clock: usize,
    /// The process had ended before.
    late: usize,
}

/// Kills so many times.
fn killed(tool: Tool, times: usize, deployments: usize) {
    let whole = Server::start(tool);
    let place = dataset(deployments);
    done(&place, tool, &whole, &[]);
    let wanted = whole.kept();
    assert!(wanted.len() >= deployments, "{}", wanted.len());

    let (server, place) = (Server::start(tool), dataset(deployments));
    let mut random = uniform(20_261_129 + deployments as u64);
    let mut kills = Kills::default();
    for nth in 0..times {
        let moment = [Moment::Unseen, Moment::Kept, Moment::Replied][nth % 3];
        let by_clock = nth % 5 == 4;
        let at = 1 + nth * 7 % 4;
        server.arm((!by_clock).then_some((at, moment)));
        let mut child = start(&place, tool, &server, &[]);
        let has_come = || if by_clock { server.has_begun() } else { server.is_reached() };
        let ended = loop {
            if has_come() {
                break false;
            }
            if child.try_wait().expect("a state").is_some() {
                break true;
            }
            sleep(Duration::from_millis(1));
        };
        let count = match (ended, by_clock, moment) {
            (true, ..) => &mut kills.late,
            (_, true, _) => &mut kills.by_clock,
            (.., Moment::Unseen) => &mut kills.unseen,
            (.., Moment::Kept) => &mut kills.kept,
            (.., Moment::Replied) => &mut kills.replied,
        };
        *count += 1;
        if by_clock {
            sleep(Duration::from_millis(20).mul_f64(random()));
        }
        // SIGKILL.
        child.kill().expect("the program can be killed");
        child.wait().expect("the program ends");
        server.release();
    }
    server.arm(None);
    let last = run(&place, tool, &server, &[]);
    say(&format!("{tool:?}, of {times} kills: {kills:?}"));
    assert!(kills.kept >= times / 5 && kills.late <= times / 5, "{kills:?}");
    tool.has_all(&server.kept(), &wanted, &last);
    // And nothing is left to do.
    let before = server.kept();
    run(&place, tool, &server, &[]);
    assert!(server.kept() == before, "{tool:?}");
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn killed_ten_times_and_started_again_every_tool_has_each_event_once() {
    for tool in Tool::ALL {
        killed(tool, 10, 30);
    }
}

#[test]
#[ignore = "takes minutes: cargo nextest run --run-ignored only killed_fifty_times"]
fn killed_fifty_times_and_started_again_every_tool_has_each_event_once() {
    for tool in Tool::ALL {
        killed(tool, 50, 200);
    }
}
