//! `[report]`, `[deployments]`, `[incidents]`, `[rework]` and `[[service]]` → [`Settings`].

use std::io;
use std::path::Path;

use super::environments::{NO_ENVIRONMENT, globs};
use super::{bands, service};
use crate::document::{ConfigError, Section, values};
use crate::domain::calendar::Calendar;
use crate::domain::pattern::Pattern;
use crate::domain::priority::priority_rank;
use crate::domain::rework::ReworkRules;
use crate::domain::settings::{Merge, Policy, Settings};
use crate::domain::time::{Zone, parse_duration};

/// Reads everything that the figures depend on; what is not there keeps its default.
pub(super) fn read(
    top: &Section<'_>,
    folder: &Path,
    read: &dyn Fn(&Path) -> io::Result<String>,
) -> Result<Settings, ConfigError> {
    let mut settings = Settings::default();
    if let Some(section) = top.section("report")? {
        settings.organisation = section.text("organisation")?.map(|text| text.value.to_owned());
        if let Some(text) = section.text("timezone")? {
            settings.zone = text.read(Zone::parse)?;
        }
        if let Some(text) = section.text("fiscal_year_start")? {
            settings.calendar = text.read(Calendar::parse)?;
        }
        settings.window_days = section.number("window_days", 1, 366)?.unwrap_or(settings.window_days);
        if let Some(text) = section.text("bands")? {
            settings.bands = bands::read(&text, folder, read)?;
        }
    }
    if let Some(section) = top.section("deployments")? {
        if let Some(texts) = section.some_texts("environments", NO_ENVIRONMENT)? {
            settings.environments = globs(&texts)?;
            settings.environments_are_set = true;
        }
        settings.exclude_environments = globs(&section.texts("exclude_environments")?.unwrap_or_default())?;
        let within = section.text("merge_within")?.map(|text| text.read(parse_duration)).transpose()?;
        settings.merge = within.map(Merge::Records);
    }
    if let Some(section) = top.section("incidents")? {
        incidents(&section, &mut settings)?;
    }
    if let Some(section) = top.section("rework")? {
        settings.rework = rework(&section)?;
    }
    settings.services = service::read(&top.repeated("service")?, &settings.environments)?;
    Ok(settings)
}

fn incidents(section: &Section<'_>, settings: &mut Settings) -> Result<(), ConfigError> {
    if let Some(text) = section.text("attribution")? {
        let policies = [Policy::Explicit, Policy::Window, Policy::ExplicitOrWindow];
        settings.attribution = text.choose(&policies.map(|policy| (policy.as_str(), policy)))?;
    }
    if let Some(text) = section.text("attribution_window")? {
        settings.attribution_window = text.read(parse_duration)?;
    }
    settings.count_rollbacks = section.flag("count_rollbacks")?.unwrap_or(settings.count_rollbacks);
    if let Some(text) = section.text("min_priority")? {
        let number = priority_rank(text.value).ok_or_else(|| {
            text.unusable(format!("`{}` has no known rank; write P1…, SEV1… or a word such as high", text.value))
        })?;
        settings.min_priority = Some(number);
    }
    settings.urgencies = values(section.texts("urgencies")?.unwrap_or_default());
    settings.ignore_tags = values(section.texts("ignore_tags")?.unwrap_or_default());
    Ok(())
}

fn rework(section: &Section<'_>) -> Result<ReworkRules, ConfigError> {
    let patterns = |key| globs(&section.texts(key)?.unwrap_or_default());
    let titles = section.texts("titles")?.unwrap_or_default();
    Ok(ReworkRules {
        labels: values(section.texts("labels")?.unwrap_or_default()),
        branches: patterns("branches")?,
        titles: titles.iter().map(|text| text.read(Pattern::new)).collect::<Result<_, _>>()?,
        refs: patterns("refs")?,
        tasks: patterns("tasks")?,
    })
}
