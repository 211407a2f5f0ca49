//! Configurations and bands as a hostile or broken program writes them: every one is read or refused in one sentence.

use std::path::Path;

use proptest::prelude::*;

use super::super::Config;
use crate::domain::mutations::{is_a_sentence, mutated_text};

const CONFIGS: [&[u8]; 3] = [
    include_bytes!("../../../tests/corpora/config/all.toml"),
    include_bytes!("../../../tests/corpora/config/demo.toml"),
    include_bytes!("../../../tests/corpora/config/mistakes.toml"),
];

const BANDS: [&[u8]; 1] = [include_bytes!("../../../tests/corpora/bands/own.toml")];

proptest! {
    #[test]
    fn any_configuration_is_read_or_refused_in_one_sentence(text in mutated_text(&CONFIGS)) {
        let none = |_: &Path| Err(std::io::ErrorKind::NotFound.into());
        match Config::parse(&text, Path::new("dora.toml"), &none) {
            Ok(config) => prop_assert!(!config.digest().is_empty()),
            Err(cause) => is_a_sentence(&cause.to_string())?,
        }
    }

    #[test]
    fn any_file_of_bands_is_read_or_refused_in_one_sentence(text in mutated_text(&BANDS)) {
        let config = "[report]\nbands = \"own.toml\"\n";
        let read = |_: &Path| Ok(text.clone());
        if let Err(cause) = Config::parse(config, Path::new("dora.toml"), &read) {
            is_a_sentence(&cause.to_string())?;
        }
    }
}
