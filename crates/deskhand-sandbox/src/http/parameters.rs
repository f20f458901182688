//! Query parameters: names in any case, unknown ones ignored, `+` for a space.

use std::collections::BTreeMap;

use url::form_urlencoded;

/// The parameters of a request, by name in lower case; of several with one name the first counts.
#[derive(Debug, Default, Clone)]
pub(super) struct Parameters {
    values: BTreeMap<String, String>,
    /// All of them in order, for links.
    pub(super) pairs: Vec<(String, String)>,
}

impl Parameters {
    pub(super) fn parse(query: &str) -> Self {
        let mut parameters = Self::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            parameters
                .values
                .entry(name.to_ascii_lowercase())
                .or_insert_with(|| value.clone().into_owned());
            parameters.pairs.push((name.into_owned(), value.into_owned()));
        }
        parameters
    }

    pub(super) fn set(&mut self, name: &str, value: String) {
        self.values.insert(name.to_owned(), value);
    }

    pub(super) fn get(&self, name: &str) -> &str {
        self.values.get(name).map_or("", |value| value.trim())
    }

    pub(super) fn number(&self, name: &str) -> Option<i64> {
        self.get(name).parse().ok()
    }
}
