//! When a workflow run ended: with its last job, however late GitHub changed its record.

use super::scene::{MARCH, Scene};
use super::world::{DAY, HOUR, MINUTE, NEW_YEAR, Repo, World, iso};

const MARCH_1: i64 = NEW_YEAR + 59 * DAY;

fn scene(repo: Repo) -> Scene {
    let scene = Scene::new(World::of([repo]), "repos = [\"acme/web\"]\ndeployments_from = \"workflow-runs\"");
    let config = scene.place.read("dora.toml");
    scene.place.write("dora.toml", &format!("{config}[deployments]\nenvironments = [\"deploy*\"]\n"));
    scene
}

/// A run a day of a workflow, from the first of March on.
fn repo(runs: i64) -> Repo {
    let mut repo = Repo::new("acme/web");
    for nth in 0..runs {
        let head = repo.push(MARCH_1 + nth * DAY - HOUR);
        repo.run("Deploy to production", &head, MARCH_1 + nth * DAY);
    }
    repo
}

fn jobs_asked(scene: &Scene) -> usize {
    scene.server.log().iter().filter(|request| request.path.contains("/jobs")).count()
}

#[test]
fn a_run_ends_with_its_last_job_whether_its_record_was_changed_minutes_days_or_months_later() {
    let mut repo = repo(5);
    for (nth, later) in [(1, 40 * MINUTE), (2, 2 * DAY), (3, 200 * DAY)] {
        repo.runs[nth].touched = Some(repo.runs[nth].tries[0].1 + later);
    }
    let scene = scene(repo);
    scene.fetched(&["--strict"]);
    let ends: Vec<String> = scene.report(MARCH).deployments("finished_at").into_iter().map(|(_, at)| at).collect();
    let wanted: Vec<String> = (0..5).map(|nth| iso(MARCH_1 + nth * DAY + 7 * MINUTE)).collect();
    assert_eq!(ends, wanted);
    assert_eq!(jobs_asked(&scene), 5);
    scene.fetched(&[]);
    assert_eq!(jobs_asked(&scene), 5, "a run that is known to have succeeded is not asked about again");
}

#[test]
fn each_try_ends_with_its_own_jobs_and_the_first_success_counts() {
    let mut repo = repo(2);
    let at = MARCH_1;
    let tries = [("failure", at + HOUR), ("success", at + 2 * HOUR), ("failure", at + 30 * HOUR)];
    repo.runs[0].tries = tries.map(|(how, at)| (Some(how.to_owned()), at)).into();
    repo.runs[1].tries = vec![(Some("failure".into()), at + DAY + HOUR)];
    for run in &mut repo.runs {
        run.touched = Some(at + 100 * DAY);
    }
    let scene = scene(repo);
    scene.fetched(&["--strict"]);
    let ends: Vec<String> = scene.report(MARCH).deployments("finished_at").into_iter().map(|(_, at)| at).collect();
    assert_eq!(ends, [iso(at + 2 * HOUR), iso(at + DAY + HOUR)]);
}

#[test]
fn without_its_jobs_a_run_is_dated_by_its_record_and_by_its_start_where_that_came_months_later() {
    let mut repo = repo(3);
    for run in &mut repo.runs {
        run.jobless = true;
    }
    repo.runs[1].touched = Some(MARCH_1 + DAY + 34 * DAY);
    repo.runs[2].touched = Some(MARCH_1 + 2 * DAY + 36 * DAY);
    let scene = scene(repo);
    let run = scene.fetched(&["--strict"]);
    assert!(run.stderr.contains("acme/web: GitHub no longer lists the jobs of 3 workflow runs"), "{}", run.stderr);
    let ends = scene.report("2025-03-01..2025-05-01").deployments("finished_at");
    let ends: Vec<String> = ends.into_iter().map(|(_, at)| at).collect();
    assert_eq!(ends, [iso(MARCH_1 + 7 * MINUTE), iso(MARCH_1 + 35 * DAY), iso(MARCH_1 + 2 * DAY)]);
}

#[test]
fn runs_of_other_workflows_cost_no_question_and_a_dry_run_counts_those_that_do() {
    let mut repo = repo(30);
    for nth in 0..50 {
        let head = repo.main.clone().expect("a head");
        repo.run("Tests", &head, MARCH_1 + nth * HOUR).touched = Some(MARCH_1 + 250 * DAY);
    }
    let scene = scene(repo);
    let run = scene.fetched(&["--dry-run"]);
    let row = run.stdout.lines().find(|line| line.starts_with("acme/web")).expect("a row");
    assert!(run.stdout.contains("usually 32 requests"), "a page of each and 30 runs: {row}\n{}", run.stdout);
    scene.fetched(&["--strict"]);
    assert_eq!(jobs_asked(&scene), 30);
    let ends = scene.report(MARCH).deployments("finished_at");
    assert!(ends.iter().all(|(_, at)| at.starts_with("2025-03")), "no record that was changed in November is an end");
}
