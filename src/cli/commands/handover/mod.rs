//! `export linearb` and the like: the history handed over to another tool. What is common to all tools: the facts, the
//! ledger, the dry run, and what is said at the end.

mod table;
mod tools;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use url::{Position, Url};

pub(super) use self::tools::{cortex, datadog, devlake, dx, linearb, sleuth};
use crate::cli::args::Handover;
use crate::cli::commands::report;
use crate::cli::context::{Context, now, secret};
use crate::cli::dataset;
use crate::cli::exit::{AccessError, Code, UsageError};
use crate::cli::interrupt::{self, block_on};
use crate::cli::log::LogEvent;
use crate::cli::output::{Console, data};
use crate::cli::servers::{client, runtime};
use crate::config::{Config, Source};
use crate::document::{Endpoint, is_variable_name};
use crate::domain::time::Timestamp;
use crate::export::handover::Destination;
use crate::export::handover::history::{EventKind, History, Question};
use crate::export::handover::plan::Plan;
use crate::export::handover::sender::{Outcome, Sender};
use crate::export::handover::setup::Setup;
use crate::facts::Facts;
use crate::store::handover::{Ledger, States};

/// How many events are printed one by one.
const MOST_SAID: usize = 3;
/// GitHub's own API, whose address is not that of its pages.
const GITHUB_API: &str = "api.github.com";

/// What a tool brings along.
struct Tool {
    /// What the ledger calls it.
    id: &'static str,
    /// Its usual address; `None`: the user has to say it.
    url: Option<String>,
    /// The variable of its key.
    variable: &'static str,
    /// Whether an event may be sent again that the tool may have and cannot be asked for.
    resends: bool,
}

/// The tool as the flags set it up. Only a dry run needs no key.
fn setup(context: &Context, flags: &Handover, tool: &Tool) -> anyhow::Result<Setup> {
    let base = match (&flags.url, &tool.url) {
        (Some(url), _) => url.clone(),
        (None, Some(url)) => Endpoint::parse(url).map_err(UsageError)?,
        (None, None) => return Err(UsageError("--url is missing: the address of the tool".into()).into()),
    };
    if !base.may_carry_a_token() {
        return Err(UsageError(format!(
            "--url {}: a key is not sent over plain http to another machine; write https:// in its place",
            base.as_str()
        ))
        .into());
    }
    let variable = flags.token_env.clone().unwrap_or_else(|| tool.variable.to_owned());
    let key = if flags.dry_run { None } else { Some(key(&variable)?) };
    let repos = match &flags.repo_base {
        Some(repos) => address(repos)?,
        None => repo_pages(&context.config)?,
    };
    let mut names = BTreeMap::new();
    for (service, name) in &flags.map {
        if names.insert(service.clone(), name.clone()).is_some() {
            return Err(UsageError(format!("--map: the service `{service}` is given twice")).into());
        }
    }
    Ok(Setup { base: address(&base)?, key, variable, repos, names, now: now() })
}

/// A key from the environment.
fn key(variable: &str) -> anyhow::Result<secrecy::SecretString> {
    if !is_variable_name(variable) {
        return Err(UsageError(
            "--token-env: this is not the name of an environment variable; a key belongs into a variable, and its name here"
                .into(),
        )
        .into());
    }
    secret(variable).ok_or_else(|| {
        AccessError(format!(
            "there is no key: the environment variable {variable} is not set or empty; set it, name another one with \
             --token-env, or try --dry-run, which needs no key"
        ))
        .into()
    })
}

fn address(endpoint: &Endpoint) -> Result<Url, UsageError> {
    Url::parse(endpoint.as_str()).map_err(|cause| UsageError(format!("{}: {cause}", endpoint.as_str())))
}

/// The address below which the pages of the repos are that the config names.
fn repo_pages(config: &Config) -> anyhow::Result<Url> {
    if let Some(github) = config.github() {
        return Ok(pages_of(address(&github.api_url)?));
    }
    let mut accounts = config.sources.iter().filter_map(Source::account);
    match accounts.find_map(|account| account.repo_pages()) {
        Some(pages) => Ok(address(pages)?),
        None => Ok(Url::parse("https://github.com")?),
    }
}

/// Where the pages of a GitHub are, from the address of its API.
fn pages_of(api: Url) -> Url {
    let root = if api.host_str() == Some(GITHUB_API) { "https://github.com" } else { &api[..Position::BeforePath] };
    Url::parse(root).unwrap_or(api)
}

/// Hands the history over, or prints what would be.
fn hand_over(
    context: &Context,
    flags: &Handover,
    tool: &Tool,
    destination: &mut dyn Destination,
    console: Console,
) -> anyhow::Result<Code> {
    let settings = &context.config.settings;
    let now = now();
    let span = match &flags.period {
        None => None,
        Some(text) => {
            let period = report::period(context, Some(text), now)?;
            Some(settings.zone.span(period.from, period.to))
        }
    };
    let dataset = dataset::open(context)?;
    let facts = Facts::read(&dataset, settings)?;
    check_names(&facts, &destination.account().setup)?;
    let interval = flags.per_minute.map(|number| Duration::from_micros(60_000_000 / u64::from(number.get())));
    let account = destination.account_name();
    let takes_failures = destination.takes_failures();
    let history = |states: &States| {
        let was_marked = |name: &str| states.get(name).is_some_and(|known| known.taken.is_some());
        let was_marked: Option<&dyn Fn(&str) -> bool> = if takes_failures { Some(&was_marked) } else { None };
        History::new(&facts, &Question { span, now, was_marked })
    };
    if flags.dry_run {
        let states = Ledger::read(&context.data, tool.id, &account)?;
        let history = history(&states);
        destination.prepare(&history.events);
        let plan = Plan::new(&history.events, destination, &states, interval);
        data(&table::render(destination, &account, &history, &plan))?;
        return Ok(Code::Done);
    }
    let runtime = runtime()?;
    let mut ledger = Ledger::open(&context.data, tool.id, &account)?;
    interrupt::check()?;
    let events = history(ledger.states()).events;
    destination.prepare(&events);
    let destination: &dyn Destination = destination;
    let plan = Plan::new(&events, destination, ledger.states(), interval);
    say_losses(&plan, console);
    let client = client(flags.network.limits(flags.max_wait), console)?;
    let clock: Arc<dyn Fn() -> Timestamp + Send + Sync> = Arc::new(crate::cli::context::now);
    let mut sender = Sender::new(destination, client, clock, interval, tool.resends);
    let (spinner, count) = (console.spinner(), plan.requests());
    let sent =
        block_on(&runtime, sender.run(plan, &mut ledger, |nth| spinner.set_message(format!("{nth} of {count}"))));
    spinner.finish_and_clear();
    Ok(say(destination, &account, tool, &sent??, console))
}

/// Refuses a name of a service that there is not: its events would go to the wrong place.
fn check_names(facts: &Facts, setup: &Setup) -> Result<(), UsageError> {
    let services = || facts.ownership.services.iter().map(|service| service.name.0.as_str());
    match setup.names.keys().find(|name| !services().any(|service| service == *name)) {
        None => Ok(()),
        Some(name) => {
            let near = services().min_by_key(|service| strsim::damerau_levenshtein(service, name));
            let hint = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            Err(UsageError(format!("--map {name}=…: there is no service `{name}`{hint}")))
        }
    }
}

/// Says what the tool will not have; the dry run says it in full.
fn say_losses(plan: &Plan, console: Console) {
    for ((kind, loss), count) in &plan.lost {
        console.warning(&format!("not handed over: {}: {loss}", table::counted(*count, *kind)));
    }
    for ((kind, loss), count) in &plan.unchangeable {
        console.warning(&format!("changed since they were handed over: {}: {loss}", table::counted(*count, *kind)));
    }
}

/// Says what became of the events, and gives the exit code.
fn say(destination: &dyn Destination, account: &str, tool: &Tool, outcome: &Outcome, console: Console) -> Code {
    let name = destination.name();
    let listed = |what: &str, events: &[(String, String)]| {
        for (event, said) in events.iter().take(MOST_SAID) {
            console.warning(&format!("{name}: {event}: {what}: {said}"));
        }
        if events.len() > MOST_SAID {
            console.warning(&format!("{name}: {} more events: {what}", events.len() - MOST_SAID));
        }
    };
    listed("refused for its age, and not sent again", &outcome.too_old);
    listed("is there with other values, which stay", &outcome.conflicts);
    listed("refused; the next run sends it again", &outcome.refused);
    for event in &outcome.in_doubt {
        console.warning(&format!(
            "{name}: {event}: nobody knows whether it arrived, and {name} cannot be asked; look there, and if it is missing \
             send it again with --resend-unconfirmed"
        ));
    }
    if outcome.waiting > 0 {
        console.warning(&format!(
            "{name}: {} were not sent, because {name} does not have their deployments",
            table::counted(outcome.waiting, EventKind::Failure)
        ));
    }
    let of = |kind: EventKind| outcome.taken.get(&kind).copied().unwrap_or(0);
    let counts: Vec<String> =
        EventKind::ALL.into_iter().filter(|kind| of(*kind) > 0).map(|kind| table::counted(of(kind), kind)).collect();
    let sent = if counts.is_empty() { "nothing new".to_owned() } else { counts.join(", ") };
    let found = match outcome.found {
        0 => String::new(),
        found => format!("; {found} were there already"),
    };
    let fields = json!({
        "tool": tool.id,
        "account": account,
        "deployments": of(EventKind::Deployment),
        "incidents": of(EventKind::Incident),
        "failures": of(EventKind::Failure),
        "found": outcome.found,
        "refused": outcome.refused.len(),
        "refused_for_age": outcome.too_old.len(),
        "conflicts": outcome.conflicts.len(),
        "in_doubt": outcome.in_doubt.len(),
    });
    console.info_as(LogEvent::HandedOver, &format!("{name}: handed over {sent}{found}"), fields);
    let is_whole = outcome.refused.is_empty()
        && outcome.too_old.is_empty()
        && outcome.conflicts.is_empty()
        && outcome.in_doubt.is_empty();
    if is_whole { Code::Done } else { Code::Source }
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;
    use std::path::Path;

    use super::*;

    #[test]
    fn links_to_repos_use_the_address_of_the_configured_service() {
        for (text, pages) in [
            ("", "https://github.com/"),
            ("[github]\norg = \"acme\"\n", "https://github.com/"),
            ("[gitlab]\ngroups = [\"acme\"]\n", "https://gitlab.com/"),
            ("[gitlab]\ngroups = [\"acme\"]\napi_url = \"https://host.example/git\"\n", "https://host.example/git"),
        ] {
            let config = Config::parse(text, Path::new("dora.toml"), &|_| Err(ErrorKind::NotFound.into()));
            let found = repo_pages(&config.expect(text)).expect(text);
            assert_eq!(found.as_str(), pages, "{text}");
        }
    }
}
