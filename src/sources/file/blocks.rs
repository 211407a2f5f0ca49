//! The text of a file, one piece at a time: a file of gigabytes is never held in memory as a whole, and an endless one
//! is refused.
//!
//! A piece is whole lines, as CSV needs them, or whole characters, as JSON does, which may be one line. UTF-8 and
//! UTF-16 are read, with or without a byte-order mark. Any other encoding is refused: guessing could silently change
//! names.

use std::io::Read;

use memchr::memrchr;

use super::error::FileError;
use super::text::{self, Lines};

/// Bytes that are read at once.
const BLOCK: usize = 1 << 20;

/// The longest line and the longest row, in bytes: a file with a longer one is not a table.
pub(super) const LONGEST: usize = 16 << 20;

/// Bytes of a file of UTF-16, which is read as a whole.
const LONGEST_UTF16: u64 = 512 << 20;

/// The unread text of a file.
pub(super) struct Blocks<'a> {
    input: Box<dyn Read + 'a>,
    file: &'a str,
    bytes: Vec<u8>,
    /// Where the piece ends: no character lies across it.
    cut: usize,
    is_by_line: bool,
    is_whole: bool,
    /// The line on which the bytes begin.
    line: u64,
}

impl<'a> Blocks<'a> {
    /// Reads the beginning of a file, in whole characters.
    pub(super) fn of(input: impl Read + 'a, file: &'a str) -> Result<Self, FileError> {
        let mut blocks = Self {
            input: Box::new(input),
            file,
            bytes: Vec::new(),
            cut: 0,
            is_by_line: false,
            is_whole: false,
            line: 1,
        };
        blocks.more()?;
        if text::is_utf16(&blocks.bytes) {
            blocks.read_utf16()?;
        }
        if blocks.bytes.starts_with("\u{FEFF}".as_bytes()) {
            blocks.bytes.drain(..3);
            blocks.cut -= 3.min(blocks.cut);
        }
        let mut blank = 0;
        while !blocks.is_whole && blocks.text()?.trim_start().is_empty() {
            blank += blocks.cut;
            if blank > LONGEST {
                return Err(
                    blocks.refused(format!("there is nothing but white space in the first {}", mebibytes(LONGEST)))
                );
            }
            blocks.use_up(blocks.cut)?;
            blocks.more()?;
        }
        Ok(blocks)
    }

    /// From here on gives whole lines.
    pub(super) fn by_line(&mut self) -> Result<(), FileError> {
        self.is_by_line = true;
        self.cut = self.place_of_cut(0);
        if self.cut == 0 { self.more() } else { Ok(()) }
    }

    /// The text that is read and not yet used up, up to the end of a line or character, or to the end of the file.
    pub(super) fn text(&self) -> Result<&str, FileError> {
        let bytes = self.bytes.get(..self.cut).unwrap_or_default();
        std::str::from_utf8(bytes).map_err(|cause| text::not_utf8(bytes, cause.valid_up_to(), self.line, self.file))
    }

    /// Whether the file ends where the text does.
    pub(super) fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// The line on which the text begins.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// Drops the first bytes of the text.
    pub(super) fn use_up(&mut self, bytes: usize) -> Result<(), FileError> {
        let text = self.text()?;
        self.line = Lines::from_line(text, self.line).at(bytes);
        self.bytes.drain(..bytes.min(self.cut));
        self.cut -= bytes.min(self.cut);
        Ok(())
    }

    /// Reads on until the text has grown, or to the end.
    pub(super) fn more(&mut self) -> Result<(), FileError> {
        let before = self.cut;
        // Each time more: a record of any length is put together by few readings.
        while !self.is_whole && self.cut == before {
            if self.bytes.len() - self.cut > LONGEST {
                let line = Lines::from_line(self.text()?, self.line).at(self.cut);
                return Err(Self::refused_at(self.file, line, too_long("line")));
            }
            let wanted = BLOCK.max(self.bytes.len());
            let known = self.bytes.len();
            self.bytes.reserve(wanted);
            let read = self.input.by_ref().take(wanted as u64).read_to_end(&mut self.bytes);
            self.is_whole = read.map_err(|cause| FileError::io(self.file, &cause))? < wanted;
            self.cut = self.place_of_cut(known).max(self.cut);
        }
        Ok(())
    }

    /// Where the piece ends, as far as the bytes from `known` on say.
    fn place_of_cut(&self, known: usize) -> usize {
        let bytes = self.bytes.get(known..).unwrap_or_default();
        if self.is_whole {
            self.bytes.len()
        } else if self.is_by_line {
            memrchr(b'\n', bytes).map_or(0, |at| known + at + 1)
        } else {
            // The last character may go on: its first byte is none of those that continue another.
            let is_first = |byte: &u8| byte & 0b1100_0000 != 0b1000_0000;
            bytes.iter().rposition(is_first).map_or(0, |at| known + at)
        }
    }

    /// Reads a file of UTF-16 to its end.
    fn read_utf16(&mut self) -> Result<(), FileError> {
        let most = LONGEST_UTF16 - self.bytes.len() as u64;
        let read = self.input.by_ref().take(most + 1).read_to_end(&mut self.bytes);
        if read.map_err(|cause| FileError::io(self.file, &cause))? as u64 > most {
            let problem = "this UTF-16 file has more than 512 MiB; save it as UTF-8, which is read piece by piece";
            return Err(self.refused(problem.into()));
        }
        self.bytes = text::from_utf16(&self.bytes, self.file)?.into_bytes();
        (self.is_whole, self.cut) = (true, self.bytes.len());
        Ok(())
    }

    fn refused(&self, problem: String) -> FileError {
        Self::refused_at(self.file, self.line, problem)
    }

    fn refused_at(file: &str, line: u64, problem: String) -> FileError {
        FileError::Shape { file: file.to_owned(), line, problem }
    }
}

/// The error for a line or row that is too long.
pub(super) fn too_long(what: &str) -> String {
    format!(
        "this {what} has more than {}; the file is not a CSV or JSON file, or a line end or closing quote is missing",
        mebibytes(LONGEST)
    )
}

fn mebibytes(bytes: usize) -> String {
    format!("{} MiB", bytes >> 20)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_comes_in_whole_lines_and_every_line_once() {
        let line = "\u{fc},".repeat(1_000) + "\n";
        let file = line.repeat(2_000) + "end";
        let mut blocks = Blocks::of(file.as_bytes(), "f").expect("text");
        blocks.by_line().expect("lines");
        let (mut found, mut times) = (String::new(), 0);
        loop {
            let text = blocks.text().expect("text").to_owned();
            assert!(blocks.is_whole() || text.ends_with('\n'));
            found.push_str(&text);
            times += 1;
            if blocks.is_whole() {
                break;
            }
            blocks.use_up(text.len()).expect("used");
            assert_eq!(blocks.line(), found.matches('\n').count() as u64 + 1);
            blocks.more().expect("read");
        }
        assert!(found == file && times > 3, "{times}");
    }

    #[test]
    fn an_invalid_byte_is_reported_with_its_line() {
        let mut file = "line\n".repeat(500_000).into_bytes();
        file.extend(b"caf\xe9\n");
        let mut blocks = Blocks::of(file.as_slice(), "f").expect("the first block is text");
        let refused = loop {
            match blocks.text().map(str::len) {
                Ok(length) => blocks.use_up(length).and_then(|()| blocks.more()).expect("read"),
                Err(refused) => break refused.to_string(),
            }
        };
        assert!(refused.starts_with("f:500001: this line is not UTF-8"), "{refused}");
    }

    #[test]
    fn a_piece_of_whole_characters_may_end_within_a_line() {
        let file = "\u{1f600}\u{fc}".repeat(1_000_000);
        let mut blocks = Blocks::of(file.as_bytes(), "f").expect("text");
        let (mut length, mut times) = (0, 0);
        loop {
            let piece = blocks.text().expect("whole characters").len();
            (length, times) = (length + piece, times + 1);
            if blocks.is_whole() {
                break;
            }
            blocks.use_up(piece).and_then(|()| blocks.more()).expect("read");
        }
        assert!(length == file.len() && times > 3, "{length} {times}");
    }

    #[test]
    #[ignore = "slow: .ci/run runs it"]
    fn a_file_without_lines_or_without_end_is_refused_before_it_fills_the_memory() {
        for (endless, wanted) in [
            (Box::new(std::io::repeat(0)) as Box<dyn Read>, "this line has more than 16 MiB"),
            (Box::new(std::io::repeat(b'x')), "this line has more than 16 MiB"),
            (Box::new(std::io::repeat(b'\n')), "nothing but white space in the first 16 MiB"),
            (Box::new((&b"\xff\xfea\0"[..]).chain(std::io::repeat(b' '))), "more than 512 MiB"),
        ] {
            let refused = Blocks::of(endless, "f").and_then(|mut blocks| blocks.by_line()).expect_err("refused");
            assert!(refused.to_string().contains(wanted), "{refused}");
        }
    }
}
