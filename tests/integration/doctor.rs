//! `doctor` without a service to ask: the table, imported data, and the disk.

use super::support::{COMMITS, DEPLOYMENTS, DOCTOR, INCIDENTS, Place, Run};

/// Expects a line that begins so.
fn says(run: &Run, lines: &[&str]) {
    for line in lines {
        assert!(run.stdout.lines().any(|own| own.starts_with(line)), "wanted: {line}\n{}", run.stdout);
    }
}

fn filled(config: &str) -> Place {
    let place = Place::new();
    place.write("dora.toml", config).write("d.csv", DEPLOYMENTS).write("c.csv", COMMITS).write("i.csv", INCIDENTS);
    place.done(["import", "deployments", "d.csv", "--covers", "2026-06-01..2026-10-01"]);
    place.done(["import", "incidents", "i.csv", "--covers", "2026-06-01..2026-10-01"]);
    place
}

#[test]
fn the_text_is_one_table_of_check_state_finding_and_what_to_do() {
    let place = Place::new();
    let run = place.done(["doctor"]);
    let head: Vec<&str> = run.stdout.lines().next().expect("a head").split("  ").filter(|it| !it.is_empty()).collect();
    assert_eq!(head.iter().map(|it| it.trim()).collect::<Vec<_>>(), ["CHECK", "STATE", "FOUND", "WHAT TO DO"]);
    assert!(run.stdout.lines().all(|line| line.chars().count() <= 100), "{}", run.stdout);
    assert!(run.stdout.contains("\ndataset ") && run.stdout.contains("run `fetch` or `import`"), "{}", run.stdout);
    let quiet = place.done(["doctor", "-q"]);
    assert!(!quiet.stdout.contains(" ok "), "{}", quiet.stdout);
}

#[test]
fn environments_and_services_of_imported_data_are_listed_with_whose_they_are() {
    let run = filled("").run(DOCTOR).checks();
    assert_eq!(run.code, 0, "{}", run.stdout);
    says(
        &run,
        &[
            "ok   acme/web: 5 deployments in the dataset: production 4 (service acme/web), staging 1 (does not count)",
            "warn incident services: 2 in the dataset: web 1 → acme/web; of no service: elsewhere 1; list their ids or names \
             under `pagerduty`, `opsgenie` or `incidents` of a [[service]]",
        ],
    );
    let config = "[[service]]\nname = \"shop\"\nrepos = [\"acme/shop\"]\nincidents = [\"web\", \"elsewhere\"]\n";
    let run = filled(config).run(DOCTOR).checks();
    says(
        &run,
        &[
            "warn acme/web: 5 deployments in the dataset: production 4 (does not count), staging 1 (does not count); no \
             service has this repo: add it to `repos` of a [[service]]",
            "ok   incident services: 2 in the dataset: elsewhere 1 → shop, web 1 → shop",
        ],
    );
    let run = filled("[deployments]\nenvironments = [\"live\"]\n").run(DOCTOR).checks();
    let line = "warn acme/web: 5 deployments in the dataset: production 4 (does not count), staging 1 (does not \
                count); no environment counts as production: name one in `environments` of [deployments]";
    says(&run, &[line]);
    let place = Place::new();
    let row = "1,acme/web,,aaaaaaa1,success,2026-07-01T10:00:00Z,2026-07-01T10:05:00Z";
    place.write("d.csv", &format!("id,repo,environment,sha,status,created_at,finished_at\n{row}\n"));
    place.done(["import", "deployments", "d.csv"]);
    let line = "warn acme/web: 1 deployments in the dataset: (no environment) 1 (does not count); no pattern matches a \
                missing environment: give these deployments one, for example with `import --map environment=COLUMN`";
    says(&place.run(DOCTOR).checks(), &[line]);
}

#[test]
fn folder_checks_report_the_free_space_and_leave_no_file() {
    let place = filled("");
    let before = place.files(".");
    let run = place.run(DOCTOR).checks();
    says(
        &run,
        &["ok   data folder: data: can be written", "ok   out folder: reports: does not exist yet and can be made"],
    );
    if cfg!(unix) {
        assert_eq!(run.stdout.matches(" MiB of the disk are free").count(), 2, "{}", run.stdout);
    }
    assert_eq!(place.files("."), before);
    assert!(!place.path("reports").exists());
    place.write("blocked", "");
    let run = place.run([&DOCTOR[..], &["--data", "blocked/data", "--out", "blocked"]].concat()).checks();
    assert_eq!(run.code, 1, "{}", run.stdout);
    says(
        &run,
        &[
            "fail data folder: blocked/data: a file is in its place; make it writable, or name another folder with --data",
            "fail out folder: blocked: a file is in its place",
        ],
    );
    // Nobody makes a file there, not even root.
    if place.path("/proc/self").is_dir() {
        let run = place.run([&DOCTOR[..], &["--out", "/proc/reports"]].concat()).checks();
        assert_eq!(run.code, 1, "{}", run.stdout);
        says(&run, &["fail out folder: /proc/reports: no file can be made there ("]);
    }
}
