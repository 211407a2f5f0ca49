//! From a clone and a table of deployments to lead times, held to what `git rev-list` says.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use dora_report::domain::time::Timestamp;

use super::{Clone, DAY, JULY, day, git_program};
use crate::support::{Place, Run};

const REPORT: [&str; 7] = ["report", "--period", "2026-07", "--as-of", "2026-10-01T00:00:00Z", "--format", "csv"];

/// A history of branches that are merged after a while, with a hotfix branch that goes live before them: the marks of what
/// is deployed, in order.
fn history(clone: &mut Clone) -> Vec<usize> {
    let hours = |hours: i64| format!("{} +0200", JULY + hours * 3_600);
    let mut main = clone.commit("main", &[], &hours(-900), b"Begin");
    let (mut deployed, mut pending) = (vec![main], Vec::new());
    for nth in 0..60_i64 {
        let topic = format!("topic-{nth}");
        // Authored long before it is committed, as after a rebase.
        let first =
            clone.commit_by(&topic, &[main], &hours(nth * 12 - 90 - nth % 7 * 31), &hours(nth * 12 - 9), b"Work");
        pending.push(clone.commit(&topic, &[first], &hours(nth * 12 - 5), b"More work"));
        if nth % 4 == 3 {
            let parents = [vec![main], std::mem::take(&mut pending)].concat();
            main = clone.commit("main", &parents, &hours(nth * 12), b"Merge branches");
            deployed.push(main);
        }
        if nth % 7 == 5 {
            let hotfix = clone.commit("hotfix", &[main], &hours(nth * 12 + 1), b"Fix");
            deployed.push(hotfix);
            main = clone.commit("main", &[main, hotfix], &hours(nth * 12 + 2), b"Merge the fix");
        }
        if nth % 10 == 9 {
            // Back to what had been live before, and forward again.
            deployed.extend([deployed[deployed.len() - 2], deployed[deployed.len() - 1]]);
        }
    }
    deployed
}

/// The deployments of these revisions, one every ten hours from the second of July.
fn deployments(names: &[String], deployed: &[usize]) -> (String, Vec<(String, String, i64)>) {
    let mut text = String::from("id,repo,environment,sha,status,created_at,finished_at\n");
    let mut all = Vec::new();
    for (nth, mark) in deployed.iter().enumerate() {
        let at = JULY + DAY + i64::try_from(nth).expect("small") * 50_000;
        let sha = &names[*mark];
        // Some pipelines know only the beginning of a name, and some write it in capitals.
        let written = match nth % 3 {
            0 => sha.clone(),
            1 => sha[..10].to_owned(),
            _ => sha.to_uppercase(),
        };
        let stamp = Timestamp(at * 1_000);
        let _ = writeln!(text, "{nth:03},acme/web,production,{written},success,{stamp},{stamp}");
        all.push((format!("{nth:03}"), sha.clone(), at));
    }
    (text, all)
}

/// The rows of `deployments.csv` by id: lead time and its reason.
fn lead_times(place: &Place) -> BTreeMap<String, (String, String)> {
    place.done(REPORT);
    let text = place.read("reports/2026-07/deployments.csv");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows = reader.deserialize::<BTreeMap<String, String>>().map(|row| row.expect("a row"));
    rows.map(|row| (row["id"].clone(), (row["lead_time_seconds"].clone(), row["lead_time_reason"].clone()))).collect()
}

#[test]
fn lead_times_from_a_clone_are_those_that_git_rev_list_gives() {
    if git_program().is_none() {
        return;
    }
    let place = Place::new();
    let mut clone = Clone::new(&place, "web");
    let deployed = history(&mut clone);
    let names = clone.write();
    let (text, all) = deployments(&names, &deployed);
    place.write("d.csv", &text).done(["import", "deployments", "d.csv", "--covers", "2026-07-01..2026-08-01"]);
    let run = clone.import(&place);
    assert_eq!((run.code, run.stderr.matches("warning").count()), (0, 0), "{}", run.stderr);
    let found = lead_times(&place);
    let mut measured = 0;
    for (nth, (id, sha, at)) in all.iter().enumerate() {
        let earlier = all[..nth].iter().map(|(_, sha, _)| sha.as_str());
        let arguments: Vec<&str> = ["log", "--format=%at", sha.as_str(), "--not"].into_iter().chain(earlier).collect();
        let batch = clone.git(&arguments);
        let first = batch.lines().map(|at| at.parse::<i64>().expect("seconds")).min();
        let (seconds, reason) = &found[id];
        match first {
            _ if nth == 0 => assert_eq!(reason, "first-deployment"),
            None => assert!(["redeploy", "rollback"].contains(&reason.as_str()), "{id}: {reason}"),
            Some(first) if *at < first => assert_eq!(reason, "negative", "{id}"),
            Some(first) => {
                assert_eq!(seconds, &(at - first).to_string(), "{id}");
                measured += 1;
            }
        }
    }
    assert!(measured > 10, "{measured} of {}", all.len());
    // The same clone through the file of `git log` gives the same report.
    let other = Place::new();
    other.write("d.csv", &text).done(["import", "deployments", "d.csv", "--covers", "2026-07-01..2026-08-01"]);
    other.write("log.tsv", &(clone.git(&super::LOG) + "\n"));
    other.done(["import", "--from", "git-log", "--repo", "acme/web", "log.tsv"]);
    assert_eq!(lead_times(&other), found);
}

#[test]
fn explain_names_the_commit_of_the_clone_at_which_a_lead_time_starts() {
    if git_program().is_none() {
        return;
    }
    let place = Place::new();
    let mut clone = Clone::new(&place, "web");
    clone.commit("main", &[], &day(-3), b"Begin");
    clone.commit_by("main", &[1], &day(1), &day(2), b"Squashed (#2)");
    let names = clone.write();
    let (text, _) = deployments(&names, &[1, 2]);
    let later = text.replace(&Timestamp((JULY + DAY + 50_000) * 1_000).to_string(), "2026-07-05T10:00:00Z");
    place.write("d.csv", &later).done(["import", "deployments", "d.csv", "--covers", "2026-07-01..2026-08-01"]);
    assert_eq!(clone.import(&place).code, 0);
    let Run { stdout, .. } =
        place.done(["explain", "lead-time", "--period", "2026-07", "--as-of", "2026-10-01T00:00:00Z"]);
    assert!(stdout.contains(&names[2][..7]), "{stdout}");
    assert_eq!(lead_times(&place)["001"].0, (3 * DAY).to_string(), "from the second to the fifth of July");
}

#[test]
fn a_commit_without_a_date_has_no_lead_time_of_its_own() {
    if git_program().is_none() {
        return;
    }
    let place = Place::new();
    let mut clone = Clone::new(&place, "web");
    clone.commit("main", &[], &day(0), b"Begin");
    clone.commit("main", &[1], "0 +0000", b"Without a date");
    clone.commit("main", &[2], &day(2), b"With a date");
    let names = clone.write();
    let (text, _) = deployments(&names, &[1, 3]);
    let later = text.replace(&Timestamp((JULY + DAY + 50_000) * 1_000).to_string(), "2026-07-05T10:00:00Z");
    place.write("d.csv", &later).done(["import", "deployments", "d.csv", "--covers", "2026-07-01..2026-08-01"]);
    assert_eq!(clone.import(&place).code, 0);
    assert_eq!(lead_times(&place)["001"].0, (2 * DAY).to_string());
    place.done(["report", "--period", "2026-07", "--as-of", "2026-10-01T00:00:00Z", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&place.read("reports/2026-07/report.json")).expect("JSON");
    let commit = &report["groups"][0]["metrics"]["lead_time"]["variants"]["commit"];
    assert_eq!((commit["n"].as_u64(), commit["p50_seconds"].as_f64()), (Some(1), Some(172_800.0)), "{commit}");
}
