//! The language of templates: what a text is in it, and what goes wrong in words.

use std::collections::HashSet;
use std::sync::LazyLock;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Value as Dynamic, ValueKind};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, Expression, Output, State, UndefinedBehavior};

use super::ValueError;
use super::filters;
use super::json::{Allowance, to_json};
use super::limits::{CALLS, FUEL, LONGEST_TEMPLATE};

static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(environment);

fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment.set_fuel(Some(FUEL));
    environment.set_recursion_limit(CALLS);
    environment.set_debug(true);
    environment.set_formatter(write_value);
    let mut syntax = SyntaxConfig::builder();
    // A tag on a line of its own leaves no line, and a text without tags stays what it is.
    syntax.trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true);
    if let Ok(syntax) = syntax.build() {
        environment.set_syntax(syntax);
    }
    // What can grow without end, step by step, is not there.
    environment.remove_global("namespace");
    environment.remove_global("debug");
    filters::add_to(&mut environment);
    environment
}

/// A value inside a text: null is nothing, the rest is as JSON has it.
fn write_value(to: &mut Output<'_>, state: &mut State<'_, '_>, value: &Dynamic) -> Result<(), Error> {
    match value.kind() {
        ValueKind::None => Ok(()),
        ValueKind::Bool => to
            .write_str(if value.is_true() { "true" } else { "false" })
            .map_err(Error::from),
        ValueKind::Seq | ValueKind::Iterable | ValueKind::Map => {
            let json = to_json(value, &mut Allowance::new()).map_err(refused)?;
            to.write_str(&json.to_string()).map_err(Error::from)
        }
        _ => minijinja::escape_formatter(to, state, value),
    }
}

pub(super) fn refused(error: impl ToString) -> Error {
    Error::new(ErrorKind::InvalidOperation, error.to_string())
}

/// Whether a text has templates in it.
pub fn has_template(text: &str) -> bool {
    ["{{", "{%", "{#"].iter().any(|opening| text.contains(opening))
}

/// Whether there is such a filter.
pub(super) fn has_filter(name: &str) -> bool {
    let applied = ENVIRONMENT.empty_state().apply_filter(name, &[]);
    !applied.is_err_and(|error| error.kind() == ErrorKind::UnknownFilter)
}

/// Whether there is such a test, as in `x is defined`.
pub(super) fn has_test(name: &str) -> bool {
    let performed = ENVIRONMENT.empty_state().perform_test(name, &[]);
    !performed.is_err_and(|error| error.kind() == ErrorKind::UnknownTest)
}

/// A text with templates.
pub(super) enum Template<'a> {
    /// One expression and nothing else, which keeps the type of its value.
    Expression(Whole<'a>),
    /// Text with values in it.
    Text(Mixed<'a>),
}

/// A text that is one expression.
pub(super) struct Whole<'a> {
    text: &'a str,
    compiled: Expression<'a, 'a>,
}

/// A text with values in it.
pub(super) struct Mixed<'a> {
    text: &'a str,
    compiled: minijinja::Template<'a, 'a>,
}

/// Reads a text with templates.
pub(super) fn parse(text: &str) -> Result<Template<'_>, ValueError> {
    if text.len() > LONGEST_TEMPLATE {
        let most = LONGEST_TEMPLATE / 1024;
        return Err(ValueError::new(format!("the template is longer than {most} KiB")));
    }
    let environment: &Environment<'_> = &ENVIRONMENT;
    if let Some(inner) = only_expression(text)
        && let Ok(compiled) = environment.compile_expression(inner)
    {
        return Ok(Template::Expression(Whole { text: inner, compiled }));
    }
    match environment.template_from_str(text) {
        Ok(compiled) => Ok(Template::Text(Mixed { text, compiled })),
        Err(error) => Err(ValueError::new(in_words(&error, text))),
    }
}

/// What is between `{{` and `}}` when the text begins and ends with them; it may still be more than one expression.
fn only_expression(text: &str) -> Option<&str> {
    let inner = text.trim().strip_prefix("{{")?.strip_suffix("}}")?;
    let inner = inner.strip_prefix('-').unwrap_or(inner);
    let inner = inner.strip_suffix('-').unwrap_or(inner).trim();
    (!inner.is_empty()).then_some(inner)
}

impl Template<'_> {
    /// The names that it reads and does not set itself; functions are not among them.
    pub(super) fn names(&self) -> HashSet<String> {
        let mut names = match self {
            Self::Expression(whole) => whole.compiled.undeclared_variables(false),
            Self::Text(mixed) => mixed.compiled.undeclared_variables(false),
        };
        names.retain(|name| !ENVIRONMENT.globals().any(|(global, _)| global == name));
        names
    }
}

impl Whole<'_> {
    /// Its value; never undefined.
    pub(super) fn evaluate(&self, context: &Dynamic) -> Result<Dynamic, ValueError> {
        let value = self.compiled.eval(context.clone());
        let value = value.map_err(|error| ValueError::new(in_words(&error, self.text)))?;
        if value.is_undefined() {
            return Err(ValueError::new(format!("`{}` is not there", short(self.text))));
        }
        Ok(value)
    }

    /// Says which expression it was.
    pub(super) fn explain(&self, mut error: ValueError) -> ValueError {
        error.message = format!("`{}`: {}", short(self.text), error.message);
        error
    }
}

impl Mixed<'_> {
    /// The text with its values.
    pub(super) fn write(&self, context: &Dynamic) -> Result<String, ValueError> {
        let written = self.compiled.render(context.clone());
        written.map_err(|error| ValueError::new(in_words(&error, self.text)))
    }
}

/// What went wrong, with the part of the template that is to blame.
fn in_words(error: &Error, text: &str) -> String {
    let blamed = error.range().and_then(|range| text.get(range));
    let blamed = blamed.map(str::trim).filter(|part| !part.is_empty()).unwrap_or(text);
    let blamed = short(blamed);
    let detail = || error.detail().map_or_else(|| error.kind().to_string(), str::to_owned);
    match error.kind() {
        ErrorKind::UndefinedError => format!("`{}` is not there", named_in(&detail()).unwrap_or(&blamed)),
        ErrorKind::OutOfFuel => "the template does not come to an end, or makes too much".to_owned(),
        ErrorKind::SyntaxError => format!("the template cannot be read: {} at `{blamed}`", detail()),
        ErrorKind::UnknownFilter | ErrorKind::UnknownTest | ErrorKind::UnknownFunction => detail(),
        _ => format!("`{blamed}`: {}", detail()),
    }
}

/// A part of a template in one line that is not too long.
fn short(part: &str) -> String {
    const LONGEST: usize = 120;
    let line = part.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

/// The expression that a sentence of the engine says is undefined.
fn named_in(detail: &str) -> Option<&str> {
    let (before, _) = detail.split_once("` is undefined")?;
    let (_, named) = before.rsplit_once('`')?;
    Some(named)
}
