//! How callbacks are to be received, as the operator says.

use jiff::SignedDuration;

use super::PublicUrl;

/// How callbacks are to be received, as the operator says.
#[derive(Debug, Clone)]
pub struct CallbackWish {
    /// Where the product reaches us.
    pub public_url: PublicUrl,
    /// How long they may stay away while polls bring changes.
    pub silent_after: SignedDuration,
    /// How often it is looked whether they are still registered.
    pub check_every: SignedDuration,
    /// Who hears of callbacks that stay away; nobody: only the log does.
    pub mail_to: Vec<String>,
}
