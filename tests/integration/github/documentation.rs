//! The commands of the documentation that ask GitHub, as printed, against the made-up one: a program named `gh` prints its
//! token, and the addresses and folders that stand for the reader's own are replaced.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use super::server::{Server, now, token};
use super::shapes::spread;
use super::world::{DAY, World};
use crate::manual::{blocks, not_run, pages, text_of};
use crate::proxy::Proxy;
use crate::support::Place;

/// What stands before the blocks that are run here.
const REASON: &str = "asks GitHub";

/// A folder with a program `gh` that knows the token.
fn gh(place: &Place) -> String {
    std::fs::create_dir(place.path("bin")).expect("a folder");
    place.write("bin/gh", &format!("#!/bin/sh\n[ \"$*\" = \"auth token\" ] && echo {}\n", token()));
    let path = place.path("bin/gh");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("permissions");
    place.path("bin").display().to_string()
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn every_block_of_the_documentation_that_asks_github_runs_as_printed() {
    let program = Path::new(env!("CARGO_BIN_EXE_dora-report")).parent().expect("a folder").display();
    let mut ran = 0;
    for page in pages() {
        let of_github = |block: &crate::manual::Block| not_run(block).is_some_and(|reason| reason.starts_with(REASON));
        for block in blocks(&text_of(&page)).iter().filter(|block| block.language == "sh" && of_github(block)) {
            let repos = ["acme/web", "acme/checkout"].map(|name| spread(name, 40, 2, now() - 300 * DAY, 299 * DAY));
            let (server, monitor, place) = (Server::start(World::of(repos)), Proxy::new(None, &[]), Place::new());
            // A block without `init` is one for a folder that has a configuration.
            if !block.text.contains("dora-report init") {
                place.write("dora.toml", &format!("[github]\napi_url = \"{}\"\norg = \"acme\"\n", server.url()));
            }
            let folder = place.path("").display().to_string();
            let text = block.text.replace("/srv/dora", &folder).replace("https://hc-ping.com", &monitor.url);
            let text = text.replace("dora-report init", &format!("dora-report init --github-url {}", server.url()));
            let done = Command::new("sh")
                .args(["-eu", "-c", &text])
                .current_dir(&folder)
                .env_clear()
                .env("PATH", format!("{}:{program}:/usr/bin:/bin", gh(&place)))
                .env("HOME", &folder)
                .env("GITHUB_TOKEN", token())
                .output()
                .expect("a shell");
            let said = String::from_utf8_lossy(&done.stderr);
            assert!(done.status.success(), "{page}:{}: {}\n{}{said}", block.line, done.status, block.text);
            assert!(place.path("reports").is_dir(), "{page}:{}: a report is written", block.line);
            ran += 1;
        }
    }
    assert!(ran >= 5, "{ran} blocks ran");
}
