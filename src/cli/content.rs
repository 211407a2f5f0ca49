//! Contents of a report file: text, bytes, a stream that is made as it is written, a picture that is drawn when it is written, or
//! the bytes of the previous report's file.
//!
//! A stream is made both to write it and to compare it with an existing file, so that a million rows fit in memory.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use crate::report::png::Picture;

/// Makes a file and writes it.
type Render<'a> = Box<dyn Fn(&mut dyn Write) -> io::Result<()> + Sync + 'a>;

/// What a file holds.
pub(super) enum Content<'a> {
    /// A text.
    Text(String),
    /// Bytes that are no text.
    Bytes(Vec<u8>),
    /// What is made as it is written.
    Stream(Render<'a>),
    /// A picture.
    Picture(Picture),
    /// What another file holds.
    Copy(PathBuf),
}

impl<'a> Content<'a> {
    /// What a function writes.
    pub(super) fn stream(render: impl Fn(&mut dyn Write) -> io::Result<()> + Sync + 'a) -> Self {
        Self::Stream(Box::new(render))
    }

    /// Writes it to a stream.
    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        match self {
            Self::Text(text) => out.write_all(text.as_bytes()),
            Self::Bytes(bytes) => out.write_all(bytes),
            Self::Stream(render) => render(out),
            Self::Picture(picture) => picture.write(out),
            Self::Copy(path) => io::copy(&mut File::open(path)?, out).map(drop),
        }
    }

    /// Writes it to a new file, down to the disk.
    pub(super) fn save(&self, path: &Path) -> io::Result<()> {
        let mut file = BufWriter::with_capacity(1 << 18, File::create(path)?);
        self.write(&mut file)?;
        file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()
    }

    /// Whether a file holds exactly this; one that cannot be read does not.
    pub(super) fn is_in(&self, path: &Path) -> bool {
        let Ok(file) = File::open(path) else { return false };
        let mut compared = Compared { with: BufReader::new(file), buffer: Vec::new() };
        let mut left = [0];
        self.write(&mut compared).is_ok() && compared.with.read(&mut left).is_ok_and(|left| left == 0)
    }
}

/// Takes what a reader gives too, and nothing else.
struct Compared<R> {
    with: R,
    buffer: Vec<u8>,
}

impl<R: Read> Write for Compared<R> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.buffer.resize(bytes.len(), 0);
        self.with.read_exact(&mut self.buffer)?;
        if self.buffer == bytes { Ok(bytes.len()) } else { Err(io::ErrorKind::InvalidData.into()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_holds_a_content_where_no_byte_differs_and_none_is_left() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("x");
        let text = |text: &str| Content::Text(text.to_owned());
        text("one").save(&path).expect("saved");
        assert!(text("one").is_in(&path) && Content::Copy(path.clone()).is_in(&path));
        for other in ["", "on", "ones", "onf"] {
            assert!(!text(other).is_in(&path), "{other}");
        }
        assert!(!text("one").is_in(&folder.path().join("absent")));
    }
}
