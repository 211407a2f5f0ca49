//! The colours of the charts, one for each role.
//!
//! Hues are Okabe and Ito's; the greys keep 3:1 as marks and 4.5:1 as text on white. Each colour is written as a
//! presentation attribute, so a page without styles still has it; `report.css` maps exactly these for dark mode. A
//! colour means the same in every chart: [`LINE`] is this report's figure, [`BAR`] its basis or what it is compared
//! with, [`ALERT`] what failed or is open. No series is identified only by its colour: a second line is dashed, and
//! every line has its label at its end.

use plotters::style::RGBColor;

/// Text that is read first.
pub(in crate::report) const INK: RGBColor = RGBColor(0x1F, 0x23, 0x28);
/// Text of axes and notes.
pub(in crate::report) const MUTED: RGBColor = RGBColor(0x59, 0x63, 0x6E);
/// Grid lines.
pub(in crate::report) const RULE: RGBColor = RGBColor(0xD8, 0xDE, 0xE4);
/// The headline series.
pub(in crate::report) const LINE: RGBColor = RGBColor(0x00, 0x72, 0xB2);
/// What failed or is open.
pub(super) const ALERT: RGBColor = RGBColor(0xD5, 0x5E, 0x00);
/// The basis of a figure or what it is compared with: bars and dots behind a line, earlier values, a second line.
pub(in crate::report) const BAR: RGBColor = RGBColor(0x87, 0x90, 0x9A);

/// The stroke that makes a line of [`BAR`] dashed; plotters' SVG knows no dashes.
pub(super) const DASHED_STROKE: (&str, &str) = ("stroke=\"#87909A\" stroke-width=\"4\"", "12 7");

/// A colour as SVG writes it.
pub(in crate::report) fn hex(RGBColor(red, green, blue): RGBColor) -> String {
    format!("#{red:02X}{green:02X}{blue:02X}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn luminance(RGBColor(r, g, b): RGBColor) -> f64 {
        let linear = |part: u8| {
            let part = f64::from(part) / 255.0;
            if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b)
    }

    fn contrast(one: RGBColor, other: RGBColor) -> f64 {
        let (a, b) = (luminance(one), luminance(other));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    fn dark(hex: &str) -> RGBColor {
        let part = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).expect("hex");
        RGBColor(part(1), part(3), part(5))
    }

    #[test]
    fn text_and_marks_stand_out_in_light_and_in_dark() {
        let css = include_str!("../../../templates/report.css");
        let paper = RGBColor(255, 255, 255);
        let night = dark("#15181C");
        assert!(css.contains("#15181C"), "the dark page is the one tested here");
        for (colour, least) in [(INK, 4.5), (MUTED, 4.5), (LINE, 3.0), (ALERT, 3.0), (BAR, 3.0)] {
            assert!(contrast(colour, paper) >= least, "{colour:?} on white: {}", contrast(colour, paper));
            let name = format!("fill=\"#{:02X}{:02X}{:02X}\"] {{ fill: ", colour.0, colour.1, colour.2);
            let after = css.split(&name).nth(1).expect("the style sheet maps every colour for dark mode");
            let mapped = dark(&after[..7]);
            assert!(contrast(mapped, night) >= least, "{mapped:?} on dark: {}", contrast(mapped, night));
        }
    }
}
