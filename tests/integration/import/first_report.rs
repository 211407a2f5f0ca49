//! The README's way from a clone and exports to a first report, as printed: `gh` is a program that prints samples.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use super::super::manual::{blocks, not_run, text_of};
use super::super::support::{Place, skip};

#[test]
fn the_exports_of_the_readme_give_a_report_as_printed() {
    if !["/usr/bin/jq", "/bin/jq"].iter().any(|path| Path::new(path).exists()) {
        return skip("jq is not installed");
    }
    let readme = text_of("README.md");
    let of_exports = |reason: &str| reason.starts_with("needs a clone and the exports");
    let block = blocks(&readme).into_iter().find(|block| not_run(block).is_some_and(of_exports)).expect("the block");
    let place = Place::new();
    std::fs::create_dir(place.path("bin")).expect("a folder");
    place.write("incidents.csv", include_str!("../../corpora/presets/pagerduty.csv"));
    place.write("d", include_str!("../../corpora/presets/github-deployments.json"));
    place.write("s", include_str!("../../corpora/presets/github-deployment-statuses.json"));
    let git = "git init -q && git remote add origin git@github.com:acme/web.git && git -c user.name=Ann -c \
               user.email=ann@acme.example commit -q --allow-empty -m Begin";
    if !Command::new("sh").args(["-eu", "-c", git]).current_dir(place.path("")).status().is_ok_and(|it| it.success()) {
        return skip("git is not installed");
    }
    // The samples hold all pages in one list and the statuses of all deployments; each request gets its own.
    let own = "jq -s --arg id \"$id\" '[.. | objects | select(has(\"deployment_url\")) | select(.deployment_url | endswith(\"/\" + $id))]' s";
    let statuses = format!("id=${{2%/statuses}}; id=${{id##*/}}; exec {own}");
    place.write("bin/gh", &format!("#!/bin/sh\ncase $2 in *statuses) {statuses};; *) exec jq -c '.[]' d;; esac\n"));
    std::fs::set_permissions(place.path("bin/gh"), std::fs::Permissions::from_mode(0o755)).expect("permissions");
    let program = Path::new(env!("CARGO_BIN_EXE_dora-report")).parent().expect("a folder").display();
    let done = Command::new("sh")
        .args(["-eu", "-c", &block.text])
        .current_dir(place.path(""))
        .env("PATH", format!("{}:{program}:/usr/bin:/bin", place.path("bin").display()))
        .output()
        .expect("a shell");
    let said = format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    assert!(done.status.success(), "{said}");
    let july = ["report", "--period", "2026-07", "--as-of", "2026-08-01T00:00:00Z"];
    place.done(july);
    let deployments = place.read("reports/2026-07/deployments.csv");
    assert!(deployments.lines().any(|row| row.contains(",true,")), "deployments count: {deployments}\n{said}");
    assert!(said.contains("(acme/web): 1 row of commits read"), "{said}");
    let incidents = place.read("reports/2026-07/incidents.csv");
    assert!(incidents.contains("pagerduty"), "{incidents}");
}
