//! A full or read-only disk is reported before a command reads anything, and nothing is left half written.

use std::process::{Command, Stdio};

use crate::support::{DEPLOYMENTS, DOCTOR, Place, Run, skip};

const REPORT: [&str; 5] = ["report", "--period", "2026-07", "--as-of", "2026-10-01T00:00:00Z"];

/// Runs the program where `folder` is a file system of its own, mounted with these options; nobody else sees it.
fn on_disk(place: &Place, folder: &str, options: &str, arguments: &[&str]) -> Option<Run> {
    let program = place.command(arguments);
    // What was in the folder is copied into the new file system.
    let script = format!(
        "mkdir -p {folder} old && cp -a {folder}/. old/ && mount -t tmpfs -o size=1m tmpfs {folder} && cp -a old/. {folder}/ \
         && mount -o remount,{options} {folder} || exit 99; exec \"$0\" \"$@\""
    );
    let mut command = Command::new("unshare");
    command.args(["--mount", "--map-root-user", "sh", "-c", &script]).arg(program.get_program()).args(arguments);
    command.current_dir(place.path(".")).env("GITHUB_TOKEN", "t0ken").stdin(Stdio::null());
    let done = command.output().ok()?;
    let could = done.status.code() != Some(99) && !String::from_utf8_lossy(&done.stderr).contains("unshare");
    could.then(|| Run::of(done))
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_full_or_read_only_disk_is_named_before_anything_is_read() {
    let place = Place::new();
    place.write("d.csv", DEPLOYMENTS).done(["import", "deployments", "d.csv", "--covers", "2026-06-01..2026-10-01"]);
    // Nobody listens there: a request would be another error.
    place.write("dora.toml", "[github]\nrepos = [\"acme/web\"]\napi_url = \"http://127.0.0.1:9\"\n");
    let run = &["run", "--period", "2026-07", "--as-of", "2026-10-01T00:00:00Z"][..];
    for (folder, flag, commands) in [
        ("data", "--data", [&["fetch"][..], &["import", "deployments", "d.csv"], run]),
        ("reports", "--out", [&REPORT[..], run, run]),
    ] {
        for (options, wanted) in [("size=1m", "at least 1 MiB is needed"), ("ro", "the disk is read-only")] {
            for arguments in commands {
                let Some(run) = on_disk(&place, folder, options, arguments) else {
                    return skip("unshare may not mount a file system here");
                };
                assert_eq!(run.code, 1, "{arguments:?}: {}", run.stderr);
                let errors: Vec<&str> = run.stderr.lines().filter(|line| line.starts_with("error: ")).collect();
                assert_eq!(errors.len(), 1, "{arguments:?}: {}", run.stderr);
                assert!(errors[0].contains(&format!("{folder}: ")) && errors[0].contains(wanted), "{}", run.stderr);
                assert!(errors[0].contains(flag), "{}", run.stderr);
            }
            let Some(doctor) = on_disk(&place, folder, options, &[&DOCTOR[..], &["--deadline", "1s"]].concat()) else {
                return;
            };
            let doctor = doctor.checks();
            let name = if folder == "data" { "data" } else { "out" };
            let why = if options == "ro" { wanted } else { "; 0 MiB of the disk are free" };
            let line = doctor.stdout.lines().find(|line| line.starts_with(&format!("fail {name} folder: {folder}: ")));
            assert!(line.is_some_and(|line| line.contains(why)) && doctor.code == 1, "{}", doctor.stdout);
        }
    }
    let doctor = place.run([&DOCTOR[..], &["--deadline", "1s"]].concat()).checks();
    assert!(doctor.stdout.contains("ok   data folder: data: can be written; "), "{}", doctor.stdout);
}
