//! A place in a text, which only moves forward.

/// The characters of a condition and how many of them have been read.
#[derive(Clone)]
pub(super) struct Cursor {
    text: Vec<char>,
    at: usize,
}

/// What operators are made of, the vendor's and other languages'.
const SYMBOLS: &str = "=!<>~&|:";
/// What ends a value that stands without quotes.
const ENDS: &str = "()[],;\"'=!<>~&|";

impl Cursor {
    pub(super) fn new(text: &str) -> Self {
        Self {
            text: text.chars().collect(),
            at: 0,
        }
    }

    /// The place, in characters from 1.
    pub(super) fn place(&self) -> usize {
        self.at + 1
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.text.get(self.at).copied()
    }

    /// The character that was read last.
    pub(super) fn behind(&self) -> Option<char> {
        self.text.get(self.at.checked_sub(1)?).copied()
    }

    pub(super) fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += 1;
        Some(c)
    }

    /// Goes on by so many characters that have been looked at.
    pub(super) fn skip(&mut self, characters: usize) {
        self.at += characters;
    }

    /// Whether this character stood here; then it has been read.
    pub(super) fn take(&mut self, c: char) -> bool {
        let there = self.peek() == Some(c);
        self.at += usize::from(there);
        there
    }

    pub(super) fn skip_blanks(&mut self) {
        self.take_while(char::is_whitespace);
    }

    pub(super) fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> String {
        let taken = self.run(self.at, wanted);
        self.at += taken.chars().count();
        taken
    }

    /// Letters that stand here, without reading them.
    pub(super) fn word(&self) -> String {
        self.run(self.at, is_name)
    }

    /// Whether this keyword stood here, in any case; then it has been read.
    pub(super) fn keyword(&mut self, keyword: &str) -> bool {
        let there = self.word().eq_ignore_ascii_case(keyword);
        self.at += if there { keyword.len() } else { 0 };
        there
    }

    /// The operator's signs that stand here, without reading them.
    pub(super) fn symbol(&self) -> String {
        self.run(self.at, |c| SYMBOLS.contains(c))
    }

    /// A value without quotes that stands here, without reading it.
    pub(super) fn bare(&self) -> String {
        self.run(self.at, |c| !c.is_whitespace() && !ENDS.contains(c))
    }

    /// What stands here, as people would call it; `None` at the end.
    pub(super) fn here(&self) -> Option<String> {
        const SHOWN: usize = 40;
        let first = self.peek()?;
        let whole = [self.symbol(), self.bare()].into_iter().find(|text| !text.is_empty());
        Some(whole.unwrap_or(first.into()).chars().take(SHOWN).collect())
    }

    /// The words from here to what ends a comparison, for guessing what was meant.
    pub(super) fn phrase(&self) -> Vec<String> {
        let mut ahead = self.clone();
        let mut words = Vec::new();
        loop {
            ahead.skip_blanks();
            let word = ahead.bare();
            let joins = ["and", "or"].iter().any(|joint| word.eq_ignore_ascii_case(joint));
            if word.is_empty() || joins {
                return words;
            }
            ahead.at += word.chars().count();
            words.push(word);
        }
    }

    fn run(&self, from: usize, wanted: impl Fn(char) -> bool) -> String {
        let rest = self.text.get(from..).unwrap_or_default();
        rest.iter().copied().take_while(|c| wanted(*c)).collect()
    }
}

/// What names of members are made of.
pub(super) fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}
