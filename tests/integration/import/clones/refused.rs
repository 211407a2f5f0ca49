//! What is not a clone, what of a clone cannot be read, and what a clone from elsewhere may try.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use super::{Clone, day, git_program};
use crate::support::{Place, Run};

fn refused(place: &Place, arguments: &[&str], code: i32, words: &[&str]) -> Run {
    let run = place.run([&["import", "--from", "git"], arguments].concat());
    assert_eq!(run.code, code, "{arguments:?}: {}", run.stderr);
    for word in words {
        assert!(run.stderr.contains(word), "{arguments:?}: wanted: {word}\nfound: {}", run.stderr);
    }
    assert_eq!(run.stderr.trim().lines().count(), 1, "{}", run.stderr);
    assert!(!place.path("data/commits").exists(), "nothing is stored");
    run
}

fn small(place: &Place) -> (Clone, Vec<String>) {
    let mut clone = Clone::new(place, "web");
    clone.commit("main", &[], &day(0), b"Begin");
    clone.commit("main", &[1], &day(1), b"Go on");
    clone.commit("main", &[2], &day(2), b"End");
    let names = clone.write();
    (clone, names)
}

/// The file of an object that is not in a pack.
fn loose(clone: &Clone, name: &str) -> std::path::PathBuf {
    let objects = clone.folder.join(".git/objects");
    for pack in fs::read_dir(objects.join("pack")).expect("packs") {
        let pack = pack.expect("an entry").path();
        if pack.extension().is_some_and(|ending| ending == "pack") {
            let bytes = fs::read(&pack).expect("a pack");
            fs::remove_file(&pack).expect("removed");
            fs::remove_file(pack.with_extension("idx")).expect("removed");
            clone.git_with(&["unpack-objects", "-q"], &bytes);
        }
    }
    let file = objects.join(&name[..2]).join(&name[2..]);
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).expect("permissions");
    file
}

#[test]
fn what_is_not_a_clone_is_named_with_the_way_out() {
    if git_program().is_none() {
        return;
    }
    let place = Place::new();
    small(&place);
    fs::create_dir(place.path("web/src")).expect("a folder");
    fs::create_dir(place.path("empty")).expect("a folder");
    place.write("file", "text");
    refused(&place, &["absent"], 4, &["absent: cannot be read: no such file or directory; check the path"]);
    refused(&place, &["file"], 4, &["file: is a file", "name its folder"]);
    refused(&place, &["web/src"], 4, &["web/src: is not a clone", "the clone that it lies in is", "/web"]);
    refused(&place, &["empty"], 4, &["empty: is not a clone", "name the folder with `.git` in it"]);
    Clone::at(place.path("")).git(&["init", "-q", "--object-format=sha256", "sha256"]);
    refused(&place, &["sha256"], 4, &["SHA-256", "--from git-log"]);
    // Older versions of git have no other format.
    let done = super::run(&place.path(""), &["init", "-q", "--ref-format=reftable", "reftable"], b"");
    if done.status.success() {
        refused(&place, &["reftable"], 4, &["`reftable`", "git refs migrate --ref-format=files"]);
    }
    let run = place.done(["import", "--from", "git", "web"]);
    assert!(run.stderr.contains("web (acme/web): 3 rows of commits read"), "{}", run.stderr);
}

#[test]
fn flags_of_files_are_no_flags_of_a_clone() {
    let place = Place::new();
    fs::create_dir(place.path("web")).expect("a folder");
    for (flag, value) in [
        ("--map", "sha=Commit"),
        ("--map-status", "passed=success"),
        ("--delimiter", ";"),
        ("--time-zone", "UTC"),
        ("--time-format", "%s"),
        ("--source", "github"),
        ("--statuses", "x.json"),
        ("--save-mapping", "mine"),
    ] {
        refused(&place, &["web", flag, value], 2, &[flag, "is for files"]);
    }
    refused(&place, &["web", "web", "--repo", "acme/web"], 2, &["2 clones are given"]);
    refused(&place, &["-"], 2, &["`-` is standard input", "--from git-log"]);
    let run = place.run(["import", "deployments", "--from", "git", "web"]);
    assert!(
        run.code == 2
            && run.stderr.contains("`--from git` reads commits, not deployments; it reads tags as deployments with"),
        "{}",
        run.stderr
    );
    let run = place.run(["import", "commits", "--from", "git", "web", "--tags-as-deployments", "v*"]);
    assert!(run.code == 2 && run.stderr.contains("`--from git` reads deployments, not commits"), "{}", run.stderr);
    place.write("x.csv", "a");
    let run = place.run(["import", "--from", "git-log", "x.csv", "--tags-as-deployments", "v*"]);
    assert!(run.code == 2 && run.stderr.contains("--tags-as-deployments is for `--from git`"), "{}", run.stderr);
    let run = place.run(["import", "commits", "x.csv", "--save-mapping", "git"]);
    assert!(run.code == 2 && run.stderr.contains("choose another name"), "{}", run.stderr);
    place.write("dora.toml", "[import.git]\ntable = \"commits\"\n");
    refused(&place, &["web"], 2, &["[import.git]", "rename it"]);
}

#[test]
fn a_repo_is_that_of_the_flag_else_that_of_origin_and_a_login_is_not_shown() {
    if git_program().is_none() {
        return;
    }
    let place = Place::new();
    let (clone, _) = small(&place);
    let way_out = "--repo OWNER/NAME";
    clone.git(&["remote", "set-url", "origin", "https://ann:hunter2@host.example/web.git?key=hunter2"]);
    let run = refused(&place, &["web"], 4, &["`https://host.example/web.git`, without owner and name", way_out]);
    assert!(!run.stderr.contains("hunter2"), "{}", run.stderr);
    clone.git(&["remote", "set-url", "origin", "/srv/git/acme/web.git"]);
    refused(&place, &["web"], 4, &["`/srv/git/acme/web.git`", way_out]);
    clone.git(&["remote", "remove", "origin"]);
    refused(&place, &["web"], 4, &["the clone has no remote `origin`", way_out]);
    for (url, name) in [
        ("https://ann:hunter2@ghe.example/acme/shop.git", "acme/shop"),
        ("git@gitlab.example:group/sub/project.git", "group/sub/project"),
    ] {
        clone.git(&["config", "remote.origin.url", url]);
        let run = place.done(["import", "--from", "git", "web"]);
        assert!(run.stderr.contains(&format!("web ({name}): 3 rows of commits read, 3 of them new")), "{}", run.stderr);
    }
    for name in ["acme/other", "group/sub/other"] {
        let run = place.done(["import", "--from", "git", "web", "--repo", name]);
        assert!(run.stderr.contains(&format!("web ({name}): 3 rows of commits read, 3 of them new")), "{}", run.stderr);
    }
    for name in ["github.com/acme/web", "https://github.com/acme/web", "acme", "acme//web", "/acme/web"] {
        let run = place.run(["import", "--from", "git", "web", "--repo", name]);
        assert!(run.code == 2 && run.stderr.contains("is not a repo; write OWNER/NAME"), "{}", run.stderr);
    }
}

#[test]
fn a_damaged_clone_is_refused_by_the_name_of_the_object() {
    if git_program().is_none() {
        return;
    }
    let place = Place::new();
    let (clone, names) = small(&place);
    let file = loose(&clone, &names[2]);
    let whole = fs::read(&file).expect("an object");
    fs::write(&file, &whole[..whole.len() / 2]).expect("cut off");
    refused(&place, &["web"], 4, &[&format!("object {} cannot be read", names[2]), "git fsck"]);
    fs::write(&file, b"no zlib").expect("another text");
    refused(&place, &["web"], 4, &[&names[2], "cannot be read"]);
    fs::remove_file(&file).expect("removed");
    refused(&place, &["web"], 4, &[&format!("commit {} is missing", names[2]), "git fsck"]);
    // A parent that is a file, and a text that is not that of a commit.
    let blob = clone.git_with(&["hash-object", "-w", "--stdin"], b"text");
    let tree = clone.git(&["hash-object", "-t", "tree", "-w", "/dev/null"]);
    for (text, words) in [
        (format!("tree {tree}\nparent {blob}\nauthor x\n\n"), format!("object {blob} cannot be read: it is a blob")),
        ("nothing of a commit".to_owned(), "it is not written as a commit".to_owned()),
    ] {
        let literally = ["hash-object", "-t", "commit", "-w", "--stdin", "--literally"];
        let odd = clone.git_with(&literally, text.as_bytes());
        fs::write(clone.folder.join(".git/refs/heads/main"), format!("{odd}\n")).expect("a branch");
        refused(&place, &["web"], 4, &[&words]);
    }
}

#[test]
fn references_that_cannot_be_read_are_said_without_control_characters() {
    if git_program().is_none() {
        return;
    }
    let place = Place::new();
    let (clone, _) = small(&place);
    let heads = clone.folder.join(".git/refs/heads");
    fs::write(heads.join("gone"), "1234567890123456789012345678901234567890\n").expect("a branch");
    fs::write(heads.join("\u{1b}[31mred"), "1234567890123456789012345678901234567890\n").expect("a branch");
    fs::create_dir_all(clone.folder.join(".git/worktrees/old")).expect("a folder");
    let head = clone.folder.join(".git/worktrees/old/HEAD");
    fs::write(head, "1234567890123456789012345678901234567890\n").expect("a head");
    fs::write(heads.join("text"), "no name\u{1b}[2J\n").expect("a branch");
    let run = clone.import(&place);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stderr.contains("references cannot be read and are skipped (first: "), "{}", run.stderr);
    assert!(run.stderr.contains("3 rows of commits read, 3 of them new"), "{}", run.stderr);
    assert!(!run.stderr.contains('\u{1b}'), "{}", run.stderr);
    fs::rename(&clone.folder, place.path("\u{1b}[31mweb")).expect("renamed");
    let run = place.done(["import", "--from", "git", "\u{1b}[31mweb"]);
    assert!(run.stderr.contains("\u{fffd}[31mweb (acme/web)") && !run.stderr.contains('\u{1b}'), "{}", run.stderr);
}

#[test]
fn nothing_of_a_clone_is_run_and_no_file_outside_it_is_read_as_its_configuration() {
    if git_program().is_none() {
        return;
    }
    let place = Place::new();
    let (clone, names) = small(&place);
    let marker = place.path("ran");
    let program = place.path("program");
    fs::write(&program, format!("#!/bin/sh\ntouch '{}'\n", marker.display())).expect("a program");
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("permissions");
    let path = program.to_str().expect("a plain path");
    for key in [
        "core.fsmonitor",
        "core.sshCommand",
        "core.pager",
        "core.editor",
        "core.gitProxy",
        "core.alternateRefsCommand",
        "credential.helper",
        "filter.x.smudge",
        "filter.x.process",
        "diff.external",
        "gpg.program",
        "uploadpack.packObjectsHook",
        "extensions.partialClone",
        "remote.origin.vcs",
    ] {
        clone.git(&["config", key, path]);
    }
    clone.git(&["config", "core.hooksPath", place.path("").to_str().expect("a plain path")]);
    fs::write(clone.folder.join(".gitattributes"), "* filter=x diff=x\n").expect("a file");
    for hook in ["post-checkout", "reference-transaction", "pre-auto-gc", "post-index-change"] {
        let _ = fs::hard_link(&program, clone.folder.join(".git/hooks").join(hook));
        let _ = fs::hard_link(&program, place.path(hook));
    }
    // The address of another repo, in a file that the configuration includes.
    place.write("included", "[remote \"origin\"]\n\turl = https://github.com/acme/other.git\n");
    clone.git(&["config", "remote.origin.url", "https://github.com/acme/web.git"]);
    clone.git(&["config", "include.path", place.path("included").to_str().expect("a plain path")]);
    // A head that never ends.
    fs::create_dir_all(clone.folder.join(".git/worktrees/x")).expect("a folder");
    symlink("/dev/zero", clone.folder.join(".git/worktrees/x/HEAD")).expect("a link");
    let home = place.path("home");
    fs::create_dir(&home).expect("a folder");
    fs::write(home.join(".gitconfig"), "[remote \"origin\"]\n\turl = https://github.com/acme/home.git\n")
        .expect("a file");
    let done = place
        .command(["import", "--from", "git", "web"])
        .env("HOME", &home)
        .env("GIT_DIR", place.path("absent"))
        .env("GIT_CONFIG_COUNT", "1")
        .env("GIT_CONFIG_KEY_0", "remote.origin.url")
        .env("GIT_CONFIG_VALUE_0", "https://github.com/acme/environment.git")
        .output()
        .expect("the program ends");
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success() && said.contains("web (acme/web): 3 rows of commits read"), "{said}");
    assert!(!marker.exists(), "a program of the clone was run");
    // A missing commit is not asked for, either.
    fs::remove_file(loose(&clone, &names[1])).expect("removed");
    let run = place.run(["import", "--from", "git", "web"]);
    assert!(run.code == 4 && run.stderr.contains("is missing"), "{}", run.stderr);
    assert!(!marker.exists(), "a program of the clone was run");
}

#[test]
fn a_clone_that_may_not_be_read_is_named() {
    let place = Place::new();
    fs::create_dir_all(place.path("web/.git")).expect("a folder");
    fs::set_permissions(place.path("web"), fs::Permissions::from_mode(0o000)).expect("permissions");
    // Root may read everything.
    if fs::read_dir(place.path("web")).is_err() {
        refused(&place, &["web"], 4, &["web: the clone cannot be read: permission denied"]);
    }
    fs::set_permissions(place.path("web"), fs::Permissions::from_mode(0o755)).expect("permissions");
    refused(&place, &["web"], 4, &["web: the clone cannot be read", "git status"]);
}
