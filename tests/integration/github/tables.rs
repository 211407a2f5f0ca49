//! The import files of a world, by the rules of the data's contract and without the program's help: what a fetch of
//! the same world is compared with.

use super::world::{Commit, Deployment, Pull, Repo, World, iso};

/// The text of the files: deployments, commits, pull requests.
pub(crate) struct Files {
    pub(crate) deployments: String,
    pub(crate) commits: String,
    pub(crate) pulls: String,
}

impl Files {
    /// Of every repo of a world that can be read.
    pub(crate) fn of(world: &World) -> Self {
        let mut files = Self {
            deployments: "source,id,repo,environment,sha,ref,status,created_at,finished_at,task,creator\n".into(),
            commits: "repo,sha,parents,authored_at,committed_at,pull_request\n".into(),
            pulls: "repo,number,title,author,labels,head_ref,opened_at,first_commit_at,first_review_at,approved_at,\
                    merged_at,merge_sha\n"
                .into(),
        };
        for repo in &world.repos {
            files.add(repo);
        }
        files
    }

    fn add(&mut self, repo: &Repo) {
        for deployment in &repo.deployments {
            let (status, finished) = outcome(deployment);
            let row = [
                "github".to_owned(),
                deployment.id.to_string(),
                repo.name.clone(),
                deployment.environment.clone().unwrap_or_default(),
                deployment.sha.clone(),
                deployment.branch.clone().unwrap_or_default(),
                status,
                iso(deployment.created),
                finished.map(iso).unwrap_or_default(),
                "deploy".to_owned(),
                deployment.creator.clone().unwrap_or_default(),
            ];
            self.deployments.push_str(&line(&row));
        }
        for commit in repo.commits.values() {
            let row = [
                repo.name.clone(),
                commit.sha.clone(),
                commit.parents.join(";"),
                iso(commit.authored),
                iso(commit.committed),
                brought_by(repo, commit).map(|number| number.to_string()).unwrap_or_default(),
            ];
            self.commits.push_str(&line(&row));
        }
        for pull in repo.pulls.values().filter(|pull| pull.merged.is_some() && pull.base_repo.is_none()) {
            let first_commit = pull.commits.first().and_then(|sha| repo.commits.get(sha));
            let person = |author: &Option<String>| {
                author.as_deref().is_some_and(|name| !name.ends_with("[bot]")) && *author != pull.author
            };
            let first_review = pull.reviews.iter().find(|review| person(&review.author));
            let approval = pull.reviews.iter().find(|review| review.state == "APPROVED");
            let row = [
                repo.name.clone(),
                pull.number.to_string(),
                pull.title.clone(),
                pull.author.clone().unwrap_or_default(),
                pull.labels.join(";"),
                pull.head.clone(),
                iso(pull.opened),
                first_commit.map(|commit| iso(commit.authored)).unwrap_or_default(),
                first_review.map(|review| iso(review.submitted)).unwrap_or_default(),
                approval.map(|review| iso(review.submitted)).unwrap_or_default(),
                pull.merged.map(iso).unwrap_or_default(),
                pull.merge_sha.clone().unwrap_or_default(),
            ];
            self.pulls.push_str(&line(&row));
        }
    }
}

/// The pull request that brought a commit: of those merged into the repo the one whose merge made it, else the lowest
/// number.
fn brought_by(repo: &Repo, commit: &Commit) -> Option<u64> {
    let holders = commit.pulls.iter().filter_map(|number| repo.pulls.get(number));
    let merged: Vec<&Pull> = holders.filter(|pull| pull.merged.is_some() && pull.base_repo.is_none()).collect();
    let made = merged.iter().find(|pull| pull.merge_sha.as_deref() == Some(&commit.sha));
    made.map(|pull| pull.number).or_else(|| merged.iter().map(|pull| pull.number).min())
}

/// Status and end of a deployment: the first success, else the first failure or error, else its newest state.
fn outcome(deployment: &Deployment) -> (String, Option<i64>) {
    let first = |wanted: &[&str]| deployment.statuses.iter().find(|(state, _)| wanted.contains(&state.as_str()));
    match first(&["SUCCESS"]).or_else(|| first(&["FAILURE", "ERROR"])) {
        Some((state, at)) => (state.to_lowercase(), Some(*at)),
        None => (deployment.statuses.last().map_or("pending".into(), |(state, _)| state.to_lowercase()), None),
    }
}

fn line(cells: &[String]) -> String {
    assert!(cells.iter().all(|cell| !cell.contains([',', '"', '\n'])), "no cell here needs quotes");
    cells.join(",") + "\n"
}
