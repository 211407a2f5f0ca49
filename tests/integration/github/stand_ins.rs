//! Releases, merged pull requests and workflow runs in the place of deployments: labelled, dated by what they are, and
//! never mixed with deployments.

use super::fault::{Effect, Fault};
use super::scene::{MARCH, Scene};
use super::world::{DAY, HOUR, MINUTE, Merge, NEW_YEAR, Repo, World, iso};
use crate::support::DOCTOR;

const MARCH_1: i64 = NEW_YEAR + 59 * DAY;

fn scene(repo: Repo, kind: &str, more: &str) -> Scene {
    let name = repo.name.clone();
    let scene = Scene::new(World::of([repo]), &format!("repos = [\"{name}\"]\ndeployments_from = \"{kind}\""));
    let text = std::fs::read_to_string(scene.place.path("dora.toml")).expect("the config");
    scene.place.write("dora.toml", &format!("{text}{more}"));
    scene
}

/// Id and one column of the deployments of March.
fn march(scene: &Scene, column: &str) -> Vec<(String, String)> {
    scene.report(MARCH).deployments(column)
}

/// Expects a second run to read little and change nothing.
fn settles(scene: &Scene, requests: usize) {
    let (before, asked) = (scene.report(MARCH), scene.server.requests());
    let run = scene.fetched(&[]);
    assert!(scene.server.requests() - asked <= requests, "{} requests", scene.server.requests() - asked);
    scene.report(MARCH).is_identical_to(&before);
    let row = run.stderr.lines().find(|line| line.starts_with("acme/")).expect("a row");
    let cells: Vec<&str> = row.split_whitespace().collect();
    assert_eq!(&cells[1..3], ["0", "0"], "neither new nor changed: {row}");
}

#[test]
fn a_release_counts_when_it_is_published_and_drafts_and_early_ones_do_not() {
    let mut repo = Repo::new("acme/web");
    let old = repo.push(NEW_YEAR - 40 * DAY);
    repo.release(&old, NEW_YEAR - 30 * DAY);
    let first = repo.pull(Merge::Squash, &[MARCH_1], MARCH_1 + HOUR, MARCH_1 + DAY);
    repo.release(&first, MARCH_1 + 2 * DAY);
    let second = repo.push(MARCH_1 + 3 * DAY);
    repo.release(&second, MARCH_1 + 4 * DAY).early = true;
    repo.release(&second, MARCH_1 + 5 * DAY);
    repo.release(&second, MARCH_1 + 6 * DAY).draft = true;
    let lost = repo.release(&second, MARCH_1 + 7 * DAY);
    lost.sha = None;
    let scene = scene(repo, "releases", "");
    scene.fetched(&["--strict"]);
    let counted: Vec<_> =
        march(&scene, "counted").into_iter().filter(|(_, it)| it == "true").map(|(id, _)| id).collect();
    assert_eq!(counted, ["release-7001", "release-7003", "release-7005"]);
    let environments = march(&scene, "environment");
    assert!(environments.contains(&("release-7002".into(), "pre-release".into())), "{environments:?}");
    assert!(!environments.iter().any(|(id, _)| id == "release-7004"), "a draft is none yet");
    let lead: Vec<_> = march(&scene, "lead_time_seconds").into_iter().map(|(_, cell)| cell).collect();
    // From the branch's first commit; then from the direct commit; then the revision is not known.
    assert_eq!(lead, [(2 * DAY).to_string(), String::new(), (2 * DAY).to_string(), String::new()]);
    assert_eq!(march(&scene, "finished_at")[0].1, iso(MARCH_1 + 2 * DAY));
    settles(&scene, 1);
}

#[test]
fn a_merge_into_the_default_branch_counts_however_late_it_changed_again() {
    let mut repo = Repo::new("acme/web");
    repo.push(NEW_YEAR - 90 * DAY);
    for nth in 0..230 {
        let at = NEW_YEAR - 60 * DAY + nth * DAY;
        repo.pull(Merge::Squash, &[at - 6 * HOUR], at - 5 * HOUR, at);
    }
    // Talk on old ones moves them up in the list; some go elsewhere.
    for number in [3, 5, 40, 100, 220] {
        let pull = repo.pulls.get_mut(&number).expect("a pull request");
        pull.changed = Some(NEW_YEAR + 300 * DAY + i64::try_from(number).expect("few"));
    }
    repo.pulls.get_mut(&120).expect("one").base = "release".into();
    let scene = scene(repo, "merged-pull-requests", "");
    let changes = Effect::World(Box::new(|world| {
        // Between two pages, one of those still to come moves to the top.
        world.repo_mut("acme/web").pulls.get_mut(&101).expect("one").changed = Some(NEW_YEAR + 310 * DAY);
    }));
    scene.server.fault(Fault::at(2, changes));
    scene.fetched(&["--strict"]);
    let rows = scene.report("2025-01-01..2025-06-19");
    let counted = rows.deployments("lead_time_seconds");
    // 169 days, the week before them and the one before that, without the one that went elsewhere.
    assert_eq!(counted.len(), 169 + 7 + 1 - 1);
    let odd: Vec<_> = counted.iter().filter(|(_, cell)| cell != &(6 * HOUR).to_string()).collect();
    // The first has no predecessor; after the one that went elsewhere the next carries both.
    assert_eq!(odd.len(), 2, "{odd:?}");
    assert!(counted.iter().any(|(id, _)| id == "pull-request-5000000101"), "the one that moved meanwhile");
    assert!(!counted.iter().any(|(id, _)| id == "pull-request-5000000120"));
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn runs_of_a_named_workflow_count_when_they_end_well_and_over_any_number_of_them() {
    let mut repo = Repo::new("acme/web");
    let root = repo.push(NEW_YEAR - 50 * DAY);
    repo.run("Deploy", &root, NEW_YEAR - 40 * DAY);
    repo.run("Tests", &root, NEW_YEAR - 39 * DAY);
    // More than any search shows, most of them on one day.
    for nth in 0..1_700 {
        repo.run("Tests", &root, MARCH_1 + 12 * HOUR + 20 * nth);
    }
    for nth in 0..900 {
        repo.run("Tests", &root, NEW_YEAR + nth * HOUR);
    }
    let shas: Vec<String> = (0..6).map(|nth| repo.push(MARCH_1 + nth * DAY)).collect();
    for (nth, sha) in shas.iter().enumerate() {
        repo.run("Deploy", sha, MARCH_1 + i64::try_from(nth).expect("few") * DAY + HOUR);
    }
    let own = repo.runs.len() - 6;
    repo.runs[own + 1].event = "pull_request".into();
    repo.runs[own + 2].tries = vec![(Some("failure".into()), MARCH_1 + 2 * DAY + 2 * HOUR)];
    let tries =
        |times: &[(&str, i64)]| times.iter().map(|(how, at)| (Some((*how).to_owned()), *at)).collect::<Vec<_>>();
    let at = MARCH_1 + 3 * DAY;
    repo.runs[own + 3].tries =
        tries(&[("failure", at + 2 * HOUR), ("success", at + 4 * HOUR), ("success", at + 9 * HOUR)]);
    repo.runs[own + 4].tries = vec![(None, MARCH_1 + 4 * DAY + 2 * HOUR)];
    let scene = scene(repo, "workflow-runs", "[deployments]\nenvironments = [\"deploy\"]\n");
    scene.fetched(&["--strict"]);
    let rows = march(&scene, "status");
    let deploys: Vec<_> =
        march(&scene, "environment").into_iter().filter(|(_, it)| it == "Deploy").map(|(id, _)| id).collect();
    let statuses: Vec<_> = deploys.iter().map(|id| &rows.iter().find(|(own, _)| own == id).expect("a row").1).collect();
    assert_eq!(statuses, ["success", "failure", "success", "in_progress", "success"], "not that of a pull request");
    let lead = march(&scene, "lead_time_seconds");
    let lead: Vec<_> = lead
        .iter()
        .filter(|(_, cell)| !cell.is_empty())
        .map(|(_, cell)| cell.parse::<i64>().expect("seconds"))
        .collect();
    // The second carries what neither the third nor the one for a pull request brought; it is dated by its second try.
    let minute = HOUR + 7 * MINUTE;
    assert_eq!(lead, [minute, 2 * DAY + 4 * HOUR, DAY + minute]);
    let tests = march(&scene, "environment").into_iter().filter(|(_, it)| it == "Tests").count();
    assert!(tests >= 1_700, "each of them is read: {tests}");
    assert!(!scene.covered_as("github-workflow-runs", "acme/web").is_empty());
    settles(&scene, 2);
}

#[test]
fn a_release_drafted_long_before_it_was_published_is_found_and_so_is_the_one_before_the_first_day() {
    let mut repo = Repo::new("acme/web");
    let root = repo.push(NEW_YEAR - 100 * DAY);
    // Drafted first and published last of those before, and one drafted long before it came out in March.
    repo.release(&root, NEW_YEAR - 60 * DAY).published = Some(NEW_YEAR - 10 * DAY);
    let other = repo.push(NEW_YEAR - 55 * DAY);
    repo.release(&other, NEW_YEAR - 50 * DAY);
    let late = repo.push(MARCH_1);
    let release = repo.release(&late, NEW_YEAR - 45 * DAY);
    release.published = Some(MARCH_1 + DAY);
    for nth in 0..230 {
        repo.release(&root, NEW_YEAR - 40 * DAY + nth * HOUR).early = true;
    }
    let scene = scene(repo, "releases", "");
    scene.fetched(&[]);
    let lead = march(&scene, "lead_time_seconds");
    let of = |id: &str| lead.iter().find(|(own, _)| own == id).expect("a release").1.clone();
    assert_eq!(of("release-7002"), (DAY + 55 * DAY + 59 * DAY).to_string(), "since the one published before it");
}

#[test]
fn a_quiet_week_and_a_renamed_repo_do_not_lose_workflow_runs() {
    let mut repo = Repo::new("acme/web");
    let root = repo.push(NEW_YEAR);
    for nth in 0..20 {
        repo.run("Deploy", &root, NEW_YEAR + nth * DAY);
    }
    repo.run("Deploy", &root, NEW_YEAR + 20 * DAY).tries = vec![(Some("skipped".into()), NEW_YEAR + 20 * DAY)];
    let more = "[deployments]\nenvironments = [\"deploy\"]\n";
    let scene = scene(repo, "workflow-runs", more);
    let config = std::fs::read_to_string(scene.place.path("dora.toml")).expect("the config");
    scene.place.write("dora.toml", &config.replace("acme/web", "Acme/Web"));
    scene.fetched(&["--strict"]);
    for _ in 0..2 {
        let asked = scene.server.requests();
        scene.fetched(&["--strict"]);
        assert!(scene.server.requests() - asked <= 2, "{} requests", scene.server.requests() - asked);
    }
    assert_eq!(scene.covered_as("github-workflow-runs", "acme/web").len(), 1);
    scene.server.state(|state| {
        let repo = state.world.repo_mut("acme/web");
        repo.formerly = Some("acme/web".into());
        repo.name = "acme/shop".into();
    });
    scene.fetched(&["--strict"]);
    assert_eq!(scene.covered_as("github-workflow-runs", "acme/shop").len(), 1);
    assert!(scene.covered_as("github-workflow-runs", "acme/web").is_empty());
}

#[test]
fn a_dry_run_counts_proxies_for_deployments() {
    let mut repo = Repo::new("acme/web");
    let root = repo.push(NEW_YEAR + DAY);
    for nth in 0..7 {
        repo.release(&root, NEW_YEAR + nth * DAY);
        repo.run("Deploy", &root, NEW_YEAR + nth * DAY);
    }
    for kind in ["releases", "workflow-runs"] {
        let scene = scene(repo.clone(), kind, "");
        let run = scene.fetched(&["--dry-run"]);
        let row = run.stdout.lines().find(|line| line.starts_with("acme/web")).expect("a row");
        assert_eq!(row.split_whitespace().nth(1), Some("7"), "{kind}: {row}");
        assert!(run.stdout.contains("at the pace"), "{}", run.stdout);
    }
}

#[test]
fn a_dataset_with_one_kind_of_deployments_refuses_another() {
    let mut repo = Repo::new("acme/web");
    let head = repo.push(MARCH_1);
    repo.release(&head, MARCH_1 + DAY);
    repo.deploy(&head, "production", MARCH_1 + DAY);
    let scene = scene(repo, "releases", "");
    scene.fetched(&[]);
    scene.configure(&scene.server.url(), "repos = [\"acme/web\"]");
    for flags in [&[][..], &["--full"]] {
        let run = scene.fetch(flags);
        assert_eq!(run.code, 2, "{}", run.stderr);
        for word in ["releases of acme/web", "--data", "deployments_from = \"releases\""] {
            assert!(run.stderr.contains(word), "{word}: {}", run.stderr);
        }
    }
    assert_eq!(march(&scene, "counted").len(), 1, "nothing was lost or added");
    assert_eq!(scene.fetch(&["--data", "other"]).code, 0);
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn after_a_kill_between_spans_the_next_fetch_continues_there() {
    let mut repo = Repo::new("acme/web");
    let root = repo.push(NEW_YEAR);
    for nth in 0..4_000 {
        repo.run("Deploy", &root, NEW_YEAR + nth * HOUR);
    }
    let make = || scene(repo.clone(), "workflow-runs", "[deployments]\nenvironments = [\"deploy\"]\n");
    let whole = make();
    whole.fetched(&[]);
    let interrupted = make();
    interrupted.server.fault(Fault::at(25, Effect::Revoke));
    assert_eq!(interrupted.fetch(&[]).code, 3);
    interrupted.server.state(|state| state.tokens = vec![(super::server::token(), None)]);
    interrupted.fetched(&[]);
    interrupted.report("2025-Q1").is_identical_to(&whole.report("2025-Q1"));
    // At most the jobs of one page of runs are asked for again.
    assert!(interrupted.server.requests() <= whole.server.requests() + 112, "what was read is not read again");
}

#[test]
fn doctor_names_the_workflows_and_which_of_them_count() {
    let mut repo = Repo::new("acme/web");
    let root = repo.push(NEW_YEAR);
    repo.run("Deploy", &root, NEW_YEAR + DAY);
    repo.run("Tests", &root, NEW_YEAR + DAY);
    let scene = scene(repo, "workflow-runs", "[deployments]\nenvironments = [\"deploy\"]\n");
    let run = scene.run(&DOCTOR).checks();
    assert_eq!(run.code, 0, "{}", run.stdout);
    for words in ["the newest 2 workflow runs, which are read as deployments", "Deploy 1 (service acme/web)", "Tests 1"]
    {
        assert!(run.stdout.contains(words), "{words}: {}", run.stdout);
    }
}
