//! The commands that the page and the terminal print. Each must work as printed, in the folder that this program was run in.

use crate::domain::group::{Group, GroupKind};
use crate::domain::words::is_obeyed;
use crate::metrics::tables::{Analysis, Metric};

/// What a printed command needs besides the question it asks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Commands {
    /// The flags that find the configuration and the dataset again, each after a space and quoted for a shell; empty
    /// where the defaults find them.
    pub flags: String,
    /// A command that must have run before, where there is no dataset yet.
    pub first: Option<String>,
}

impl Commands {
    /// The command that explains a figure; none where no command gives it: the whole and the teams of a report on some
    /// of the services.
    pub fn explain(&self, analysis: &Analysis, metric: Metric, group: &Group) -> Option<String> {
        let is_part = analysis.service_filter.is_some() || analysis.team_filter.is_some();
        if is_part && group.kind != GroupKind::Service {
            return None;
        }
        let whose = match group.kind {
            GroupKind::All => String::new(),
            kind => flag(&format!("--{}", kind.as_str()), &group.name),
        };
        Some(format!("dora-report explain {}{whose}{}", metric.as_str(), self.same(analysis)))
    }

    /// A command that explains a figure of a service, as an example; none without a service.
    pub fn example(&self, analysis: &Analysis) -> Option<String> {
        // The page replaces control characters, and a command with them would name another service.
        let is_printed = |group: &&Group| !group.name.contains(is_obeyed);
        let services = analysis.groups.iter().map(|it| &it.group).filter(|it| it.kind == GroupKind::Service);
        let [metric, ..] = Metric::ALL;
        self.explain(analysis, metric, services.filter(is_printed).min()?)
    }

    /// The command that lists every finding; none for a report on some of the services.
    pub fn audit(&self, analysis: &Analysis) -> Option<String> {
        let is_part = analysis.service_filter.is_some() || analysis.team_filter.is_some();
        (!is_part).then(|| format!("dora-report audit{}", self.same(analysis)))
    }

    /// The flags that name the same dataset, period and instant.
    fn same(&self, analysis: &Analysis) -> String {
        let label = &analysis.period.label;
        let period = label.split_once('_').map_or_else(|| label.clone(), |(from, to)| format!("{from}..{to}"));
        format!("{} --period {period} --as-of {}", self.flags, analysis.as_of)
    }
}

/// A flag with its value, after a space, as a shell takes it.
pub fn flag(name: &str, value: &str) -> String {
    // Behind a space, a value that begins with `-` would be read as a flag.
    let between = if value.starts_with('-') { '=' } else { ' ' };
    format!(" {name}{between}{}", quoted(value))
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let plain = word.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_./".contains(letter));
    if plain && !word.is_empty() { word.to_owned() } else { format!("'{}'", word.replace('\'', "'\\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn a_command_names_group_dataset_period_and_instant_as_a_shell_takes_them() {
        let mut analysis = sample::full();
        analysis.team_filter = None;
        let commands = Commands { flags: flag("--data", "my data"), first: None };
        let service = |name: &str| Group { kind: GroupKind::Service, name: name.into() };
        let explain = |name| commands.explain(&analysis, Metric::LeadTime, &service(name)).expect("a command");
        let same = "--data 'my data' --period 2026-Q3 --as-of 2026-11-24T06:00:00Z";
        assert_eq!(explain("it's"), format!("dora-report explain lead_time --service 'it'\\''s' {same}"));
        assert_eq!(explain("-x y"), format!("dora-report explain lead_time --service='-x y' {same}"));
        assert_eq!(commands.audit(&analysis), Some(format!("dora-report audit {same}")));
    }

    #[test]
    fn no_command_gives_the_whole_or_a_team_of_a_report_on_some_services() {
        let analysis = sample::full();
        let commands = Commands::default();
        for report in &analysis.groups {
            let command = commands.explain(&analysis, Metric::LeadTime, &report.group);
            assert_eq!(command.is_some(), report.group.kind == GroupKind::Service);
        }
        assert_eq!(commands.audit(&analysis), None);
    }
}
