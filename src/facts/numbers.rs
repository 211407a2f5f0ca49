//! Columns of frames as they are read by row: in one chunk, and found by name once.

use std::fmt;
use std::marker::PhantomData;

use polars::prelude::*;

/// A column of numbers, each of which may be missing.
#[derive(Clone)]
pub(super) struct Numbers<T: PolarsNumericType>(ChunkedArray<T>);

impl<T: PolarsNumericType> Default for Numbers<T> {
    fn default() -> Self {
        Self(ChunkedArray::default())
    }
}

impl<T: PolarsNumericType> fmt::Debug for Numbers<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_list().entries(self.iter()).finish()
    }
}

impl<T: PolarsNumericType> Numbers<T> {
    /// A column of a frame, whose memory it shares where that is one chunk.
    pub(super) fn of(frame: &DataFrame, name: &str) -> PolarsResult<Self> {
        let column = frame.column(name)?.as_materialized_series();
        Ok(Self(column.unpack::<T>()?.rechunk().into_owned()))
    }

    /// How many rows.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The number of a row.
    pub(super) fn get(&self, row: usize) -> Option<T::Native> {
        // Polars panics on a row that does not exist.
        if row < self.0.len() { self.0.get(row) } else { None }
    }

    /// The numbers of all rows.
    pub(super) fn iter(&self) -> impl Iterator<Item = Option<T::Native>> {
        self.0.iter()
    }
}

/// A word of a small set.
pub(super) trait Word: Copy + 'static {
    /// The words by their codes.
    const ALL: &'static [Self];

    /// The place in [`Word::ALL`], which stands for the word in a frame.
    fn code(self) -> i8;
}

/// A column of words of a small set, each of which may be missing: a byte each.
#[derive(Debug, Clone)]
pub(super) struct Words<W> {
    codes: Numbers<Int8Type>,
    words: PhantomData<W>,
}

impl<W> Default for Words<W> {
    fn default() -> Self {
        Self { codes: Numbers::default(), words: PhantomData }
    }
}

impl<W: Word> Words<W> {
    /// A column of a frame.
    pub(super) fn of(frame: &DataFrame, name: &str) -> PolarsResult<Self> {
        Ok(Self { codes: Numbers::of(frame, name)?, words: PhantomData })
    }

    /// The word of a row.
    pub(super) fn get(&self, row: usize) -> Option<W> {
        let code = usize::try_from(self.codes.get(row)?).ok()?;
        W::ALL.get(code).copied()
    }

    /// The words of all rows.
    pub(super) fn iter(&self) -> impl Iterator<Item = Option<W>> {
        (0..self.codes.len()).map(|row| self.get(row))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::reason::Reason;
    use crate::facts::ownership::MatchRule;
    use crate::facts::words::{LeadTimeReason, Rule};

    #[test]
    fn cells_are_those_of_the_frame_in_one_chunk_and_no_row_beyond_them_has_one() {
        let mut frame = df!["n" => [Some(1_u32), None], "word" => [Some(1_i8), None]].expect("a frame");
        frame
            .vstack_mut(&df!["n" => [Some(3_u32)], "word" => [Some(99_i8)]].expect("a frame"))
            .expect("one column each");
        let numbers = Numbers::<UInt32Type>::of(&frame, "n").expect("numbers");
        assert_eq!((0..4).map(|row| numbers.get(row)).collect::<Vec<_>>(), [Some(1), None, Some(3), None]);
        assert_eq!((numbers.len(), numbers.iter().count()), (3, 3));
        let words = Words::<Rule>::of(&frame, "word").expect("words");
        assert_eq!(words.iter().collect::<Vec<_>>(), [Some(Rule::Window), None, None]);
        assert!(Numbers::<Int64Type>::of(&frame, "n").is_err() && Numbers::<UInt32Type>::of(&frame, "m").is_err());
    }

    #[test]
    fn each_word_is_given_back_by_its_code() {
        fn are<W: Word + PartialEq>() -> bool {
            W::ALL.iter().enumerate().all(|(at, word)| usize::try_from(word.code()) == Ok(at))
        }
        assert!(are::<Reason>() && are::<MatchRule>() && are::<LeadTimeReason>() && are::<Rule>());
    }
}
