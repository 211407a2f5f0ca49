//! Many short lists in one block of memory: four bytes a list beside its items, which may be 4,294,967,295 at most.

/// Lists, one behind the other.
#[derive(Debug)]
pub(super) struct FlatLists<T> {
    items: Vec<T>,
    /// Where each list ends.
    ends: Vec<u32>,
}

impl<T> Default for FlatLists<T> {
    fn default() -> Self {
        Self { items: Vec::new(), ends: Vec::new() }
    }
}

impl<T> FlatLists<T> {
    /// Room for so many lists.
    pub(super) fn with_capacity(lists: usize) -> Self {
        Self { items: Vec::new(), ends: Vec::with_capacity(lists) }
    }

    /// Adds items to the last list, which is open until [`FlatLists::close`].
    pub(super) fn extend(&mut self, items: impl IntoIterator<Item = T>) {
        self.items.extend(items);
    }

    /// The items of the open list.
    pub(super) fn open(&mut self) -> &mut [T] {
        let from = self.ends.last().map_or(0, |end| *end as usize);
        self.items.get_mut(from..).unwrap_or_default()
    }

    /// Ends the open list, also an empty one.
    pub(super) fn close(&mut self) {
        self.ends.push(end(self.items.len()));
    }

    /// Adds all lists of another.
    pub(super) fn append(&mut self, other: Self) {
        let before = end(self.items.len());
        self.ends.extend(other.ends.iter().map(|end| before.saturating_add(*end)));
        self.items.extend(other.items);
    }

    /// One of the lists.
    pub(super) fn get(&self, at: usize) -> &[T] {
        let end = |at: usize| self.ends.get(at).map_or(0, |end| *end as usize);
        self.items.get(at.checked_sub(1).map_or(0, end)..end(at)).unwrap_or_default()
    }
}

fn end(items: usize) -> u32 {
    u32::try_from(items).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_that_are_joined_stay_apart_also_empty_ones() {
        let lists = |all: &[&[char]]| {
            let mut lists = FlatLists::with_capacity(all.len());
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
        let found: Vec<&[char]> = (0..5).map(|at| all.get(at)).collect();
        assert_eq!(found, [&['a', 'b'][..], &[], &[], &['c'], &[]]);
    }
}
