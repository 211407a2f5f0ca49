//! Words for messages that every layer writes: what the operating system said, in one form, and what data says, on
//! one line.

/// An operating system's error within a sentence: without its number, and without a capital.
pub fn plain(error: &str) -> String {
    let text = error.split(" (os error").next().unwrap_or(error);
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

/// A text on one line: a name from a file makes no line of its own.
pub fn on_one_line(text: &str) -> String {
    text.replace(['\n', '\r'], " ")
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn an_error_loses_its_number_and_its_capital() {
        assert_eq!(plain("Connection refused (os error 111)"), "connection refused");
        assert_eq!(plain("is a directory"), "is a directory");
        assert_eq!(plain(""), "");
    }
}
