//! Enough of GraphQL to read any query of ours: variables, aliases, arguments, fragments, `@include` and `@skip`.
//!
//! Variables are put in while reading, so that what comes out holds plain JSON values (an enum value is its name).
//! Reads one operation a document; knows no types: [`super::execute`] does.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// One selection; fragments are already in place.
#[derive(Debug, Clone)]
pub(crate) enum Selection {
    /// A field.
    Field(Field),
    /// `... on Type { … }`, or without a type.
    On(Option<String>, Vec<Selection>),
}

/// A field that is asked for.
#[derive(Debug, Clone)]
pub(crate) struct Field {
    /// The key of its value in the reply.
    pub(crate) key: String,
    /// Its name.
    pub(crate) name: String,
    /// Its arguments; those that are null are left out.
    pub(crate) arguments: Map<String, Value>,
    /// What is asked of its value.
    pub(crate) selections: Vec<Selection>,
}

impl Field {
    /// How many entries it asks for, where it is a connection or a list of ids.
    pub(crate) fn page(&self) -> Option<u64> {
        let ids = self.arguments.get("ids").and_then(Value::as_array).map(|ids| ids.len() as u64);
        self.arguments.get("first").or_else(|| self.arguments.get("last")).and_then(Value::as_u64).or(ids)
    }
}

/// What a query costs: calls and nodes, as GitHub counts them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Weight {
    /// Requests to fill every connection.
    pub(crate) requests: u64,
    /// Nodes that may come.
    pub(crate) nodes: u64,
    /// The largest page of those that stand in no other.
    pub(crate) largest_page: u64,
}

impl Weight {
    /// Of a selection set.
    pub(crate) fn of(selections: &[Selection]) -> Self {
        let mut weight = Self::default();
        weight.add(selections, 1);
        weight
    }

    fn add(&mut self, selections: &[Selection], times: u64) {
        for selection in selections {
            match selection {
                Selection::On(_, inner) => self.add(inner, times),
                Selection::Field(field) => match field.page() {
                    Some(page) => {
                        self.requests += times;
                        self.nodes += times * page;
                        if times == 1 {
                            self.largest_page = self.largest_page.max(page);
                        }
                        self.add(&field.selections, times * page);
                    }
                    None => self.add(&field.selections, times),
                },
            }
        }
    }

    /// Points.
    pub(crate) fn points(self) -> u64 {
        ((self.requests + 50) / 100).max(1)
    }
}

/// Reads a document and puts the variables in.
pub(crate) fn read(text: &str, variables: &Map<String, Value>) -> Result<Vec<Selection>, String> {
    let tokens = tokens(text)?;
    let mut reader = Reader { tokens, at: 0, variables: variables.clone(), fragments: BTreeMap::new() };
    // Fragments first: a query may use one that stands after it.
    let starts = reader.definitions()?;
    let mut fragments: Vec<usize> = starts.iter().copied().filter(|&at| reader.tokens[at] == "fragment").collect();
    let operations: Vec<usize> = starts.into_iter().filter(|&at| reader.tokens[at] != "fragment").collect();
    let [operation] = operations[..] else { return Err("one operation a document".into()) };
    // The operation's variables are needed in the fragments as well.
    reader.at = operation;
    reader.head()?;
    let body = reader.at;
    // A fragment may use another: read them until all are known.
    while !fragments.is_empty() {
        let before = fragments.len();
        let mut left = Vec::new();
        for at in fragments {
            reader.at = at + 1;
            let name = reader.next()?;
            reader.expect("on")?;
            let on = reader.next()?;
            match reader.selections() {
                Ok(selections) => {
                    reader.fragments.insert(name, Selection::On(Some(on), selections));
                }
                Err(why) if why.starts_with("no fragment") => left.push(at),
                Err(why) => return Err(why),
            }
        }
        fragments = left;
        if fragments.len() == before {
            return Err("fragments that are missing or use each other".into());
        }
    }
    reader.at = body;
    reader.selections()
}

/// Names, numbers, strings (with their opening quote kept) and punctuation.
fn tokens(text: &str) -> Result<Vec<String>, String> {
    let letters: Vec<char> = text.chars().collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(&letter) = letters.get(at) {
        let begin = at;
        at += 1;
        match letter {
            ' ' | '\t' | '\r' | '\n' | ',' | '\u{feff}' => {}
            '#' => {
                while letters.get(at).is_some_and(|&letter| letter != '\n') {
                    at += 1;
                }
            }
            '"' => {
                let mut content = String::from("\"");
                loop {
                    match letters.get(at).copied() {
                        None => return Err("a string does not end".into()),
                        Some('"') => break,
                        Some('\\') => {
                            at += 1;
                            content.extend(letters.get(at));
                        }
                        Some(other) => content.push(other),
                    }
                    at += 1;
                }
                at += 1;
                tokens.push(content);
            }
            '.' if letters.get(begin..begin + 3) == Some(&['.', '.', '.']) => {
                at += 2;
                tokens.push("...".into());
            }
            _ if letter.is_alphanumeric() || letter == '_' || letter == '-' => {
                let belongs = |letter: &char| letter.is_alphanumeric() || *letter == '_' || *letter == '.';
                while letters.get(at).is_some_and(belongs) && letters.get(at..at + 3) != Some(&['.', '.', '.']) {
                    at += 1;
                }
                tokens.push(letters[begin..at].iter().collect());
            }
            _ if "{}()[]:!$=@|&".contains(letter) => tokens.push(letter.to_string()),
            other => return Err(format!("unexpected character {other:?}")),
        }
    }
    Ok(tokens)
}

struct Reader {
    tokens: Vec<String>,
    at: usize,
    variables: Map<String, Value>,
    fragments: BTreeMap<String, Selection>,
}

impl Reader {
    fn peek(&self) -> &str {
        self.tokens.get(self.at).map_or("", String::as_str)
    }

    fn next(&mut self) -> Result<String, String> {
        let token = self.tokens.get(self.at).cloned().ok_or("the document ends too early")?;
        self.at += 1;
        Ok(token)
    }

    fn took(&mut self, token: &str) -> bool {
        let is = self.peek() == token;
        self.at += usize::from(is);
        is
    }

    fn expect(&mut self, token: &str) -> Result<(), String> {
        if self.took(token) { Ok(()) } else { Err(format!("expected `{token}`, found `{}`", self.peek())) }
    }

    /// Where the definitions begin.
    fn definitions(&self) -> Result<Vec<usize>, String> {
        let (mut depth, mut begins, mut fresh) = (0_i32, Vec::new(), true);
        for (at, token) in self.tokens.iter().enumerate() {
            if depth == 0 && fresh {
                begins.push(at);
                fresh = false;
            }
            depth += i32::from(token == "{" || token == "(") - i32::from(token == "}" || token == ")");
            fresh = fresh || (depth == 0 && token == "}");
        }
        if depth == 0 { Ok(begins) } else { Err("brackets do not match".into()) }
    }

    /// `query Name($a: Int = 1, …)`, with the defaults put among the variables.
    fn head(&mut self) -> Result<(), String> {
        if self.peek() == "{" {
            return Ok(());
        }
        self.expect("query")?;
        if !["{", "("].contains(&self.peek()) {
            self.next()?;
        }
        if !self.took("(") {
            return Ok(());
        }
        while !self.took(")") {
            self.expect("$")?;
            let name = self.next()?;
            self.expect(":")?;
            let mut required = false;
            while !["$", "=", ")"].contains(&self.peek()) {
                required = self.next()? == "!";
            }
            if self.took("=") {
                let default = self.value()?;
                self.variables.entry(name).or_insert(default);
            } else if required && self.variables.get(&name).is_none_or(Value::is_null) {
                return Err(format!("Variable ${name} of a required type was not provided"));
            }
        }
        Ok(())
    }

    fn value(&mut self) -> Result<Value, String> {
        let token = self.next()?;
        Ok(match token.as_str() {
            "$" => {
                let name = self.next()?;
                self.variables.get(&name).cloned().unwrap_or(Value::Null)
            }
            "[" => {
                let mut entries = Vec::new();
                while !self.took("]") {
                    entries.push(self.value()?);
                }
                Value::Array(entries)
            }
            "{" => {
                let mut entries = Map::new();
                while !self.took("}") {
                    let key = self.next()?;
                    self.expect(":")?;
                    entries.insert(key, self.value()?);
                }
                Value::Object(entries)
            }
            "true" => true.into(),
            "false" => false.into(),
            "null" => Value::Null,
            text => match text.strip_prefix('"') {
                Some(content) => content.into(),
                None => text.parse::<i64>().map_or_else(|_| text.into(), Value::from),
            },
        })
    }

    fn arguments(&mut self) -> Result<Map<String, Value>, String> {
        let mut arguments = Map::new();
        if self.took("(") {
            while !self.took(")") {
                let name = self.next()?;
                self.expect(":")?;
                let value = self.value()?;
                if !value.is_null() {
                    arguments.insert(name, value);
                }
            }
        }
        Ok(arguments)
    }

    /// Whether the directives let the selection stand.
    fn directives(&mut self) -> Result<bool, String> {
        let mut stands = true;
        while self.took("@") {
            let name = self.next()?;
            let says = self.arguments()?.get("if").and_then(Value::as_bool).ok_or("a directive without `if`")?;
            stands &= match name.as_str() {
                "include" => says,
                "skip" => !says,
                other => return Err(format!("directive @{other} is not defined")),
            };
        }
        Ok(stands)
    }

    fn selections(&mut self) -> Result<Vec<Selection>, String> {
        self.expect("{")?;
        let mut selections = Vec::new();
        while !self.took("}") {
            let (selection, stands) = if self.took("...") { self.fragment()? } else { self.field()? };
            if stands {
                selections.push(selection);
            }
        }
        Ok(selections)
    }

    fn fragment(&mut self) -> Result<(Selection, bool), String> {
        if !["on", "{", "@"].contains(&self.peek()) {
            let name = self.next()?;
            let stands = self.directives()?;
            let fragment = self.fragments.get(&name).cloned().ok_or_else(|| format!("no fragment {name}"))?;
            return Ok((fragment, stands));
        }
        let on = if self.took("on") { Some(self.next()?) } else { None };
        let stands = self.directives()?;
        Ok((Selection::On(on, self.selections()?), stands))
    }

    fn field(&mut self) -> Result<(Selection, bool), String> {
        let key = self.next()?;
        let name = if self.took(":") { self.next()? } else { key.clone() };
        let arguments = self.arguments()?;
        let stands = self.directives()?;
        let selections = if self.peek() == "{" { self.selections()? } else { Vec::new() };
        Ok((Selection::Field(Field { key, name, arguments, selections }), stands))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(value: &Value) -> Map<String, Value> {
        value.as_object().expect("an object").clone()
    }

    #[test]
    fn the_example_of_the_manual_costs_fifty_one_points() {
        let text = "query($n: Int = 100) { viewer { repositories(first: $n) { nodes { issues(first: 50) { nodes {
            labels(first: 60) { edges { node { name } } } } } } } } }";
        let weight = Weight::of(&read(text, &Map::new()).expect("a document"));
        assert_eq!((weight.requests, weight.points()), (5_101, 51));
        assert_eq!(weight.nodes, 100 + 5_000 + 300_000);
    }

    #[test]
    fn fragments_may_stand_after_their_use_and_directives_decide() {
        let text = "query Q($after: String, $with: Boolean!) { # a comment
            one: repository(owner: \"a\", name: \"b\\\"c\") { ...R x @skip(if: $with) ... on Repository { y(after: $after) } } }
            fragment R on Repository { ...S } fragment S on Repository { z(by: {field: CREATED_AT, list: [1, $after]}) }";
        let read = read(text, &variables(&serde_json::json!({"after": null, "with": true}))).expect("a document");
        let text = format!("{read:?}");
        assert!(text.contains("\"b\\\"c\"") && text.contains("CREATED_AT") && !text.contains("\"x\""), "{text}");
        assert!(text.contains("name: \"y\", arguments: {}"), "a null argument is left out: {text}");
    }

    #[test]
    fn a_required_variable_must_be_there() {
        assert!(read("query($a: Int!) { x(a: $a) }", &Map::new()).is_err());
        assert!(read("{ ...Missing }", &Map::new()).is_err());
        assert!(read("{ x { y }", &Map::new()).is_err());
    }
}
