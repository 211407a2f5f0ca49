//! Which service of PagerDuty, OpsGenie or Jira Service Management belongs to which repo, by their names. Only an equal
//! name is sure. A similar name is doubtful: a wrong mapping gives a wrong figure, a missing one gives no figure.

/// Words that do not distinguish services.
const FILLERS: [&str; 12] =
    ["api", "app", "application", "oncall", "prod", "production", "service", "services", "svc", "team", "the", "repo"];

/// Shortest name of which one or two letters may differ.
const LONG: usize = 7;

/// To which repo a service belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum RepoMatch {
    /// The repo of this index has the same name.
    Sure(usize),
    /// The repo of this index has a similar name; why.
    Doubtful(usize, String),
    /// Several repos are as similar as each other.
    Several(Vec<usize>),
    /// No repo has a similar name.
    Nowhere,
}

/// How similar two names are; the greater the more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Similarity {
    /// One or two letters differ.
    Letters,
    /// All words of one are words of the other: so many.
    Words(usize),
    /// The same but for words that say nothing.
    Fillers,
    /// The same.
    Same,
}

/// Finds the repo, of names like `owner/name`, to which a service of this name belongs.
pub(super) fn belongs(service: &str, repos: &[String]) -> RepoMatch {
    let own = words(service);
    let likeness = |repo: &String| {
        let (_, short) = repo.split_once('/').unwrap_or(("", repo));
        if service.eq_ignore_ascii_case(repo) { Some(Similarity::Same) } else { alike(&own, &words(short)) }
    };
    let found: Vec<(usize, Similarity)> =
        repos.iter().enumerate().filter_map(|(index, repo)| Some((index, likeness(repo)?))).collect();
    let Some(best) = found.iter().map(|(_, likeness)| *likeness).max() else { return RepoMatch::Nowhere };
    let first: Vec<usize> =
        found.into_iter().filter(|(_, likeness)| *likeness == best).map(|(index, _)| index).collect();
    match (first.as_slice(), best) {
        (&[only], Similarity::Same) => RepoMatch::Sure(only),
        (&[only], _) => RepoMatch::Doubtful(only, why(best)),
        _ => RepoMatch::Several(first),
    }
}

fn why(likeness: Similarity) -> String {
    match likeness {
        Similarity::Same => "the same name".into(),
        Similarity::Fillers => "the same name but for a word like `service` or `api`".into(),
        Similarity::Words(1) => "one word in common".into(),
        Similarity::Words(several) => format!("{several} words in common"),
        Similarity::Letters => "a name that differs in one or two letters".into(),
    }
}

fn alike(one: &[String], other: &[String]) -> Option<Similarity> {
    if one.concat() == other.concat() {
        return (!one.is_empty()).then_some(Similarity::Same);
    }
    let core = |words: &[String]| -> Vec<String> {
        words.iter().filter(|word| !FILLERS.contains(&word.as_str())).cloned().collect()
    };
    let (one_core, other_core) = (core(one), core(other));
    if one_core.is_empty() || other_core.is_empty() {
        return None;
    }
    if one_core.concat() == other_core.concat() {
        return Some(Similarity::Fillers);
    }
    let holds = |all: &[String], some: &[String]| some.iter().all(|word| all.contains(word));
    if holds(&one_core, &other_core) || holds(&other_core, &one_core) {
        return Some(Similarity::Words(one_core.len().min(other_core.len())));
    }
    let (one, other) = (one_core.concat(), other_core.concat());
    let is_long = one.chars().count().min(other.chars().count()) >= LONG;
    (is_long && strsim::damerau_levenshtein(&one, &other) <= 2).then_some(Similarity::Letters)
}

/// The words of a name in lower case: between signs, and at a capital after a small letter.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before_is_small = false;
    for letter in name.chars() {
        let begins = before_is_small && letter.is_uppercase();
        before_is_small = letter.is_lowercase();
        if begins || !letter.is_alphanumeric() {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| letter.is_alphanumeric()) {
            word.extend(letter.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// The names of services for repos: the repo's own, with its owner where another has the same.
pub(super) fn names(repos: &[String]) -> Vec<String> {
    let short = |repo: &String| repo.split_once('/').map_or(repo.clone(), |(_, name)| name.to_owned());
    let is_once = |name: &str| repos.iter().filter(|repo| short(repo).eq_ignore_ascii_case(name)).count() == 1;
    repos.iter().map(|repo| Some(short(repo)).filter(|name| is_once(name)).unwrap_or_else(|| repo.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(service: &str) -> String {
        let repos =
            ["acme/checkout", "acme/check-in", "acme/web-shop", "acme/mobile-app", "acme/orders-api", "other/orders"];
        let repos = repos.map(str::to_owned);
        let name = |index: usize| repos.get(index).cloned().unwrap_or_default();
        match belongs(service, &repos) {
            RepoMatch::Sure(index) => format!("sure {}", name(index)),
            RepoMatch::Doubtful(index, why) => format!("{}: {why}", name(index)),
            RepoMatch::Several(indexes) => indexes.into_iter().map(name).collect::<Vec<_>>().join(" or "),
            RepoMatch::Nowhere => "nowhere".into(),
        }
    }

    #[test]
    fn a_service_belongs_to_the_repo_of_an_equal_name_and_doubtfully_to_a_similar_one() {
        for (service, wanted) in [
            ("Checkout", "sure acme/checkout"),
            ("check_out", "sure acme/checkout"),
            ("acme/CHECKOUT", "sure acme/checkout"),
            ("CheckIn", "sure acme/check-in"),
            ("Web Shop", "sure acme/web-shop"),
            ("Checkout Service", "acme/checkout: the same name but for a word like `service` or `api`"),
            ("checkout (EU)", "acme/checkout: one word in common"),
            ("Web Shop EU", "acme/web-shop: 2 words in common"),
            ("Chekcout", "acme/checkout: a name that differs in one or two letters"),
            ("orders", "sure other/orders"),
            ("Orders Service", "acme/orders-api or other/orders"),
            ("Payments", "nowhere"),
            ("API", "nowhere"),
            ("Mobile", "acme/mobile-app: the same name but for a word like `service` or `api`"),
            ("", "nowhere"),
            ("\u{1b}[31m", "nowhere"),
        ] {
            assert_eq!(of(service), wanted, "{service}");
        }
    }

    #[test]
    fn a_service_has_the_name_of_its_repo_with_the_owner_where_two_would_be_the_same() {
        let repos = ["acme/web", "acme/api", "other/Web"].map(str::to_owned);
        assert_eq!(names(&repos), ["acme/web", "api", "other/Web"]);
    }
}
