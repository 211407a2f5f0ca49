//! The columns of a batch: texts in one pool, numbers as they are.

use std::hash::{Hash, Hasher};

use rustc_hash::{FxHashMap, FxHasher};

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A text.
    Text,
    /// A list of texts.
    Texts,
    /// Milliseconds since 1970-01-01T00:00:00Z.
    Instant,
    /// A whole number.
    Integer,
    /// Yes or no.
    Flag,
}

/// What a column of that name holds: instants end in `_at`, and few columns are not text.
pub fn kind(column: &str) -> Kind {
    match column {
        "parents" | "labels" | "service_keys" | "tags" => Kind::Texts,
        "number" | "pull_request" => Kind::Integer,
        "caused_by_deploy" => Kind::Flag,
        _ if column.ends_with("_at") => Kind::Instant,
        _ => Kind::Text,
    }
}

/// A missing number: no calendar and no repo has it.
const NO_NUMBER: i64 = i64::MIN;
const NO_FLAG: u8 = 2;
/// The start of a missing text or list.
const NOTHING: (u32, u32) = (u32::MAX, 0);

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Column {
    Text(Texts),
    Lists(Lists),
    Number(Vec<i64>),
    Flag(Vec<u8>),
}

/// Texts in one pool. A repeated text is stored once, as long as the column has repetitions at all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Texts {
    pool: String,
    /// Start and length of each.
    spans: Vec<(u32, u32)>,
    /// Where a text with a hash lies.
    seen: FxHashMap<u64, (u32, u32)>,
    differs: bool,
}

/// If most of the first texts of a column were new, the column is treated as one without repetitions after this many.
const TRIED: usize = 4_096;

impl Texts {
    fn get(&self, row: usize) -> Option<&str> {
        let (start, length) = self.spans.get(row).copied().filter(|span| *span != NOTHING)?;
        self.pool.get(start as usize..start as usize + length as usize)
    }

    fn push(&mut self, text: Option<&str>) {
        let span = text.map_or(NOTHING, |text| if self.differs { self.add(text) } else { self.find(text) });
        self.spans.push(span);
    }

    fn find(&mut self, text: &str) -> (u32, u32) {
        let mut hasher = FxHasher::default();
        text.hash(&mut hasher);
        let hash = hasher.finish();
        if let Some((start, length)) = self.seen.get(&hash).copied()
            && self.pool.get(start as usize..start as usize + length as usize) == Some(text)
        {
            return (start, length);
        }
        let span = self.add(text);
        self.seen.insert(hash, span);
        if self.seen.len() > TRIED && self.seen.len() * 2 > self.spans.len() {
            self.differs = true;
            self.seen = FxHashMap::default();
        }
        span
    }

    fn add(&mut self, text: &str) -> (u32, u32) {
        let start = u32::try_from(self.pool.len()).unwrap_or(u32::MAX);
        self.pool.push_str(text);
        (start, u32::try_from(text.len()).unwrap_or(u32::MAX))
    }

    fn shrink(&mut self) {
        self.seen = FxHashMap::default();
        self.pool.shrink_to_fit();
        self.spans.shrink_to_fit();
    }
}

/// Lists of texts, end to end.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Lists {
    items: Texts,
    /// First item and number of items of each.
    spans: Vec<(u32, u32)>,
}

impl Column {
    pub(super) fn of(kind: Kind) -> Self {
        match kind {
            Kind::Text => Self::Text(Texts::default()),
            Kind::Texts => Self::Lists(Lists::default()),
            Kind::Instant | Kind::Integer => Self::Number(Vec::new()),
            Kind::Flag => Self::Flag(Vec::new()),
        }
    }

    pub(super) fn shrink(&mut self) {
        match self {
            Self::Text(texts) => texts.shrink(),
            Self::Lists(lists) => {
                lists.items.shrink();
                lists.spans.shrink_to_fit();
            }
            Self::Number(numbers) => numbers.shrink_to_fit(),
            Self::Flag(flags) => flags.shrink_to_fit(),
        }
    }

    pub(super) fn push_text(&mut self, text: Option<&str>) {
        if let Self::Text(texts) = self {
            texts.push(text);
        }
    }

    pub(super) fn push_list(&mut self, list: Option<&[String]>) {
        if let Self::Lists(Lists { items, spans }) = self {
            let first = u32::try_from(items.spans.len()).unwrap_or(u32::MAX);
            spans.push(list.map_or(NOTHING, |list| (first, u32::try_from(list.len()).unwrap_or(u32::MAX))));
            list.into_iter().flatten().for_each(|item| items.push(Some(item)));
        }
    }

    pub(super) fn push_number(&mut self, number: Option<i64>) {
        if let Self::Number(numbers) = self {
            numbers.push(number.unwrap_or(NO_NUMBER));
        }
    }

    pub(super) fn push_flag(&mut self, flag: Option<bool>) {
        if let Self::Flag(flags) = self {
            flags.push(flag.map_or(NO_FLAG, u8::from));
        }
    }

    pub(super) fn text(&self, row: usize) -> Option<&str> {
        if let Self::Text(texts) = self { texts.get(row) } else { None }
    }

    pub(super) fn list(&self, row: usize) -> Option<impl Iterator<Item = &str>> {
        let Self::Lists(Lists { items, spans }) = self else { return None };
        let (first, count) = spans.get(row).copied().filter(|span| *span != NOTHING)?;
        let first = first as usize;
        Some((first..first + count as usize).map(move |item| items.get(item).unwrap_or_default()))
    }

    pub(super) fn number(&self, row: usize) -> Option<i64> {
        let Self::Number(numbers) = self else { return None };
        numbers.get(row).copied().filter(|number| *number != NO_NUMBER)
    }

    pub(super) fn flag(&self, row: usize) -> Option<bool> {
        let Self::Flag(flags) = self else { return None };
        flags.get(row).filter(|flag| **flag != NO_FLAG).map(|flag| *flag == 1)
    }
}
