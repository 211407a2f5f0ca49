//! Entries that only some deployments have, for example failures. Every group looks them up for each of its deployments,
//! so the lookup is by index, without hashing or searching.

/// Entries by the index of their deployment.
#[derive(Debug)]
pub(super) struct ByDeployment<T> {
    /// Where the entries of each deployment begin, and behind the last one where they end.
    begins: Vec<u32>,
    entries: Vec<T>,
}

impl<T> Default for ByDeployment<T> {
    fn default() -> Self {
        Self { begins: Vec::new(), entries: Vec::new() }
    }
}

impl<T> ByDeployment<T> {
    /// `deployments` is how many there are. Entries of one deployment keep their order.
    pub(super) fn new(deployments: usize, mut entries: Vec<(usize, T)>) -> Self {
        entries.sort_by_key(|(deployment, _)| *deployment);
        let mut begins = Vec::with_capacity(deployments + 1);
        for (at, (deployment, _)) in (0..).zip(&entries) {
            if begins.len() <= *deployment {
                begins.resize(deployment + 1, at);
            }
        }
        begins.resize(deployments + 1, u32::try_from(entries.len()).unwrap_or(u32::MAX));
        Self { begins, entries: entries.into_iter().map(|(_, entry)| entry).collect() }
    }

    /// The entries of one.
    pub(super) fn of(&self, deployment: usize) -> &[T] {
        let (Some(from), Some(to)) = (self.begins.get(deployment), self.begins.get(deployment + 1)) else { return &[] };
        self.entries.get(*from as usize..*to as usize).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_deployment_has_its_own_entries_in_their_order() {
        let all = ByDeployment::new(5, vec![(3, 'b'), (1, 'z'), (3, 'a'), (4, 'c')]);
        let found: Vec<&[char]> = (0..6).map(|deployment| all.of(deployment)).collect();
        assert_eq!(found, [&[][..], &['z'], &[], &['b', 'a'], &['c'], &[]]);
        assert!(ByDeployment::<char>::new(0, Vec::new()).of(0).is_empty());
        assert!(ByDeployment::<char>::default().of(7).is_empty());
    }
}
