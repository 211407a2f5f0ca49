//! The first page in `report.json`: headline, main points, comment, actions and the results of earlier ones.

use super::fields::Fields;
use crate::report::front_page::{ActionNow, FrontPage, Outcome, Point};
use crate::report::notes::Action;

pub(super) fn summary(it: &FrontPage) -> Fields {
    let mut fields = Fields::default();
    fields.push("headline", Some(it.headline.as_str()));
    fields.push("points", it.points.iter().map(point).collect::<Vec<_>>());
    fields.push("trust", Some(it.trust.as_str()));
    fields.push("comment", it.comment.as_deref());
    fields.push("actions", it.actions.iter().map(action).collect::<Vec<_>>());
    fields.push("outcomes", it.outcomes.iter().map(outcome).collect::<Vec<_>>());
    fields
}

fn point(it: &Point) -> Fields {
    let mut fields = Fields::default();
    fields.push("title", Some(it.title.as_str()));
    fields.push("text", Some(it.text.as_str()));
    fields.push("is_alert", super::fields::Field::Flag(it.is_alert));
    fields
}

fn written(it: &Action) -> Fields {
    let mut fields = Fields::default();
    let group = it.aim.as_ref().and_then(|aim| aim.group.as_ref());
    fields.push("what", Some(it.what.as_str()));
    fields.push("owner", it.owner.as_deref());
    fields.push("due", it.due.map(|day| day.to_string()));
    fields.push("metric", it.aim.as_ref().map(|aim| aim.metric.as_str()));
    fields.push("group_kind", group.map(|group| group.kind.as_str()));
    fields.push("group", group.map(|group| group.name.as_str()));
    fields
}

fn action(it: &ActionNow) -> Fields {
    let mut fields = written(&it.action);
    fields.push("value", it.value);
    fields.push("now", it.now.as_deref());
    fields
}

fn outcome(it: &Outcome) -> Fields {
    let mut fields = written(&it.action);
    fields.push("before", it.before);
    fields.push("value", it.value);
    fields.push("course", it.course.as_deref());
    fields.push("verdict", Some(it.verdict).filter(|verdict| !verdict.is_empty()));
    fields
}
