//! CSV rows, written as a stream: one buffered file for each table of `import`.
//!
//! Instants are RFC 3339 in UTC. No cell needs quotes: texts hold letters, digits, spaces and `-/;:.#` alone.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use crate::calendar::{DAY, Instant};
use crate::random::mix;

const HEX: &[u8; 16] = b"0123456789abcdef";

/// A commit's place in its repository: its sha follows from it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Commit {
    pub(crate) repo: u64,
    pub(crate) number: u64,
}

impl Commit {
    /// 40 hexadecimal digits.
    pub(crate) fn sha(self) -> [u8; 40] {
        let mut digits = [0; 40];
        let mut bits = mix(mix(self.repo << 40 ^ self.number) ^ 0x5851_F42D_4C95_7F2D);
        for (at, digit) in digits.iter_mut().enumerate() {
            if at % 16 == 0 {
                bits = mix(bits.wrapping_add(0x9E37_79B9_7F4A_7C15));
            }
            *digit = HEX[usize::try_from(bits & 15).unwrap_or(0)];
            bits = bits.rotate_right(4);
        }
        digits
    }
}

/// One table's file.
pub(crate) struct Table {
    file: BufWriter<File>,
    row: Vec<u8>,
    /// Rows written so far, without the header.
    pub(crate) count: i64,
}

impl Table {
    pub(crate) fn create(folder: &Path, name: &str, header: &str) -> io::Result<Self> {
        let mut file = BufWriter::with_capacity(1 << 20, File::create(folder.join(name))?);
        writeln!(file, "{header}")?;
        Ok(Self { file, row: Vec::with_capacity(1024), count: 0 })
    }

    /// A cell of text.
    pub(crate) fn text(&mut self, text: &str) -> &mut Self {
        self.row.extend_from_slice(text.as_bytes());
        self.row.push(b',');
        self
    }

    /// A cell of several pieces.
    pub(crate) fn joined(&mut self, pieces: &[&[u8]]) -> &mut Self {
        for piece in pieces {
            self.row.extend_from_slice(piece);
        }
        self.row.push(b',');
        self
    }

    /// A cell that is text, then a number.
    pub(crate) fn numbered(&mut self, text: &str, number: i64) -> &mut Self {
        self.row.extend_from_slice(text.as_bytes());
        self.digits(number, 1);
        self.row.push(b',');
        self
    }

    /// A cell with an instant, empty where there is none.
    pub(crate) fn instant(&mut self, at: Option<Instant>) -> &mut Self {
        if let Some(at) = at {
            let (year, month, day) = date(at.div_euclid(DAY));
            let second = at.rem_euclid(DAY);
            for (number, width, end) in [
                (year, 4, b'-'),
                (month, 2, b'-'),
                (day, 2, b'T'),
                (second / 3600, 2, b':'),
                (second / 60 % 60, 2, b':'),
                (second % 60, 2, b'Z'),
            ] {
                self.digits(number, width);
                self.row.push(end);
            }
        }
        self.row.push(b',');
        self
    }

    /// Ends the row.
    pub(crate) fn end(&mut self) -> io::Result<()> {
        self.row.pop();
        self.row.push(b'\n');
        self.file.write_all(&self.row)?;
        self.row.clear();
        self.count += 1;
        Ok(())
    }

    pub(crate) fn finish(mut self) -> io::Result<()> {
        self.file.flush()
    }

    fn digits(&mut self, mut number: i64, width: usize) {
        let start = self.row.len();
        while number > 0 || self.row.len() < start + width {
            self.row.push(b'0' + u8::try_from(number % 10).unwrap_or(0));
            number /= 10;
        }
        self.row[start..].reverse();
    }
}

/// Year, month and day of a day since 1970 (Howard Hinnant, "chrono-compatible low-level date algorithms").
fn date(day: i64) -> (i64, i64, i64) {
    let day = day + 719_468;
    let (era, in_era) = (day / 146_097, day % 146_097);
    let year = (in_era - in_era / 1_460 + in_era / 36_524 - in_era / 146_096) / 365;
    let in_year = in_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * in_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year + era * 400 + i64::from(month < 3), month, in_year - (153 * shifted + 2) / 5 + 1)
}
