//! Whether this program wrote a file, judged by its contents, because other programs use the same file names.
//!
//! Every version since the first writes these marks. A file that is changed by hand stays the program's own.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use memchr::memmem;

use crate::report::{html, png};

/// Bytes at the begin of a file in which its mark is looked for. The title of a page or summary stands before the mark.
const HEAD: u64 = 64 << 10;

/// What is in each kind of file that this program writes.
enum Mark {
    /// All of these texts, near the begin.
    Head(&'static [&'static str]),
    /// The file begins with these columns.
    Columns(&'static str),
    /// All of these texts, anywhere. Those of a workbook are names of its parts, which are not compressed.
    Anywhere(&'static [&'static str]),
    /// A PNG of the size of all pictures.
    Picture,
}

fn mark_of(name: &str) -> Option<Mark> {
    Some(match name {
        "index.html" => Mark::Head(&[html::GENERATOR]),
        "report.json" => Mark::Head(&["\"schema_version\"", "\"name\": \"dora-report\""]),
        "summary.md" => Mark::Head(&[", dora-report ", ", config "]),
        "confluence.xml" => Mark::Anywhere(&[", dora-report ", ", config "]),
        "report.xlsx" => Mark::Anywhere(&["PK\u{3}\u{4}", "xl/worksheets/sheet8.xml", "xl/tables/table1.xml"]),
        "summary.csv" => Mark::Columns("group_kind,group,metric,"),
        "daily.csv" => Mark::Columns("date,group_kind,group,"),
        "deployments.csv" => Mark::Columns("source,id,repo,environment,"),
        "incidents.csv" => Mark::Columns("source,id,title,service,"),
        "findings.csv" => Mark::Columns("id,severity,scope,"),
        picture if png::files().any(|name| name == picture) => Mark::Picture,
        _ => return None,
    })
}

/// Whether a file with one of the names of a report's files was written by this program. A link or a pipe was not.
pub(super) fn is_own(path: &Path) -> io::Result<bool> {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let (Some(mark), true) = (mark_of(name), fs::symlink_metadata(path)?.is_file()) else { return Ok(false) };
    let most = if matches!(mark, Mark::Anywhere(_)) { u64::MAX } else { HEAD };
    let mut bytes = Vec::new();
    File::open(path)?.take(most).read_to_end(&mut bytes)?;
    Ok(match mark {
        Mark::Head(texts) | Mark::Anywhere(texts) => {
            texts.iter().all(|text| memmem::find(&bytes, text.as_bytes()).is_some())
        }
        Mark::Columns(columns) => bytes.starts_with(columns.as_bytes()),
        Mark::Picture => bytes.starts_with(b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\x06\x40\0\0\x03\x84"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::replaced_report::all_files;

    #[test]
    fn every_file_of_a_report_has_a_mark() {
        assert!(all_files().all(|name| mark_of(name).is_some()));
    }

    #[test]
    fn a_foreign_file_is_recognised_by_its_contents() {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, theirs, ours) in [
            ("index.html", "<html><head><title>Our site</title>", html::GENERATOR),
            (
                "report.json",
                "{\"schema_version\": 1}",
                "{\n  \"schema_version\": 1,\n  \"tool\": {\n    \"name\": \"dora-report\",",
            ),
            ("summary.csv", "a,b\n1,2\n", "group_kind,group,metric,statistic\n"),
            ("summary.md", "# Notes on dora-report", "bands: handbook, dora-report 0.1.0, config 14a84cccfb54."),
            ("tile-lead_time.png", "\u{89}PNG", ""),
        ] {
            let path = folder.path().join(name);
            fs::write(&path, theirs).expect("a file");
            assert!(!is_own(&path).expect("readable"), "{name}");
            if !ours.is_empty() {
                fs::write(&path, ours).expect("a file");
                assert!(is_own(&path).expect("readable"), "{name}");
            }
        }
    }
}
