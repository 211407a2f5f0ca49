//! Names beside dots: placed where they touch neither each other nor a dot, else left out.

use super::ChartError;
use super::canvas::{Canvas, HPos, VPos};
use super::frame::Plot;
use super::palette::INK;

/// Size of a name, pixels.
const SIZE: f64 = 11.0;
/// Width of a letter on average, as a share of the size: a guess that errs to the wide side.
const LETTER: f64 = 0.58;
/// Letters of a name before it is cut.
const LONGEST: usize = 22;

/// A rectangle on the canvas, pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Place {
    left: f64,
    top: f64,
    right: f64,
    bottom: f64,
}

impl Place {
    fn touches(&self, other: &Self) -> bool {
        self.left < other.right && other.left < self.right && self.top < other.bottom && other.top < self.bottom
    }

    fn is_inside(&self, plot: Plot) -> bool {
        self.left >= plot.left && self.right <= plot.right && self.top >= plot.top - 8.0 && self.bottom <= plot.bottom
    }
}

/// A name that is short enough to stand in a drawing.
pub(super) fn cut(name: &str) -> String {
    match name.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}\u{2026}", name.get(..at).unwrap_or_default().trim_end()),
        None => name.to_owned(),
    }
}

/// Writes a name beside each dot, clear of the `others` too; says how many found no room.
pub(super) fn names(
    canvas: &Canvas<'_>,
    plot: Plot,
    dots: &[((f64, f64), String)],
    others: &[(f64, f64)],
) -> Result<usize, ChartError> {
    let dot = |(x, y): (f64, f64)| Place { left: x - 5.0, top: y - 5.0, right: x + 5.0, bottom: y + 5.0 };
    let mut taken: Vec<Place> = dots.iter().map(|(at, _)| *at).chain(others.iter().copied()).map(dot).collect();
    let mut left_out = 0;
    for ((x, y), name) in dots {
        let (width, half) = (name.chars().count() as f64 * SIZE * LETTER, SIZE * 0.62);
        let beside =
            |left: f64, middle: f64| Place { left, top: middle - half, right: left + width, bottom: middle + half };
        let tries = [
            beside(x + 8.0, *y),
            beside(x - 8.0 - width, *y),
            beside(x - width / 2.0, y - 13.0),
            beside(x - width / 2.0, y + 13.0),
            beside(x + 6.0, y - 11.0),
            beside(x + 6.0, y + 11.0),
            beside(x - 6.0 - width, y - 11.0),
            beside(x - 6.0 - width, y + 11.0),
        ];
        let free = tries.into_iter().find(|it| it.is_inside(plot) && !taken.iter().any(|other| other.touches(it)));
        match free {
            Some(place) => {
                let at = (place.left, f64::midpoint(place.top, place.bottom));
                canvas.text(name, at, (HPos::Left, VPos::Center), SIZE, INK)?;
                taken.push(place);
            }
            None => left_out += 1,
        }
    }
    Ok(left_out)
}

#[cfg(test)]
mod tests {
    use super::super::canvas::draw;
    use super::*;

    #[test]
    fn a_name_without_room_is_left_out_and_counted() {
        let plot = Plot { left: 0.0, top: 0.0, right: 300.0, bottom: 100.0 };
        let dots: Vec<_> = (0..30).map(|_| ((150.0, 50.0), "service".to_owned())).collect();
        let mut left_out = 0;
        let drawing = draw(300, 100, |canvas| {
            left_out = names(canvas, plot, &dots, &[])?;
            Ok(())
        })
        .expect("drawn");
        assert!(left_out > 20);
        assert_eq!(drawing.body.matches("<text").count() + left_out, 30);
    }

    #[test]
    fn a_long_name_is_cut() {
        assert_eq!(cut("checkout"), "checkout");
        assert_eq!(cut(&"ü".repeat(60)).chars().count(), LONGEST + 1);
    }
}
