//! Incidents of any service that lists them as JSON over HTTP: the configuration describes the API.
//!
//! A section is a source of its own, under the name that it gives.

pub(super) mod keys;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use self::keys::SECTIONS;
use super::json::description::{Counts, Custom, Description, Fields, Flags, One, Paging, Sorted, Text, text};
use super::json::instant::Instants;
use super::json::place::Place;
use super::json::settings::Settings;
use super::provider::{Provider, Reader};
use crate::document::{ConfigError, Section, values};
use crate::domain::event::Table;
use crate::http::{BEARER, Scheme};

/// These services in the registry.
pub(super) static PROVIDER: Provider = Provider {
    sections: SECTIONS,
    gives: &[Table::Incidents],
    variable: None,
    list: "incidents",
    ..Provider::new("http-incidents", "HTTP incidents", read)
};

/// Source names that are used for other rows.
const TAKEN: [&str; 2] = ["file", "git"];

fn read(section: &Section<'_>) -> Result<Reader, ConfigError> {
    let name = name(section)?;
    let mut chosen = Value::Null;
    let mut settings = Settings::read(section, &PROVIDER, None, |flags| {
        let description = description(section, flags)?;
        chosen = self::chosen(&description);
        Ok(description)
    })?;
    settings.chosen = chosen;
    settings.name = Some(name);
    let Login { scheme, user, header, headers } = login(section)?;
    (settings.scheme, settings.user, settings.header, settings.headers) = (scheme, user, header, headers);
    Ok(settings.reader())
}

/// The source of the rows of a section.
pub(super) fn name(section: &Section<'_>) -> Result<String, ConfigError> {
    let Some(name) = section.text("name")? else {
        return Err(section.incomplete("needs `name`, the source name of its rows"));
    };
    let is_name = name.value.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_".contains(letter));
    if !is_name || name.value.len() > 40 {
        return Err(name.unusable("not a name; write at most 40 letters, digits, `-` and `_`"));
    }
    if TAKEN.contains(&name.value) {
        return Err(name.unusable(format!("`{}` is the name of another source; choose another one", name.value)));
    }
    Ok(name.value.to_owned())
}

/// How the key of a section is sent, and additional headers.
#[derive(Debug, Clone)]
pub(super) struct Login {
    pub(super) scheme: Scheme<'static>,
    /// The user, if the key is a password.
    pub(super) user: Option<String>,
    /// The header that contains only the key.
    pub(super) header: Option<String>,
    /// Additional headers.
    pub(super) headers: Vec<(String, String)>,
}

pub(super) fn login(section: &Section<'_>) -> Result<Login, ConfigError> {
    let user = section.text("username")?.map(|text| text.value.to_owned());
    let header = section.text("auth_header")?;
    let mut login = Login { scheme: BEARER, user: None, header: None, headers: Vec::new() };
    match choice(section, "auth", keys::AUTH)?.unwrap_or("bearer") {
        "token" => login.scheme = Scheme::Behind("Token "),
        "plain" => login.scheme = Scheme::Behind(""),
        "basic" if user.is_none() => return Err(section.incomplete("needs `username` for `auth = \"basic\"`")),
        "basic" => login.user = user,
        "header" => {
            let Some(header) = header else {
                return Err(section.incomplete("needs `auth_header` for `auth = \"header\"`"));
            };
            login.header = Some(header.read(header_name)?);
        }
        _ => {}
    }
    for (name, value) in map(section, "headers")? {
        let name = header_name(&name).map_err(|what| section.unusable("headers", &what))?;
        if value.chars().any(char::is_control) {
            return Err(
                section.unusable("headers", "a value contains a line break or another control character; remove it")
            );
        }
        login.headers.push((name, value));
    }
    Ok(login)
}

/// The settings that change the figures: everything that selects incidents or their fields.
fn chosen(it: &Description) -> Value {
    let one = |place: &Place| place.as_str().to_owned();
    let all = |places: &[Place]| places.iter().map(one).collect::<Vec<_>>();
    let Fields { id, title, status, over, made_at, opened_at, acknowledged_at, resolved_at, .. } = &it.fields;
    let Fields { priority, urgency, tags, services, url, .. } = &it.fields;
    json!([
        it.path,
        it.query,
        one(&it.rows),
        it.one.as_ref().map(|it| one(&it.row)),
        [one(id), title.as_ref().map(one).unwrap_or_default(), one(made_at)],
        [all(status), all(opened_at), all(acknowledged_at), all(resolved_at)],
        [all(priority), all(urgency), all(tags), all(services)],
        over,
        url,
    ])
}

fn description(section: &Section<'_>, flags: &Flags) -> Result<Description, ConfigError> {
    let Some(list) = path(section, "path")? else {
        return Err(section.incomplete("needs `path`, the path of the list of incidents"));
    };
    for field in flags.custom_fields() {
        let is_reference = flags.deployment_ref.as_deref() == Some(field);
        let key = if is_reference { "deployment_ref" } else { "caused_by_deploy" };
        Place::read(field).map_err(|what| section.unusable(key, &what))?;
    }
    let sorted = match choice(section, "sorted", keys::SORTED)? {
        Some("oldest-first") => Sorted::OldestFirst,
        Some("newest-first") => Sorted::NewestFirst,
        _ => Sorted::Unknown,
    };
    let query = map(section, "query")?;
    let size = section.number("page_size", 1, 1_000)?.unwrap_or(100) as usize;
    let paging = paging(section)?;
    if matches!(paging, Paging::Windows { .. }) {
        let names = |mark: &str| query.values().any(|value| value.contains(mark));
        if !names("{from}") || !names("{to}") || sorted != Sorted::OldestFirst || size > 100 {
            return Err(section.incomplete(
                "needs `{from}` and `{to}` in `query`, `sorted = \"oldest-first\"` and a page size of at most 100 for \
                 `paging = \"windows\"`",
            ));
        }
    }
    let one_row = place(section, "one_row")?;
    let one = match path(section, "one")? {
        Some(path) if !path.contains("{id}") => {
            let words = "the path of one incident must contain `{id}`, like `/incidents/{id}`";
            return Err(section.unusable("one", words));
        }
        Some(path) => Some(One { path: Text::Owned(path), query: Vec::new(), row: one_row.unwrap_or(Place::at("")) }),
        None => None,
    };
    Ok(Description {
        is_configured: true,
        check: None,
        path: Text::Owned(list),
        query: query.into_iter().map(|(name, value)| (Text::Owned(name), Text::Owned(value))).collect(),
        rows: place(section, "rows")?.unwrap_or(Place::at("")),
        paging,
        size,
        sorted,
        orders: None,
        instants: instants(section)?,
        padding_ms: 0,
        longest_ms: None,
        total: place(section, "total")?,
        one,
        fields: fields(section)?,
    })
}

/// The format of instants in requests.
pub(super) fn instants(section: &Section<'_>) -> Result<Instants, ConfigError> {
    Ok(match choice(section, "times", keys::TIMES)? {
        Some("seconds") => Instants::Seconds,
        Some("date") => Instants::Date,
        Some("epoch-seconds") => Instants::EpochSeconds,
        Some("epoch-milliseconds") => Instants::EpochMilliseconds,
        _ => Instants::Rfc3339,
    })
}

pub(super) fn paging(section: &Section<'_>) -> Result<Paging, ConfigError> {
    let parameter = section.text("page_parameter")?.map(|text| text.value.to_owned());
    let named = |usual: &'static str| parameter.clone().map_or(text(usual), Text::Owned);
    let next = place(section, "next")?;
    Ok(match choice(section, "paging", keys::PAGING)? {
        Some("offset") => Paging::Offset { parameter: named("offset"), counts: Counts::Rows, more: next },
        Some("page") => Paging::Offset { parameter: named("page"), counts: Counts::Pages(1), more: next },
        Some("cursor") => {
            let Some(token) = next else {
                return Err(section.incomplete("needs `next`, the place of the token of the next page in a reply"));
            };
            Paging::Cursor { parameter: named("cursor"), token, last: None }
        }
        Some("link") => Paging::Link(next),
        Some(_) => Paging::Windows { parameter: named("page"), counts: Counts::Pages(1), more: next },
        None => return Err(section.incomplete("needs `paging`: `offset`, `page`, `cursor`, `link` or `windows`")),
    })
}

fn fields(section: &Section<'_>) -> Result<Fields, ConfigError> {
    let usual = Fields::default();
    let list = |key: &str| Ok::<_, ConfigError>(place(section, key)?.into_iter().collect::<Vec<_>>());
    let mut services = Vec::new();
    for text in section.texts("services")?.unwrap_or_default() {
        services.push(text.read(Place::read)?);
    }
    let over = values(section.texts("over")?.unwrap_or_default());
    Ok(Fields {
        id: place(section, "id")?.unwrap_or(usual.id),
        title: place(section, "title")?.or(usual.title),
        status: place(section, "status")?.map_or(usual.status, |place| vec![place]),
        over: over.into_iter().map(Text::Owned).collect(),
        made_at: place(section, "created_at")?.unwrap_or(usual.made_at),
        opened_at: list("opened_at")?,
        acknowledged_at: list("acknowledged_at")?,
        resolved_at: place(section, "resolved_at")?.map_or(usual.resolved_at, |place| vec![place]),
        priority: list("priority")?,
        urgency: list("urgency")?,
        tags: list("tags")?,
        services,
        url: section.text("url")?.map_or(text(""), |text| Text::Owned(text.value.to_owned())),
        custom: Custom::Places,
        ..Fields::default()
    })
}

/// A path below the address of the service.
pub(super) fn path(section: &Section<'_>, key: &str) -> Result<Option<String>, ConfigError> {
    let Some(text) = section.text(key)? else { return Ok(None) };
    if text.value.contains(['?', '#']) {
        let words = format!(
            "`{}` contains `?` or `#`, which a path cannot have; write the path alone, and the parameters of a list into \
             `query`",
            text.value
        );
        return Err(text.unusable(words));
    }
    Ok(Some(text.value.to_owned()))
}

pub(super) fn place(section: &Section<'_>, key: &str) -> Result<Option<Place>, ConfigError> {
    section.text(key)?.map(|text| text.read(Place::read)).transpose()
}

pub(super) fn choice(
    section: &Section<'_>,
    key: &str,
    words: &[&'static str],
) -> Result<Option<&'static str>, ConfigError> {
    let choices: Vec<(&str, &'static str)> = words.iter().map(|word| (*word, *word)).collect();
    section.text(key)?.map(|text| text.choose(&choices)).transpose()
}

/// Texts by name.
pub(super) fn map(section: &Section<'_>, key: &str) -> Result<BTreeMap<String, String>, ConfigError> {
    let Some(table) = section.section(key)? else { return Ok(BTreeMap::new()) };
    let mut map = BTreeMap::new();
    for name in table.names() {
        map.extend(table.text(name)?.map(|text| (name.to_owned(), text.value.to_owned())));
    }
    Ok(map)
}

fn header_name(name: &str) -> Result<String, String> {
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || "-_".contains(letter);
    if name.is_empty() || !name.chars().all(is_letter) {
        return Err(format!("`{name}` is not the name of a header; write letters, digits, `-` and `_`"));
    }
    Ok(name.to_owned())
}
