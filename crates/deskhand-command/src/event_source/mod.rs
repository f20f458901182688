//! What becomes of a fetched record: which fields it is mapped to, and what makes it an event of its own.

/// A named set of field mappings with its filters.
#[derive(Debug, Clone)]
pub struct EventSource {
    /// What people call it.
    pub name: String,
}
