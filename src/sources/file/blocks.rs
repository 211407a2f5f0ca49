//! The text of a file, some lines at a time: a file of gigabytes is never held whole.
//!
//! UTF-8 and UTF-16 are read, with or without a byte-order mark. Any other encoding is refused: to guess between them
//! would change names without a word.

use std::io::Read;

use memchr::memrchr;

use super::error::FileError;
use super::text::{self, Lines};

/// Bytes that are read at once.
const BLOCK: usize = 1 << 20;

/// The unread text of a file.
pub(super) struct Blocks<'a> {
    input: Box<dyn Read + 'a>,
    file: &'a str,
    bytes: Vec<u8>,
    /// Where the last line end of the bytes ends: no character lies across it.
    cut: usize,
    is_whole: bool,
    /// The line on which the bytes begin.
    line: u64,
}

impl<'a> Blocks<'a> {
    /// Reads the beginning of a file. UTF-16 is read as a whole.
    pub(super) fn of(input: impl Read + 'a, file: &'a str) -> Result<Self, FileError> {
        let mut blocks = Self { input: Box::new(input), file, bytes: Vec::new(), cut: 0, is_whole: false, line: 1 };
        blocks.more()?;
        if text::is_utf16(&blocks.bytes) {
            blocks.read_whole()?;
            blocks.bytes = text::from_utf16(&blocks.bytes, file)?.into_bytes();
            blocks.cut = blocks.bytes.len();
        }
        if blocks.bytes.starts_with("\u{FEFF}".as_bytes()) {
            blocks.bytes.drain(..3);
            blocks.cut -= 3.min(blocks.cut);
        }
        while !blocks.is_whole && blocks.text()?.trim_start().is_empty() {
            blocks.more()?;
        }
        Ok(blocks)
    }

    /// The text that is read and not yet used up: whole lines, or the rest of the file.
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

    /// Reads on until the text has grown by a line, or to the end.
    pub(super) fn more(&mut self) -> Result<(), FileError> {
        let before = self.cut;
        // Each time more: a record of any length is put together by few readings.
        while !self.is_whole && self.cut == before {
            let wanted = BLOCK.max(self.bytes.len());
            let known = self.bytes.len();
            self.bytes.reserve(wanted);
            let read = self.input.by_ref().take(wanted as u64).read_to_end(&mut self.bytes);
            self.is_whole = read.map_err(|cause| FileError::io(self.file, &cause))? < wanted;
            let last = memrchr(b'\n', self.bytes.get(known..).unwrap_or_default()).map(|at| known + at + 1);
            self.cut = if self.is_whole { self.bytes.len() } else { last.unwrap_or(self.cut) };
        }
        Ok(())
    }

    /// Reads to the end.
    pub(super) fn read_whole(&mut self) -> Result<(), FileError> {
        self.input.read_to_end(&mut self.bytes).map_err(|cause| FileError::io(self.file, &cause))?;
        (self.is_whole, self.cut) = (true, self.bytes.len());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_comes_in_whole_lines_and_every_line_once() {
        let line = "\u{fc},".repeat(1_000) + "\n";
        let file = line.repeat(2_000) + "end";
        let mut blocks = Blocks::of(file.as_bytes(), "f").expect("text");
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
    fn a_byte_that_is_no_text_is_named_by_its_line_wherever_it_lies() {
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
}
