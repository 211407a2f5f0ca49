//! Tags as deployments: a clone alone gives a report, and the report says that it counts a proxy.

use super::{Clone, DAY, JULY, day, git_program};
use crate::support::{Place, Run};

const COVERS: [&str; 2] = ["--covers", "2026-06-01..2026-08-01"];
const REPORT: [&str; 5] = ["report", "--period", "2026-07", "--as-of", "2026-10-01T00:00:00Z"];

fn import(place: &Place, patterns: &[&str], flags: &[&str]) -> Run {
    let patterns = patterns.iter().flat_map(|pattern| ["--tags-as-deployments", pattern]);
    place.run(["import", "--from", "git", "web"].into_iter().chain(patterns).chain(flags.iter().copied()))
}

/// Four commits, with a lightweight tag, annotated ones, and those that are no releases.
fn released(place: &Place) -> (Clone, Vec<String>) {
    let mut clone = Clone::new(place, "web");
    for nth in 0..4_usize {
        let parents: &[usize] = if nth == 0 { &[] } else { &[nth] };
        clone.commit("main", parents, &day(i64::try_from(nth).expect("small")), b"A commit");
    }
    let names = clone.write();
    clone.git(&["update-ref", "refs/tags/v1.0", &names[1]]);
    for (tag, target, tagger) in [
        ("v1.1", &names[2], format!("tagger Ann <ann@acme.example> {} +0200", JULY + 2 * DAY)),
        ("v1.2", &names[4], "tagger Ann <ann@acme.example>".to_owned()),
        ("nightly", &names[3], format!("tagger Ann <ann@acme.example> {} +0200", JULY + 6 * DAY)),
    ] {
        let text = format!("object {target}\ntype commit\ntag {tag}\n{tagger}\n\nA release\n");
        let object = clone.git_with(&["hash-object", "-t", "tag", "-w", "--stdin", "--literally"], text.as_bytes());
        clone.git(&["update-ref", &format!("refs/tags/{tag}"), &object]);
    }
    clone.git(&["tag", "-a", "v0-tree", "-m", "A tree", "main^{tree}"]);
    clone.git(&["pack-refs", "--all"]);
    (clone, names)
}

#[test]
fn tags_of_a_clone_are_deployments_where_the_user_asks_for_them_and_the_report_says_so() {
    if git_program().is_none() {
        return;
    }
    let place = Place::new();
    let (clone, names) = released(&place);
    assert_eq!(clone.import(&place).code, 0);
    let run = import(&place, &["v*"], &COVERS);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stderr.contains("web (acme/web): 3 rows of deployments read, 3 of them new"), "{}", run.stderr);
    place.done([&REPORT[..], &["--format", "csv,json,html"]].concat());
    let deployments = place.read("reports/2026-07/deployments.csv");
    for (tag, sha, at, lead_time) in [
        ("v1.0", &names[1], "2026-07-01T10:00:00Z", ",,first-deployment,"),
        // From the second of July, when its commit was written, to the tag.
        ("v1.1", &names[2], "2026-07-03T10:00:00Z", ",true,,86400,"),
        // A tag without a date has that of its commit; the first new commit is of the third.
        ("v1.2", &names[4], "2026-07-04T10:00:00Z", ",true,,86400,"),
    ] {
        let id = format!("git,git-tag-acme/web/{tag}/{},acme/web,production,", &sha[..12]);
        let row = deployments.lines().find(|line| line.starts_with(&id)).unwrap_or_else(|| panic!("{deployments}"));
        assert!(row.contains(&format!(",success,{at},{at},true,")) && row.contains(lead_time), "{row}");
    }
    assert!(!deployments.contains("nightly") && !deployments.contains("v0-tree"), "{deployments}");
    let report = place.read("reports/2026-07/report.json");
    assert!(report.contains("3 tags are counted as deployments (a proxy)"), "{report}");
    let page = place.read("reports/2026-07/index.html");
    assert!(page.contains("runs, releases, tags or merges are counted as deployments"));
    // Anonymous, it is still a proxy.
    place.done([&REPORT[..], &["--format", "csv", "--redact", "--out", "shared"]].concat());
    let shared = place.read("shared/2026-07/deployments.csv");
    assert!(shared.contains("git,git-tag-") && !shared.contains("acme") && !shared.contains("v1."), "{shared}");
}

#[test]
fn importing_tags_again_adds_those_that_are_new_or_were_moved() {
    if git_program().is_none() {
        return;
    }
    let place = Place::new();
    let (clone, names) = released(&place);
    let both = ["v1.0", "NIGHT*"];
    assert!(import(&place, &both, &[]).stderr.contains("2 rows of deployments read, 2 of them new"));
    let before = place.files("data");
    assert!(import(&place, &both, &[]).stderr.contains("2 rows of deployments read, 0 of them new"));
    assert_eq!(place.files("data"), before, "not a byte changes");
    clone.git(&["update-ref", "refs/tags/v1.0", &names[3]]);
    let run = import(&place, &both, &[]);
    assert!(run.code == 0 && run.stderr.contains("2 rows of deployments read, 1 of them new"), "{}", run.stderr);
}

#[test]
fn what_tags_cover_is_their_own_repo_and_nothing_without_a_tag() {
    if git_program().is_none() {
        return;
    }
    let place = Place::new();
    let (clone, _) = released(&place);
    let run = import(&place, &["release-*"], &COVERS);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(
        run.stderr.contains("warning: web (acme/web): has no tag that --tags-as-deployments matches"),
        "{}",
        run.stderr
    );
    assert!(!place.path("data/coverage.json").exists(), "a pattern with a slip would make a true zero");
    import(&place, &["v*"], &COVERS);
    let covered = place.read("data/coverage.json");
    assert!(covered.contains("\"acme/web\"") && !covered.contains("\"*\""), "{covered}");
    // A tag of a commit of 1970, and one of a commit that is gone.
    let undated = clone.git_with(
        &["hash-object", "-t", "commit", "-w", "--stdin", "--literally"],
        format!("tree {}\nauthor x\ncommitter x\n\nOld\n", clone.git(&["rev-parse", "main^{tree}"])).as_bytes(),
    );
    clone.git(&["update-ref", "refs/tags/v-old", &undated]);
    std::fs::write(clone.folder.join(".git/refs/tags/v-gone"), format!("{}\n", "12".repeat(20))).expect("a tag");
    let run = import(&place, &["v*"], &[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stderr.contains("1 tag has no date, or one of 1970, and is skipped"), "{}", run.stderr);
    assert!(run.stderr.contains("1 tag cannot be read and is skipped"), "{}", run.stderr);
}
