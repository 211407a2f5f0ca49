//! Writes a made-up history of any size for measurements, ready for `import`:
//! `cargo run --release --example history -- [--deployments N] [--services N] [--seed N] DIR`.
//!
//! The same bytes on every run and machine. It uses only the standard library, so that the same program can be
//! built in seconds without the crate: `rustc -O --edition 2024 examples/history/main.rs`. It writes as it goes: memory
//! depends on the number of services, not on that of deployments. `organisation` says who deploys how much, `changes`,
//! `deployments` and `incidents` build on each other in that order.

mod calendar;
mod changes;
mod deployments;
mod incidents;
mod organisation;
mod random;
mod rows;

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::error::Error;
use std::fs;
use std::path::PathBuf;

use crate::calendar::Calendar;
use crate::changes::Repo;
use crate::deployments::{State, Tables};
use crate::organisation::Service;
use crate::random::Random;
use crate::rows::Table;

/// What the command line asks for.
struct Wanted {
    deployments: i64,
    services: Option<i64>,
    seed: u64,
    folder: PathBuf,
}

fn main() -> Result<(), Box<dyn Error>> {
    let wanted = wanted()?;
    fs::create_dir_all(&wanted.folder)?;
    let count = wanted.services.unwrap_or_else(|| organisation::usual_services(wanted.deployments));
    let services = organisation::services(count, wanted.deployments);
    fs::write(wanted.folder.join("dora.toml"), organisation::config(&services))?;
    write(&wanted, &services)
}

fn wanted() -> Result<Wanted, Box<dyn Error>> {
    let mut wanted = Wanted { deployments: 10_000, services: None, seed: 1, folder: PathBuf::new() };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut number =
            || words.next().and_then(|word| word.parse::<u32>().ok()).ok_or("a number must follow the flag");
        match word.as_str() {
            "--deployments" => wanted.deployments = number()?.into(),
            "--services" => wanted.services = Some(number()?.into()),
            "--seed" => wanted.seed = number()?.into(),
            folder => wanted.folder = folder.into(),
        }
    }
    if wanted.folder.as_os_str().is_empty() {
        return Err("name the folder: cargo run --release --example history -- --deployments 1000000 DIR".into());
    }
    Ok(wanted)
}

fn write(wanted: &Wanted, services: &[Service]) -> Result<(), Box<dyn Error>> {
    let create = |name: &str, header: &str| Table::create(&wanted.folder, name, header);
    let mut tables = Tables {
        deployments: create("deployments.csv", "source,id,repo,environment,sha,ref,status,created_at,finished_at,url")?,
        commits: create("commits.csv", "repo,sha,parents,authored_at,committed_at,pull_request")?,
        pull_requests: create(
            "pull-requests.csv",
            "repo,number,title,author,labels,head_ref,opened_at,first_commit_at,first_review_at,approved_at,merged_at,\
             merge_sha",
        )?,
    };
    let mut incidents = create(
        "incidents.csv",
        "source,id,title,service_keys,priority,urgency,status,opened_at,acknowledged_at,resolved_at,caused_by_deploy,\
         deployment_ref,tags,url",
    )?;
    let calendar = Calendar::new();
    let mut random = Random::new(wanted.seed, 0);
    // A repository has the index of its first service; the others' places stay unused.
    let mut repos: Vec<Option<Repo>> = Vec::new();
    for (index, service) in services.iter().enumerate() {
        let own = service.repo == index;
        repos.push(if own { Some(Repo::new(index, &mut tables.commits)?) } else { None });
    }
    let mut states: Vec<State> = services.iter().map(|_| State::default()).collect();
    // Deployments of all services in the order of their beginning: the next of each waits in the heap.
    let mut next_at = |service: &Service, nth: i64| {
        let jitter = random.between(0, 1000);
        (nth < service.deployments).then(|| calendar.instant(nth * 1000 + jitter, service.deployments * 1000))
    };
    let mut queue: BinaryHeap<Reverse<(i64, usize, i64)>> = BinaryHeap::new();
    for (index, service) in services.iter().enumerate() {
        queue.extend(next_at(service, 0).map(|at| Reverse((at, index, 0))));
    }
    let mut chance = Random::new(wanted.seed, 1);
    while let Some(Reverse((at, index, nth))) = queue.pop() {
        let (Some(service), Some(state)) = (services.get(index), states.get_mut(index)) else { continue };
        let Some(Some(repo)) = repos.get_mut(service.repo) else { continue };
        if let Some(success) = deployments::deploy(service, state, repo, at, &mut tables, &mut chance)? {
            incidents::after(&success, service, services, &mut incidents, &mut chance)?;
        }
        queue.extend(next_at(service, nth + 1).map(|at| Reverse((at, index, nth + 1))));
    }
    for table in [tables.deployments, tables.commits, tables.pull_requests, incidents] {
        table.finish()?;
    }
    Ok(())
}
