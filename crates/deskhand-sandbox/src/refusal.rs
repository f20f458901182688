//! Why a write is refused, in the vendor's two families of errors.

/// One thing that is wrong with an object, as the vendor lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) code: &'static str,
    pub(crate) message: String,
    pub(crate) field: String,
}

/// Why a write is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// A plain error: code and sentence.
    Plain {
        status: u16,
        code: &'static str,
        message: String,
    },
    /// `<resource> object is invalid`, with everything that is wrong with it.
    Invalid {
        resource: &'static str,
        problems: Vec<Problem>,
    },
}

impl Refusal {
    pub(crate) fn plain(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        let message = message.into();
        Self::Plain { status, code, message }
    }

    /// An error that has the API's own name as its code.
    pub(crate) fn api(status: u16, message: impl Into<String>) -> Self {
        Self::plain(status, "ConnectWiseApi", message)
    }

    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self::plain(404, "NotFound", message)
    }

    /// The recorded words for a right that is missing.
    pub(crate) fn no_right() -> Self {
        let message = "You do not have security permission to perform this action.";
        Self::plain(403, "Security", message)
    }

    /// One thing is wrong with an object.
    pub(crate) fn invalid(resource: &'static str, problem: Problem) -> Self {
        let problems = vec![problem];
        Self::Invalid { resource, problems }
    }
}

impl Problem {
    pub(crate) fn new(code: &'static str, message: impl Into<String>, field: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            field: field.into(),
        }
    }

    /// Recorded for a company that does not exist.
    pub(crate) fn not_found(message: impl Into<String>, field: impl Into<String>) -> Self {
        Self::new("NotFound", message, field)
    }

    /// Recorded for a contact without a first name.
    pub(crate) fn missing(field: &str) -> Self {
        Self::new("MissingRequiredField", format!("The {field} field is required."), field)
    }

    /// Recorded for a summary.
    pub(crate) fn too_long(field: &str, most: usize) -> Self {
        let message = format!("The field {field} must be a string with a maximum length of {most}.");
        Self::new("MaxLengthField", message, field)
    }
}
