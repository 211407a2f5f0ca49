//! The rows of a clone: those of `git log`, whatever form the clone has.

use std::fs;

use dora_report::domain::time::Timestamp;

use super::{Clone, DAY, JULY, day, git_program, now};
use crate::support::Place;

/// A history with all that a history may have: merges of two and of three, several roots, every kind of tag, notes, a
/// stash, replaced commits, commits of a detached head, messages and names in other encodings.
fn everything(place: &Place) -> Clone {
    let mut clone = Clone::new(place, "everything");
    let root = clone.commit("main", &[], &day(0), b"Begin");
    let left = clone.commit_by("left", &[root], &format!("{} -0730", JULY + DAY), &day(2), b"Left\nside\n\nBody (#9)");
    let right = clone.commit("right", &[root], &format!("{} -0000", JULY + 2 * DAY), b"Add a thing (#34)");
    let third = clone.commit("third", &[root], &day(2), b"\n\n  Indented (#5) \t\n");
    let merge = clone.commit("main", &[root, left], &day(3), b"Merge pull request #12 from acme/left\n\nLeft");
    let octopus = clone.commit("main", &[merge, right, third], &day(4), b"See merge request acme/web!7");
    let other = clone.commit("orphan", &[], &day(4), b"Another root \xff\xfe\xe4 (#77)");
    clone.commit("main", &[octopus, other], &day(5), "Grüße\u{2028}\tand a tab (#8)".as_bytes());
    clone.commit("main", &[8], &format!("{} +0000", JULY + 400 * DAY), b"");
    let names = clone.write();
    // An author in Latin-1, with the header that says so, a signature, and a message without a line end.
    let odd = format!(
        "tree {}\nparent {}\nauthor J\u{fffd}rg <j@acme.example> {} +0545\ncommitter <> {} +1400\nencoding ISO-8859-1\ngpgsig \
         -----BEGIN PGP SIGNATURE-----\n \n parent {}\n -----END PGP SIGNATURE-----\n\nGr\u{fffd}n (#6)",
        clone.git(&["rev-parse", "main^{tree}"]),
        names[8],
        JULY + 6 * DAY,
        JULY + 6 * DAY,
        names[1],
    );
    let odd: Vec<u8> = odd
        .split('\u{fffd}')
        .collect::<Vec<_>>()
        .join("\u{1}")
        .bytes()
        .map(|it| if it == 1 { 0xf6 } else { it })
        .collect();
    let odd = clone.git_with(&["hash-object", "-t", "commit", "-w", "--stdin", "--literally"], &odd);
    clone.git(&["update-ref", "refs/heads/odd", &odd]);
    clone.git(&["checkout", "-q", "-f", "main"]);
    // Commits that only a tag, a tag of a tag, a note, the stash, a remote branch or a pull request holds.
    for (nth, reference) in ["tags/light", "remotes/origin/gone", "pull/3/head"].iter().enumerate() {
        let held = clone.git(&["commit-tree", "main^{tree}", "-p", "main", "-m", &format!("Held {nth}")]);
        clone.git(&["update-ref", &format!("refs/{reference}"), &held]);
    }
    let tagged = clone.git(&["commit-tree", "main^{tree}", "-p", "main", "-m", "Tagged"]);
    clone.git(&["tag", "-a", "v1", "-m", "First", &tagged]);
    clone.git(&["tag", "-a", "v1-signed", "-m", "Again", "v1"]);
    clone.git(&["tag", "-a", "tree", "-m", "A tree", "main^{tree}"]);
    let file = clone.git_with(&["hash-object", "-w", "--stdin"], b"a file");
    clone.git(&["tag", "-a", "file", "-m", "A file", &file]);
    clone.git(&["tag", "light-file", &file]);
    clone.git(&["notes", "add", "-m", "A note", "main"]);
    let replacing = clone.git(&["commit-tree", "main^{tree}", "-p", &names[1], "-m", "Replaced (#1)"]);
    clone.git(&["replace", &names[4], &replacing]);
    clone.git(&["symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/absent"]);
    fs::write(clone.folder.join("f"), "x").expect("a file");
    clone.git(&["add", "f"]);
    clone.git(&["stash", "-q"]);
    clone
}

#[test]
fn the_rows_of_a_clone_are_those_of_git_log_in_every_form_of_a_clone() {
    if git_program().is_none() {
        return;
    }
    let place = Place::new();
    let clone = everything(&place);
    let rows = clone.rows();
    assert_eq!(rows, clone.logged(), "a work tree");
    assert_eq!(rows.len(), 18, "{rows:#?}");
    let pull_requests: Vec<i64> = rows.iter().filter_map(|row| row.pull_request).collect();
    for number in [1, 6, 8, 12, 34, 77] {
        assert!(pull_requests.contains(&number), "{number} in {pull_requests:?}");
    }
    assert_eq!(rows.iter().filter_map(|row| row.parents.as_ref().map(Vec::len)).max(), Some(3), "the octopus");

    clone.git(&["worktree", "add", "-q", "--detach", "../further", "main"]);
    let further = Clone::at(place.path("further"));
    further.git(&["commit", "-q", "--allow-empty", "-m", "Of the further work tree"]);
    assert_eq!(further.rows(), further.logged(), "a further work tree");
    assert_eq!(clone.rows(), clone.logged(), "the first one has the head of the further one");
    assert_eq!(clone.rows().len(), 19);
    let named = Clone::at(place.path("further/.git"));
    assert_eq!(named.rows(), clone.rows(), "the file `.git` of a work tree");
    assert_eq!(Clone::at(clone.folder.join(".git")).rows(), clone.rows(), "the folder `.git`");

    clone.git(&["checkout", "-q", "--detach"]);
    clone.git(&["commit", "-q", "--allow-empty", "-m", "On a detached head"]);
    assert_eq!(clone.rows(), clone.logged(), "a detached head");
    assert_eq!(clone.rows().len(), 20);

    let before = clone.rows();
    clone.git(&["pack-refs", "--all"]);
    clone.git(&["gc", "-q", "--prune=now"]);
    clone.git(&["commit-graph", "write", "--reachable"]);
    assert_eq!(clone.rows(), before, "references and objects in packs, with a commit-graph");
    assert_eq!(clone.rows(), clone.logged());

    let url = format!("file://{}", clone.folder.display());
    clone.git(&["config", "uploadpack.allowFilter", "true"]);
    for (form, arguments) in [
        ("bare", vec!["clone", "-q", "--bare", &url]),
        ("mirror", vec!["clone", "-q", "--mirror", &url]),
        ("alternates", vec!["clone", "-q", "--shared", "."]),
        ("partial", vec!["clone", "-q", "--bare", "--filter=tree:0", &url]),
    ] {
        let folder = place.path(form);
        let folder = folder.to_str().expect("a plain path");
        clone.git(&[&arguments[..], &[folder]].concat());
        let copy = Clone::at(place.path(form));
        let rows = copy.rows();
        assert_eq!(rows, copy.logged(), "{form}");
        assert!(rows.len() > 9, "{form}: {}", rows.len());
    }
}

#[test]
fn a_date_that_no_calendar_has_is_missing_and_stops_nothing() {
    if git_program().is_none() {
        return;
    }
    let place = Place::new();
    let mut clone = Clone::new(&place, "web");
    clone.commit("main", &[], "0 +0000", b"1970");
    clone.commit("main", &[1], "4102444800 -0000", b"2100");
    clone.commit("main", &[2], "1782900000 -1459", b"A negative zone");
    clone.write();
    for (author, committer) in [
        ("Ann <ann@acme.example>", "Ann <ann@acme.example> 1782900000 +0000"),
        ("Ann <ann@acme.example> -5 +0000", "Ann <ann@acme.example> 99999999999999999999 +0000"),
        ("no address at all", "Ann <ann@acme.example> 253402300800 +0000"),
        ("Ann <a@x>> 1782900000", "<<>> 1782900000 +0000 more"),
    ] {
        let tree = clone.git(&["rev-parse", "main^{tree}"]);
        let parent = clone.git(&["rev-parse", "main"]);
        let text = format!("tree {tree}\nparent {parent}\nauthor {author}\ncommitter {committer}\n\nOdd\n");
        let odd = clone.git_with(&["hash-object", "-t", "commit", "-w", "--stdin", "--literally"], text.as_bytes());
        clone.git(&["update-ref", "refs/heads/main", &odd]);
    }
    let mut dates: Vec<(i64, i64)> =
        clone.rows().iter().map(|row| (row.authored_at.0 / 1_000, row.committed_at.0 / 1_000)).collect();
    dates.sort_unstable();
    let wanted = [(0, 0), (0, 0), (0, 0), (0, JULY), (JULY, JULY), (JULY, JULY), (4_102_444_800, 4_102_444_800)];
    assert_eq!(dates, wanted);
    let run = clone.import(&place);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stderr.contains("(acme/web): 7 rows of commits read, 7 of them new"), "{}", run.stderr);
    for words in [
        "4 commits have no author date, or one of 1970, and no lead time starts there (first: ",
        "3 commits have no commit date, or one of 1970",
        "1 commit is dated in the future (now: ",
    ] {
        assert!(run.stderr.contains(words), "{words}: {}", run.stderr);
    }
}

#[test]
fn importing_again_after_a_fetch_adds_what_is_new_and_changes_nothing_else() {
    if git_program().is_none() {
        return;
    }
    let place = Place::new();
    let mut upstream = Clone::new(&place, "upstream");
    upstream.commit("main", &[], &day(0), b"Begin");
    upstream.commit("main", &[1], &day(1), b"Add a thing (#2)");
    upstream.write();
    upstream.git(&["clone", "-q", "--bare", ".", place.path("web.git").to_str().expect("a plain path")]);
    let clone = Clone::at(place.path("web.git"));
    clone.git(&["config", "remote.origin.fetch", "+refs/heads/*:refs/heads/*"]);
    let import = ["import", "--from", "git", "web.git", "--repo", "acme/web"];
    assert!(place.done(import).stderr.contains("2 rows of commits read, 2 of them new"));
    let before = place.files("data");
    assert!(place.done(import).stderr.contains("2 rows of commits read, 0 of them new"));
    assert_eq!(place.files("data"), before, "not a byte changes");
    upstream.commit("main", &[2], &day(40), b"Later");
    upstream.write();
    clone.git(&["fetch", "-q", "origin"]);
    assert!(place.done(import).stderr.contains("3 rows of commits read, 1 of them new"));
    let after = place.files("data");
    let kept = |(path, _): &&(std::path::PathBuf, Vec<u8>)| path.to_string_lossy().contains("2026-07");
    let july = |files: &[(std::path::PathBuf, Vec<u8>)]| files.iter().filter(kept).cloned().collect::<Vec<_>>();
    assert_eq!(july(&after), july(&before), "the month of the first commits");
    // The same repo twice is one repo.
    let twice = ["import", "commits", "--from", "git", "web.git", "upstream"];
    clone.git(&["remote", "set-url", "origin", "https://github.com/acme/web"]);
    assert!(place.done(twice).stderr.contains("2 files: 6 rows of commits read, 0 of them new"));
}

#[test]
fn a_shallow_clone_is_said_and_its_boundary_is_unknown_and_not_a_root() {
    if git_program().is_none() {
        return;
    }
    let place = Place::new();
    let mut whole = Clone::new(&place, "whole");
    for nth in 0..5_usize {
        let parents: &[usize] = if nth == 0 { &[] } else { &[nth] };
        whole.commit("main", parents, &day(i64::try_from(nth).expect("small")), b"A commit");
    }
    let names = whole.write();
    let (url, folder) = (format!("file://{}", whole.folder.display()), place.path("web"));
    whole.git(&["clone", "-q", "--depth=2", &url, folder.to_str().expect("a plain path")]);
    let clone = Clone::at(folder);
    clone.git(&["remote", "set-url", "origin", "https://github.com/acme/web.git"]);
    let rows = clone.rows();
    let boundary = rows.iter().find(|row| row.sha == names[4]).expect("the boundary");
    assert_eq!(rows.len(), 2);
    assert_eq!(boundary.parents, Some(vec![names[3].clone()]), "git log says that it has none");
    let run = clone.import(&place);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let said = format!(
        "1 commit has parents that this shallow clone lacks: deployments that would need them get no lead time \
         (`unknown-commits`). Run `git fetch --unshallow` there, then import again ({})",
        names[4]
    );
    assert!(run.stderr.contains(&said), "{}", run.stderr);
    let deployments = [(3, 1), (4, 2), (5, 3)].map(|(mark, days)| {
        let at = Timestamp((JULY + (10 + days) * DAY) * 1_000);
        format!("{mark},acme/web,production,{},success,{at},{at}\n", names[mark])
    });
    place.write("d.csv", &format!("id,repo,environment,sha,status,created_at,finished_at\n{}", deployments.concat()));
    place.done(["import", "deployments", "d.csv", "--covers", "2026-07-01..2026-08-01"]);
    let reason = |id: &str| super::super::reported(&place, "deployments", id);
    assert!(reason("4").contains(",unknown-commits,"), "the parent of its batch is missing: {}", reason("4"));
    assert!(reason("5").contains(",777600,"), "nine days from the one new commit: {}", reason("5"));
    clone.git(&["fetch", "-q", "--unshallow", &url]);
    let run = clone.import(&place);
    assert!(!run.stderr.contains("shallow") && run.stderr.contains("3 of them new"), "{}", run.stderr);
    assert!(reason("4").contains(",777600,"), "{}", reason("4"));
    assert_eq!(clone.rows(), clone.logged());
    assert!(now() > Timestamp(0));
}
