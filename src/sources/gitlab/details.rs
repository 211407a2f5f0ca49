//! What a list of merge requests does not show: the first commit, the reviews, and the base of a fast-forwarded branch;
//! asked for many at a time.
//!
//! GitLab's approvals have no instant. The program uses the instant of the note that GitLab writes about an approval;
//! everybody who may read the merge request can see this note.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde::Deserialize;
use serde_json::{Value, json};

use super::repo::Repo;
use crate::domain::time::Timestamp;
use crate::sources::incidents::absent::Listed;
use crate::sources::incidents::api::Api;
use crate::sources::incidents::error::QueryError;
use crate::sources::instants::{instant_or_zero, maybe_instant};

const DETAILS: &str = include_str!("details.graphql");
const NOTES: &str = include_str!("notes.graphql");

/// The merge requests of a list and the lists of a query. If GitLab rejects a query, the next smaller size is used. The
/// limit differs between versions of GitLab and depends on the complexity of the query.
const SIZES: [(usize, usize); 6] = [(100, 2), (100, 1), (50, 1), (20, 1), (5, 1), (1, 1)];
/// Notes of one merge request that are read at most, in pages of 100.
const NOTE_PAGES: u32 = 20;
/// The notes that GitLab writes about a review. It writes them in English whatever the language of its pages.
const APPROVED: &str = "approved this merge request";
const CHANGES_REQUESTED: &str = "requested changes";

/// How many merge requests GitLab answered for in one request, as far as was tried: one of [`SIZES`].
#[derive(Debug, Default)]
pub(super) struct Size(AtomicUsize);

/// The details of a merge request that a list does not show.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Details {
    pub(super) first_commit_at: Option<Timestamp>,
    pub(super) first_review_at: Option<Timestamp>,
    pub(super) approved_at: Option<Timestamp>,
    /// The head of its branch and where the branch began.
    pub(super) branch: Option<(String, String)>,
}

/// A merge request to ask about.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) iid: i64,
    pub(super) author: Option<String>,
    pub(super) merged_at: Option<Timestamp>,
    /// Whether anyone wrote a comment.
    pub(super) has_comments: bool,
    /// Whether reviews and approvals are asked for, and not the branch alone.
    pub(super) reviews: bool,
}

#[derive(Deserialize)]
struct Envelope<T> {
    data: Option<T>,
    #[serde(default)]
    errors: Option<Vec<Value>>,
}

#[derive(Deserialize)]
struct InProject<T> {
    project: Option<T>,
}

#[derive(Deserialize)]
struct Lists {
    first: Option<Nodes<Shown>>,
    #[serde(default)]
    second: Option<Nodes<Shown>>,
}

#[derive(Deserialize)]
struct Nodes<T> {
    nodes: Option<Listed<T>>,
}

impl<T> Nodes<T> {
    fn rows(list: Option<Self>) -> Vec<T> {
        list.and_then(|list| list.nodes).map(|list| list.rows).unwrap_or_default()
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Shown {
    iid: String,
    diff_refs: Option<DiffRefs>,
    commits: Option<Nodes<Authored>>,
    approved_by: Option<Nodes<Person>>,
    notes: Option<Notes>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DiffRefs {
    base_sha: Option<String>,
    head_sha: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Authored {
    #[serde(deserialize_with = "maybe_instant")]
    authored_date: Option<Timestamp>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Notes {
    page_info: PageInfo,
    nodes: Option<Listed<Note>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PageInfo {
    has_next_page: bool,
    end_cursor: Option<String>,
}

impl PageInfo {
    fn next(self) -> Option<String> {
        self.end_cursor.filter(|_| self.has_next_page)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Note {
    #[serde(deserialize_with = "instant_or_zero")]
    created_at: Timestamp,
    system: bool,
    body: Option<String>,
    author: Option<Person>,
}

#[derive(Deserialize)]
struct Person {
    username: Option<String>,
    #[serde(default)]
    bot: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OfOne {
    merge_request: Option<WithNotes>,
}

#[derive(Deserialize)]
struct WithNotes {
    notes: Option<Notes>,
}

/// Asks about merge requests of a project; fewer at a time if GitLab rejects the query.
pub(super) async fn details(
    api: &Api,
    repo: &Repo,
    size: &Size,
    asked: &[Asked],
) -> Result<BTreeMap<i64, Details>, QueryError> {
    let (mut found, mut rest) = (BTreeMap::new(), asked);
    while !rest.is_empty() {
        let nth = size.0.load(Ordering::Relaxed);
        let (each, lists) = SIZES.get(nth).copied().unwrap_or((1, 1));
        let (now, later) = rest.split_at(rest.len().min(lists * each));
        let (first, second) = now.split_at(now.len().min(each));
        let iids = |list: &[Asked]| list.iter().map(|one| one.iid.to_string()).collect::<Vec<_>>();
        let variables = json!({
            "path": repo.name, "each": each, "first": iids(first), "second": iids(second), "both": !second.is_empty(),
        });
        let lists: Lists = match query(api, DETAILS, &variables).await {
            Ok(lists) => lists,
            // A query may be too complex or take too long.
            Err(QueryError::Here(_)) if nth + 1 < SIZES.len() => {
                size.0.fetch_max(nth + 1, Ordering::Relaxed);
                continue;
            }
            Err(error) => return Err(error),
        };
        let shown = Nodes::rows(lists.first).into_iter().chain(Nodes::rows(lists.second));
        let mut shown: BTreeMap<String, Shown> = shown.map(|one| (one.iid.clone(), one)).collect();
        for one in now {
            let Some(shown) = shown.remove(&one.iid.to_string()) else { continue };
            found.insert(one.iid, of(api, repo, one, shown).await?);
        }
        rest = later;
    }
    Ok(found)
}

async fn of(api: &Api, repo: &Repo, asked: &Asked, shown: Shown) -> Result<Details, QueryError> {
    let branch = shown.diff_refs.and_then(|refs| refs.head_sha.zip(refs.base_sha));
    let first_commit_at = Nodes::rows(shown.commits).into_iter().filter_map(|commit| commit.authored_date).min();
    let mut found = Details { first_commit_at, branch, ..Details::default() };
    let is_approved = !Nodes::rows(shown.approved_by).is_empty();
    let mut notes = shown.notes.filter(|_| asked.reviews);
    for _ in 0..NOTE_PAGES {
        let Some(page) = notes.take() else { break };
        for note in page.nodes.map(|list| list.rows).unwrap_or_default() {
            found.read(asked, &note);
        }
        let lacks = (is_approved && found.approved_at.is_none())
            || ((asked.has_comments || is_approved) && found.first_review_at.is_none());
        let Some(after) = page.page_info.next().filter(|_| lacks) else { break };
        let variables = json!({"path": repo.name, "iid": asked.iid.to_string(), "after": after});
        let one: OfOne = query(api, NOTES, &variables).await?;
        notes = one.merge_request.and_then(|one| one.notes);
    }
    Ok(found)
}

impl Details {
    /// Records a note if it is a review or an approval. Notes after the merge do not count.
    fn read(&mut self, asked: &Asked, note: &Note) {
        if note.created_at.is_placeholder() || asked.merged_at.is_some_and(|merged| note.created_at > merged) {
            return;
        }
        let body = note.body.as_deref().unwrap_or_default();
        let is_approval = note.system && body == APPROVED;
        let is_review = !note.system || is_approval || body == CHANGES_REQUESTED;
        let reviewer = note.author.as_ref();
        let by_another_person = match reviewer.and_then(|author| author.username.as_deref()) {
            Some(name) => reviewer.and_then(|author| author.bot) != Some(true) && asked.author.as_deref() != Some(name),
            // A deleted account is a person, but two deleted accounts cannot be distinguished.
            None => asked.author.is_some(),
        };
        let earlier = |known: Option<Timestamp>| Some(known.map_or(note.created_at, |at| at.min(note.created_at)));
        if is_approval {
            self.approved_at = earlier(self.approved_at);
        }
        if is_review && by_another_person {
            self.first_review_at = earlier(self.first_review_at);
        }
    }
}

/// Sends a query about a project. A partial answer is an error.
async fn query<T: serde::de::DeserializeOwned>(api: &Api, query: &str, variables: &Value) -> Result<T, QueryError> {
    let body = json!({"query": query, "variables": variables});
    let reply: Envelope<InProject<T>> = api.post(&["api", "graphql"], &body).await?;
    if let Some(error) = reply.errors.iter().flatten().next() {
        let words = error.get("message").and_then(Value::as_str).unwrap_or("an error without a message");
        return Err(QueryError::Here(format!("GitLab did not answer a GraphQL query: {}", api.quote(words))));
    }
    let project = reply.data.and_then(|data| data.project);
    project.ok_or_else(|| {
        QueryError::Denied("GitLab's GraphQL API does not show the project; the token needs the scope read_api".into())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_person_other_than_the_author_reviews_and_only_before_the_merge() {
        let at = |minutes: i64| Timestamp(1_735_689_600_000 + minutes * 60_000);
        let asked =
            Asked { iid: 7, author: Some("ada".into()), merged_at: Some(at(100)), has_comments: true, reviews: true };
        let note = |minutes: i64, system: bool, body: &str, author: Option<(&str, bool)>| Note {
            created_at: at(minutes),
            system,
            body: Some(body.into()),
            author: author.map(|(name, bot)| Person { username: Some(name.into()), bot: Some(bot) }),
        };
        let (mut found, mut unreviewed) = (Details::default(), Details::default());
        for it in [
            note(10, false, "lint", Some(("lint", true))),
            note(20, false, "note to self", Some(("ada", false))),
            note(30, true, "added 1 commit", Some(("ada", false))),
            note(35, true, "mentioned in commit a1", Some(("grace", false))),
            note(40, true, "requested changes", Some(("grace", false))),
            note(50, false, "why?", Some(("grace", false))),
            note(80, true, "approved this merge request", Some(("grace", false))),
            note(90, true, "approved this merge request", Some(("joan", false))),
            note(120, false, "live", Some(("grace", false))),
        ] {
            found.read(&asked, &it);
        }
        assert_eq!((found.first_review_at, found.approved_at), (Some(at(40)), Some(at(80))));
        unreviewed.read(&Asked { author: None, ..asked.clone() }, &note(10, false, "?", None));
        assert_eq!(unreviewed, Details::default(), "two deleted accounts cannot be told apart");
        unreviewed.read(&asked, &note(10, false, "?", None));
        assert_eq!(unreviewed.first_review_at, Some(at(10)));
    }
}
