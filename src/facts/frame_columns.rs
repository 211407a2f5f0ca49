//! Columns of a frame, rechunked for access by row: numbers, and enums as codes.

use std::marker::PhantomData;

use polars::prelude::*;

use crate::domain::reason::Reason;

/// A column of numbers, each of which may be missing.
pub(super) struct NumberColumn<T: PolarsNumericType>(ChunkedArray<T>);

impl<T: PolarsNumericType> NumberColumn<T> {
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

/// An enum that a frame stores as a code of one byte.
pub(super) trait Coded: Copy + 'static {
    /// All variants, in the order of their codes.
    const ALL: &'static [Self];

    /// The index in [`Coded::ALL`].
    fn code(self) -> i8;
}

/// Implements [`Coded`] for an enum. All variants must be named, in the order of their definition.
macro_rules! coded {
    ($name:ty: $($variant:ident),+) => {
        impl $crate::facts::frame_columns::Coded for $name {
            const ALL: &'static [Self] = &[$(Self::$variant),+];

            fn code(self) -> i8 {
                // A variant that is missing in the list does not compile.
                match self {
                    $(Self::$variant => Self::$variant as i8),+
                }
            }
        }
    };
}
pub(super) use coded;

coded!(
    Reason: NotSuccess, NotProduction, NoEnvironment, NoService, SameRollout, Merged, NotPlanned, Gone, Priority,
    Urgency, Tag, Unmapped, OverWithoutAnEnd, Negative, EqualName
);

/// A column of codes, each of which may be missing: a byte each.
pub(super) struct CodedColumn<W> {
    codes: NumberColumn<Int8Type>,
    variants: PhantomData<W>,
}

impl<W: Coded> CodedColumn<W> {
    /// A column of a frame.
    pub(super) fn of(frame: &DataFrame, name: &str) -> PolarsResult<Self> {
        Ok(Self { codes: NumberColumn::of(frame, name)?, variants: PhantomData })
    }

    /// The variant of a row.
    pub(super) fn get(&self, row: usize) -> Option<W> {
        let code = usize::try_from(self.codes.get(row)?).ok()?;
        W::ALL.get(code).copied()
    }

    /// The variants of all rows.
    pub(super) fn iter(&self) -> impl Iterator<Item = Option<W>> {
        (0..self.codes.len()).map(|row| self.get(row))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::ownership::MatchRule;
    use crate::facts::words::Rule;

    #[test]
    fn cells_are_those_of_the_frame_in_one_chunk_and_no_row_beyond_them_has_one() {
        let mut frame = df!["n" => [Some(1_u32), None], "rule" => [Some(1_i8), None]].expect("a frame");
        frame
            .vstack_mut(&df!["n" => [Some(3_u32)], "rule" => [Some(99_i8)]].expect("a frame"))
            .expect("one column each");
        let numbers = NumberColumn::<UInt32Type>::of(&frame, "n").expect("numbers");
        assert_eq!((0..4).map(|row| numbers.get(row)).collect::<Vec<_>>(), [Some(1), None, Some(3), None]);
        assert_eq!((numbers.len(), numbers.iter().count()), (3, 3));
        let rules = CodedColumn::<Rule>::of(&frame, "rule").expect("rules");
        assert_eq!(rules.iter().collect::<Vec<_>>(), [Some(Rule::Window), None, None]);
        assert!(
            NumberColumn::<Int64Type>::of(&frame, "n").is_err() && NumberColumn::<UInt32Type>::of(&frame, "m").is_err()
        );
    }

    #[test]
    fn each_variant_is_given_back_by_its_code() {
        fn are<W: Coded>() -> bool {
            W::ALL.iter().enumerate().all(|(at, variant)| usize::try_from(variant.code()) == Ok(at))
        }
        assert!(are::<Reason>() && are::<MatchRule>() && are::<Rule>());
    }
}
