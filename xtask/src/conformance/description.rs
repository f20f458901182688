//! The vendor's description of its API: which operations there are, and what schema each body has.

use std::path::Path;

use anyhow::Context as _;
use serde_json::Value;

/// The description as it was read.
pub(super) struct Description {
    root: Value,
}

/// What can be asked with one verb at one path.
pub(super) struct Operation<'a> {
    /// `GET /service/tickets/{id}`.
    pub(super) name: String,
    described: &'a Value,
}

impl Description {
    pub(super) fn read(file: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
        let root = serde_json::from_str(&text).with_context(|| format!("{} is no JSON", file.display()))?;
        Ok(Self { root })
    }

    #[cfg(test)]
    pub(super) fn of(root: Value) -> Self {
        Self { root }
    }

    /// The operation behind a verb and a path below the API root; names win over parameters.
    pub(super) fn operation(&self, verb: &str, path: &str) -> Option<Operation<'_>> {
        let paths = self.root.get("paths")?.as_object()?;
        let wanted: Vec<&str> = segments(path).collect();
        let found = paths.iter().filter_map(|(template, verbs)| {
            let described = verbs.get(verb.to_ascii_lowercase())?;
            let names = matched(template, &wanted, described)?;
            Some((names, template, described))
        });
        let (_, template, described) = found.max_by_key(|(names, ..)| *names)?;
        Some(Operation {
            name: format!("{verb} {template}"),
            described,
        })
    }

    /// The schema that a `$ref` means with its name, or what was given.
    pub(super) fn resolve<'a>(&'a self, schema: &'a Value) -> (Option<&'a str>, &'a Value) {
        let Some(name) = schema.get("$ref").and_then(Value::as_str) else {
            return (None, schema);
        };
        let name = name.rsplit('/').next().unwrap_or(name);
        let found = self.root.pointer(&format!("/components/schemas/{name}"));
        (Some(name), found.unwrap_or(&Value::Null))
    }
}

impl Operation<'_> {
    /// Whether it can be answered with this status.
    pub(super) fn answers(&self, status: u16) -> bool {
        self.response(status).is_some()
    }

    /// The schema of what is answered with this status, where anything is.
    pub(super) fn answer(&self, status: u16) -> Option<&Value> {
        schema_of(self.response(status)?)
    }

    /// The schema of the body that it takes, where it takes one.
    pub(super) fn body(&self) -> Option<&Value> {
        schema_of(self.described.get("requestBody")?)
    }

    /// Whether it has this query parameter.
    pub(super) fn takes(&self, parameter: &str) -> bool {
        parameters(self.described).any(|(name, place, _)| place == "query" && name == parameter)
    }

    fn response(&self, status: u16) -> Option<&Value> {
        self.described.get("responses")?.get(status.to_string())
    }
}

/// How many segments of a template are names, when the path is one of its paths.
fn matched(template: &str, path: &[&str], described: &Value) -> Option<usize> {
    let template: Vec<&str> = segments(template).collect();
    if template.len() != path.len() {
        return None;
    }
    let mut names = 0;
    for (wanted, found) in template.iter().zip(path) {
        match wanted.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
            Some(parameter) if fits(parameter, found, described) => {}
            None if wanted == found => names += 1,
            _ => return None,
        }
    }
    Some(names)
}

/// An id is a number.
fn fits(parameter: &str, value: &str, described: &Value) -> bool {
    let found = parameters(described).find(|(name, place, _)| *place == "path" && *name == parameter);
    let number = found.is_some_and(|(_, _, schema)| schema.get("type").is_some_and(|kind| kind == "integer"));
    !number || value.parse::<i32>().is_ok()
}

fn parameters(described: &Value) -> impl Iterator<Item = (&str, &str, &Value)> {
    let parameters = described.get("parameters").and_then(Value::as_array);
    parameters.into_iter().flatten().filter_map(|parameter| {
        let text = |member| parameter.get(member).and_then(Value::as_str);
        Some((
            text("name")?,
            text("in")?,
            parameter.get("schema").unwrap_or(&Value::Null),
        ))
    })
}

fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|segment| !segment.is_empty())
}

/// Whatever media type the vendor writes it under.
fn schema_of(body: &Value) -> Option<&Value> {
    body.get("content")?.as_object()?.values().next()?.get("schema")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_win_over_parameters_and_ids_are_numbers() {
        let id = json!([{"name": "id", "in": "path", "schema": {"type": "integer"}}, {"name": "page", "in": "query"}]);
        let description = Description::of(json!({"paths": {
            "/a/{id}": {"get": {"parameters": id, "responses": {"204": {}}}},
            "/a/count": {"get": {"responses": {"200": {"content": {"x": {"schema": {"type": "object"}}}}}}},
        }}));
        let name = |path: &str| description.operation("GET", path).map(|operation| operation.name);
        assert_eq!(name("a/7").as_deref(), Some("GET /a/{id}"));
        assert_eq!(name("/a/count").as_deref(), Some("GET /a/count"));
        assert_eq!((name("a/x"), name("a"), name("a/7/b")), (None, None, None));
        assert!(description.operation("PUT", "a/7").is_none());
        let one = description.operation("GET", "a/7").unwrap();
        assert!(one.takes("page") && !one.takes("id") && !one.takes("pageSize"));
        assert!(!one.answers(200) && one.answers(204) && one.answer(204).is_none() && one.body().is_none());
        let count = description.operation("GET", "a/count").unwrap();
        assert_eq!(count.answer(200), Some(&json!({"type": "object"})));
    }
}
