//! The bytes of a file as text, and the line on which each byte of it lies.
//!
//! UTF-8 and UTF-16 are read, with or without a byte-order mark. Any other encoding is refused: to guess between them
//! would change names without a word.

use super::error::FileError;

/// The text of a file, without its byte-order mark.
pub(super) fn decode(bytes: Vec<u8>, file: &str) -> Result<String, FileError> {
    let utf16 = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let pairs = bytes.chunks(2).map(|pair| match *pair {
            [first, second] => unit([first, second]),
            _ => 0xD800,
        });
        char::decode_utf16(pairs).collect::<Result<String, _>>().map_err(|_| FileError::Shape {
            file: file.to_owned(),
            line: 1,
            problem: "this UTF-16 file is cut off or damaged; save it again, as UTF-8".into(),
        })
    };
    match bytes.as_slice() {
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes),
        // The first character of a table is in ASCII.
        [1..=0x7F, 0, ..] => utf16(&bytes, u16::from_le_bytes),
        [0, 1..=0x7F, ..] => utf16(&bytes, u16::from_be_bytes),
        _ => utf8(bytes, file),
    }
}

fn utf8(bytes: Vec<u8>, file: &str) -> Result<String, FileError> {
    let mut text = String::from_utf8(bytes).map_err(|cause| {
        let valid = cause.utf8_error().valid_up_to();
        let before = String::from_utf8_lossy(cause.as_bytes().get(..valid).unwrap_or_default()).into_owned();
        FileError::Shape {
            file: file.to_owned(),
            line: Lines::of(&before).at(valid),
            problem: "this line is not UTF-8. UTF-8 and UTF-16 are read: save the file as one of them, for example \
                      with `iconv -f latin1 -t utf-8`"
                .into(),
        }
    })?;
    if text.starts_with('\u{FEFF}') {
        text.remove(0);
    }
    Ok(text)
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
    pub(super) fn of(text: &'a str) -> Self {
        Self { bytes: text.as_bytes(), counted: 0, line: 1 }
    }

    /// The line on which the byte at `offset` lies.
    pub(super) fn at(&mut self, offset: usize) -> u64 {
        while self.counted < offset.min(self.bytes.len()) {
            let ends = match self.bytes.get(self.counted) {
                Some(b'\n') => true,
                Some(b'\r') => self.bytes.get(self.counted + 1) != Some(&b'\n'),
                _ => false,
            };
            self.line += u64::from(ends);
            self.counted += 1;
        }
        self.line
    }

    /// The line of the first byte from `offset` on that ends no line.
    pub(super) fn of_record(&mut self, offset: usize) -> u64 {
        let rest = self.bytes.get(offset..).unwrap_or_default();
        self.at(offset + rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count())
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
            assert_eq!(decode(bytes.clone(), "f").as_deref(), Ok(text));
            bytes.pop();
            assert!(decode(bytes, "f").expect_err("refused").to_string().contains("cut off"));
        }
    }

    #[test]
    fn every_kind_of_line_end_counts_once() {
        let text = "a\r\nb\nc\rd\r\n\r\ne";
        let mut lines = Lines::of(text);
        let found: Vec<u64> =
            text.char_indices().filter(|(_, it)| it.is_alphabetic()).map(|(at, _)| lines.at(at)).collect();
        assert_eq!(found, [1, 2, 3, 4, 6]);
    }
}
