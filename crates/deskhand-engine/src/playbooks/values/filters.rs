//! What templates can do beside what their language brings along.

use std::sync::Arc;

use deskhand_command::event_source::Path;
use deskhand_command::input::parse_time;
use jiff::tz::TimeZone;
use jiff::{RoundMode, Span, Timestamp, TimestampRound, Unit, ZonedDateTime};
use minijinja::value::Value as Dynamic;
use minijinja::{Environment, Error, State};
use serde_json::Value;

use super::json::{Allowance, to_json};
use super::language::refused;
use super::node::Node;
use super::roots::Steps;

pub(super) fn add_to(environment: &mut Environment<'static>) {
    environment.add_filter("jsonpath", jsonpath);
    environment.add_filter("from_json", from_json);
    environment.add_filter("quote", quote);
    environment.add_filter("minutes_since", minutes_since);
    environment.add_filter("shift", shift);
    environment.add_filter("date", date);
}

/// What a JSONPath finds: a value where it leads to one place, else a list.
fn jsonpath(value: &Dynamic, path: &str) -> Result<Dynamic, Error> {
    let path = Path::parse(path, "$").map_err(refused)?;
    if let Some(steps) = value.downcast_object_ref::<Steps>() {
        return in_steps(steps, &path);
    }
    if let Some(node) = value.downcast_object_ref::<Node>() {
        return Ok(in_node(node, &path));
    }
    if value.is_undefined() {
        return Ok(Dynamic::UNDEFINED);
    }
    let json = to_json(value, &mut Allowance::new()).map_err(refused)?;
    Ok(in_node(&Node::root(Arc::new(json)), &path))
}

/// Looks into one step where the path names it, so that the others need not be put together.
fn in_steps(steps: &Steps, path: &Path) -> Result<Dynamic, Error> {
    match path.split_first() {
        Some((name, rest)) => match steps.get(&name) {
            Some(output) => Ok(in_node(&output, &rest)),
            None if rest.way().is_some() => Ok(Dynamic::UNDEFINED),
            None => Err(refused(format!("there is no `{name}` in PlaybookData"))),
        },
        None => Ok(in_node(&Node::root(Arc::new(steps.to_json())), path)),
    }
}

fn in_node(node: &Node, path: &Path) -> Dynamic {
    if let Some(way) = path.way() {
        return node.follow(&way).map_or(Dynamic::UNDEFINED, Node::into_dynamic);
    }
    let found = path.find_all(node.json()).into_iter();
    found
        .map(|value| Node::root(Arc::new(value.clone())).into_dynamic())
        .collect()
}

/// What a text of JSON says.
fn from_json(text: &str) -> Result<Dynamic, Error> {
    let json: Value = serde_json::from_str(text).map_err(|error| refused(format!("this is no JSON: {error}")))?;
    Ok(Node::root(Arc::new(json)).into_dynamic())
}

/// A text in double quotes, with quotes and backslashes in it escaped, as the conditions of a search have it.
fn quote(value: &Dynamic) -> Result<String, Error> {
    let text = match value.as_str() {
        Some(text) => text.to_owned(),
        None if value.is_undefined() => return Err(refused("there is nothing to quote")),
        None => value.to_string(),
    };
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"");
    Ok(format!("\"{escaped}\""))
}

/// Whole minutes from a time to `now`; negative when it is still to come.
fn minutes_since(state: &State<'_, '_>, value: &Dynamic) -> Result<i64, Error> {
    let now = state.lookup("now").ok_or_else(|| refused("`now` is not known here"))?;
    let span = time(&now)?.duration_since(time(value)?);
    Ok(span.as_mins())
}

/// A time moved by a duration: `{{ now | shift('-14 days') }}`; days are days of UTC.
fn shift(value: &Dynamic, by: &str) -> Result<String, Error> {
    let time = time(value)?;
    let span: Span = by
        .parse()
        .map_err(|_| refused(format!("`{by}` is no duration such as `-14 days` or `2h`")))?;
    let moved = time.to_zoned_datetime(TimeZone::UTC).checked_add(span);
    let moved = moved.map_err(|_| refused(format!("`{by}` leads out of the calendar")))?;
    Ok(moved.timestamp().to_string())
}

/// A time as people read it: by a format such as `%d.%m.%Y %H:%M`, in a time zone.
fn date(value: &Dynamic, format: Option<&str>, zone: Option<&str>) -> Result<String, Error> {
    let zoned = zoned(time(value)?, zone.unwrap_or("UTC"))?;
    let format = format.unwrap_or("%Y-%m-%d %H:%M");
    jiff::fmt::strtime::format(format, &zoned)
        .map_err(|error| refused(format!("`{format}` is no format of a date: {error}")))
}

fn zoned(time: Timestamp, zone: &str) -> Result<ZonedDateTime, Error> {
    let known = TimeZone::get(zone);
    let zone = known.map_err(|_| {
        refused(format!(
            "there is no time zone `{zone}`; they are called `Europe/Berlin`"
        ))
    })?;
    Ok(time.to_zoned_datetime(zone))
}

/// A time out of a text, to the second.
fn time(value: &Dynamic) -> Result<Timestamp, Error> {
    let time = value.as_str().and_then(|text| parse_time(text.trim()));
    let time = time.and_then(|time| time.round(to_the_second()).ok());
    time.ok_or_else(|| refused(format!("`{value}` is no time such as 2024-04-15T08:30:00Z")))
}

fn to_the_second() -> TimestampRound {
    TimestampRound::new().smallest(Unit::Second).mode(RoundMode::Trunc)
}
