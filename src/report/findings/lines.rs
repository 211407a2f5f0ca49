//! Findings for a terminal: one line for all scopes that have the same one, with the words of the widest scope.

use super::{Words, words};
use crate::domain::group::GroupKind;
use crate::metrics::tables::{Finding, Severity};

/// Scopes in full before the rest are only counted.
const MOST_SCOPES: usize = 8;

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// How bad.
    pub severity: Severity,
    /// Id, scopes, what was found and what to do.
    pub text: String,
}

/// The lines of findings, in the order in which each id comes first.
pub fn lines(findings: &[Finding]) -> Vec<Line> {
    let mut groups: Vec<Vec<&Finding>> = Vec::new();
    for finding in findings {
        let is_same = |known: &&Finding| (known.severity, known.id()) == (finding.severity, finding.id());
        match groups.iter_mut().find(|group| group.first().is_some_and(is_same)) {
            Some(group) => group.push(finding),
            None => groups.push(vec![finding]),
        }
    }
    groups.iter().filter_map(|group| line(group)).collect()
}

fn line(group: &[&Finding]) -> Option<Line> {
    let widest = group.iter().min_by_key(|it| it.scope.kind)?;
    let mut scopes: Vec<String> = Vec::new();
    for finding in group {
        // Most are services: their names say enough beside each other.
        let is_named = group.len() > 1 && finding.scope.kind == GroupKind::Service;
        let scope = if is_named { finding.scope.name.clone() } else { finding.scope() };
        if !scopes.contains(&scope) {
            scopes.push(scope);
        }
    }
    let more = scopes.len().saturating_sub(MOST_SCOPES);
    let whose = match (scopes.len(), widest.scope.kind) {
        (2.., GroupKind::Team | GroupKind::Service) => format!("{}: ", widest.scope()),
        _ => String::new(),
    };
    scopes.truncate(MOST_SCOPES);
    if more > 0 {
        scopes.push(format!("{more} more"));
    }
    let Words { message, advice } = words(widest);
    let text = format!("{} ({}): {whose}{message} {advice}", widest.id(), scopes.join(", "));
    Some(Line { severity: widest.severity, text })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::group::Group;
    use crate::metrics::tables::Observation;

    fn finding(kind: GroupKind, name: &str, deployments: u64) -> Finding {
        let what = Observation::SmallSample { deployments };
        Finding { severity: Severity::Warning, scope: Group { kind, name: name.into() }, what }
    }

    fn texts(findings: &[Finding]) -> Vec<String> {
        lines(findings).into_iter().map(|line| line.text).collect()
    }

    #[test]
    fn scopes_of_one_finding_share_a_line_with_the_words_of_the_widest() {
        let service = |name: &str| finding(GroupKind::Service, name, 3);
        let all = [service("web"), finding(GroupKind::All, "all", 7), service("api")];
        let [only] = &texts(&all)[..] else { panic!("one line: {:?}", texts(&all)) };
        assert!(only.starts_with("small-sample (web, all, api): ") && only.contains('7'), "{only}");
        let [only] = &texts(&[service("web"), service("api")])[..] else { panic!("one line") };
        assert!(only.starts_with("small-sample (web, api): service web: "), "{only}");
        assert!(texts(&[service("web")])[0].starts_with("small-sample (service web): "));
        let many: Vec<Finding> = (0..20).map(|nth| service(&format!("s{nth}"))).collect();
        assert!(texts(&many)[0].contains("s7, 12 more): "), "{:?}", texts(&many));
    }

    #[test]
    fn another_severity_is_another_line() {
        let mut worse = finding(GroupKind::All, "all", 7);
        worse.severity = Severity::Error;
        assert_eq!(texts(&[worse, finding(GroupKind::All, "all", 7)]).len(), 2);
    }
}
