//! Patterns such as `dd/MM/yyyy HH:mm`, with the letters that .NET has and the PSA's people know.

use std::fmt::Write as _;

/// What a place in a pattern stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Year,
    Month,
    Day,
    Hour,
    HourOfHalf,
    Minute,
    Second,
    Half,
}

/// Letters, what they stand for, how that is shown and how it is read, and whether it always has the same width.
const LETTERS: &[(&str, Part, &str, &str, bool)] = &[
    ("yyyy", Part::Year, "%Y", "%Y", true),
    ("MMMM", Part::Month, "%B", "%B", true),
    ("MMM", Part::Month, "%b", "%b", true),
    ("MM", Part::Month, "%m", "%m", true),
    ("M", Part::Month, "%-m", "%m", false),
    ("dd", Part::Day, "%d", "%d", true),
    ("d", Part::Day, "%-d", "%d", false),
    ("HH", Part::Hour, "%H", "%H", true),
    ("H", Part::Hour, "%-H", "%H", false),
    ("hh", Part::HourOfHalf, "%I", "%I", true),
    ("h", Part::HourOfHalf, "%-I", "%I", false),
    ("mm", Part::Minute, "%M", "%M", true),
    ("ss", Part::Second, "%S", "%S", true),
    ("tt", Part::Half, "%p", "%p", true),
    ("a", Part::Half, "%p", "%p", true),
];

const SEPARATORS: &str = " -/.:,";

const POSSIBLE: &str = "possible are yyyy, MM (M, MMM, MMMM), dd (d), HH (H), or hh (h) with tt, mm, ss, the separators - / . : , and blanks, and other text in single quotes";

/// A pattern, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pattern {
    /// As it was written.
    pub(super) text: String,
    /// What shows a time, in the letters of `strftime`.
    pub(super) show: String,
    /// What reads one.
    pub(super) read: String,
    /// Whether it has a time of day.
    pub(super) has_time: bool,
}

impl Pattern {
    /// Checks a pattern; a message says what is possible.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let refused = |why: String| format!("`{text}` cannot be a form of dates: {why}; {POSSIBLE}");
        let mut pattern = Self {
            text: text.to_owned(),
            show: String::new(),
            read: String::new(),
            has_time: false,
        };
        let (mut parts, mut rest, mut open_width) = (Vec::new(), text, false);
        while let Some(first) = rest.chars().next() {
            if first == '\'' {
                let (quoted, after) = rest[1..]
                    .split_once('\'')
                    .ok_or_else(|| refused("a quote has no end".to_owned()))?;
                (rest, open_width) = (after, false);
                pattern.literal(quoted);
            } else if SEPARATORS.contains(first) {
                (rest, open_width) = (&rest[first.len_utf8()..], false);
                pattern.literal(first.encode_utf8(&mut [0; 4]));
            } else {
                let length = rest.find(|letter| letter != first).unwrap_or(rest.len());
                let (letters, after) = rest.split_at(length);
                let known = LETTERS.iter().find(|(known, ..)| *known == letters);
                let (_, part, show, read, same_width) =
                    known.ok_or_else(|| refused(format!("`{letters}` means nothing{}", meant(letters))))?;
                if parts.contains(part) {
                    return Err(refused(format!("`{letters}` says again what is there already")));
                }
                if open_width {
                    return Err(refused(format!("nobody could tell where `{letters}` begins")));
                }
                parts.push(*part);
                pattern.show.push_str(show);
                pattern.read.push_str(read);
                (rest, open_width) = (after, !same_width);
            }
        }
        check(&parts).map_err(|why| refused(why.to_owned()))?;
        pattern.has_time = parts.iter().any(|part| matches!(part, Part::Hour | Part::HourOfHalf));
        Ok(pattern)
    }

    fn literal(&mut self, text: &str) {
        for letter in text.chars() {
            let letter = if letter == '%' {
                "%%".to_owned()
            } else {
                letter.to_string()
            };
            let _never_fails = write!(self.show, "{letter}");
            let _never_fails = write!(self.read, "{letter}");
        }
    }
}

/// What somebody who wrote these letters may have meant.
fn meant(letters: &str) -> &'static str {
    match letters {
        "YYYY" => ", did you mean `yyyy`?",
        "DD" => ", did you mean `dd`?",
        "D" => ", did you mean `d`?",
        "yy" | "YY" => ", write the year as `yyyy`",
        "SS" => ", did you mean `ss`?",
        "AM" | "PM" | "A" | "t" => ", did you mean `tt`?",
        _ => "",
    }
}

fn check(parts: &[Part]) -> Result<(), &'static str> {
    let has = |part| parts.contains(&part);
    if !(has(Part::Year) && has(Part::Month) && has(Part::Day)) {
        return Err("it needs year, month and day");
    }
    if has(Part::Hour) && has(Part::HourOfHalf) {
        return Err("it has the hour twice");
    }
    if has(Part::HourOfHalf) != has(Part::Half) {
        return Err("`hh` and `tt` (AM or PM) need each other, and `HH` needs neither");
    }
    let has_hour = has(Part::Hour) || has(Part::HourOfHalf);
    if has_hour != has(Part::Minute) || has(Part::Second) && !has_hour {
        return Err("a time of day needs hour and minute");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_that_nobody_could_read_are_refused_with_what_is_possible() {
        for (text, why) in [
            ("", "it needs year, month and day"),
            ("HH:mm", "it needs year, month and day"),
            ("DD/MM/YYYY", "`DD` means nothing, did you mean `dd`?"),
            ("dd/MM/yy", "`yy` means nothing, write the year as `yyyy`"),
            ("dd/MM/yyyy mm", "a time of day needs hour and minute"),
            ("dd/MM/yyyy HH", "a time of day needs hour and minute"),
            ("dd/MM/yyyy hh:mm", "`hh` and `tt` (AM or PM) need each other"),
            ("dd/MM/yyyy HH:mm tt", "need each other"),
            ("dd/MM/yyyy HH hh:mm tt", "it has the hour twice"),
            ("dd/dd/MM/yyyy", "`dd` says again what is there already"),
            ("dd/MM/MMM/yyyy", "`MMM` says again what is there already"),
            ("dMyyyy", "nobody could tell where `M` begins"),
            ("yyyy-MM-ddTHH:mm", "`T` means nothing"),
            ("yyyy-MM-dd'T", "a quote has no end"),
            ("yyyy_MM_dd", "`_` means nothing"),
        ] {
            let error = Pattern::parse(text).unwrap_err();
            assert!(error.contains(why) && error.ends_with(POSSIBLE), "{text}: {error}");
        }
    }
}
