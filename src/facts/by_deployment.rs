//! Entries that only some deployments have, for example failures. Every group looks them up for each of its deployments,
//! so the lookup is by index, without hashing or searching. It takes 1.5 bits a deployment, and four bytes for each that
//! has entries.

use super::flat_lists::FlatLists;

/// Entries by the index of their deployment.
#[derive(Debug)]
pub(super) struct ByDeployment<T> {
    /// A bit for each deployment: whether it has entries.
    has: Vec<u64>,
    /// How many deployments have entries before those of each word of [`ByDeployment::has`].
    before: Vec<u32>,
    /// The entries of the deployments that have some.
    lists: FlatLists<T>,
}

impl<T> Default for ByDeployment<T> {
    fn default() -> Self {
        Self { has: Vec::new(), before: Vec::new(), lists: FlatLists::default() }
    }
}

/// The word of a deployment, and its bit there.
fn word_and_bit(deployment: usize) -> (usize, u64) {
    (deployment / 64, 1 << (deployment % 64))
}

impl<T> ByDeployment<T> {
    /// `deployments` is how many there are. Entries of one deployment keep their order.
    pub(super) fn new(deployments: usize, mut entries: Vec<(usize, T)>) -> Self {
        entries.retain(|(deployment, _)| *deployment < deployments);
        entries.sort_by_key(|(deployment, _)| *deployment);
        let mut has: Vec<u64> = vec![0; deployments.div_ceil(64)];
        let mut lists = FlatLists::default();
        let mut last = None;
        for (deployment, entry) in entries {
            if last.is_some_and(|last| last != deployment) {
                lists.close();
            }
            let (word, bit) = word_and_bit(deployment);
            has[word] |= bit;
            lists.push(entry);
            last = Some(deployment);
        }
        lists.close();
        let (mut before, mut sum) = (Vec::with_capacity(has.len()), 0);
        for word in &has {
            before.push(sum);
            sum += word.count_ones();
        }
        Self { has, before, lists }
    }

    /// The entries of one.
    pub(super) fn of(&self, deployment: usize) -> &[T] {
        let (word, bit) = word_and_bit(deployment);
        match (self.has.get(word), self.before.get(word)) {
            (Some(word), Some(before)) if word & bit != 0 => {
                self.lists.get((before + (word & (bit - 1)).count_ones()) as usize)
            }
            _ => &[],
        }
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
        let far: Vec<(usize, usize)> = (0..300).filter(|it| it % 7 == 0).map(|it| (it, it)).rev().collect();
        let all = ByDeployment::new(300, far);
        let wanted = |it: usize| if it.is_multiple_of(7) { vec![it] } else { vec![] };
        assert!((0..300).all(|it| all.of(it) == wanted(it)));
        for n in [1, 63, 64, 65, 128] {
            let all = ByDeployment::new(n, (0..=n).map(|it| (it, it)).collect());
            assert!((0..n).all(|it| all.of(it) == [it]) && all.of(n).is_empty(), "{n}, and one entry too many");
        }
        assert!(ByDeployment::<char>::new(0, Vec::new()).of(0).is_empty());
        assert!(ByDeployment::<char>::default().of(7).is_empty());
    }
}
