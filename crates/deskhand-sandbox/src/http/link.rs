//! The `Link` header: absolute addresses, all parameters kept, `page` the last of them.

use url::form_urlencoded;

use super::parameters::Parameters;

/// Where a list is, as links name it; the vendor's have a slash after the resource.
pub(super) struct Place<'a> {
    pub(super) base: &'a str,
    pub(super) parameters: &'a Parameters,
}

impl Place<'_> {
    /// The vendor's order: next, prev, first, last.
    pub(super) fn navigable(&self, page: u64, has_next: bool, last: Option<u64>) -> Option<String> {
        let mut links = Vec::new();
        if has_next {
            links.push(self.link("page", page + 1, "next"));
        }
        if page > 1 {
            links.push(self.link("page", page - 1, "prev"));
            links.push(self.link("page", 1, "first"));
        }
        // A single page has no header.
        if links.is_empty() {
            return None;
        }
        links.extend(last.map(|last| self.link("page", last, "last")));
        Some(links.join(", "))
    }

    pub(super) fn forward(&self, last_id: i64) -> String {
        self.link("pageId", last_id.unsigned_abs(), "next")
    }

    fn link(&self, name: &str, value: u64, relation: &str) -> String {
        let kept = self
            .parameters
            .pairs
            .iter()
            .filter(|(known, _)| !known.eq_ignore_ascii_case(name));
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(kept).append_pair(name, &value.to_string());
        format!("<{}/?{}>; rel=\"{relation}\"", self.base, lower_hex(&query.finish()))
    }
}

/// .NET writes `%3e` where others write `%3E`.
fn lower_hex(query: &str) -> String {
    let mut lower = String::with_capacity(query.len());
    let mut of_escape = 0;
    for c in query.chars() {
        of_escape = if c == '%' { 2 } else { i32::max(of_escape - 1, -1) };
        lower.push(if of_escape >= 0 && c != '%' {
            c.to_ascii_lowercase()
        } else {
            c
        });
    }
    lower
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_keep_every_parameter_and_end_with_the_page() {
        let parameters =
            Parameters::parse("page=2&conditions=LastUpdated+%3E+%5B2025-04-01T20%3A02%3A28Z%5D&pageSize=2");
        let place = Place {
            base: "https://h/v4_6_release/apis/3.0/company/contacts",
            parameters: &parameters,
        };
        let link = place.navigable(2, true, Some(9)).unwrap();
        let next = "<https://h/v4_6_release/apis/3.0/company/contacts/?conditions=LastUpdated+%3e+%5b2025-04-01T20%3a02%3a28Z%5d&pageSize=2&page=3>; rel=\"next\"";
        assert!(link.starts_with(next), "{link}");
        assert!(link.ends_with("&page=9>; rel=\"last\""), "{link}");
        assert_eq!(place.navigable(1, false, Some(1)), None);
    }
}
