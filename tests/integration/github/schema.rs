//! Which fields a made-up GitHub answers, and with what: one arm per type and field. A field that the published
//! schema has but the world does not model is null; any other is unknown.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::world::{Commit, Deployment, Pull, Release, Repo, Review, World, iso};

/// What one request sees of its budget.
#[derive(Debug, Clone, Default)]
pub(super) struct Budget {
    /// Points of this request.
    pub(super) cost: u64,
    /// Nodes of this request.
    pub(super) nodes: u64,
    /// Points an hour.
    pub(super) limit: u64,
    /// Points spent, this request included.
    pub(super) used: u64,
    /// When they are given anew, in seconds since 1970.
    pub(super) reset: i64,
}

/// A thing that has fields.
#[derive(Clone, Copy)]
pub(super) enum Node<'w> {
    Query,
    Owner(&'w str),
    Repo(&'w Repo),
    /// A repository of which only the name is known.
    Elsewhere(&'w str),
    Deployment(&'w Repo, &'w Deployment),
    Status(&'w Repo, &'w Deployment, usize),
    Commit(&'w Repo, &'w Commit),
    Branch(&'w Repo, &'w str),
    GitActor(i64),
    Pull(&'w Repo, &'w Pull),
    PullCommit(&'w Repo, &'w Commit),
    Review(&'w Review),
    Release(&'w Repo, &'w Release),
    Label(&'w str),
    Actor(&'w str),
    Budget,
}

/// What a field holds.
pub(super) enum Answer<'w> {
    /// There is no such field.
    Unknown,
    Null,
    Scalar(Value),
    One(Node<'w>),
    /// Those of a plain list; null where there is no such thing.
    Many(Vec<Option<Node<'w>>>),
    /// Every entry with its cursor, in order, and the connection's type.
    Connection(&'static str, Vec<(String, Node<'w>)>),
    /// An error of this type and message at this field, which is null.
    Failed(&'static str, String),
}

impl<'w> From<Option<Node<'w>>> for Answer<'w> {
    fn from(node: Option<Node<'w>>) -> Self {
        node.map_or(Answer::Null, Answer::One)
    }
}

fn scalar<'w>(value: impl Into<Value>) -> Answer<'w> {
    Answer::Scalar(value.into())
}

fn text(arguments: &Map<String, Value>, name: &str) -> String {
    arguments.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// Whether `orderBy` asks for the newest first.
fn descending(arguments: &Map<String, Value>) -> bool {
    arguments.get("orderBy").is_some_and(|order| order["direction"] == "DESC")
}

impl<'w> Node<'w> {
    /// Its type.
    pub(super) fn type_name(self) -> &'static str {
        match self {
            Self::Query => "Query",
            Self::Owner(_) => "Organization",
            Self::Repo(_) | Self::Elsewhere(_) => "Repository",
            Self::Deployment(..) => "Deployment",
            Self::Status(..) => "DeploymentStatus",
            Self::Commit(..) => "Commit",
            Self::Branch(..) => "Ref",
            Self::GitActor(_) => "GitActor",
            Self::Pull(..) => "PullRequest",
            Self::PullCommit(..) => "PullRequestCommit",
            Self::Review(_) => "PullRequestReview",
            Self::Release(..) => "Release",
            Self::Label(_) => "Label",
            Self::Actor(login) if login.ends_with("[bot]") => "Bot",
            Self::Actor(_) => "User",
            Self::Budget => "RateLimit",
        }
    }

    /// Whether a fragment on this type applies.
    pub(super) fn is(self, name: &str) -> bool {
        let own = self.type_name();
        own == name
            || match name {
                "GitObject" => own == "Commit",
                "Actor" => matches!(own, "User" | "Bot" | "Organization"),
                "RepositoryOwner" => matches!(own, "User" | "Organization"),
                "Node" => !matches!(self, Self::Query | Self::GitActor(_) | Self::Budget),
                _ => false,
            }
    }

    /// The answer to one field.
    pub(super) fn answer(
        self,
        world: &'w World,
        budget: &Budget,
        field: &str,
        args: &Map<String, Value>,
    ) -> Answer<'w> {
        if field == "__typename" {
            return scalar(self.type_name());
        }
        match self {
            Self::Query => query(world, budget, field, args),
            Self::Owner(login) => owner(world, login, field, args),
            Self::Repo(repo) => repository(repo, field, args),
            Self::Elsewhere(name) => match field {
                "nameWithOwner" => scalar(name),
                _ => Answer::Unknown,
            },
            Self::Deployment(repo, deployment) => of_deployment(repo, deployment, field),
            Self::Status(repo, deployment, index) => of_status(repo, deployment, index, field),
            Self::Commit(repo, commit) => of_commit(repo, commit, field, args),
            Self::Branch(repo, name) => match field {
                "name" => scalar(name.rsplit('/').next().unwrap_or(name)),
                "id" | "prefix" => scalar(name),
                "target" => {
                    repo.main.as_ref().and_then(|sha| repo.commits.get(sha)).map(|c| Self::Commit(repo, c)).into()
                }
                "repository" => Answer::One(Self::Repo(repo)),
                _ => Answer::Unknown,
            },
            Self::GitActor(at) => match field {
                "date" => scalar(iso(at)),
                "name" | "email" | "user" => Answer::Null,
                _ => Answer::Unknown,
            },
            Self::Pull(repo, pull) => of_pull(repo, pull, field),
            Self::PullCommit(repo, commit) => match field {
                "commit" => Answer::One(Self::Commit(repo, commit)),
                "id" => scalar(format!("PURC_{}", commit.sha)),
                _ => Answer::Unknown,
            },
            Self::Review(review) => match field {
                "author" => review.author.as_deref().map(Self::Actor).into(),
                "state" => scalar(review.state),
                "submittedAt" | "createdAt" | "publishedAt" | "updatedAt" => scalar(iso(review.submitted)),
                "id" => scalar(format!("PRR_{}", review.submitted)),
                "body" | "url" => Answer::Null,
                _ => Answer::Unknown,
            },
            Self::Release(repo, release) => of_release(repo, release, field),
            Self::Label(name) => match field {
                "name" => scalar(name),
                "id" => scalar(format!("LA_{name}")),
                "color" | "description" => Answer::Null,
                _ => Answer::Unknown,
            },
            Self::Actor(login) => match field {
                "login" => scalar(login.trim_end_matches("[bot]")),
                "id" => scalar(format!("U_{login}")),
                "url" | "resourcePath" | "avatarUrl" => Answer::Null,
                // Every owner but the account itself is an organization of it.
                "organizations" => {
                    let owners: BTreeSet<&str> =
                        world.repos.iter().map(Repo::owner).filter(|it| *it != login).collect();
                    let entries = owners.into_iter().map(|owner| (owner.to_owned(), Node::Owner(owner)));
                    Answer::Connection("OrganizationConnection", entries.collect())
                }
                _ => Answer::Unknown,
            },
            Self::Budget => match field {
                "cost" => scalar(budget.cost),
                "limit" => scalar(budget.limit),
                "used" => scalar(budget.used),
                "remaining" => scalar(budget.limit.saturating_sub(budget.used)),
                "nodeCount" => scalar(budget.nodes),
                "resetAt" => scalar(iso(budget.reset)),
                _ => Answer::Unknown,
            },
        }
    }
}

fn query<'w>(world: &'w World, budget: &Budget, field: &str, args: &Map<String, Value>) -> Answer<'w> {
    let login = text(args, "login");
    let owner = world.repos.iter().map(Repo::owner).find(|owner| owner.eq_ignore_ascii_case(&login));
    match field {
        // An enterprise server has its limits off by default.
        "rateLimit" if budget.limit == 0 => Answer::Null,
        "rateLimit" => Answer::One(Node::Budget),
        "viewer" => Answer::One(Node::Actor("reader")),
        "repositoryOwner" => owner.map(Node::Owner).into(),
        "organization" | "user" => owner.map_or_else(
            || {
                Answer::Failed(
                    "NOT_FOUND",
                    format!("Could not resolve to an Organization with the login of '{login}'."),
                )
            },
            |owner| Answer::One(Node::Owner(owner)),
        ),
        "repository" => {
            let (owner, name) = (text(args, "owner"), text(args, "name"));
            match world.repo(&owner, &name) {
                None => {
                    let words = format!("Could not resolve to a Repository with the name '{owner}/{name}'.");
                    Answer::Failed("NOT_FOUND", words)
                }
                Some(repo) if repo.forbidden => {
                    Answer::Failed("FORBIDDEN", "Resource not accessible by personal access token".into())
                }
                Some(repo) => Answer::One(Node::Repo(repo)),
            }
        }
        "node" => node(world, &text(args, "id")).into(),
        "nodes" => {
            let ids = args.get("ids").and_then(Value::as_array).cloned().unwrap_or_default();
            Answer::Many(ids.iter().map(|id| node(world, id.as_str().unwrap_or_default())).collect())
        }
        _ => Answer::Unknown,
    }
}

/// The thing of a global id.
fn node<'w>(world: &'w World, id: &str) -> Option<Node<'w>> {
    world.repos.iter().find_map(|repo| {
        if id == format!("R_{}", repo.name) {
            return Some(Node::Repo(repo));
        }
        if let Some(number) = id.strip_prefix("DE_") {
            return repo
                .deployments
                .iter()
                .find(|found| found.id.to_string() == number)
                .map(|d| Node::Deployment(repo, d));
        }
        if let Some(number) = id.strip_prefix(&format!("PR_{}_", repo.name)) {
            return repo.pulls.get(&number.parse().ok()?).map(|pull| Node::Pull(repo, pull));
        }
        repo.commits.get(id.strip_prefix("C_")?).map(|commit| Node::Commit(repo, commit))
    })
}

fn owner<'w>(world: &'w World, login: &'w str, field: &str, args: &Map<String, Value>) -> Answer<'w> {
    match field {
        "login" | "name" => scalar(login),
        "id" => scalar(format!("O_{login}")),
        "url" | "avatarUrl" | "resourcePath" => Answer::Null,
        "repositories" => {
            let archived = args.get("isArchived").and_then(Value::as_bool);
            let mut repos: Vec<&Repo> = world.repos.iter().filter(|repo| repo.owner() == login).collect();
            repos.retain(|repo| archived.is_none_or(|wanted| repo.archived == wanted));
            if args.get("orderBy").is_some_and(|order| order["field"] == "NAME") {
                repos.sort_by(|a, b| a.name.cmp(&b.name));
            }
            if descending(args) {
                repos.reverse();
            }
            let entries = repos.into_iter().map(|repo| (format!("R_{}", repo.name), Node::Repo(repo)));
            Answer::Connection("RepositoryConnection", entries.collect())
        }
        _ => Answer::Unknown,
    }
}

fn repository<'w>(repo: &'w Repo, field: &str, args: &Map<String, Value>) -> Answer<'w> {
    let last = |instants: Vec<i64>| instants.into_iter().max().map_or(Value::Null, |at| iso(at).into());
    match field {
        "nameWithOwner" => scalar(repo.name.as_str()),
        "name" => scalar(repo.name.split('/').nth(1)),
        "id" => scalar(format!("R_{}", repo.name)),
        "url" => scalar(format!("https://github.com/{}", repo.name)),
        "owner" => Answer::One(Node::Owner(repo.owner())),
        "isArchived" => scalar(repo.archived),
        "isEmpty" => scalar(repo.main.is_none()),
        "isFork" | "isDisabled" | "isLocked" | "isMirror" | "isTemplate" => scalar(false),
        "isPrivate" => scalar(true),
        "visibility" => scalar("PRIVATE"),
        "pushedAt" | "updatedAt" => scalar(last(repo.commits.values().map(|commit| commit.committed).collect())),
        "createdAt" => scalar("2020-01-01T00:00:00Z"),
        "databaseId" | "archivedAt" | "description" | "primaryLanguage" => Answer::Null,
        "defaultBranchRef" => repo.main.as_ref().map(|_| Node::Branch(repo, "refs/heads/main")).into(),
        "object" => {
            let wanted = [text(args, "oid"), text(args, "expression")].concat();
            let sha = if ["HEAD", "main"].contains(&wanted.as_str()) { repo.main.clone() } else { Some(wanted) };
            sha.and_then(|sha| repo.commits.get(&sha)).map(|commit| Node::Commit(repo, commit)).into()
        }
        "pullRequest" => {
            let number = args.get("number").and_then(Value::as_u64).unwrap_or_default();
            repo.pulls.get(&number).map(|pull| Node::Pull(repo, pull)).into()
        }
        "deployments" => {
            let wanted = args.get("environments").and_then(Value::as_array);
            let kept = |deployment: &&Deployment| {
                wanted.is_none_or(|names| names.iter().any(|name| name.as_str() == deployment.environment.as_deref()))
            };
            let mut found: Vec<&Deployment> = repo.deployments.iter().filter(kept).collect();
            found.sort_by_key(|deployment| (deployment.created, deployment.id));
            if descending(args) {
                found.reverse();
            }
            let entries = found.into_iter().map(|d| (format!("Y3Vyc29y{}", d.id), Node::Deployment(repo, d)));
            Answer::Connection("DeploymentConnection", entries.collect())
        }
        "pullRequests" => {
            let merged = args.get("states").is_some_and(|states| states == "MERGED" || *states == json!(["MERGED"]));
            let mut found: Vec<&Pull> = repo.pulls.values().filter(|pull| !merged || pull.merged.is_some()).collect();
            if args.get("orderBy").is_some_and(|order| order["field"] == "UPDATED_AT") {
                found.sort_by_key(|pull| (pull.changed.or(pull.merged), pull.number));
            }
            if descending(args) {
                found.reverse();
            }
            let entries = found.into_iter().map(|pull| (pull.number.to_string(), Node::Pull(repo, pull)));
            Answer::Connection("PullRequestConnection", entries.collect())
        }
        "releases" => {
            let mut found: Vec<&Release> = repo.releases.iter().collect();
            found.sort_by_key(|release| release.created);
            if descending(args) {
                found.reverse();
            }
            let entries = found.into_iter().map(|release| (release.tag.clone(), Node::Release(repo, release)));
            Answer::Connection("ReleaseConnection", entries.collect())
        }
        _ => Answer::Unknown,
    }
}

fn of_release<'w>(repo: &'w Repo, release: &'w Release, field: &str) -> Answer<'w> {
    match field {
        "databaseId" => scalar(7_000 + repo.releases.iter().position(|own| own.tag == release.tag).unwrap_or(0)),
        "id" => scalar(format!("RE_{}", release.tag)),
        "tagName" | "name" => scalar(release.tag.as_str()),
        "tagCommit" => {
            let sha = release.sha.as_ref();
            sha.and_then(|sha| repo.commits.get(sha)).map(|commit| Node::Commit(repo, commit)).into()
        }
        "isDraft" => scalar(release.draft),
        "isPrerelease" => scalar(release.early),
        "createdAt" => scalar(iso(release.created)),
        "publishedAt" => scalar(release.published.map(iso)),
        "url" => scalar(format!("https://github.com/{}/releases/tag/{}", repo.name, release.tag)),
        "author" => Answer::One(Node::Actor("grace")),
        "description" | "updatedAt" => Answer::Null,
        _ => Answer::Unknown,
    }
}

fn of_deployment<'w>(repo: &'w Repo, deployment: &'w Deployment, field: &str) -> Answer<'w> {
    let newest = deployment.statuses.len().checked_sub(1);
    match field {
        "databaseId" => scalar(deployment.id),
        "id" => scalar(format!("DE_{}", deployment.id)),
        "commitOid" => scalar(deployment.sha.as_str()),
        "commit" => repo.commits.get(&deployment.sha).map(|commit| Node::Commit(repo, commit)).into(),
        "createdAt" => scalar(iso(deployment.created)),
        "updatedAt" => scalar(iso(deployment.statuses.last().map_or(deployment.created, |(_, at)| *at))),
        "creator" => deployment.creator.as_deref().map(Node::Actor).into(),
        "environment" | "latestEnvironment" => scalar(deployment.environment.clone()),
        "originalEnvironment" => scalar(deployment.original_environment.clone()),
        "task" => scalar("deploy"),
        "payload" => scalar("{}"),
        "description" => Answer::Null,
        "ref" => deployment.branch.as_deref().map(|name| Node::Branch(repo, name)).into(),
        "repository" => Answer::One(Node::Repo(repo)),
        "state" => scalar(match deployment.statuses.last().map(|(state, _)| state.as_str()) {
            Some("SUCCESS") => "ACTIVE",
            Some(state) => state,
            None => "PENDING",
        }),
        "latestStatus" => newest.map(|index| Node::Status(repo, deployment, index)).into(),
        "statuses" => {
            let newest_first = (0..deployment.statuses.len()).rev();
            let entries =
                newest_first.map(|i| (format!("DES_{}_{i}", deployment.id), Node::Status(repo, deployment, i)));
            Answer::Connection("DeploymentStatusConnection", entries.collect())
        }
        _ => Answer::Unknown,
    }
}

fn of_status<'w>(repo: &'w Repo, deployment: &'w Deployment, index: usize, field: &str) -> Answer<'w> {
    let (state, at) = &deployment.statuses[index];
    match field {
        "state" => scalar(state.as_str()),
        "createdAt" | "updatedAt" => scalar(iso(*at)),
        "id" => scalar(format!("DES_{}_{index}", deployment.id)),
        "environment" => scalar(deployment.environment.clone()),
        "creator" => deployment.creator.as_deref().map(Node::Actor).into(),
        "deployment" => Answer::One(Node::Deployment(repo, deployment)),
        "description" | "environmentUrl" | "logUrl" => Answer::Null,
        _ => Answer::Unknown,
    }
}

fn of_commit<'w>(repo: &'w Repo, commit: &'w Commit, field: &str, args: &Map<String, Value>) -> Answer<'w> {
    match field {
        "oid" => scalar(commit.sha.as_str()),
        "abbreviatedOid" => scalar(commit.sha.get(..7)),
        "id" => scalar(format!("C_{}", commit.sha)),
        "authoredDate" => scalar(iso(commit.authored)),
        "committedDate" => scalar(iso(commit.committed)),
        "author" => Answer::One(Node::GitActor(commit.authored)),
        "committer" => Answer::One(Node::GitActor(commit.committed)),
        "repository" => Answer::One(Node::Repo(repo)),
        "messageHeadline" | "message" => scalar("Change something"),
        "url" | "commitUrl" | "pushedDate" => Answer::Null,
        "parents" => {
            // A parent that is not there is a shallow history; GitHub has none.
            let parents = commit.parents.iter().filter_map(|sha| repo.commits.get(sha));
            Answer::Connection("CommitConnection", parents.map(|c| (c.sha.clone(), Node::Commit(repo, c))).collect())
        }
        "associatedPullRequests" => {
            let mut pulls: Vec<&Pull> = commit.pulls.iter().filter_map(|number| repo.pulls.get(number)).collect();
            pulls.sort_by_key(|pull| (pull.opened, pull.number));
            if descending(args) {
                pulls.reverse();
            }
            let entries = pulls.into_iter().map(|pull| (pull.number.to_string(), Node::Pull(repo, pull)));
            Answer::Connection("PullRequestConnection", entries.collect())
        }
        "history" => {
            let bound =
                |name: &str| chrono::DateTime::parse_from_rfc3339(&text(args, name)).ok().map(|at| at.timestamp());
            let (since, until) = (bound("since"), bound("until"));
            let mut listed = repo.log(&commit.sha);
            listed.retain(|c| since.is_none_or(|at| c.committed >= at) && until.is_none_or(|at| c.committed <= at));
            let entries = listed.into_iter().enumerate();
            let entries = entries.map(|(i, c)| (format!("{} {i}", commit.sha), Node::Commit(repo, c)));
            Answer::Connection("CommitHistoryConnection", entries.collect())
        }
        _ => Answer::Unknown,
    }
}

fn of_pull<'w>(repo: &'w Repo, pull: &'w Pull, field: &str) -> Answer<'w> {
    match field {
        "number" => scalar(pull.number),
        "id" => scalar(format!("PR_{}_{}", repo.name, pull.number)),
        "title" => scalar(pull.title.as_str()),
        "state" => scalar(match (pull.merged, pull.rejected) {
            (Some(_), _) => "MERGED",
            (None, true) => "CLOSED",
            (None, false) => "OPEN",
        }),
        "author" => pull.author.as_deref().map(Node::Actor).into(),
        "createdAt" | "publishedAt" => scalar(iso(pull.opened)),
        "mergedAt" | "closedAt" => scalar(pull.merged.map(iso)),
        "updatedAt" => scalar(pull.changed.or(pull.merged).map(iso)),
        "merged" => scalar(pull.merged.is_some()),
        "isDraft" | "isCrossRepository" => scalar(false),
        "url" => scalar(format!("https://github.com/{}/pull/{}", repo.name, pull.number)),
        "headRefName" => scalar(pull.head.as_str()),
        "baseRefName" => scalar(pull.base.as_str()),
        "headRefOid" => scalar(pull.commits.last().cloned()),
        "baseRepository" | "repository" => {
            Answer::One(pull.base_repo.as_deref().map_or(Node::Repo(repo), Node::Elsewhere))
        }
        "headRepository" => Answer::One(Node::Repo(repo)),
        "mergeCommit" => {
            pull.merge_sha.as_ref().and_then(|sha| repo.commits.get(sha)).map(|c| Node::Commit(repo, c)).into()
        }
        "mergedBy" => pull.merged.map(|_| Node::Actor("grace")).into(),
        "reviewDecision" => scalar(pull.merged.map(|_| "APPROVED")),
        "fullDatabaseId" => scalar((5_000_000_000 + pull.number).to_string()),
        "databaseId" | "body" | "revertUrl" | "milestone" => Answer::Null,
        "labels" => {
            let entries = pull.labels.iter().map(|name| (name.clone(), Node::Label(name)));
            Answer::Connection("LabelConnection", entries.collect())
        }
        "reviews" => {
            let entries = pull.reviews.iter().enumerate().map(|(i, r)| (i.to_string(), Node::Review(r)));
            Answer::Connection("PullRequestReviewConnection", entries.collect())
        }
        "commits" => {
            let commits = pull.commits.iter().filter_map(|sha| repo.commits.get(sha));
            let entries = commits.map(|c| (c.sha.clone(), Node::PullCommit(repo, c)));
            Answer::Connection("PullRequestCommitConnection", entries.collect())
        }
        _ => Answer::Unknown,
    }
}
