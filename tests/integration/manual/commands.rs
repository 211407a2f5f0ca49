//! The commands in the `sh` blocks of README and docs: each block runs as printed on the sample's data, unless a comment
//! before it says why that is not possible.

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

use super::{blocks, not_run, pages, text_of};
use crate::support::Place;

/// A folder with the sample's files, config and dataset, and a report on the quarter before its last.
fn sample() -> Place {
    let place = Place::new();
    place.done(["demo", "--quiet", "--keep", "sample", "--out", "sample/reports"]);
    for period in ["2026-Q2", "2026-Q3"] {
        let mut command =
            place.command(["report", "--quiet", "--period", period, "--as-of", "2026-10-01T00:00:00+02:00"]);
        let done = command.current_dir(place.path("sample")).output().expect("the program runs");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }
    place
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn every_command_of_the_documentation_runs_as_printed_on_the_sample() {
    let program = Path::new(env!("CARGO_BIN_EXE_dora-report"));
    let mut path = OsString::from(program.parent().expect("a folder"));
    path.push(":/usr/local/bin:/usr/bin:/bin");
    let (mut ran, mut skipped) = (0, 0);
    let original = sample();
    for page in pages() {
        for block in blocks(&text_of(&page)).into_iter().filter(|block| block.language == "sh") {
            let at = format!("{page}:{}", block.line);
            if let Some(reason) = not_run(&block) {
                assert!(reason.len() > 5, "{at}: say why");
                skipped += 1;
                continue;
            }
            let place = Place::new();
            let copied = Command::new("cp").arg("-R").arg(original.path("sample")).arg(place.path("sample")).status();
            assert!(copied.expect("cp").success());
            let done = Command::new("sh")
                .args(["-eu", "-c", &block.text])
                .current_dir(place.path("sample"))
                .env_clear()
                .env("PATH", &path)
                .env("HOME", place.path("home"))
                .output()
                .expect("a shell");
            let said = String::from_utf8_lossy(&done.stderr);
            assert!(done.status.success(), "{at}: {}\n{}{said}", done.status, block.text);
            ran += 1;
        }
    }
    assert!(ran >= 8 && skipped <= 40, "{ran} blocks ran, {skipped} did not");
}

#[test]
fn an_indented_block_and_the_comment_before_a_block_are_found() {
    let text = "a\n\n<!-- not run: needs a server -->\n```sh\nx\n```\n\n1. b\n\n   ```sh\n   y\n   ```\n";
    let found = blocks(text);
    assert_eq!(found.iter().map(|block| block.text.trim()).collect::<Vec<_>>(), ["x", "y"]);
    assert_eq!(found.iter().map(not_run).collect::<Vec<_>>(), [Some("needs a server"), None]);
}
