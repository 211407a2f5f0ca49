//! Data completeness: one bar of 100 % for each share.

use super::canvas::{HPos, VPos, draw};
use super::frame::{SMALL, WIDTH};
use super::palette::{BAR, INK, LINE};
use super::scale::Scale;
use super::{Chart, ChartError, Points};
use crate::report::completeness::Share;
use crate::report::number;

const ROW: f64 = 38.0;

/// The chart; `None` where there is nothing of anything.
pub fn chart(shares: &[Share]) -> Result<Option<Chart>, ChartError> {
    let shares: Vec<&Share> = shares.iter().filter(|share| share.whole > 0).collect();
    if shares.is_empty() {
        return Ok(None);
    }
    let height = u32::try_from(shares.len()).unwrap_or(1) * 38 + 8;
    let scale = Scale::linear(1.0, 0.0, 350.0);
    let ratio = |share: &Share| share.part as f64 / share.whole as f64;
    let drawing = draw(WIDTH, height, |canvas| {
        for (at, share) in shares.iter().enumerate() {
            let top = at as f64 * ROW;
            canvas.text(share.name, (0.0, top + 10.0), (HPos::Left, VPos::Center), SMALL, INK)?;
            let (from, to, end) = (scale.at(0.0), scale.at(ratio(share)), scale.at(1.0));
            let (high, low) = (top + 20.0, top + 31.0);
            if share.part > 0 {
                canvas.rect((from, high), (to.max(from + 1.0), low), LINE, 1.0, true)?;
            }
            if share.part < share.whole {
                canvas.rect((to, high), (end, low), BAR, 1.0, false)?;
            }
            let label = number::share(ratio(share), share.part, share.whole);
            canvas.text(&label, (end + 8.0, top + 25.5), (HPos::Left, VPos::Center), SMALL, INK)?;
        }
        Ok(())
    })?;
    let said: Vec<String> = shares
        .iter()
        .map(|share| format!("{}: {}", share.name, number::share(ratio(share), share.part, share.whole)))
        .collect();
    let rows = shares
        .iter()
        .map(|share| {
            vec![
                share.name.to_owned(),
                number::percent(ratio(share)),
                number::count(share.part),
                number::count(share.whole),
            ]
        })
        .collect();
    Ok(Some(Chart {
        id: "chart-trust",
        title: title(&shares),
        desc: format!("{}.", said.join("; ")),
        caption: "Data completeness: the filled part of a bar is complete or confirmed.".to_owned(),
        drawing,
        points: Points {
            axis: String::new(),
            caption: "All shares.".to_owned(),
            head: vec!["What", "Share", "Usable", "All"],
            rows,
        },
    }))
}

/// `Weakest point: only 7 of 15 failures confirmed in triage`.
fn title(shares: &[&Share]) -> String {
    let ratio = |share: &Share| share.part as f64 / share.whole as f64;
    match shares.iter().min_by(|a, b| ratio(a).total_cmp(&ratio(b))) {
        Some(least) if least.part < least.whole => {
            format!(
                "Weakest point: only {} of {} {}",
                number::count(least.part),
                number::count(least.whole),
                least.words
            )
        }
        _ => "Data completeness: everything is complete and confirmed".to_owned(),
    }
}
