//! Answers a query from the world: selections to JSON, connections to pages, and the errors GitHub would give.

use serde_json::{Map, Value, json};

use super::graphql::{Field, Selection, Weight};
use super::schema::{Answer, Budget, Node};
use super::world::World;

/// The most nodes one request may ask for.
const MOST_NODES: u64 = 500_000;

/// The reply to a query: `data` and `errors`.
pub(super) fn execute(world: &World, selections: &[Selection], weight: Weight, budget: &Budget) -> Value {
    if weight.nodes > MOST_NODES {
        let words = format!(
            "This query requests up to {} possible nodes which exceeds the maximum limit of 500,000.",
            weight.nodes
        );
        return json!({"errors": [{"type": "MAX_NODE_LIMIT_EXCEEDED", "message": words}]});
    }
    let mut run = Execution { world, budget, refused: Vec::new(), failed: Vec::new() };
    let data = run.object(Node::Query, selections, &[]);
    if !run.refused.is_empty() {
        return json!({"errors": run.refused});
    }
    if run.failed.is_empty() { json!({"data": data}) } else { json!({"data": data, "errors": run.failed}) }
}

struct Execution<'w, 'b> {
    world: &'w World,
    budget: &'b Budget,
    /// Errors for which the whole query is refused.
    refused: Vec<Value>,
    /// Errors beside the data.
    failed: Vec<Value>,
}

impl<'w> Execution<'w, '_> {
    fn refuse(&mut self, kind: &str, path: &[Value], words: &str) -> Value {
        self.refused.push(json!({"type": kind, "path": path, "message": words, "extensions": {"code": kind}}));
        Value::Null
    }

    fn object(&mut self, node: Node<'w>, selections: &[Selection], path: &[Value]) -> Value {
        let mut object = Map::new();
        self.fill(&mut object, node, selections, path);
        Value::Object(object)
    }

    fn fill(&mut self, object: &mut Map<String, Value>, node: Node<'w>, selections: &[Selection], path: &[Value]) {
        for selection in selections {
            match selection {
                Selection::On(on, inner) => {
                    if on.as_deref().is_none_or(|name| node.is(name)) {
                        self.fill(object, node, inner, path);
                    }
                }
                Selection::Field(field) => {
                    let path = [path, &[field.key.as_str().into()]].concat();
                    let value = self.field(node, field, &path);
                    match (object.get_mut(&field.key), value) {
                        // The same key twice: the selections are merged.
                        (Some(Value::Object(old)), Value::Object(new)) => old.extend(new),
                        (_, value) => {
                            object.insert(field.key.clone(), value);
                        }
                    }
                }
            }
        }
    }

    fn field(&mut self, node: Node<'w>, field: &Field, path: &[Value]) -> Value {
        let answer = node.answer(self.world, self.budget, &field.name, &field.arguments);
        let wants_object = matches!(answer, Answer::One(_) | Answer::Many(_) | Answer::Connection(..));
        let is_object = !field.selections.is_empty();
        if wants_object && !is_object || !wants_object && is_object && matches!(answer, Answer::Scalar(_)) {
            return self.refuse(
                "selectionMismatch",
                path,
                &format!("Selections of `{}` do not fit its type", field.name),
            );
        }
        match answer {
            Answer::Unknown => {
                let words = format!("Field '{}' doesn't exist on type '{}'", field.name, node.type_name());
                self.refuse("undefinedField", path, &words)
            }
            Answer::Null => Value::Null,
            Answer::Scalar(value) => value,
            Answer::One(inner) => self.object(inner, &field.selections, path),
            Answer::Many(nodes) => {
                let each = nodes.into_iter().enumerate().map(|(index, node)| {
                    let path = [path, &[index.into()]].concat();
                    node.map_or(Value::Null, |node| self.object(node, &field.selections, &path))
                });
                Value::Array(each.collect())
            }
            Answer::Connection(name, entries) => self.connection(name, &entries, field, path),
            Answer::Failed(kind, words) => {
                self.failed.push(
                    json!({"type": kind, "path": path, "locations": [{"line": 1, "column": 1}], "message": words}),
                );
                Value::Null
            }
        }
    }

    fn connection(&mut self, name: &str, entries: &[(String, Node<'w>)], field: &Field, path: &[Value]) -> Value {
        let listed = asks_for(&field.selections, &["nodes", "edges", "pageInfo"]);
        let Some(size) = field.page().or((!listed).then_some(1)) else {
            let words = format!(
                "You must provide a `first` or `last` value to properly paginate the `{}` connection.",
                field.name
            );
            return self.refuse("MISSING_PAGINATION_BOUNDARIES", path, &words);
        };
        if !(1..=100).contains(&size) {
            let words = format!(
                "Requesting {size} records on the `{}` connection exceeds the `first` limit of 100 records.",
                field.name
            );
            return self.refuse("EXCESSIVE_PAGINATION", path, &words);
        }
        let size = usize::try_from(size).expect("at most 100");
        let cursor = |argument: &str| field.arguments.get(argument).and_then(Value::as_str);
        let find = |wanted: &str| entries.iter().position(|(cursor, _)| cursor == wanted);
        let (mut from, mut to) = (0, entries.len());
        if let Some(after) = cursor("after") {
            let Some(at) = find(after) else {
                return self.refuse(
                    "INVALID_CURSOR_ARGUMENTS",
                    path,
                    &format!("`{after}` does not appear to be a valid cursor."),
                );
            };
            from = at + 1;
        }
        if let Some(before) = cursor("before") {
            to = find(before).unwrap_or(to);
        }
        if field.arguments.contains_key("first") {
            to = to.min(from + size);
        } else {
            from = from.max(to.saturating_sub(size));
        }
        let page = entries.get(from..to).unwrap_or_default();
        let mut object = Map::new();
        self.pages(&mut object, name, (entries.len(), from, to), page, &field.selections, path);
        Value::Object(object)
    }

    fn pages(
        &mut self,
        object: &mut Map<String, Value>,
        name: &str,
        (total, from, to): (usize, usize, usize),
        page: &[(String, Node<'w>)],
        selections: &[Selection],
        path: &[Value],
    ) {
        for selection in selections {
            let field = match selection {
                Selection::On(_, inner) => {
                    self.pages(object, name, (total, from, to), page, inner, path);
                    continue;
                }
                Selection::Field(field) => field,
            };
            let path = [path, &[field.key.as_str().into()]].concat();
            let value = match field.name.as_str() {
                "totalCount" => total.into(),
                "__typename" => name.into(),
                "pageInfo" => {
                    let end = |entry: Option<&(String, Node<'w>)>| entry.map(|(cursor, _)| cursor.clone());
                    let whole = json!({"hasNextPage": to < total, "hasPreviousPage": from > 0, "__typename": "PageInfo",
                        "startCursor": end(page.first()), "endCursor": end(page.last())});
                    self.pick(&whole, &field.selections, &path)
                }
                "nodes" => {
                    let nodes = page.iter().enumerate();
                    nodes
                        .map(|(i, (_, node))| self.object(*node, &field.selections, &[&path[..], &[i.into()]].concat()))
                        .collect()
                }
                "edges" => {
                    let edges = page.iter().enumerate();
                    edges
                        .map(|(i, entry)| self.edge(entry, &field.selections, &[&path[..], &[i.into()]].concat()))
                        .collect()
                }
                other => {
                    self.refuse("undefinedField", &path, &format!("Field '{other}' doesn't exist on type '{name}'"))
                }
            };
            object.insert(field.key.clone(), value);
        }
    }

    fn edge(&mut self, (cursor, node): &(String, Node<'w>), selections: &[Selection], path: &[Value]) -> Value {
        let mut edge = Map::new();
        for selection in selections {
            if let Selection::Field(field) = selection {
                let value = match field.name.as_str() {
                    "cursor" => cursor.as_str().into(),
                    "node" => self.object(*node, &field.selections, &[path, &["node".into()]].concat()),
                    other => {
                        self.refuse("undefinedField", path, &format!("Field '{other}' doesn't exist on this edge"))
                    }
                };
                edge.insert(field.key.clone(), value);
            }
        }
        Value::Object(edge)
    }

    /// The fields asked for of an object that is there as a whole.
    fn pick(&mut self, whole: &Value, selections: &[Selection], path: &[Value]) -> Value {
        let mut picked = Map::new();
        for selection in selections {
            match selection {
                Selection::On(_, inner) => {
                    if let Value::Object(more) = self.pick(whole, inner, path) {
                        picked.extend(more);
                    }
                }
                Selection::Field(field) => {
                    let value = whole.get(&field.name).cloned();
                    let value = value.unwrap_or_else(|| {
                        self.refuse(
                            "undefinedField",
                            path,
                            &format!("Field '{}' doesn't exist on type 'PageInfo'", field.name),
                        )
                    });
                    picked.insert(field.key.clone(), value);
                }
            }
        }
        Value::Object(picked)
    }
}

/// Whether one of these fields is among the selections.
fn asks_for(selections: &[Selection], names: &[&str]) -> bool {
    selections.iter().any(|selection| match selection {
        Selection::On(_, inner) => asks_for(inner, names),
        Selection::Field(field) => names.contains(&field.name.as_str()),
    })
}
