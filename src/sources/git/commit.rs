//! The text of a commit, as git reads it: parents, dates and subject; and the date of a tag.
//!
//! Git writes a date as the seconds since 1970 behind the address of a person, with an offset that does not change the
//! instant. Old programs wrote dates that cannot be read; such a date is missing.

use gix::ObjectId;
use gix::hash::Kind;

use crate::domain::time::Timestamp;

/// Seconds up to the year 9001: from there on an instant has no name that other programs read.
const SECONDS_BELOW: i64 = 221_876_928_000;

/// What is read of a commit.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Read {
    /// Each once.
    pub(super) parents: Vec<ObjectId>,
    pub(super) authored_at: Option<Timestamp>,
    pub(super) committed_at: Option<Timestamp>,
    /// The first paragraph of the message on one line. Bytes that are not UTF-8 are replaced.
    pub(super) subject: String,
}

/// Reads the text of a commit; none where it has no tree, or a parent that is no name.
pub(super) fn read(text: &[u8]) -> Option<Read> {
    let (head, message) = split(text);
    let mut lines = head.split(|byte| *byte == b'\n').peekable();
    id(lines.next()?.strip_prefix(b"tree ")?)?;
    let mut parents = Vec::new();
    while let Some(parent) = lines.peek().and_then(|line| line.strip_prefix(b"parent ")) {
        let parent = id(parent)?;
        if !parents.contains(&parent) {
            parents.push(parent);
        }
        lines.next();
    }
    let (mut authored_at, mut committed_at) = (None, None);
    for line in lines {
        if let Some(author) = line.strip_prefix(b"author ") {
            authored_at = date(author);
        } else if let Some(committer) = line.strip_prefix(b"committer ") {
            committed_at = date(committer);
        }
    }
    Some(Read { parents, authored_at, committed_at, subject: subject(message) })
}

/// When an annotated tag was made, by the text of the tag.
pub(super) fn tagged_at(text: &[u8]) -> Option<Timestamp> {
    let (head, _) = split(text);
    head.split(|byte| *byte == b'\n').find_map(|line| date(line.strip_prefix(b"tagger ")?))
}

/// The name of an object.
pub(super) fn id(name: &[u8]) -> Option<ObjectId> {
    ObjectId::from_hex(name).ok().filter(|id| id.kind() == Kind::Sha1)
}

/// The lines before the first empty one, and the text after it.
fn split(text: &[u8]) -> (&[u8], &[u8]) {
    let end = text.windows(2).position(|pair| pair == b"\n\n");
    end.map_or((text, &[][..]), |end| (text.get(..end).unwrap_or_default(), text.get(end + 2..).unwrap_or_default()))
}

/// The instant behind the address of a person: `Ann <ann@acme.example> 1782907200 +0200`.
fn date(person: &[u8]) -> Option<Timestamp> {
    let address = person.iter().rposition(|byte| *byte == b'>')?;
    let rest = person.get(address + 1..)?.trim_ascii_start();
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let seconds: i64 = str::from_utf8(rest.get(..digits)?).ok()?.parse().ok()?;
    (seconds < SECONDS_BELOW).then(|| Timestamp(seconds * 1_000))
}

fn subject(message: &[u8]) -> String {
    // Git reads a message up to its first NUL.
    let message = message.split(|byte| *byte == 0).next().unwrap_or_default();
    let lines = message.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end);
    let first = lines.skip_while(|line| line.is_empty()).take_while(|line| !line.is_empty());
    String::from_utf8_lossy(&first.collect::<Vec<_>>().join(&b' ')).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TREE: &str = "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n";
    const PARENT: &str = "parent aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n";

    fn of(rest: &str) -> Read {
        read(format!("{TREE}{rest}").as_bytes()).expect("a commit")
    }

    #[test]
    fn a_commit_has_its_parents_once_its_dates_and_the_first_paragraph() {
        let read = of(&format!(
            "{PARENT}{PARENT}author Ann <a@x> 1782907200 +0200\ncommitter Bob <b@x> 1782907201 -0000\nencoding latin1\n\
             gpgsig -----BEGIN\n parent bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\n author x\n\n\n  \nAdd a  \n thing (#3)\n\nBody (#4)\n"
        ));
        assert_eq!(read.parents.len(), 1);
        assert_eq!(read.authored_at, Some(Timestamp(1_782_907_200_000)));
        assert_eq!(read.committed_at, Some(Timestamp(1_782_907_201_000)));
        assert_eq!(read.subject, "Add a  thing (#3)");
    }

    #[test]
    fn a_date_needs_no_offset_and_is_missing_where_there_are_no_seconds() {
        for (person, wanted) in [
            ("Ann <a@x> 12 +0000", Some(12)),
            ("Ann <a@x> 12", Some(12)),
            ("Ann <a@x>12 +9999", Some(12)),
            ("Ann <a <b>> \t12 -0000", Some(12)),
            ("<> 0 +0000", Some(0)),
            ("Ann <a@x> 4102444800 +0000", Some(4_102_444_800)),
            ("Ann <a@x>", None),
            ("Ann <a@x> -12 +0000", None),
            ("Ann <a@x> yesterday", None),
            ("Ann a@x 12 +0000", None),
            ("Ann <a@x> 221876928000 +0000", None),
            ("Ann <a@x> 99999999999999999999999 +0000", None),
            ("", None),
        ] {
            assert_eq!(date(person.as_bytes()), wanted.map(|seconds| Timestamp(seconds * 1_000)), "{person}");
        }
    }

    #[test]
    fn text_that_is_not_a_commit_is_refused() {
        for text in ["", "tree x\n", PARENT, "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\nparent 12\n\nx"] {
            assert_eq!(read(text.as_bytes()), None, "{text}");
        }
        let bare = of("");
        assert_eq!((bare.parents.len(), bare.authored_at, bare.subject.as_str()), (0, None, ""));
    }
}
