//! A message in blocks of lines, within the size limit of a channel: what does not fit is cut or left out, with a note.
//!
//! Room is counted in letters as they are sent, escaped for the form and for JSON.

use super::Message;

/// Letters of all blocks. Slack's form sends them twice, once for those that do not show blocks, below the 13,000 of one
/// message; a card of Teams stays below 28 KB with letters of four bytes each.
const ROOM: usize = 5_600;
/// Of these, for everything but the points.
const TITLE: usize = 160;
const PERIOD: usize = 300;
const HEADLINE: usize = 600;
const FIGURE: usize = 240;
const TRUST: usize = 300;
const PLACE: usize = 300;
/// Letters of a point's title and text. Together they are below the 3,000 of one section of Slack.
const POINT: (usize, usize) = (300, 1_000);
/// A point that has less room than this is left out.
const LEAST: usize = 120;
/// Between two lines or blocks.
const BREAK: usize = 2;

/// One letter as a form sends it; with the letters before and after it.
pub(super) type Escape = fn(char, Option<char>, Option<char>) -> String;

/// One line: what is set in bold, and the rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) bold: String,
    pub(super) text: String,
}

/// A paragraph of lines.
pub(super) type Block = Vec<Line>;

/// The blocks of a message.
pub(super) fn blocks(message: &Message, escape: Escape) -> Vec<Block> {
    let mut room = Room { left: ROOM, escape };
    let mut plain = |text: &str, most: usize| Line { bold: String::new(), text: room.take(text, most) };
    let period = plain(&message.period, PERIOD);
    let headline = plain(&message.headline, HEADLINE);
    let trust = plain(&message.trust, TRUST);
    let place = plain(&format!("Report: {}", message.place), PLACE);
    let title = Line { bold: room.take(&message.title, TITLE), text: String::new() };
    let mut figure = |(name, words): &(String, String)| Line {
        bold: room.take(&format!("{name}:"), FIGURE),
        text: room.take(words, FIGURE),
    };
    let figures: Block = message.figures.iter().map(&mut figure).collect();
    let mut all = vec![vec![title, period], vec![headline]];
    for (nth, (title, text)) in message.points.iter().enumerate() {
        if room.left < LEAST * 2 {
            let more = message.points.len() - nth;
            let what = if more == 1 { "main point is" } else { "main points are" };
            let text = format!("{more} more {what} in the report.");
            all.push(vec![Line { bold: String::new(), text }]);
            break;
        }
        let bold = room.take(title, POINT.0);
        all.push(vec![
            Line { bold, text: String::new() },
            Line { bold: String::new(), text: room.take(text, POINT.1) },
        ]);
    }
    all.extend([figures, vec![trust], vec![place]]);
    for block in &mut all {
        block.retain(|line| !line.bold.is_empty() || !line.text.is_empty());
    }
    all.retain(|block| !block.is_empty());
    all
}

/// What is left of the room.
struct Room {
    left: usize,
    escape: Escape,
}

impl Room {
    /// A text, escaped, in at most so many letters; cut between letters of its own, never within an escape.
    fn take(&mut self, text: &str, most: usize) -> String {
        let most = most.min(self.left.saturating_sub(BREAK));
        let letters: Vec<char> = text.chars().collect();
        let mut out = String::new();
        let (mut used, mut whole) = (0, true);
        for (at, &letter) in letters.iter().enumerate() {
            let before = at.checked_sub(1).and_then(|before| letters.get(before)).copied();
            let piece = (self.escape)(letter, before, letters.get(at + 1).copied());
            let cost = piece.chars().map(|letter| if matches!(letter, '"' | '\\') { 2 } else { 1 }).sum::<usize>();
            // One is kept for the sign that something was cut off.
            if used + cost + 1 > most {
                whole = false;
                break;
            }
            used += cost;
            out.push_str(&piece);
        }
        if !whole && most > 0 {
            out.push('…');
            used += 1;
        }
        self.left = self.left.saturating_sub(used + BREAK);
        out
    }
}
