//! The encoding of a file, and the line on which each byte of a text lies.

use memchr::memchr2_iter;

use super::error::FileError;

/// Whether the first bytes of a file are those of UTF-16. The first character of a table is in ASCII.
pub(super) fn is_utf16(bytes: &[u8]) -> bool {
    matches!(bytes, [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] | [1..=0x7F, 0, ..] | [0, 1..=0x7F, ..])
}

/// The text of a file of UTF-16, without its byte-order mark.
pub(super) fn from_utf16(bytes: &[u8], file: &str) -> Result<String, FileError> {
    let is_big_endian = matches!(bytes, [0xFE, 0xFF, ..] | [0, ..]);
    let unit = if is_big_endian { u16::from_be_bytes } else { u16::from_le_bytes };
    let rest = if let [0xFF, 0xFE, rest @ ..] | [0xFE, 0xFF, rest @ ..] = bytes { rest } else { bytes };
    let pairs = rest.chunks(2).map(|pair| match *pair {
        [first, second] => unit([first, second]),
        _ => 0xD800,
    });
    char::decode_utf16(pairs).collect::<Result<String, _>>().map_err(|_| FileError::Shape {
        file: file.to_owned(),
        line: 1,
        problem: "this UTF-16 file is cut off or damaged; save it again, as UTF-8".into(),
    })
}

/// The error of bytes, the first of which is on `line`, that are text up to `valid`.
pub(super) fn not_utf8(bytes: &[u8], valid: usize, line: u64, file: &str) -> FileError {
    let before = std::str::from_utf8(bytes.get(..valid).unwrap_or_default()).unwrap_or_default();
    FileError::Shape {
        file: file.to_owned(),
        line: Lines::from_line(before, line).at(valid),
        problem: "this line is not UTF-8. UTF-8 and UTF-16 are read: save the file as one of them, for example \
                  with `iconv -f latin1 -t utf-8`"
            .into(),
    }
}

/// The line of each byte of a text, from 1; to be asked in ascending order. `\n`, `\r\n` and a lone `\r` end a line.
#[derive(Debug)]
pub(super) struct Lines<'a> {
    bytes: &'a [u8],
    /// How far the line ends are counted.
    counted: usize,
    line: u64,
}

impl<'a> Lines<'a> {
    /// Of a text that begins on a line.
    pub(super) fn from_line(text: &'a str, line: u64) -> Self {
        Self { bytes: text.as_bytes(), counted: 0, line }
    }

    /// The line on which the byte at `offset` lies.
    pub(super) fn at(&mut self, offset: usize) -> u64 {
        let to = offset.min(self.bytes.len());
        let passed = self.bytes.get(self.counted..to).unwrap_or_default();
        for at in memchr2_iter(b'\n', b'\r', passed) {
            let at = self.counted + at;
            let ends = self.bytes.get(at) == Some(&b'\n') || self.bytes.get(at + 1) != Some(&b'\n');
            self.line += u64::from(ends);
        }
        self.counted = self.counted.max(to);
        self.line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf_16_is_read_with_and_without_a_byte_order_mark_and_refused_where_it_is_cut_off() {
        let text = "id,title\n1,Ürü";
        for (mark, unit) in
            [(true, u16::to_le_bytes as fn(u16) -> [u8; 2]), (true, u16::to_be_bytes), (false, u16::to_le_bytes)]
        {
            let marked = if mark { format!("\u{FEFF}{text}") } else { text.to_owned() };
            let mut bytes: Vec<u8> = marked.encode_utf16().flat_map(unit).collect();
            assert!(is_utf16(&bytes));
            assert_eq!(from_utf16(&bytes, "f").as_deref(), Ok(text));
            bytes.pop();
            assert!(from_utf16(&bytes, "f").expect_err("refused").to_string().contains("cut off"));
        }
    }

    #[test]
    fn every_kind_of_line_end_counts_once() {
        let text = "a\r\nb\nc\rd\r\n\r\ne";
        let mut lines = Lines::from_line(text, 1);
        let found: Vec<u64> =
            text.char_indices().filter(|(_, it)| it.is_alphabetic()).map(|(at, _)| lines.at(at)).collect();
        assert_eq!(found, [1, 2, 3, 4, 6]);
    }
}
