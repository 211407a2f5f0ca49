//! The table as Markdown: for each section an example that can be copied, and a row per key.

use super::{section, sections};
use crate::document::keys::{Default, Example, Form, Key, Kind, Section};

/// Replaces what stands between `<!-- keys: NAME -->` and `<!-- end of keys -->` in a page with the section of that name.
///
/// # Errors
/// A section without such a place, a name that is not a section, or a place without an end.
pub fn fill(page: &str) -> Result<String, String> {
    const END: &str = "<!-- end of keys -->";
    let mut filled = String::new();
    let mut rest = page;
    let mut named = Vec::new();
    while let Some((before, after)) = rest.split_once("<!-- keys: ") {
        let (name, after) = after.split_once(" -->").ok_or("a marker `<!-- keys: ` has no end")?;
        let text = markdown(name).ok_or_else(|| format!("`{name}` is not a section"))?;
        let (_, after) = after.split_once(END).ok_or_else(|| format!("`{name}` has no `{END}`"))?;
        filled.extend([before, "<!-- keys: ", name, " -->\n\n", &text, "\n", END]);
        named.push(name);
        rest = after;
    }
    filled.push_str(rest);
    match sections().find(|section| !section.is_nested() && !named.contains(&section.name)) {
        Some(section) => Err(format!("the page has no `<!-- keys: {} -->`", section.name)),
        None => Ok(filled),
    }
}

/// Example and keys of a section; `None` if there is no section of this name.
pub fn markdown(name: &str) -> Option<String> {
    let section = section(name)?;
    let mut text = format!("```toml\n{}```\n\n| key | type | default | |\n|---|---|---|---|\n", section.example());
    section.rows("", &mut text);
    Some(text)
}

impl Section {
    fn is_nested(&self) -> bool {
        matches!(self.form, Form::Nested | Form::NestedChoice)
    }

    /// The section as a file may hold it, with every key; those that exclude others are comments.
    pub(in crate::config) fn example(&self) -> String {
        self.keys.iter().fold(self.header() + "\n", |text, key| text + &self.example_of(key))
    }

    fn example_of(&self, key: &Key) -> String {
        let line = |value: &str| format!("{} = {value}\n", key.name);
        match key.example {
            Example::Value(value) => line(value),
            Example::Instead(value) => format!("# {}", line(value)),
            Example::Nested => {
                let keys = self.nested(key).map_or(&[][..], |section| section.keys);
                let pair = |key: &Key, value: &str| format!("{} = {value}", key.name);
                let together = keys.iter().filter_map(|key| match key.example {
                    Example::Value(value) => Some(pair(key, value)),
                    _ => None,
                });
                let together: Vec<String> = together.collect();
                let alternatives = keys.iter().filter_map(|key| match key.example {
                    Example::Instead(value) => Some(format!("# {}", line(&format!("{{ {} }}", pair(key, value))))),
                    _ => None,
                });
                line(&format!("{{ {} }}", together.join(", "))) + &alternatives.collect::<String>()
            }
        }
    }

    /// A row per key, those of nested sections behind their parent's.
    fn rows(&self, prefix: &str, text: &mut String) {
        for key in self.keys {
            let cells =
                [format!("`{prefix}{}`", key.name), key.kind.words(), key.default.words(), key.about.to_owned()];
            text.extend(cells.map(|cell| format!("| {} ", cell.replace('|', "\\|"))));
            text.push_str("|\n");
            if let Some(nested) = self.nested(key) {
                nested.rows(&format!("{prefix}{}.", key.name), text);
            }
        }
    }
}

impl Kind {
    fn words(self) -> String {
        let list = |words: &[&str]| words.iter().map(|word| format!("`\"{word}\"`")).collect::<Vec<_>>().join(", ");
        match self {
            Self::Text => "text".into(),
            Self::Texts => "list of texts".into(),
            Self::SomeTexts => "list of texts, not empty".into(),
            Self::Flag => "`true` or `false`".into(),
            Self::Number(least, u32::MAX) => format!("whole number from {least}"),
            Self::Number(least, most) => format!("whole number, {least} to {most}"),
            Self::Choice([from, .., to]) if from.parse::<u8>().is_ok() => format!("`\"{from}\"` to `\"{to}\"`"),
            Self::Choice(words) => list(words),
            Self::ChoiceOr(words, other) => format!("{}, or {other}", list(words)),
            Self::Choices(words) => format!("list of {}", list(words)),
            Self::Duration => "duration".into(),
            Self::Variable => "name of a variable".into(),
            Self::Address => "address".into(),
            Self::Map => "table of texts".into(),
            Self::VariableMap => "table of names of variables".into(),
            Self::Table => "table".into(),
        }
    }
}

impl Default {
    fn words(self) -> String {
        match self {
            Self::Required => "**required**".into(),
            Self::Nothing => "none".into(),
            Self::Value(value) => format!("`{value}`"),
            Self::Words(words) => words.into(),
        }
    }
}
