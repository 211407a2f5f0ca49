//! The rules that mark a deployment as rework, by its own texts or those of its pull requests.
//!
//! There are none by default. Labels are compared without case; branches, refs and tasks are globs, as for repos and
//! environments; titles are regular expressions.

use super::glob::Glob;
use super::pattern::Pattern;

/// What a deployment or one of its pull requests must carry; any one is enough.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ReworkRules {
    /// Labels of a pull request.
    pub labels: Vec<String>,
    /// The branch that a pull request came from.
    pub branches: Vec<Glob>,
    /// The title of a pull request.
    pub titles: Vec<Pattern>,
    /// The branch or tag that was deployed.
    pub refs: Vec<Glob>,
    /// The task of the deployment.
    pub tasks: Vec<Glob>,
}

impl ReworkRules {
    /// Whether nothing is configured.
    pub fn is_empty(&self) -> bool {
        !self.reads_pull_requests() && self.refs.is_empty() && self.tasks.is_empty()
    }

    /// Whether a rule reads the texts of pull requests.
    pub fn reads_pull_requests(&self) -> bool {
        !(self.labels.is_empty() && self.branches.is_empty() && self.titles.is_empty())
    }

    /// Whether a pull request is marked as rework.
    pub fn match_pull_request<'a>(
        &self,
        mut labels: impl Iterator<Item = &'a str>,
        branch: Option<&str>,
        title: Option<&str>,
    ) -> bool {
        let lower = |text: &str| text.to_lowercase();
        labels.any(|label| self.labels.iter().any(|own| lower(own) == lower(label)))
            || branch.is_some_and(|branch| any(&self.branches, branch))
            || title.is_some_and(|title| self.titles.iter().any(|pattern| pattern.is_match(title)))
    }

    /// Whether a deployment is marked as rework.
    pub fn match_deployment(&self, r#ref: Option<&str>, task: Option<&str>) -> bool {
        // Sources write a branch as `main` or as `refs/heads/main`.
        let short = |name: &str| {
            let bare = name.strip_prefix("refs/heads/").or_else(|| name.strip_prefix("refs/tags/"));
            bare.is_some_and(|bare| any(&self.refs, bare))
        };
        r#ref.is_some_and(|name| any(&self.refs, name) || short(name))
            || task.is_some_and(|task| any(&self.tasks, task))
    }
}

fn any(globs: &[Glob], text: &str) -> bool {
    globs.iter().any(|glob| glob.matches(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules() -> ReworkRules {
        let globs = |texts: &[&str]| texts.iter().map(|text| Glob::new(text).expect("a pattern")).collect();
        ReworkRules {
            labels: vec!["Hotfix".into()],
            branches: globs(&["hotfix/*"]),
            titles: vec![Pattern::new("(?i)^(hotfix|revert)").expect("an expression")],
            refs: globs(&["hotfix-*"]),
            tasks: globs(&["deploy:hotfix"]),
        }
    }

    #[test]
    fn a_label_a_branch_or_a_title_says_that_a_pull_request_is_rework() {
        let says = |labels: &[&str], branch, title| rules().match_pull_request(labels.iter().copied(), branch, title);
        assert!(says(&["docs", "HOTFIX"], None, None));
        assert!(!says(&["hotfix-later"], None, None), "a label is compared as a whole");
        assert!(says(&[], Some("Hotfix/login"), None));
        assert!(!says(&[], Some("feature/hotfix/login"), None), "a branch is matched from its beginning");
        assert!(says(&[], None, Some("Revert \"Faster search\"")));
        assert!(!says(&[], None, Some("Do not revert")));
        assert!(!says(&[], None, None));
    }

    #[test]
    fn a_ref_or_a_task_says_that_a_deployment_is_rework() {
        let says = |r#ref, task| rules().match_deployment(r#ref, task);
        assert!(says(Some("hotfix-12"), None));
        assert!(says(Some("refs/heads/hotfix-12"), None));
        assert!(says(Some("refs/tags/hotfix-12"), None));
        assert!(!says(Some("main"), Some("deploy")));
        assert!(says(None, Some("deploy:hotfix")));
        assert!(!says(None, None));
    }

    #[test]
    fn without_configuration_nothing_is_said() {
        let none = ReworkRules::default();
        assert!(none.is_empty() && !none.reads_pull_requests());
        assert!(!none.match_pull_request(["hotfix"].into_iter(), Some("hotfix/x"), Some("Revert")));
        assert!(!none.match_deployment(Some("hotfix"), Some("hotfix")));
        assert!(!rules().is_empty() && rules().reads_pull_requests());
        let tasks = ReworkRules { tasks: vec![Glob::literal("x")], ..ReworkRules::default() };
        assert!(!tasks.is_empty() && !tasks.reads_pull_requests());
    }
}
