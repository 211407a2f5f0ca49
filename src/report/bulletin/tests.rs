//! The first page in words.
