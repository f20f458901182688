//! Whether any board has a status of this name.

use connectwise_psa::{Client, Error};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use super::known::{Named, is_called, names};

/// A PSA with more boards is not asked: that is a help, and not worth so many requests.
const MOST_BOARDS: usize = 200;
/// So many boards are asked at once; the governor decides how many of the requests are sent.
const AT_ONCE: usize = 8;

/// Every status of every board, when none of them is called like this.
///
/// `None` when one is, and when it cannot be told: the role may not read boards, or something else went wrong. The PSA
/// compares names without case, and so does this.
pub(crate) async fn statuses_without(client: &Client, wanted: &str) -> Option<Vec<Named>> {
    let boards = names(client, "service/boards").await.ok()??;
    if boards.len() > MOST_BOARDS {
        return None;
    }
    let lists = boards.into_iter().map(|board| statuses_of(client, board.id));
    let mut lists = stream::iter(lists).buffer_unordered(AT_ONCE);
    let mut all = Vec::new();
    while let Some(statuses) = lists.try_next().await.ok()? {
        let statuses = statuses?;
        if statuses.iter().any(|status| is_called(status, wanted)) {
            return None;
        }
        all.extend(statuses);
    }
    // A role that sees no board at all says nothing about them.
    (!all.is_empty()).then_some(all)
}

/// The statuses of a board; `None` when the role may not read them.
async fn statuses_of(client: &Client, board: i64) -> Result<Option<Vec<Named>>, Error> {
    names(client, &format!("service/boards/{board}/statuses")).await
}
