//! An input can be called by its display name, in `snake_case` or as a slug.

use serde_json::{Map, Value};

use crate::{Declaration, Failure};

/// Gives every input the name that its declaration has; an unknown name is refused with the nearest known one.
pub fn resolve_names(declaration: &Declaration, inputs: Map<String, Value>) -> Result<Map<String, Value>, Failure> {
    let mut resolved = Map::new();
    for (given, value) in inputs {
        let Some(name) = known(declaration)
            .find(|(name, title)| same(name, &given) || same(title, &given))
            .map(|(name, _)| name)
        else {
            return Err(unknown(declaration, &given));
        };
        if resolved.insert(name.to_owned(), value).is_some() {
            let title = title_of(declaration, name);
            return Err(
                Failure::invalid_parameter(&title).with_hint(format!("`{title}` is given twice, under two names"))
            );
        }
    }
    Ok(resolved)
}

/// Names and display names of a declaration's inputs.
fn known(declaration: &Declaration) -> impl Iterator<Item = (&str, &str)> {
    let properties = declaration.inputs.get("properties").and_then(Value::as_object);
    properties.into_iter().flatten().map(|(name, schema)| {
        (
            name.as_str(),
            schema.get("title").and_then(Value::as_str).unwrap_or(name),
        )
    })
}

/// The display name of an input.
pub(super) fn title_of(declaration: &Declaration, name: &str) -> String {
    known(declaration)
        .find(|(known, _)| *known == name)
        .map_or(name, |(_, title)| title)
        .to_owned()
}

/// Compares letters and digits only, without case.
fn same(a: &str, b: &str) -> bool {
    folded(a) == folded(b)
}

fn folded(name: &str) -> String {
    name.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

fn unknown(declaration: &Declaration, given: &str) -> Failure {
    let nearest = known(declaration)
        .map(|(_, title)| (distance(&folded(title), &folded(given)), title))
        .min();
    let hint = match nearest {
        Some((away, title)) if away <= 4 => format!("did you mean `{title}`?"),
        _ => {
            let all: Vec<_> = known(declaration).map(|(_, title)| format!("`{title}`")).collect();
            if all.is_empty() {
                "this command has no inputs".to_owned()
            } else {
                format!("the inputs are {}", all.join(", "))
            }
        }
    };
    Failure::new(400, format!("There is no parameter ({given}).")).with_hint(hint)
}

/// How many letters have to be changed, added or taken away to make one text of the other.
pub fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.iter().enumerate() {
            let changed = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_count_letters() {
        assert_eq!(distance("status", "statsu"), 2);
        assert_eq!(distance("", "abc"), 3);
    }
}
