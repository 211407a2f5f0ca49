//! Builds the section `[github]` from flags and for `init`, without a file.

use std::path::Path;

use super::{Config, Source, schema};
use crate::document::{ConfigError, Document, quoted};
use crate::sources::github::{self, Github};
use crate::sources::provider::Reader;

/// Reads a section `[github]` with these keys, as if they were in a file.
///
/// # Errors
/// A key is not valid.
pub fn github_of(org: Option<&str>, repos: &[String], api_url: Option<&str>) -> Result<Github, ConfigError> {
    let mut text = String::from("[github]\n");
    let keys = [("org", org), ("api_url", api_url)].into_iter();
    text.extend(keys.filter_map(|(key, value)| Some(format!("{key} = {}\n", quoted(value?)))));
    let repos: Vec<String> = repos.iter().map(|repo| quoted(repo)).collect();
    text.extend(["repos = [", &repos.join(", "), "]\n"]);
    let document = Document::open(&text, Path::new("[github]"), &schema::CONFIG)?;
    let section = document.top().section("github")?;
    section.map_or_else(|| Err(document.top().incomplete("has no keys")), |section| github::read(&section))
}

impl Config {
    /// The section `[github]`, if there is one.
    pub fn github(&self) -> Option<&Github> {
        self.sources.iter().find_map(|source| match &source.reader {
            Reader::Github(github) => Some(&**github),
            _ => None,
        })
    }

    /// Adds the section `[github]`, if the file has none.
    pub fn set_github(&mut self, section: Github) {
        self.sources.insert(0, Source { provider: &github::PROVIDER, reader: Reader::Github(Box::new(section)) });
    }
}
