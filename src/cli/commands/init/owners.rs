//! The `[[service]]` sections: one for each configured repo, with the incident services that belong to it by name.

use super::services::{RepoMatch, belongs, names};
use super::source::{Source, State};
use crate::document::{comment, quoted};
use crate::sources::github::ProbedRepo;
use crate::sources::provider::Provider;
use crate::sources::registry::{service_lists, service_lists_in_words};

const EXAMPLE: [&str; 5] = [
    "# Figures are computed for each service. Without a section, each repo that has deployments is a service.",
    "# [[service]]",
    "# name = \"checkout\"",
    "# team = \"payments\"",
    "# repos = [\"acme/checkout\"]",
];
/// What stands for an id in an example.
const EXAMPLE_ID: &str = "PABC123";

/// The section as comments.
fn example() -> Vec<String> {
    let mut lines: Vec<String> = EXAMPLE.iter().map(ToString::to_string).collect();
    if let [first, others @ .., any] = service_lists().as_slice() {
        let others: Vec<String> = others.iter().map(|list| format!("`{list}`")).collect();
        let about = format!("ids or names; also {}, and `{any}` for any source", others.join(", "));
        lines.push(format!("# {first} = [{}]  # {about}", quoted(EXAMPLE_ID)));
    }
    lines.push(String::new());
    lines
}

/// One service of an incident source.
struct Owned<'a> {
    provider: &'static Provider,
    id: &'a str,
    name: &'a str,
    belongs: RepoMatch,
}

impl Owned<'_> {
    fn shown(&self) -> String {
        comment(&format!("{} ({}) of {}", quoted(self.name), self.id, self.provider.label))
    }
}

fn owned<'a>(repos: &[String], source: &'a Source) -> Vec<Owned<'a>> {
    let State::Shown(shown) = &source.state else { return Vec::new() };
    let one =
        |(id, name): &'a (String, String)| Owned { provider: source.provider, id, name, belongs: belongs(name, repos) };
    shown.iter().map(one).collect()
}

fn full_names(repos: &[&ProbedRepo]) -> Vec<String> {
    repos.iter().map(|repo| repo.name.clone()).collect()
}

/// How many services of a source belong to a repo: surely, and doubtfully.
pub(super) fn counts(repos: &[&ProbedRepo], source: &Source) -> (usize, usize) {
    let owned = owned(&full_names(repos), source);
    let sure = owned.iter().filter(|it| matches!(it.belongs, RepoMatch::Sure(_))).count();
    let doubtful =
        owned.iter().filter(|it| matches!(it.belongs, RepoMatch::Doubtful(..) | RepoMatch::Several(_))).count();
    (sure, doubtful)
}

/// The sections; an example as a comment where there is nothing to match.
pub(super) fn lines(repos: &[&ProbedRepo], sources: &[Source]) -> Vec<String> {
    let repos = full_names(repos);
    let all: Vec<Owned<'_>> = sources.iter().flat_map(|source| owned(&repos, source)).collect();
    if all.is_empty() || repos.is_empty() {
        return example();
    }
    let mut lines = vec![
        "# Figures are computed for each service. Here each repo is one; a repo in no section is not counted.".into(),
        "# Incident services with an equal name are listed. Doubtful ones are comments: a wrong one would give wrong \
         figures."
            .to_owned(),
    ];
    for (index, (repo, name)) in repos.iter().zip(names(&repos)).enumerate() {
        lines.extend([
            "[[service]]".into(),
            format!("name = {}", quoted(&name)),
            "# team = \"…\"".into(),
            format!("repos = [{}]", quoted(repo)),
        ]);
        for source in sources {
            let of_source = || all.iter().filter(|it| it.provider.id == source.provider.id);
            let sure: Vec<&Owned<'_>> = of_source().filter(|it| it.belongs == RepoMatch::Sure(index)).collect();
            if !sure.is_empty() {
                let ids: Vec<String> = sure.iter().map(|it| quoted(it.id)).collect();
                let shown: Vec<String> = sure.iter().map(|it| it.shown()).collect();
                lines.push(format!("{} = [{}]  # {}", source.provider.list, ids.join(", "), shown.join(", ")));
            }
            for it in of_source() {
                let RepoMatch::Doubtful(of, why) = &it.belongs else { continue };
                if *of == index {
                    let ids = sure.iter().copied().chain([it]).map(|it| quoted(it.id)).collect::<Vec<_>>();
                    lines.push(format!("# doubtful: {}, {why}; if it belongs here:", it.shown()));
                    lines.push(format!("# {} = [{}]", source.provider.list, comment(&ids.join(", "))));
                }
            }
        }
        lines.push(String::new());
    }
    lines.extend(left(&all, &repos));
    lines
}

/// The services that belong to no repo, or to several alike.
fn left(all: &[Owned<'_>], repos: &[String]) -> Vec<String> {
    let line = |it: &Owned<'_>| match &it.belongs {
        RepoMatch::Several(of) => {
            let candidates: Vec<&str> = of.iter().filter_map(|&index| Some(repos.get(index)?.as_str())).collect();
            Some(format!("#   {}: doubtful, {} are alike", it.shown(), comment(&candidates.join(" and "))))
        }
        RepoMatch::Nowhere => Some(format!("#   {}", it.shown())),
        RepoMatch::Sure(_) | RepoMatch::Doubtful(..) => None,
    };
    let mut lines: Vec<String> = all.iter().filter_map(line).collect();
    if !lines.is_empty() {
        let head = format!("# Not mapped yet; put their ids into {} of a service:", service_lists_in_words("`"));
        lines.insert(0, head);
        lines.push(String::new());
    }
    lines
}
