//! Many short lists in one block of memory: four bytes a list beside its items.

use super::ends::Ends;

/// Lists, one behind the other.
#[derive(Debug)]
pub(super) struct FlatLists<T> {
    items: Vec<T>,
    ends: Ends,
}

impl<T> Default for FlatLists<T> {
    fn default() -> Self {
        Self { items: Vec::new(), ends: Ends::default() }
    }
}

impl<T> FlatLists<T> {
    /// Makes room for so many lists and items, if there is memory for them: the numbers may come from a damaged file.
    pub(super) fn reserve(&mut self, lists: usize, items: usize) {
        self.ends.reserve(lists);
        self.items.try_reserve_exact(items).ok();
    }

    /// Removes all lists and keeps the allocated memory.
    pub(super) fn clear(&mut self) {
        self.items.clear();
        self.ends.clear();
    }

    /// Adds an item to the last list, which is open until [`FlatLists::close`].
    pub(super) fn push(&mut self, item: T) {
        self.items.push(item);
    }

    /// Adds items to the open list.
    pub(super) fn extend(&mut self, items: impl IntoIterator<Item = T>) {
        self.items.extend(items);
    }

    /// The items of the open list.
    pub(super) fn open(&mut self) -> &mut [T] {
        self.items.get_mut(self.ends.last()..).unwrap_or_default()
    }

    /// Ends the open list, also an empty one.
    pub(super) fn close(&mut self) {
        self.ends.push(self.items.len());
    }

    /// Adds all lists of another.
    pub(super) fn append(&mut self, other: Self) {
        self.ends.append(&other.ends, self.items.len());
        // `Vec` would double its capacity for a few more items.
        if self.items.capacity() - self.items.len() < other.items.len() {
            self.items.reserve_exact(other.items.len().max(self.items.len() / 8));
        }
        self.items.extend(other.items);
    }

    /// One of the lists.
    pub(super) fn get(&self, at: usize) -> &[T] {
        self.ends.row(at).and_then(|row| self.items.get(row)).unwrap_or_default()
    }

    /// All lists.
    pub(super) fn iter(&self) -> impl Iterator<Item = &[T]> {
        (0..self.ends.len()).map(|at| self.get(at))
    }

    /// The items of all lists.
    pub(super) fn items(&self) -> &[T] {
        &self.items
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_that_are_joined_stay_apart_also_empty_ones() {
        let lists = |all: &[&[char]]| {
            let mut lists = FlatLists::default();
            lists.reserve(all.len(), 1);
            for list in all {
                lists.extend(list.iter().copied());
                assert_eq!(lists.open(), *list);
                lists.close();
            }
            lists
        };
        let mut all = lists(&[&['a', 'b'], &[]]);
        all.append(FlatLists::default());
        all.append(lists(&[&[], &['c']]));
        let wanted = [&['a', 'b'][..], &[], &[], &['c']];
        assert_eq!(all.iter().collect::<Vec<_>>(), wanted);
        assert_eq!((all.items(), all.get(3), all.get(4)), (&['a', 'b', 'c'][..], wanted[3], &[][..]));
        all.clear();
        all.append(lists(&[&['d']]));
        assert_eq!(all.iter().collect::<Vec<_>>(), [&['d']]);
    }
}
