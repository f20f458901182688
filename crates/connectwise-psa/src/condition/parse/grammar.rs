//! The grammar, as the vendor's guide, recorded answers and other clients show it.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};

use super::cursor::{Cursor, is_name};
use super::suggest;
use super::{Literal, Operator, Parsed, Unreadable};

/// Reads a condition; `and` binds tighter than `or`, as in SQL, although the vendor nowhere says so.
///
/// ```
/// use connectwise_psa::condition::parse;
///
/// let parsed = parse("board/name LIKE 'Help*' AND id in (1, 2)")?;
/// assert_eq!(parsed.to_string(), r#"board/name like "Help*" and id in (1,2)"#);
/// let error = parse("id == 5").unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "`==` at character 4 is not an operator (=, !=, <, <=, >, >=, contains, like, in); write `=`"
/// );
/// # Ok::<(), connectwise_psa::condition::Unreadable>(())
/// ```
pub fn parse(text: &str) -> Result<Parsed, Unreadable> {
    let mut parser = Parser {
        cursor: Cursor::new(text),
        open: Vec::new(),
    };
    let parsed = parser.any()?;
    match parser.cursor.peek() {
        None => Ok(parsed),
        Some(_) => Err(parser.unreadable(AFTER_COMPARISON, suggest::joint)),
    }
}

/// More parentheses than this inside each other are nobody's handwriting.
const DEEPEST: usize = 100;

const AFTER_COMPARISON: &str = "`and`, `or` or the end";
const BEFORE_PARENTHESIS: &str = "`and`, `or` or `)`";
const MEMBER: &str = "the name of a member";
const OPERATOR: &str = "an operator (=, !=, <, <=, >, >=, contains, like, in)";
const NEGATED: &str = "`contains`, `like` or `in`";
const VALUE: &str = "a value (\"text\", a number, [a date], True, False or null)";
const LIST: &str = "a list of values in parentheses";
const LIST_END: &str = "`,` or `)`";
const TIME: &str = "a date such as [2024-04-15] or [2024-04-15T00:00:00Z]";
const SHALLOW: &str = "within reach: there are too many parentheses inside each other";

struct Parser {
    cursor: Cursor,
    /// Where the parentheses stand that are open.
    open: Vec<usize>,
}

impl Parser {
    fn any(&mut self) -> Result<Parsed, Unreadable> {
        let mut parts = vec![self.all()?];
        while self.joint("or") {
            parts.push(self.all()?);
        }
        Ok(group(parts, Parsed::Any))
    }

    fn all(&mut self) -> Result<Parsed, Unreadable> {
        let mut parts = vec![self.term()?];
        while self.joint("and") {
            parts.push(self.term()?);
        }
        Ok(group(parts, Parsed::All))
    }

    fn joint(&mut self, keyword: &str) -> bool {
        self.cursor.skip_blanks();
        self.cursor.keyword(keyword)
    }

    fn term(&mut self) -> Result<Parsed, Unreadable> {
        self.cursor.skip_blanks();
        if self.cursor.peek() != Some('(') {
            return self.comparison();
        }
        if self.open.len() == DEEPEST {
            return Err(self.unreadable(SHALLOW, |_| None));
        }
        self.open.push(self.cursor.place());
        self.cursor.next();
        let inner = self.any()?;
        if !self.cursor.take(')') {
            let open = self.open.last().copied();
            return Err(self.unreadable(BEFORE_PARENTHESIS, |cursor| suggest::close(cursor, open)));
        }
        self.open.pop();
        Ok(inner)
    }

    fn comparison(&mut self) -> Result<Parsed, Unreadable> {
        let path = self.path()?;
        self.cursor.skip_blanks();
        let negated = self.cursor.keyword("not");
        self.cursor.skip_blanks();
        if self.cursor.keyword("in") {
            let values = self.list()?;
            return Ok(Parsed::In { path, negated, values });
        }
        let operator = if negated {
            self.negated_operator()?
        } else {
            self.operator(&path)?
        };
        let value = self.value()?;
        Ok(Parsed::Compare { path, operator, value })
    }

    fn path(&mut self) -> Result<String, Unreadable> {
        const KEYWORDS: [&str; 6] = ["and", "or", "not", "contains", "like", "in"];
        let first = self.cursor.word();
        let is_keyword = KEYWORDS.iter().any(|keyword| first.eq_ignore_ascii_case(keyword));
        if is_keyword || !first.starts_with(|c: char| c.is_alphabetic() || c == '_') {
            return Err(self.unreadable(MEMBER, suggest::member));
        }
        let mut path = self.cursor.take_while(is_name);
        while self.cursor.take('/') {
            let member = self.cursor.take_while(is_name);
            if member.is_empty() {
                return Err(self.unreadable(MEMBER, |_| None));
            }
            path.push('/');
            path.push_str(&member);
        }
        Ok(path)
    }

    fn operator(&mut self, path: &str) -> Result<Operator, Unreadable> {
        let operator = match self.cursor.symbol().as_str() {
            "=" => Operator::Equal,
            "!=" => Operator::NotEqual,
            "<" => Operator::Less,
            "<=" => Operator::LessOrEqual,
            ">" => Operator::Greater,
            ">=" => Operator::GreaterOrEqual,
            "" if self.cursor.keyword("contains") => return Ok(Operator::Contains),
            "" if self.cursor.keyword("like") => return Ok(Operator::Like),
            _ => return Err(self.unreadable(OPERATOR, |cursor| suggest::operator(cursor, path))),
        };
        self.cursor.skip(operator.to_string().len());
        Ok(operator)
    }

    fn negated_operator(&mut self) -> Result<Operator, Unreadable> {
        if self.cursor.keyword("contains") {
            Ok(Operator::NotContains)
        } else if self.cursor.keyword("like") {
            Ok(Operator::NotLike)
        } else {
            Err(self.unreadable(NEGATED, suggest::negated))
        }
    }

    fn list(&mut self) -> Result<Vec<Literal>, Unreadable> {
        self.cursor.skip_blanks();
        if !self.cursor.take('(') {
            return Err(self.unreadable(LIST, suggest::list));
        }
        let mut values = vec![self.value()?];
        loop {
            self.cursor.skip_blanks();
            if self.cursor.take(')') {
                return Ok(values);
            }
            if !self.cursor.take(',') {
                return Err(self.unreadable(LIST_END, suggest::list_end));
            }
            values.push(self.value()?);
        }
    }

    fn value(&mut self) -> Result<Literal, Unreadable> {
        self.cursor.skip_blanks();
        match self.cursor.peek() {
            Some(quote @ ('"' | '\'')) => self.text(quote),
            Some('[') => self.time(),
            _ => self.bare(),
        }
    }

    /// A backslash takes a quote or a backslash behind it as it is, and is one itself before anything else.
    fn text(&mut self, quote: char) -> Result<Literal, Unreadable> {
        let begin = self.cursor.place();
        let mut text = String::new();
        self.cursor.next();
        while let Some(c) = self.cursor.next() {
            match c {
                c if c == quote => return Ok(Literal::Text(text)),
                '\\' => match self.cursor.peek() {
                    Some(escaped @ ('"' | '\'' | '\\')) => {
                        self.cursor.next();
                        text.push(escaped);
                    }
                    _ => text.push('\\'),
                },
                c => text.push(c),
            }
        }
        let suggestion = format!("the text that begins at character {begin} needs {quote} at its end");
        Err(self.unreadable("the end of a text", |_| Some(suggestion)))
    }

    fn time(&mut self) -> Result<Literal, Unreadable> {
        let at = self.cursor.place();
        self.cursor.next();
        let inside = self.cursor.take_while(|c| c != ']');
        if !self.cursor.take(']') {
            let suggestion = format!("the date that begins at character {at} needs ] at its end");
            return Err(self.unreadable("the end of a date", |_| Some(suggestion)));
        }
        let time = inside.trim();
        if is_time(time) {
            return Ok(Literal::Time(time.to_owned()));
        }
        Err(Unreadable {
            at,
            found: Some(format!("[{inside}]")),
            expected: TIME,
            suggestion: suggest::time(time),
        })
    }

    fn bare(&mut self) -> Result<Literal, Unreadable> {
        let word = self.cursor.bare();
        let literal = match word.to_ascii_lowercase().as_str() {
            "true" => Literal::Boolean(true),
            "false" => Literal::Boolean(false),
            "null" => Literal::Null,
            _ if is_number(&word) => Literal::Number(word.clone()),
            _ => return Err(self.unreadable(VALUE, suggest::value)),
        };
        self.cursor.skip(word.chars().count());
        Ok(literal)
    }

    fn unreadable(&self, expected: &'static str, suggestion: impl FnOnce(&Cursor) -> Option<String>) -> Unreadable {
        Unreadable {
            at: self.cursor.place(),
            found: self.cursor.here(),
            expected,
            suggestion: suggestion(&self.cursor),
        }
    }
}

/// One part is itself.
fn group(mut parts: Vec<Parsed>, of: fn(Vec<Parsed>) -> Parsed) -> Parsed {
    match parts.pop() {
        Some(only) if parts.is_empty() => only,
        last => {
            parts.extend(last);
            of(parts)
        }
    }
}

fn is_number(word: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned = word.strip_prefix(['-', '+']).unwrap_or(word);
    match unsigned.split_once('.') {
        Some((whole, fraction)) => digits(whole) && digits(fraction),
        None => digits(unsigned),
    }
}

/// The vendor refuses fractions of a second.
fn is_time(text: &str) -> bool {
    let dated = text.parse::<Timestamp>().is_ok() || text.parse::<DateTime>().is_ok() || text.parse::<Date>().is_ok();
    dated && !text.contains('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        parse(text).unwrap().to_string()
    }

    #[test]
    fn everything_that_is_known_of_the_language_is_read() {
        for (written, read_as) in [
            ("id=1", "id = 1"),
            ("status/name!='x'", r#"status/name != "x""#),
            (
                "ClosedFlag = False AND Board/Id>=-2.50",
                "ClosedFlag = false and Board/Id >= -2.50",
            ),
            (
                "summary Not Contains \"a \\\"b\\\"\"",
                r#"summary not contains "a \"b\"""#,
            ),
            ("summary NOT LIKE '%it\\'s%'", r#"summary not like "%it's%""#),
            ("id not in (1 , 2)", "id not in (1,2)"),
            ("status/name in('New','>Closed')", r#"status/name in ("New",">Closed")"#),
            (
                "lastUpdated>[2016-08-20T18:04:26Z]",
                "lastUpdated > [2016-08-20T18:04:26Z]",
            ),
            ("dateEntered < [ 2025-01-01 ]", "dateEntered < [2025-01-01]"),
            ("dateResponded=null", "dateResponded = null"),
            ("a = 1 or b = 2 and c = 3", "a = 1 or (b = 2 and c = 3)"),
            ("((a = 1 or b = 2))and c = 3", "(a = 1 or b = 2) and c = 3"),
            ("_info/enteredBy = \"C:\\temp\"", r#"_info/enteredBy = "C:\\temp""#),
            ("\n inactive\t= true ", "inactive = true"),
        ] {
            assert_eq!(read(written), read_as, "{written}");
        }
    }

    #[test]
    fn where_it_stops_is_said_with_what_to_write() {
        for (written, at, suggestion) in [
            ("id == 5", 4, "write `=`"),
            ("id <> 5", 4, "write `!=`"),
            ("id => 5", 4, "write `>=`"),
            ("summary liek 'x'", 9, "did you mean `like`?"),
            ("summary conatins 'x'", 9, "did you mean `contains`?"),
            ("summary startswith 'x'", 9, "write `like \"…*\"`"),
            ("owner is null", 7, "write `=`"),
            ("owner is not null", 7, "write `!=`"),
            ("id not = 5", 8, "write `!=` without `not`"),
            ("not id = 5", 1, "`not` stands only before"),
            ("board.name = 'x'", 6, "write `/`"),
            ("id = 5 && a = 1", 8, "write `and`"),
            ("id = 5 || a = 1", 8, "write `or`"),
            ("id = 5, a = 1", 7, "write `and`"),
            ("id = 5 adn a = 1", 8, "did you mean `and`?"),
            ("id = 5 a = 1", 8, "write `and` or `or`"),
            ("summary = \"a\"b\"", 14, "for a quote inside a text"),
            ("summary = 'a''b'", 14, "for a quote inside a text"),
            ("summary = \"a", 13, "needs \" at its end"),
            ("status/name = New", 15, "write it in quotes: \"New\""),
            (
                "board/name = Help Desk and id = 5",
                14,
                "write it in quotes: \"Help Desk\"",
            ),
            ("summary = “x”", 11, "write straight quotes"),
            ("lastUpdated > 2024-01-01", 15, "write [2024-01-01]"),
            ("lastUpdated > 2024-01-01 08:30", 15, "write [2024-01-01T08:30]"),
            ("lastUpdated > [2024-01-01T00:00:00.5Z]", 15, "without fractions"),
            ("owner = None", 9, "write `null`"),
            ("closedFlag = yes", 14, "write `True`"),
            ("id in 1,2", 7, "write `in (1,2)`"),
            ("id in [1,2]", 7, "write `in (1,2)`"),
            ("id in (1 2)", 10, "write `,`"),
            ("id = (1,2)", 6, "write `in (…)`"),
            ("\"id\" = 5", 1, "without quotes"),
            ("(id = 5", 8, "`(` at character 1"),
        ] {
            let error = parse(written).unwrap_err();
            assert_eq!(error.at, at, "{written}: {error}");
            assert!(error.to_string().contains(suggestion), "{written}: {error}");
        }
    }

    #[test]
    fn what_is_missing_is_named() {
        for (written, sentence) in [
            ("", "it ends at character 1 without the name of a member"),
            ("id = 5 and", "it ends at character 11 without the name of a member"),
            ("board/ = 5", "` ` at character 7 is not the name of a member"),
            ("id", "it ends at character 3 without an operator"),
            ("id =", "it ends at character 5 without a value"),
            ("id in (1", "it ends at character 9 without `,` or `)`"),
        ] {
            let error = parse(written).unwrap_err().to_string();
            assert!(error.starts_with(sentence), "{written}: {error}");
        }
        let deep = format!("{}id = 1{}", "(".repeat(101), ")".repeat(101));
        assert_eq!(parse(&deep).unwrap_err().at, 101);
    }
}
