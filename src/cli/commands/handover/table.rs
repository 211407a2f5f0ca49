//! What a dry run prints: counts, what gets lost and why, and the time at the tool's limit.

use std::fmt::Write as _;
use std::time::Duration;

use crate::export::handover::Destination;
use crate::export::handover::history::{EventKind, History};
use crate::export::handover::plan::{Losses, Plan};

/// A number of events: `1 incident`.
pub(super) fn counted(count: usize, kind: EventKind) -> String {
    format!("{count} {}", if count == 1 { kind.singular() } else { kind.plural() })
}

/// The columns: their heads, and what they count.
const HEADS: [&str; 6] = ["events", "there", "new", "changed", "unconfirmed", "refused for age"];

/// The whole text.
pub(super) fn render(destination: &dyn Destination, account: &str, history: &History, plan: &Plan) -> String {
    let mut text = format!("{} at {account}\n\n{:<12}", destination.name(), "");
    for head in HEADS {
        let _ = write!(text, "  {head:>width$}", width = head.len().max(7));
    }
    text.push('\n');
    for kind in EventKind::ALL {
        let Some(tally) = plan.tallies.get(&kind) else { continue };
        let _ = write!(text, "{:<12}", kind.plural());
        let counts = [tally.events, tally.before, tally.new, tally.changed, tally.unconfirmed, tally.too_old];
        for (count, head) in counts.into_iter().zip(HEADS) {
            let _ = write!(text, "  {count:>width$}", width = head.len().max(7));
        }
        text.push('\n');
    }
    let mut section = |title: &str, losses: &Losses, words: &str| {
        if losses.is_empty() {
            return;
        }
        let _ = write!(text, "\n{title}\n");
        for ((kind, loss), count) in losses {
            let _ = writeln!(text, "  {}{words}{loss}", counted(*count, *kind));
        }
    };
    section("Not handed over", &plan.lost, " ");
    section("Not handed over, because the report does not count them", &history.not_counted, ": ");
    section("Lost in what is handed over", &plan.unsaid, ": ");
    section("Changed since, and stays as it was", &plan.unchangeable, ": ");
    text.push('\n');
    if plan.requests() == 0 {
        text.push_str("Nothing to send.\n");
        return text;
    }
    let requests = if plan.requests() == 1 { "1 request".into() } else { format!("{} requests", plan.requests()) };
    let _ = writeln!(text, "{requests}, {} at {}.", time(plan.time), plan.limits());
    if let Some(endpoints) = plan.undocumented() {
        let _ = writeln!(text, "{} documents no limit for {endpoints}; --per-minute sets another.", destination.name());
    }
    text.push_str("Nothing was sent.\n");
    text
}

/// A time in its two largest units.
fn time(time: Duration) -> String {
    let seconds = time.as_secs() + u64::from(time.subsec_nanos() > 0);
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
    match (days, hours, minutes, seconds % 60) {
        (0, 0, 0, seconds) => format!("{seconds} s"),
        (0, 0, minutes, seconds) => format!("{minutes} min {seconds} s"),
        (0, hours, minutes, _) => format!("{hours} h {minutes} min"),
        (days, hours, ..) => format!("{days} d {hours} h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_two_units() {
        let of = |seconds: u64| time(Duration::from_secs(seconds));
        assert_eq!(
            [of(0), of(59), of(61), of(3_725), of(90_000)],
            ["0 s", "59 s", "1 min 1 s", "1 h 2 min", "1 d 1 h"]
        );
        assert_eq!(time(Duration::from_millis(1_500)), "2 s");
    }
}
