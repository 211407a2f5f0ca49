//! The two texts beside the tables: `dora.toml`, which maps the services, and a README that says what the data are.

use crate::{
    organisation::{SERVICES, Service},
    tables::Table,
};

/// `dora.toml`.
pub(crate) fn config() -> String {
    let head = "# A made-up organisation: see README.md.\n\n\
                [report]\ntimezone = \"Europe/Berlin\"\norganisation = \"Example Ltd (synthetic)\"\n\n\
                [incidents]\nignore_tags = [\"drill\"]\n";
    let services = SERVICES.iter().flat_map(|Service { name, team, repo, environment, mapped, .. }| {
        let keys = format!("pagerduty = [\"{}\"]\n", mapped.join("\", \""));
        [
            format!("\n[[service]]\nname = \"{name}\"\nteam = \"{team}\"\n"),
            format!("repos = [\"{repo}\"]\nenvironments = [\"{environment}\"]\n"),
            if mapped.is_empty() { String::new() } else { keys },
        ]
    });
    [head.to_owned()].into_iter().chain(services).collect()
}

/// `README.md`.
pub(crate) fn readme(deployments: &Table, commits: &Table, pull_requests: &Table, incidents: &Table) -> String {
    format!(
        "# Demo data (synthetic)\n\n\
         Example Ltd does not exist: everything here is made up by a program, people and pages included. Nothing was\n\
         copied from a real organisation. `dora-report demo` reports on it. To make it again, byte for byte:\n\n\
         ```\ncargo run --example demo-data -- data/demo\n```\n\n\
         Three teams, six services, five repositories, complete from 2025-09-01 to 2026-10-01 (exclusive, Europe/Berlin).\n\n\
         | file | rows | holds |\n|---|---|---|\n\
         | `deployments.csv` | {} | attempts on production, staging and canary; failed and abandoned ones, redeploys, rollbacks |\n\
         | `commits.csv` | {} | the commit graph of what was deployed: squashes, merges with their branches, direct commits |\n\
         | `pull-requests.csv` | {} | merged pull requests, some without a review, one that waited for six weeks |\n\
         | `incidents.csv` | {} | tied to deployments by flag, by reference or by the clock; open, unmapped and drills too |\n\
         | `dora.toml` | | which service is which |\n\
         | `notes.toml`, `notes-2026-Q2.toml` | | comment and actions of the quarter reported, and the actions of the quarter before |\n\n\
         `shop/web` is a monorepo of two services, `search` has no incidents, `notifications` is seldom deployed, the\n\
         second quarter of 2026 is slow and the third better.\n",
        deployments.rows, commits.rows, pull_requests.rows, incidents.rows
    )
}
