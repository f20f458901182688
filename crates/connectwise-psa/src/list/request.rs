//! What a list is asked for.

use serde_json::{Map, Value};

use crate::send::Request;

/// A list with its filters, order and page.
///
/// ```
/// use connectwise_psa::ListRequest;
///
/// let request = ListRequest::new("service/boards").order_by("name asc").page_size(1000);
/// assert_eq!(request.to_request(0).to_text(), "GET service/boards?orderBy=name%20asc&pageSize=1000");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ListRequest {
    path: String,
    conditions: Option<String>,
    child_conditions: Option<String>,
    custom_field_conditions: Option<String>,
    order_by: Option<String>,
    fields: Option<String>,
    page: Option<u32>,
    page_size: Option<u32>,
    page_id: Option<i64>,
}

/// The vendor's guide asks for addresses of at most this many characters.
const LONGEST_ADDRESS: usize = 2000;

/// The lists that have a search by POST, as the vendor's description says.
const SEARCHABLE: [&str; 2] = ["service/tickets", "project/tickets"];

impl ListRequest {
    /// The list at this path, `service/tickets`.
    pub fn new(path: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            ..Self::default()
        }
    }

    /// Only what matches this; a [`Condition`](crate::Condition) or text.
    #[must_use]
    pub fn conditions(mut self, conditions: impl ToString) -> Self {
        self.conditions = Some(conditions.to_string());
        self
    }

    /// Only what has an element in one of its lists that matches this.
    #[must_use]
    pub fn child_conditions(mut self, conditions: impl ToString) -> Self {
        self.child_conditions = Some(conditions.to_string());
        self
    }

    /// Only what has a custom field that matches this.
    #[must_use]
    pub fn custom_field_conditions(mut self, conditions: impl ToString) -> Self {
        self.custom_field_conditions = Some(conditions.to_string());
        self
    }

    /// The order: `lastUpdated desc,id desc`.
    #[must_use]
    pub fn order_by(mut self, order: impl Into<String>) -> Self {
        self.order_by = Some(order.into());
        self
    }

    /// Only these members: `id,status/name`.
    #[must_use]
    pub fn fields(mut self, fields: impl Into<String>) -> Self {
        self.fields = Some(fields.into());
        self
    }

    /// This page, from 1.
    #[must_use]
    pub fn page(mut self, page: u32) -> Self {
        self.page = Some(page);
        self
    }

    /// This many records a page; the vendor's own default is 25, its most 1000.
    #[must_use]
    pub fn page_size(mut self, size: u32) -> Self {
        self.page_size = Some(size);
        self
    }

    /// Forward-only paging: what has a higher id than this. The vendor allows no order with it.
    #[must_use]
    pub fn after_page_id(mut self, id: i64) -> Self {
        self.page_id = Some(id);
        self
    }

    /// The request for a page; a search by POST where the address would be too long below a root of this length.
    pub fn to_request(&self, root_length: usize) -> Request {
        let request = self.to_get();
        if is_too_long(&request, root_length) && self.is_searchable() {
            self.to_search()
        } else {
            request
        }
    }

    /// Whether what matches can be counted: the vendor has no count by POST for what is too long for an address.
    pub(crate) fn is_countable(&self, root_length: usize) -> bool {
        !(is_too_long(&self.to_count_request(), root_length) && self.is_searchable())
    }

    fn is_searchable(&self) -> bool {
        SEARCHABLE.contains(&self.path.as_str())
    }

    /// The request for the number of records that match.
    pub fn to_count_request(&self) -> Request {
        self.filters(Request::get(format!("{}/count", self.path)))
    }

    fn to_get(&self) -> Request {
        let request = self.filters(Request::get(self.path.clone()));
        let request = with(request, "orderBy", self.order_by.as_ref());
        self.paging(request)
    }

    /// Filters and order go into the body; members and page stay in the address, as the vendor wants them.
    fn to_search(&self) -> Request {
        let mut body = Map::new();
        let filters = [
            ("conditions", &self.conditions),
            ("childConditions", &self.child_conditions),
            ("customFieldConditions", &self.custom_field_conditions),
            ("orderBy", &self.order_by),
        ];
        for (name, value) in filters {
            if let Some(value) = value {
                body.insert(name.to_owned(), Value::String(value.clone()));
            }
        }
        let mut request = Request::get(format!("{}/search", self.path));
        request.method = http::Method::POST;
        request.body = Some(Value::Object(body).to_string());
        self.paging(request)
    }

    fn filters(&self, request: Request) -> Request {
        let request = with(request, "conditions", self.conditions.as_ref());
        let request = with(request, "childConditions", self.child_conditions.as_ref());
        with(request, "customFieldConditions", self.custom_field_conditions.as_ref())
    }

    fn paging(&self, request: Request) -> Request {
        let mut request = with(request, "fields", self.fields.as_ref());
        request.forward_only = self.page_id.is_some();
        let request = with(request, "pageId", self.page_id.filter(|id| *id > 0).as_ref());
        let request = with(request, "pageSize", self.page_size.as_ref());
        with(request, "page", self.page.as_ref())
    }
}

fn is_too_long(request: &Request, root_length: usize) -> bool {
    root_length + request.path_and_query().len() > LONGEST_ADDRESS
}

fn with(request: Request, name: &'static str, value: Option<&impl ToString>) -> Request {
    match value {
        Some(value) => request.with(name, value.to_string()),
        None => request,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_parameter_has_its_place() {
        let request = ListRequest::new("company/companies")
            .conditions("name contains \"A&B\"")
            .child_conditions("types/name = \"Customer\"")
            .custom_field_conditions("caption = \"X\"")
            .order_by("name asc")
            .fields("id,name")
            .page_size(50)
            .page(2);
        insta::assert_snapshot!(request.to_request(0).to_text(), @"GET company/companies?conditions=name%20contains%20%22A%26B%22&childConditions=types%2Fname%20%3D%20%22Customer%22&customFieldConditions=caption%20%3D%20%22X%22&orderBy=name%20asc&fields=id,name&pageSize=50&page=2");
        insta::assert_snapshot!(request.to_count_request().to_text(), @"GET company/companies/count?conditions=name%20contains%20%22A%26B%22&childConditions=types%2Fname%20%3D%20%22Customer%22&customFieldConditions=caption%20%3D%20%22X%22");
    }

    #[test]
    fn a_long_ticket_filter_becomes_a_search_and_another_list_stays_a_get() {
        let long = format!("summary contains \"{}\"", "x".repeat(2000));
        let tickets = ListRequest::new("service/tickets")
            .conditions(&long)
            .page_size(10)
            .fields("id");
        let text = tickets.to_request(60).to_text();
        assert!(
            text.starts_with("POST service/tickets/search?fields=id&pageSize=10\n\n{\"conditions\":\"summary contains")
        );
        assert!(!tickets.is_countable(60));
        assert!(
            ListRequest::new("service/tickets")
                .conditions("id > 5")
                .is_countable(60)
        );
        assert!(ListRequest::new("company/contacts").conditions(&long).is_countable(60));
        assert!(
            ListRequest::new("company/contacts")
                .conditions(&long)
                .to_request(60)
                .to_text()
                .starts_with("GET ")
        );
    }

    #[test]
    fn forward_only_paging_is_a_header_and_starts_without_an_id() {
        let request = |id| {
            ListRequest::new("service/tickets")
                .after_page_id(id)
                .page_size(5)
                .to_request(0)
                .to_text()
        };
        assert_eq!(
            request(0),
            "GET service/tickets?pageSize=5\npagination-type: forward-only"
        );
        assert_eq!(
            request(7),
            "GET service/tickets?pageId=7&pageSize=5\npagination-type: forward-only"
        );
    }
}
