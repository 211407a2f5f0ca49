//! A column of small numbers, each of which may be missing: a byte each as long as all are small, else four.

/// Numbers: a single one of 255 or more makes all of them four bytes.
#[derive(Debug, Clone)]
pub(super) struct Codes(Width);

#[derive(Debug, Clone)]
enum Width {
    Byte(Vec<u8>),
    Word(Vec<u32>),
}

/// Stand for a missing number.
const NO_BYTE: u8 = u8::MAX;
const NO_WORD: u32 = u32::MAX;

impl Default for Codes {
    fn default() -> Self {
        Self(Width::Byte(Vec::new()))
    }
}

impl Codes {
    /// Makes room for so many rows, if there is memory for them.
    pub(super) fn reserve(&mut self, rows: usize) {
        match &mut self.0 {
            Width::Byte(codes) => codes.try_reserve_exact(rows).ok(),
            Width::Word(codes) => codes.try_reserve_exact(rows).ok(),
        };
    }

    /// Adds a row.
    pub(super) fn push(&mut self, code: Option<u32>) {
        let byte = code.map_or(Some(NO_BYTE), |code| u8::try_from(code).ok().filter(|byte| *byte != NO_BYTE));
        match (&mut self.0, byte) {
            (Width::Byte(codes), Some(byte)) => codes.push(byte),
            (Width::Word(codes), _) => codes.push(code.unwrap_or(NO_WORD)),
            (Width::Byte(codes), None) => {
                let mut words = Vec::new();
                words.try_reserve_exact(codes.capacity()).ok();
                words.extend(codes.iter().map(|byte| if *byte == NO_BYTE { NO_WORD } else { u32::from(*byte) }));
                words.push(code.unwrap_or(NO_WORD));
                self.0 = Width::Word(words);
            }
        }
    }

    /// Adds rows.
    pub(super) fn extend(&mut self, rows: impl Iterator<Item = Option<u32>>) {
        rows.for_each(|code| self.push(code));
    }

    /// How many rows.
    pub(super) fn len(&self) -> usize {
        match &self.0 {
            Width::Byte(codes) => codes.len(),
            Width::Word(codes) => codes.len(),
        }
    }

    /// The number of a row.
    pub(super) fn get(&self, row: usize) -> Option<u32> {
        match &self.0 {
            Width::Byte(codes) => codes.get(row).filter(|code| **code != NO_BYTE).map(|code| u32::from(*code)),
            Width::Word(codes) => codes.get(row).filter(|code| **code != NO_WORD).copied(),
        }
    }

    /// All of them.
    pub(super) fn iter(&self) -> impl Iterator<Item = Option<u32>> + '_ {
        (0..self.len()).map(|row| self.get(row))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_missing_ones_stay_as_they_are_when_a_large_one_comes() {
        for large in [254, 255, 256, 70_000] {
            let rows = [Some(0), None, Some(254), Some(large), None, Some(1), Some(255)];
            let mut codes = Codes::default();
            codes.reserve(rows.len());
            rows.iter().take(3).for_each(|code| codes.push(*code));
            codes.extend(rows.iter().skip(3).copied());
            assert_eq!(codes.iter().collect::<Vec<_>>(), rows, "{large}");
            assert_eq!((codes.len(), codes.get(7)), (7, None));
        }
    }
}
