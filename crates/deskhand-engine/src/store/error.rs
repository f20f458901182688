//! Why a store did not do what it was asked.

use jiff::Timestamp;

/// A store's refusal or trouble.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Somebody else ingests the same.
    #[error("another process is ingesting the same events (`{holder}`, until {until})")]
    Held {
        /// Who.
        holder: String,
        /// Until when, unless it goes on.
        until: Timestamp,
    },
    /// Somebody else took over; nothing was written.
    #[error("another process took over the ingestion of these events")]
    Lost,
    /// The store was written by a later version.
    #[error("the store was written by a newer version of the program (schema {found}, this one knows {known})")]
    Newer {
        /// Its schema.
        found: i64,
        /// Ours.
        known: i64,
    },
    /// There is something else.
    #[error("what is there is not a store of this program")]
    Foreign,
    /// It is locked by another program.
    #[error("the store is locked by another program")]
    Locked,
    /// There is no room.
    #[error("the disk is full")]
    Full,
    /// The server that keeps it is away, or the connection to it broke.
    #[error("the database server cannot be reached")]
    Unreachable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Something that is not to be had.
    #[error("{message}")]
    Refused {
        /// What, and why.
        message: String,
        /// What to do about it.
        hint: &'static str,
    },
    /// Its file cannot be written, for want of a quota or a right, or because the disk is broken.
    #[error("the store cannot be written")]
    Unwritable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Anything else.
    #[error("the store does not work")]
    Broken(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl StoreError {
    /// What is wrong, with its cause.
    pub fn in_full(&self) -> String {
        match std::error::Error::source(self) {
            Some(cause) => format!("{self}: {cause}"),
            None => self.to_string(),
        }
    }

    /// Whether others can end it without anybody who looks after this program, so that waiting helps.
    pub fn can_pass(&self) -> bool {
        matches!(self, Self::Locked | Self::Full)
    }

    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Held { .. } | Self::Lost => {
                "let the other process finish, or stop it; its claim ends with it, at the latest a minute later"
            }
            Self::Foreign => "name another store (`--store`); what is there is left as it is",
            Self::Newer { .. } => "use the newer program, or another store (`--store`)",
            Self::Locked => "close the program that holds it, then try again; nothing was lost",
            Self::Full => "make room, then run again; everything committed before is kept",
            Self::Unwritable(_) => {
                "see that its disk, and every quota and limit on the size of files, has room, that the file may be written, and that the disk is sound; everything committed before is kept"
            }
            Self::Unreachable(_) => {
                "see that the server runs and that the address is right (`--store`), then run again; everything committed before is kept"
            }
            Self::Refused { hint, .. } => hint,
            Self::Broken(_) => {
                "check the file and its folder, or the server's log, then run again; everything committed before is kept"
            }
        }
    }
}
