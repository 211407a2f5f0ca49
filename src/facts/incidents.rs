//! Incidents as columns, in order of source and id.

use polars::prelude::*;

use super::columns::{Categories, Lists, Texts};
use super::error::FactsError;
use super::inputs::InputSummary;
use super::instants::{Instants, numbers, picked};
use super::links::Links;
use super::pieces::{checked, pieces, read_pieces};
use crate::domain::event::{Incident, Table};
use crate::domain::time::Timestamp;
use crate::store::Dataset;
use crate::store::columns::Columns;

/// Incidents as columns. For their meaning, see [`Incident`].
#[derive(Debug, Clone, Default)]
pub struct Incidents {
    source: Categories,
    id: Texts,
    /// Title.
    pub title: Texts,
    /// Every id and name of its service or team.
    pub service_keys: Lists,
    /// Priority as it was written.
    pub priority: Categories,
    /// Urgency as it was written.
    pub urgency: Categories,
    /// Status as it was written.
    pub status: Categories,
    /// Milliseconds.
    opened_at: Vec<i64>,
    /// When it was acknowledged.
    pub acknowledged_at: Instants,
    resolved_at: Instants,
    caused_by_deploy: Vec<Option<bool>>,
    deployment_ref: Texts,
    /// Tags.
    pub tags: Lists,
    /// Link.
    pub url: Links,
    /// Milliseconds.
    observed_at: Vec<i64>,
}

impl Incidents {
    pub(super) fn read(dataset: &Dataset) -> Result<(Self, InputSummary), FactsError> {
        let table = Table::Incidents;
        let mut all = Self::default();
        let summary = read_pieces(
            (table, &pieces(&checked(dataset, table)?)),
            |_, rows| rows,
            Self::of_frame,
            |incidents| {
                all.append(&incidents);
                Ok(())
            },
        )?;
        let all = all.in_order();
        match (1..all.len()).find(|row| all.key(row - 1) == all.key(*row)) {
            None => Ok((all, summary)),
            Some(row) => Err(FactsError::repeated(table, all.key(row))),
        }
    }

    fn append(&mut self, other: &Self) {
        self.source.append(&other.source);
        self.id.append(&other.id);
        self.title.append(&other.title);
        self.service_keys.append(&other.service_keys);
        self.priority.append(&other.priority);
        self.urgency.append(&other.urgency);
        self.status.append(&other.status);
        self.opened_at.extend(&other.opened_at);
        self.acknowledged_at.append(&other.acknowledged_at);
        self.resolved_at.append(&other.resolved_at);
        self.caused_by_deploy.extend(&other.caused_by_deploy);
        self.deployment_ref.append(&other.deployment_ref);
        self.tags.append(&other.tags);
        self.url.append(&other.url);
        self.observed_at.extend(&other.observed_at);
    }

    /// The same rows in order of source and id.
    fn in_order(self) -> Self {
        let mut rows: Vec<usize> = (0..self.len()).collect();
        rows.sort_by_key(|row| self.key(*row));
        let (categories, texts) = (
            |column: &Categories| rows.iter().map(|row| column.get(*row)).collect::<Categories>(),
            |column: &Texts| rows.iter().map(|row| column.get(*row)).collect::<Texts>(),
        );
        let lists = |column: &Lists| rows.iter().map(|row| column.get(*row)).collect::<Lists>();
        Self {
            source: categories(&self.source),
            id: texts(&self.id),
            title: texts(&self.title),
            service_keys: lists(&self.service_keys),
            priority: categories(&self.priority),
            urgency: categories(&self.urgency),
            status: categories(&self.status),
            opened_at: picked(&self.opened_at, &rows),
            acknowledged_at: self.acknowledged_at.picked(&rows),
            resolved_at: self.resolved_at.picked(&rows),
            caused_by_deploy: picked(&self.caused_by_deploy, &rows),
            deployment_ref: texts(&self.deployment_ref),
            tags: lists(&self.tags),
            url: {
                let urls: Vec<Option<String>> = rows.iter().map(|row| self.url.get(*row)).collect();
                urls.iter().map(Option::as_deref).collect()
            },
            observed_at: picked(&self.observed_at, &rows),
        }
    }

    fn of_frame(frame: &DataFrame) -> Result<Self, FactsError> {
        let columns = Columns { frame, table: Table::Incidents };
        let category = |name| Ok::<Categories, FactsError>(columns.texts(name)?.iter().collect());
        let texts = |name| Ok::<Texts, FactsError>(columns.texts(name)?.iter().collect());
        let lists = |name| {
            let mut column = Lists::default();
            columns.each_list(name, |texts| column.push(texts.into_iter().flat_map(|texts| texts.iter().flatten())))?;
            Ok::<Lists, FactsError>(column)
        };
        Ok(Self {
            source: columns.texts("source")?.iter().map(|text| Some(text.unwrap_or_default())).collect(),
            id: texts("id")?,
            title: texts("title")?,
            service_keys: lists("service_keys")?,
            priority: category("priority")?,
            urgency: category("urgency")?,
            status: category("status")?,
            opened_at: numbers(&columns, "opened_at")?,
            acknowledged_at: Instants::read(&columns, "acknowledged_at")?,
            resolved_at: Instants::read(&columns, "resolved_at")?,
            caused_by_deploy: columns.flags("caused_by_deploy")?.iter().collect(),
            deployment_ref: texts("deployment_ref")?,
            tags: lists("tags")?,
            url: columns.texts("url")?.iter().collect(),
            observed_at: numbers(&columns, "observed_at")?,
        })
    }

    /// The number of incidents.
    pub fn len(&self) -> usize {
        self.opened_at.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.opened_at.is_empty()
    }

    /// The incident of a row.
    pub fn get(&self, row: usize) -> Option<Incident> {
        let text = |text: Option<&str>| text.map(str::to_owned);
        let list = |lists: &Lists| lists.get(row).map(str::to_owned).collect();
        Some(Incident {
            source: text(self.source.get(row)).unwrap_or_default(),
            id: text(self.id.get(row)).unwrap_or_default(),
            title: text(self.title.get(row)),
            service_keys: list(&self.service_keys),
            priority: text(self.priority.get(row)),
            urgency: text(self.urgency.get(row)),
            status: text(self.status.get(row)),
            opened_at: self.opened_at(row)?,
            acknowledged_at: self.acknowledged_at.get(row),
            resolved_at: self.resolved_at(row),
            caused_by_deploy: self.caused_by_deploy(row),
            deployment_ref: text(self.deployment_ref.get(row)),
            tags: list(&self.tags),
            url: self.url.get(row),
            observed_at: Timestamp(*self.observed_at.get(row)?),
        })
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = Incident> + '_ {
        (0..self.len()).filter_map(|row| self.get(row))
    }

    /// The source and the id of a row.
    pub fn key(&self, row: usize) -> (&str, &str) {
        (self.source.get(row).unwrap_or_default(), self.id.get(row).unwrap_or_default())
    }

    /// The source of a row, as an index into [`Incidents::sources`].
    pub(super) fn source_code(&self, row: usize) -> Option<usize> {
        self.source.of(row)
    }

    /// Every source that has incidents.
    pub fn sources(&self) -> &[String] {
        self.source.names()
    }

    /// When each incident was opened.
    pub fn opened(&self) -> impl Iterator<Item = Timestamp> + '_ {
        self.opened_at.iter().map(|at| Timestamp(*at))
    }

    /// When the incident of a row was opened.
    pub fn opened_at(&self, row: usize) -> Option<Timestamp> {
        self.opened_at.get(row).map(|at| Timestamp(*at))
    }

    /// When the incident of a row was resolved.
    pub fn resolved_at(&self, row: usize) -> Option<Timestamp> {
        self.resolved_at.get(row)
    }

    /// The verdict of triage on the incident of a row.
    pub fn caused_by_deploy(&self, row: usize) -> Option<bool> {
        self.caused_by_deploy.get(row).copied().flatten()
    }

    /// The id or sha of a deployment that the incident of a row names.
    pub fn deployment_ref(&self, row: usize) -> Option<&str> {
        self.deployment_ref.get(row).map(str::trim).filter(|reference| !reference.is_empty())
    }
}

impl<'a> FromIterator<&'a Incident> for Incidents {
    fn from_iter<I: IntoIterator<Item = &'a Incident>>(rows: I) -> Self {
        let mut all = Self::default();
        for row in rows {
            all.source.push(Some(&row.source));
            all.id.push(Some(&row.id));
            all.title.push(row.title.as_deref());
            all.service_keys.push(row.service_keys.iter().map(String::as_str));
            all.priority.push(row.priority.as_deref());
            all.urgency.push(row.urgency.as_deref());
            all.status.push(row.status.as_deref());
            all.opened_at.push(row.opened_at.0);
            all.acknowledged_at.push(row.acknowledged_at);
            all.resolved_at.push(row.resolved_at);
            all.caused_by_deploy.push(row.caused_by_deploy);
            all.deployment_ref.push(row.deployment_ref.as_deref());
            all.tags.push(row.tags.iter().map(String::as_str));
            all.url.push(row.url.as_deref());
            all.observed_at.push(row.observed_at.0);
        }
        all.in_order()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_incident_is_given_back_as_it_was_read_in_order_of_source_and_id() {
        let full = Incident {
            source: "pagerduty".into(),
            id: "P2".into(),
            title: Some("Checkout is down".into()),
            service_keys: vec!["PX1".into(), "checkout".into()],
            priority: Some("P1".into()),
            urgency: Some("high".into()),
            status: Some("resolved".into()),
            opened_at: Timestamp(1),
            acknowledged_at: Some(Timestamp(2)),
            resolved_at: Some(Timestamp(3)),
            caused_by_deploy: Some(false),
            deployment_ref: Some(" 7 ".into()),
            tags: vec!["drill".into()],
            url: Some("https://acme.pagerduty.com/incidents/P2".into()),
            observed_at: Timestamp(4),
        };
        let bare = |source: &str, id: &str| Incident { source: source.into(), id: id.into(), ..Incident::default() };
        let rows = [bare("pagerduty", "P10"), full.clone(), bare("opsgenie", "z"), bare("pagerduty", "P1")];
        let (some, others) = rows.split_at(2);
        let mut all: Incidents = some.iter().collect();
        all.append(&others.iter().collect());
        let all = all.in_order();
        let wanted = [&rows[2], &rows[3], &rows[0], &full];
        assert_eq!(all.iter().collect::<Vec<_>>(), wanted.map(Clone::clone));
        assert_eq!(all.deployment_ref(3), Some("7"));
        assert_eq!((all.get(4), all.opened_at(4), all.key(4)), (None, None, ("", "")));
    }
}
