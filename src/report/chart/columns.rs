//! The last periods of a metric as small columns from zero, the newest in the colour of this report's figures.

use super::canvas::draw;
use super::palette::{BAR, LINE, RULE};
use super::scale::Scale;
use super::{ChartError, Drawing};

const WIDTH: u32 = 150;
const HEIGHT: u32 = 46;

/// The value of one period; none where there is no figure.
pub type Column = Option<f64>;

/// The drawing; `None` where fewer than two periods have a figure. A period without one is a short line at zero; before the
/// first figure nothing is drawn. The last is an outline where its period is not over.
pub fn columns(values: &[Column], is_partial: bool) -> Result<Option<Drawing>, ChartError> {
    let known = values.iter().flatten().filter(|value| value.is_finite());
    if known.clone().count() < 2 {
        return Ok(None);
    }
    let (top, bottom) = (2.0, f64::from(HEIGHT) - 2.0);
    let scale = Scale::linear(known.copied().fold(0.0, f64::max), bottom, top);
    let step = f64::from(WIDTH) / values.len() as f64;
    draw(WIDTH, HEIGHT, |canvas| {
        let first = values.iter().position(Option::is_some).unwrap_or(0);
        for (at, value) in values.iter().enumerate().skip(first) {
            let (left, right) = (at as f64 * step + 2.0, (at + 1) as f64 * step - 2.0);
            let colour = if at + 1 == values.len() { LINE } else { BAR };
            match value.filter(|value| value.is_finite()) {
                Some(value) => {
                    // A zero keeps a line of one pixel, to distinguish it from a period without a figure.
                    let y = scale.at(value).min(bottom - 1.0);
                    let is_whole = at + 1 < values.len() || !is_partial;
                    canvas.rect((left, y), (right, bottom), colour, 1.0, is_whole)?;
                }
                None => canvas.line(&[(left, bottom), (right, bottom)], RULE, 2)?,
            }
        }
        Ok(())
    })
    .map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_without_a_figure_is_a_line_and_no_column() {
        let drawing = columns(&[None, Some(1.0), None, Some(0.0), Some(2.0)], false).expect("drawn").expect("columns");
        assert_eq!(drawing.body.matches("<rect").count(), 3, "a true zero has its mark");
        assert_eq!(drawing.body.matches("<polyline").count(), 1, "{}", drawing.body);
        assert_eq!(columns(&[None, Some(1.0)], false).expect("drawn"), None, "one value shows no course");
    }
}
