//! The subject of a commit, which may name its pull request.

/// The pull request of `Merge pull request #12 from …` and of `Add a thing (#12)`: what GitHub writes for a merge and for a
/// squash. A number that is no pull request of the dataset has no effect.
pub(super) fn pull_request_of(subject: &str) -> Option<u32> {
    let merged = subject.strip_prefix("Merge pull request #").and_then(|rest| rest.split_once(" from "));
    let squashed = subject.strip_suffix(')').and_then(|rest| rest.rsplit_once(" (#"));
    merged.map(|(number, _)| number).or(squashed.map(|(_, number)| number))?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_names_its_pull_request_as_github_writes_it() {
        for (subject, wanted) in [
            ("Merge pull request #12 from acme/fix", Some(12)),
            ("Add a thing (#34)", Some(34)),
            ("Revert \"Add a thing (#34)\" (#35)", Some(35)),
            ("Revert \"Add a thing (#34)\"", None),
            ("Fix #12", None),
            ("(#12)", None),
            ("Add (#99999999999)", None),
        ] {
            assert_eq!(pull_request_of(subject), wanted, "{subject}");
        }
    }
}
