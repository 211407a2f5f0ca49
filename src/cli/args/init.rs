//! The flags of `init`.

use clap::error::Error;
use clap::{Arg, ArgMatches, Args, Command, FromArgMatches};

use super::Network;
use crate::domain::glob::Glob;
use crate::sources::provider::Provider;
use crate::sources::registry::providers;

#[derive(Debug, Args)]
pub(in crate::cli) struct Init {
    /// The organisation or the account whose repos are read [default: the one organisation that the token shows]
    #[arg(long, value_name = "ORG")]
    pub(in crate::cli) org: Option<String>,
    /// A repo to configure, as owner/name; can be repeated. Only these repos are read.
    #[arg(long, value_name = "OWNER/NAME", value_parser = Glob::new, conflicts_with = "org")]
    pub(in crate::cli) repo: Vec<Glob>,
    /// Print the configuration instead of writing the file.
    #[arg(long)]
    pub(in crate::cli) stdout: bool,
    /// The API of GitHub: of GitHub Enterprise Server `https://HOST/api/v3` [default: `GITHUB_API_URL`, else
    /// `https://api.github.com`]
    #[arg(long, value_name = "URL")]
    pub(in crate::cli) github_url: Option<String>,
    #[command(flatten)]
    pub(in crate::cli) providers: ProviderKeys,
    #[command(flatten)]
    pub(in crate::cli) network: Network,
}

/// The keys of the providers' sections that are given as flags, which the registry lists.
#[derive(Debug, Clone, Default)]
pub(in crate::cli) struct ProviderKeys(Vec<(&'static str, &'static str, String)>);

impl ProviderKeys {
    /// The keys and values of one provider.
    pub(in crate::cli) fn of(&self, provider: &Provider) -> Vec<(&'static str, String)> {
        let own = self.0.iter().filter(|(id, ..)| *id == provider.id);
        own.map(|(_, key, value)| (*key, value.clone())).collect()
    }
}

impl FromArgMatches for ProviderKeys {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let mut keys = Self::default();
        keys.update_from_arg_matches(matches)?;
        Ok(keys)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        let flags = providers().flat_map(|provider| provider.init.iter().map(|flag| (provider.id, flag)));
        let given = flags.filter_map(|(id, flag)| Some((id, flag.key, matches.get_one::<String>(flag.flag)?.clone())));
        self.0 = given.collect();
        Ok(())
    }
}

impl Args for ProviderKeys {
    fn augment_args(command: Command) -> Command {
        let flags = providers().flat_map(|provider| provider.init);
        command.args(flags.map(|flag| Arg::new(flag.flag).long(flag.flag).value_name(flag.value_name).help(flag.help)))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}
